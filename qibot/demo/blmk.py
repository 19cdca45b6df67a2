"""The day of 27 November 2019 with invented people: who they are, what they work on, what they ask each other.

What they *say* is not invented: it is the 69 statements of the event's report, word for word (seed_reflections.csv).
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from io import StringIO

from qibot.demo.world import Account

MK, BEDS = "T0MK", "T0BEDS"
ELFT = "e1f70000-0000-4000-8000-000000000001"
WORKSPACES = ((MK, "Milton Keynes Together"), (BEDS, "Bedfordshire and Luton Improvers"))
TENANTS = ((ELFT, "East London"),)
"""One of the nine organisations has Teams; the others share two Slack workspaces."""

# Organisation, workspace, place, people, kinds of role.
_WHERE = (
    ("Milton Keynes University Hospital NHS Foundation Trust", MK, "Milton Keynes", 18, "hospital"),
    ("Central and North West London NHS Foundation Trust", MK, "Milton Keynes", 12, "community"),
    ("NHS Milton Keynes CCG", MK, "Milton Keynes", 8, "commissioning"),
    ("South Central Ambulance Service NHS Foundation Trust", MK, "Milton Keynes", 6, "ambulance"),
    ("Bedfordshire Hospitals NHS Foundation Trust", BEDS, "Luton", 16, "hospital"),
    ("Bedford Hospital NHS Trust", BEDS, "Bedford", 12, "hospital"),
    ("East London NHS Foundation Trust", ELFT, "Bedford", 15, "community"),
    ("Cambridgeshire Community Services NHS Trust", BEDS, "Luton", 6, "community"),
    ("NHS Bedfordshire CCG", BEDS, "Bedford", 8, "commissioning"),
)
_ROLES = {
    "hospital": (
        "Ward sister", "Consultant", "Pharmacist", "Physiotherapist", "Matron", "QI facilitator", "Junior doctor",
    ),
    "community": (
        "District nurse", "Occupational therapist", "Psychologist", "Team lead", "Support worker", "Improvement lead",
    ),
    "commissioning": ("Programme manager", "GP lead", "Analyst", "Care homes lead"),
    "ambulance": ("Paramedic", "Clinical team educator", "Operations manager"),
}  # fmt: skip
_FIRST = (
    "Amina", "Ben", "Chidi", "Dorothy", "Elif", "Farah", "Grace", "Hugo", "Ines", "Jonas", "Kavita", "Lena", "Marek",
    "Nadia", "Owen", "Priya", "Quentin", "Ruth", "Sunil", "Tomasz", "Uma", "Vera", "Wale", "Xenia", "Yusuf", "Zofia",
)  # fmt: skip
_LAST = (
    "Abbott", "Bell", "Chowdhury", "Dunne", "Eze", "Fletcher", "Greaves", "Hughes", "Iqbal", "Joshi", "Kaplan", "Lowe",
    "Marsh", "Nowak", "Okafor", "Patel", "Quigley", "Raman", "Sharp", "Turner", "Ueda", "Vance", "Weber", "Yeo",
    "Zander",
)  # fmt: skip
TOPICS = (
    "sepsis", "antimicrobial-stewardship", "admissions-avoidance", "end-of-life", "care-homes", "dementia", "falls",
    "frailty-older-people", "coproduction", "discharge", "measurement", "children-young-people", "primary-care",
    "social-care-integration", "community-services", "learning-disability",
)  # fmt: skip
"""What the people of the day work on: the topics that its statements speak of."""


_DOMAINS = {MK: "mk.example", BEDS: "beds.example", ELFT: "elft.example"}


def _account(workspace: str, n: int) -> str:
    return f"aad00000-0000-4000-8000-{n:012d}" if workspace == ELFT else f"U{n:04d}"


@dataclass(frozen=True, slots=True)
class Guest:
    """One invented person of the day."""

    account: Account
    organisation: str
    role: str
    place: str
    topics: tuple[str, ...]

    @property
    def name(self) -> str:
        """As shown."""
        return self.account.name

    @property
    def number(self) -> int:
        """Their place in the order of arrival."""
        return int(self.account.id[-4:])

    @property
    def platform(self) -> str:
        """Where they chat."""
        return "Teams" if self.account.workspace == ELFT else "Slack"


def guests() -> tuple[Guest, ...]:
    """The 101, in the order in which they arrive. The first one organises."""
    made: list[Guest] = []
    for organisation, workspace, place, people, kind in _WHERE:
        for k in range(people):
            n = len(made)
            name = f"{_FIRST[n % len(_FIRST)]} {_LAST[(n * 7 + n // len(_FIRST)) % len(_LAST)]}"
            email = f"{name.lower().replace(' ', '.')}@{_DOMAINS[workspace]}"
            account = Account(workspace, _account(workspace, n), name, email)
            mine = tuple(dict.fromkeys(TOPICS[(n * step + k) % len(TOPICS)] for step in (1, 3)))
            made.append(Guest(account, organisation, _ROLES[kind][k % len(_ROLES[kind])], place, mine))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the report of 2019."""

    question: str
    theme: str
    place: str
    text: str


