"""/qi stall, stalls; and the buttons and the form of market-place stalls."""

from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.events import today
from qibot.introductions.faces import named
from qibot.introductions.stalls import service, views
from qibot.introductions.stalls.forms import CloseStall, OpenStall, PassMeOn, TakeBack, TellMeMore
from qibot.introductions.stalls.models import Stall
from qibot.people import service as people
from qibot.people.turn import Turn, member, table

commands = table("Stalls on the day of an event")

_LAST_PAGE = 100


@commands.command("stall", needs=member, help="Open a stall at today's event.", reads=True)
async def stall(turn: Turn, title: Rest) -> Form:
    return views.open_form(await today.find(turn.db, turn.member, "", turn.today), title)


@commands.submission(OpenStall, needs=member)
async def opened(turn: Turn, said: OpenStall) -> Message:
    event = await today.of_button(turn.db, row_id(said.event), turn.member, turn.today)
    made = await service.open_stall(turn.db, event, turn.member, title=said.title, about=said.about, now=turn.now)
    return views.opened(made, turn.today)


@commands.command("stalls", needs=member, help="The stalls at today's event, and how to hear more.", reads=True)
async def stalls(turn: Turn, code: str = "", *, page: int = 1) -> Message:
    event = await today.find(turn.db, turn.member, code, turn.today)
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await service.listing(turn.db, event, turn.member, page)
    return views.listing(event, rows, page=page, more=more, organiser=turn.member.is_organiser)


@commands.action(TellMeMore, needs=member)
async def tell_me_more(turn: Turn, pressed: TellMeMore) -> Message:
    found = await _there(turn, pressed.stall)
    service.may_ask(found, turn.member)
    shown = await service.shown(turn.db, found, turn.member)
    if shown.said_hello:
        return await _asked(turn, shown)
    (me,) = await named(turn.db, [turn.member])
    return views.ask_first(shown, me, turn.member.contact, turn.today)


@commands.action(PassMeOn, needs=member)
async def pass_me_on(turn: Turn, pressed: PassMeOn) -> Message:
    found = await _there(turn, pressed.stall)
    await service.say_hello(turn.db, found, turn.member, turn.now)
    return await _asked(turn, await service.shown(turn.db, found, turn.member))


@commands.action(TakeBack, needs=member)
async def taken_back(turn: Turn, pressed: TakeBack) -> Message:
    # Also when the day is over: until it was passed on, it can be taken back.
    found = await service.by_id(turn.db, pressed.stall)
    await service.take_back(turn.db, found, turn.member.id)
    return views.taken_back(await service.shown(turn.db, found, turn.member))


@commands.action(CloseStall, needs=member)
async def closed(turn: Turn, pressed: CloseStall) -> Message:
    return views.closed(await service.close(turn.db, pressed.stall, turn.member, turn.now))


async def _asked(turn: Turn, shown: service.Shown) -> Message:
    told = await people.agrees(turn.db, turn.member.id, "introductions")
    return views.asked(shown, turn.today, told=told)


async def _there(turn: Turn, stall_id: int) -> Stall:
    found = await service.by_id(turn.db, stall_id)
    await today.there(turn.db, found.event, turn.member, turn.today)
    return found
