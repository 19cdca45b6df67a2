"""clock: two years of reminders, four clock changes, a clock that jumps by -1 h, +1 h, +30 days, three days asleep.

Everybody works in a week and a zone of their own. The bot lives by its clock, Slack by the true time, and some
connections are cut as Slack has taken a message, so that the two must agree on what was sent while their clocks do not.
"""

import itertools
import json
import random
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import update

from qibot.app import House
from qibot.clock import SetClock
from qibot.database import Database
from qibot.outbox import service as outbox
from qibot.outbox.service import Due
from qibot.people.models import Person
from qibot.settings import Settings
from tests.prove import crowd as crowds
from tests.prove.broadcast import MORNING, crowd
from tests.prove.child import with_announcements
from tests.prove.ledger import Ledger
from tests.prove.outcome import Outcome
from tests.prove.stand import Stand, standing
from tests.prove.wire import PASS, Fate, Step

PEOPLE, WEEKS = 60, 104
CAP, WEEK, HOUR = 3, timedelta(days=7), timedelta(hours=1)
DROPPED = 0.05
ZONES = ("Europe/London",) * 6 + ("Europe/Paris", "America/New_York", "Asia/Kolkata")
DAYS = ("01234",) * 5 + ("012", "34", "0123456")
HOURS = ((9, 17),) * 4 + ((7, 15), (12, 20), (0, 3))
JUMPS = (-HOUR, HOUR, timedelta(days=30))
ASLEEP = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Works:
    """When somebody works."""

    zone: str
    days: str
    start: int
    end: int

    def at(self, moment: datetime, off: frozenset[date]) -> bool:
        """Whether they do at a moment. Worked out anew here, and not by the rules that are put to the proof."""
        there = moment.astimezone(ZoneInfo(self.zone))
        holiday = there.date() in off or (there.month, there.day) in ((12, 25), (12, 26), (1, 1))
        return str(there.weekday()) in self.days and self.start <= there.hour < self.end and not holiday


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """One life of two years (quick: one of twelve weeks, around one clock change)."""
    dice = random.Random(outcome.seed)
    people = 12 if quick else max(12, round(PEOPLE * outcome.part))
    weeks = 8 if quick else WEEKS
    begin = datetime(2020, 3, 2, 10, tzinfo=UTC) if quick else MORNING
    with tempfile.TemporaryDirectory() as folder:
        years = Years(dice, people, begin, begin + weeks * WEEK)
        await years.live(Path(folder))
    outcome.figures |= {"people": people, "nudges": years.planned, "clock_changes": years.changes(), **years.happened}
    outcome.nothing(**years.judged())
    f = outcome.figures
    outcome.said = (
        f"{weeks} weeks, {years.planned:,} reminders to {people} people, {f['clock_changes']} clock changes, "
        f"{f['jumps']} jumps, {f['sleeps']} times three days asleep, {f['cut']} connections cut: {f['lost']} lost, "
        f"{f['twice']} twice, {f['out_of_hours']} out of hours, {f['over_the_weekly_cap']} over the weekly cap, "
        f"{f['at_once']} at once"
    )