def statements() -> tuple[Statement, ...]:
    """All 69, in the report's order."""
    text = files("qibot.demo").joinpath("seed_reflections.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(StringIO(text))
    return tuple(Statement(r["question"], r["theme_in_seed"], r["place"], r["text"]) for r in rows)


@dataclass(frozen=True, slots=True)
class PairForm:
    """The two questions, as one pair hands them in."""

    place: str
    opportunity: str
    next: str


@dataclass(frozen=True, slots=True)
class ClosingForm:
    """The four boxes of one closing form."""

    thinking: str = ""
    feeling: str = ""
    do_next: str = ""
    wondering: str = ""
    low: bool = False


LOW_THEME = "Negative (3 of 17)"
CLOSING_FORMS = 17
LOW_FORMS = 3


def pair_forms() -> Iterator[PairForm]:
    """Each statement once, a line of each question to a form."""
    said = statements()
    for place in ("Milton Keynes", "Bedfordshire"):
        asked = [s.text for s in said if s.question == "greatest-opportunities" and s.place == place]
        planned = [s.text for s in said if s.question == "what-will-we-do-next" and s.place == place]
        for i in range(max(len(asked), len(planned))):
            yield PairForm(place, asked[i] if i < len(asked) else "", planned[i] if i < len(planned) else "")


def closing_forms() -> tuple[ClosingForm, ...]:
    """17 forms, each statement once. The last three felt low; only one of them said so in words."""
    boxes: list[dict[str, str | bool]] = [{} for _ in range(CLOSING_FORMS)]
    begins = {"thinking": 0, "feeling": 0, "do-next": 4, "wondering": 9}
    at = dict(begins)
    for s in statements():
        if s.question not in begins:
            continue
        if s.theme == LOW_THEME:
            boxes[CLOSING_FORMS - LOW_FORMS]["feeling"] = s.text
        else:
            boxes[at[s.question]][s.question.replace("-", "_")] = s.text
            at[s.question] += 1
    for box in boxes[-LOW_FORMS:]:
        box["low"] = True
    return tuple(ClosingForm(**box) for box in boxes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class ProjectIdea:
    """A project that a statement implies: its title, and the statement as its aim."""

    title: str
    aim: str
    topics: tuple[str, ...]
    place: str


def projects() -> tuple[ProjectIdea, ...]:
    """What the statements imply, the statement itself as the aim as typed."""
    ideas = (
        ("Sepsis training, tools and pathways", "Sepsis (training", ("sepsis",)),
        ("Antimicrobial stewardship", "Antimicrobial stewardship", ("antimicrobial-stewardship",)),
        ("Admissions avoidance", "Admissions avoidance", ()),
        ("Community and home-based services", "Filling gaps", ()),
        ("End of life care pathways", "End of life", ("end-of-life",)),
        ("Care homes: building relations", "Provider care homes", ()),
        ("Children and young people in co-production", "Improving outcomes for children", ()),
        ("Working with GPs and primary care", "Engage with GPs", ()),
        ("One point of contact", "Marketing services", ()),
        ("Task-and-finish group on homelessness and A&E", "Themed task-and-finish", ()),
        ("MIDOS, the directory of services", "Take a QI approach to the development of MIDOS", ()),
        ("Older people's care, physical and mental", "Truly integrating older people", ("dementia",)),
    )
    said = statements()
    found = []
    for title, begins, topics in ideas:
        statement = next(s for s in said if s.text.startswith(begins))
        found.append(ProjectIdea(title, statement.text, topics, statement.place))
    return tuple(found)


def promises() -> tuple[str, ...]:
    """Pledges: what people wrote under "What will you do next?", and two of the plans made in pairs."""
    said = statements()
    first = [s.text for s in said if s.question == "do-next"]
    plans = [s.text for s in said if s.question == "what-will-we-do-next" and s.place == "Milton Keynes"]
    return (*first, *plans[:2])


STALLED = "One point of contact"
"""The project that stands still for three months and is stopped with thanks."""
LEARNED = {
    "hoped": "One telephone number for every community service.",
    "tried": "Two teams shared a telephone for a month.",
    "learned": "The number is the easy part: agree first who answers it in the evening.",
}
"""What its lead says of it then."""
SOUGHT = "one telephone number for community services"
"""What somebody else looks for, who has never heard of it."""
