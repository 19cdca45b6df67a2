"""/qi update, and /qi project join, leave, follow, unfollow, team, updates, pause, hand-on."""

from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.errors import Unclear
from qibot.people.commands import one_person
from qibot.people.turn import Turn, anybody, member, table
from qibot.projects import service as projects
from qibot.projects.commands import one_project, reader_of
from qibot.projects.models import Project
from qibot.projects.visibility import must_be_whole
from qibot.projects.working import handing, service, stalled, views
from qibot.projects.working.forms import (
    AskChampions,
    CarryOn,
    JoinProject,
    NotLead,
    PauseProject,
    TakeLead,
    TakeOff,
    UpdateProject,
)
from qibot.projects.working.service import News
from qibot.typed import Typed

commands = table("Working on a project")

_LAST_PAGE = 200
_LONGEST_AGAIN = 200
"""Characters of an update that a button may type again."""


@commands.command(
    "update",
    needs=member,
    help="Say in a line how a project goes: its number or title, then your words.",
    # Only whose project it is, and not what is new.
    asks=lambda words: len(words.split()) < 2,
)
async def update(turn: Turn, project: str, words: Rest) -> Message | Form:
    # A first word with a space in it stood in quotes, and is a title.
    if " " in project:
        found, said = await one_project(turn, project), str(words)
    else:
        found, said = await _begun(turn, f"{project} {words}".strip())
    checked = await service.may_update(turn.db, found.id, turn.member)
    if not said or len(said) > 600:
        return views.update_form(checked, said)
    return await _saved(turn, checked, said, 0)


async def _begun(turn: Turn, text: str) -> tuple[Project, str]:
    """The project that the text begins with, and what is said of it. Raises `Unclear`, offering one's own projects."""
    found, said = await service.named(turn.db, text, turn.member)
    if found is not None:
        return found, said
    mine = await projects.of_person(turn.db, turn.member.id, turn.member)
    again = text if len(text) <= _LONGEST_AGAIN else ""
    raise Unclear(
        "Which project is that about?",
        (
            "Begin with its number or its whole title. ",
            *(
                ("For example: ", Typed(f"update #{mine[0].id}"), " and your words.")
                if mine
                else ("Type ", Typed("projects"), " to see them.")
            ),
        ),
        tuple(f"update #{p.id} {again}".strip() for p in mine[:3]) or ("projects",),
    )


@commands.submission(UpdateProject, needs=member)
async def updated(turn: Turn, said: UpdateProject) -> Message:
    found = await service.may_update(turn.db, row_id(said.project), turn.member)
    return await _saved(turn, found, said.words, int(said.progress or 0))


async def _saved(turn: Turn, project: Project, words: str, progress: int) -> Message:
    found = await service.update(turn.db, project.id, turn.member, words, progress, turn.now)
    return views.updated(found, News(words, progress, turn.now))


@commands.command(
    "project updates", needs=anybody, help="How a project went so far, in its people’s words.", reads=True
)
async def updates(turn: Turn, project: Project, *, page: int = 1) -> Message:
    page = max(1, min(page, _LAST_PAGE))
    await must_be_whole(turn.db, project, reader_of(turn))
    news, more = await service.news(turn.db, project.id, page=page)
    return views.updates(project, news, page=page, more=more, today=turn.today)


@commands.command(
    "project join", needs=member, help="Be on a project: as helper, sponsor, coach, service user or carer.", reads=True
)
async def join(turn: Turn, project: Project) -> Form:
    return views.join_form(await service.joinable(turn.db, project.id, turn.member))


@commands.submission(JoinProject, needs=member)
async def joined(turn: Turn, said: JoinProject) -> Message:
    found = await service.join(turn.db, row_id(said.project), turn.member, said.role, turn.now)
    return views.joined(found, said.role)


@commands.command("project leave", needs=member, help="No longer be on a project.")
async def leave(turn: Turn, project: Project) -> Message:
    return views.left(await service.leave(turn.db, project.id, turn.member))


@commands.command("project team", needs=member, help="Who is on a project; its lead can take people off.", reads=True)
async def team(turn: Turn, project: Project) -> Message:
    return await _team(turn, project)


async def _team(turn: Turn, project: Project) -> Message:
    await must_be_whole(turn.db, project, turn.member)
    card = await projects.card(turn.db, project, turn.member)
    return views.team(card, turn.member, changes=projects.may_change(project, turn.member))


@commands.action(TakeOff, needs=member)
async def taken_off(turn: Turn, pressed: TakeOff) -> Message:
    return await _team(turn, await service.take_off(turn.db, pressed.project, pressed.person, turn.member))


@commands.command("project follow", needs=member, help="Hear once what came of a project.")
async def follow(turn: Turn, project: Project) -> Message:
    return views.following(await service.follow(turn.db, project.id, turn.member, turn.now))


@commands.command("project unfollow", needs=member, help="No longer hear of it.")
async def unfollow(turn: Turn, project: Project) -> Message:
    return views.not_following(await service.unfollow(turn.db, project.id, turn.member))


@commands.command("project hand-on", needs=member, help="Ask somebody whether they would lead a project of yours.")
async def hand_on(turn: Turn, project: Project, person: Rest) -> Message:
    found = await projects.changeable(turn.db, project.id, turn.member)
    if not person:
        return views.hand_on(found)
    made = await handing.offer(turn.db, found.id, turn.member, await one_person(turn, person), turn.now)
    return views.offered(made.project, await one_person(turn, person))


@commands.action(AskChampions, needs=member)
async def champions_asked(turn: Turn, pressed: AskChampions) -> Message:
    made = await handing.offer_to_champions(turn.db, pressed.project, turn.member, turn.now)
    return views.offered_champions(made[0].project, len(made))


@commands.action(CarryOn, needs=member)
async def carries_on(turn: Turn, pressed: CarryOn) -> Message:
    return views.carries_on(await stalled.carry_on(turn.db, pressed.project, turn.member, turn.now))


@commands.command("project pause", needs=member, help="Rest a project that you lead until a day.", reads=True)
async def pause(turn: Turn, project: Project) -> Form:
    return views.pause_form(await projects.changeable(turn.db, project.id, turn.member))


@commands.submission(PauseProject, needs=member)
async def paused(turn: Turn, said: PauseProject) -> Message:
    found = await stalled.pause(turn.db, row_id(said.project), turn.member, said.until, turn.now)
    return views.paused(found, said.until, turn.today)


@commands.action(TakeLead, needs=member)
async def lead_taken(turn: Turn, pressed: TakeLead) -> Message:
    return views.taken(await handing.accept(turn.db, pressed.handover, turn.member, turn.now))


@commands.action(NotLead, needs=member)
async def lead_not_taken(turn: Turn, pressed: NotLead) -> Message:
    await handing.decline(turn.db, pressed.handover, turn.member, turn.now)
    return views.not_taken()
