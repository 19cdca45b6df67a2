"""What is said unasked about projects. Each reads the truth again."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.people import service as people
from qibot.projects import service as projects
from qibot.projects import visibility
from qibot.projects.calls import service as calls
from qibot.projects.calls import views as call_views
from qibot.projects.stories import prompts
from qibot.projects.stories import service as stories
from qibot.projects.stories import views as story_views
from qibot.projects.working import handing, stalled
from qibot.projects.working import views as working_views


@notification(handing.OFFERED_KIND, label="Whether you would lead a project", purpose="introductions")
async def handover(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For the person asked, while it is still to be had."""
    found = await handing.about(db, delivery.subject)
    project = found.project
    reader = await people.person(db, delivery.person_id)
    if not handing.still_open(found):
        return None
    if not await visibility.may_know(db, project, reader):
        return None
    card = await projects.card(db, project, reader)
    until, today = local_date(found.expires_at, reader.zone), local_date(now, reader.zone)
    return working_views.offer(card, found.id, until, today)


@notification(handing.ANSWERED_KIND, label="Who leads a project that you handed on", purpose="nudges", asked_for=True)
async def handover_answered(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever handed it on: that it was taken, or that nobody could; never who could not."""
    found = await handing.about(db, delivery.subject)
    project = found.project
    if found.state == handing.TAKEN:
        named = project.lead is not None and await people.agrees(db, project.lead.id, "findable")
        return working_views.handed_on(project, project.lead.name if project.lead and named else "")
    if not project.live or project.lead_id not in (None, found.from_id) or await handing.asked_now(db, project.id):
        return None
    return working_views.nobody_yet(project)


@notification(calls.CALL_KIND, label="A project that asks champions for help", purpose="introductions")
async def call_for_help(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For a champion of its topics, while the project is live."""
    reader = await people.person(db, delivery.person_id)
    found = await calls.about(db, delivery.subject, reader)
    if found is None:
        return None
    made, project = found
    return call_views.asked(await projects.card(db, project, reader), made.words)


@notification(stalled.STALLED_KIND, label="How a project of yours goes on", purpose="nudges")
async def stall(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For its lead alone, while nothing was said of it."""
    reader = await people.person(db, delivery.person_id)
    found = await stalled.still_true(db, delivery.subject, delivery.plan, reader, now)
    if found is None:
        return None
    return working_views.stalled(found, quiet=stalled.is_quiet(found, now), paused=found.paused_until is not None)


@notification(stories.TOLD_KIND, label="What came of a project you are on or follow", purpose="broadcasts")
async def story_told(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For those on a project and those who follow it, once its story is shared."""
    reader = await people.person(db, delivery.person_id)
    told = await stories.for_reader(db, delivery.subject, reader)
    return story_views.told_unasked(told, local_date(now, reader.zone)) if told else None


@notification(prompts.PROMPT_KIND, label="Whether you would tell a story", purpose="nudges")
async def story_prompt(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """After an end, after six months of improvement, or after an introduction that led to something."""
    if delivery.plan == prompts.INTRODUCED:
        return story_views.prompt_introduction()
    reader = await people.person(db, delivery.person_id)
    found = await prompts.still_true(db, delivery.subject, delivery.plan, reader)
    return story_views.prompt_project(found, improved=delivery.plan == prompts.IMPROVED) if found else None


NOTIFICATIONS = (handover, handover_answered, call_for_help, stall, story_told, story_prompt)
