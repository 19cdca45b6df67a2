"""/qi ask organisers, questions; and the buttons and forms of questions to the organisers."""

from qibot.champions.forms import AskOrganisers
from qibot.champions.gaps.service import fold
from qibot.champions.questions import service, views
from qibot.champions.questions.forms import NobodyYet, OpenReply, OpenSuggest, Reply, Suggest, WithdrawQuestion
from qibot.champions.questions.models import ANSWERED
from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.chat.router import guard
from qibot.claims import row_id
from qibot.errors import Unclear
from qibot.people.topics import vocabulary
from qibot.people.turn import Turn, member, organiser, table
from qibot.typed import Typed

commands = table("When nobody fits")

_LAST_PAGE = 200


@commands.command(
    "questions", needs=member, help="What you asked the organisers; for organisers, all that wait.", reads=True
)
async def questions(turn: Turn, *, page: int = 1) -> Message:
    if not turn.member.is_organiser:
        return views.mine(await service.of_person(turn.db, turn.member.id), turn.today)
    page = max(1, min(page, _LAST_PAGE))
    rows, more = await service.waiting(turn.db, page=page)
    return views.waiting(rows, turn.today, page=page, more=more)


@commands.command("ask organisers", needs=member, help="Ask the organisers, when a search found nobody.", reads=True)
async def shall_i(turn: Turn, words: Rest) -> Message:
    if not fold(words):
        raise Unclear(
            "Tell me what you are looking for.",
            ("For example: ", Typed("ask organisers night time noise")),
            ("gaps",),
        )
    found = (await vocabulary(turn.db)).match(words, 1)
    return views.shall_i(words[:200], found[0] if found else None)


@commands.action(AskOrganisers, needs=member)
async def ask(turn: Turn, pressed: AskOrganisers) -> Message:
    # They come back from a button, which is a claim like any other.
    guard(pressed.words)
    found = await service.ask(turn.db, turn.member, pressed.words, pressed.topic, turn.now)
    if found.question.state == ANSWERED:
        return views.answered(found.question, await service.suggestion(turn.db, found.question, turn.now))
    return (views.asked if found.new else views.asked_before)(found.question, turn.today)


@commands.action(WithdrawQuestion, needs=member)
async def withdrawn(turn: Turn, pressed: WithdrawQuestion) -> Message:
    return views.withdrawn(await service.withdraw(turn.db, pressed.question, turn.member, turn.now))


@commands.action(OpenSuggest, needs=organiser)
async def open_suggest(turn: Turn, pressed: OpenSuggest) -> Form:
    return views.suggest(await service.for_organiser(turn.db, pressed.question))


@commands.submission(Suggest, needs=organiser)
async def suggested(turn: Turn, said: Suggest) -> Message:
    question = await service.suggest(
        turn.db,
        row_id(said.question),
        turn.member,
        said.person,
        said.reply,
        workspace_id=turn.workspace.id,
        now=turn.now,
    )
    return views.thanks(question)


@commands.action(OpenReply, needs=organiser)
async def open_reply(turn: Turn, pressed: OpenReply) -> Form:
    return views.reply(await service.for_organiser(turn.db, pressed.question))


@commands.submission(Reply, needs=organiser)
async def replied(turn: Turn, said: Reply) -> Message:
    question = await service.answer(turn.db, row_id(said.question), turn.member, said.reply, turn.now)
    return views.thanks(question)


@commands.action(NobodyYet, needs=organiser)
async def nobody_yet(turn: Turn, pressed: NobodyYet) -> Message:
    return views.thanks(await service.nobody_yet(turn.db, pressed.question, turn.member, turn.now))
