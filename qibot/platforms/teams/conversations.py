"""Where people can be written to in Teams: what validated activities said of them, for when the bot speaks first."""

from collections import OrderedDict
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Index, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from qibot.clock import Clock
from qibot.database import Base, Database, insert_or_ignore

MOST_REMEMBERED = 10_000


class TeamsConversation(Base):
    """One person of one tenant. `user` and `bot` are Teams' own ids (29:…, 28:…) in that tenant."""

    __tablename__ = "teams_conversations"
    __table_args__ = (Index("ix_teams_conversations_tenant_user", "tenant", "user"),)

    tenant: Mapped[str] = mapped_column(String(80), primary_key=True)
    account: Mapped[str] = mapped_column(String(120), primary_key=True)
    service_url: Mapped[str] = mapped_column(String(300))
    bot: Mapped[str] = mapped_column(String(200))
    user: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(120), default="")
    conversation: Mapped[str] = mapped_column(String(300), default="")
    seen_in: Mapped[str] = mapped_column(String(300), default="")
    welcomed_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Reference:
    """How to reach somebody. `conversation` is their own with the bot ("" until there is one); `seen_in` is where they
    spoke last. `service_url` came in an activity that the guard let through, and from nowhere else.
    """

    service_url: str
    bot: str
    user: str
    name: str = ""
    conversation: str = ""
    seen_in: str = ""


class Conversations:
    """Remembers references; writes only when something changed, so that a command costs no write."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._written: OrderedDict[tuple[str, str], Reference] = OrderedDict()

    async def find(self, tenant: str, account: str) -> Reference | None:
        """What is known of somebody now, by whichever process."""
        async with self._database.transaction(reading=True) as db:
            row = await db.get(TeamsConversation, (tenant, account))
        if row is None:
            return None
        return Reference(row.service_url, row.bot, row.user, row.name, row.conversation, row.seen_in)

    async def remember(self, tenant: str, account: str, seen: Reference, *, surely: bool = False) -> Reference:
        """Keep what an activity said, and give what is known in all.

        `surely`: write it even if nothing changed here, for another process may have forgotten them.
        """
        before = None if surely else self._written.get((tenant, account))
        whole = replace(seen, conversation=seen.conversation or (before.conversation if before else ""))
        if before != whole:
            whole = await self._write(tenant, account, seen)
            self._written[tenant, account] = whole
            while len(self._written) > MOST_REMEMBERED:
                self._written.popitem(last=False)
        return whole

    async def _write(self, tenant: str, account: str, seen: Reference) -> Reference:
        values = {**asdict(seen), "name": seen.name[:120]}
        if not seen.conversation:
            # Who speaks in a channel still has their own conversation.
            del values["conversation"]
        whose = (TeamsConversation.tenant == tenant, TeamsConversation.account == account)
        async with self._database.transaction() as db:
            made = insert_or_ignore(db, TeamsConversation)
            await db.execute(made.values(tenant=tenant, account=account, **{"conversation": "", **values}))
            await db.execute(update(TeamsConversation).where(*whose).values(**values))
            kept = await db.scalar(select(TeamsConversation.conversation).where(*whose))
        return replace(seen, conversation=kept or "")

    async def to_welcome(self, tenant: str, account: str) -> bool:
        """Whether they are still to be welcomed; asked once since they installed the bot, true once."""
        query = update(TeamsConversation).where(
            TeamsConversation.tenant == tenant,
            TeamsConversation.account == account,
            TeamsConversation.welcomed_at.is_(None),
        )
        query = query.values(welcomed_at=self._clock.now()).returning(TeamsConversation.account)
        async with self._database.transaction() as db:
            return (await db.execute(query)).first() is not None

    async def forget(self, tenant: str, account: str) -> None:
        """They removed the bot."""
        self._written.pop((tenant, account), None)
        whose = (TeamsConversation.tenant == tenant, TeamsConversation.account == account)
        async with self._database.transaction() as db:
            await db.execute(delete(TeamsConversation).where(*whose))

    async def accounts(self, tenant: str, users: list[str]) -> dict[str, str]:
        """Accounts by Teams' own ids of people, of those that are known."""
        if not users:
            return {}
        query = select(TeamsConversation.user, TeamsConversation.account).where(
            TeamsConversation.tenant == tenant, TeamsConversation.user.in_(users)
        )
        async with self._database.transaction(reading=True) as db:
            return {row.user: row.account for row in await db.execute(query)}
