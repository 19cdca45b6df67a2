"""What answers something that its reader runs: no consent is asked for, and hours hold."""

from datetime import date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.features import catalogue
from qibot.outbox import service
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import Catalogue, notification
from qibot.outbox.worker import Worker
from tests.outbox.scene import Scene, answer, london


@notification("tests.reply", label="Replies", purpose=service.RUNS, asked_for=True)
async def reply(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    return Message("Somebody wrote back")


async def test_it_comes_to_somebody_who_agreed_to_nothing_and_pauses_in_their_hours(scene: Scene) -> None:
    ann = await scene.person("ann", agreed="", paused_until=date(2019, 12, 11))
    scene.clock.set(london(2019, 11, 27, 20))
    for kind in ("tests.reply", "tests.answer"):
        await scene.plan(ann, kind)
    worker = Worker(scene.database, scene.clock, Catalogue((reply, answer)), {"paper": scene.postbox})
    await worker.run_until_quiet()
    assert scene.postbox.taken == []
    scene.clock.set(london(2019, 11, 28, 9))
    await worker.run_until_quiet()
    assert [t.message.title for t in scene.postbox.taken] == ["Somebody wrote back"]


def test_nothing_that_nobody_asked_for_goes_without_consent() -> None:
    with pytest.raises(ValueError, match="nobody can agree"):
        notification("tests.unasked", label="Not asked for", purpose=service.RUNS)(reply.build)


def test_what_needs_no_consent_is_a_short_list() -> None:
    """Whoever reads one made, sends or organises what it is about; nothing is sent so to anybody else."""
    assert {kind for kind, one in catalogue.items() if one.purpose == service.RUNS} == {
        "broadcasts.decided",
        "broadcasts.progress",
        "broadcasts.progress_edit",
        "broadcasts.reply",
        "broadcasts.second",
        "champions.question",
        "events.organiser_added",
        "fishbowl.unanswered",
        "introductions.misuse",
        "rounds.figures",
        "rounds.ready",
    }
