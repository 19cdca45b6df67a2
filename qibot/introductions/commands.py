"""/qi introductions, and the buttons and the form of an introduction."""

from qibot.champions.forms import AskFor, SayHello
from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message, Part
from qibot.claims import row_id
from qibot.errors import Unclear
from qibot.introductions import service, views
from qibot.introductions.apart import service as apart
from qibot.introductions.apart import views as apart_views
from qibot.introductions.asking import instead, profile
from qibot.introductions.asking import service as asking
from qibot.introductions.asking import views as asking_views
from qibot.introductions.asking.counterparts import counterparts
from qibot.introductions.asking.service import Wish
from qibot.introductions.figures import figures
from qibot.introductions.forms import (
    Accept,
    AskInstead,
    AskPerson,
    Came,
    CloseReport,
    Decline,
    KeepApart,
    Later,
    Lift,
    Met,
    OpenReport,
    OpenSuggest,
    OpenWrite,
    Reason,
    Report,
    StopWriting,
    Suggest,
    Withdraw,
    Write,
)
from qibot.introductions.introduced import views as introduced_views
from qibot.introductions.misuse import service as misuse
from qibot.introductions.misuse import views as misuse_views
from qibot.introductions.relay import service as relay
from qibot.introductions.relay import views as relay_views
from qibot.introductions.seen import of_person, opening, side
from qibot.people.turn import Turn, member, organiser, table
from qibot.typed import Typed

commands = table("Introductions")

_LAST_PAGE, _LONGEST_WORDS = 100, 120


@commands.command(
    "introductions", needs=member, help="Those you asked for, those asked of you, and where they stand.", reads=True
)
async def introductions(turn: Turn, *, page: int = 1) -> Message:
    page = max(1, min(page, _LAST_PAGE))
    mine, more = await of_person(turn.db, turn.member, page=page)
    return views.mine(mine, turn.today, page=page, more=more, network=await figures(turn.db))


@commands.command("person", needs=member, help="What others may see of somebody, or of you.", reads=True)
async def person(turn: Turn, name: Rest) -> Message:
    if not name:
        return asking_views.person(await profile.profile(turn.db, turn.member, turn.member))
    name = Rest(name[:_LONGEST_WORDS])
    found = await profile.named(turn.db, name, turn.member, turn.workspace.id)
    if len(found) == 1:
        return asking_views.person(await profile.profile(turn.db, found[0], turn.member))
    if not found:
        words = "Perhaps they chose not to be found by name. To find people by what they do:"
        raise Unclear(f"I cannot show you anybody called “{name}”.", words, (f"find {name}", "topics"))
    names = ", ".join(f"{p.name} ({p.organisation.short_name})" for p in found[:5])
    whole = tuple(f"person {p.name}" for p in found[:3])
    raise Unclear(f"There are {len(found)} people like “{name}”: {names}.", "Which one?", whole)


@commands.command(
    "intro counterpart", needs=member, help="People in your role, or one you name, in other organisations.", reads=True
)
async def counterpart(turn: Turn, role: Rest, *, page: int = 1) -> Message:
    role = Rest(role[:_LONGEST_WORDS])
    wanted = role or turn.member.role
    if not wanted:
        raise Unclear("I do not know your role yet.", ("Say it with ", Typed("join"), ", or name one:"), ("join",))
    page = max(1, min(page, _LAST_PAGE))
    found, more = await counterparts(turn.db, turn.member, wanted, turn.now, turn.today, page=page)
    return asking_views.counterparts(wanted, found, asked=role, page=page, more=more)


@commands.action(AskFor, needs=member)
async def ask(turn: Turn, pressed: AskFor) -> Form:
    return await _form(turn, Wish(champion_id=pressed.champion, topic_id=pressed.topic))


@commands.action(SayHello, needs=member)
async def hello(turn: Turn, pressed: SayHello) -> Form:
    return await _form(turn, Wish(project_id=pressed.project))


@commands.action(AskPerson, needs=member)
async def ask_person(turn: Turn, pressed: AskPerson) -> Form:
    return await _form(turn, Wish(person_id=pressed.person, topic_id=pressed.topic))


@commands.action(AskInstead, needs=member)
async def ask_instead(turn: Turn, pressed: AskInstead) -> Form:
    wish, reason = await instead.wish_for(turn.db, pressed.introduction, turn.member)
    return await _form(turn, wish, reason)


async def _form(turn: Turn, wish: Wish, reason: str = "") -> Form:
    return asking_views.ask(wish, await asking.preview(turn.db, turn.member, wish, turn.now), reason)