class Years:
    """A crowd, a bot, and time: the true one, which is Slack's, and the bot's."""

    def __init__(self, dice: random.Random, people: int, begin: datetime, end: datetime) -> None:
        self._dice, self._end = dice, end
        self._begin = begin
        self._true, self._clock = SetClock(begin), SetClock(begin)
        self._crowd = crowd("slack", people, 3)
        self._works = {
            n: Works(dice.choice(ZONES), dice.choice(DAYS), *dice.choice(HOURS)) for n in range(1, people + 1)
        }
        self._moments: dict[int, datetime] = {}
        self._rows: list[tuple[str, str]] = []
        self._posts: dict[int, list[tuple[int, str]]] = {}
        self._next_jump: timedelta | None = None
        self.planned = 0
        self.happened = {"jumps": 0, "jumps_with_a_message_in_flight": 0, "sleeps": 0, "cut": 0}
        self._misfortunes = self._plan_misfortunes()

    def _plan_misfortunes(self) -> list[tuple[datetime, str]]:
        span = (self._end - self._begin).total_seconds()
        count = max(1, round(span / (26 * WEEK.total_seconds())))
        kinds = ["jump"] * (3 * count) + ["jump in flight"] * (3 * count) + ["sleep"] * (2 * count)
        at = [self._begin + timedelta(seconds=self._dice.uniform(0, span)) for _ in kinds]
        return sorted(zip(at, kinds, strict=True))

    async def live(self, folder: Path) -> None:
        """From the first day to the last, and then on until nothing waits any more."""
        url = f"sqlite+aiosqlite:///{folder / 'proof.db'}"
        async with standing(self._crowd, self._true) as stand:
            await crowds.prepare(url)
            await self._people(url, stand)
            stand.wire.fate, stand.wire.watch = self._fate, self._watch
            settings = Settings(_env_file=None, **stand.settings(url, 3000))  # type: ignore[arg-type]
            with with_announcements():
                house = House(settings, clock=self._clock, ticking=False)
            try:
                await house.start()
                await self._days(house)
            finally:
                await house.stop()
            self._rows = Ledger(url).ask("SELECT id, state FROM deliveries")
            self._posts = _posts(stand)

    async def _people(self, url: str, stand: Stand) -> None:
        database = Database(url)
        try:
            await crowds.build(database, self._crowd, self._begin, conversations=dict(stand.known))
            async with database.transaction() as db:
                for number, works in self._works.items():
                    hours = {"works_from": time(works.start), "works_until": time(works.end)}
                    given = {"zone": works.zone, "working_days": works.days, **hours}
                    await db.execute(update(Person).where(Person.id == number).values(**given))
                dues = [due for number in self._works for due in self._reminders(number)]
                self.planned = len(dues)
                await outbox.queue_many(db, dues)
        finally:
            await database.close()

    def _reminders(self, number: int) -> list[Due]:
        """One a week at any hour of day and night, some weeks two."""
        moments = []
        for week in range((self._end - self._begin) // WEEK - 4):
            for _ in range(1 + (self._dice.random() < 0.2)):
                moments.append(
                    self._begin + week * WEEK + timedelta(seconds=self._dice.uniform(0, WEEK.total_seconds()))
                )
        return [Due("prove.nudge", number, "pledge:1", at, f"{n}w") for n, at in enumerate(sorted(moments))]

    async def _days(self, house: House) -> None:
        tidied = self._begin
        while True:
            self._moments[int(self._true.now().timestamp())] = self._clock.now()
            await house.worker.tick()
            if self._true.now() - tidied > timedelta(days=1):
                tidied = self._true.now()
                await house.plan()
                await house.tidy()
            async with house.database.transaction(reading=True) as db:
                due = await outbox.next_due(db)
            if due is None or self._true.now() > self._end + 60 * WEEK:
                return
            self._forward(max(due - self._clock.now(), timedelta(seconds=1)) + self._late())
            self._suffer()

    def _late(self) -> timedelta:
        return timedelta(seconds=self._dice.choice((0, 0, 0, 1, 60, 600)))

    def _forward(self, by: timedelta) -> None:
        self._true.forward(by)
        self._clock.forward(by)

    def _suffer(self) -> None:
        while self._misfortunes and self._misfortunes[0][0] <= self._true.now():
            _, kind = self._misfortunes.pop(0)
            if kind == "sleep":
                self._forward(ASLEEP)
                self.happened["sleeps"] += 1
            elif kind == "jump":
                self._jump(self._dice.choice(JUMPS))
            else:
                self._next_jump = self._dice.choice(JUMPS)

    def _jump(self, by: timedelta) -> None:
        self._clock.forward(by)
        self.happened["jumps"] += 1

    def _fate(self, workspace: str) -> Fate:
        if self._dice.random() >= DROPPED:
            return PASS
        self.happened["cut"] += 1
        return Fate("cut")

    async def _watch(self, step: Step, number: int) -> None:
        if step == "taken" and self._next_jump is not None:
            self._jump(self._next_jump)
            self._next_jump = None
            self.happened["jumps_with_a_message_in_flight"] += 1

    def changes(self) -> int:
        """How often London's clocks changed meanwhile."""
        noons = [self._begin + timedelta(days=n) for n in range((self._end - self._begin).days)]
        offsets = [noon.astimezone(ZoneInfo("Europe/London")).utcoffset() for noon in noons]
        return sum(one != two for one, two in itertools.pairwise(offsets))

    def judged(self) -> dict[str, int]:
        """How often each promise was broken."""
        marks = Counter(mark for some in self._posts.values() for _, mark in some)
        found = Counter(lost=sum(state != "sent" or mark not in marks for mark, state in self._rows))
        found["twice"] = sum(count > 1 for count in marks.values())
        off = _holidays()
        for number, posts in self._posts.items():
            decided = [self._moments[second] for second, _ in posts]
            found["out_of_hours"] += sum(not self._works[number].at(moment, off) for moment in decided)
            found["over_the_weekly_cap"] += sum(_week_before(decided, n) >= CAP for n in range(len(decided)))
            found["at_once"] += sum(two[0] - one[0] < 1 for one, two in itertools.pairwise(posts))
        names = ("lost", "twice", "out_of_hours", "over_the_weekly_cap", "at_once")
        return {name: found[name] for name in names}


def _posts(stand: Stand) -> dict[int, list[tuple[int, str]]]:
    """For each person, in order: the second (of true time) in which a message came, and its mark."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for workspace in stand.server.workspaces.values():
        for channel in workspace.channels.values():
            number = stand.numbers[next(iter(channel.members - {workspace.bot_user_id}))]
            found[number] += [
                (int(post.ts[:10]), post.metadata["event_payload"]["id"]) for post in channel.posts.values()
            ]
    return {number: sorted(posts) for number, posts in found.items()}


def _week_before(decided: list[datetime], nth: int) -> int:
    """How many came in the seven days before the nth, an hour less: so much a jump back may hide."""
    return sum(moment > decided[nth] - WEEK + HOUR for moment in decided[:nth])


def _holidays() -> frozenset[date]:
    held = json.loads((files("qibot") / "bank_holidays_england_wales.json").read_text(encoding="utf-8"))
    days = held["events"] + held["calculated_after_last_announced"]
    return frozenset(date.fromisoformat(day["date"]) for day in days)
