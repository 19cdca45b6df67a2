"""Two topics that become one: everything said under the one moves, and what still names it leads on."""

from typing import Any

from sqlalchemy import func, insert, select

from qibot.broadcasts.models import Broadcast
from qibot.database import Base, Database
from qibot.introductions.models import Introduction, Suggestion
from qibot.introductions.rounds.models import Programme
from qibot.people import shipped
from qibot.people.models import Shipped, Topic, TopicMerge, TopicWord
from tests.cast import AMINA, OWEN, RUTH, TOMASZ
from tests.champions.scene import ask_organisers, offer, topic_id
from tests.conftest import EVENT_MORNING
from tests.talk import Network

OLD, NEW = "Septic shock rounds", "sepsis"


def under_topics() -> set[tuple[str, str]]:
    """Every column of every table that names a topic."""
    return {
        (table.name, fk.parent.name)
        for table in Base.metadata.sorted_tables
        for fk in table.foreign_keys
        if fk.column.table.name == "topics" and table.name != "topic_merges"
    }


async def count(database: Database, topic: int) -> dict[tuple[str, str], int]:
    """How many rows of each name that topic."""
    async with database.transaction(reading=True) as db:
        tables = Base.metadata.tables
        return {
            (name, column): await db.scalar(
                select(func.count()).select_from(tables[name]).where(tables[name].c[column] == topic)
            )
            or 0
            for name, column in under_topics()
        }


async def scene(talk: Network, database: Database) -> tuple[int, int]:
    """Something under the old topic in every table that can hold it, some of it under the new one too."""
    await talk.join(OWEN)
    await talk(OWEN).says(f"topic add {OLD}")
    await talk(OWEN).fills(group="Clinical safety", words="shock trolley")
    await talk.join(AMINA, topics=("septic-shock-rounds",))
    await talk.join(RUTH, topics=("septic-shock-rounds", "sepsis"))
    await talk.join(TOMASZ)
    old, new = await topic_id(database, "septic-shock-rounds"), await topic_id(database, "sepsis")
    await offer(talk, TOMASZ, "septic-shock-rounds", "sepsis")
    await talk(TOMASZ).says("project register Shock trolley")
    await talk(TOMASZ).fills(topics=("septic-shock-rounds",))
    await talk(TOMASZ).submits(
        "stories.tell", {"title": "A trolley", "outcome": "worked", "tried": "Two", "topics": ["septic-shock-rounds"]}
    )
    await ask_organisers(talk, AMINA, "shock at night", old)
    for who in (AMINA, RUTH):
        await talk(who).presses_raw("network.follow", {"topic": old})
    await talk(RUTH).presses_raw("network.follow", {"topic": new})
    champion = await talk(AMINA).says("find septic shock rounds")
    await champion.presses("Ask for an introduction")
    await champion.fills(reason="We start in March")
    async with database.transaction() as db:
        day = EVENT_MORNING.date()
        asked = await db.scalar(select(func.max(Introduction.id)))
        db.add(Suggestion(introduction_id=asked, topic_id=old))
        rounds = {"rhythm": "monthly", "rule": "anybody", "cool_down": 26, "first_on": day, "next_on": day}
        db.add(
            Programme(name="Shock", folded="shock", organiser_id=1, topic_id=old, created_at=EVENT_MORNING, **rounds)
        )
        db.add(Broadcast(organiser_id=1, title="Shock", body="News", topic_id=old, created_at=EVENT_MORNING))
    return old, new


async def test_everything_moves_and_doing_it_again_changes_nothing(talk: Network, database: Database) -> None:
    old, new = await scene(talk, database)
    before = await count(database, old)
    assert all(before.values()), f"nothing stands under the old topic in {[k for k, n in before.items() if not n]}"
    await talk(OWEN).says(f"topic merge “{OLD}” sepsis")
    assert f"Make {OLD} part of Sepsis?" in talk(OWEN).sees
    button = talk(OWEN).button("Yes, make them one")
    await talk(OWEN).presses("Yes, make them one")
    assert f"{OLD} is part of Sepsis now" in talk(OWEN).sees
    after = await count(database, old), await count(database, new)
    assert not any(after[0].values()), after[0]
    assert after[1]["follows", "topic_id"] == 2
    assert after[1]["champion_topics", "topic_id"] == 1
    await talk(OWEN).presses_raw("network.merge_topics", {"old": old, "new": new})
    assert f"{OLD} is part of Sepsis now" in talk(OWEN).sees
    assert (await count(database, old), await count(database, new)) == after
    await talk(OWEN).presses_raw(button.does.wire, {"old": new, "new": old})  # type: ignore[union-attr]
    assert "I cannot find those two topics." in talk(OWEN).sees
    await talk(RUTH).presses_raw("network.merge_topics", {"old": new, "new": old})
    assert "That is for organisers of the network." in talk(RUTH).sees


async def test_old_words_forms_and_buttons_lead_to_the_new_one(talk: Network, database: Database) -> None:
    old, new = await scene(talk, database)
    await talk(RUTH).says("champion join")
    form = talk(RUTH).form
    await talk(OWEN).presses_raw("network.merge_topics", {"old": old, "new": new})
    for words in ("septic shock rounds", "shock trolley"):
        await talk(AMINA).says(f"topics {words}")
        assert "• Sepsis (" in talk(AMINA).sees
    await talk(RUTH).submits(form.kind.shape.wire, {**form.values, "topics": ("septic-shock-rounds",)})
    assert "Topics: Sepsis\n" in talk(RUTH).sees
    await talk(RUTH).presses_raw("network.unfollow", {"topic": old})
    assert "You no longer follow Sepsis" in talk(RUTH).sees
    await talk(OWEN).says("topic add Blood poisoning")
    await talk(OWEN).fills(group="Clinical safety")
    third = await topic_id(database, "blood-poisoning")
    await talk(OWEN).presses_raw("network.merge_topics", {"old": new, "new": third})
    await talk(RUTH).presses_raw("network.follow", {"topic": old})
    assert "You follow Blood poisoning now" in talk(RUTH).sees
    await talk(OWEN).presses_raw("network.merge_topics", {"old": old, "new": new})
    assert "I cannot find those two topics." in talk(OWEN).sees
    await talk(OWEN).says("topic merge septic “blood poisoning”")
    assert "are one topic already" in talk(OWEN).sees


async def test_new_words_of_the_shipped_list_go_where_the_topic_went(database: Database) -> None:
    async with database.transaction() as db:
        sepsis, falls = [(await db.scalars(select(Topic).where(Topic.slug == s))).one() for s in ("sepsis", "falls")]
        await db.execute(insert(TopicMerge).values(topic_id=sepsis.id, into_id=falls.id, at=EVENT_MORNING))
        await db.execute(TopicWord.__table__.delete())  # type: ignore[attr-defined]
        for row in await db.scalars(select(Shipped)):
            row.digest = "of an older file"
        await db.flush()
        await shipped.load(db)
        led: Any = dict((await db.execute(select(TopicWord.word, TopicWord.topic_id))).all())
    assert led["septic shock"] == falls.id
    assert sepsis.id not in led.values()
