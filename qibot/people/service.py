"""What may be done with people, consent, organisations and workspaces. Rules do not speak: no chat here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, joinedload

from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.people import names
from qibot.people.models import (
    Consent,
    Identity,
    Interest,
    Organisation,
    Person,
    Receipt,
    Workspace,
)
from qibot.people.topics import by_slug

WORDING = "2026-11"
"""The version of the consent sentences in `PURPOSES`. A changed sentence gets a new version."""

KEEP_RECEIPTS = timedelta(days=400)

PURPOSES: Mapping[str, str] = {
    "findable": "Others in the network may find me by what I work on",
    "introductions": "I may be asked for introductions, and introduced when I say yes",
    "nudges": "The bot may remind me of what I promised",
    "broadcasts": "Organisers may send me news of the network",
}


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody the bot has met: their account, where, and the person they are once joined."""

    identity: Identity
    workspace: Workspace
    person: Person | None


async def recognise(db: AsyncSession, platform: str, workspace: str, account: str) -> Known | None:
    """Who this account is; None when it was never seen. One query."""
    row = (await db.execute(_who(), {"platform": platform, "workspace": workspace, "account": account})).first()
    return Known(*row) if row else None


@cache
def _who() -> Select[Identity, Workspace, Person]:
    """Made once, as everything that comes in begins with it."""
    return (
        select(Identity, Workspace, Person)
        .join(Workspace, Identity.workspace_id == Workspace.id)
        .outerjoin(Person, Identity.person_id == Person.id)
        .options(joinedload(Person.organisation))
        .where(
            Workspace.platform == bindparam("platform"),
            Workspace.key == bindparam("workspace"),
            Identity.account == bindparam("account"),
        )
    )


async def meet(
    db: AsyncSession,
    platform: str,
    workspace: str,
    account: str,
    *,
    name: str,
    email: str,
    zone: str,
    guest: bool,
    opens: str = "",
) -> Known:
    """Remember an account seen for the first time, or one that is back (twice at once is once)."""
    place = await workspace_of(db, platform, workspace, opens=opens)
    await db.execute(
        insert_or_ignore(db, Identity).values(
            workspace_id=place.id,
            account=account,
            name=name[:120],
            email=email.lower()[:200],
            zone=zone,
            guest=guest,
        )
    )
    known = await recognise(db, platform, workspace, account)
    if known is None:
        raise RuntimeError("an account was written and is not there")
    known.identity.unreachable = ""
    return known


async def workspace_of(db: AsyncSession, platform: str, key: str, name: str = "", opens: str = "") -> Workspace:
    """The workspace's row, made when it is new; a removed one that speaks again is back."""
    await db.execute(insert_or_ignore(db, Workspace).values(platform=platform, key=key, name=name))
    found = (await db.scalars(select(Workspace).where(Workspace.platform == platform, Workspace.key == key))).one()
    if found.removed_at is not None:
        found.removed_at = None
        await db.execute(update(Identity).where(Identity.workspace_id == found.id).values(unreachable=""))
    if name:
        found.name = name[:120]
    if opens:
        found.opens = opens
    return found


async def workspace_removed(db: AsyncSession, platform: str, key: str, now: datetime) -> None:
    """The bot was removed from a workspace: nobody there can be reached until it is back."""
    await db.execute(
        update(Workspace)
        .where(Workspace.platform == platform, Workspace.key == key, Workspace.removed_at.is_(None))
        .values(removed_at=now)
    )


async def unreachable(db: AsyncSession, platform: str, workspace: str, account: str, reason: str) -> None:
    """That account cannot be written to, until it speaks again."""
    there = select(Workspace.id).where(Workspace.platform == platform, Workspace.key == workspace).scalar_subquery()
    await db.execute(
        update(Identity)
        .where(Identity.workspace_id == there, Identity.account == account)
        .values(unreachable=reason[:200])
    )


async def receive(db: AsyncSession, key: str, what: str, now: datetime) -> bool:
    """Note that something came in. False when the same thing has taken effect before."""
    made = await db.execute(
        insert_or_ignore(db, Receipt).values(key=key[:300], what=what[:80], at=now).returning(Receipt.key)
    )
    return made.first() is not None


