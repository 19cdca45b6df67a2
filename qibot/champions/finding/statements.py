"""The statements of a search. Each is made once: making one takes longer than answering it.

They say the same however many things are asked for, so that a database plans them once: lists travel as JSON. People
known for a topic are walked in the order in which they are shown, and no further than to the last who is taken.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased

from qibot.champions.finding.models import Evidence, EvidenceTopic, EvidenceWord, Knows
from qibot.champions.models import HIDDEN, Champion
from qibot.champions.standing import has_time, here, stands
from qibot.database import among
from qibot.people.models import Organisation, Person

Rows = Select[*tuple[Any, ...]]

CANDIDATES = 25
"""People taken for one topic, and pieces of evidence for words: enough for some pages, never the whole network."""
COMMON = 200
"""A word that more pieces of evidence hold says too little about each."""
SLOTS = 8
"""Words of a question that are looked for."""
SCANNED = 250
"""People of each of two topics who are looked at whether they are known for both."""
SPELT = 3
"""Ways in which a place is written."""

TOPICS = ("topic0", "topic1", "topic2")
"""The parameters of topics; 0 asks for none."""

_knows = cast(Table, Knows.__table__)
_HOME: Any = bindparam("home")


def number(value: int) -> Any:
    """A number that is part of the statement: how far to walk is nothing that a plan may be in doubt about."""
    return literal_column(str(value), Integer)


# ---- Words


@cache
def postings(dialect: str) -> Any:
    """For the words `word0`, `word1`… that are not too common: their number and the evidence, as text."""
    joined = func.string_agg if dialect == "postgresql" else func.group_concat
    ways = []
    for slot in range(SLOTS):
        some = (
            select(EvidenceWord.evidence_id)
            .where(EvidenceWord.word == bindparam(f"word{slot}"))
            .limit(number(COMMON + 1))
            .subquery(f"some{slot}")
        )
        ids = joined(sql_cast(some.c.evidence_id, Text), literal_column("','"))
        slots = select(func.count().label("many"), ids.label("ids")).select_from(some).subquery(f"slot{slot}")
        few = slots.c.many.between(number(1), number(COMMON))
        ways.append(select(number(slot), slots.c.ids).where(few))
    return union_all(*ways)


# ---- People by what they are known for


Walk = tuple[str, Callable[[Any], tuple[ColumnElement[bool], ...]]]
"""What those who are walked through are called, and what is asked of a row of `Knows` of each."""


@cache
def people(dialect: str, kind: str, *, shown: bool) -> Rows:
    """Who may be shown of: the first people of each topic, the first of two together, and whose the evidence is.

    They are of the place `spelt0`, `spelt1`…, of the `organisation`, or of `both` (`kind`; "" for anywhere). With
    `shown`, those who may not be shown are passed over as they are met; without, they take up room, which is far
    quicker. The last column says how many people of topics were met.
    """
    ways = [_of_words(dialect).where(*_is_there(dialect, kind, _OWNER))]
    if kind:
        ways[0] = ways[0].join(_OWNER, _OWNER.id == Evidence.person_id)
    for walk in _walks(dialect, kind, shown=shown):
        ways += [_both(walk, topic, other, shown=shown) for topic, other in (TOPICS[:2], TOPICS[1::-1])]
        ways += [_first(walk, topic, shown=shown) for topic in TOPICS]
    found = _together(ways)
    met = found.alias("met")
    count = select(func.count()).where(met.c.known > number(0)).scalar_subquery()
    return _told(dialect, found).add_columns(count).where(*_may_be_shown())


def _walks(dialect: str, kind: str, *, shown: bool) -> Iterator[Walk]:
    """Each along an index, and no further than it must. Many of a place, or of those who may be shown, may be the
    asker's colleagues: then these are walked through by themselves.
    """
    if kind in ("organisation", "both"):
        yield "theirs", lambda row: _is_there(dialect, kind, row)
        return
    if not kind and not shown:
        yield "all", lambda _: ()
        return
    yield "own", lambda row: (_of(row, _HOME), *_is_in_place(dialect, kind, row))
    if not kind:
        yield "others", lambda row: (row.organisation_id != _HOME,)
    for spelt in (f"spelt{n}" for n in range(SPELT if kind else 0)):
        yield spelt, _elsewhere(spelt)


def _elsewhere(spelt: str) -> Callable[[Any], tuple[ColumnElement[bool], ...]]:
    return lambda row: (row.place == bindparam(spelt), row.organisation_id != _HOME)


def _of(row: Any, organisation: Any) -> ColumnElement[bool]:
    is_theirs: ColumnElement[bool] = row.organisation_id == organisation
    return is_theirs


def _order(known: Any) -> tuple[Any, Any, Any]:
    return known.c.rank, known.c.turn, known.c.person_id


def _rows(walk: Walk, topic: str, suffix: str = "") -> Any:
    """Rows of a walk through a topic, and the conditions that make them so."""
    name, conditions = walk
    known = _knows.alias(f"{name}_{topic}{suffix}")
    return known, (known.c.topic_id == bindparam(topic), *conditions(known.c))


def _first(walk: Walk, topic: str, *, shown: bool) -> Any:
    known, conditions = _rows(walk, topic)
    return _taken(known, *conditions, shown=shown)


def _both(walk: Walk, topic: str, other: str, *, shown: bool) -> Any:
    """Those of the first of a topic who are known for another one as well."""
    known, conditions = _rows(walk, topic, f"_{other}")
    behind, before = _rows(walk, topic, f"_{other}_behind")
    last = select(*_order(behind)).where(*before).order_by(*_order(behind)).limit(number(1)).offset(number(SCANNED - 1))
    # There may be fewer than that; no rank is as high as this. Compared with the last of them, whoever walks in order
    # can stop there.
    ends = union_all(select(*last.subquery().c), select(number(9), number(0), number(0))).subquery()
    among_first = tuple_(*_order(known)) <= select(*ends.c).order_by(*ends.c).limit(number(1)).scalar_subquery()
    too = _knows.alias(f"{known.name}_too")
    same = select(too.c.rank).where(too.c.topic_id == bindparam(other), too.c.person_id == known.c.person_id)
    # A value, because PostgreSQL would make a join of a mere condition, and read all of the other topic for it.
    also = same.limit(number(1)).scalar_subquery().is_not(None)
    wanted = bindparam(other, type_=Integer) > number(0)
    return _taken(known, wanted, *conditions, among_first, also, shown=shown)


def _taken(known: Any, *conditions: ColumnElement[bool], shown: bool) -> Any:
    """The first of them who meet the conditions; with `shown`, of them who may be shown."""
    found = select(known.c.person_id.label("person_id"), number(1).label("known"), known.c.turn.label("turn"))
    found = found.where(*conditions)
    if shown:
        found = found.join_from(known, Person, Person.id == known.c.person_id)
        found = found.outerjoin(Champion, Champion.person_id == Person.id).where(*_may_be_shown())
    some = found.order_by(*_order(known)).limit(number(CANDIDATES)).subquery(f"way_{known.name}")
    return select(some.c.person_id, some.c.known, some.c.turn)


def _of_words(dialect: str) -> Any:
    turn = select(func.coalesce(func.max(Knows.turn), 0)).where(Knows.person_id == Evidence.person_id)
    some = select(Evidence.person_id.label("person_id"), number(0).label("known"), turn.scalar_subquery().label("turn"))
    return some.where(among(dialect, Evidence.id, "evidence"))


def _together(ways: Sequence[Any]) -> Any:
    """Everybody once, and whether they were met at a topic."""
    some = union_all(*ways).subquery("some")
    ids = select(some.c.person_id, func.max(some.c.known).label("known"), func.max(some.c.turn).label("turn"))
    return ids.group_by(some.c.person_id).cte("found")


_OWNER = aliased(Person, name="owner")


def _is_there(dialect: str, kind: str, row: Any) -> tuple[ColumnElement[bool], ...]:
    theirs = (_of(row, bindparam("organisation")),) if kind in ("organisation", "both") else ()
    return (*theirs, *_is_in_place(dialect, kind, row))


def _is_in_place(dialect: str, kind: str, row: Any) -> tuple[ColumnElement[bool], ...]:
    return (among(dialect, row.place, "places"),) if kind in ("place", "both") else ()


# ---- What is told of them


_ROLES: tuple[tuple[Any, Any], ...] = (
    (Champion.coach, false()),
    (Champion.trained, ""),
    (Champion.coaching, false()),
    (Champion.sponsor, false()),
    (Champion.partner, false()),
)


def _may_be_shown() -> tuple[ColumnElement[bool], ...]:
    """Of `Person` with their `Champion`, if any; with the values left open: asker, today, since, organiser."""
    # Whoever has made no offer, or took it back, is asked about their projects.
    seen = or_(~stands(), Champion.visibility != HIDDEN, bindparam("organiser", type_=Boolean))
    return (*here(), Person.id != bindparam("asker"), seen, has_time(bindparam("today"), bindparam("since")))


def _told(dialect: str, found: Any) -> Rows:
    """The people, each as often as there are clues: their evidence for `topics`, or for words (0)."""
    about = and_(EvidenceTopic.evidence_id == Evidence.id, among(dialect, EvidenceTopic.topic_id, "topics"))
    return (
        select(
            Person.id, Person.name, Person.role, Person.place, Person.organisation_id, Organisation.short_name,
            func.coalesce(Champion.offer, ""), func.coalesce(Champion.visibility, ""), stands(),
            *(func.coalesce(column, empty) for column, empty in _ROLES), found.c.turn,
            Evidence.id, Evidence.person_id, Evidence.kind, Evidence.subject, Evidence.title, Evidence.at,
            func.coalesce(EvidenceTopic.topic_id, 0), found.c.known,
        )
        .select_from(found)
        .join(Person, Person.id == found.c.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Champion, Champion.person_id == Person.id)
        .join(Evidence, Evidence.person_id == Person.id)
        .outerjoin(EvidenceTopic, about)
        .where(or_(EvidenceTopic.topic_id.is_not(None), among(dialect, Evidence.id, "evidence")))
    )  # fmt: skip
