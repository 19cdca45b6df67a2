"""THE list of features. Alembic, help, the view gallery and the tests read it too.

A feature is one line in each tuple that it has something for; importing its commands imports its tables.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import ModuleType

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.broadcasts import answering as broadcast_answering
from qibot.broadcasts import commands as broadcasts
from qibot.broadcasts import notifications as broadcast_notifications
from qibot.broadcasts import sending as broadcast_sending
from qibot.broadcasts import service as broadcast_service
from qibot.broadcasts import views as broadcast_views
from qibot.broadcasts.letting_go import views as letting_go_views
from qibot.broadcasts.outcome import views as broadcast_outcome_views
from qibot.champions import commands as champions
from qibot.champions import erasing as champion_erasing
from qibot.champions import notifications as champion_notifications
from qibot.champions import service as champion_service
from qibot.champions import views as champion_views
from qibot.champions import yearly
from qibot.champions.finding.index import Derived, Source
from qibot.champions.gaps import commands as gaps
from qibot.champions.gaps import service as gap_service
from qibot.champions.gaps import views as gap_views
from qibot.champions.questions import commands as questions
from qibot.champions.questions import notifications as question_notifications
from qibot.champions.questions import service as question_service
from qibot.champions.questions import views as question_views
from qibot.chat.arguments import Rest
from qibot.chat.help import about, overview
from qibot.chat.message import Message, Part
from qibot.chat.router import Otherwise, Router, Table
from qibot.database import Database
from qibot.events import commands as events
from qibot.events import erasing as event_erasing
from qibot.events import notifications as event_notifications
from qibot.events import views as event_views
from qibot.events.delegates import commands as delegates
from qibot.events.delegates import notifications as delegate_notifications
from qibot.events.delegates import views as delegate_views
from qibot.events.fishbowl import commands as fishbowl
from qibot.events.fishbowl import notifications as fishbowl_notifications
from qibot.events.fishbowl import service as fishbowl_service
from qibot.events.fishbowl import views as fishbowl_views
from qibot.events.joining import commands as joining
from qibot.events.joining import service as joining_service
from qibot.events.joining import views as joining_views
from qibot.events.organising import commands as organising
from qibot.events.organising import notifications as organising_notifications
from qibot.events.organising import views as organising_views
from qibot.events.reporting import commands as reporting
from qibot.events.reporting import notifications as reporting_notifications
from qibot.events.reporting import views as reporting_views
from qibot.introductions import commands as introductions
from qibot.introductions import erasing as introduction_erasing
from qibot.introductions import evidence as introduction_evidence
from qibot.introductions import figures as introduction_figures
from qibot.introductions import notifications as introduction_notifications
from qibot.introductions import service as introduction_service
from qibot.introductions import views as introduction_views
from qibot.introductions.apart import views as apart_views
from qibot.introductions.asking import views as asking_views
from qibot.introductions.introduced import views as introduced_views
from qibot.introductions.misuse import service as misuse_service
from qibot.introductions.misuse import views as misuse_views
from qibot.introductions.mixing import commands as mixing
from qibot.introductions.mixing import notifications as mixing_notifications
from qibot.introductions.mixing import views as mixing_views
from qibot.introductions.relay import service as relay_service
from qibot.introductions.relay import views as relay_views
from qibot.introductions.rounds import commands as rounds
from qibot.introductions.rounds import making as round_making
from qibot.introductions.rounds import notifications as round_notifications
from qibot.introductions.rounds import rehearsal as round_rehearsal
from qibot.introductions.rounds import service as round_service
from qibot.introductions.rounds import views as round_views
from qibot.introductions.rounds.organising import views as round_organising_views
from qibot.introductions.rounds.outcome import views as round_outcome_views
from qibot.introductions.stalls import commands as stalls
from qibot.introductions.stalls import notifications as stall_notifications
from qibot.introductions.stalls import views as stall_views
from qibot.network import commands as network
from qibot.network import notifications as network_notifications
from qibot.network import service as network_service
from qibot.network import views as network_views
from qibot.outbox import commands as reminders
from qibot.outbox import service as outbox_service
from qibot.outbox import views as reminder_views
from qibot.outbox.notifications import Catalogue
from qibot.people import commands as people
from qibot.people import names, topics
from qibot.people import views as people_views
from qibot.people.erasing import commands as erasing_commands
from qibot.people.erasing import service as erasing
from qibot.people.turn import Turn, anybody
from qibot.projects import commands as projects
from qibot.projects import erasing as project_erasing
from qibot.projects import evidence as project_evidence
from qibot.projects import notifications as project_notifications
from qibot.projects import topics as project_topics
from qibot.projects import views as project_views
from qibot.projects.aims import views as aim_views
from qibot.projects.calls import commands as calls
from qibot.projects.calls import views as call_views
from qibot.projects.changes import commands as changes
from qibot.projects.changes import views as changes_views
from qibot.projects.finding import index as project_index
from qibot.projects.papers import commands as papers
from qibot.projects.papers import views as paper_views
from qibot.projects.papers import waiting as waiting_files
from qibot.projects.showing import views as showing_views
from qibot.projects.stories import commands as stories
from qibot.projects.stories import prompts
from qibot.projects.stories import views as story_views
from qibot.projects.working import commands as working
from qibot.projects.working import handing, stalled
from qibot.projects.working import views as working_views

start = Table[Turn]("Start here")


@start.command("help", needs=anybody, help="What I can do, or more about one command.", reads=True)
async def help(turn: Turn, words: Rest) -> Message:
    return about(router, turn, words) if words else overview(router, turn)


@start.command("home", needs=anybody, help="What you have here, and what waits for you.", reads=True)
async def home(turn: Turn) -> Message:
    return await router.home(turn)


async def _otherwise(turn: Turn, words: str, nearest: str) -> Message:
    if not words:
        return overview(router, turn)
    message = await champions.otherwise(turn, words, nearest)
    # Whoever has a code in front of them types it, and no more.
    event = await joining_service.by_word(turn.db, words)
    return message.plus(*joining_views.also_a_code(event)) if event else message


def _home(turn: Turn, parts: tuple[Part, ...]) -> Message:
    return Message("qibot", *parts)


catalogue = Catalogue(
    (
        *champion_notifications.NOTIFICATIONS,
        *question_notifications.NOTIFICATIONS,
        *project_notifications.NOTIFICATIONS,
        *introduction_notifications.NOTIFICATIONS,
        *round_notifications.NOTIFICATIONS,
        *mixing_notifications.NOTIFICATIONS,
        *stall_notifications.NOTIFICATIONS,
        *event_notifications.NOTIFICATIONS,
        *broadcast_notifications.NOTIFICATIONS,
        *delegate_notifications.NOTIFICATIONS,
        *organising_notifications.NOTIFICATIONS,
        *reporting_notifications.NOTIFICATIONS,
        *fishbowl_notifications.NOTIFICATIONS,
        *network_notifications.NOTIFICATIONS,
    )
)
"""Every kind of message that goes out unasked."""

evidence: tuple[Source, ...] = (
    champion_service.evidence,
    project_evidence.everything,
    introduction_evidence.everything,
)
"""What shows that people know about something, for making what a search reads again."""

derived: tuple[Derived, ...] = (
    Derived(names.is_missing, names.rebuild),
    Derived(project_index.is_missing, project_index.rebuild),
)
"""What else searches read, for making it again."""

sweeps: tuple[Callable[[AsyncSession, datetime], Awaitable[None]], ...] = (
    question_service.close_due,
    gap_service.forget_old,
    yearly.ask_due,
    yearly.rest_due,
    handing.expire_due,
    stalled.ask_due,
    prompts.ask_due,
    waiting_files.forget,
    introduction_service.expire_due,
    relay_service.wipe_old,
    network_service.plan_digests,
    misuse_service.forget,
    round_service.sweep,
    broadcast_answering.forget_old,
    fishbowl_service.forget_votes,
)
"""What features look at every few minutes because time alone has changed it, each in a transaction."""

long_sweeps: tuple[Callable[[Database, datetime], Awaitable[None]], ...] = (
    round_making.make_due,
    round_rehearsal.rehearse_due,
)
"""Sweeps that take longer than a transaction may: they open their own, and work between them."""

beginnings: tuple[Callable[[Database, datetime], Awaitable[None]], ...] = (broadcast_sending.start_due,)
"""What begins at a moment that somebody chose: asked every second, so asking must cost next to nothing."""

topic_moves: tuple[topics.Move, ...] = (
    topics.move,
    champion_service.move_topic,
    gap_service.move_topic,
    question_service.move_topic,
    project_topics.move_topic,
    introduction_service.move_topic,
    broadcast_service.move_topic,
)
"""What features keep under a topic, and move when it becomes part of another."""

erasures: tuple[erasing.Erase, ...] = (
    champion_erasing.erase,
    project_erasing.erase,
    introduction_erasing.erase,
    event_erasing.erase,
    broadcast_answering.erase,
    network_service.erase,
    outbox_service.erase,
)
"""What features hold of somebody, taken out when they are erased."""

views: tuple[ModuleType, ...] = (
    people_views,
    champion_views,
    question_views,
    gap_views,
    project_views,
    aim_views,
    showing_views,
    working_views,
    story_views,
    changes_views,
    call_views,
    paper_views,
    introduction_views,
    asking_views,
    apart_views,
    misuse_views,
    introduced_views,
    relay_views,
    round_views,
    round_outcome_views,
    round_organising_views,
    mixing_views,
    stall_views,
    event_views,
    broadcast_views,
    letting_go_views,
    broadcast_outcome_views,
    delegate_views,
    joining_views,
    organising_views,
    reporting_views,
    fishbowl_views,
    network_views,
    reminder_views,
)
"""Every feature's views, each with its EXAMPLES."""

router: Router[Turn] = Router(
    (
        start,
        people.commands,
        erasing_commands.commands(erasures),
        champions.commands,
        questions.commands,
        gaps.commands,
        projects.commands,
        working.commands,
        calls.commands,
        changes.commands,
        stories.commands,
        papers.commands,
        introductions.commands,
        rounds.commands,
        events.commands,
        broadcasts.commands,
        delegates.commands,
        joining.commands,
        organising.commands,
        reporting.commands(introduction_figures.links),
        mixing.commands,
        stalls.commands,
        fishbowl.commands,
        network.commands(topic_moves),
        reminders.commands(catalogue),
    ),
    otherwise=Otherwise(_otherwise, reads=True),
    home=_home,
)