async def sign_receipt(db: AsyncSession, key: str, person_id: int) -> None:
    """Say whose it was: never for what was done anonymously."""
    await db.execute(update(Receipt).where(Receipt.key == key[:300]).values(person_id=person_id))


async def forget_old_receipts(db: AsyncSession, now: datetime) -> None:
    """Receipts older than `KEEP_RECEIPTS` go: no platform repeats itself after that, and an audit is not for ever."""
    await db.execute(delete(Receipt).where(Receipt.at < now - KEEP_RECEIPTS))


@dataclass(frozen=True, slots=True)
class Joining:
    """What somebody says of themselves. `topics` are slugs; `purposes` those they said yes to."""

    name: str
    role: str
    place: str
    organisation_id: int
    contact: str
    topics: tuple[str, ...]
    purposes: tuple[str, ...]


async def join(db: AsyncSession, known: Known, said: Joining, now: datetime, organisers: Iterable[str] = ()) -> Person:
    """Join, or change what was said before. Raises `WrongFields`."""
    organisation = await db.get(Organisation, said.organisation_id)
    if organisation is None or organisation.closed_by(now.date()):
        raise WrongFields({"organisation": "Please choose one of those offered."})
    person = known.person
    if person is None:
        person = Person(name="", organisation_id=organisation.id, joined_at=now, email=known.identity.email)
        person.zone = known.identity.zone
        person.is_organiser = bool(person.email) and person.email in set(organisers)
        db.add(person)
    elif not person.here:
        person.left_at, person.joined_at = None, now
    person.name, person.role, person.place = said.name, said.role, said.place
    person.organisation_id, person.contact = organisation.id, said.contact
    person.organisation = organisation
    await db.flush()
    await db.execute(update(Identity).where(Identity.id == known.identity.id).values(person_id=person.id))
    await names.note(db, person)
    await set_interests(db, person.id, said.topics)
    await set_consents(db, person.id, said.purposes, now)
    return person


async def leave(db: AsyncSession, person: Person, now: datetime) -> None:
    """Leave the network: every consent is withdrawn at once."""
    person.left_at = now
    await names.note(db, person)
    await set_consents(db, person.id, (), now)


async def set_interests(db: AsyncSession, person_id: int, slugs: Iterable[str]) -> None:
    """The topics somebody works on become exactly these. Raises `WrongFields` for an unknown one."""
    wanted = set(slugs)
    topics = await by_slug(db, sorted(wanted))
    if len(topics) != len(wanted):
        raise WrongFields({"topics": "Please choose from those offered."})
    ids = {t.id for t in topics}
    had = set((await db.scalars(select(Interest.topic_id).where(Interest.person_id == person_id))).all())
    for topic_id in sorted(ids - had):
        db.add(Interest(person_id=person_id, topic_id=topic_id))
    for topic_id in had - ids:
        row = await db.get(Interest, (person_id, topic_id))
        await db.delete(row)


async def consents(db: AsyncSession, person_id: int) -> dict[str, Consent]:
    """What is agreed to now, by purpose."""
    rows = await db.scalars(select(Consent).where(Consent.person_id == person_id, Consent.withdrawn_at.is_(None)))
    return {row.purpose: row for row in rows}


async def set_consents(db: AsyncSession, person_id: int, purposes: Iterable[str], now: datetime) -> None:
    """Agree to exactly these purposes, in the present wording. Withdrawal takes effect at once."""
    wanted = set(purposes)
    if not wanted <= PURPOSES.keys():
        raise WrongFields({"purposes": "Please choose from those offered."})
    had = await consents(db, person_id)
    for purpose, row in had.items():
        if purpose not in wanted:
            row.withdrawn_at = now
    for purpose in sorted(wanted - had.keys()):
        db.add(Consent(person_id=person_id, purpose=purpose, wording=WORDING, given_at=now))


async def withdraw(db: AsyncSession, person_id: int, purpose: str, now: datetime) -> bool:
    """Withdraw one consent at once. False when there was none."""
    row = (await consents(db, person_id)).get(purpose)
    if row is None:
        return False
    row.withdrawn_at = now
    return True


