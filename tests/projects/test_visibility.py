"""What others see of an organisation's projects: whole, by title only, or not at all."""

from qibot.champions.finding import index
from qibot.database import Database
from qibot.features import evidence
from tests.cast import AMINA, JONAS, OWEN, RUTH, STRANGER, TOMASZ
from tests.introductions.scene import offer
from tests.projects.test_registering import register
from tests.talk import Network

TITLE = "Septic shock trolley"
SAID = {"aim": "Antibiotics within the hour", "topics": ("sepsis",), "helpers": "Pharmacy", "place": "Bedford"}
PLACES = (
    "project show #1", "project show septic shock", "who sepsis", "who trolley", "who antibiotics", "projects",
    "who trolley page:1", "update #1 hello", "project help #1", "project edit #1", "project stop #1",
    f"update {TITLE} hello", "project updates #1", "project join #1", "project follow #1", "project team #1",
    "project hand-on #1 Amina Okafor", "project pause #1", "project call #1", "project learned #1", "pdsa #1",
    "pdsa plan #1", "drivers #1", "drivers edit #1", "story find antibiotics", "tried-before antibiotics",
)  # fmt: skip
"""Everything that may be typed about it, by people of another organisation."""


async def scene(talk: Network) -> None:
    """Tomasz and Owen are of one organisation, Owen organises; Amina and Ruth are of another."""
    await talk.join(TOMASZ, OWEN, AMINA, RUTH)
    await register(talk, TOMASZ, TITLE, **SAID)


async def everything(talk: Network) -> str:
    """All that Amina and somebody who has not joined can come by about it."""
    seen = []
    for who in (AMINA, STRANGER):
        for words in PLACES:
            await talk(who).says(words)
            seen.append(talk(who).sees.replace(f"“{words.split(' ', 1)[1]}”", "") if " " in words else talk(who).sees)
        for button in (
            "projects.help",
            "projects.stop",
            "projects.carry_on",
            "introductions.hello",
            "projects.join_instead",
        ):
            await talk(who).presses_raw(button, {"project": 1})
            seen.append(talk(who).sees or str(talk(who).last))
        for form in ("projects.update", "projects.join", "projects.pause", "stories.ending", "pdsa.plan"):
            said = {"words": "x", "role": "helper", "until": "2020-01-01", "objective": "x", "prediction": "x"}
            await talk(who).submits(form, said | {"project": "1"})
            seen.append(talk(who).sees or str(talk(who).last))
        await talk(who).opens_home()
        seen.append(talk(who).sees)
    alike = {"title": "Trolley for septic shock", "aim": "Antibiotics within the hour", "topics": ("sepsis",)}
    await talk(AMINA).submits("projects.register", alike)
    seen.append(talk(AMINA).sees)
    if "not registered yet" in talk(AMINA).sees:
        await talk(AMINA).presses("Mine is different…")
        await talk(AMINA).fills(because="Ours is for children")
    assert "Registered: Trolley for septic shock" in talk(AMINA).sees
    await talk(AMINA).says("project stop #2")
    await talk(AMINA).presses("Stop with thanks")
    return "\n".join(seen)


async def test_hidden_ones_appear_nowhere_but_to_their_own(talk: Network) -> None:
    await scene(talk)
    await talk(AMINA).says("who sepsis")
    assert TITLE in talk(AMINA).sees
    await talk(OWEN).says("organisation projects hidden")
    assert "Projects of Beds Hospitals are now hidden" in talk(OWEN).sees
    assert TITLE not in await everything(talk)
    # By its number it looks as if there were none.
    await talk(AMINA).says("project show #1")
    hidden = talk(AMINA).sees
    await talk(AMINA).says("project show #99")
    assert hidden.replace("#1", "#99") == talk(AMINA).sees
    for who in (TOMASZ, OWEN):
        for words in ("project show #1", "who sepsis", "projects"):
            await talk(who).says(words)
            assert TITLE in talk(who).sees, words
    await talk(TOMASZ).opens_home()
    assert TITLE in talk(TOMASZ).sees
    await talk(OWEN).says("organisation projects listed")
    assert TITLE in await everything(talk)


async def test_by_title_only_others_see_title_and_organisation_and_can_say_hello(talk: Network) -> None:
    await scene(talk)
    await talk(OWEN).says("organisation projects titles")
    everything_seen = await everything(talk)
    assert TITLE in everything_seen
    for kept in ("Antibiotics within", "Pharmacy", "Tomasz", "Idea", "idea", "Lead", "Sepsis,"):
        assert kept not in everything_seen, kept
    amina = talk(AMINA)
    # What is not shown is not found by either: neither a word of its aim, nor its topic.
    for words, there in (("who antibiotics", False), ("who sepsis", False), ("who shock trolley", True)):
        await amina.says(words)
        assert (f"{TITLE} (#1)" in amina.sees) is there, words
    await amina.says("project show #1")
    assert "shows others the titles of its projects, and no more" in amina.sees
    assert "Offer to help" not in amina.sees
    await amina.presses("Say hello")
    assert amina.form.kind.shape.wire == "introductions.reason"
    assert "Sepsis" not in amina.form.intro
    await amina.presses_raw("projects.help", {"project": 1})
    assert "You can say hello" in amina.sees


