"""/qi project, projects, who."""

import re
from collections.abc import Mapping
from dataclasses import replace

from qibot.champions import commands as champions
from qibot.chat.arguments import Rest
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message, Part
from qibot.chat.wire import encode
from qibot.claims import row_id
from qibot.errors import Unclear, WrongFields
from qibot.people import service as people
from qibot.people.commands import one_organisation, topic_choices
from qibot.people.models import Person
from qibot.people.topics import by_slug
from qibot.people.turn import Turn, anybody, member, organiser, table
from qibot.projects import service, views, visibility
from qibot.projects.aims import busy, reading
from qibot.projects.aims import views as aim_views
from qibot.projects.aims.busy import UnderWay
from qibot.projects.calls import service as calls
from qibot.projects.calls import views as call_views
from qibot.projects.changes import service as changes
from qibot.projects.changes import views as changes_views
from qibot.projects.finding import service as finding
from qibot.projects.forms import (
    EditProject,
    JoinInstead,
    MineIsDifferent,
    OfferHelp,
    RegisterDifferent,
    RegisterProject,
    StopHelping,
    StopProject,
)
from qibot.projects.models import Project
from qibot.projects.papers import service as papers
from qibot.projects.papers import views as paper_views
from qibot.projects.papers.export import may_see_words
from qibot.projects.showing import service as showings
from qibot.projects.showing import views as showing_views
from qibot.projects.stories import service as stories
from qibot.projects.stories import views as story_views
from qibot.projects.visibility import SHOWINGS, TITLE_ONLY
from qibot.projects.words import fold_title
from qibot.projects.working import service as working
from qibot.projects.working import views as working_views
from qibot.typed import Typed

commands = table("Projects")

_LAST_PAGE = 200
_SMALL = 3
_LONGEST_WORDS = 200
_ABOUT_PEOPLE = re.compile(r"(?:else )?(?:knows?|(?:can|could|might) (?:help|advise|tell))\b", re.IGNORECASE)
"""“Who knows about sepsis?” asks for people, although it begins with the word for projects."""


@commands.command(
    "project register",
    needs=member,
    help="Register a project: five fields, a minute.",
    reads=True,
    shortcut="Register a project",
)
async def register(turn: Turn, title: Rest) -> Form:
    intro = "Only the title is needed. Others of every organisation can find it, and you can change it at any time."
    return Form(RegisterProject, {"title": title[:120], "place": turn.member.place}, intro=intro)


