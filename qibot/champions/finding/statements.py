"""The statements of a search. Each is made once: making one takes longer than answering it.

They say the same however many things are asked for, so that a database plans them once: lists travel as JSON. People
known for a topic are walked in the order in which they are shown, and no further than to the last who is taken.
"""

from collections.abc import Sequence
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
    case,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import cast as sql_cast

from qibot.champions.finding.models import Evidence, EvidenceTopic, EvidenceWord, Knows
from qibot.champions.models import HIDDEN, Champion
from qibot.champions.standing import has_time, here, stands
from qibot.database import among
from qibot.people.models import Organisation, Person

Rows = Select[*tuple[Any, ...]]

CANDIDATES = 40
"""People taken for one topic, and pieces of evidence for words: enough for some pages, never the whole network."""
COMMON = 200
"""A word that more pieces of evidence hold says too little about each."""
SLOTS = 8
"""Words of a question that are looked for."""
SCANNED = 3_000
"""People of one topic, or of one place, who are looked at when a place or another topic is asked for as well."""
BOTH = 1
"""The way of those known for the first two topics; that of the topic with number n is 2 ** (n + 1), of words 0."""

TOPICS = ("topic0", "topic1", "topic2")
"""The parameters of topics; 0 asks for none."""

_knows, _people = cast(Table, Knows.__table__), cast(Table, Person.__table__)
_HOME: Any = bindparam("home")


def number(value: int) -> Any:
    """A number that is part of the statement: how far to walk is nothing that a plan may be in doubt about."""
    return literal_column(str(value), Integer)


def way(topic: int) -> int:
    """The way by which people known for the topic with this number among those asked for are found."""
    return 2 << topic


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


def _known(topic: str, named: str) -> Any:
    """Those known for the topic in a parameter, and whether a row is one of them."""
    found = _knows.alias(named)
    return found, found.c.topic_id == bindparam(topic)


def _order(known: Any) -> tuple[Any, Any, Any]:
    return known.c.rank, known.c.turn, known.c.person_id


def _among_first(known: Any, topic: str) -> ColumnElement[bool]:
    """Whether somebody is among the first of a topic: compared with the last of these, so that whoever walks through
    them in order can stop, both when there are enough and at the last.
    """
    some, about = _known(topic, f"{known.name}_all")
    last = select(*_order(some)).where(about).order_by(*_order(some)).limit(number(1)).offset(number(SCANNED - 1))
    # There may be fewer than that; no rank is as high as this.
    ends = union_all(select(*last.subquery().c), select(number(9), number(0), number(0))).subquery()
    return tuple_(*_order(known)) <= select(*ends.c).order_by(*ends.c).limit(number(1)).scalar_subquery()


def _has_more(topic: str) -> ColumnElement[bool]:
    """Whether a topic has people beyond those who are looked at."""
    some, about = _known(topic, f"{topic}_all")
    beyond = select(some.c.person_id).where(about).order_by(*_order(some))
    return exists(beyond.limit(number(1)).offset(number(SCANNED)))


def _too(known: Any, topic: str) -> tuple[ColumnElement[bool], ...]:
    """Whether somebody is known for another topic as well, if it is asked for."""
    second, about = _known(topic, f"{known.name}_too")
    return bindparam(topic, type_=Integer) > number(0), exists().where(about, second.c.person_id == known.c.person_id)


def _ids(known: Any, how: int, *conditions: ColumnElement[bool], shown: bool = False) -> Any:
    """The first of them who meet the conditions, each with the way in which they are found; with `shown`, those of
    them who may be shown.
    """
    found = select(known.c.person_id.label("person_id"), number(how).label("way"), known.c.turn.label("turn"))
    found = found.where(*conditions)
    if shown:
        found = found.join_from(known, Person, Person.id == known.c.person_id)
        found = found.outerjoin(Champion, Champion.person_id == Person.id).where(*_may_be_shown())
    some = found.order_by(*_order(known)).limit(number(CANDIDATES)).subquery(f"way_{known.name}")
    return select(some.c.person_id, some.c.way, some.c.turn)


@cache
def first(dialect: str) -> Rows:
    """The first people of each topic, of the first two together, and whose the evidence is; then who of them may be
    shown. The last column says how many people of topics were looked at.
    """
    known, about = _known(TOPICS[0], "pair")
    # Many may be known for one of two topics, and only so many are looked at whether they are for both.
    ways = [_of_words(dialect), _ids(known, BOTH, about, _among_first(known, TOPICS[0]), *_too(known, TOPICS[1]))]
    for n, topic in enumerate(TOPICS):
        known, about = _known(topic, f"known{n}")
        ways.append(_ids(known, way(n), about))
    found = _together(ways)
    counted = found.alias("counted")
    looked_at = select(func.count()).where(counted.c.way > number(0)).scalar_subquery()
    return _told(dialect, found).add_columns(looked_at).where(*_may_be_shown())


