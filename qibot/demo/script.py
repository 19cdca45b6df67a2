"""`qibot demo --script blmk --out DIR`: the main job on real input, without a browser, through the same adapters.

101 invented people join the event of 27 November 2019, type what its report says word for word, promise, ask for
introductions and answer them; then the clock runs twelve weeks. Everything goes over signed HTTP between a stand-in
Slack and the bot, so what is written down is what people saw. Two runs write the same three files.
"""

import csv
import io
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from qibot.clock import SetClock
from qibot.demo import blmk
from qibot.demo.blmk import Guest
from qibot.demo.sides import Answer, Card, OnSlack, OnTeams, Paper, Side
from qibot.demo.transcript import Transcript
from qibot.demo.world import World, world
from qibot.outbox.models import CANCELLED, PENDING, SENDING, Delivery
from qibot.people.models import Person

EVENT_DAY, LAST_DAY, STALLED_DAY = date(2019, 11, 27), date(2020, 2, 19), date(2020, 2, 27)
LONDON = ZoneInfo("Europe/London")
CODE = "BLMK19"
CHAMPIONS, INTRODUCTIONS = 40, 30
STEP = timedelta(seconds=12)
"""Between two things that people do on the day."""


async def run(out: Path, say: Callable[[str], None]) -> None:
    """Write transcript.md, report.md and deliveries.csv into `out`; `say` prints progress."""
    clock = SetClock(_at(EVENT_DAY, 9))
    guests = blmk.guests()
    with tempfile.TemporaryDirectory(prefix="qibot-") as folder:
        address = f"sqlite+aiosqlite:///{folder}/qibot.db"
        organiser = guests[0].account.email
        async with world(address, clock, blmk.WORKSPACES, organisers=organiser, tenants=blmk.TENANTS) as made:
            day = Day(made.unhurried(), guests, say)
            await day.play()
            await day.twelve_weeks()
            await day.stalled()
            report, deliveries = await day.report(), await _deliveries(made)
            problems = [*made.slack.problems, *(made.teams.problems if made.teams else ())]
            if problems:
                raise RuntimeError(f"Slack or Teams would have refused something: {problems[:3]}")
    _write(out, {"transcript.md": day.transcript.text(), "report.md": report, "deliveries.csv": deliveries})
    say(f"Written to {out}: transcript.md, report.md, deliveries.csv")


def _write(out: Path, files: dict[str, str]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON).astimezone(UTC)


