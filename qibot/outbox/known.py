"""All that decides about a batch of deliveries, read in a few queries however many rows it has.

Columns, and no entities: whoever builds a message reads people in the same session, with all that they need of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.hours import WorkingWeek
from qibot.outbox.models import EVERYTHING, SENDING, SENT, Delivery, Lane, StoppedKind
from qibot.outbox.service import RUNS, WEEK, Standing
from qibot.people.models import Consent, Identity, Person, Workspace, working_week


@dataclass(frozen=True, slots=True)
class Reader:
    """What counts of somebody who is written to. `here`: still in the network."""

    here: bool
    paused_until: date | None
    week: WorkingWeek


@dataclass(frozen=True, slots=True)
class Way:
    """An account of a person. `open`: the app is still installed there and the account can be reached."""

    identity_id: int
    workspace_id: int
    platform: str
    workspace: str
    account: str
    conversation: str
    open: bool

    @property
    def lanes(self) -> tuple[str, str]:
        """The keys of its workspace's lane and its own."""
        return workspace_lane(self.workspace_id), f"i:{self.identity_id}"


def workspace_lane(workspace_id: int) -> str:
    """The lane's key."""
    return f"w:{workspace_id}"


@dataclass(frozen=True)
class Known:
    """All that is needed to decide about a batch."""

    people: Mapping[int, Reader]
    ways: Mapping[int, Sequence[Way]]
    agreed: Collection[tuple[int, str]]
    stopped: Collection[tuple[int, str]]
    lately: Mapping[int, Sequence[tuple[str, datetime]]]
    busy: Mapping[str, datetime]

    def account(self, person_id: int, workspace_id: int) -> str:
        """Where somebody can be reached in that workspace; "" when they cannot."""
        ways = self.ways.get(person_id, ())
        return next((way.account for way in ways if way.workspace_id == workspace_id and way.open), "")

    def standing(self, row: Delivery, purpose: str, *, person_id: int, reachable: bool) -> Standing:
        """Of the person of `row`, or of another who gets it too."""
        person = self.people[person_id]
        return Standing(
            here=person.here,
            reachable=reachable,
            agreed=purpose == RUNS or (person_id, purpose) in self.agreed,
            stopped=not {(person_id, row.kind), (person_id, EVERYTHING)}.isdisjoint(self.stopped),
            paused_until=person.paused_until,
            week=person.week,
            lately=[at for mark, at in self.lately.get(person_id, ()) if mark != row.id],
        )

    def busy_until(self, way: Way) -> datetime | None:
        """When the way is free again; None when it is."""
        return max((self.busy[key] for key in way.lanes if key in self.busy), default=None)


async def look_up(
    db: AsyncSession, rows: Iterable[Delivery], now: datetime, nudges: Sequence[str], others: Iterable[int] = ()
) -> Known:
    """What may decide about `rows`. `nudges` are the kinds that count to the weekly cap; `others` are people who get
    one of them too.
    """
    ids = sorted({row.person_id for row in rows} | set(others))
    agreed = select(Consent.person_id, Consent.purpose).where(
        Consent.person_id.in_(ids), Consent.withdrawn_at.is_(None)
    )
    stops = select(StoppedKind.person_id, StoppedKind.kind).where(StoppedKind.person_id.in_(ids))
    ways = await look_up_ways(db, ids)
    return Known(
        people=await _readers(db, ids),
        ways=ways,
        agreed=set(await db.execute(agreed)),
        stopped=set(await db.execute(stops)),
        lately=await _lately(db, ids, now, nudges),
        busy=await busy_lanes(db, sorted({key for some in ways.values() for way in some for key in way.lanes}), now),
    )


async def look_up_ways(db: AsyncSession, person_ids: Sequence[int]) -> dict[int, list[Way]]:
    """Every account of these people; open ones first, and of those the ones with a conversation already."""
    columns = Identity.person_id, Identity.id, Identity.account, Identity.conversation, Identity.unreachable
    query = (
        select(*columns, Workspace.id, Workspace.platform, Workspace.key, Workspace.removed_at)
        .join(Workspace, Workspace.id == Identity.workspace_id)
        .where(Identity.person_id.in_(person_ids))
        .order_by(Identity.conversation == "", Identity.id)
    )
    found: dict[int, list[Way]] = defaultdict(list)
    for person_id, mark, account, conversation, unreachable, place, platform, key, removed_at in await db.execute(
        query
    ):
        is_open = removed_at is None and not unreachable
        found[cast(int, person_id)].append(Way(mark, place, platform, key, account, conversation, is_open))
    return {person_id: sorted(ways, key=lambda way: not way.open) for person_id, ways in found.items()}


async def _readers(db: AsyncSession, person_ids: Sequence[int]) -> dict[int, Reader]:
    week = Person.working_days, Person.works_from, Person.works_until, Person.zone
    query = select(Person.id, Person.left_at, Person.erased_at, Person.paused_until, *week)
    return {
        mark: Reader(left_at is None and erased_at is None, paused_until, working_week(*works))
        for mark, left_at, erased_at, paused_until, *works in await db.execute(query.where(Person.id.in_(person_ids)))
    }


async def _lately(
    db: AsyncSession, person_ids: Sequence[int], now: datetime, nudges: Sequence[str]
) -> dict[int, list[tuple[str, datetime]]]:
    # One that is with a platform just now counts as well: it may have arrived.
    went = func.coalesce(Delivery.sent_at, Delivery.handed_at, type_=Delivery.sent_at.type)
    query = select(Delivery.person_id, Delivery.id, went).where(
        Delivery.person_id.in_(person_ids),
        Delivery.kind.in_(nudges),
        Delivery.state.in_((SENT, SENDING)),
        went > now - WEEK,
    )
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for person_id, mark, at in await db.execute(query):
        found[person_id].append((mark, at))
    return found


async def busy_lanes(db: AsyncSession, keys: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Those of the lanes that are not free, and until when."""
    query = select(Lane.key, Lane.free_at).where(Lane.key.in_(keys), Lane.free_at > now)
    return dict((await db.execute(query)).all())
