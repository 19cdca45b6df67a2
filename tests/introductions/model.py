"""Whatever people do in whatever order: no name or contact passes before both agreed or the asker allowed it, nobody
waits for ever, nothing reaches who has opted out or who is kept apart, and no words are kept once they have arrived;
also when the process dies between any two messages.
"""

import asyncio
import itertools
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from qibot.bot import Bot
from qibot.chat import wire
from qibot.chat.forms import Form
from qibot.chat.message import Buttons, Message, Quote, plain_text
from qibot.chat.platform import Address, Sent, Unreachable
from qibot.chat.wire import Action
from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import router
from qibot.hours import is_working_day
from qibot.introductions.models import (
    ACCEPTED,
    ASKED,
    DECLINED,
    EXPIRED,
    KIND,
    NAME,
    ROLE,
    WITHDRAWN,
    Introduction,
    NotWith,
    RelayMessage,
    Suggestion,
)
from qibot.introductions.pairs import never_pairs
from qibot.introductions.relay.service import KEEP
from qibot.introductions.service import TOGETHER_KIND
from qibot.migrate import migrate
from qibot.outbox.models import PENDING, SENDING, SENT, Delivery
from qibot.people.models import Consent
from tests.cast import AMINA, JONAS, OWEN, PRIYA, TOMASZ, Character
from tests.conftest import EVENT_MORNING
from tests.introductions.days import Days
from tests.introductions.scene import dump, ids, offer, rows
from tests.talk import Network, Talk

CAST = (AMINA, JONAS, TOMASZ, PRIYA)
CHAMPIONS = (TOMASZ, PRIYA, JONAS)
"""They want to be asked first, all of them; Jonas both asks and is asked. Amina, who is no champion, lets the network
see her name, but not those whom she asks. Owen organises, and reads what is reported."""

T = TypeVar("T")
Pairs = set[tuple[Character, Character]]
somebody, champion = st.sampled_from(CAST), st.sampled_from(CHAMPIONS)
END = ("You are introduced to", "Not available this time", "They suggested asking somebody else")
MEET = ", meet each other"
ERASED = "What I held about you is erased"
OWN_END = ("Withdrawn", "That stays between us", "Your report is on its way", "The two of you are kept apart")