async def project_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic."""
    return {"topics": await topic_choices(turn)}


@commands.submission(RegisterProject, needs=member, choices=project_choices)
async def registered(turn: Turn, said: RegisterProject) -> Message:
    described = _described(said)
    # What is there already is no look-alike of itself.
    if await service.live_of(turn.db, turn.member.id, fold_title(said.title)) is None:
        alike = await finding.lookalikes(turn.db, turn.member, described)
        if alike:
            return views.alike(alike, _to_go_on_with(said), turn.member, turn.today)
    return await _saved(turn, described)


def _to_go_on_with(said: RegisterProject) -> MineIsDifferent:
    """What was typed, for the button that goes on. Raises `WrongFields` when it is more than a button can carry."""
    made = MineIsDifferent(said.title, said.aim, " ".join(said.topics), said.place, said.helpers)
    try:
        encode(made)
    except ValueError:
        sentence = "Others look like this one. Please shorten the aim, so that I can keep it while you look at them."
        raise WrongFields({"aim": sentence}) from None
    return made


@commands.action(MineIsDifferent, needs=member)
async def different(turn: Turn, pressed: MineIsDifferent) -> Form:
    topics = tuple(t.slug for t in await by_slug(turn.db, pressed.topics.split()))
    typed = {"title": pressed.title, "aim": pressed.aim, "place": pressed.place, "helpers": pressed.helpers}
    return Form(RegisterDifferent, {**typed, "topics": topics})


@commands.submission(RegisterDifferent, needs=member, choices=project_choices)
async def registered_different(turn: Turn, said: RegisterDifferent) -> Message:
    return await _saved(turn, replace(_described(said), different=said.because))


@commands.action(JoinInstead, needs=member)
async def joined_instead(turn: Turn, pressed: JoinInstead) -> Message:
    return await _helping(turn, pressed.project, instead=True)


async def _saved(turn: Turn, described: service.Described) -> Message:
    saved = await service.register(turn.db, turn.member, described, turn.now)
    card = await service.card(turn.db, saved.project, turn.member)
    load = await busy.under_way(turn.db, saved.project) if saved.new else UnderWay()
    thoughts = *_coached(turn, saved.project), *aim_views.busy(saved.project, load)
    return views.registered(saved, card, turn.member, turn.today, *thoughts)


@commands.command("project show", needs=anybody, help="One project: by number, title or words of it.", reads=True)
async def show(turn: Turn, project: Project) -> Message:
    me = reader_of(turn)
    card = await service.card(turn.db, project, me)
    return views.shown(card, me, turn.today, *(() if card.title_only else await _going(turn, project)))


async def _going(turn: Turn, project: Project) -> tuple[Part, ...]:
    """What a project's page says between its facts and the next steps."""
    me = turn.person.id if turn.person and turn.person.here else 0
    news = await working.latest(turn.db, project.id)
    mine, follows = bool(await working.role_of(turn.db, project.id, me)), await working.follows(turn.db, project.id, me)
    going = working_views.going(project, news, mine=mine, follows=follows, today=turn.today)
    story = await stories.seen_of_project(turn.db, project, reader_of(turn))
    cycles = await changes.ramp(turn.db, project.id)
    diagram = await changes.diagram_of(turn.db, project.id) is not None
    tested = changes_views.on_page(project, cycles, diagram=diagram, mine=mine)
    words = not project.lead_id and may_see_words(project, reader_of(turn))
    origin = paper_views.on_page(await papers.origin(turn.db, project.id), turn.today, words=words)
    call = await calls.standing(turn.db, project.id, turn.now)
    asks = call_views.on_page(project, call.words if call else "")
    return *asks, *origin, *story_views.of_project(project, story, leads=project.lead_id == me), *tested, *going


@commands.command("project edit", needs=member, help="Change a project that you lead, and its stage.", reads=True)
async def edit(turn: Turn, project: Project) -> Form:
    found = await service.changeable(turn.db, project.id, turn.member)
    topics = await service.topics_of(turn.db, found.id)
    values = {
        "title": found.title,
        "aim": found.aim,
        "topics": tuple(t.slug for t in topics if t.retired_at is None),
        "place": found.place,
        "helpers": found.helpers,
        "stage": found.stage,
        "deciding": found.deciding,
        "project": str(found.id),
    }
    return Form(EditProject, values)


@commands.submission(EditProject, needs=member, choices=project_choices)
async def edited(turn: Turn, said: EditProject) -> Message:
    described = replace(_described(said), deciding=said.deciding)
    saved = await working.change(turn.db, row_id(said.project), turn.member, described, said.stage, turn.now)
    card = await service.card(turn.db, saved.project, turn.member)
    return views.changed(saved, card, turn.member, turn.today, *_coached(turn, saved.project))


def _coached(turn: Turn, project: Project) -> tuple[Part, ...]:
    return aim_views.coach(project.aim, reading.read(project.aim, turn.today), turn.today)


@commands.command("project help", needs=member, help="Offer to help with a project.")
async def help(turn: Turn, project: Project) -> Message:
    return await _helping(turn, project.id)


async def _helping(turn: Turn, project_id: int, *, instead: bool = False) -> Message:
    found = await working.offer_help(turn.db, project_id, turn.member, turn.now)
    findable = await people.agrees(turn.db, turn.member.id, "findable")
    card = await service.card(turn.db, found, turn.member)
    return views.helping(card, turn.member, findable=findable, instead=instead)


@commands.action(OfferHelp, needs=member)
async def help_offered(turn: Turn, pressed: OfferHelp) -> Message:
    return await help(turn, await service.project(turn.db, pressed.project, turn.member))


@commands.action(StopHelping, needs=member)
async def help_stopped(turn: Turn, pressed: StopHelping) -> Message:
    return views.no_longer_helping(await working.leave(turn.db, pressed.project, turn.member))


