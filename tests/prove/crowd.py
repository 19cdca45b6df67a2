"""A crowd to write to: any number of people in any number of workspaces, and an announcement queued to all at once."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.broadcasts.models import READY, Broadcast
from qibot.chat.message import Message, Text
from qibot.database import Base, Database
from qibot.demo.teams_state import opaque
from qibot.migrate import migrate
from qibot.outbox import service as outbox
from qibot.outbox.models import Delivery
from qibot.outbox.notifications import Catalogue, notification
from qibot.outbox.service import Due
from qibot.people.models import Consent, Identity, Organisation, Person, Workspace
from qibot.people.service import WORDING
from qibot.platforms.slack.installations import Secrets, SlackInstallation
from qibot.platforms.teams.conversations import TeamsConversation

KEY = "a-key-of-the-proofs"
"""QIBOT_SECRET_KEY of every bot that is put to the proof."""
TEAMS_APP = "5f0c0de0-0000-4000-8000-00000000b07e"
LAST_SECOND = time(23, 59, 59)
_AT_ONCE = 2_000


@notification("prove.news", label="Announcements", purpose="broadcasts", asked_for=True)
async def news(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """What everybody gets: a title, their name, a sentence, as an announcement has them."""
    person = await db.get(Person, delivery.person_id)
    if person is None:
        return None
    return Message("The improvement day has a new room", Text(f"{person.name}, we meet in room {delivery.subject}."))


@notification("prove.nudge", label="Reminders", purpose="nudges")
async def nudge(db: AsyncSession, delivery: Delivery, now: datetime) -> Message | None:
    """What nobody asked for: it waits for hours, counts to the weekly cap and can be stopped."""
    return Message("How is it going?", Text(f"You wanted to be asked: {delivery.subject}, {delivery.period}."))


CATALOGUE = Catalogue((news, nudge))


@dataclass(frozen=True, slots=True)
class Crowd:
    """`size` people, dealt out to `workspaces` in turn, of one platform. The `first` is in the first workspace."""

    platform: str
    workspaces: tuple[str, ...]
    size: int
    first: int = 1

    @property
    def numbers(self) -> range:
        """How they are counted, in the database too."""
        return range(self.first, self.first + self.size)

    def workspace(self, number: int) -> str:
        """The key of a person's workspace."""
        return self.workspaces[(number - self.first) % len(self.workspaces)]

    def account(self, number: int) -> str:
        """How the platform calls a person."""
        return f"U{number:08}" if self.platform == "slack" else f"{number:08}-0000-4000-8000-000000000000"

    def name(self, number: int) -> str:
        """How a person is called."""
        return f"Person {number}"

    def token(self, workspace: str) -> str:
        """The bot's token in a workspace of Slack."""
        return f"xoxb-stand-in-{workspace.lower()}"


_templates: dict[str, bytes] = {}


async def prepare(url: str) -> None:
    """A new SQLite file is a copy of one that was migrated before: migrating takes longer than all the rest."""
    file = make_url(url).database
    if not url.startswith("sqlite") or not file:
        return
    if "sqlite" not in _templates:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "made.db"
            database = Database(f"sqlite+aiosqlite:///{made}")
            await migrate(database)
            await database.close()
            _templates["sqlite"] = made.read_bytes()
    Path(file).write_bytes(_templates["sqlite"])


async def build(
    database: Database,
    crowd: Crowd,
    now: datetime,
    *,
    service_url: str = "",
    conversations: dict[int, str] | None = None,
) -> None:
    """A new database with a crowd that agreed to everything and works around the clock.

    `service_url` is where Teams says that it is ("{}" for the tenant). `conversations`: those known already, by number.
    """
    await migrate(database)
    async with database.transaction() as db:
        organisation = await db.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
        places = [Workspace(platform=crowd.platform, key=key, name=key) for key in crowd.workspaces]
        db.add_all(places)
        for key in crowd.workspaces:
            if crowd.platform == "slack":
                token = Secrets(KEY).hide(crowd.token(key))
                db.add(SlackInstallation(key=key, name=key, token=token, bot_user_id=f"UBOT{key}", installed_at=now))
        await db.flush()
        known = {place.key: place.id for place in places}
        for model, rows in _rows(crowd, now, organisation or 0, service_url, known, conversations or {}):
            await db.execute(insert(model), rows)
    if database.dialect == "postgresql":
        await _numbers_go_on(database)


def _rows(
    crowd: Crowd,
    now: datetime,
    organisation: int,
    service_url: str,
    places: dict[str, int],
    conversations: dict[int, str],
) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    since = now - timedelta(days=200)
    for first in crowd.numbers[::_AT_ONCE]:
        ids = range(first, min(first + _AT_ONCE, crowd.numbers.stop))
        always = {"organisation_id": organisation, "joined_at": since, "working_days": "0123456"}
        always |= {"works_from": time(0), "works_until": LAST_SECOND}
        yield Person, [{"id": i, "name": crowd.name(i), **always} for i in ids]
        yield (
            Identity,
            [
                {"id": i, "workspace_id": places[crowd.workspace(i)], "account": crowd.account(i), "person_id": i}
                | {"conversation": conversations.get(i, "")}
                for i in ids
            ],
        )
        agreed = {"wording": WORDING, "given_at": since}
        yield Consent, [{"person_id": i, "purpose": p, **agreed} for i in ids for p in outbox.SPOKEN]
        if crowd.platform == "teams":
            yield TeamsConversation, [_met(crowd, i, service_url, conversations.get(i, "")) for i in ids]


def _met(crowd: Crowd, number: int, service_url: str, conversation: str) -> dict[str, Any]:
    tenant, account = crowd.workspace(number), crowd.account(number)
    where = {"service_url": service_url.format(tenant), "bot": f"28:{TEAMS_APP}"}
    where["user"] = opaque("29:1", TEAMS_APP, tenant, account)
    return {"tenant": tenant, "account": account, "conversation": conversation, **where}


async def _numbers_go_on(database: Database) -> None:
    """Rows that were given a number leave PostgreSQL's own counting behind."""
    async with database.transaction() as db:
        connection = await db.connection()
        for table in ("people", "identities", "workspaces"):
            await connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )


ANY_SIZE = 2**31 - 1
"""It was agreed to, however many it is for."""


async def broadcast(database: Database, now: datetime) -> None:
    """A broadcast to everybody, agreed to and due: whichever bot runs next starts it, by the real service.

    Its organiser has left, so that nobody of the crowd is sent how it goes.
    """
    async with database.transaction() as db:
        somewhere = await db.scalar(select(Organisation.id).order_by(Organisation.id).limit(1))
        organiser = Person(name="Olive", organisation_id=somewhere or 0, joined_at=now, left_at=now)
        db.add(organiser)
        await db.flush()
        made = Broadcast(organiser_id=organiser.id, title="The improvement day has a new room", created_at=now)
        made.body, made.state, made.send_at = "We meet in room 12.", READY, now
        made.size = ANY_SIZE
        db.add(made)


async def announce(
    database: Database,
    people: Sequence[int],
    now: datetime,
    *,
    subject: str = "12",
    kind: str = "prove.news",
    period: str = "",
) -> None:
    """One announcement to each, as a broadcast queues them: one statement, one transaction."""
    async with database.transaction() as db:
        await outbox.queue_many(db, [Due(kind, i, subject, now, period) for i in people])