async def test_who_was_on_it_before_still_sees_it(talk: Network) -> None:
    await scene(talk)
    await talk(AMINA).says("project help #1")
    await talk(OWEN).says("organisation projects hidden")
    await talk(AMINA).says("project show #1")
    assert "> Antibiotics within the hour" in talk(AMINA).sees
    await talk(RUTH).says("project show #1")
    assert TITLE not in talk(RUTH).sees
    await talk(AMINA).says("leave")
    await talk(AMINA).presses("Yes, leave")
    await talk(AMINA).says("project show #1")
    assert TITLE not in talk(AMINA).sees


async def test_an_introduction_names_no_project_that_the_other_may_not_know_of(talk: Network) -> None:
    await scene(talk)
    await talk(AMINA).says("project show #1")
    await talk(AMINA).presses("Say hello")
    await talk(AMINA).fills(reason="Your trolley")
    assert TITLE in talk(AMINA).sees
    await talk(OWEN).says("organisation projects hidden")
    await talk(AMINA).says("introductions")
    assert TITLE not in talk(AMINA).sees
    await offer(talk, TOMASZ)
    await talk(TOMASZ).says("introductions")
    assert TITLE in talk(TOMASZ).sees
    await talk(TOMASZ).presses("Accept")
    await talk(AMINA).says("introductions")
    assert "Tomasz Nowak" in talk(AMINA).sees
    assert TITLE not in talk(AMINA).sees


async def test_only_an_organiser_chooses_and_for_one_organisation(talk: Network) -> None:
    await scene(talk)
    await talk.join(JONAS)
    await talk(AMINA).says("organisation projects hidden")
    assert "That is for organisers of the network." in talk(AMINA).sees
    owen = talk(OWEN)
    await owen.says("organisation projects")
    assert "Projects of Beds Hospitals are listed" in owen.sees
    await owen.presses("Title only")
    assert "are now shown by title only" in owen.sees
    await owen.says("organisation projects secret")
    assert "[organisation projects hidden]" in owen.sees
    await owen.says("organisation projects hidden of:RD8")
    await register(talk, AMINA, "Falls at night")
    await talk(JONAS).says("projects")
    assert "Falls at night" not in talk(JONAS).sees
    assert TITLE in talk(JONAS).sees
    # An organiser of the network is no exception.
    await owen.says("project edit #2")
    assert "I do not know a project" in owen.sees
    await owen.says("organisation projects hidden of:nowhere")
    assert "I do not know an organisation" in owen.sees


async def test_what_is_not_listed_is_no_evidence_of_who_knows_about_it(talk: Network, database: Database) -> None:
    await scene(talk)
    await register(talk, RUTH, "Warm wards at night", aim="Blankets for everybody")
    amina, searches = talk(AMINA), ("find septic shock trolley", "find antibiotics within the hour", "find sepsis")

    async def found() -> str:
        seen = []
        for words in searches:
            await amina.says(words)
            seen.append(amina.sees.replace(words.removeprefix("find "), ""))
        return "\n".join(seen)

    assert TITLE in await found()
    assert "Tomasz" in await found()
    for choice in ("titles", "hidden"):
        await talk(OWEN).says(f"organisation projects {choice}")
        # Neither by what is held as it changes, nor by what is made again from all there is.
        await talk(TOMASZ).says("update #1 We have two trolleys now")
        for _ in range(2):
            assert TITLE not in await found(), choice
            assert "Tomasz" not in await found(), choice
            async with database.transaction() as db:
                await index.rebuild(db, evidence)
        await amina.says("find warm wards at night")
        assert "Ruth" in amina.sees
    await talk(OWEN).says("organisation projects listed")
    assert TITLE in await found()


async def test_a_service_user_on_a_project_is_not_found_by_it(talk: Network) -> None:
    await scene(talk)
    await offer(talk, RUTH, visibility="open")
    ruth = talk(RUTH)
    for role, shown in (("helper", True), ("experience", False)):
        await ruth.submits("projects.join", {"role": role, "project": "1"})
        await talk(AMINA).says("find septic shock trolley")
        assert "Ruth" in talk(AMINA).sees
        assert (f"helped with “{TITLE}”" in talk(AMINA).sees) is shown, role