async def prepare(path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    await migrate(database)
    talk = Network(Bot(database, router, SetClock(EVENT_MORNING), organisers=(OWEN.email,)))
    await talk.join(*CAST, OWEN)
    for who in CHAMPIONS:
        await offer(talk, who)
    await database.close()


class Died(BaseException):
    """What no handler of errors stops."""


@dataclass
class Truth:
    """What the database says after a step. Pairs are (reader, whom they may know by name, or how to reach)."""

    introductions: list[Introduction] = field(default_factory=list)
    names: Pairs = field(default_factory=set)
    contacts: Pairs = field(default_factory=set)
    listed: Pairs = field(default_factory=set)
    apart: set[tuple[int, int]] = field(default_factory=set)


class Introductions(RuleBasedStateMachine):
    """The real bot, database and worker; `loyal` are those who have not left, withdrawn or gone away at any time."""

    joined: Path
    folder: Path
    opened = 0
    reached: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        Introductions.opened += 1
        self.file = self.folder / f"{Introductions.opened}.db"
        shutil.copy(self.joined, self.file)
        self.clock = SetClock(EVENT_MORNING)
        # The copy holds receipts of everything done so far.
        self.talk = Network(self.begin(ids=1000))
        self.days = Days(self.database, self.clock, self.talk.papers)
        self.people = self.do(ids(self.database))
        self.by_id = {self.people[c.name]: c for c in CAST}
        self.loyal = set(CAST)
        self.read: dict[Character, Counter[str]] = {who: Counter() for who in (*CAST, OWEN)}
        self.out: dict[Character, int] = {}
        self.forms: list[tuple[Character, Form]] = []
        self.reasons: list[str] = []
        self.reports: list[str] = []
        self.reported: set[int] = set()
        self.kept_from: set[tuple[int, int]] = set()
        self.written: list[tuple[str, int, Character, Character]] = []
        self.carried_at_stop: dict[int, list[str]] = {}
        self.before = self.now = Truth()

    def begin(self, *, ids: int) -> Bot:
        """A new process: it knows nothing but what is in the file."""
        self.database = Database(f"sqlite+aiosqlite:///{self.file}")
        bot = Bot(self.database, router, self.clock, organisers=(OWEN.email,))
        bot._talk_ids = ids  # type: ignore[attr-defined]
        return bot

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def messages(self, who: Character) -> list[Message]:
        return [*self.talk(who).said, *self.got(who)]

    def got(self, who: Character) -> list[Message]:
        """Unasked: alone, and in a conversation of two and the bot."""
        both = [message for accounts, message in self.talk.paper.together if who.account in accounts]
        return [*self.talk(who).inbox, *both]

    # ---- What people do

    @initialize(asked=champion, delivered=st.booleans())
    def two_are_introduced_to_begin_with(self, asked: Character, delivered: bool) -> None:
        asker = AMINA if asked != JONAS else PRIYA
        self.do(self._asks(self.talk(asker), {"champion": self.people[asked.name], "topic": 1}, "role"))
        self.do(self.talk(asked).presses_raw("introductions.accept", {"introduction": 1}))
        if delivered:
            self.do(self.days.deliver())

    @rule(asker=somebody, asked=somebody, shows=st.sampled_from([NAME, ROLE, NAME, KIND]), by_card=st.booleans())
    def asks(self, asker: Character, asked: Character, shows: str, by_card: bool) -> None:
        one = self.people[asked.name]
        self.do(self._asks(self.talk(asker), {"person": one} if by_card else {"champion": one, "topic": 1}, shows))

    async def _asks(self, asker: Talk, whom: dict[str, int], shows: str) -> None:
        await asker.presses_raw("introductions.ask_person" if "person" in whom else "introductions.ask", whom)
        await self._fills_reason(asker, shows)

    async def _fills_reason(self, asker: Talk, shows: str) -> None:
        if isinstance(asker.last, Form):
            self.forms.append((asker.who, asker.form))
            self.reasons.append(f"reason-{len(self.reasons):04}-")
            await asker.fills(reason=self.reasons[-1], shows=shows)

    @rule(who=somebody, data=st.data())
    def presses_any_button_ever_shown(self, who: Character, data: st.DataObject) -> None:
        every = {
            (button.does.wire, wire.encode(button.does))
            for message in self.messages(who)
            for part in message.parts
            if isinstance(part, Buttons)
            for button in part.buttons
            if isinstance(button.does, Action) and button.does.wire.startswith("introductions.")
        }
        if every:
            name, payload = data.draw(st.sampled_from(sorted(every)))
            self.do(self._presses(self.talk(who), name, json.loads(payload)))

    async def _presses(self, who: Talk, name: str, payload: dict[str, Any]) -> None:
        await who.presses_raw(name, payload)
        if name in ("introductions.ask", "introductions.ask_person", "introductions.ask_instead"):
            await self._fills_reason(who, "role")

    @rule(
        data=st.data(),
        anybody=st.none() | somebody,
        verb=st.sampled_from(["accept", "accept", "decline", "later", "withdraw", "withdraw", "stop_writing"]),
    )
    def presses_what_was_perhaps_never_shown(self, data: st.DataObject, anybody: Character | None, verb: str) -> None:
        one = data.draw(st.sampled_from(self.now.introductions))
        who = anybody or self.by_id[one.asker_id if verb == "withdraw" else one.champion_id]
        self.do(self.talk(who).presses_raw(f"introductions.{verb}", {"introduction": one.id}))

    @rule(data=st.data(), asked=champion, other=somebody, by_name=st.booleans())
    def is_asked_and_suggests(self, data: st.DataObject, asked: Character, other: Character, by_name: bool) -> None:
        asker = data.draw(st.sampled_from([c for c in CAST if c != asked]))
        self.do(self._asks(self.talk(asker), {"champion": self.people[asked.name], "topic": 1}, ROLE))
        of_them = [i for i in self.do(rows(self.database)) if i.champion_id == self.people[asked.name]]
        # In small letters, so that it is not what is looked for in what people see.
        words = other.name.lower() if by_name else f"{other.name.lower()}, about sepsis"
        for one in of_them[-1:]:
            given = {"words": words, "introduction": str(one.id)}
            self.do(self.talk(asked).submits("introductions.suggest", given))

    @rule(who=champion, other=somebody, asked_before=st.booleans())
    def keeps_somebody_away_who_asks(self, who: Character, other: Character, asked_before: bool) -> None:
        whom, shows = {"champion": self.people[who.name], "topic": 1}, ROLE if asked_before else NAME
        if asked_before:
            self.do(self._asks(self.talk(other), whom, shows))
        self.do(self._keeps_away(self.talk(who), other))
        if asked_before:
            self.kept_from.add((self.people[other.name], self.people[who.name]))
            for one in self.do(rows(self.database))[-1:]:
                self.do(self.talk(who).presses_raw("introductions.accept", {"introduction": one.id}))
        else:
            self.do(self._asks(self.talk(other), whom, shows))

    async def _keeps_away(self, who: Talk, other: Character) -> None:
        first, last = other.name.lower().split()
        await who.says(f"introductions not {last} {first}")

    @rule(data=st.data(), who=somebody, how=st.sampled_from(["report", "name", "report", "card", "report", "lift"]))
    def keeps_somebody_away(self, data: st.DataObject, who: Character, how: str) -> None:
        if how == "name":
            self.do(self._keeps_away(self.talk(who), data.draw(somebody)))
        elif how == "lift":
            self.do(self.talk(who).presses_raw("introductions.lift", {"entry": data.draw(st.integers(1, 3))}))
        else:
            mine = [i for i in self.now.introductions if self.people[who.name] in (i.asker_id, i.champion_id)]
            one = data.draw(st.sampled_from(mine or self.now.introductions)).id
            if how == "card":
                self.do(self.talk(who).presses_raw("introductions.not_with", {"introduction": one}))
            else:
                self.reports.append(f"report-{len(self.reports):04}-")
                given = {"words": self.reports[-1], "introduction": str(one)}
                self.do(self.talk(who).submits("introductions.report", given))
                self.reported |= {one for i in mine if i.id == one}

    @rule(data=st.data(), times=st.integers(1, 4), delivered=st.booleans())
    def writes(self, data: st.DataObject, times: int, delivered: bool) -> None:
        accepted = [found for found in self.now.introductions if found.state == ACCEPTED]
        if not accepted:
            return
        one = data.draw(st.sampled_from(accepted))
        who = data.draw(st.sampled_from([self.by_id[one.asker_id], self.by_id[one.champion_id]]))
        for _ in range(times):
            self.do(self._writes(self.talk(who), one))
        if delivered:
            self.do(self.days.deliver())

    async def _writes(self, one: Talk, about: Introduction) -> None:
        await one.presses_raw("introductions.open_write", {"introduction": about.id})
        if isinstance(one.last, Form):
            self.forms.append((one.who, one.form))
            words = f"words-{len(self.written):04}-"
            other = about.champion_id if self.people[one.who.name] == about.asker_id else about.asker_id
            await one.fills(words=words)
            assert one.message.title.startswith("I pass it on to")
            self.written.append((words, about.id, one.who, self.by_id[other]))

    @rule(
        who=somebody,
        words=st.sampled_from(
            ["introductions", "find sepsis", "nudges", "introductions not", "person tomasz", "intro counterpart nurse"]
        ),
    )
    def looks(self, who: Character, words: str) -> None:
        self.do(self.talk(who).says(words))
        self.do(self.talk(who).opens_home())
        self.do(self.talk(OWEN).says("introductions reports"))
        self.do(self.talk(OWEN).presses_raw("introductions.close_report", {"report": 1}))

    @rule(who=somebody, how=st.sampled_from(["withdraws", "leaves", "erases", "cannot be reached", "joins", "joins"]))
    def goes_or_comes_back(self, who: Character, how: str) -> None:
        if how == "joins":
            self.out.pop(who, None)
            self.do(self._joins(self.talk(who)))
            self.who_came_back_is_somebody_new(who)
            return
        self.loyal.discard(who)
        if how == "cannot be reached":
            self.talk.paper.refuse[who.account] = Unreachable("The account is gone.")
        else:
            payload = {"purpose": "introductions"} if how == "withdraws" else {}
            self.do(self.talk(who).presses_raw(f"people.{how.removesuffix('s')}", payload))
            self.out[who] = len(self.got(who))
            if ERASED in self.talk(who).sees:
                self.reached["erased"] += 1
                everything = self.do(dump(self.database))
                assert who.email not in everything
                assert who.name not in everything.replace(f"None, '{who.name}', True", "")

    def who_came_back_is_somebody_new(self, who: Character) -> None:
        """To whoever was erased: who they were before stands for nobody, and they offer anew."""
        one = self.do(ids(self.database))[who.name]
        if one != self.people[who.name]:
            self.people[who.name], self.by_id[one] = one, who
            if who in CHAMPIONS:
                self.do(offer(self.talk, who))

    async def _joins(self, one: Talk) -> None:
        await one.says("join")
        mine = {"name": one.who.name, "contact": one.who.email}
        if not one.form.values.get("organisation"):
            mine["organisation"] = one.form.choices["organisation"][0].value
        await one.fills(**mine, purposes=("findable", "introductions", "nudges", "broadcasts"))
        assert isinstance(one.last, Message)

    @rule(days=st.integers(0, 9), hours=st.integers(0, 23))
    def time_goes_by(self, days: int, hours: int) -> None:
        self.clock.forward(timedelta(hours=hours))
        self.do(self.days.forward(days))

    @rule(nth=st.integers(1, 3), arrives=st.booleans())
    def the_process_dies(self, nth: int, arrives: bool) -> None:
        """As the `nth` message is handed over, before it arrives or after. Another goes on after the lease."""
        paper, send = self.talk.paper, self.talk.paper.send
        left = itertools.count(1 - nth)

        async def dying(to: Address, message: Message, mark: str) -> Sent:
            dies = next(left) == 0
            sent = await send(to, message, mark) if arrives or not dies else None
            if sent is None or dies:
                raise Died
            return sent

        paper.send = dying  # type: ignore[method-assign]
        try:
            self.do(self.days.deliver())
        except* Died:
            self.reached["died"] += 1
        finally:
            paper.send = send  # type: ignore[method-assign]
        self.do(self.database.close())
        self.talk.begins_again(self.begin(ids=self.talk.bot._talk_ids))  # type: ignore[attr-defined]
        self.days = Days(self.database, self.clock, self.talk.papers)
        self.clock.forward(timedelta(minutes=3))
        self.do(self.days.deliver())

    # ---- What must hold

    @invariant()
    def no_name_and_no_contact_passes_before_both_agreed_or_it_was_allowed(self) -> None:
        self.before, self.now = self.now, self.do(self._truth())
        # A list of one's own keeps what one knew as one put it there, and nothing else.
        names = self.before.names | self.now.names | self.before.listed
        contacts = self.before.contacts | self.now.contacts
        for who in (*CAST, OWEN):
            every = [plain_text(m) for m in self.messages(who)]
            every += [form.intro for reader, form in self.forms if reader == who]
            # Said and got are two lists, so what is new is what there is more of than before.
            new = list((Counter(every) - self.read[who]).elements())
            for other in CAST:
                if other == who:
                    continue
                assert (who, other) in contacts or not any(other.email in text for text in new), (who, other)
                named = who == OWEN or (who, other) in names
                assert named or not any(other.name in text for text in new), (who, other)
            self.read[who] = Counter(every)

    async def _truth(self) -> Truth:
        async with self.database.transaction(reading=True) as db:
            found = list(await db.scalars(select(Introduction).order_by(Introduction.id)))
            agreed = {
                (person, purpose)
                for person, purpose in await db.execute(
                    select(Consent.person_id, Consent.purpose).where(Consent.withdrawn_at.is_(None))
                )
            }
            suggested = dict((await db.execute(select(Suggestion.introduction_id, Suggestion.person_id))).all())
            listed = (await db.scalars(select(NotWith).where(NotWith.known))).all()
            made = Truth(found, apart=await never_pairs(db, self.by_id))
        named = {who.name: who for who in CAST}
        for entry in listed:
            # By name as well: of those who were erased.
            other = self.by_id[entry.other_id] if entry.other_id is not None else named.get(entry.label)
            made.listed |= {(self.by_id[entry.person_id], other)} if other else set()
        for one in found:
            asker, asked = self.by_id[one.asker_id], self.by_id[one.champion_id]
            both = {(asker, asked), (asked, asker)}
            two = {(person, "introductions") for person in (one.asker_id, one.champion_id)}
            if one.state == ACCEPTED and two <= agreed:
                made.names |= both
                made.contacts |= both
            if one.state == ASKED and one.shows == NAME and not one.held_back:
                made.names.add((asked, asker))
            # Of all the cast only Amina lets the network see her name, and so whoever asks her may know it.
            known = {asked, self.by_id.get(suggested.get(one.id) or 0)} & {AMINA}
            if known and (self.people[AMINA.name], "findable") in agreed:
                made.names |= {(asker, AMINA), (asked, AMINA)} - {(AMINA, AMINA)}
        return made

    @invariant()
    def who_is_kept_apart_is_not_introduced_and_is_asked_nothing(self) -> None:
        was, just_kept = {one.id: one.state for one in self.before.introductions}, self.kept_from
        self.kept_from = set()
        for one in self.now.introductions:
            pair = (one.asker_id, one.champion_id)
            if one.state == ACCEPTED and was.get(one.id) != ACCEPTED:
                assert pair not in self.before.apart | just_kept
            if one.id not in was and pair in self.before.apart:
                assert one.held_back
            if one.held_back:
                assert one.state in (ASKED, EXPIRED, WITHDRAWN)
                asked = self.by_id[one.champion_id]
                # Of whoever was erased the reason is gone.
                told = any(one.reason in plain_text(m) for m in self.messages(asked))
                assert not (one.reason and told), asked

    @invariant()
    def nobody_gets_anything_who_has_opted_out(self) -> None:
        for who, before in self.out.items():
            assert len(self.got(who)) == before, [message.title for message in self.got(who)]

    @invariant()
    def only_organisers_read_reports(self) -> None:
        for who in CAST:
            assert not any("report-" in plain_text(message) for message in self.messages(who))

    def carried(self, who: Character) -> list[str]:
        """Words that reached somebody, in order."""
        inbox = [m for m in self.talk(who).inbox if m.title.endswith(" writes")]
        return [part.text for m in inbox for part in m.parts if isinstance(part, Quote)]

    @invariant()
    def words_reach_the_other_in_order_and_nobody_after_a_stop(self) -> None:
        reached = {who: self.carried(who) for who in CAST}
        assert sum(map(len, reached.values())) == len({words for some in reached.values() for words in some})
        for found in self.now.introductions:
            mine = [(words, sender, other) for words, one, sender, other in self.written if one == found.id]
            for who in CAST:
                for reader in CAST:
                    to_them = [words for words, sender, other in mine if (sender, other) == (who, reader)]
                    assert [w for w in reached[reader] if w in to_them] == [w for w in to_them if w in reached[reader]]
                    assert not [w for w in reached[reader] if w in {x for x, _, other in mine if other != reader}]
            now = sorted(words for words, _, other in mine if words in reached[other])
            if found.stopped_at is not None or found.id in self.reported:
                assert now == self.carried_at_stop.setdefault(found.id, now)

    @invariant()
    def no_words_are_kept_that_are_not_on_their_way(self) -> None:
        kept, on_their_way = self.do(self._kept())
        arrived = {words for who in CAST for words in self.carried(who)}
        assert not [one for one in kept if one.body in arrived]
        for one in kept:
            first = min(m.id for m in kept if (m.introduction_id, m.sender_id) == (one.introduction_id, one.sender_id))
            assert (f"relay:{one.introduction_id}", str(first)) in on_their_way

    async def _kept(self) -> tuple[list[RelayMessage], set[tuple[str, str]]]:
        alive = select(Delivery.subject, Delivery.period).where(Delivery.state.in_((PENDING, SENDING)))
        async with self.database.transaction(reading=True) as db:
            kept = list(await db.scalars(select(RelayMessage).where(RelayMessage.body != "")))
            return kept, {(subject, period) for subject, period in await db.execute(alive)}

    # ---- What must have come of it in the end

    def teardown(self) -> None:
        try:
            for days in (1, 20, 20, 20, 20, 20):
                self.clock.set(self.clock.now().replace(hour=10) + timedelta(days=days))
                while not is_working_day(self.clock.now().date()):
                    self.clock.forward(timedelta(days=1))
                self.do(self.days.deliver())
            self.everybody_has_heard(self.do(rows(self.database)))
            self.everything_was_carried_and_nothing_is_kept()
            self.count()
        finally:
            self.do(self.database.close())
            self.runner.close()
            for file in self.folder.glob(f"{self.file.name}*"):
                file.unlink()

    def everybody_has_heard(self, ends: list[Introduction]) -> None:
        assert not [i for i in ends if i.state == ASKED]
        gathered = self.do(self._brought_together())
        for who in self.loyal:
            mine = [i for i in ends if self.by_id[i.asker_id] == who]
            told = sum(message.title.startswith(END) for message in self.talk(who).inbox)
            # One that came about in a conversation of the two was not told again; what nobody knows of was, apart.
            together = gathered[self.people[who.name]]
            assert sum(m.title.endswith(MEET) for m in self.got(who)) >= together
            assert told + together == sum(i.state in (ACCEPTED, DECLINED, EXPIRED) for i in mine)
            ended = [m.title for m in self.talk(who).said if m.title.startswith(OWN_END)]
            assert ended or all(i.state != WITHDRAWN for i in mine)
        for i in ends:
            asker, asked = self.by_id[i.asker_id], self.by_id[i.champion_id]
            if i.state == ACCEPTED:
                assert f"You are introduced to {asker.name}" in [m.title for m in self.talk(asked).said]
                got = {m.title for m in self.got(asker)}
                ways = {f"You are introduced to {asked.name}", f"{asker.name} and {asked.name}{MEET}", END[1]}
                # Nobody is left believing.
                if asked in self.loyal and not ways & got:
                    assert "Your yes could not be passed on" in [m.title for m in self.talk(asked).inbox]

    async def _brought_together(self) -> Counter[int]:
        """How often each asker was told together with whoever said yes, by person."""
        told = Delivery.kind == TOGETHER_KIND, Delivery.state == SENT
        async with self.database.transaction(reading=True) as db:
            return Counter(await db.scalars(select(Delivery.person_id).where(*told)))

    def everything_was_carried_and_nothing_is_kept(self) -> None:
        everything = self.do(dump(self.database))
        assert "words-" not in everything
        assert "report-" not in everything
        stopped = {i.id for i in self.now.introductions if i.stopped_at is not None}
        stopped |= {i.id for i in self.do(rows(self.database)) if i.stopped_at is not None or i.state != ACCEPTED}
        kept = self.do(self._kept_too_long())
        for n, (words, introduction, sender, other) in enumerate(self.written):
            if {sender, other} <= self.loyal and introduction not in stopped:
                told = "Your message was not delivered" in [m.title for m in self.talk(sender).inbox]
                # Days may go by without a working hour in which anything was sent.
                assert words in self.carried(other) or (n in kept and told)

    async def _kept_too_long(self) -> set[int]:
        async with self.database.transaction(reading=True) as db:
            every = (await db.scalars(select(RelayMessage).order_by(RelayMessage.id))).all()
        assert len(every) == len(self.written)
        return {n for n, one in enumerate(every) if one.ended_at and one.ended_at - one.written_at >= KEEP}

    def count(self) -> None:
        """What this run came to, so that a machine that does nothing is noticed."""
        ends = self.do(rows(self.database))
        titles = Counter(m.title for who in (*CAST, OWEN) for m in self.messages(who))
        self.reached.update(one.state for one in ends)
        self.reached["held back"] += sum(one.held_back for one in ends)
        self.reached["shown by name"] += sum(one.shows == NAME for one in ends)
        self.reached["words"] += sum(len(self.carried(who)) for who in CAST)
        self.reached["suggested"] += titles["Thank you for suggesting somebody"]
        self.reached["reported"] += titles["A report of misuse"]
        self.reached["not reached"] += titles["Your yes could not be passed on"]


def machine(
    max_examples: int, steps: int, joined: Path | None = None, *, dice: int | None = None, shortest: bool = True
) -> Counter[str]:
    """Run it `max_examples` times for at most so many steps each; what they came to, by kind. The same ones every time,
    or those of the seed `dice`. Raises at the first promise that does not hold. `joined`: a database as `prepare` makes
    it, else one is made. `shortest`: of what fails, the shortest way to it is looked for, which takes minutes.
    """
    with tempfile.TemporaryDirectory() as folder:
        if joined is None:
            joined = Path(folder) / "joined.db"
            asyncio.run(prepare(joined))
        Introductions.joined, Introductions.folder = joined, Path(folder)
        Introductions.reached = Counter()
        every = settings(
            max_examples=max_examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=dice is None,
            database=None,
            phases=list(Phase) if shortest else [Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(seed(dice)(Introductions) if dice is not None else Introductions, settings=every)
        return Introductions.reached
