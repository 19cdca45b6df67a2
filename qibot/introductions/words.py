"""Words for a person and for what an introduction is about, as far as the reader may know them."""

from urllib.parse import quote

from qibot.champions import words as champions
from qibot.champions.roles import Face
from qibot.introductions.seen import Opening, Seen, Side
from qibot.people.words import somebody


def topic(side: Side) -> str:
    """What it is about: the project in quotation marks, else the topic."""
    return f"“{side.project}”" if side.project else side.topic


def about(side: Side) -> str:
    """ " about Sepsis", or "" for nothing in particular."""
    whose = "the" if side.asked_by_me else "your"
    if side.project:
        return f" about {whose} project “{side.project}”"
    return f" about {side.topic}" if side.topic else ""


def purpose(side: Side) -> str:
    """ " to talk about Sepsis", or ""."""
    return f" to talk about {topic(side)}" if topic(side) else ""


def yours(side: Side) -> str:
    """What their first conversation is, for the notes of a meeting."""
    return f"A first conversation about {topic(side)}." if topic(side) else "A first conversation."


def question(side: Side, opening: Opening) -> str:
    """What a first conversation may begin with."""
    mine, theirs = opening.mine, opening.theirs
    if mine and theirs and mine != theirs:
        return f"ask how “{mine}” compares with “{theirs}”."
    if theirs:
        return f"ask what they have learnt from “{theirs}” so far."
    if mine:
        return f"tell them about “{mine}”, and ask what they would do differently."
    if side.topic:
        return f"ask what they would try first about {side.topic}, and say what you have tried."
    return "ask what they are trying to improve just now."


def compare(side: Side, opening: Opening, mine: str, theirs: str) -> str:
    """The same for two who read it together. `side` is the asker's, `mine` and `theirs` are names."""
    if opening.mine and opening.theirs and opening.mine != opening.theirs:
        return f"how does “{opening.mine}” ({mine}) compare with “{opening.theirs}” ({theirs})?"
    if opening.theirs:
        return f"what has {theirs} learnt from “{opening.theirs}” so far?"
    if opening.mine:
        return f"what would {theirs} do differently about “{opening.mine}” ({mine})?"
    if side.topic:
        return f"what would {theirs} try first about {side.topic}, and what has {mine} tried?"
    return "what is each of you trying to improve just now?"


def mail_to(side: Side) -> str:
    """The address that begins an e-mail to the other (RFC 6068)."""
    subject = f"Our introduction: {side.project or side.topic}".rstrip(": ")
    return f"mailto:{quote(side.other.email, safe='@')}?subject={quote(subject)}"


def who(other: Seen, *, start: bool = False) -> str:
    """ "Tomasz Nowak, consultant nurse at …" where the name may be told, else "a consultant nurse at … in …", and
    "somebody at an acute trust" where not even that may; with a capital at the `start` of a sentence.
    """
    if not other.organisation and other.kind:
        where = f" at {somebody(other.kind)}"
        return f"{'Somebody' if start else 'somebody'}{where}"
    if not (other.organisation or other.role or other.name):
        return f"{'Somebody' if start else 'somebody'} in the network"
    return champions.who(Face(other.name, other.role, other.organisation, other.place), start=start)
