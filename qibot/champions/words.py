"""Words for somebody whom the reader has not been introduced to."""

from qibot.champions.roles import Face
from qibot.people.words import somebody, within


def who(face: Face, *, start: bool = False) -> str:
    """ "Tomasz Nowak, consultant nurse at Beds Hospitals in Bedford" where the name may be shown, else "a consultant
    nurse at …"; with a capital at the `start` of a sentence. What is not shown is left out.
    """
    where = (f" at {face.organisation}" if face.organisation else "") + (f" in {face.place}" if face.place else "")
    if face.name:
        return f"{face.name}, {within(face.role)}{where}" if face.role else f"{face.name}{where}"
    words = f"{somebody(face.role)}{where}" if face.role else f"somebody{where}"
    return f"{words[0].upper()}{words[1:]}" if start else words