@cache
def narrowed(dialect: str, kind: str) -> Rows:
    """People of a place or organisation (`kind`, "" for any) who may be shown: known for each topic, those of other
    organisations than the asker's (`others`) and those of their own (`own`); known for the first two topics; and whose
    the evidence is. The last column has the ways of topics with more people than were looked at.
    """
    owners = _of_words(dialect).join(Person, Person.id == Evidence.person_id)
    owners = owners.outerjoin(Champion, Champion.person_id == Person.id)
    ways = [owners.where(*_there(dialect, kind, Evidence.person_id), *_may_be_shown())]
    known, about = _known(TOPICS[0], "pair")
    pair = [about, *_too(known, TOPICS[1])]
    ways.append(_ids(known, BOTH, *pair, *_there(dialect, kind, known.c.person_id), shown=True))
    for n, topic in enumerate(TOPICS):
        for whose in ("others", "own"):
            known, about = _known(topic, f"{whose}{n}")
            # A place may be rare among them: then only so many are looked at.
            bound = [_among_first(known, topic)] if kind else []
            wanted = bindparam(whose, type_=Integer) == number(1)
            at = _there(dialect, kind, known.c.person_id)
            at = (*at, Person.organisation_id != _HOME) if whose == "others" else (*_at_home(dialect, known), *at)
            ways.append(_ids(known, way(n), wanted, about, *bound, *at, shown=True))
    more = [case((_has_more(topic), number(way(n))), else_=number(0)) for n, topic in enumerate(TOPICS)]
    return _told(dialect, _together(ways)).add_columns(sum(more, number(0)))


@cache
def from_there(dialect: str, kind: str) -> Rows:
    """People of a place or organisation who are known for each topic, from the other side: for where there are few."""
    ways = []
    for n, topic in enumerate(TOPICS):
        people = _people.alias(f"people{n}")
        there = (
            select(people.c.id).where(*_is_there(dialect, kind, people)).limit(number(SCANNED)).subquery(f"there{n}")
        )
        of_topic, about = _known(topic, f"of_topic{n}")
        # All of these are taken before it is looked at whether they may be shown, which takes longest.
        known = select(*_order(of_topic)).where(about, of_topic.c.person_id == there.c.id).limit(number(SCANNED))
        ways.append(_ids(known.subquery(f"known{n}"), way(n), bindparam(topic, type_=Integer) > number(0), shown=True))
    return _told(dialect, _together(ways))


def _of_words(dialect: str) -> Any:
    turn = select(func.coalesce(func.max(Knows.turn), 0)).where(Knows.person_id == Evidence.person_id)
    some = select(Evidence.person_id.label("person_id"), number(0).label("way"), turn.scalar_subquery().label("turn"))
    return some.where(among(dialect, Evidence.id, "evidence"))


def _together(ways: Sequence[Any]) -> Any:
    """Everybody once, with all the ways in which they were found."""
    some = union_all(*ways).subquery("some")
    ids = select(some.c.person_id, func.sum(some.c.way).label("way"), func.max(some.c.turn).label("turn"))
    return ids.group_by(some.c.person_id).cte("found")


# ---- Where somebody is. SQLite asks it of a row that is read by itself, before whatever takes longer.


def _there(dialect: str, kind: str, person_id: Any) -> tuple[ColumnElement[bool], ...]:
    if not kind or dialect == "postgresql":
        return _is_there(dialect, kind, _people)
    somebody = _people.alias("somebody")
    same = somebody.c.id == person_id if kind == "place" else _same(somebody, person_id)
    return (exists().where(same, *_is_there(dialect, kind, somebody)),)


def _at_home(dialect: str, known: Any) -> tuple[ColumnElement[bool], ...]:
    if dialect == "postgresql":
        return (Person.organisation_id == _HOME,)
    at_home = _people.alias("at_home")
    return (exists().where(_same(at_home, known.c.person_id), at_home.c.organisation_id == _HOME),)


def _same(people: Any, person_id: Any) -> ColumnElement[bool]:
    """Whether it is them. SQLite goes straight to a row when told so in so many words, although the index of
    organisations is smaller by far and holds all that is asked; the rows it would read three thousand times.
    """
    same: ColumnElement[bool] = people.c.id.between(person_id, person_id)
    return same


def _is_there(dialect: str, kind: str, people: Any) -> tuple[ColumnElement[bool], ...]:
    place, organisation = (
        among(dialect, people.c.place, "places"),
        among(dialect, people.c.organisation_id, "organisations"),
    )
    return {"": (), "place": (place,), "organisation": (organisation,), "both": (place, organisation)}[kind]


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
            func.coalesce(EvidenceTopic.topic_id, 0), found.c.way,
        )
        .select_from(found)
        .join(Person, Person.id == found.c.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .outerjoin(Champion, Champion.person_id == Person.id)
        .join(Evidence, Evidence.person_id == Person.id)
        .outerjoin(EvidenceTopic, about)
        .where(or_(EvidenceTopic.topic_id.is_not(None), among(dialect, Evidence.id, "evidence")))
    )  # fmt: skip
