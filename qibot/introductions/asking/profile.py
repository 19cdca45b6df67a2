"""A person as others may see them. Rules do not speak: no chat here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions import service as champions
from qibot.champions.models import OPEN, Champion
from qibot.introductions.pairs import known_apart
from qibot.introductions.seen import Seen, before, visible, willing
from qibot.people import service as people
from qibot.people import topics
from qibot.people.models import Person, Topic
from qibot.projects import service as projects
from qibot.projects import visibility
from qibot.projects.models import Project

_PROJECTS = 3


@dataclass(frozen=True, slots=True)
class Profile:
    """Somebody's card. `works_on` and `helps_with` are labels of topics; `projects` are (number, title).

    `topic_id` is one that the viewer works on as well (0 = none); `apart` the entry of the viewer's own list that keeps
    them from this person (0 = none). `unnamed`: most others do not see the name. `mine`: the viewer's own.
    """

    person_id: int
    seen: Seen
    works_on: tuple[str, ...] = ()
    helps_with: tuple[str, ...] = ()
    offer: str = ""
    projects: tuple[tuple[int, str], ...] = ()
    topic_id: int = 0
    askable: bool = False
    apart: int = 0
    unnamed: bool = False
    mine: bool = False


async def named(db: AsyncSession, words: str, viewer: Person, workspace_id: int) -> list[Person]:
    """Those whom a name, or `@ACCOUNT` of this workspace, means, as far as `viewer` may look them up."""
    found = await people.find_people(db, words, workspace_id)
    allowed = await visible(db, viewer, [one.id for one in found])
    return [one for one in found if one.id in allowed]


async def profile(db: AsyncSession, person: Person, viewer: Person) -> Profile:
    """The card of somebody whom `viewer` may look up. Never how to reach them."""
    mine = person.id == viewer.id
    works_on = await topics.of_person(db, person.id)
    shared = {t.id for t in await topics.of_person(db, viewer.id)} & {t.id for t in works_on}
    offer = await db.get(Champion, person.id)
    standing = offer is not None and offer.stopped_at is None
    unnamed = offer is not None and offer.visibility != OPEN
    helps_with = await champions.topics_of(db, person.id) if standing else []
    led = await _led(db, person, viewer)
    apart = 0 if mine else (await known_apart(db, viewer.id, [person.id])).get(person.id, 0)
    return Profile(
        person.id,
        # Whoever may look them up knows the name; the rest is what anybody may see.
        replace(await before(db, person), name=person.name),
        _labels(works_on),
        _labels(helps_with),
        offer.offer if offer is not None and standing else "",
        tuple((p.id, p.title) for p in led[:_PROJECTS]),
        0 if mine else min(shared, default=0),
        askable=not mine and not apart and await willing(db, person.id),
        apart=apart,
        unnamed=unnamed,
        mine=mine,
    )


async def _led(db: AsyncSession, person: Person, viewer: Person) -> list[Project]:
    """What they lead. Where the title is all that is shown of a project, its lead is not."""
    led = [p for p in await projects.of_person(db, person.id, viewer) if p.lead_id == person.id]
    kept = await visibility.title_only(db, led, viewer)
    return [p for p in led if p.id not in kept]


def _labels(found: Sequence[Topic]) -> tuple[str, ...]:
    return tuple(t.label for t in found)
