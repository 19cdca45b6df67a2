"""Registering a project: five fields, once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from qibot.chat.message import plain_text
from qibot.clock import SetClock
from qibot.database import Database
from qibot.people.models import Topic
from qibot.projects import service
from qibot.projects.models import Project, ProjectMember
from qibot.projects.views import EXAMPLES
from tests.cast import AMINA, RUTH, STRANGER, TOMASZ, Character
from tests.talk import Network


async def register(talk: Network, who: Character, title: str, **said: Any) -> None:
    await talk.register(who, title, **said)


async def count(database: Database) -> int:
    async with database.transaction() as db:
        return await db.scalar(select(func.count()).select_from(Project)) or 0


async def test_a_project_is_registered_with_five_fields_and_has_next_steps(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("project register Sepsis six within the hour")
    assert [f.name for f in amina.form.kind.shape.fields] == ["title", "aim", "topics", "place", "helpers"]
    assert amina.form.values == {"title": "Sepsis six within the hour", "place": "Milton Keynes"}
    await amina.fills(aim="9 in 10 by March", topics=("sepsis",), helpers="Pharmacy")
    assert "Registered: Sepsis six within the hour" in amina.sees
    assert "Lead: you" in amina.sees
    assert "Who helps: Pharmacy" in amina.sees
    assert "Last update: Wed 27 Nov" in amina.sees
    card = amina.message
    await amina.presses("Find a champion for it", on=card)
    assert "Sepsis" in amina.sees
    await amina.presses("Who else works on this", on=card)
    assert "Projects about “sepsis”" in amina.sees
    await amina.presses("Show the project", on=card)
    assert "> 9 in 10 by March" in amina.sees
    async with database.transaction() as db:
        found = (await service.of_person(db, 1))[0]
        assert [t.label for t in await service.topics_of(db, found.id)] == ["Sepsis"]
        lead = (await service.project(db, found.id)).lead
        assert lead is not None
        assert lead.name == "Amina Okafor"


async def test_the_menu_opens_the_same_form(talk: Network) -> None:
    row = next(r for r in talk.bot.router.commands.values() if r.shortcut)
    assert (row.name, row.shortcut) == ("project register", "Register a project")
    await talk.join(AMINA)
    await talk(AMINA).takes_shortcut("project register")
    assert talk(AMINA).form.kind.shape.wire == "projects.register"
    await talk(STRANGER).takes_shortcut("project register")
    assert "You have not joined the network yet." in talk(STRANGER).sees


async def test_topics_not_chosen_come_from_the_words_and_it_says_so(talk: Network) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await register(talk, AMINA, "A trolley for the front door", aim="Antibiotics within the hour in septic shock")
    assert "I took its topics from your words" in amina.sees
    assert "Sepsis" in amina.sees
    await amina.presses("Change")
    assert "sepsis" in amina.form.values["topics"]
    await register(talk, AMINA, "Zzzz")
    assert "I found no topic in your words" in amina.sees


async def test_the_same_form_sent_twice_is_one_project(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("project register Sepsis six")
    form = amina.form
    await amina.fills(id="once")
    await amina.submits(form.kind.shape.wire, form.values, id="once")
    assert amina.last is None
    assert await count(database) == 1


async def test_three_retries_with_the_same_words_are_one_project(talk: Network, database: Database) -> None:
    await talk.join(AMINA, RUTH)
    amina = talk(AMINA)
    for title in ("Sepsis six", " sepsis  SIX ", "Sepsis: six!"):
        await amina.submits("projects.register", {"title": title, "aim": "In an hour", "topics": ["sepsis"]})
        assert "Sepsis six" in amina.sees
    assert "Registered already" in amina.sees
    assert await count(database) == 1
    await amina.submits("projects.register", {"title": "Sepsis six", "aim": "Something else", "topics": ["sepsis"]})
    assert "You have a project of that title already (#1)" in amina.errors["title"]
    assert amina.form.values["aim"] == "Something else"
    await register(talk, RUTH, "Sepsis six")
    assert await count(database) == 2


async def test_three_retries_at_the_same_moment_are_one_project(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    said = {"title": "Sepsis six", "aim": "In an hour"}
    await asyncio.gather(*(talk(AMINA).submits("projects.register", said) for _ in range(3)))
    assert sum("Registered: Sepsis six" in plain_text(m) for m in talk(AMINA).said) == 1
    assert sum("Registered already: Sepsis six" in plain_text(m) for m in talk(AMINA).said) == 2
    assert await count(database) == 1


async def test_a_title_may_be_used_again_once_the_first_is_stopped(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await register(talk, AMINA, "Sepsis six")
    await amina.says("project stop #1")
    await amina.presses("Stop with thanks")
    await register(talk, AMINA, "Sepsis six")
    assert await count(database) == 2
    await amina.says("project edit #1")
    await amina.fills(stage="under way")
    assert "live project of that title already (#2)" in amina.errors["title"]


async def test_a_wrong_field_saves_nothing_and_keeps_what_was_typed(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 121}),
        ("aim", {"title": "Falls", "aim": "x" * 1001}),
        ("place", {"title": "Falls", "place": "x" * 61}),
        ("helpers", {"title": "Falls", "helpers": "x" * 151}),
        ("topics", {"title": "Falls", "topics": ["falls", "no-such-topic"]}),
        ("title", {"title": "Help patient NHS no 999 000 0018"}),
        ("aim", {"title": "Falls", "aim": "For patient NHS no 999 000 0018"}),
    ]
    for field, values in wrong:
        await amina.submits("projects.register", values)
        assert list(amina.errors) == [field]
        assert "999" not in amina.errors[field]
        assert amina.form.values == values
    assert await count(database) == 0


async def test_the_longest_of_everything_is_kept_whole(talk: Network) -> None:
    await talk.join(AMINA)
    # A ligature that is eighteen letters once folded: what is compared must fit the database too.
    title = "\ufdfa" * 120
    said = {"title": title, "aim": "a" * 1000, "place": "p" * 60, "helpers": "h" * 150}
    await talk(AMINA).submits("projects.register", said)
    assert "Registered" in talk(AMINA).sees
    await talk(AMINA).says("project edit #1")
    assert {k: talk(AMINA).form.values[k] for k in said} == said


async def test_markup_and_emoji_stay_what_they_are(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    for title in ("<!channel> **x** <script>", "🚑🚑"):
        await register(talk, AMINA, title)
        await talk(TOMASZ).says(f"project show {title}")
        assert talk(TOMASZ).message.title == title


async def test_the_lead_is_a_member_of_the_project(talk: Network, database: Database) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Sepsis six")
    async with database.transaction() as db:
        assert [(m.person_id, m.role) for m in await db.scalars(select(ProjectMember))] == [(1, "lead")]


async def test_topics_taken_out_of_use_stay_on_a_project_that_is_changed(
    talk: Network, database: Database, clock: SetClock
) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Sepsis six", topics=("sepsis", "falls"))
    async with database.transaction() as db:
        topic = await db.scalar(select(Topic).where(Topic.slug == "falls"))
        assert topic is not None
        topic.retired_at = clock.now()
    await talk(AMINA).says("project edit #1")
    assert talk(AMINA).form.values["topics"] == ("sepsis",)
    await talk(AMINA).fills(place="Luton")
    assert "Topics: Falls prevention, Sepsis" in talk(AMINA).sees


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if hasattr(example, "title")])
def test_no_view_blames_or_leaves_without_a_next_step(name: str) -> None:
    said = plain_text(EXAMPLES[name])  # type: ignore[arg-type]
    assert "[" in said
    assert not any(word in said.lower() for word in ("fail", "abandon", "overdue", "late", "wrong"))
