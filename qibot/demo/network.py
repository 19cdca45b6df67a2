"""The invented network of the demo: people of seven organisations in Slack and Teams, and what they have said so far.

Everything here comes in as it would from real people: typed commands, pressed buttons and filled-in forms, through the
stand-ins and the bot's own doors. Nobody here exists, and nothing here was said by anybody.
"""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from qibot.clock import local_date
from qibot.demo.sides import Answer, OnSlack, OnTeams, Side
from qibot.demo.slack_forms import Typed
from qibot.demo.world import Account, World
from qibot.hours import at_local, is_working_day

MK, BEDS, TEAMS = "T0MK", "T0BEDS", "bed5ca7e-0000-4000-8000-000000000001"
WORKSPACES = {MK: "Milton Keynes Together", BEDS: "Bedfordshire Improvers"}
TENANTS = {TEAMS: "Bedfordshire Care Together (Teams)"}
EVENT, CODE = "Better together: improvement day", "BETTER1"
MORNING = time(10)
_ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class Work:
    """An organisation as it is called in the shipped list, the workspace or tenant its people use, and its place."""

    name: str
    workspace: str
    place: str
    domain: str


MKUH = Work("Milton Keynes University Hospital NHS Foundation Trust", MK, "Milton Keynes", "mkuh")
CNWL = Work("Central and North West London NHS Foundation Trust", MK, "Milton Keynes", "cnwl")
SCAS = Work("South Central Ambulance Service NHS Foundation Trust", MK, "Milton Keynes", "scas")
BEDSH = Work("Bedfordshire Hospitals NHS Foundation Trust", BEDS, "Bedford", "bedshospitals")
ELFT = Work("East London NHS Foundation Trust", TEAMS, "Luton", "elft")
CCS = Work("Cambridgeshire Community Services NHS Trust", BEDS, "Luton", "ccs")
EEAST = Work("East of England Ambulance Service NHS Trust", TEAMS, "Bedford", "eeast")


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody. Without topics they have not joined yet; with an offer they are a champion."""

    name: str
    work: Work
    role: str
    topics: tuple[str, ...] = ()
    offer: str = ""
    champion_of: tuple[str, ...] = ()
    visibility: str = "Open: my name is shown"
    at_event: bool = False

    @property
    def in_teams(self) -> bool:
        """Whether they are in Teams, and not in Slack."""
        return self.work.workspace in TENANTS

    @property
    def account(self) -> Account:
        """Their account in the stand-in of Slack or Teams."""
        first, *_, last = self.name.split()
        email = f"{first}.{last}@{self.work.domain}.example".lower()
        id = f"U0{first.upper()}"
        if self.in_teams:
            # Always the same, and shaped as Entra's object ids are.
            id = f"aad00000-0000-4000-8000-{zlib.crc32(self.name.encode()):012x}"
        return Account(self.work.workspace, id, self.name, email)


AMINA = Invented("Amina Okafor", MKUH, "Ward sister", ("sepsis", "deteriorating-patient"), at_event=True)
TOMASZ = Invented(
    "Tomasz Nowak", BEDSH, "Consultant nurse", ("sepsis",), "A visit to our ward, and the sepsis trolley list to copy",
    ("sepsis", "deteriorating-patient"), at_event=True,
)  # fmt: skip
OWEN = Invented("Owen Hughes", BEDSH, "QI facilitator", ("patient-safety", "discharge"), at_event=True)
"""Owen organises: his address is the one named in the demo's settings."""
RUTH = Invented("Ruth Bell", MKUH, "Matron", ("falls", "patient-flow"), "How we halved falls at night, warts and all",
                ("falls",), at_event=True)  # fmt: skip
PRIYA = Invented("Priya Raman", ELFT, "Occupational therapist", ("frailty-older-people", "discharge"),
                 "An hour on home-first discharge and what it needs", ("discharge", "frailty-older-people"),
                 at_event=True)  # fmt: skip
NELL = Invented("Nell Ashworth", ELFT, "Palliative care nurse", ("end-of-life", "care-homes"),
                "What to say, and when: an hour on conversations that people put off", ("end-of-life",),
                at_event=True)  # fmt: skip
"""Nell is in Teams, and whom to try an introduction across platforms with."""
INES = Invented("Ines Duarte", CNWL, "Community psychiatric nurse", ("dementia", "care-homes"),
                "Delirium or dementia: a one-page guide for care homes", ("dementia",), at_event=True)  # fmt: skip
"""Ines shares Amina's workspace, and works elsewhere."""
_ASK_FIRST = "Ask me first: my name is shown once I say yes"

