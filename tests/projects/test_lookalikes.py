"""What looks like a project that is about to be registered: joined, talked to, or said to be another."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from qibot.champions.forms import SayHello
from qibot.chat.message import plain_text
from qibot.database import Database
from qibot.projects.finding import alike
from qibot.projects.forms import JoinInstead, MineIsDifferent
from qibot.projects.models import Project, ProjectMember
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.projects.test_registering import count, register
from tests.talk import Network, Talk

THEIRS = "Septic patients: the first dose sooner"
MINE: dict[str, Any] = {
    "title": "Sepsis six within the hour",
    "aim": "Antibiotics in an hour for septic patients",
    "place": "Milton Keynes",
}


async def scene(talk: Network) -> Talk:
    """Tomasz leads one; Amina sends the form of another that is the same work."""
    await talk.join(AMINA, TOMASZ)
    await register(talk, TOMASZ, THEIRS, aim="Antibiotics within an hour of arrival", place="Milton Keynes")
    await talk(AMINA).submits("projects.register", MINE)
    return talk(AMINA)


async def test_three_look_like_this_and_say_why_before_anything_is_saved(talk: Network, database: Database) -> None:
    await talk.join(JONAS, PRIYA, RUTH)
    await register(talk, PRIYA, "A trolley for septic shock", topics=("sepsis",), place="Luton")
    await register(talk, RUTH, "Antibiotics for sepsis in sixty minutes", topics=("sepsis",))
    await register(talk, JONAS, "Septic shock: support after it", aim="A group for families", topics=("sepsis",))
    amina = await scene(talk)
    assert await count(database) == 4
    assert "3 look like this" in amina.message.title
    assert "Sepsis six within the hour is not registered yet." in amina.sees
    best = amina.sees.split(THEIRS)[1].split("[Show]")[0]
    assert "Tomasz Nowak, Beds Hospitals, Milton Keynes" in best
    assert "Also about Sepsis" in best
    assert "also says “septic” and “patients”" not in best, "what everybody says is no reason"
    assert "also in Milton Keynes." in best
    hellos = [amina.button("Say hello", nth=n).does for n in range(3)]
    assert SayHello(4) in hellos
    await amina.presses("Show", nth=hellos.index(SayHello(4)))
    assert amina.message.title == THEIRS


async def test_the_same_topic_or_the_same_place_alone_is_no_look_alike(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(
        talk, TOMASZ, "Life after intensive care", aim="A group for families", topics=("sepsis",), place="Milton Keynes"
    )
    await register(talk, AMINA, "A trolley at the front door", topics=("sepsis",), place="Milton Keynes")
    await register(talk, TOMASZ, "Improving care for patients on the ward")
    await talk(AMINA).submits("projects.register", {"title": "Better care of patients on our wards", "aim": ""})
    assert "Registered: " in talk(AMINA).sees


async def test_words_near_in_meaning_are_enough_and_are_the_reason(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, TOMASZ, "Fewer pills", aim="Stop tablets that do no good to nursing home residents")
    await talk(AMINA).submits("projects.register", {"title": "Less medication", "aim": "For people in care homes"})
    assert "1 looks like this" in talk(AMINA).sees
    assert "says “pills” where you say “medication”" in talk(AMINA).sees


async def test_joining_theirs_is_one_press_and_saves_nothing_of_mine(talk: Network, database: Database) -> None:
    amina = await scene(talk)
    assert amina.button("Join theirs").does == JoinInstead(1)
    on = amina.message
    for _ in range(2):
        await amina.presses("Join theirs", on=on)
        assert f"You are a helper of “{THEIRS}”. Thank you" in amina.sees
        assert "Nothing was saved of what you typed: it is one project now, and not two." in amina.sees
    async with database.transaction(reading=True) as db:
        assert list(await db.scalars(select(Project.title))) == [THEIRS]
        on_it = (await db.execute(select(ProjectMember.person_id, ProjectMember.role))).all()
    assert sorted(on_it) == [(1, "helper"), (2, "lead")]
    await talk(TOMASZ).says("project show #1")
    assert "Helpers in the network: Amina Okafor (MKUH)" in talk(TOMASZ).sees


async def test_joining_keeps_to_the_rules_of_offering_help(talk: Network) -> None:
    amina = await scene(talk)
    await talk(STRANGER).presses_raw(JoinInstead.wire, {"project": 1})
    assert "You have not joined the network yet." in talk(STRANGER).sees
    await talk(TOMASZ).presses_raw(JoinInstead.wire, {"project": 1})
    assert "You lead that project." in talk(TOMASZ).sees
    await talk(TOMASZ).says("project stop #1")
    await talk(TOMASZ).presses("Stop with thanks")
    await amina.presses("Join theirs")
    assert "That project is over" in amina.sees
    # It is still shown, as what was learned is worth as much, and takes nobody on.
    await amina.submits("projects.register", MINE)
    assert THEIRS in amina.sees
    assert "[Join theirs]" not in amina.sees
    assert amina.button("Say hello").does == SayHello(1)


async def test_mine_is_different_keeps_what_was_typed_and_shows_the_reason_to_its_lead(talk: Network) -> None:
    amina = await scene(talk)
    await amina.presses("Mine is different…")
    assert amina.form.kind.shape.fields[0].name == "because"
    assert {name: amina.form.values[name] for name in MINE} == MINE
    await amina.fills(because="  ")
    assert amina.errors == {"because": "Please fill this in."}
    await amina.fills(because="It is about patient NHS no 999 000 0018")
    assert list(amina.errors) == ["because"]
    assert "Nothing" not in amina.sees
    await amina.fills(because="Ours is the <b>children’s</b> ward", helpers="Pharmacy")
    assert "Registered: Sepsis six within the hour" in amina.sees
    for who, sees in ((AMINA, True), (TOMASZ, False), (STRANGER, False)):
        await talk(who).says("project show #2")
        assert "Who helps: Pharmacy" in talk(who).sees
        assert ("Different because: Ours is the <b>children’s</b> ward" in talk(who).sees) is sees, who.name
    await amina.says("project edit #2")
    await amina.fills(aim="Something else")
    await amina.says("project show #2")
    assert "Different because: Ours is the <b>children’s</b> ward" in amina.sees


async def test_three_identical_retries_make_one_project(talk: Network, database: Database) -> None:
    amina = await scene(talk)
    await amina.presses("Mine is different…")
    said = {**amina.form.values, "because": "Ours is for children"}
    await asyncio.gather(*(amina.submits("projects.different", said) for _ in range(3)))
    assert sum(plain_text(m).startswith("Registered: ") for m in amina.said) == 1
    assert sum(plain_text(m).startswith("Registered already: ") for m in amina.said) == 2
    # Nor does the first form, once its project is there, look at others again.
    await amina.submits("projects.register", MINE)
    assert "Registered already: Sepsis six" in amina.sees
    assert await count(database) == 2
    await amina.submits("projects.different", said | {"because": "For another reason"})
    assert "You have a project of that title already (#2)" in amina.errors["title"]


async def test_what_the_button_carries_is_read_again_like_anything_else(talk: Network, database: Database) -> None:
    amina = await scene(talk)
    forged = {
        "title": "Patient NHS no 999 000 0018",
        "aim": "x" * 1500,
        "topics": "falls nonsense",
        "place": "",
        "helpers": "",
    }
    await amina.presses_raw(MineIsDifferent.wire, forged)
    assert amina.form.values["topics"] == ("falls",)
    await amina.fills(because="Mine")
    assert set(amina.errors) == {"aim"}
    await amina.fills(because="Mine", aim="")
    assert set(amina.errors) == {"title"}
    await talk(STRANGER).presses_raw(MineIsDifferent.wire, forged)
    assert "You have not joined the network yet." in talk(STRANGER).sees
    await talk(STRANGER).submits("projects.different", MINE | {"because": "Mine"})
    assert "You have not joined the network yet." in talk(STRANGER).sees
    assert await count(database) == 1


async def test_more_than_a_button_can_carry_is_asked_to_be_shorter(talk: Network, database: Database) -> None:
    amina = await scene(talk)
    await amina.submits("projects.register", MINE | {"aim": MINE["aim"] + "🚑" * 950})
    assert "Please shorten the aim" in amina.errors["aim"]
    assert amina.form.values["title"] == MINE["title"]
    assert await count(database) == 1


async def test_what_an_organisation_hides_is_no_look_alike_and_a_title_tells_only_itself(talk: Network) -> None:
    amina = await scene(talk)
    await talk.join(OWEN, RUTH)
    await talk(OWEN).says("organisation projects titles")
    # By its title it looks alike; what its aim, its topic and its place say has no part in it.
    await amina.submits("projects.register", {"title": "Dose for septic patients", "place": "Milton Keynes"})
    assert THEIRS in amina.sees
    assert "Also says “septic”" in amina.sees
    for kept in ("Also about", "also in", "Tomasz", "[Join theirs]"):
        assert kept not in amina.sees
    await amina.submits("projects.register", {"title": "Antibiotics within an hour of arrival"})
    assert "Registered: Antibiotics" in amina.sees
    await talk(OWEN).says("organisation projects hidden")
    await amina.submits("projects.register", MINE)
    assert "Registered: Sepsis six" in amina.sees
    # Their own people see it all the same.
    await talk(OWEN).submits("projects.register", MINE | {"title": "Sepsis: antibiotics sooner"})
    assert THEIRS in talk(OWEN).sees


async def test_my_own_projects_are_no_look_alikes(talk: Network) -> None:
    await talk.join(AMINA)
    await register(talk, AMINA, "Trolley one", topics=("sepsis",))
    await talk(AMINA).submits("projects.register", {"title": "Trolley two", "topics": ["sepsis"]})
    assert "Registered: Trolley two" in talk(AMINA).sees


async def test_look_alikes_are_those_of_now(talk: Network, database: Database) -> None:
    """The index is true in the transaction that changes a project."""
    await talk.join(AMINA, TOMASZ)
    await register(talk, TOMASZ, "Quiet corridors at night")
    await talk(TOMASZ).says("project edit #1")
    await talk(TOMASZ).fills(title=THEIRS, aim="Antibiotics within an hour of arrival")
    await talk(AMINA).submits("projects.register", {"title": "Corridors at night"})
    assert "Registered: Corridors at night" in talk(AMINA).sees
    await talk(AMINA).submits("projects.register", MINE)
    assert THEIRS in talk(AMINA).sees
    async with database.transaction(reading=True) as db:
        assert await db.scalar(select(func.count()).select_from(Project)) == 2


@pytest.mark.parametrize(
    ("title", "aim", "like"),
    [
        ("Home by lunch", "A third of discharges before noon", True),
        ("Letters on time", "Summaries sent to practices within a day", False),
        ("", "", False),
        ("🚑", "!!!", False),
    ],
)
def test_how_much_two_have_in_common(title: str, aim: str, like: bool) -> None:
    mine = alike.work("Out before midday", "More patients leave the ward in the morning, discharged before noon")
    (share,) = alike.shares(mine, [alike.work(title, aim)])
    assert (share >= alike.ENOUGH) is like
    assert alike.shares(alike.work("", ""), [mine]) == [0.0]
    assert alike.shares(mine, [mine]) == [1.0]
    assert alike.shares(mine, []) == []
