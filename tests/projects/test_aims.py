"""What is read out of an aim as it was typed, what is asked for, and when there is much under way already."""

from dataclasses import dataclass
from datetime import date

import pytest

from qibot.chat.message import Message, plain_text
from qibot.projects.aims.reading import BY_WHEN, DOWN, FOR_WHOM, FROM_WHERE, HOW_MUCH, UP, WHICH_WAY, read
from qibot.projects.aims.views import coach
from tests.cast import AMINA, JONAS, RUTH, Character
from tests.projects.test_registering import register
from tests.talk import Network

TODAY = date(2019, 11, 27)


@dataclass(frozen=True)
class Read:
    """What should be read."""

    how_much: str = ""
    direction: str = ""
    by: date | str | None = None
    from_where: str = ""
    for_whom: str = ""
    missing: tuple[str, ...] = ()


AIMS = {
    "Antibiotics within an hour for 9 in 10 patients by March.": Read(
        "9 in 10", "", date(2020, 3, 1), "", "patients", (FROM_WHERE,)
    ),
    "Reduce falls on ward 7 by 30% by March 2020, from 12 a week": Read(
        "30%", DOWN, date(2020, 3, 1), "from 12 a week", "ward 7"
    ),
    "By the end of June 2020, 95% of patients with sepsis get antibiotics within 60 minutes (currently 62%)": Read(
        "95%", "", date(2020, 6, 30), "currently 62%", "patients"
    ),
    "To cut the length of stay from 9 days to 6 days for hip fracture patients by 1 September 2020": Read(
        "to 6 days", DOWN, date(2020, 9, 1), "from 9 days", "patients"
    ),
    "Increase children seen within 4 hours from 78 per cent to 90 per cent by 31/03/2021.": Read(
        "90 per cent", UP, date(2021, 3, 31), "from 78 per cent", "children"
    ),
    "Double the number of carers who are asked, from 1 in 10, by Christmas": Read(
        "Double", UP, "Christmas", "from 1 in 10", "carers"
    ),
    "Zero pressure ulcers in all care homes by 2021": Read("Zero", "", "2021", "", "care homes", (FROM_WHERE,)),
    "Halve missed appointments in our clinic within 6 months": Read(
        "Halve", DOWN, date(2020, 5, 27), "", "clinic", (FROM_WHERE,)
    ),
    "Fewer cancelled operations than last year": Read(
        "", DOWN, None, "than last year", "", (HOW_MUCH, BY_WHEN, FOR_WHOM)
    ),
    "Send 12 letters": Read("12", "", None, "", "", (WHICH_WAY, BY_WHEN, FOR_WHOM, FROM_WHERE)),
    "Improve discharge": Read("", UP, None, "", "", (HOW_MUCH, BY_WHEN, FOR_WHOM, FROM_WHERE)),
    "Better by May be": Read("", UP, date(2020, 5, 1), "", "", (HOW_MUCH, FOR_WHOM, FROM_WHERE)),
    "30 % less waste by 31 February": Read("30 %", DOWN, None, "", "", (BY_WHEN, FOR_WHOM, FROM_WHERE)),
    "": Read("", "", None, "", "", (HOW_MUCH, BY_WHEN, FOR_WHOM, FROM_WHERE)),
}


@pytest.mark.parametrize("aim", AIMS)
def test_what_is_typed_is_read(aim: str) -> None:
    found, wanted = read(aim, TODAY), AIMS[aim]
    assert (found.how_much, found.direction, found.from_where, found.for_whom) == (
        wanted.how_much, wanted.direction, wanted.from_where, wanted.for_whom
    )  # fmt: skip
    assert (found.by_when if isinstance(wanted.by, str) else found.by) == wanted.by
    assert found.missing == wanted.missing


@pytest.mark.parametrize("aim", AIMS)
def test_what_is_missing_is_asked_for_in_one_sentence(aim: str) -> None:
    said = plain_text(Message("x", *coach(aim, read(aim, TODAY), TODAY)))
    asked = [part for part in said.splitlines() if part.startswith(("Could you add", "When you can", "That is all"))]
    assert len(asked) == 1
    assert asked[0].count("?") == (1 if aim and AIMS[aim].missing else 0)


def test_words_without_end_are_read_as_fast_as_others() -> None:
    # Patterns that went back and forth would take minutes over these.
    for words in ("by " * 300, "1 in " * 250, "for " * 200 + "9" * 400, "x" * 1000, "from 1 " * 140):
        read(words, TODAY)


async def test_registering_and_changing_ask_and_never_refuse(talk: Network) -> None:
    await talk.join(AMINA)
    amina = talk(AMINA)
    await register(talk, AMINA, "Falls")
    assert "When you can, say what should get better" in amina.sees
    await register(talk, AMINA, "Falls at night", aim="30% fewer falls by March")
    assert "I read in your aim: less; 30%; by Sun 1 Mar 2020." in amina.sees
    assert "Could you add for whom and where it stands now, as far as you know?" in amina.sees
    await amina.presses("Change")
    await amina.fills(aim="30% fewer falls on ward 7 by March, from 12 a week")
    assert "for ward 7; by Sun 1 Mar 2020; from 12 a week.\nThat is all an aim needs." in amina.sees
    await amina.says("project show #2")
    assert "I read in your aim" not in amina.sees


async def hints(talk: Network, who: Character, title: str, **said: str) -> bool:
    """Whether registering one more was answered with a thought."""
    await register(talk, who, title, **said)
    return "A thought: " in talk(who).sees


async def test_many_live_projects_of_a_lead_or_a_team_are_a_thought_and_no_limit(talk: Network) -> None:
    await talk.join(AMINA, RUTH, JONAS)
    assert [await hints(talk, AMINA, f"Falls {n}") for n in range(4)] == [False, False, False, True]
    assert "You lead 4 live projects now." in talk(AMINA).sees
    for number in (1, 2):
        await talk(AMINA).says(f"project stop #{number}")
        await talk(AMINA).presses("Stop with thanks")
    assert not await hints(talk, AMINA, "Falls again")
    team = {"helpers": "Ward 7"}
    said = [await hints(talk, who, f"Tea {n}", **team) for n, who in enumerate((RUTH, RUTH, RUTH, AMINA))]
    assert said == [False, False, False, True]
    # Of the same words elsewhere nothing is said.
    assert not await hints(talk, JONAS, "Tea at CNWL", **team)


async def test_many_live_projects_of_a_place_are_said_without_a_figure(talk: Network) -> None:
    crowd = [Character(f"Helper {n}", "T0MK", f"U0H{n}", "RD8", "Nurse", "Milton Keynes") for n in range(4)]
    for who in crowd:
        await talk.join(who, name=who.name)
    said = [await hints(talk, who, f"Project {n}") for n in range(3) for who in crowd]
    assert said == [False] * 11 + [True]
    assert "MKUH has many live projects in Milton Keynes already." in talk(crowd[-1]).sees
