"""Questions about one patient: they are for whoever looks after them, never for a network of improvers."""

import re

LABEL = "the team looking after them"

_WHO = r"(?:my|this|our|the|a)\s+(?:patient|gentleman|lady|man|woman|chap|girl|boy|lad|baby|resident|client)"
_BED = r"(?:bed|room|bay|cubicle|side room)\s*\d+"
_GIVE = r"(?:give|prescribe|start|stop|take|use|do|increase|refer|increase|put)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_WHO}(?:'s|s')?\b.*\b(?:is it|is this|should i|shall i|can i|what should|what shall|what dose|which)\b",
        rf"\b{_WHO}\s+in\s+{_BED}\b.*(?:\?|\b(?:should|shall|what|which|how)\b)",
        rf"\b{_WHO}\s+in\s+{_BED}\b.*\b(?:has|is|needs|wants|had)\b",
        rf"\b{_BED}\b.*\b(?:what|which|how much)\b.*\b{_GIVE}\b",
        rf"\b(?:what|which)\s+(?:dose|antibiotic|drug|medicine|tablet|cream|dressing)s?\s+(?:\w+\s+)?"
        rf"(?:should|shall|do|can|would)\s+(?:i|we)\s+{_GIVE}\b",
        rf"\bhow (?:much|many)\s+\w+\s+(?:should|shall|do|can)\s+(?:i|we)\s+{_GIVE}\b",
        r"\b(?:i|my (?:son|daughter|mum|mother|dad|father|wife|husband|partner|child|baby))\s+"
        r"(?:have|has|had|feel|feels|keep|keeps)\s+(?:a|an|got|really|very|been)\b.*"
        r"\b(?:rash|temperature|headache|cough|pain|ache|lump|sick|dizzy|fever)\b",
        r"\b(?:can|should) i take\b",
        r"\bmy (?:\w+ )?(?:chest|head|back|knee|hip|arm|leg|foot|ear|throat|stomach|tummy|tooth|neck|shoulder)s? "
        r"(?:hurts?|aches?|is (?:sore|aching|swollen|bleeding)|feels)\b",
        r"\bmy (?:son|daughter|mum|mother|dad|father|nan|gran|grandad|wife|husband|partner|baby)(?: \w+)? "
        r"(?:needs|wants|is waiting|was told|has an? appointment|is on the (?:waiting )?list)\b",
        r"\bbook (?:me|my (?:son|daughter|mum|mother|dad|father|wife|husband)) (?:in|an|a)\b",
        r"^\W*(?:what are|are there|any) (?:the )?side effects of\b",
        r"\b(?:so|and) i (?:can't|cannot|won't) (?:come in|be in|make it in)\b",
        r"\bmy (?:own )?(?:blood|test|scan|x-?ray|biopsy) results?\b",
    )
)


def asks_about_one(text: str) -> bool:
    """Whether `text` asks what to do for one patient (or for oneself)."""
    return any(pattern.search(text[:600]) for pattern in _PATTERNS)
