"""Showing, finding, changing, helping and stopping projects."""

from datetime import timedelta

from sqlalchemy import select

from qibot.champions.forms import SayHello
from qibot.clock import SetClock
from qibot.database import Database
from qibot.projects.models import Project, ProjectMember
from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, STRANGER, TOMASZ
from tests.projects.test_registering import register
from tests.talk import Network


async def test_a_project_is_shown_by_number_title_or_words(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Sepsis six within the hour")
    await register(talk, TOMASZ, "Sepsis trolley")
    await register(talk, TOMASZ, "2020")
    jonas = talk(JONAS)
    for words in ("#1", "1", "sepsis SIX within the hour", "six hours", '"sepsis six" within'):
        await jonas.says(f"project show {words}")
        assert jonas.message.title == "Sepsis six within the hour", words
    await jonas.says("project show 2020")
    assert jonas.message.title == "2020"
    await jonas.says("project show sepsis")
    assert "There are 2 projects like “sepsis”: #2 Sepsis trolley" in jonas.sees
    await jonas.presses("project show #1")
    assert jonas.message.title == "Sepsis six within the hour"


async def test_a_project_that_is_not_there_leads_to_a_search(talk: Network) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("project show wobbly chairs")
    assert "I do not know a project called “wobbly chairs”" in amina.sees
    await amina.presses("who wobbly chairs")
    assert "No project yet for “wobbly chairs”" in amina.sees
    for words in ("#99", "#999999999", "#1x", "%", "_"):
        await amina.says(f"project show {words}")
        assert "I do not know a project" in amina.sees, words
    await amina.says("project show")
    assert "I need a project for that." in amina.sees


async def test_a_card_offers_each_reader_what_they_may_do(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    await register(talk, AMINA, "Sepsis six")
    await talk(AMINA).says("project show #1")
    assert "[Change] [Stop with thanks]" in talk(AMINA).sees
    assert "Say hello" not in talk(AMINA).sees
    await talk(TOMASZ).says("project show #1")
    assert talk(TOMASZ).button("Say hello").does == SayHello(1)
    assert "Lead: Amina Okafor" in talk(TOMASZ).sees
    assert "Change" not in talk(TOMASZ).sees
    await talk(OWEN).says("project show #1")
    assert "[Say hello] [Offer to help] [Change]" in talk(OWEN).sees
    await talk(STRANGER).says("project show #1")
    assert "join the network first" in talk(STRANGER).sees
    assert "[Say hello]" not in talk(STRANGER).sees


async def test_people_are_named_only_if_they_agreed_to_be_found(talk: Network) -> None:
    await talk.join(AMINA, RUTH, purposes=("introductions",))
    await talk.join(TOMASZ)
    await register(talk, AMINA, "Sepsis six")
    await talk(RUTH).says("project help #1")
    assert "as a member of" in talk(RUTH).sees
    tomasz = talk(TOMASZ)
    for words in ("project show #1", "who sepsis", "projects"):
        await tomasz.says(words)
        assert "a member of " in tomasz.sees
        assert "Amina" not in tomasz.sees
        assert "Ruth" not in tomasz.sees
        assert "[Say hello]" in tomasz.sees
    await talk(AMINA).says("project show #1")
    assert "Lead: you" in talk(AMINA).sees
    assert "Ruth" not in talk(AMINA).sees


async def test_a_lead_who_left_is_not_named_and_cannot_be_asked(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Sepsis six")
    await talk(AMINA).says("leave")
    await talk(AMINA).presses("Yes, leave")
    await talk(TOMASZ).says("project show #1")
    assert "somebody who has left the network" in talk(TOMASZ).sees
    assert "Amina" not in talk(TOMASZ).sees
    assert "[Say hello]" not in talk(TOMASZ).sees
    await talk(AMINA).presses_raw("projects.stop", {"project": 1})
    assert "You have not joined" in talk(AMINA).sees


async def test_who_finds_by_topic_and_by_words_with_all_one_needs_to_know(talk: Network, clock: SetClock) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    await register(talk, AMINA, "Antibiotics in an hour", topics=("sepsis",))
    await register(talk, PRIYA, "Calmer rooms", aim="Septicaemia leaflets at the door", topics=("falls",))
    await talk(AMINA).says("project edit #1")
    clock.forward(timedelta(days=14))
    await talk(AMINA).fills(stage="under way")
    tomasz = talk(TOMASZ)
    await tomasz.says("who is on septic shock?")
    assert "I read this as: Sepsis" in tomasz.sees
    assert "Antibiotics in an hour (#1) – Amina Okafor, MKUH, Milton Keynes" in tomasz.sees
    assert "Under way, last update Wed 11 Dec.\nAbout Sepsis." in tomasz.sees
    assert tomasz.sees.index("Antibiotics") < tomasz.sees.index("Calmer rooms")
    assert "Says “septicaemia”." in tomasz.sees
    await tomasz.says("who leaflet")
    assert "Calmer rooms" in tomasz.sees
    assert "Antibiotics" not in tomasz.sees
    await tomasz.says("who eaflet")
    assert "Says “leaflets”." in tomasz.sees, "a slip of the keyboard is put right"
    await tomasz.says("who flets")
    assert "Calmer rooms" not in tomasz.sees


async def test_who_knows_asks_for_people_and_projects_lead_to_people(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Sepsis six", topics=("sepsis",))
    await talk(TOMASZ).says("champion join")
    await talk(TOMASZ).fills(topics=("sepsis",))
    amina = talk(AMINA)
    for words in ("who knows about sepsis?", "who can help with sepsis", "who else knows sepsis"):
        await amina.says(words)
        assert "Tomasz Nowak" in amina.sees, words
    await amina.says("who sepsis")
    assert "Sepsis six" in amina.sees
    await amina.presses("Find people instead")
    assert "Tomasz Nowak" in amina.sees


async def test_who_pages_and_forgets_nothing(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    for n in range(12):
        await register(talk, AMINA, f"Trolley {n:02}", topics=("sepsis",))
    tomasz = talk(TOMASZ)
    await tomasz.says("who sepsis")
    pages = [tomasz.sees]
    for _ in range(2):
        await tomasz.presses("More projects")
        pages.append(tomasz.sees)
    assert [sum(f"Trolley {n:02}" in page for n in range(12)) for page in pages] == [5, 5, 2]
    assert all(any(f"Trolley {n:02}" in page for page in pages) for n in range(12))
    assert "More projects" not in pages[2]
    await tomasz.says("who sepsis page:4")
    assert "Those were all" in tomasz.sees
    await tomasz.presses("From the beginning")
    assert tomasz.sees == pages[0]


async def test_nobody_on_it_gives_a_next_step(talk: Network) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("who sepsis")
    assert "Nobody has registered a project about Sepsis yet" in amina.sees
    await amina.presses("Register a project")
    assert amina.form.kind.shape.wire == "projects.register"
    await amina.says("who")
    assert "Tell me what the projects should be about." in amina.sees
    for words in ("%", "the of and", "🚑", "x" * 3000, '"', "_"):
        await amina.says(f"who {words}")
        assert "No project yet" in amina.sees, words
        assert "[All projects]" in amina.sees


async def test_projects_lists_my_own_first_and_then_the_newest(talk: Network) -> None:
    stranger = talk(STRANGER)
    await stranger.says("projects")
    assert "No projects yet" in stranger.sees
    await talk.join(AMINA, TOMASZ)
    for n in range(6):
        await register(talk, TOMASZ, f"Theirs {n}")
    await register(talk, AMINA, "Mine, stopped")
    await register(talk, AMINA, "Mine, live")
    await talk(AMINA).says("project stop #7")
    await talk(AMINA).presses("Stop with thanks")
    await talk(AMINA).says("project help #1")
    amina = talk(AMINA)
    await amina.says("projects")
    order = ["Yours", "Mine, live", "Theirs 0", "Mine, stopped", "Newest in the network", "Theirs 5", "Theirs 4"]
    assert [amina.sees.index(words) for words in order] == sorted(amina.sees.index(words) for words in order)
    await amina.presses("More projects")
    assert "Yours" not in amina.sees
    assert [f"Theirs {n}" in amina.sees for n in (3, 2, 1, 0)] == [True, True, True, False]
    await stranger.says("projects")
    assert "Yours" not in stranger.sees
    assert "Mine, live" in stranger.sees


async def test_the_lead_changes_everything_with_the_same_form(talk: Network, clock: SetClock) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await register(talk, AMINA, "Sepsis six", aim="Soon", topics=("sepsis",), helpers="Pharmacy")
    clock.forward(timedelta(days=7))
    await amina.says("project edit sepsis six")
    assert amina.form.values["topics"] == ("sepsis",)
    await amina.fills(title="Falls first", aim="By May", topics=("falls",), stage="under way", place="Luton")
    assert "Saved: Falls first" in amina.sees
    await amina.says("project show falls first")
    for said in ("> By May", "Topics: Falls prevention", "Place: Luton", "Stage: under way", "Who helps: Pharmacy"):
        assert said in amina.sees
    assert "Registered: Wed 27 Nov" in amina.sees
    assert "Last update: Wed 4 Dec" in amina.sees
    await amina.says("who trolley sepsis six")
    assert "Falls first" not in amina.sees


async def test_nobody_else_can_change_or_stop_it_whatever_they_send(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, OWEN)
    await register(talk, AMINA, "Sepsis six")
    tomasz = talk(TOMASZ)
    forged = {"title": "Mine now", "stage": "finished", "project": "1"}
    for send in (
        tomasz.says("project edit #1"),
        tomasz.says("project stop #1"),
        tomasz.presses_raw("projects.stop", {"project": 1}),
        tomasz.submits("projects.edit", forged),
    ):
        await send
        assert "Only its lead or an organiser can change that project." in tomasz.sees
    await talk(STRANGER).submits("projects.edit", forged)
    assert "You have not joined" in talk(STRANGER).sees
    for project in ("", "x", "99", "²", "9" * 30):
        await talk(AMINA).submits("projects.edit", forged | {"project": project})
        assert "I cannot find that project." in talk(AMINA).sees
    await talk(AMINA).submits("projects.edit", forged | {"stage": "won"})
    assert list(talk(AMINA).errors) == ["stage"]
    async with database.transaction() as db:
        found = (await db.scalars(select(Project))).one()
        assert (found.title, found.stage) == ("Sepsis six", "idea")
    await talk(OWEN).submits("projects.edit", forged)
    assert "Saved: Mine now" in talk(OWEN).sees


async def test_offering_to_help_shows_on_the_card_once_and_can_be_taken_back(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Sepsis six")
    tomasz, amina = talk(TOMASZ), talk(AMINA)
    await tomasz.says("project show #1")
    card = tomasz.message
    for _ in range(3):
        await tomasz.presses("Offer to help", on=card)
        assert "You are a helper of “Sepsis six”. Thank you" in tomasz.sees
    await amina.says("project show #1")
    assert "Helpers in the network: Tomasz Nowak (" in amina.sees
    async with database.transaction() as db:
        roles = sorted(m.role for m in await db.scalars(select(ProjectMember)))
        assert roles == ["helper", "lead"]
    await tomasz.says("project show #1")
    await tomasz.presses("I can no longer help")
    await amina.says("project show #1")
    assert "Helpers in the network" not in amina.sees
    await amina.presses_raw("projects.help", {"project": 1})
    assert "You lead that project." in amina.sees
    await amina.presses_raw("projects.stop_helping", {"project": 1})
    await amina.opens_home()
    assert "Sepsis six" in amina.sees


async def test_stopping_asks_first_thanks_and_is_found_afterwards(talk: Network) -> None:
    await talk.join(AMINA, TOMASZ)
    await register(talk, AMINA, "Sepsis six")
    amina, tomasz = talk(AMINA), talk(TOMASZ)
    await amina.says("project stop sepsis six")
    asked = amina.message
    await amina.presses("Carry on")
    assert "Stage: idea" in amina.sees
    for _ in range(2):
        await amina.presses("Stop with thanks", on=asked)
        assert "“Sepsis six” is stopped, with thanks" in amina.sees
    await tomasz.says("who sepsis")
    assert "Stopped with thanks, last update" in tomasz.sees
    await tomasz.presses_raw("projects.help", {"project": 1})
    assert "That project is over" in tomasz.sees
    await amina.says("project edit #1")
    await amina.fills(stage="finished")
    await amina.presses("Stop with thanks", on=asked)
    assert "That project is finished" in amina.sees


async def test_home_shows_three_of_mine_or_how_to_begin(talk: Network) -> None:
    await talk(STRANGER).opens_home()
    assert "My projects" not in talk(STRANGER).sees
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.opens_home()
    assert "None yet: registering one takes a minute." in amina.sees
    for n in range(4):
        await register(talk, AMINA, f"Trolley {n}")
    await amina.opens_home()
    assert [f"Trolley {n}" in amina.sees for n in range(4)] == [False, True, True, True]
    assert "[All my projects]" in amina.sees
    await amina.presses("Show #4")
    assert amina.message.title == "Trolley 3"
