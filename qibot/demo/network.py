"""The invented network of the demo: people of seven organisations in two workspaces, and what they have said so far.

Everything here comes in as it would from real people: typed commands, pressed buttons and filled-in forms, through the
stand-in Slack and the bot's own door. Nobody here exists, and nothing here was said by anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from qibot.clock import local_date
from qibot.demo.slack_forms import Typed
from qibot.demo.slack_server import Seen, SeenMessage, User
from qibot.demo.world import Account, World
from qibot.hours import at_local, is_working_day

MK, BEDS = "T0MK", "T0BEDS"
WORKSPACES = {MK: "Milton Keynes Together", BEDS: "Bedfordshire Improvers"}
EVENT, CODE = "Better together: improvement day", "BETTER1"
MORNING = time(10)
_ZONE = "Europe/London"


@dataclass(frozen=True, slots=True)
class Work:
    """An organisation as it is called in the shipped list, the workspace its people use, and its place."""

    name: str
    workspace: str
    place: str
    domain: str


MKUH = Work("Milton Keynes University Hospital NHS Foundation Trust", MK, "Milton Keynes", "mkuh")
CNWL = Work("Central and North West London NHS Foundation Trust", MK, "Milton Keynes", "cnwl")
SCAS = Work("South Central Ambulance Service NHS Foundation Trust", MK, "Milton Keynes", "scas")
BEDSH = Work("Bedfordshire Hospitals NHS Foundation Trust", BEDS, "Bedford", "bedshospitals")
ELFT = Work("East London NHS Foundation Trust", BEDS, "Luton", "elft")
CCS = Work("Cambridgeshire Community Services NHS Trust", BEDS, "Luton", "ccs")
EEAST = Work("East of England Ambulance Service NHS Trust", BEDS, "Bedford", "eeast")


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
    def account(self) -> Account:
        """Their account in the stand-in Slack."""
        first, *_, last = self.name.split()
        email = f"{first}.{last}@{self.work.domain}.example".lower()
        return Account(self.work.workspace, f"U0{first.upper()}", self.name, email)


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
_ASK_FIRST = "Ask me first: my name is shown once I say yes"

PEOPLE = (
    AMINA,
    TOMASZ,
    OWEN,
    RUTH,
    PRIYA,
    Invented("Jonas Weber", CNWL, "Improvement lead", ("patient-safety",), "A first driver diagram, drawn together",
             ("patient-safety", "violence-reduction"), at_event=True),
    Invented("Grace Adeyemi", MKUH, "Antimicrobial pharmacist", ("antimicrobial-stewardship", "sepsis"),
             "IV to oral switch: our ward round sheet and six months of figures",
             ("antimicrobial-stewardship", "medicines-safety"), at_event=True),
    Invented("Hannah Doyle", MKUH, "Discharge coordinator", ("discharge", "patient-flow"), at_event=True),
    Invented("Samuel Osei", MKUH, "Emergency physician", ("urgent-emergency-care", "sepsis"),
             "Sepsis six at the front door: what slowed us down", ("sepsis", "urgent-emergency-care"), _ASK_FIRST),
    Invented("Ines Duarte", CNWL, "Community psychiatric nurse", ("dementia", "care-homes"),
             "Delirium or dementia: a one-page guide for care homes", ("dementia",), at_event=True),
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
    Invented("Sam Whitlock", MKUH, "Porter"),
    Invented("Nadia Hart", CCS, "Administrator"),
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


@dataclass
class Invention:
    """Lets the people of the network do what they do."""

    world: World
    users: dict[str, User] = field(default_factory=dict)

    async def fill(self, start: datetime) -> None:
        """Everybody joins two weeks before `start`, on the day of the event; then the clock is set to `start`."""
        then = _working_day(local_date(start) - timedelta(days=13))
        self.world.clock.set(at_local(then, time(9, 30), _ZONE))
        self.users = {one.name: self.world.user(one.account) for one in PEOPLE}
        for one in PEOPLE:
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
        """An introduction that both said yes to."""
        await self._ask("Priya Raman", "find falls", "We see people who fall again within weeks.")
        await self.world.tick()
        card = self._card(RUTH.name, "Accept")
        await self.world.slack.press(self.users[RUTH.name], card, "Accept")
        await self.world.slack.wait_idle(
            until=lambda: "Accept" not in self.world.slack.inbox(self.users[RUTH.name])[-1].labels
        )

    async def _ask(self, name: str, command: str, why: str) -> None:
        seen = await self._type(name, command)
        pressed = await self.world.slack.press(self.users[name], seen.messages[-1], "Ask for an introduction")
        await self._send(name, pressed, {"reason": why})

    def _card(self, name: str, label: str) -> SeenMessage:
        return next(m for m in reversed(self.world.slack.inbox(self.users[name])) if label in m.labels)

    async def _type(self, name: str, text: str) -> Seen:
        seen = await self.world.slack.slash(self.users[name], text)
        await self.world.slack.wait_idle(until=lambda: seen.messages or seen.opened)
        return seen

    async def _fill(self, name: str, command: str, answers: Mapping[str, Typed]) -> None:
        await self._send(name, await self._type(name, command), answers)

    async def _send(self, name: str, seen: Seen, answers: Mapping[str, Typed]) -> None:
        if seen.opened is None:
            raise RuntimeError(f"no form opened for {name}: {seen.shown}")
        done = await self.world.slack.submit(self.users[name], seen.opened, answers)
        if done.errors:
            raise RuntimeError(f"{name}: {done.errors}")
        await self.world.slack.wait_idle(until=lambda: done.messages)


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
