"""Stories: told with or without a name, found whatever came of it, and begun where a project ends."""

from typing import Any

import pytest
from sqlalchemy import select

from qibot.clock import SetClock
from qibot.database import Database
from qibot.people.models import Receipt
from qibot.people.topics import by_slug
from qibot.projects.stories.models import Story
from qibot.projects.stories.service import stories_since
from qibot.projects.stories.things import person_in, without_mentions
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import dump
from tests.projects.test_registering import register
from tests.talk import Network


async def tell(talk: Network, who: Character, title: str, **said: Any) -> None:
    """Tell a story that is taken."""
    await talk(who).says("story add")
    await talk(who).fills(**{"title": title, "outcome": "worked", "tried": "This and that", **said})
    assert f"Thank you: “{title}” is told" in talk(who).sees


async def stories(database: Database) -> list[Story]:
    """All of them, by title."""
    async with database.transaction() as db:
        return list(await db.scalars(select(Story).order_by(Story.title)))


# ---- What got in the way is a thing


@pytest.mark.parametrize(
    "words",
    [
        "No time in the rota, and two systems that do not talk.",
        "The ward sister rota changed weekly; consultants were off sick.",
        "Sister wards use another form.",
        "Our manager’s office is in another building.",
        "Mail to team@ward.example bounced",
    ],
)
def test_things_get_in_the_way(words: str) -> None:
    assert person_in(words) == ""


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("We asked Dr Khan, twice", "Dr Khan"),
        ("No money; our ward manager refused it", "our ward manager refused"),
        ("The consultant who never came", "The consultant who never"),
        ("@U0AMINA was away", "@U0AMINA"),
        ("my boss didn’t want it", "my boss didn’t"),
    ],
)
def test_people_do_not(words: str, who: str) -> None:
    assert person_in(words) == who


def test_whoever_is_mentioned_in_a_message_is_somebody() -> None:
    assert without_mentions("@U0AMINA and (@U0RUTH) tried a@b.example @home") == (
        "somebody and (somebody) tried a@b.example @home"
    )


