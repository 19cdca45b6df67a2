"""Whatever people do in whatever order: no name or contact passes before both agreed, nobody waits for ever, nothing is
carried after a stop, and no words are kept once they have arrived.
"""

import asyncio
import json
import shutil
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from qibot.bot import Bot
from qibot.chat import wire
from qibot.chat.forms import Form
from qibot.chat.message import Buttons, Message, Quote, plain_text
from qibot.chat.wire import Action
from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import router
from qibot.introductions.models import ACCEPTED, ASKED, DECLINED, EXPIRED, WITHDRAWN, Introduction, RelayMessage
from qibot.outbox.models import PENDING, SENDING, Delivery
from tests.cast import AMINA, JONAS, PRIYA, TOMASZ, Character
from tests.conftest import EVENT_MORNING
from tests.introductions.days import Days
from tests.introductions.scene import WHY, dump, ids, offer, rows
from tests.talk import Network, Talk

CAST = (AMINA, JONAS, TOMASZ, PRIYA)
CHAMPIONS = (TOMASZ, PRIYA, JONAS)
"""They want to be asked first, all of them; Jonas both asks and is asked."""

T = TypeVar("T")
somebody, champion = st.sampled_from(CAST), st.sampled_from(CHAMPIONS)


async def _prepare(path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{path}")
    talk = Network(Bot(database, router, SetClock(EVENT_MORNING)))
    await talk.join(*CAST)
    for who in CHAMPIONS:
        await offer(talk, who)
    await database.close()


@pytest.fixture(scope="module")
def joined(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the cast have joined."""
    path = tmp_path_factory.mktemp("joined") / "qibot.db"
    shutil.copy(sqlite_template, path)
    asyncio.run(_prepare(path))
    return path


class Introductions(RuleBasedStateMachine):
    """The real bot, database and worker; `loyal` are those who have not left or withdrawn at any time."""

    joined: Path
    opened = 0
    reached = 0

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        Introductions.opened += 1
        path = self.joined.with_name(f"{Introductions.opened}.db")
        shutil.copy(self.joined, path)
        self.database, self.clock = Database(f"sqlite+aiosqlite:///{path}"), SetClock(EVENT_MORNING)
        bot = Bot(self.database, router, self.clock)
        # The copy holds receipts of everything done so far.
        bot._talk_ids = 1000  # type: ignore[attr-defined]
        self.talk = Network(bot)
        self.days = Days(self.database, self.clock, self.talk.papers)
        self.people = self.do(ids(self.database))
        self.loyal = set(CAST)
        self.read: dict[Character, int] = dict.fromkeys(CAST, 0)
        self.forms: list[tuple[Character, Form]] = []
        self.written: list[tuple[str, int, Character, Character]] = []
        self.carried_at_stop: dict[int, list[str]] = {}

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def messages(self, who: Character) -> list[Message]:
        return [*self.talk(who).said, *self.talk(who).inbox]

    def introductions(self) -> list[Introduction]:
        return self.do(rows(self.database))

    # ---- What people do

    @initialize(asked=champion, delivered=st.booleans())
    def two_are_introduced_to_begin_with(self, asked: Character, delivered: bool) -> None:
        asker = AMINA if asked != JONAS else PRIYA
        self.do(self._asks(self.talk(asker), self.people[asked.name]))
        self.do(self.talk(asked).presses_raw("introductions.accept", {"introduction": self.introductions()[0].id}))
        if delivered:
            self.do(self.days.deliver())

    @rule(asker=somebody, asked=champion)
    def asks(self, asker: Character, asked: Character) -> None:
        self.do(self._asks(self.talk(asker), self.people[asked.name]))

    async def _asks(self, asker: Talk, champion_id: int) -> None:
        await asker.presses_raw("introductions.ask", {"champion": champion_id, "topic": 1})
        if isinstance(asker.last, Form):
            self.forms.append((asker.who, asker.form))
            await asker.fills(reason=WHY)

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
            self.do(self.talk(who).presses_raw(name, json.loads(payload)))

    @precondition(lambda self: self.people and self.introductions())
    @rule(who=somebody, data=st.data(), verb=st.sampled_from(["accept", "accept", "decline", "later", "withdraw"]))
    def presses_what_was_perhaps_never_shown(self, who: Character, data: st.DataObject, verb: str) -> None:
        one = data.draw(st.sampled_from([row.id for row in self.introductions()]))
        self.do(self.talk(who).presses_raw(f"introductions.{verb}", {"introduction": one}))

    @rule(data=st.data(), times=st.integers(1, 4), delivered=st.booleans())
    def writes(self, data: st.DataObject, times: int, delivered: bool) -> None:
        one = data.draw(st.sampled_from([found for found in self.introductions() if found.state == ACCEPTED]))
        the_two = [c for c in CAST if self.people[c.name] in (one.asker_id, one.champion_id)]
        who = data.draw(st.sampled_from(the_two))
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
            self.written.append((words, about.id, one.who, next(c for c in CAST if self.people[c.name] == other)))

    @precondition(lambda self: self.people and self.introductions())
    @rule(who=somebody, data=st.data())
    def stops_writing(self, who: Character, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from([row.id for row in self.introductions()]))
        self.do(self.talk(who).presses_raw("introductions.stop_writing", {"introduction": one}))

    @rule(who=somebody, words=st.sampled_from(["introductions", "find sepsis", "nudges"]))
    def looks(self, who: Character, words: str) -> None:
        self.do(self.talk(who).says(words))
        self.do(self.talk(who).opens_home())

    @rule(who=somebody)
    def withdraws_consent(self, who: Character) -> None:
        self.loyal.discard(who)
        self.do(self.talk(who).presses_raw("people.withdraw", {"purpose": "introductions"}))

    @rule(who=somebody)
    def leaves(self, who: Character) -> None:
        self.loyal.discard(who)
        self.do(self.talk(who).presses_raw("people.leave", {}))

    @rule(who=somebody)
    def joins_again(self, who: Character) -> None:
        self.do(self._joins(self.talk(who)))

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

    # ---- What must hold

    @invariant()
    def no_name_and_no_contact_passes_before_both_agreed(self) -> None:
        known = {(i.asker_id, i.champion_id) for i in self.introductions() if i.state == ACCEPTED}
        for who in CAST:
            new = [plain_text(m) for m in self.talk(who).said + self.talk(who).inbox]
            new += [form.intro for reader, form in self.forms if reader == who]
            if len(new) == self.read[who]:
                continue
            self.read[who] = len(new)
            for other in CAST:
                one, two = self.people[who.name], self.people[other.name]
                if other != who and not {(one, two), (two, one)} & known:
                    assert not any(other.name in text or other.email in text for text in new), (who, other)

    def carried(self, who: Character) -> list[str]:
        """Words that reached somebody, in order."""
        inbox = [m for m in self.talk(who).inbox if m.title.endswith(" writes")]
        return [part.text for m in inbox for part in m.parts if isinstance(part, Quote)]

    @invariant()
    def words_reach_the_other_in_order_and_nobody_after_a_stop(self) -> None:
        reached = {who: self.carried(who) for who in CAST}
        assert sum(map(len, reached.values())) == len({words for some in reached.values() for words in some})
        for found in self.introductions():
            mine = [(words, sender, other) for words, one, sender, other in self.written if one == found.id]
            for who in CAST:
                for reader in CAST:
                    to_them = [words for words, sender, other in mine if (sender, other) == (who, reader)]
                    assert [w for w in reached[reader] if w in to_them] == [w for w in to_them if w in reached[reader]]
                    assert not [w for w in reached[reader] if w in {x for x, _, other in mine if other != reader}]
            now = sorted(words for words, _, other in mine if words in reached[other])
            if found.stopped_at is not None:
                assert now == self.carried_at_stop.setdefault(found.id, now)

    @invariant()
    def no_words_are_kept_that_are_not_on_their_way(self) -> None:
        kept = self.do(self._kept())
        arrived = {words for who in CAST for words in self.carried(who)}
        assert not [one for one in kept if one.body in arrived]
        on_their_way = self.do(self._on_their_way())
        for one in kept:
            first = min(m.id for m in kept if (m.introduction_id, m.sender_id) == (one.introduction_id, one.sender_id))
            assert (f"relay:{one.introduction_id}", str(first)) in on_their_way

    async def _kept(self) -> list[RelayMessage]:
        async with self.database.transaction(reading=True) as db:
            return list(await db.scalars(select(RelayMessage).where(RelayMessage.body != "")))

    async def _on_their_way(self) -> set[tuple[str, str]]:
        alive = Delivery.state.in_((PENDING, SENDING))
        async with self.database.transaction(reading=True) as db:
            return set((await db.execute(select(Delivery.subject, Delivery.period).where(alive))).all())

    def teardown(self) -> None:
        try:
            for _ in range(5):
                # At ten, and twenty days on is another day of the week: nobody is written to at night or on Sundays.
                self.clock.set(self.clock.now().replace(hour=10))
                self.do(self.days.forward(20))
            self.everybody_has_heard()
            self.everything_was_carried_and_nothing_is_kept()
        finally:
            self.do(self.database.close())
            self.runner.close()

    def everybody_has_heard(self) -> None:
        ends = self.introductions()
        assert not [i for i in ends if i.state == ASKED]
        by_id = {self.people[c.name]: c for c in CAST}
        for who in self.loyal:
            mine = [i for i in ends if by_id[i.asker_id] == who]
            inbox = [m.title for m in self.talk(who).inbox]
            told = sum(t.startswith("You are introduced to") or t == "Not available this time" for t in inbox)
            assert told == sum(i.state in (ACCEPTED, DECLINED, EXPIRED) for i in mine)
            assert all(i.state != WITHDRAWN or "Withdrawn" in [m.title for m in self.talk(who).said] for i in mine)
        for i in ends:
            if i.state == ACCEPTED:
                said = [m.title for m in self.talk(by_id[i.champion_id]).said]
                assert f"You are introduced to {by_id[i.asker_id].name}" in said

    def everything_was_carried_and_nothing_is_kept(self) -> None:
        assert "words-" not in self.do(dump(self.database))
        Introductions.reached += sum(len(self.carried(who)) for who in CAST)
        stopped = {i.id for i in self.introductions() if i.stopped_at is not None}
        for words, introduction, sender, other in self.written:
            if {sender, other} <= self.loyal and introduction not in stopped:
                assert words in self.carried(other)


def test_no_name_before_both_agreed_and_nobody_waits_for_ever(joined: Path) -> None:
    Introductions.joined = joined
    Introductions.reached = 0
    few = settings(
        max_examples=30,
        stateful_step_count=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Introductions, settings=few)
    assert Introductions.reached > 10, "hardly anybody wrote to anybody"