@commands.submission(Reason, needs=member)
async def asked(turn: Turn, said: Reason) -> Message:
    wish = Wish(row_id(said.champion), row_id(said.topic), row_id(said.project), row_id(said.person))
    found = await asking.ask(turn.db, turn.member, wish, said.reason, said.shows, turn.now)
    return asking_views.asked(await side(turn.db, found, turn.member), found.shows, turn.today)


@commands.action(Accept, needs=member)
async def accepted(turn: Turn, pressed: Accept) -> Message:
    found = await service.accept(turn.db, pressed.introduction, turn.member, turn.now)
    seen = await side(turn.db, found, turn.member)
    return introduced_views.introduced(seen, await opening(turn.db, found, turn.member, seen, turn.now))


@commands.action(Decline, needs=member)
async def declined(turn: Turn, pressed: Decline) -> Message:
    await service.decline(turn.db, pressed.introduction, turn.member, turn.now)
    return views.declined()


@commands.action(Later, needs=member)
async def later(turn: Turn, pressed: Later) -> Message:
    return views.later(await service.later(turn.db, pressed.introduction, turn.member, turn.now), turn.today)


@commands.action(OpenSuggest, needs=member)
async def open_suggest(turn: Turn, pressed: OpenSuggest) -> Form:
    found = await service.asked_of(turn.db, pressed.introduction, turn.member)
    return asking_views.suggest(await side(turn.db, found, turn.member))


@commands.submission(Suggest, needs=member)
async def suggested(turn: Turn, said: Suggest) -> Message:
    found, topic, other = await instead.suggest(
        turn.db, row_id(said.introduction), turn.member, said.words, turn.workspace.id, turn.now
    )
    return asking_views.suggested(await side(turn.db, found, turn.member), topic, other)


@commands.action(Withdraw, needs=member)
async def withdrawn(turn: Turn, pressed: Withdraw) -> Message:
    found = await service.withdraw(turn.db, pressed.introduction, turn.member, turn.now)
    return asking_views.withdrawn(await side(turn.db, found, turn.member))


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
    found = await relay.write(turn.db, row_id(said.introduction), turn.member, said.words, turn.now)
    return relay_views.written(await side(turn.db, found, turn.member))


@commands.action(StopWriting, needs=member)
async def stopped(turn: Turn, pressed: StopWriting) -> Message:
    found = await relay.stop(turn.db, pressed.introduction, turn.member, turn.now)
    return relay_views.stopped(await side(turn.db, found, turn.member))


# ---- Kept apart


@commands.command(
    "introductions not",
    needs=member,
    help="Those I never introduce you to; nobody else learns of it.",
)
async def never_with(turn: Turn, name: Rest, *, page: int = 1) -> Message:
    if name:
        return apart_views.kept(await apart.add_name(turn.db, turn.member, name, turn.now))
    page = max(1, min(page, _LAST_PAGE))
    entries, more = await apart.listed(turn.db, turn.member, page=page)
    return apart_views.listed(entries, turn.today, page=page, more=more)


@commands.action(KeepApart, needs=member)
async def kept_apart(turn: Turn, pressed: KeepApart) -> Message:
    if pressed.person:
        return apart_views.kept(await apart.add_person(turn.db, turn.member, pressed.person, turn.now))
    return apart_views.kept(await apart.add_other(turn.db, turn.member, pressed.introduction, turn.now))


@commands.action(Lift, needs=member)
async def lifted(turn: Turn, pressed: Lift) -> Message:
    return apart_views.lifted(await apart.remove(turn.db, turn.member, pressed.entry))


# ---- Misuse


@commands.action(OpenReport, needs=member)
async def open_report(turn: Turn, pressed: OpenReport) -> Form:
    found = await service.of_one(turn.db, pressed.introduction, turn.member)
    return misuse_views.report(await side(turn.db, found, turn.member))


@commands.submission(Report, needs=member)
async def reported(turn: Turn, said: Report) -> Message:
    found, told = await misuse.report(turn.db, row_id(said.introduction), turn.member, said.words, turn.now)
    return misuse_views.reported(await side(turn.db, found, turn.member), told)


@commands.command(
    "introductions reports", needs=organiser, help="Reports of misuse that wait for an organiser.", reads=True
)
async def reports(turn: Turn) -> Message:
    return misuse_views.reports(await misuse.waiting(turn.db, turn.member), turn.today)


@commands.action(CloseReport, needs=organiser)
async def report_closed(turn: Turn, pressed: CloseReport) -> Message:
    await misuse.close(turn.db, pressed.report, turn.member, turn.now)
    return misuse_views.closed()


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    if turn.person is None or not turn.person.here:
        return ()
    mine, more = await of_person(turn.db, turn.person, size=3)
    waiting = len(await misuse.waiting(turn.db, turn.person)) if turn.person.is_organiser else 0
    return *misuse_views.home(waiting), *views.home(mine, turn.today, more=more)
