"""Who is on what: by words of projects, of their people and of their stories, from an index that is always true."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from qibot.chat.message import Buttons
from qibot.clock import SetClock
from qibot.database import Database
from qibot.features import derived
from qibot.migrate import migrate
from qibot.people.models import NameWord
from qibot.projects.finding.models import ProjectWord, StoryWord
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.projects.test_registering import register
from tests.talk import Network, Talk

STORY = {
    "title": "Bins by the bay",
    "outcome": "did not",
    "tried": "A trolley by every door",
    "in_the_way": "It stood behind the bins",
    "learned": "Put it where people walk",
}


async def asks(talk: Network, words: str) -> str:
    """What Ruth sees."""
    await talk(RUTH).says(words)
    return talk(RUTH).sees


async def test_each_has_its_facts_and_what_one_may_do(talk: Network, clock: SetClock) -> None:
    await talk.join(AMINA, TOMASZ, RUTH)
    await register(talk, TOMASZ, "Antibiotics in an hour", aim="For septic patients", place="Bedford")
    clock.forward(timedelta(days=14))
    await talk(TOMASZ).says("update #1 Two wards try it")
    assert "Antibiotics in an hour (#1) – Tomasz Nowak, Beds Hospitals, Bedford" in await asks(talk, "who sepsis")
    assert "Idea, last update Wed 11 Dec." in talk(RUTH).sees
    assert labels(talk(RUTH)) == ["Show", "Say hello", "Join", "Follow"]
    found = talk(RUTH).message
    await talk(RUTH).presses("Follow", on=found)
    assert "You follow “Antibiotics in an hour”" in talk(RUTH).sees
    await talk(RUTH).presses("Join", on=found)
    await talk(RUTH).fills(role="coach")
    # On it now, and there is no more to join.
    await talk(RUTH).says("who sepsis")
    assert labels(talk(RUTH)) == ["Show", "Say hello"]
    await talk(TOMASZ).says("who sepsis")
    assert labels(talk(TOMASZ)) == ["Show"]
    await talk(STRANGER).says("who sepsis")
    assert labels(talk(STRANGER)) == ["Show"]
    await talk(TOMASZ).says("project stop #1")
    await talk(TOMASZ).presses("Stop with thanks")
    await talk(AMINA).says("who sepsis")
    assert labels(talk(AMINA)) == ["Show", "Say hello"]


def labels(who: Talk) -> list[str]:
    first = next(part for part in who.message.parts if isinstance(part, Buttons))
    return [button.label for button in first.buttons]


@pytest.mark.parametrize(
    "words",
    ["corridors", "corridor", "corrid", "corridros", "QUIETER", "lamps", "night staff", "bedford", "pharmacists"],
)
async def test_title_aim_place_and_helpers_are_found_in_any_form(talk: Network, words: str) -> None:
    await talk.join(AMINA, RUTH)
    await register(
        talk, AMINA, "Quieter corridors", aim="Lamps that dim at night", place="Bedford", helpers="Pharmacists"
    )
    assert "Quieter corridors (#1)" in await asks(talk, f"who {words}")


async def test_what_has_most_of_the_words_comes_first(talk: Network) -> None:
    await talk.join(AMINA, RUTH)
    for title in ("Lamps", "Lamps and curtains", "Green lamps and curtains", "Curtains"):
        await register(talk, AMINA, title)
    seen = await asks(talk, "who green lamps curtains")
    order = ["Green lamps and curtains (#3)", "Lamps and curtains (#2)", "Curtains (#4)", "Lamps (#1)"]
    assert [seen.index(title) for title in order] == sorted(seen.index(title) for title in order)


async def test_people_are_found_by_name_as_far_as_they_agreed(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, RUTH, JONAS, PRIYA)
    await register(talk, AMINA, "Quieter corridors")
    await register(talk, TOMASZ, "Doors that close softly")
    assert "Doors that close softly (#2) – Tomasz Nowak" in await asks(talk, "who nowak")
    assert "Quieter corridors" not in talk(RUTH).sees
    # Somebody on it, by their name; of a service user nothing is told.
    await talk(JONAS).submits("projects.join", {"role": "coach", "project": "1"})
    await talk(PRIYA).submits("projects.join", {"role": "experience", "project": "1"})
    assert "Quieter corridors (#1)" in await asks(talk, "who Jonas Weber")
    assert "With Jonas Weber." in talk(RUTH).sees
    assert "No project yet" in await asks(talk, "who priya raman")
    await talk(JONAS).says("me")
    await talk(JONAS).presses("Withdraw", nth=0)
    assert "No project yet" in await asks(talk, "who jonas weber")
    await talk(TOMASZ).says("leave")
    await talk(TOMASZ).presses("Yes, leave")
    assert "No project yet" in await asks(talk, "who nowak")


async def test_a_story_leads_to_its_project_once_it_is_shared(talk: Network) -> None:
    await talk.join(AMINA, RUTH)
    await register(talk, AMINA, "Calmer mornings")
    await talk(AMINA).says("project stop #1")
    await talk(AMINA).presses("Stop with thanks")
    await talk(AMINA).presses("Tell what was learned")
    await talk(AMINA).fills(hoped="Less noise", tried="Felt under every wheelie bin", learned="Felt wears off")
    assert "No project yet" in await asks(talk, "who felt wheelie")
    await talk(AMINA).presses("Share it")
    assert "Calmer mornings (#1)" in await asks(talk, "who felt wheelie")
    assert "Stopped with thanks" in talk(RUTH).sees
    assert "Its story says so." in talk(RUTH).sees


@pytest.mark.parametrize("outcome", ["worked", "partly", "did not"])
async def test_what_did_not_work_is_found_exactly_like_what_did(talk: Network, outcome: str) -> None:
    await talk.join(AMINA, RUTH)
    await talk(AMINA).submits("stories.tell", STORY | {"outcome": outcome})
    for words in ("story find bins", "tried-before a bin", "tried-before trolleys by the doors", "story find trolly"):
        assert "Bins by the bay" in await asks(talk, words), words
    await asks(talk, "story find bins")
    assert "Says “bins”." in talk(RUTH).sees
    await talk(AMINA).says("story edit bins by the bay")
    await talk(AMINA).fills(title="Hooks", in_the_way="", tried="A hook", learned="")
    assert "Hooks" not in await asks(talk, "story find bins")
    assert "Hooks" in await asks(talk, "story find hook")
    await talk(AMINA).says("story show hooks")
    await talk(AMINA).presses("Take it back")
    assert "Hooks" not in await asks(talk, "story find hook")


async def test_what_may_not_be_seen_is_not_found_by_people_or_stories_either(talk: Network) -> None:
    await talk.join(TOMASZ, OWEN, RUTH)
    await register(talk, TOMASZ, "Calmer mornings", aim="Felt under wheels")
    await talk(TOMASZ).says("project learned #1")
    await talk(TOMASZ).fills(tried="Wheelie bins", learned="Felt wears off")
    await talk(TOMASZ).presses("Share it")
    asked = ("who nowak", "who wheelie", "who felt")
    for words in asked:
        assert "Calmer mornings" in await asks(talk, words), words
    for choice in ("titles", "hidden"):
        await talk(OWEN).says(f"organisation projects {choice}")
        for words in asked:
            assert "Calmer mornings" not in await asks(talk, words), (choice, words)
        await talk(OWEN).says("who wheelie")
        assert "Calmer mornings" in talk(OWEN).sees


async def test_the_index_is_made_again_as_it_was(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, RUTH)
    await register(talk, AMINA, "Quieter corridors", aim="Lamps that dim at night", helpers="Porters")
    await register(talk, TOMASZ, "Softer doors")
    await talk(AMINA).submits("stories.tell", STORY)
    await talk(TOMASZ).says("leave")
    await talk(TOMASZ).presses("Yes, leave")

    async def held() -> list[list[tuple[object, ...]]]:
        async with database.transaction(reading=True) as db:
            tables = [NameWord.__table__, ProjectWord.__table__, StoryWord.__table__]
            return [sorted(map(tuple, await db.execute(select(table)))) for table in tables]

    before = await held()
    assert all(before)
    async with database.transaction() as db:
        for one in derived:
            assert not await one.is_missing(db)
            await one.rebuild(db)
    assert await held() == before
    # As in a database from before there was an index: it is made while migrating.
    async with database.transaction() as db:
        for model in (NameWord, ProjectWord, StoryWord):
            await db.execute(delete(model))
    await migrate(database, derived=derived)
    assert await held() == before
