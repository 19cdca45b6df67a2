"""/qi introductions, and the buttons and the form of an introduction."""

from qibot.champions.forms import AskFor
from qibot.chat.forms import Form
from qibot.chat.message import Message, Part
from qibot.introductions import service, views
from qibot.introductions.forms import Accept, Came, Decline, Later, Met, OpenWrite, Reason, StopWriting, Withdraw, Write
from qibot.introductions.relay import service as relay
from qibot.introductions.relay import views as relay_views
from qibot.introductions.seen import of_person, opening, side
from qibot.introductions.service import Wish
from qibot.people.turn import Turn, member, table
from qibot.projects.forms import SayHello

commands = table("Introductions")


@commands.command(
    "introductions", needs=member, help="Those you asked for, those asked of you, and where they stand.", reads=True
)
async def introductions(turn: Turn, *, page: int = 1) -> Message:
    page = max(1, min(page, 100))
    mine, more = await of_person(turn.db, turn.member, page=page)
    return views.mine(mine, turn.today, page=page, more=more)


@commands.action(AskFor, needs=member)
async def ask(turn: Turn, pressed: AskFor) -> Form:
    return await _form(turn, Wish(champion_id=pressed.champion, topic_id=pressed.topic))


@commands.action(SayHello, needs=member)
async def hello(turn: Turn, pressed: SayHello) -> Form:
    return await _form(turn, Wish(project_id=pressed.project))


async def _form(turn: Turn, wish: Wish) -> Form:
    return views.ask(wish, await service.preview(turn.db, turn.member, wish, turn.now))


@commands.submission(Reason, needs=member)
async def asked(turn: Turn, said: Reason) -> Message:
    wish = Wish(_number(said.champion), _number(said.topic), _number(said.project))
    found = await service.ask(turn.db, turn.member, wish, said.reason, turn.now)
    return views.asked(await side(turn.db, found, turn.member), turn.today)


def _number(claimed: str) -> int:
    """A hidden id; 0, which nobody has, for anything else."""
    return int(claimed) if claimed.isascii() and claimed.isdigit() and len(claimed) <= 9 else 0


@commands.action(Accept, needs=member)
async def accepted(turn: Turn, pressed: Accept) -> Message:
    found = await service.accept(turn.db, pressed.introduction, turn.member, turn.now)
    seen = await side(turn.db, found, turn.member)
    return views.introduced(seen, await opening(turn.db, found, turn.member, seen, turn.now))


@commands.action(Decline, needs=member)
async def declined(turn: Turn, pressed: Decline) -> Message:
    await service.decline(turn.db, pressed.introduction, turn.member, turn.now)
    return views.declined()


@commands.action(Later, needs=member)
async def later(turn: Turn, pressed: Later) -> Message:
    return views.later(await service.later(turn.db, pressed.introduction, turn.member, turn.now), turn.today)


@commands.action(Withdraw, needs=member)
async def withdrawn(turn: Turn, pressed: Withdraw) -> Message:
    found = await service.withdraw(turn.db, pressed.introduction, turn.member, turn.now)
    return views.withdrawn(await side(turn.db, found, turn.member))


@commands.action(Met, needs=member)
async def met(turn: Turn, pressed: Met) -> Message:
    found = await service.say_met(turn.db, pressed.introduction, turn.member, pressed.answer)
    return views.met(await side(turn.db, found, turn.member), pressed.answer)


@commands.action(Came, needs=member)
async def came(turn: Turn, pressed: Came) -> Message:
    found = await service.say_came(turn.db, pressed.introduction, turn.member, pressed.outcome, turn.now)
    return views.came(await side(turn.db, found, turn.member), pressed.outcome)


@commands.action(OpenWrite, needs=member)
async def open_write(turn: Turn, pressed: OpenWrite) -> Form:
    found = await relay.may_write(turn.db, pressed.introduction, turn.member, turn.now)
    return relay_views.write(await side(turn.db, found, turn.member))


@commands.submission(Write, needs=member)
async def written(turn: Turn, said: Write) -> Message:
    found = await relay.write(turn.db, _number(said.introduction), turn.member, said.words, turn.now)
    return relay_views.written(await side(turn.db, found, turn.member))


@commands.action(StopWriting, needs=member)
async def stopped(turn: Turn, pressed: StopWriting) -> Message:
    found = await relay.stop(turn.db, pressed.introduction, turn.member, turn.now)
    return relay_views.stopped(await side(turn.db, found, turn.member))


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    if turn.person is None or not turn.person.here:
        return ()
    mine, more = await of_person(turn.db, turn.person, size=3)
    return views.home(mine, turn.today, more=more)