async def agrees(db: AsyncSession, person_id: int, purpose: str) -> bool:
    """Whether somebody agrees to `purpose` now."""
    return purpose in await consents(db, person_id)


async def person(db: AsyncSession, person_id: int) -> Person:
    """Somebody with their organisation. Raises `NotFound` for nobody, for those who left and for the erased."""
    # A query: `get` gives somebody who was read before as they were read, without what is asked for here.
    query = select(Person).where(Person.id == person_id).options(joinedload(Person.organisation))
    found = await db.scalar(query)
    if found is None or not found.here:
        raise NotFound("I cannot find that person in the network.")
    return found


async def account_in(db: AsyncSession, person_id: int, workspace_id: int) -> str:
    """Somebody's account in that workspace, or "" when they have none there (then only their name can be shown)."""
    found = await db.scalar(
        select(Identity.account).where(Identity.person_id == person_id, Identity.workspace_id == workspace_id)
    )
    return found or ""


@dataclass(frozen=True, slots=True)
class Together:
    """How two people can meet within their chats. `workspace` and `account`, the other's, are "" unless they share one;
    `address` is the e-mail address of the other's account, "" unless both have a chat of the same kind.
    """

    workspace: str = ""
    account: str = ""
    address: str = ""


async def together(db: AsyncSession, person_id: int, other_id: int) -> Together:
    """How `person_id` can meet `other_id`: in a workspace of both before anywhere else."""
    mine, here, theirs, there = aliased(Identity), aliased(Workspace), aliased(Identity), aliased(Workspace)
    query = (
        select(here.id == there.id, there.key, theirs.account, theirs.email)
        .select_from(mine)
        .join(here, (here.id == mine.workspace_id) & here.removed_at.is_(None))
        .join(there, (there.platform == here.platform) & there.removed_at.is_(None))
        .join(theirs, theirs.workspace_id == there.id)
        .where(mine.person_id == person_id, theirs.person_id == other_id)
        .order_by((here.id == there.id).desc(), there.id, theirs.id)
        .limit(1)
    )
    shared, key, account, address = (await db.execute(query)).first() or (False, "", "", "")
    return Together(key, account, address) if shared else Together(address=address)


async def make_organiser(db: AsyncSession, email: str) -> Person:
    """Make the member with this e-mail address an organiser. Raises `NotFound`, or `Refused` when two have it."""
    found = await by_email(db, email)
    found.is_organiser = True
    return found


async def by_email(db: AsyncSession, email: str) -> Person:
    """The member with this e-mail address. Raises `NotFound`, or `Refused` when two have it."""
    found = (await db.scalars(select(Person).where(Person.email == email.lower(), Person.left_at.is_(None)))).all()
    if not found:
        raise NotFound(f"Nobody with the address {email} has joined yet.")
    if len(found) > 1:
        raise Refused(f"{len(found)} people have the address {email}.")
    return found[0]


async def organisers(db: AsyncSession) -> list[Person]:
    """Everybody who organises, by name."""
    return list(
        await db.scalars(
            select(Person)
            .where(Person.is_organiser, Person.left_at.is_(None))
            .options(joinedload(Person.organisation))
            .order_by(Person.name)
        )
    )


async def find_people(db: AsyncSession, words: str, workspace_id: int) -> list[Person]:
    """Members that `@ACCOUNT` of this workspace, or a name, means; only those who agreed to be found."""
    query = (
        select(Person)
        .options(joinedload(Person.organisation))
        .where(Person.left_at.is_(None), Person.erased_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    if words.startswith("@"):
        known = select(Identity.person_id).where(Identity.workspace_id == workspace_id, Identity.account == words[1:])
        return list(await db.scalars(query.where(Person.id.in_(known))))
    findable = select(Consent.person_id).where(Consent.purpose == "findable", Consent.withdrawn_at.is_(None))
    named = query.where(Person.id.in_(findable)).limit(20)
    wanted = words.strip().casefold()
    exact = list(await db.scalars(named.where(func.lower(Person.name) == wanted)))
    return exact or list(await db.scalars(named.where(func.lower(Person.name).contains(wanted, autoescape=True))))
