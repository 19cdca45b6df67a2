"""After how many weeks the promises of an event are asked about: what an organiser may type, and what it means."""

import re

from qibot.errors import WrongFields
from qibot.events.models import FOLLOW_UP

HELP = "Weeks after the event, such as 2, 6, 12; or none."
MOST, LONGEST = 6, 52
_FILLING = re.compile(r"\b(?:after|and|then|weeks?|wks?)\b|[,;&.]|\s", re.IGNORECASE)
_NONE = {"none", "no", "never", "0", "nobody"}


def read(words: str) -> str:
    """Weeks as they are kept, "2, 6, 12": from "after 2, 6 and 12 weeks" too, "" from "none".

    Nothing typed is the usual plan. Raises `WrongFields`.
    """
    typed = words.strip().lower()
    if not typed or typed in _NONE:
        return "" if typed else FOLLOW_UP
    pieces = [piece for piece in _FILLING.sub(" ", typed).split() if piece]
    if not pieces or not all(piece.isascii() and piece.isdigit() and len(piece) < 4 for piece in pieces):
        raise WrongFields({"follow_up": "Please give weeks as numbers, such as 2, 6, 12, or write none."})
    weeks = sorted({int(piece) for piece in pieces})
    if not (weeks[0] >= 1 and weeks[-1] <= LONGEST):
        raise WrongFields({"follow_up": f"Please keep the weeks between 1 and {LONGEST}."})
    if len(weeks) > MOST:
        raise WrongFields({"follow_up": f"Please keep it to {MOST} times; people are asked each time."})
    return ", ".join(map(str, weeks))


def said(weeks: tuple[int, ...]) -> str:
    """ "after 2, 6 and 12 weeks", "after 1 week", "never"."""
    if not weeks:
        return "never"
    *most, last = map(str, weeks)
    several = f"{', '.join(most)} and {last}" if most else last
    return f"after {several} {'week' if weeks == (1,) else 'weeks'}"
