"""Whatever is typed: nobody who is hidden, paused, gone, not agreed, or asked often enough is ever found."""

import os
import random
import string
import time
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from qibot.champions.finding.service import Results, search
from qibot.clock import SetClock
from qibot.database import Database
from qibot.people.models import Person
from qibot.vocabulary import phrases
from qibot.vocabulary.shipped import shipped
from qibot.vocabulary.vocabulary import Vocabulary
from tests.cast import AMINA, JONAS, LENA, NADIA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.champions.test_finding import offer
from tests.talk import Network

TOPICS = [row["slug"] for row in phrases.shipped("topics.csv")][:12]
OFFER = "Kingfisher corridor, sepsis trolley, falls alarm, hospice visits"
_WORDS = st.sampled_from(
    [w for row in phrases.shipped("topics.csv")[:12] for w in (row["label"], *row["synonyms"].split("|"))]
    + [
        "kingfisher",
        "corridor",
        "trolley",
        "alarm",
        "luton",
        "bedford",
        "beds hospitals",
        "mkuh",
        "who",
        "led",
        "page:1",
    ]
)
QUESTIONS = int(os.environ.get("QIBOT_TEST_QUESTIONS", "3000"))
"""How many are made up: more of them when a long run is wanted."""
SOMETHING_TYPED = st.lists(_WORDS | st.text(max_size=12), min_size=1, max_size=5).map(" ".join)


async def test_whatever_is_typed_only_those_who_may_be_asked_are_found(
    talk: Network, database: Database, clock: SetClock
) -> None:
    unseen = (TOMASZ, PRIYA, RUTH, JONAS, LENA, NADIA)
    await talk.join(AMINA, OWEN, STRANGER, *unseen)
    for who in (*unseen, STRANGER):
        await offer(talk, who, *TOPICS, offer=OFFER, **({"asks_a_month": "1"} if who is NADIA else {}))
        await talk(who).says("project register")
        await talk(who).fills(title=f"Kingfisher trolley {who.account}", topics=tuple(TOPICS[:3]))
    await talk(AMINA).says("find kingfisher corridor in Luton")
    await talk(TOMASZ).says("champion pause in 2 weeks")
    await talk(PRIYA).says("champion join")
    await talk(PRIYA).fills(visibility="hidden")
    await talk(RUTH).says("leave")
    await talk(RUTH).presses("Yes, leave")
    for who, which in ((JONAS, 0), (LENA, 1)):
        await talk(who).says("me")
        await talk(who).presses("Withdraw", nth=which)
    clock.forward(timedelta(days=1))
    await talk(AMINA).says("find kingfisher corridor in Luton")
    await talk(AMINA).presses("Ask for an introduction")
    await talk(AMINA).fills(reason="We start")
    async with database.transaction(reading=True) as db:
        asker = await db.get_one(Person, 1)

    async def asked(words: str) -> Results:
        async with database.transaction(reading=True) as db:
            return await search(db, words, asker=asker, now=clock.now(), today=clock.now().date())

    assert {hit.name for hit in (await asked("kingfisher corridor")).hits} == {STRANGER.name}
    examples: list[str] = []

    @settings(max_examples=150, deadline=None)
    @given(SOMETHING_TYPED)
    def typed(words: str) -> None:
        examples.append(words)

    typed()
    found = 0
    for words in examples:
        hits = (await asked(words)).hits
        assert {hit.name for hit in hits} <= {STRANGER.name}, words
        found += bool(hits)
    # Otherwise nothing would have been shown at all.
    assert found > len(examples) / 4


def test_questions_of_any_kind_are_read_quickly_and_without_an_error() -> None:
    vocabulary, dice = shipped().warm(), random.Random(20)
    pieces = [w for row in phrases.shipped("everyday.csv") for w in row["phrases"].split("|")]
    letters = string.printable + "éßñ‘’“”—…\u00a0\u200b\u202e汉字🙂\x00\ud800"
    slow = 0
    for number in range(QUESTIONS):
        if number % 2:
            words = [dice.choice(pieces) for _ in range(dice.randint(1, 6))]
            text = " ".join(words)
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice(letters) + text[at + dice.randint(0, 2) :]
        else:
            text = "".join(dice.choice(letters) for _ in range(dice.randint(0, 200)))
        # A processor is taken away now and then; what is slow in itself is slow every time.
        slow += all(_seconds(vocabulary, text) > 0.05 for _ in range(5))
    assert slow == 0


def _seconds(vocabulary: Vocabulary, text: str) -> float:
    began = time.thread_time()
    reading = vocabulary.read(text)
    seconds = time.thread_time() - began
    assert all(0.4 <= match.score <= 1 for match in reading.topics)
    return seconds