class Day:
    """The people of the day and what they do, one after the other."""

    def __init__(self, made: World, guests: tuple[Guest, ...], say: Callable[[str], None]) -> None:
        self.world, self.guests, self.say = made, guests, say
        self.transcript = Transcript(made.clock, guests)
        self._sides: dict[str, Side] = {"Slack": OnSlack(made), "Teams": OnTeams(made)}
        self._times: Counter[tuple[str, str]] = Counter()
        self._known: defaultdict[str, set[str]] = defaultdict(set)
        self._asked = 0

    async def play(self) -> None:
        """Wednesday 27 November 2019, from nine to five."""
        await self._arrive()
        await self._reflect()
        await self._themes()
        await self._register()
        await self._offer()
        await self._ask()
        await self._promise()

    # --- what people do ---

    async def types(self, who: Guest, words: str, *, brief: str = "") -> Answer:
        """Type a command. `brief` stands for it in the transcript when many do the same."""
        self.world.clock.forward(STEP)
        side = self._sides[who.platform]
        answer = await side.types(who.account, words)
        self.transcript.did(who, f"types `{side.prefix}{words}`", answer, brief=brief)
        return answer

    async def presses(self, who: Guest, on: Card, label: str, *, nth: int = 0, brief: str = "") -> Answer:
        """Press a button."""
        self.world.clock.forward(STEP)
        answer = await self._sides[who.platform].presses(who.account, on, label, nth)
        self.transcript.did(who, f"presses [{label}]", answer, brief=brief)
        return answer

    async def fills(self, who: Guest, before: Answer, *, brief: str = "", **values: str | list[str] | None) -> Answer:
        """Fill in the form on the screen and send it."""
        if before.form is None:
            raise RuntimeError(f"{who.name} was offered no form")
        self.world.clock.forward(STEP)
        answer = await self._sides[who.platform].fills(who.account, before.form, values)
        self.transcript.did(who, _typed(before.form, values), answer, brief=brief)
        return answer

    # --- the day ---

    async def _arrive(self) -> None:
        self.transcript.heading("People arrive and join")
        organiser = self.guests[0]
        await self._joins(organiser, brief="")
        form = await self.types(organiser, "event create")
        title = "Quality improvement across Bedfordshire, Luton and Milton Keynes"
        await self.fills(organiser, form, title=title, day=EVENT_DAY.isoformat(), place="BLMK", code=CODE)
        for n, guest in enumerate(self.guests):
            brief = "joins the network, and the event by its code" if n > 2 else ""
            if n:
                await self._joins(guest, brief=brief)
            await self.types(guest, f"event join {CODE.lower()}", brief=" " if brief else "")
        self.say(
            f"{len(self.guests)} people of {len({g.organisation for g in self.guests})} organisations have joined."
        )

    async def _joins(self, guest: Guest, *, brief: str) -> None:
        form = await self.types(guest, "join", brief=" " if brief else "")
        await self.fills(
            guest, form, brief=brief,
            name=guest.name, role=guest.role, place=guest.place, topics=list(guest.topics), contact=guest.account.email,
            organisation=guest.organisation,
            purposes=["findable", "introductions", "nudges", "broadcasts"],
        )  # fmt: skip

    async def _reflect(self) -> None:
        self.transcript.heading("The two questions in pairs")
        here = {place: [g for g in self.guests if (g.place == "Milton Keynes") == (place == "Milton Keynes")]
                for place in ("Milton Keynes", "Bedfordshire")}  # fmt: skip
        count = 0
        for n, pair in enumerate(blmk.pair_forms()):
            guest = here[pair.place][(n * 2 + 1) % len(here[pair.place])]
            form = await self.types(guest, "reflect pairs")
            await self.fills(
                guest, form, place=pair.place, greatest_opportunities=pair.opportunity, what_will_we_do_next=pair.next
            )
            count += bool(pair.opportunity) + bool(pair.next)
        self.transcript.heading("The four closing questions")
        for n, box in enumerate(blmk.closing_forms()):
            guest = self.guests[(n * 6 + 3) % len(self.guests)]
            form = await self.types(guest, "reflect closing")
            energy = "low" if box.low else None
            await self.fills(
                guest,
                form,
                thinking=box.thinking,
                feeling=box.feeling,
                do_next=box.do_next,
                wondering=box.wondering,
                energy=energy,
            )
            count += sum(bool(words) for words in (box.thinking, box.feeling, box.do_next, box.wondering))
        self.say(f"{count} statements typed; {blmk.CLOSING_FORMS} closing forms, {blmk.LOW_FORMS} of them low.")

    async def _themes(self) -> None:
        self.transcript.heading("The organiser groups the answers as the report did")
        organiser = self.guests[0]
        groups: dict[tuple[str, str, str], list[str]] = {}
        for s in blmk.statements():
            if s.theme:
                groups.setdefault((s.question, s.place, s.theme), []).append(s.text)
        for (question, place, theme), texts in groups.items():
            shown = await self.types(organiser, f"event themes {CODE}", brief=f"groups “{theme}”")
            order = _groups()
            labels = [label for label in shown.card.labels if label in ("Group them", "Change the themes")]
            at = order.index((question, place))
            nth = labels[:at].count(labels[at])
            form = await self.presses(organiser, shown.card, labels[at], nth=nth, brief=" ")
            await self.fills(organiser, form, brief=" ", theme=theme, answers=texts)
        self.say(f"{len(groups)} themes.")

    async def _register(self) -> None:
        self.transcript.heading("Projects that the statements imply")
        ideas = blmk.projects()
        for n, idea in enumerate(ideas):
            guest = self.guests[(n * 8 + 5) % len(self.guests)]
            form = await self.types(guest, "project register")
            place = idea.place or guest.place
            await self.fills(guest, form, title=idea.title, aim=idea.aim, topics=list(idea.topics), place=place)
        await self._joins_theirs()
        self.say(f"{len(ideas)} projects registered, and one joined that was there already.")

    async def _joins_theirs(self) -> None:
        """Somebody is about to register what another organisation is at already."""
        self.transcript.heading("One that is there already")
        guest = self.guests[40]
        form = await self.types(guest, "project register")
        alike = await self.fills(guest, form, title="Advice about antibiotics", aim="Antimicrobial stewardship at home")
        await self.presses(guest, alike.card, "Join theirs")

    async def _offer(self) -> None:
        self.transcript.heading("Forty people offer to help")
        for n, guest in enumerate(self._champions()):
            form = await self.types(guest, "champion join", brief=" " if n > 2 else "")
            visibility = "ask" if n % 5 == 4 else "open"
            brief = f"offers to help with {', '.join(guest.topics)}" if n > 2 else ""
            await self.fills(
                guest, form, brief=brief, topics=list(guest.topics), visibility=visibility, asks_a_month="1"
            )
        self.say(f"{CHAMPIONS} champions.")

    def _champions(self) -> list[Guest]:
        return [g for n, g in enumerate(self.guests[1:]) if n % 5 in (0, 2)][:CHAMPIONS]

    async def _ask(self) -> None:
        self.transcript.heading("Thirty people ask to be introduced")
        champions = {g.account.id for g in self._champions()}
        for guest in (g for g in self.guests[1:] if g.account.id not in champions):
            if self._asked == INTRODUCTIONS:
                break
            for topic in guest.topics:
                words = topic.replace("-", " ")
                card = (await self.types(guest, f"find {words}")).card
                if "Ask for an introduction" not in card.labels or "Nobody in another organisation" in card.shown:
                    continue
                form = await self.presses(guest, card, "Ask for an introduction")
                if form.form is None:
                    # A lead who was asked as often as it may be in a month; the guest is told, and tries another topic.
                    continue
                reason = f"We met at the event, and I would like to hear how you go about {words}."
                await self.fills(guest, form, reason=reason)
                self._asked += 1
                await self._deliver()
                break
        self.say(f"{self._asked} introductions asked for across organisations.")

    async def _promise(self) -> None:
        self.transcript.heading("Pledges")
        words = blmk.promises()
        for n, promise in enumerate(words):
            await self.types(self.guests[(n * 7 + 2) % len(self.guests)], f"pledge {promise}")
        self.say(f"{len(words)} pledges made.")

    # --- twelve weeks ---

    async def twelve_weeks(self) -> None:
        """From the evening of the day to Wed 19 February 2020: what the bot says unasked, and what people answer."""
        self.transcript.heading("Twelve weeks of follow-ups")
        sent = await self._until(_at(LAST_DAY, 17))
        self.say(f"Twelve weeks later: {sent} messages sent unasked after the day.")

    async def _until(self, end: datetime) -> int:
        """What the bot says unasked until then, and what people answer; how many messages."""
        sent = 0
        await self._deliver()
        while True:
            # The bot looks at what time has changed every five minutes; once a morning is enough to tell the story.
            morning = _at((self.world.clock.now() + timedelta(days=1)).astimezone(LONDON).date(), 9)
            due = await self.world.next_due()
            at = min(moment for moment in (morning, due) if moment is not None)
            if at > end:
                break
            self.world.clock.set(max(at, self.world.clock.now()))
            sent += await self._deliver()
        return sent

    async def stalled(self) -> None:
        """Three months after the day a project is stopped with thanks, and what it taught helps somebody else."""
        self.transcript.heading("A project that stood still is stopped with thanks, and found by somebody else")
        await self._until(_at(STALLED_DAY, 17))
        asked = ((g, card) for g in self.guests for card in self._inbox(g) if "Stop with thanks" in card.labels)
        lead, card = next((g, card) for g, card in asked if blmk.STALLED in card.shown)
        stopping = await self.presses(lead, card, "Stop with thanks")
        stopped = await self.presses(lead, stopping.card, "Stop with thanks")
        form = await self.presses(lead, stopped.card, "Tell what was learned")
        draft = await self.fills(lead, form, **blmk.LEARNED)
        await self.presses(lead, draft.card, "Share it")
        other = self.guests[25]
        await self.types(other, f"tried-before {blmk.SOUGHT}")
        await self.types(other, f"who {blmk.SOUGHT}")
        self.say("One project stopped with thanks; its story is found by its words.")

    async def _deliver(self) -> int:
        for guest in self.guests:
            self._known[guest.account.id] |= {card.id for card in self._new(guest)}
        sent = await self.world.tick()
        await self.world.settle()
        news = [(guest, card) for guest in self.guests for card in self._new(guest)]
        for guest, card in news:
            self.transcript.got(guest, card)
        for guest, card in news:
            await self._answers(guest, card)
        return sent

    def _new(self, who: Guest) -> list[Card]:
        """What came since: a hundred people have thousands of messages by the end."""
        return self._sides[who.platform].inbox(who.account, self._known[who.account.id])

    def _inbox(self, who: Guest) -> list[Card]:
        return self._sides[who.platform].inbox(who.account)

    async def _answers(self, guest: Guest, message: Card) -> None:
        """What people do with what they get: most say yes, some not this time, a few leave it."""
        number, times = guest.number, self._times
        if "Accept" in message.labels:
            times[guest.name, "asked"] += 1
            first = ("Accept", "Accept", "Not this time", "Accept", "Later", "Accept", "", "Accept")[number % 8]
            label = first if times[guest.name, "asked"] == 1 else "Accept"
        elif "Still going" in message.labels:
            times[guest.name, "promised"] += 1
            answers = ("Done", "Still going") if number % 4 == 0 else ("Still going", "Still going", "Done")
            label = ("Still going", *answers)[min(times[guest.name, "promised"], len(answers)) - number % 2]
        elif "Not yet" in message.labels:
            label = ("Yes", "Yes", "Not yet")[number % 3]
        else:
            return
        if label and label in message.labels:
            await self.presses(guest, message, label)

    async def report(self) -> str:
        """The report, as the organiser gets it in chat."""
        self.transcript.heading("The report")
        await self.types(self.guests[0], f"event report {CODE}")
        kept = [f for f in self.world.slack.files.values() if f.name.startswith("report-")]
        return (kept[-1].content or b"").decode()


