"""/qi event report, event answers."""

from collections.abc import Awaitable, Callable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.chat.router import Table
from qibot.claims import row_id
from qibot.errors import Unclear
from qibot.events import answers, rights, service
from qibot.events.models import Event
from qibot.events.reporting import facts, views, writing
from qibot.events.reporting.forms import TellAnswers, WriteAnswers
from qibot.people.turn import Turn, member, table

Links = Callable[[AsyncSession, int, date], Awaitable[tuple[int, int]]]
"""Of an event and its day: introductions made since, and how many of those met. Known to a room above this one."""


def commands(links: Links) -> Table[Turn]:
    """The rows."""
    rows = table("What came of an event")

    # It reads only, yet who looked at a report and when is worth a receipt.
    @rows.command("event report", needs=member, help="The report of an event you organise, in people's own words.")
    async def report(turn: Turn, code: str = "", kind: str = "") -> Message:
        wanted = {"": "md", "markdown": "md", "word": "docx", "web": "html"}.get(kind.lower(), kind.lower().strip("."))
        if wanted not in writing.KINDS:
            choices = tuple(f"event report {code} {one}" for one in writing.KINDS)
            raise Unclear("I can make a report as md, html or docx.", "Choose one:", choices)
        event = await _event(turn, code)
        known = await facts.facts(turn.db, event, links=await links(turn.db, event.id, event.day))
        data = b"" if wanted == "md" else writing.report(known, wanted)
        return views.report(event, writing.markdown(known), await service.counts(turn.db, event), wanted, data)

    @rows.command("event answers", needs=member, help="Tell everybody what became of what they said.", reads=True)
    async def write(turn: Turn, code: str) -> Form:
        event = await _event(turn, code)
        row = await answers.written(turn.db, event)
        if row is not None:
            answers.untold(event, row)
        return views.answers_form(event, row.words if row else "")

    @rows.submission(WriteAnswers, needs=member)
    async def written(turn: Turn, said: WriteAnswers) -> Message:
        event = await _of(turn, row_id(said.event))
        row = await answers.write(turn.db, event, said.words)
        return views.looked_at(event, answers.lines(row.words), len(await answers.readers(turn.db, event)))

    @rows.action(TellAnswers, needs=member)
    async def tell(turn: Turn, pressed: TellAnswers) -> Message:
        event = await _of(turn, pressed.event)
        return views.sent(event, await answers.tell(turn.db, event, turn.now))

    return rows


async def _event(turn: Turn, code: str) -> Event:
    """The event of this code, which they must organise; without a code the one they organised last."""
    if code:
        event = await service.by_code(turn.db, code)
    else:
        event = await service.newest_organised(turn.db, turn.member.id)
    return await rights.must(turn.db, event, turn.member)


async def _of(turn: Turn, event_id: int) -> Event:
    return await rights.must(turn.db, await service.by_id(turn.db, event_id), turn.member)
