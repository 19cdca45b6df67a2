"""What a champion is besides: coach, sponsor, service-user partner; and what of somebody is shown to others.

A service-user partner has lived experience of care. The data about them are minimal: others are shown neither role nor
organisation, the name only as they choose, and nobody asks them for a reason.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from qibot.champions.finding.models import Knows
from qibot.champions.models import HIDDEN, OPEN, Champion, ChampionTopic
from qibot.champions.standing import MONTH, has_room, offered
from qibot.errors import WrongFields
from qibot.people.models import Person, Topic

COACH, SPONSOR, PARTNER = "coach", "sponsor", "partner"
PARTNER_ROLE = "Service-user partner"
"""What is shown of a partner in the place of role and organisation."""
PAGE = 5
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_TRAINED = re.compile(r"(?:(?P<name>[A-Za-z]{3,9})\.?\s+|(?P<number>[0-9]{1,2})\s*[/.-]\s*)?(?P<year>[0-9]{4})")


@dataclass(frozen=True, slots=True)
class Roles:
    """What somebody says they are besides being a champion; `trained` is "", "2018" or "March 2018"."""

    coach: bool = False
    trained: str = ""
    coaching: bool = False
    sponsor: bool = False
    partner: bool = False


def said(chosen: tuple[str, ...], trained: str, coaching: bool, today: date) -> Roles:
    """Roles from what was filled in. When a coach was trained and whether they coach now says nothing of anybody else.

    Raises `WrongFields`.
    """
    coach = COACH in chosen
    when = _when(trained, today) if coach and trained else ""
    return Roles(coach, when, coach and coaching, SPONSOR in chosen, PARTNER in chosen)


def _when(words: str, today: date) -> str:
    """ "March 2018" of "mar 2018" and "03/2018"; "2018" of "2018"."""
    found = _TRAINED.fullmatch(words.strip())
    month = 0
    if found and found["name"]:
        names = [n for n, name in enumerate(_MONTHS, 1) if name.lower().startswith(found["name"].lower())]
        month = names[0] if names else 13
    elif found and found["number"]:
        month = int(found["number"]) or 13
    if not found or month > 12 or not (1970, 1) <= (int(found["year"]), month or 1) <= (today.year, today.month):
        sentence = "Please give a year, or a month and a year that is past, such as March 2018."
        raise WrongFields({"trained": sentence})
    return f"{_MONTHS[month - 1]} {found['year']}" if month else found["year"]


def chosen(champion: Champion | Roles) -> tuple[str, ...]:
    """The roles of an offer, as the form has them."""
    ticked = ((champion.coach, COACH), (champion.sponsor, SPONSOR), (champion.partner, PARTNER))
    return tuple(role for yes, role in ticked if yes)


def roles_of(champion: Champion | Roles) -> tuple[str, ...]:
    """What others are shown: "coach, trained March 2018, coaching now", "sponsor", "service-user partner"."""
    trained = f", trained {champion.trained}" if champion.trained else ""
    now = ", coaching now" if champion.coaching else ""
    words = {COACH: f"coach{trained}{now}", SPONSOR: "sponsor", PARTNER: PARTNER_ROLE.lower()}
    return tuple(words[role] for role in chosen(champion))


@dataclass(frozen=True, slots=True)
class Face:
    """What others may see of somebody whom they have not been introduced to. What may not be shown is ""."""

    name: str
    role: str
    organisation: str
    place: str


def face(person: Person, offer: Champion | None) -> Face:
    """Of a person, with their organisation loaded, and their offer. The name only as an open champion shows it: whoever
    asks has to know that it is offered, or else drop the name.
    """
    standing = offer if offer is not None and offer.stopped_at is None else None
    name = person.name if standing is not None and standing.visibility == OPEN else ""
    if standing is not None and standing.partner:
        return Face(name, PARTNER_ROLE, "", person.place)
    return Face(name, person.role, person.organisation.short_name, person.place)


# ---- Coaches and partners who may be asked


@dataclass(frozen=True, slots=True)
class Listed:
    """A coach or partner in a list, with what they help with."""

    person_id: int
    face: Face
    roles: tuple[str, ...]
    topics: tuple[str, ...]
    offer: str
    same_organisation: bool


async def listing(
    db: AsyncSession, role: str, *, asker: Person | None, now: datetime, today: date, page: int = 1
) -> tuple[list[Listed], bool]:
    """One page of the coaches or partners who may be asked, and whether there are more. Other organisations first,
    then who coaches now, then who was not asked for longest.
    """
    is_one = Champion.coach if role == COACH else Champion.partner
    # Nor may the order tell where a partner is.
    home = asker.organisation_id if asker else 0
    same = case(((Person.organisation_id == home) & Champion.partner.is_(False), 1), else_=0)
    turn = select(func.max(Knows.turn)).where(Knows.person_id == Champion.person_id)
    query = (
        select(Champion, same)
        .join(Person, Person.id == Champion.person_id)
        .options(joinedload(Champion.person).joinedload(Person.organisation))
        .where(is_one, *offered(today), has_room(now - MONTH), Champion.visibility != HIDDEN)
        .where(Person.id != (asker.id if asker else 0))
        .order_by(same, Champion.coaching.desc(), turn.scalar_subquery(), Champion.person_id)
        .offset((page - 1) * PAGE)
        .limit(PAGE + 1)
    )
    rows = (await db.execute(query)).all()
    topics = await _topics(db, [row[0].person_id for row in rows[:PAGE]])
    found = [
        Listed(
            one.person_id, face(one.person, one), roles_of(one), topics.get(one.person_id, ()), one.offer, bool(here)
        )
        for one, here in rows[:PAGE]
    ]
    return found, len(rows) > PAGE


async def _topics(db: AsyncSession, people: list[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(ChampionTopic.person_id, Topic.label)
        .join(Topic, Topic.id == ChampionTopic.topic_id)
        .where(ChampionTopic.person_id.in_(people), Topic.retired_at.is_(None))
        .order_by(Topic.label)
    )
    found: dict[int, tuple[str, ...]] = {}
    for person_id, label in await db.execute(query):
        found[person_id] = (*found.get(person_id, ()), label)
    return found