def _groups() -> list[tuple[str, str]]:
    """The order in which the bot lists them: questions as they were asked, places by name."""
    said = blmk.statements()
    asked = list(dict.fromkeys(s.question for s in said))
    return sorted({(s.question, s.place) for s in said}, key=lambda g: (asked.index(g[0]), g[1]))


def _typed(form: Paper, values: Mapping[str, str | list[str] | None]) -> str:
    typed = {name: words for name, words in values.items() if isinstance(words, str) and words}
    lines = [f"{name.replace('_', ' ')}: {words}" for name, words in typed.items()]
    return f"fills in “{form.title}”" + "".join(f"\n  - {line}" for line in lines)


async def _deliveries(made: World) -> str:
    """Every message sent unasked, or that was to be sent and is settled."""
    query = select(Delivery, Person.name).join(Person, Delivery.person_id == Person.id)
    async with made.house.database.transaction(reading=True) as db:
        rows = (await db.execute(query.where(Delivery.state.not_in((PENDING, SENDING, CANCELLED))))).all()
    lines = sorted((d.sent_at or d.due_at, name, d.kind, d.subject, d.due_at, d.sent_at, d.state) for d, name in rows)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("person", "kind", "about", "due", "sent", "state"))
    for _, name, kind, about, due, sent, state in lines:
        writer.writerow((name, kind, about, _iso(due), _iso(sent) if sent else "", state))
    return out.getvalue()


def _iso(at: datetime) -> str:
    return at.astimezone(LONDON).isoformat(timespec="seconds")