PEOPLE = (
    AMINA,
    TOMASZ,
    OWEN,
    RUTH,
    PRIYA,
    NELL,
    Invented("Jonas Weber", CNWL, "Improvement lead", ("patient-safety",), "A first driver diagram, drawn together",
             ("patient-safety", "violence-reduction"), at_event=True),
    Invented("Grace Adeyemi", MKUH, "Antimicrobial pharmacist", ("antimicrobial-stewardship", "sepsis"),
             "IV to oral switch: our ward round sheet and six months of figures",
             ("antimicrobial-stewardship", "medicines-safety"), at_event=True),
    Invented("Hannah Doyle", MKUH, "Discharge coordinator", ("discharge", "patient-flow"), at_event=True),
    Invented("Samuel Osei", MKUH, "Emergency physician", ("urgent-emergency-care", "sepsis"),
             "Sepsis six at the front door: what slowed us down", ("sepsis", "urgent-emergency-care"), _ASK_FIRST),
    INES,
    Invented("Callum Reid", CNWL, "Physiotherapist", ("falls", "community-services")),
    Invented("Meera Joshi", SCAS, "Paramedic", ("ambulance", "admissions-avoidance"),
             "A shift on the road, and how we leave people safely at home", ("admissions-avoidance", "ambulance"),
             at_event=True),
    Invented("Leo Marsh", SCAS, "Clinical team leader", ("ambulance", "clinical-handover")),
    Invented("Farah Siddiqui", BEDSH, "Infection prevention nurse", ("infection-prevention", "sepsis"),
             "Line care that nurses like", ("infection-prevention",), at_event=True),
    Invented("Peter Lindqvist", BEDSH, "Geriatrician", ("frailty-older-people", "falls"),
             "Frailty at the front door, by telephone on Thursdays", ("frailty-older-people",), _ASK_FIRST),
    Invented("Bea Thornton", BEDSH, "Data analyst", ("patient-flow", "patient-safety"),
             "Run charts from your own spreadsheet in half an hour", ("patient-flow",), at_event=True),
    Invented("Zainab Malik", ELFT, "People participation lead", ("patient-safety", "dementia"), at_event=True),
    Invented("Daniel Achterberg", ELFT, "Ward manager", ("violence-reduction",),
             "Safety huddles on a mental health ward", ("violence-reduction", "clinical-handover")),
    Invented("Rosa Delgado", CCS, "District nurse", ("pressure-ulcers", "community-services"),
             "Wound care in the home: photographs, consent, follow-up", ("pressure-ulcers",), at_event=True),
    Invented("Kofi Mensah", CCS, "Therapy lead", ("community-services", "nutrition-hydration")),
    Invented("Lena Fischer", EEAST, "Paramedic", ("ambulance", "frailty-older-people"),
             "Falls at home without a trip to hospital", ("falls", "admissions-avoidance"), at_event=True),
    Invented("Marek Zielinski", EEAST, "Operations manager", ("ambulance", "patient-flow")),
    Invented("Yusuf Karim", EEAST, "Clinical team leader", ("community-services", "end-of-life"), at_event=True),
    Invented("Sam Whitlock", MKUH, "Porter"),
    Invented("Nadia Hart", CCS, "Administrator"),
    Invented("Joan Fletcher", ELFT, "Healthcare assistant"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A project as its lead registers it."""

    lead: str
    title: str
    aim: str
    topics: tuple[str, ...]
    helpers: str = ""


PROJECTS = (
    Plan("Tomasz Nowak", "Sepsis trolley on every ward", "Antibiotics within the hour for nine in ten people by March.",
         ("sepsis",), "Pharmacy, the outreach team"),
    Plan("Grace Adeyemi", "Switch sooner", "Two in three people on tablets by day three.",
         ("antimicrobial-stewardship",), "Ward pharmacists"),
    Plan("Hannah Doyle", "Home before lunch", "A third of people who go home leave before noon.",
         ("discharge", "patient-flow"), "Transport, pharmacy"),
    Plan("Meera Joshi", "Left safely at home", "One number for crews to reach a community team within two hours.",
         ("admissions-avoidance",), "Community nursing"),
    Plan("Ruth Bell", "Quiet nights, fewer falls", "Half as many falls between ten at night and six.", ("falls",)),
    Plan("Ines Duarte", "What matters to me", "Every resident with dementia has a page about who they are.",
         ("dementia", "care-homes"), "Four care homes"),
    Plan("Yusuf Karim", "Wishes on the way", "Every crew can see what a person has asked for at the end of their life.",
         ("end-of-life",), "Hospices, general practice"),
)  # fmt: skip

PLEDGES = {
    "Amina Okafor": "put the sepsis six on one page for our ward",
    "Tomasz Nowak": "invite two wards of another hospital to see the trolley",
    "Ruth Bell": "ask the night staff what would help them",
    "Priya Raman": "spend a morning with the ambulance crew",
    "Rosa Delgado": "share our wound photographs guide",
}

REFLECTIONS: Mapping[str, Mapping[str, Typed]] = {
    "Amina Okafor": {"thinking": "We all have the same problem with the first hour", "feeling": "Less alone",
                     "do_next": "Visit a ward that has done it", "energy": "Good"},
    "Hannah Doyle": {"thinking": "Discharge starts at the front door", "wondering": "Who owns the transport question?",
                     "energy": "Mixed"},
    "Priya Raman": {"feeling": "Hopeful\nA little tired", "do_next": "Write to the people I met today",
                    "energy": "Low", "no_name": ["yes"]},
}  # fmt: skip


class Invention:
    """Lets the people of the network do what they do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._sides: dict[bool, Side] = {False: OnSlack(world), True: OnTeams(world)}

    async def fill(self, start: datetime) -> None:
        """Everybody joins two weeks before `start`, on the day of the event; then the clock is set to `start`."""
        then = _working_day(local_date(start) - timedelta(days=13))
        self.world.clock.set(at_local(then, time(9, 30), _ZONE))
        for one in PEOPLE:
            await self._arrive(one)
            if one.topics:
                await self._join(one)
            if one.offer:
                await self._offer(one)
        for plan in PROJECTS:
            await self._register(plan)
        await self._event(then)
        await self._met()
        self.world.clock.set(at_local(_working_day(local_date(start) - timedelta(days=1)), time(11), _ZONE))
        await self._ask("Lena Fischer", "find discharge", "We bring people back who went home the day before.")
        await self.world.tick()
        # What the bot owed them by now, it has sent.
        self.world.clock.set(start)
        await self.world.tick()
        self.world.clock.set(start)

    async def _arrive(self, one: Invented) -> None:
        """An account in Slack, or in Teams one with the app."""
        if one.in_teams:
            await self.world.teams_server.install(self.world.colleague(one.account))
            await self.world.settle()
        else:
            self.world.user(one.account)

    async def _join(self, one: Invented) -> None:
        answers: dict[str, Typed] = {
            "name": one.name,
            "role": one.role,
            "organisation": one.work.name,
            "place": one.work.place,
            "topics": list(one.topics),
            "purposes": ["findable", "introductions", "nudges", "broadcasts"],
        }
        await self._fill(one.name, "join", answers)

    async def _offer(self, one: Invented) -> None:
        answers: dict[str, Typed] = {
            "topics": list(one.champion_of),
            "offer": one.offer,
            "asks_a_month": "4",
            "visibility": one.visibility,
        }
        await self._fill(one.name, "champion join", answers)

    async def _register(self, plan: Plan) -> None:
        answers: dict[str, Typed] = {
            "title": plan.title,
            "aim": plan.aim,
            "topics": list(plan.topics),
            "helpers": plan.helpers,
        }
        await self._fill(plan.lead, "project register", answers)

    async def _event(self, day: date) -> None:
        answers: dict[str, Typed] = {"title": EVENT, "day": day.isoformat(), "place": "Bletchley", "code": CODE}
        await self._fill(OWEN.name, "event create", answers)
        for one in PEOPLE:
            if one.at_event:
                await self._type(one.name, f"event join {CODE}")
        for name, boxes in REFLECTIONS.items():
            await self._fill(name, "reflect closing", boxes)
        for name, words in PLEDGES.items():
            await self._type(name, f"pledge {words}")

    async def _met(self) -> None:
        """An introduction that both said yes to, one in Teams and one in Slack."""
        await self._ask("Priya Raman", "find falls", "We see people who fall again within weeks.")
        await self.world.tick()
        side, account = self._of(RUTH.name)
        card = next(one for one in reversed(side.inbox(account)) if "Accept" in one.labels)
        await side.presses(account, card, "Accept")

    async def _ask(self, name: str, command: str, why: str) -> None:
        side, account = self._of(name)
        found = (await self._type(name, command)).card
        await self._send(name, await side.presses(account, found, "Ask for an introduction"), {"reason": why})

    async def _type(self, name: str, text: str) -> Answer:
        side, account = self._of(name)
        return await side.types(account, text)

    async def _fill(self, name: str, command: str, answers: Mapping[str, Typed]) -> None:
        await self._send(name, await self._type(name, command), answers)

    async def _send(self, name: str, answer: Answer, answers: Mapping[str, Typed]) -> None:
        if answer.form is None:
            raise RuntimeError(f"no form came for {name}: {[one.shown for one in answer.cards]}")
        side, account = self._of(name)
        await side.fills(account, answer.form, answers)

    def _of(self, name: str) -> tuple[Side, Account]:
        one = next(one for one in PEOPLE if one.name == name)
        return self._sides[one.in_teams], one.account


def first_morning(now: datetime) -> datetime:
    """Ten in the morning of the first working day from `now` (aware) on, so that messages are free to go out."""
    day = local_date(now)
    while not is_working_day(day):
        day += timedelta(days=1)
    return at_local(day, MORNING, _ZONE)


def _working_day(day: date) -> date:
    """`day` or the working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day
