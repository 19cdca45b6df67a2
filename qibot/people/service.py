"""What may be done with people, consent, organisations and workspaces. Rules do not speak: no chat here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.database import insert_or_ignore
from qibot.errors import NotFound, Refused, WrongFields
from qibot.people.models import (
    Consent,
    Identity,
    Interest,
    Organisation,
    OrganisationDomain,
    Person,
    Receipt,
    Topic,
    Workspace,
)

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
) -> Known:
    """Remember an account seen for the first time, or one that is back (twice at once is once)."""
    place = await workspace_of(db, platform, workspace)
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


async def workspace_of(db: AsyncSession, platform: str, key: str, name: str = "") -> Workspace:
    """The workspace's row, made when it is new; a removed one that speaks again is back."""
    await db.execute(insert_or_ignore(db, Workspace).values(platform=platform, key=key, name=name))
    found = (await db.scalars(select(Workspace).where(Workspace.platform == platform, Workspace.key == key))).one()
    if found.removed_at is not None:
        found.removed_at = None
        await db.execute(update(Identity).where(Identity.workspace_id == found.id).values(unreachable=""))
    if name:
        found.name = name[:120]
    return found


async def workspace_removed(db: AsyncSession, platform: str, key: str, now: datetime) -> None:
    """The bot was removed from a workspace: nobody there can be reached until it is back."""
    await db.execute(
        update(Workspace)
        .where(Workspace.platform == platform, Workspace.key == key, Workspace.removed_at.is_(None))
        .values(removed_at=now)
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
    if organisation is None or is_closed(organisation, now.date()):
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
    await set_interests(db, person.id, said.topics)
    await set_consents(db, person.id, said.purposes, now)
    return person


async def leave(db: AsyncSession, person: Person, now: datetime) -> None:
    """Leave the network: every consent is withdrawn at once."""
    person.left_at = now
    await set_consents(db, person.id, (), now)


async def set_interests(db: AsyncSession, person_id: int, slugs: Iterable[str]) -> None:
    """The topics somebody works on become exactly these. Raises `WrongFields` for an unknown one."""
    wanted = set(slugs)
    topics = (await db.scalars(select(Topic).where(Topic.slug.in_(wanted)))).all()
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
    found = await db.get(Person, person_id, options=[joinedload(Person.organisation)])
    if found is None or not found.here:
        raise NotFound("I cannot find that person in the network.")
    return found


async def account_in(db: AsyncSession, person_id: int, workspace_id: int) -> str:
    """Somebody's account in that workspace, or "" when they have none there (then only their name can be shown)."""
    found = await db.scalar(
        select(Identity.account).where(Identity.person_id == person_id, Identity.workspace_id == workspace_id)
    )
    return found or ""


def is_closed(organisation: Organisation, day: date) -> bool:
    """Whether it had closed or merged by `day`."""
    return organisation.closed_on is not None and organisation.closed_on <= day


async def open_organisations(db: AsyncSession, day: date) -> list[Organisation]:
    """Those that people can belong to on `day`, by name."""
    rows = await db.scalars(select(Organisation).order_by(Organisation.name))
    return [o for o in rows if not is_closed(o, day)]


async def likely_organisation(db: AsyncSession, known: Known, day: date) -> Organisation | None:
    """Where somebody probably works: their e-mail's domain, else their workspace's own organisation."""
    domain = known.identity.email.rpartition("@")[2]
    owner = await db.get(OrganisationDomain, domain) if domain else None
    found = owner.organisation_id if owner else known.workspace.organisation_id
    organisation = await db.get(Organisation, found) if found else None
    while organisation is not None and is_closed(organisation, day):
        # Merged organisations keep their history; their people belong to what they became.
        after = organisation.merged_into_id
        organisation = await db.get(Organisation, after) if after else None
    return organisation


async def make_organiser(db: AsyncSession, email: str) -> Person:
    """Make the member with this e-mail address an organiser. Raises `NotFound`, or `Refused` when two have it."""
    found = (await db.scalars(select(Person).where(Person.email == email.lower(), Person.left_at.is_(None)))).all()
    if not found:
        raise NotFound(f"Nobody with the address {email} has joined yet.")
    if len(found) > 1:
        raise Refused(f"{len(found)} people have the address {email}.")
    found[0].is_organiser = True
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


_ODS = re.compile(r"[A-Z0-9]{1,9}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
SHARED_DOMAINS = frozenset(
    {"nhs.net", "gmail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "yahoo.co.uk", "icloud.com"}
)
"""Addresses that say nothing of where somebody works."""


async def add_organisation(
    db: AsyncSession, *, name: str, short_name: str, kind: str, place: str, ods_code: str
) -> Organisation:
    """A new organisation. ODS codes: 1-9 letters and digits (NHS Organisation Data Service). Raises `WrongFields`."""
    code = ods_code.upper() or None
    if code and not _ODS.fullmatch(code):
        raise WrongFields({"ods_code": "An ODS code has one to nine letters and digits."})
    if code and await db.scalar(select(Organisation.id).where(Organisation.ods_code == code)):
        raise WrongFields({"ods_code": "There is an organisation with this code already."})
    if await db.scalar(select(Organisation.id).where(func.lower(Organisation.name) == name.lower())):
        raise WrongFields({"name": "There is an organisation of this name already."})
    made = Organisation(name=name, short_name=short_name, kind=kind, place=place, ods_code=code)
    db.add(made)
    await db.flush()
    return made


async def give_domain(db: AsyncSession, domain: str, organisation: Organisation) -> None:
    """People with addresses at this domain probably work there. Raises `WrongFields`."""
    domain = domain.lower().lstrip("@")
    if not _DOMAIN.fullmatch(domain):
        raise WrongFields({"domain": "A domain looks like bedfordhospice.org.uk."})
    if domain in SHARED_DOMAINS:
        raise WrongFields({"domain": f"{domain} is shared by many organisations."})
    row = await db.get(OrganisationDomain, domain)
    if row is not None and row.organisation_id != organisation.id:
        raise WrongFields({"domain": f"{domain} belongs to another organisation already."})
    if row is None:
        db.add(OrganisationDomain(domain=domain, organisation_id=organisation.id))
        await db.flush()


async def all_organisations(db: AsyncSession) -> list[Organisation]:
    """Every organisation, those that closed included, by place and name."""
    return list(await db.scalars(select(Organisation).order_by(Organisation.place, Organisation.name)))


async def find_organisations(db: AsyncSession, words: str) -> list[Organisation]:
    """By ODS code, short name or name exactly; else every one whose name holds the words."""
    wanted = words.strip().casefold()
    rows = await all_organisations(db)
    exact = [o for o in rows if wanted in {(o.ods_code or "").casefold(), o.short_name.casefold(), o.name.casefold()}]
    return exact or [o for o in rows if wanted and wanted in f"{o.name} {o.short_name}".casefold()]


async def members_of(db: AsyncSession, organisation_id: int) -> int:
    """How many people of an organisation are in the network."""
    query = select(func.count()).where(Person.organisation_id == organisation_id, Person.left_at.is_(None))
    return await db.scalar(query) or 0


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
