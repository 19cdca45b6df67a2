"""Help is written from the table, so it cannot promise what is not there."""

from typing import Any

import pytest

from qibot.chat import help
from qibot.chat.message import Button, Buttons, Message, plain_text
from qibot.chat.router import Say
from qibot.features import router
from qibot.platforms.slack import blocks
from tests.cast import AMINA, OWEN, STRANGER
from tests.chat import small
from tests.chat.small import Turn
from tests.talk import Network


def buttons(message: Message) -> list[Button]:
    """Every button of a message."""
    return [b for part in message.parts if isinstance(part, Buttons) for b in part.buttons]


def test_the_overview_shows_only_what_one_may_use() -> None:
    assert "/qi lock" not in plain_text(help.overview(small.router(), Turn()))
    assert "/qi lock – Lock up." in plain_text(help.overview(small.router(), Turn(organises=True)))


def test_one_command_is_explained_with_its_grammar_and_who_may() -> None:
    shown = plain_text(help.about(small.router(), Turn(), " Note Pause"))
    assert shown == "About “Note Pause”\n/qi note pause <until>\nPause until a day. For: anybody."


def test_the_beginning_of_several_explains_them_all() -> None:
    shown = plain_text(help.about(small.router(), Turn(), "note"))
    assert "/qi note\n" in shown
    assert "/qi note pause <until>" in shown


@pytest.mark.parametrize("words", ["xyzzy", "lock"])
def test_what_is_not_there_or_not_for_them_gives_the_overview(words: str) -> None:
    assert help.about(small.router(), Turn(), words) == help.overview(small.router(), Turn())


def test_the_table_of_the_readme() -> None:
    lines = help.markdown_table(small.router().commands.values()).splitlines()
    assert lines[:2] == ["| type | what it does | who |", "|---|---|---|"]
    assert "| `/qi find [words] [page:…]` | Find things. | anybody |" in lines
    assert len(lines) == len(small.router().commands) + 2


# ---- The bot's own


async def test_an_organiser_sees_every_command_there_is(talk: Network) -> None:
    await talk.join(OWEN)
    await talk(OWEN).says("help")
    assert [r.name for r in router.commands.values() if f"/qi {r.usage} – {r.help}" not in talk(OWEN).sees] == []


async def test_members_and_strangers_are_offered_only_what_answers_them(talk: Network) -> None:
    await talk.join(AMINA)
    for who, needs in ((AMINA, {"anybody", "members"}), (STRANGER, {"anybody"})):
        await talk(who).says("help")
        shown = [r for r in router.commands.values() if f"/qi {r.usage} – " in talk(who).sees]
        assert {r.needs.label for r in shown} == needs
        for button in buttons(talk(who).message):
            assert isinstance(button.does, Say)
            assert router.find(button.does.text) is not None


async def test_the_whole_overview_fits_where_it_is_shown(talk: Network) -> None:
    await talk.join(OWEN)
    await talk(OWEN).says("help")
    made: Any = blocks.render(talk(OWEN).message, workspace=OWEN.workspace).blocks
    assert "There was more than fits here." not in str(made)
    assert "…" not in str(made).replace(":…]", "")


async def test_help_for_one_command_in_a_conversation(talk: Network) -> None:
    await talk(STRANGER).says("help find")
    assert talk(STRANGER).sees.splitlines() == [
        "About “find”",
        "/qi find [words] [page:…]",
        "People in any organisation who can help, in your own words. For: anybody.",
    ]


async def test_nothing_typed_and_nothing_understood_lead_on(talk: Network) -> None:
    sam = talk(STRANGER)
    await sam.says("/qi")
    assert "What I can do" in sam.sees
    await sam.says("me and my team would like to learn about sepsis")
    assert "If you meant the command /qi me" in sam.sees
    await sam.says("projcts")
    assert "/qi projects" in sam.sees
    await sam.says("xyzzy")
    assert buttons(sam.message)
