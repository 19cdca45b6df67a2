"""What is said unasked about introductions. Each reads the truth again."""

from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.clock import local_date
from qibot.introductions import service, views
from qibot.introductions.asking import views as asking_views
from qibot.introductions.asking.instead import instead
from qibot.introductions.introduced import views as introduced_views
from qibot.introductions.misuse import service as misuse
from qibot.introductions.misuse import views as misuse_views
from qibot.introductions.models import Introduction
from qibot.introductions.relay import service as relay
from qibot.introductions.relay import views as relay_views
from qibot.introductions.seen import CLOSED, Side, opening, reported, side
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import notification
from qibot.outbox.service import RUNS
from qibot.people import service as people
from qibot.people.models import Person


@notification(
    service.ASKED_KIND,
    label="Somebody asks to be introduced to you",
    purpose="introductions",
    asked_for=True,
    settled=service.card_ended,
)
async def asked(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The card for the person asked; the second time after they wanted to be asked later."""
    found, reader, seen = await _read(db, delivery)
    again = delivery.plan == "later"
    if not await service.can_answer(db, found) or seen.may_wait == again:
        return None
    return views.card(seen, _today(now, reader), again=again)


@notification(
    service.REMINDER_KIND,
    label="A question that waits for you",
    purpose="introductions",
    asked_for=True,
    settled=service.card_ended,
)
async def reminder(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The one reminder."""
    found, reader, seen = await _read(db, delivery)
    if not await service.can_answer(db, found) or not seen.may_wait:
        return None
    return views.card(seen, _today(now, reader), again=True)


# One label for both, so that a list of what is coming does not give the answer away.
_ANSWER = "What became of an introduction you asked for"


@notification(service.INTRODUCED_KIND, label=_ANSWER, purpose="introductions", asked_for=True, settled=service.told)
async def introduced(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The introduction, for the asker. If the other took their yes back meanwhile, it is not possible this time."""
    found, reader, seen = await _read(db, delivery)
    if not seen.agreed:
        return asking_views.closed(seen)
    return introduced_views.introduced(seen, await opening(db, found, reader, seen, now))


@notification(
    service.TOGETHER_KIND,
    label=_ANSWER,
    purpose="introductions",
    asked_for=True,
    others=service.the_other,
    settled=service.apart,
)
async def together(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The introduction, for both in one conversation."""
    found, reader, seen = await _read(db, delivery)
    if not seen.agreed:
        return None
    theirs = await side(db, found, await people.person(db, found.champion_id))
    return introduced_views.gathered(seen, theirs, await opening(db, found, reader, seen, now))


@notification(
    service.NOT_REACHED_KIND, label="An introduction you said yes to", purpose="introductions", asked_for=True
)
async def not_reached(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever said yes, when the asker could not be told; and somebody else, if they like."""
    found, reader, seen = await _read(db, delivery)
    return asking_views.not_reached(seen, await instead(db, found, reader, now))


@notification(service.CLOSED_KIND, label=_ANSWER, purpose="introductions", asked_for=True)
async def closed(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """Not this time: the same words whether they said so or did not answer. And somebody else, if they like."""
    found, reader, seen = await _read(db, delivery)
    return asking_views.closed(seen, await instead(db, found, reader, now)) if seen.state == CLOSED else None


@notification(service.DID_YOU_MEET_KIND, label="Whether an introduction led to a meeting", purpose="nudges")
async def did_you_meet(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """After two weeks, unless it is known."""
    _, reader, seen = await _read(db, delivery)
    return views.did_you_meet(seen, _today(now, reader)) if seen.agreed and seen.met != "yes" else None


@notification(service.WHAT_CAME_KIND, label="What came of an introduction", purpose="nudges")
async def what_came(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """After three months, of those who met."""
    _, reader, seen = await _read(db, delivery)
    return views.what_came(seen, _today(now, reader)) if seen.agreed and seen.met == "yes" else None


# ---- Messages between the two


@notification(
    relay.RELAYED_KIND,
    label="A message from somebody you are introduced to",
    purpose="introductions",
    asked_for=True,
    settled=relay.carried,
)
async def relayed(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """The words of the other, unless one of them has stopped or no longer takes part."""
    words = await relay.words_of(db, delivery)
    _, _, seen = await _read(db, delivery)
    return relay_views.relayed(seen, words) if words and seen.can_write else None


@notification(
    relay.NOT_DELIVERED_KIND,
    label="A message of yours that was not delivered",
    purpose="introductions",
    asked_for=True,
)
async def not_delivered(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For the sender."""
    _, _, seen = await _read(db, delivery)
    return relay_views.not_delivered(seen)


@notification(
    relay.STOPPED_KIND,
    label="The end of messages with somebody you are introduced to",
    purpose="introductions",
    asked_for=True,
)
async def writing_stopped(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For the one who did not stop them."""
    _, _, seen = await _read(db, delivery)
    return relay_views.ended(seen)


# ---- Reports of misuse


@notification(misuse.REPORTED_KIND, label="A report of misuse, for organisers", purpose=RUNS, asked_for=True)
async def misuse_reported(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For each organiser who is neither of the two, until one of them has closed it."""
    reader = await people.person(db, delivery.person_id)
    found = await misuse.about(db, delivery.subject)
    shown = reported(found, reader) if found is not None else None
    return misuse_views.misuse(shown, _today(now, reader), again=delivery.plan == "again") if shown else None


@notification(misuse.CLOSED_KIND, label="What became of your report", purpose="introductions", asked_for=True)
async def misuse_closed(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """For whoever reported it."""
    return misuse_views.looked_at()


NOTIFICATIONS = (
    *(asked, reminder, introduced, together, not_reached, closed, did_you_meet, what_came),
    *(relayed, not_delivered, writing_stopped),
    *(misuse_reported, misuse_closed),
)


async def _read(db: AsyncSession, delivery: Delivery) -> tuple[Introduction, Person, Side]:
    found = await service.about(db, delivery.subject)
    reader = await people.person(db, delivery.person_id)
    return found, reader, await side(db, found, reader)


def _today(now: datetime, reader: Person) -> date:
    return local_date(now, reader.zone)
