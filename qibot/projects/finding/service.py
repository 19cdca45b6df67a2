"""Which projects words speak of, and which look like one that somebody is about to register. Rules do not speak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.people.models import Person, Topic
from qibot.people.topics import Match, vocabulary
from qibot.projects.finding import alike, queries
from qibot.projects.finding.alike import Work
from qibot.projects.finding.queries import Sought
from qibot.projects.models import Project
from qibot.projects.service import PAGE, Card, Described, cards, loaded, topics_for
from qibot.projects.words import fold, quoted
from qibot.vocabulary.text import stem

LOOKALIKES = 3
CANDIDATES = 120
"""Projects whose words are looked at one by one: those that have most words and topics in common with what is said."""
LOOKED_FOR = 10
"""Words of a project by which others are looked for: the rarest."""
_TELLING = 2
"""Shared words that are reason enough; with fewer, one that says the same in other letters is shown too."""
_HERE = 0.02
"""The same place decides only between two that look alike as much."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a search came to: the topics the words were read as, one page of projects, whether there are more."""

    topics: tuple[Match, ...]
    hits: tuple[Card, ...]
    more: bool
    nearest: tuple[Match, ...]


async def search(db: AsyncSession, words: str, *, viewer: Person | None = None, page: int = 1) -> Results:
    """Projects of every organisation about the topic that `words` name, or that have them in their titles and aims, in
    the names of their people or in their stories; best first.
    """
    held = await vocabulary(db)
    reading = held.read(words)
    terms = queries.sought(words, reading.repaired)
    query = queries.projects(terms, [m.topic_id for m in reading.topics], viewer)
    nearest = () if reading.topics else tuple(held.nearest(words))
    if query is None:
        return Results(reading.topics, (), False, nearest)
    rows = (await db.scalars(loaded(query).offset((page - 1) * PAGE).limit(PAGE + 1))).all()
    found = await cards(db, rows[:PAGE], viewer)
    labels = {m.topic_id: m.label for m in reading.topics}
    hits = await _with_reasons(db, found, labels, terms)
    return Results(reading.topics, hits, len(rows) > PAGE, nearest)


async def _with_reasons(
    db: AsyncSession, found: Sequence[Card], labels: Mapping[int, str], terms: Sequence[Sought]
) -> tuple[Card, ...]:
    """Why each is found; more than what a title says only of those that are shown whole."""
    open_ids = [card.project.id for card in found if not card.title_only]
    called = await queries.called(db, open_ids, terms)
    told = await queries.told(db, open_ids, terms)
    hits = []
    for card in found:
        why = [f"about {t.label}" for t in card.topics if t.id in labels]
        if said := saying(card.project.words, terms):
            why.append(f"says {quoted(said)}")
        why += [
            f"with {name}"
            for name in called.get(card.project.id, ())
            if card.project.lead is None or name != card.project.lead.name
        ]
        if card.project.id in told and not said:
            why.append("its story says so")
        hits.append(replace(card, why=tuple(why)))
    return tuple(hits)


def saying(folded: str, terms: Sequence[Sought]) -> list[str]:
    """The words of a folded text that were looked for, or begin like one that was."""
    stems = tuple(term.stem for term in terms if len(term.stem) >= queries.LONG_ENOUGH)
    exact = {term.stem for term in terms}
    return [word for word in folded.split() if stem(word) in exact or (stems and stem(word).startswith(stems))]


# ---- Looking alike


async def lookalikes(db: AsyncSession, lead: Person, said: Described) -> tuple[Card, ...]:
    """Up to three projects of others, of those that `lead` may know of, that look like what is said; each with why.

    Nothing is saved. Raises `WrongFields` for topics that nobody offered.
    """
    topics, _ = await topics_for(db, said)
    mine = alike.work(said.title, said.aim)
    text = f"{said.title} {said.aim}"
    rows = await queries.candidates(
        db, queries.sought(text, most=LOOKED_FOR), [t.id for t in topics], lead, most=CANDIDATES
    )
    works = [alike.work(row.title, row.aim) for row in rows]
    near: list[tuple[float, int, Work]] = []
    for row, work, share in zip(rows, works, alike.shares(mine, works), strict=True):
        if share >= alike.ENOUGH:
            here = _HERE if said.place and row.place.casefold() == said.place.casefold() else 0.0
            near.append((share + here, row.id, work))
    best = sorted(near, key=lambda one: (-one[0], one[1]))[:LOOKALIKES]
    shown = await db.scalars(loaded(select(Project).where(Project.id.in_([one[1] for one in best]))))
    by_id = {card.project.id: card for card in await cards(db, list(shown), lead)}
    labels = {t.id: t for t in topics}
    return tuple(
        replace(by_id[project_id], why=_alike(by_id[project_id], labels, mine, work, said.place))
        for _, project_id, work in best
    )


def _alike(card: Card, topics: Mapping[int, Topic], mine: Work, other: Work, place: str) -> tuple[str, ...]:
    why = [f"also about {t.label}" for t in card.topics if t.id in topics]
    shared = alike.shared(mine, other)
    said = [word for word in fold(f"{card.project.title} {card.project.aim}").split() if stem(word) in shared]
    pair = alike.other_words(mine, other) if len(shared) < _TELLING else None
    if said:
        why.append(f"also says {quoted(said)}")
    if pair:
        why.append(f"says “{pair[1]}” where you say “{pair[0]}”")
    if place and place.casefold() == card.project.place.casefold():
        why.append(f"also in {card.project.place}")
    return tuple(why) or ("much the same in other words",)