async def test_somebody_in_the_way_is_asked_about_beside_the_field(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    await talk(AMINA).says("story add")
    await talk(AMINA).fills(title="Huddles", outcome="did not", tried="x", in_the_way="Our manager blocked it")
    assert "“Our manager blocked” reads as somebody." in talk(AMINA).errors["in_the_way"]
    assert await stories(database) == []
    await talk(AMINA).fills(in_the_way="No room at eight")
    assert "is told" in talk(AMINA).sees


# ---- Telling


async def test_a_story_is_told_read_changed_and_taken_back_by_its_author_alone(
    talk: Network, database: Database
) -> None:
    await talk.join(AMINA, TOMASZ)
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await tell(talk, AMINA, "A sepsis trolley", outcome="partly", learned="Put it where people walk")
    await tomasz.says("story find septic trolley")
    assert "Amina Okafor (MKUH), Wed 27 Nov\nIt worked in part.\nAbout Sepsis; says “trolley”." in tomasz.sees
    await tomasz.presses("Read it")
    assert "What was learned\n> Put it where people walk" in tomasz.sees
    assert "[Change it]" not in tomasz.sees
    number = (await stories(database))[0].id
    for send in (
        tomasz.says(f"story edit {number}"),
        tomasz.presses_raw("stories.remove", {"story": number}),
        tomasz.presses_raw("stories.share", {"story": number}),
        tomasz.submits("stories.change", {"title": "x", "outcome": "worked", "tried": "x", "story": str(number)}),
    ):
        await send
        assert "I cannot find that story among yours." in tomasz.sees
    await amina.says("story edit a sepsis TROLLEY")
    assert amina.form.values["topics"] == ("sepsis",)
    await amina.fills(title="Two trolleys", topics=("falls",))
    assert "Topics: Falls prevention" in amina.sees
    await amina.presses("Take it back")
    assert await stories(database) == []
    for words in ("abc", "#12", "999999", "²"):
        await amina.says(f"story show {words}")
        assert "[story find" in amina.sees, words


async def test_a_name_left_out_is_nowhere_and_so_nobody_can_change_it(
    talk: Network, database: Database, clock: SetClock
) -> None:
    await talk.join(AMINA, TOMASZ)
    await tell(talk, AMINA, "Huddles at eight", outcome="did not", no_name=True)
    assert "Nothing that I keep says who wrote it." in talk(AMINA).sees
    story = (await stories(database))[0]
    assert (story.author_id, story.organisation_id, story.project_id) == (None, None, None)
    assert 100_000 <= story.id <= 999_999
    async with database.transaction() as db:
        receipts = (await db.execute(select(Receipt.what, Receipt.person_id))).all()
    assert [person for what, person in receipts if what == "stories.tell"] == [None]
    everything = await dump(database)
    assert "Huddles at eight" in everything
    assert f"{clock.now():%H, %M}" not in "".join(row for row in everything.splitlines() if "Huddles" in row)
    for who in (TOMASZ, AMINA):
        await talk(who).says("story find huddles")
        assert "somebody who left their name out" in talk(who).sees
        await talk(who).presses("Read it")
        assert "[Change it]" not in talk(who).sees
        await talk(who).says(f"story edit {story.id}")
        assert "I cannot find that story among yours." in talk(who).sees


async def test_authors_are_named_only_if_they_agreed_to_be_found(talk: Network) -> None:
    await talk.join(AMINA, purposes=())
    await tell(talk, AMINA, "Huddles")
    await talk(STRANGER).says("story find")
    assert "a member of MKUH" in talk(STRANGER).sees
    await talk(AMINA).says("leave")
    await talk(AMINA).presses("Yes, leave")
    await talk(STRANGER).says("story find huddles")
    assert "somebody who has left the network" in talk(STRANGER).sees


async def test_a_message_becomes_the_beginning_of_a_story(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.takes_shortcut("story add", "@U0RUTH put the trolley\nby the door")
    assert amina.form.values["tried"] == "somebody put the trolley\nby the door"
    assert "please ask them first" in amina.form.intro
    await amina.fills(title="By the door", outcome="worked")
    assert (await stories(database))[0].tried == "somebody put the trolley\nby the door"
    await amina.takes_shortcut("story add", "The patient is 943 476 5919")
    assert "Nothing was saved or sent." in amina.sees
    await amina.takes_shortcut("story add", "x" * 5000)
    assert len(amina.form.values["tried"]) == 1500
    await talk(STRANGER).takes_shortcut("story add", "Hello")
    assert "You have not joined the network yet." in talk(STRANGER).sees


# ---- Finding


async def test_what_did_not_work_is_found_exactly_as_what_did(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    for outcome in ("worked", "did not", "partly"):
        await tell(talk, AMINA, f"A trolley that {outcome}", outcome=outcome, topics=("sepsis",))
    await talk(TOMASZ).says("story find sepsis trolley")
    found = talk(TOMASZ).sees
    assert [found.count(words) for words in ("It worked.", "It worked in part.", "It did not work this time.")] == [
        1
    ] * 3
    for n in range(4):
        await tell(talk, AMINA, f"Trolley {n}", topics=("sepsis",))
    await talk(TOMASZ).says("story find trolley")
    await talk(TOMASZ).presses("More stories")
    assert talk(TOMASZ).sees.count("[Read it]") == 2
    await talk(TOMASZ).says("story find zebra")
    assert "No story yet about “zebra”" in talk(TOMASZ).sees


async def test_tried_before_says_what_got_in_the_way_and_who_got_past_it(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, RUTH)
    for title, way, past in (("Huddles at seven", "No room", ""), ("Huddles at nine", "No room", "We stand")):
        await tell(talk, AMINA, title, in_the_way=way, got_past=past)
    await tell(talk, RUTH, "Huddle boards", no_name=True, in_the_way="Two systems", outcome="did not")
    tomasz = talk(TOMASZ)
    await tomasz.says("tried-before a huddle every morning")
    sees = tomasz.sees
    assert "What others tried" in sees
    assert sees.index("Huddle boards") < sees.index("What got in the way") < sees.index("Who got past it")
    assert sees.count("> No room") == 1
    assert "Huddles at nine – Amina Okafor (MKUH)\n> We stand" in sees
    assert "Huddles at seven –" not in sees.partition("Who got past it")[2]
    await tomasz.says("tried-before robots")
    assert "Nobody has told yet of trying “robots”" in tomasz.sees
    await tomasz.presses("Who works on it now")
    assert "No project yet" in tomasz.sees
    await tomasz.says("tried-before")
    assert "Tell me your idea in a few words." in tomasz.sees


# ---- The end of a project


async def stop(talk: Network, who: Character, number: int) -> None:
    await talk(who).says(f"project stop #{number}")
    await talk(who).presses("Stop with thanks")


async def test_four_questions_make_a_draft_that_the_lead_edits_and_shares(
    talk: Network, days: Days, database: Database
) -> None:
    await talk.join(AMINA, RUTH, TOMASZ, OWEN, JONAS)
    await register(talk, AMINA, "Falls", topics=("falls",))
    await talk(RUTH).says("project help #1")
    for who in (TOMASZ, JONAS):
        await talk(who).says("project follow #1")
    await talk(JONAS).says("project unfollow #1")
    amina = talk(AMINA)
    await stop(talk, AMINA, 1)
    await amina.presses("Tell what was learned")
    assert [f.name for f in amina.form.kind.shape.fields] == ["hoped", "tried", "learned", "who_else", "project"]
    await amina.fills()
    assert list(amina.errors) == ["hoped"]
    await amina.fills(hoped="Fewer at night", tried="Socks", learned="Light matters more")
    assert "A draft: Falls\nOnly you see it so far. I put down that it did not work this time" in amina.sees
    await days.deliver()
    for who in (RUTH, TOMASZ):
        for words in ("story find falls", "tried-before falls", "project show #1"):
            await talk(who).says(words)
            assert "Light matters" not in talk(who).sees
            assert "draft" not in talk(who).sees
        assert talk(who).inbox == []
    await amina.presses("Change it")
    await amina.fills(outcome="partly", in_the_way="Lamps on two circuits")
    assert "Shared: not yet: only you see it" in amina.sees
    card = amina.message
    for _ in range(2):
        await amina.presses("Share it", on=card)
        assert "Thank you: “Falls” is told" in amina.sees
    await days.deliver()
    assert [len(talk(who).inbox) for who in (RUTH, TOMASZ, JONAS, OWEN, AMINA)] == [1, 1, 0, 0, 0]
    assert "It worked in part. Told by Amina Okafor (MKUH).\n> Light matters more" in talk(TOMASZ).reads().sees
    await talk(OWEN).says("project show #1")
    await talk(OWEN).presses("Read its story")
    assert "> Lamps on two circuits" in talk(OWEN).sees
    assert "[Say hello]" in talk(OWEN).sees
    # Its lead was asked nothing more: the story is told.
    await days.forward(10)
    assert amina.inbox == []
    assert len(await stories(database)) == 1


async def test_a_story_of_a_project_that_is_hidden_is_hidden_with_it(talk: Network, database: Database) -> None:
    await talk.join(TOMASZ, OWEN, AMINA)
    await register(talk, TOMASZ, "Falls", topics=("falls",))
    await stop(talk, TOMASZ, 1)
    await talk(TOMASZ).presses("Tell what was learned")
    await talk(TOMASZ).fills(learned="Light matters more")
    await talk(TOMASZ).presses("Share it")
    number = (await stories(database))[0].id
    for shown, there in (("listed", True), ("titles", False), ("hidden", False)):
        await talk(OWEN).says(f"organisation projects {shown}")
        for words in ("story find light", "tried-before light", f"story show {number}"):
            await talk(AMINA).says(words)
            assert ("Read it" in talk(AMINA).sees or "> Light" in talk(AMINA).sees) is there, (shown, words)
            await talk(OWEN).says(words)
            assert "Read it" in talk(OWEN).sees or "> Light" in talk(OWEN).sees, (shown, words)


async def test_who_takes_on_a_project_takes_on_its_draft(talk: Network, days: Days) -> None:
    await talk.join(AMINA, RUTH)
    await register(talk, AMINA, "Falls")
    await talk(AMINA).says("project learned #1")
    await talk(AMINA).fills(learned="Light matters more")
    await talk(AMINA).says("project hand-on #1 Ruth Bell")
    await days.deliver()
    await talk(RUTH).reads().presses("Yes, I lead it")
    await talk(RUTH).says("project learned #1")
    assert talk(RUTH).form.values["learned"] == "Light matters more"
    await talk(AMINA).says("project learned #1")
    assert "Only its lead or an organiser" in talk(AMINA).sees


# ---- Prompts, each once


async def test_a_week_after_an_end_its_lead_is_asked_once(talk: Network, days: Days) -> None:
    await talk.join(AMINA, RUTH)
    for who, title in ((AMINA, "Falls"), (RUTH, "Sepsis")):
        await register(talk, who, title)
    await stop(talk, AMINA, 1)
    await talk(RUTH).says("project edit #2")
    await talk(RUTH).fills(stage="finished")
    await talk(RUTH).says("project edit #2")
    await talk(RUTH).fills(stage="under way")
    await days.until(12, 3)
    assert talk(AMINA).inbox == []
    await days.until(12, 4)
    assert "What did “Falls” teach you?" in talk(AMINA).reads().sees
    await talk(AMINA).presses("The four questions")
    assert talk(AMINA).form.kind.shape.wire == "stories.ending"
    # Taken up again, Ruth's is not over.
    assert talk(RUTH).inbox == []
    await days.forward(40)
    assert len(talk(AMINA).inbox) == 1


async def test_after_six_months_of_improvement_its_lead_is_asked_once(talk: Network, days: Days) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await register(talk, AMINA, "Falls")
    for progress in ("6", "5", "7"):
        await amina.submits("projects.update", {"words": "So far", "progress": progress, "project": "1"})
    for month in (12, 1, 2, 3, 4, 5):
        await days.until(month, 20, year=2019 if month == 12 else 2020)
        await amina.submits("projects.update", {"words": "Still", "progress": "8", "project": "1"})
    await days.until(5, 26, year=2020)
    assert amina.inbox == []
    await days.until(5, 27, year=2020)
    assert "“Falls” has been better for six months" in amina.reads().sees
    await days.forward(60)
    assert len([m for m in amina.inbox if "six months" in m.title]) == 1


async def test_after_an_introduction_that_led_to_something_who_says_so_is_asked_once(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await talk(TOMASZ).says("champion join")
    await talk(TOMASZ).fills(topics=("sepsis",))
    await talk(AMINA).says("find sepsis")
    await talk(AMINA).presses("Ask for an introduction")
    await talk(AMINA).fills(reason="Your trolley")
    await days.deliver()
    await talk(TOMASZ).reads().presses("Accept")
    await days.deliver()
    for answer in ("idea", "changed practice", "project"):
        await talk(AMINA).presses_raw("introductions.came", {"introduction": 1, "outcome": answer})
    await talk(TOMASZ).presses_raw("introductions.came", {"introduction": 1, "outcome": "nothing yet"})
    before = len(talk(AMINA).inbox), len(talk(TOMASZ).inbox)
    await days.until(12, 4)
    assert "Something came of an introduction of yours" in talk(AMINA).reads().sees
    assert "Tomasz" not in talk(AMINA).sees
    assert (len(talk(AMINA).inbox), len(talk(TOMASZ).inbox)) == (before[0] + 1, before[1])


# ---- For a digest


async def test_stories_since_a_day_about_topics(talk: Network, database: Database, clock: SetClock, days: Days) -> None:
    await talk.join(AMINA, PRIYA)
    await tell(talk, AMINA, "Early", topics=("falls",))
    await days.forward(7)
    since = clock.now()
    await tell(talk, AMINA, "Falls and more", topics=("falls", "sepsis"))
    await tell(talk, PRIYA, "Other", topics=("dementia",))
    await tell(talk, PRIYA, "Unnamed", topics=("falls",), no_name=True)
    async with database.transaction(reading=True) as db:
        ids = [t.id for t in await by_slug(db, ("falls", "sepsis"))]
        found = await stories_since(db, ids, since)
        assert sorted(told.story.title for told in found) == ["Falls and more", "Unnamed"]
        assert await stories_since(db, [], since) == []
