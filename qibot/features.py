"""THE list of features. Alembic, help, the view gallery and the tests read it too.

A feature is one line in each tuple that it has something for; importing its commands imports its tables.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import ModuleType

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions import commands as champions
from qibot.champions import views as champion_views
from qibot.chat.arguments import Rest
from qibot.chat.help import about, overview
from qibot.chat.message import Message, Part
from qibot.chat.router import Otherwise, Router, Table
from qibot.events import commands as events
from qibot.events import notifications as event_notifications
from qibot.events import views as event_views
from qibot.introductions import commands as introductions
from qibot.introductions import notifications as introduction_notifications
from qibot.introductions import service as introduction_service
from qibot.introductions import views as introduction_views
from qibot.introductions.relay import service as relay_service
from qibot.introductions.relay import views as relay_views
from qibot.outbox import commands as reminders
from qibot.outbox import views as reminder_views
from qibot.outbox.notifications import Catalogue
from qibot.people import commands as people
from qibot.people import views as people_views
from qibot.people.turn import Turn, anybody
from qibot.projects import commands as projects
from qibot.projects import notifications as project_notifications
from qibot.projects import views as project_views
from qibot.projects.aims import views as aim_views
from qibot.projects.calls import commands as calls
from qibot.projects.calls import views as call_views
from qibot.projects.changes import commands as changes
from qibot.projects.changes import views as changes_views
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


async def _otherwise(turn: Turn, words: str, nearest: str) -> Message:
    return await champions.otherwise(turn, words, nearest) if words else overview(router, turn)


def _home(turn: Turn, parts: tuple[Part, ...]) -> Message:
    return Message("qibot", *parts)


catalogue = Catalogue(
    (
        *project_notifications.NOTIFICATIONS,
        *introduction_notifications.NOTIFICATIONS,
        *event_notifications.NOTIFICATIONS,
    )
)
"""Every kind of message that goes out unasked."""

sweeps: tuple[Callable[[AsyncSession, datetime], Awaitable[None]], ...] = (
    handing.expire_due,
    stalled.ask_due,
    prompts.ask_due,
    introduction_service.expire_due,
    relay_service.wipe_old,
)
"""What features look at every few minutes because time alone has changed it."""

views: tuple[ModuleType, ...] = (
    people_views,
    champion_views,
    project_views,
    aim_views,
    working_views,
    story_views,
    changes_views,
    call_views,
    introduction_views,
    relay_views,
    event_views,
    reminder_views,
)
"""Every feature's views, each with its EXAMPLES."""

router: Router[Turn] = Router(
    (
        start,
        people.commands,
        champions.commands,
        projects.commands,
        working.commands,
        calls.commands,
        changes.commands,
        stories.commands,
        introductions.commands,
        events.commands,
        reminders.commands(catalogue),
    ),
    otherwise=Otherwise(_otherwise, reads=True),
    home=_home,
)