@commands.command("project stop", needs=member, help="Stop a project that you lead, with thanks.", reads=True)
async def stop(turn: Turn, project: Project) -> Message:
    return views.stopping(await service.changeable(turn.db, project.id, turn.member))


@commands.action(StopProject, needs=member)
async def stopped(turn: Turn, pressed: StopProject) -> Message:
    return views.stopped(await working.stop(turn.db, pressed.project, turn.member, turn.now))


@commands.command("projects", needs=anybody, help="Your projects, and the newest of the network.", reads=True)
async def projects(turn: Turn, *, page: int = 1) -> Message:
    me, page = reader_of(turn), max(1, min(page, _LAST_PAGE))
    listing = await service.listing(turn.db, me, page=page)
    followed = await working.followed_by(turn.db, me) if me and page == 1 else []
    small, more = await changes.small_changes(turn.db, me, size=_SMALL) if page == 1 else ([], False)
    shown = views.listed(listing, me, page=page, today=turn.today).plus(*working_views.followed(followed))
    return shown.plus(*changes_views.newest_smalls(small, more=more, today=turn.today))


@commands.command("who", needs=anybody, help="Who is on what: projects of every organisation.", reads=True)
async def who(turn: Turn, words: Rest, *, page: int = 1) -> Message:
    if not words:
        raise Unclear(
            "Tell me what the projects should be about.", ("For example: ", Typed("who discharge")), ("projects",)
        )
    if _ABOUT_PEOPLE.match(words):
        return await champions.otherwise(turn, f"who {words}", "")
    asked, page = words[:_LONGEST_WORDS], max(1, min(page, _LAST_PAGE))
    results = await finding.search(turn.db, asked, viewer=reader_of(turn), page=page)
    return views.found(asked, results, reader_of(turn), page=page, today=turn.today)


@commands.command(
    "organisation projects",
    needs=organiser,
    help="What others see of your organisation’s projects: listed, title only or hidden.",
)
async def showing(turn: Turn, choice: Rest, *, of: str = "") -> Message:
    organisation = await one_organisation(turn, of) if of else turn.member.organisation
    if not choice:
        return showing_views.showing(organisation, await visibility.showing_of(turn.db, organisation.id), new=False)
    wanted = {"titles": TITLE_ONLY, "title": TITLE_ONLY}.get(choice.lower(), " ".join(choice.lower().split()))
    if wanted not in SHOWINGS:
        suggestions = tuple(f"organisation projects {one}" for one in SHOWINGS)
        raise Unclear("Others may see them listed, by title only, or not at all.", "Choose one:", suggestions)
    await showings.show(turn.db, organisation, wanted)
    return showing_views.showing(organisation, wanted, new=True)


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    me = reader_of(turn)
    if me is None:
        return ()
    mine = await service.of_person(turn.db, me.id, me)
    return views.home(await service.cards(turn.db, mine[:3], me), more=len(mine) > 3)


def _described(said: RegisterProject) -> service.Described:
    return service.Described(said.title, said.aim, said.topics, said.place, said.helpers)


def reader_of(turn: Turn) -> Person | None:
    """The person, once joined: anybody may look."""
    return turn.person if turn.person and turn.person.here else None


async def one_project(turn: Turn, words: str) -> Project:
    """The project that words mean: its number, title or words of it. Raises `Unclear`."""
    asked = words.replace('"', "").strip()[:_LONGEST_WORDS]
    found = await service.find(turn.db, asked, reader_of(turn))
    if len(found) == 1:
        return found[0]
    if not found:
        suggestions = ("projects",) if asked.startswith("#") else (f"who {asked}", "projects")
        raise Unclear(f"I do not know a project called “{asked}”.", "Look for it like this:", suggestions)
    names = ", ".join(f"#{p.id} {p.title} ({p.organisation.short_name})" for p in found[:5])
    raise Unclear(
        f"There are {len(found)} projects like “{asked}”: {names}{' and more' if len(found) > 5 else ''}.",
        "Which one? You can use its number.",
        tuple(f"project show #{p.id}" for p in found[:3]),
    )


async def _read_project(words: str, turn: Turn) -> Project:
    return await one_project(turn, words)


commands.reader(Project, _read_project)
