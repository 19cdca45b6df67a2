"""What is said unasked about rounds. Each reads the truth again."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.introductions.introduced import views as introduced
from qibot.introductions.rounds import making, rehearsal, service, taking, telling, views
from qibot.introductions.rounds.models import Participant, Programme, Round
from qibot.introductions.rounds.organising import views as organising
from qibot.introductions.rounds.outcome import views as outcome
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import RUNS
from qibot.people import service as people
from qibot.people.models import Person


@notification(service.INVITED_KIND, label="Rounds in which you could meet somebody new", purpose="broadcasts")
async def invited(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Once to everybody whom it is for, as long as they have not joined or withdrawn."""
    programme, reader = await _programme(db, delivery)
    wanted = (
        await people.agrees(db, reader.id, "introductions")
        and await taking.may_join(db, reader, programme)
        and await db.get(Participant, (programme.id, reader.id)) is None
    )
    running = programme.stopped_at is None
    return views.invited(programme, _today(now, reader)) if wanted and running else None


@notification(service.ASK_KIND, label="Whether you are in the next round", purpose="introductions", asked_for=True)
async def ask(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Before a round, to those who want to be asked and have not answered."""
    programme, reader = await _programme(db, delivery)
    me = await db.get(Participant, (programme.id, reader.id))
    number = programme.next_number
    open_still = programme.stopped_at is None and delivery.plan == str(number)
    if me is None or me.left_at is not None or not open_still or number in (me.yes_number, me.skip_number):
        return None
    return views.ask(programme, _today(now, reader))


@notification(
    making.CARD_KIND,
    label="Whom you meet in a round",
    purpose="introductions",
    asked_for=True,
    settled=telling.carried,
)
async def card(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The introduction, unless there is nobody left to be introduced to."""
    reader, told = await _told(db, delivery, now)
    return introduced.matched(told, _today(now, reader)) if told and told.others else None


@notification(making.SAT_OUT_KIND, label="Why you sit out a round", purpose="introductions", asked_for=True)
async def sat_out(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Who is not matched hears why."""
    reader, told = await _told(db, delivery, now)
    return outcome.sat_out(told, _today(now, reader)) if told and told.sits_out else None


@notification(
    telling.NOT_REACHED_KIND,
    label="Somebody of your round who could not be told",
    purpose="introductions",
    asked_for=True,
)
async def not_reached(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For the others of the group."""
    reader, told = await _told(db, delivery, now)
    return outcome.not_reached(told, _today(now, reader)) if told else None


@notification(service.ENDED_KIND, label="The end of rounds you take part in", purpose="introductions", asked_for=True)
async def ended(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For everybody who takes part."""
    programme, _ = await _programme(db, delivery)
    return views.ended(programme)


@notification(service.CHANGED_KIND, label="Changes to rounds you take part in", purpose="introductions", asked_for=True)
async def changed(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For everybody who takes part: what they agreed to is not the same any more."""
    programme, reader = await _programme(db, delivery)
    me = await db.get(Participant, (programme.id, reader.id))
    running = programme.stopped_at is None and me is not None and me.left_at is None
    return views.changed_programme(programme, _today(now, reader)) if running else None


# ---- For organisers


@notification(rehearsal.READY_KIND, label="Rounds of yours that wait for you", purpose=RUNS, asked_for=True)
async def ready(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The first round waits for a yes; or a rehearsal that took long is done."""
    programme, reader = await _programme(db, delivery)
    if programme.stopped_at is not None:
        return None
    if delivery.plan.startswith(rehearsal.REHEARSED):
        tried = rehearsal.read(programme)
        return organising.preview(programme, tried, _today(now, reader)) if tried else None
    if programme.runs_by_itself or await service.coming(db, programme):
        return None
    _, in_it = await service.size(db, programme, now)
    return organising.ready(programme, in_it, _today(now, reader))


@notification(making.FIGURES_KIND, label="How a round of yours went", purpose=RUNS, asked_for=True)
async def figures(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """On the next working day: counts, and nobody in them."""
    round_id, _ = telling.ids_in(delivery.subject)
    made = (await db.scalars(select(Round).where(Round.id == round_id).options(joinedload(Round.programme)))).one()
    reader = await people.person(db, delivery.person_id)
    return organising.figures(await telling.figures(db, made), made.programme, _today(now, reader))


NOTIFICATIONS = (invited, ask, card, sat_out, not_reached, changed, ended, ready, figures)


async def _programme(db: AsyncSession, delivery: Delivery) -> tuple[Programme, Person]:
    programme_id, _ = telling.ids_in(delivery.subject)
    programme = await service.by_id(db, programme_id, ended=True)
    return programme, await people.person(db, delivery.person_id)


async def _told(db: AsyncSession, delivery: Delivery, now: datetime) -> tuple[Person, telling.Told | None]:
    reader = await people.person(db, delivery.person_id)
    return reader, await telling.told(db, telling.ids_in(delivery.subject)[0], reader, now)


def _today(now: datetime, reader: Person) -> date:
    return local_date(now, reader.zone)
