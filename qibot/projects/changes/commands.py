"""/qi pdsa, drivers, small."""

import asyncio

from qibot.chat.arguments import Rest
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.claims import row_id
from qibot.documents.boxes import Branch, tree
from qibot.people.turn import Turn, anybody, member, table
from qibot.projects import service as projects
from qibot.projects.changes import service, views
from qibot.projects.changes.forms import DrawDrivers, PlanCycle, StudyCycle, TakeBackSmall
from qibot.projects.changes.service import Plan, Study
from qibot.projects.commands import reader_of
from qibot.projects.models import Project
from qibot.projects.visibility import must_be_whole
from qibot.projects.working import service as working

commands = table("Testing changes")

_LAST_PAGE = 200


@commands.command(
    "pdsa", needs=anybody, help="A project’s PDSA cycles: predicted, done, compared, decided.", reads=True
)
async def pdsa(turn: Turn, project: Project) -> Message:
    await must_be_whole(turn.db, project, reader_of(turn))
    cycles = await service.ramp(turn.db, project.id)
    return views.ramp(project, cycles, mine=await _is_mine(turn, project), today=turn.today)


@commands.command("pdsa plan", needs=member, help="Plan the next cycle, with a prediction.", reads=True)
async def plan(turn: Turn, project: Project) -> Form:
    return await _cycle_form(turn, project)


@commands.submission(PlanCycle, needs=member)
async def planned(turn: Turn, said: PlanCycle) -> Message:
    wanted = Plan(said.objective, said.prediction, said.plan, said.data)
    made = await service.plan(turn.db, row_id(said.project), turn.member, wanted, turn.now)
    return views.planned(await projects.project(turn.db, made.project_id, turn.member), made)


@commands.command("pdsa result", needs=member, help="Say what happened in the cycle under way.", reads=True)
async def result(turn: Turn, project: Project) -> Form:
    return await _cycle_form(turn, project)


async def _cycle_form(turn: Turn, project: Project) -> Form:
    """What comes next, whichever was asked for: what happened in the cycle under way, or a plan when there is none."""
    found = await service.may_plan(turn.db, project.id, turn.member)
    there = await service.open_cycle(turn.db, found.id)
    return views.study_form(there) if there else views.plan_form(found)


@commands.submission(StudyCycle, needs=member)
async def studied(turn: Turn, said: StudyCycle) -> Message:
    happened = Study(said.happened, said.compared, said.learned, said.act, said.next)
    made = await service.study(turn.db, row_id(said.cycle), turn.member, happened, turn.now)
    return views.studied(await projects.project(turn.db, made.project_id, turn.member), made)


@commands.command("drivers", needs=anybody, help="A project’s driver diagram: aim, drivers, ideas.", reads=True)
async def drivers(turn: Turn, project: Project) -> Message:
    await must_be_whole(turn.db, project, reader_of(turn))
    diagram = await service.diagram_of(turn.db, project.id)
    return views.drivers(project, diagram, mine=await _is_mine(turn, project))


@commands.command(
    "drivers picture", needs=anybody, help="A project’s driver diagram as a picture, to put on the wall.", reads=True
)
async def picture(turn: Turn, project: Project) -> Message:
    await must_be_whole(turn.db, project, reader_of(turn))
    diagram = await service.diagram_of(turn.db, project.id)
    if diagram is None:
        return views.drivers(project, None, mine=await _is_mine(turn, project))
    branches = [Branch(one.words, one.ideas) for one in diagram.drivers]
    # Some hundredths of a second: others go on meanwhile.
    png = await asyncio.to_thread(tree, views.HEADINGS, diagram.aim, branches)
    return views.drawing(project, diagram, png)


@commands.command("drivers edit", needs=member, help="Draw or change a driver diagram, as indented text.", reads=True)
async def edit_drivers(turn: Turn, project: Project) -> Form:
    found = await working.may_update(turn.db, project.id, turn.member)
    return views.drivers_form(found, await service.diagram_of(turn.db, found.id))


@commands.submission(DrawDrivers, needs=member)
async def drawn(turn: Turn, said: DrawDrivers) -> Message:
    found = await working.may_update(turn.db, row_id(said.project), turn.member)
    diagram = await service.draw(turn.db, found.id, turn.member, said.diagram, turn.now)
    return views.drivers(found, diagram, mine=True)


@commands.command("small", needs=member, help="Note a small change in a line; alone, what others changed.")
async def small(turn: Turn, words: Rest, *, page: int = 1) -> Message:
    if words:
        return views.small(await service.change_something(turn.db, turn.member, words, turn.today))
    page = max(1, min(page, _LAST_PAGE))
    changes, more = await service.small_changes(turn.db, turn.member, page=page)
    return views.smalls(changes, page=page, more=more, today=turn.today)


@commands.action(TakeBackSmall, needs=member)
async def taken_back(turn: Turn, pressed: TakeBackSmall) -> Message:
    await service.take_back(turn.db, pressed.small, turn.member)
    return views.taken_back()


async def _is_mine(turn: Turn, project: Project) -> bool:
    me = reader_of(turn)
    return me is not None and bool(await working.role_of(turn.db, project.id, me.id))
