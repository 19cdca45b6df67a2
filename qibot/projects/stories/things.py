"""What got in the way is a thing and never a person. Rules do not speak: no chat here.

Blame ends learning: people who are named as the obstacle do not tell the next story. So a name or somebody's doing is
asked about, and the writer says it as a thing. Only what is plain is noticed; the rest is left to the words beside the
field.
"""

import re

_WHO = r"(?:manager|matron|consultant|sister|director|lead|doctor|nurse|registrar|executive|boss|secretary|clinician)s?"
_DID = r"(?:refus\w+|block\w+|ignor\w+|resist\w+|forgot|stopped|never|said no|would not|wouldn[’']t|did not|didn[’']t)"
_PEOPLE = (
    re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof|Professor|Sister|Matron|Nurse)\b\.? [A-Z][a-z]+"),
    re.compile(r"(?<!\w)@\w[\w.]+"),
    re.compile(rf"\b(?:our|the|my|their|one|a) (?:\w+ )?{_WHO} (?:who )?{_DID}", re.IGNORECASE),
)
_MENTION = re.compile(r"(?<!\w)@[A-Z0-9]{5,}\b")


def person_in(words: str) -> str:
    """The first piece of `words` that is plainly about somebody, as typed; "" when there is none."""
    found = [match for pattern in _PEOPLE if (match := pattern.search(words))]
    return min(found, key=lambda match: match.start()).group() if found else ""


def without_mentions(words: str) -> str:
    """A chat message as the beginning of a story: whoever is mentioned in it is “somebody”."""
    return _MENTION.sub("somebody", words)
