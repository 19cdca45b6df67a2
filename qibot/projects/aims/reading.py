"""Reads an aim as it was typed: how much, which way, by when, from where, for whom. Rules do not speak: no chat here.

An aim says what should get better, for whom, by how much, by when and from which baseline. Of 120 published projects
98 % reported improvement and 27 % reached a stated figure (Knudsen and others, BMJ Quality & Safety 2019): so what is
missing is asked for, kindly and once, and nobody is refused. Only what is plain is read; what is not is asked for, and
may be there in words of its own.
"""

import re
from dataclasses import dataclass
from datetime import date

from qibot.dates import read_date

DOWN, UP = "down", "up"
HOW_MUCH, WHICH_WAY, BY_WHEN, FOR_WHOM, FROM_WHERE = "how much", "which way", "by when", "for whom", "from where"

_NUMBER = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|fifty|ninety)"
_PERCENT = r"\s*(?:%|per ?cent\b)"
_SHARE = rf"{_NUMBER} (?:in|out of) (?:every )?{_NUMBER}"
_UNIT = r"(?:\s(?:a|per|each|every) \w+|\s(?:days?|hours?|minutes?|weeks?))?"
_AMOUNTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_SHARE}\b",
        rf"\b{_NUMBER}{_PERCENT}",
        rf"\b(?:by|to) (?:under |below |above |at least |at most )?{_NUMBER}{_UNIT}\b",
        r"\b(?:half|halve[sd]?|halving|doubl\w+|a (?:third|quarter|fifth|tenth)|none|zero|every(?:body|one)|all)\b",
        rf"\b{_NUMBER}{_UNIT}\b",
    )
)
"""How much, the most telling first: the 30 % of “falls on ward 7 by 30 %” and not the 7."""
_LEVEL = re.compile(
    rf"\b(?:{_SHARE}|at least|at most|no more than|under|over|all|every\w*|zero|none|within)\b|"
    rf"\b{_NUMBER}{_PERCENT}\s*of\b|\bto (?:under |below |above )?{_NUMBER}",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:reduc\w+|fewer|less|lower\w*|decreas\w+|cut\w*|halv\w+|down|short\w+|prevent\w*|avoid\w*|stop\w*|eliminat\w+|"
    r"no more|fall by|drop\w*)\b",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:increas\w+|more|rais\w+|higher|improv\w+|better|doubl\w+|grow\w*|up to|faster|sooner|earlier|quicker)\b",
    re.IGNORECASE,
)
_BASELINE = re.compile(
    rf"\bfrom (?:a (?:baseline|median|mean|average|rate) of )?(?:about |around |roughly |the present |today’s )?"
    rf"(?:{_SHARE}|{_NUMBER}{_PERCENT}|{_NUMBER}{_UNIT}|half|a third|a quarter)"
    r"|\b(?:baseline|currently|at present|at the moment|now (?:it is |at )|today (?:it is |at )|instead of|"
    r"compared (?:with|to)|than (?:last|in|this time)|(?:it|which|there) (?:was|were|is|are) (?:now )?)[^.;,)]{0,40}",
    re.IGNORECASE,
)
_WHOM = re.compile(
    r"\b(?:patients?|inpatients?|outpatients?|residents?|people|persons?|adults?|children|babies|infants?|mothers?|women|"
    r"men|families|family|carers?|relatives?|staff|nurses?|doctors?|midwives|colleagues|teams?|users?|clients?|callers?|"
    r"visitors?|students?|admissions?|attendances?|referrals?|births?|wards?|units?|clinics?|practices?|departments?|"
    r"(?:care )?homes?|hospitals?|surger(?:y|ies)|everybody|everyone)\b(?-i:(?: (?:[A-Z]|[0-9])\w{0,3}\b)?)",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\b(?:by|before|until|till|within|from now until)\s+(?:the\s+)?(?=\S)", re.IGNORECASE)
_SEASON = re.compile(
    r"(?:(?:early|late|mid|this|next|the end of|end of) )?(?:spring|summer|autumn|winter|christmas|easter|year|q[1-4])"
    r"(?: (?:19|20)\d\d)?\b|(?:the )?end of (?:the |this |next )?year\b|year end\b|(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Aim:
    """What was read, in the words of the aim; "" for what was not. `by` is the day, when `by_when` names one.

    `level`: it names where it should arrive (“9 in 10”), so which way is clear without a word for it.
    """

    how_much: str = ""
    direction: str = ""
    level: bool = False
    by_when: str = ""
    by: date | None = None
    from_where: str = ""
    for_whom: str = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """What to ask for, the most telling first."""
        wanted = (
            (HOW_MUCH, self.how_much),
            (WHICH_WAY, self.direction or self.level or not self.how_much),
            (BY_WHEN, self.by_when),
            (FOR_WHOM, self.for_whom),
            (FROM_WHERE, self.from_where),
        )
        return tuple(name for name, there in wanted if not there)


def read(aim: str, today: date) -> Aim:
    """What `aim` says, seen from `today`. An empty aim says nothing."""
    text = " ".join(aim.split())
    by_when, by, rest = _when(text, today)
    from_where = _first(_BASELINE, rest)
    # A figure of the baseline is not how much it should change.
    others = rest.replace(from_where, " ", 1) if from_where else rest
    amount = next((found for pattern in _AMOUNTS if (found := _first(pattern, others))), "")
    direction = DOWN if _DOWN.search(rest) else UP if _UP.search(rest) else ""
    return Aim(amount, direction, bool(_LEVEL.search(rest)), by_when, by, from_where, _first(_WHOM, rest))


def _when(text: str, today: date) -> tuple[str, date | None, str]:
    """The words for the day, the day, and the text without them: a year is no figure."""
    for found in _WHEN.finditer(text):
        after = text[found.end() :]
        words = re.split(r"[.;:!?)]", after, maxsplit=1)[0].replace(",", " ").split()
        for n in range(min(_MOST_WORDS, len(words)), 0, -1):
            said = " ".join(words[:n])
            day = read_date(f"in {said}" if found.group().lower().startswith("within") else said, today)
            if day is not None and not said.isdigit():
                return said, day, f"{text[: found.start()]} {' '.join(words[n:])} {_behind(after, words)}"
        season = _SEASON.match(after)
        if season is not None:
            return season.group(), None, f"{text[: found.start()]} {after[season.end() :]}"
    return "", None, text


def _behind(after: str, words: list[str]) -> str:
    """What stands behind the sentence that those words are."""
    return after[len(re.split(r"[.;:!?)]", after, maxsplit=1)[0]) :] if words else after


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return " ".join(found.group().split()) if found else ""
