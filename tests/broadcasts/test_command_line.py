"""What an operator gets of a broadcast at the command line."""

import re
from html.parser import HTMLParser

import pytest

from qibot import asked
from qibot.errors import NotFound
from tests.broadcasts.scene import send
from tests.cast import AMINA, OWEN, RUTH
from tests.introductions.days import Days
from tests.talk import Network

ON_POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@ON_POSTGRES
async def test_the_whole_list_and_how_it_looks(talk: Network, days: Days, database_url: str) -> None:
    await talk.join(AMINA, RUTH, OWEN)
    await talk(RUTH).says("nudges stop")
    await send(talk, days, body="<script>alert(1)</script> & *bring* a story", answers="Yes")
    lines = (await asked.broadcast_list(database_url, 1)).split("\r\n")
    assert lines[0].startswith("Name,Organisation,Outcome,Reason,When,Answer")
    assert [line.split(",")[2] for line in lines[1:-1]] == ["sent", "sent", "skipped"]
    page = await asked.broadcast_preview(database_url, 1)
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt; &amp; *bring* a story") == 2
    assert "<script" not in page
    assert len(re.findall(r">\s*Yes\s*<", page)) == 2
    assert len(re.findall("Stop these", page)) >= 2
    HTMLParser().feed(page)
    with pytest.raises(NotFound):
        await asked.broadcast_list(database_url, 2)
