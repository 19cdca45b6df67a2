"""Organisations: which there are, which closed or merged, who probably belongs to which. Rules do not speak."""

import re
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.claims import row_id
from qibot.errors import WrongFields
from qibot.people.models import Organisation, OrganisationDomain, Person
from qibot.people.service import Known
from qibot.people.versions import ORGANISATIONS, has_changed

_ODS = re.compile(r"[A-Z0-9]{1,9}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
SHARED_DOMAINS = frozenset(
    {"nhs.net", "gmail.com", "outlook.com", "hotmail.com", "hotmail.co.uk", "yahoo.co.uk", "icloud.com"}
)
"""Addresses that say nothing of where somebody works."""


async def open_organisations(db: AsyncSession, day: date) -> list[Organisation]:
    """Those that people can belong to on `day`, by name."""
    rows = await db.scalars(select(Organisation).order_by(Organisation.name))
    return [o for o in rows if not o.closed_by(day)]


async def likely_organisation(db: AsyncSession, known: Known, day: date) -> Organisation | None:
    """Where somebody probably works: their e-mail's domain, else their workspace's own organisation."""
    domain = known.identity.email.rpartition("@")[2]
    owner = await db.get(OrganisationDomain, domain) if domain else None
    found = owner.organisation_id if owner else known.workspace.organisation_id
    organisation = await db.get(Organisation, found) if found else None
    while organisation is not None and organisation.closed_by(day):
        # Merged organisations keep their history; their people belong to what they became.
        after = organisation.merged_into_id
        organisation = await db.get(Organisation, after) if after else None
    return organisation


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
    await has_changed(db, ORGANISATIONS)
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


async def one(db: AsyncSession, number: str) -> Organisation | None:
    """An organisation by what a form's choice holds; None for anything else."""
    return await db.get(Organisation, row_id(number))


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
