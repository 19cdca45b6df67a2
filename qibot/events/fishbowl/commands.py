"""/qi question, fishbowl; and the buttons and forms of questions from the room."""

from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.errors import Refused
from qibot.events import today
from qibot.events.fishbowl import service, views
from qibot.events.fishbowl.forms import AnswerRoom, AskRoom, MeToo, OpenAnswer, TakeOff
from qibot.events.fishbowl.models import RoomQuestion
from qibot.events.models import Event
from qibot.events.service import standing
from qibot.people import service as people
from qibot.people.turn import Turn, member, organiser, table
from qibot.typed import Typed

commands = table("Questions on the day of an event")

_LAST_PAGE = 100


@commands.command(
    "question", needs=member, help="Ask the room at today's event, without your name if you like.", reads=True
)
async def question(turn: Turn, words: Rest) -> Form:
    return views.ask_form(await today.find(turn.db, turn.member, "", turn.today), words)


@commands.submission(AskRoom, needs=member)
async def asked(turn: Turn, said: AskRoom) -> Message:
    turn.leaves_no_name = said.no_name
    event = await today.of_button(turn.db, row_id(said.event), turn.member, turn.today)
    made = await service.ask(turn.db, event, None if said.no_name else turn.member, said.text)
    return views.asked(made, told=await people.agrees(turn.db, turn.member.id, "introductions"))


@commands.command("fishbowl", needs=member, help="The questions from the room at today's event.", reads=True)
async def fishbowl(turn: Turn, code: str = "", *, page: int = 1) -> Message:
    event = await today.find(turn.db, turn.member, code, turn.today)
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await service.listing(turn.db, event, turn.member, page)
    may = await service.may_answer(turn.db, event, turn.member, turn.today)
    return views.listing(event, rows, page=page, more=more, may_answer=may, organiser=turn.member.is_organiser)


@commands.action(MeToo, needs=member)
async def voted(turn: Turn, pressed: MeToo) -> Message:
    # Not even the receipt says who would like to know.
    turn.leaves_no_name = True
    found, event = await service.by_id(turn.db, pressed.question)
    await today.there(turn.db, event, turn.member, turn.today)
    new = await service.vote(turn.db, found, turn.member)
    return views.voted(found, new=new)


@commands.action(OpenAnswer, needs=member)
async def open_answer(turn: Turn, pressed: OpenAnswer) -> Form:
    found, _ = await _to_answer(turn, pressed.question)
    return views.answer_form(found)


@commands.submission(AnswerRoom, needs=member)
async def recorded(turn: Turn, said: AnswerRoom) -> Message:
    found, _ = await _to_answer(turn, said.question)
    await service.answer(turn.db, found, turn.member, said.answer, turn.now)
    return views.recorded(found, sent=found.person_id is not None)


@commands.action(TakeOff, needs=organiser)
async def taken_off(turn: Turn, pressed: TakeOff) -> Message:
    found, event = await service.by_id(turn.db, pressed.question)
    await service.take_off(turn.db, found)
    return views.taken_off(event)


@commands.command("fishbowl seat", needs=organiser, help="Let somebody at today's event record answers, by their name.")
async def seated(turn: Turn, name: str) -> Message:
    event = await today.find(turn.db, turn.member, "", turn.today)
    return views.seated((await service.seat(turn.db, event, name)).name, event)


@commands.command("fishbowl clear", needs=organiser, help="Empty the seats of the fishbowl.")
async def cleared(turn: Turn, code: str = "") -> Message:
    event = await today.find(turn.db, turn.member, code, turn.today)
    await service.clear(turn.db, event)
    return views.cleared(event)


async def _to_answer(turn: Turn, claimed: str) -> tuple[RoomQuestion, Event]:
    found, event = await service.by_id(turn.db, claimed)
    standing(event)
    if not await service.may_answer(turn.db, event, turn.member, turn.today):
        raise Refused(
            "Organisers record answers, and on the day whoever sits in the fishbowl.",
            ("Type ", Typed("fishbowl"), " to see the questions."),
        )
    if found.answer:
        raise Refused("Somebody has answered that already.", ("Type ", Typed("fishbowl"), " to see the questions."))
    return found, event
