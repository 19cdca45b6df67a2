"""Who may be offered to others at all, as conditions of a query. Rules do not speak."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, exists, func, or_, select

from qibot.champions.models import Ask, Champion
from qibot.people.models import Consent, Person


def offered(today: date | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """Of `Champion` joined with `Person`: paused, left and withdrawn people are never offered."""

    def agreed(purpose: str) -> ColumnElement[bool]:
        return exists().where(
            Consent.person_id == Person.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None)
        )

    return (
        Champion.stopped_at.is_(None),
        or_(Champion.paused_until.is_(None), Champion.paused_until <= today),
        Person.left_at.is_(None),
        Person.erased_at.is_(None),
        agreed("findable"),
        agreed("introductions"),
    )


def has_room(since: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Of `Champion`: asked less often since then than they accept in a month."""
    asks = select(func.count()).where(Ask.person_id == Champion.person_id, Ask.at > since)
    return asks.scalar_subquery() < Champion.asks_a_month
