"""Files, which a bot in Teams cannot hand over."""

from qibot.chat.message import Document, Message, Text
from qibot.chat.platform import Address
from qibot.platforms.teams import cards, replies
from tests.platforms.conftest import ON_SQLITE
from tests.platforms.teams_scene import LUTON, NADIA, Scene, held, scene

__all__ = ["held", "scene"]


# --- files


@ON_SQLITE
async def test_a_file_is_shown_as_its_lines(scene: Scene) -> None:
    await scene.says(scene.nadia, "help")
    csv = "name,score\n" + "".join(f"*Ward {n}*,{n}\n" for n in range(2_000))
    address = Address("teams", LUTON, NADIA.id)
    await scene.side.adapter.send(address, Message("Your report", Text("Here it is."), Document("r.csv", csv)), "m1")
    await scene.quiet()
    first, *pieces = scene.from_bot(scene.nadia)[1:]
    assert "r.csv" in first.shown
    assert [p.shown.splitlines()[0] for p in pieces] == [
        f"r.csv ({n} of {len(pieces)})" for n in range(1, len(pieces) + 1)
    ]
    assert "*Ward 1999*,1999" in pieces[-1].shown
    assert "to copy" in pieces[-1].shown


def test_a_file_that_is_too_long_ends_with_a_note() -> None:
    pieces = replies._pieces(Message("x", Document("long.txt", "x" * 200_000)))
    assert len(pieces) == replies.MOST_PIECES
    assert "as much as a chat can hold" in str(pieces[-1])
    assert all(cards.weight(piece) < 28_000 for piece in pieces)


def test_an_empty_file_is_one_card() -> None:
    assert len(replies._pieces(Message("x", Document("empty.txt", "")))) == 1
