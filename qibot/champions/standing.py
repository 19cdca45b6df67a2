"""Who may be offered to others at all, as conditions of a query. Rules do not speak."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, exists, func, or_, select

from qibot.champions.models import Ask, Champion
from qibot.people.models import Consent, Person

MONTH = timedelta(days=30)
"""What is meant by "asks a month"."""


def agreed(purpose: str) -> ColumnElement[bool]:
    """Whether a person agrees to something now."""
    return exists().where(Consent.person_id == Person.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))


def here() -> tuple[ColumnElement[bool], ...]:
    """Somebody in the network who agrees to be found and to be introduced."""
    return (Person.left_at.is_(None), Person.erased_at.is_(None), agreed("findable"), agreed("introductions"))


def not_paused(today: date | BindParameter[Any]) -> ColumnElement[bool]:
    """Paused champions are asked again on the day they named."""
    return or_(Champion.paused_until.is_(None), Champion.paused_until <= today)


def offered(today: date | BindParameter[Any]) -> tuple[ColumnElement[bool], ...]:
    """Of `Champion` joined with `Person`: paused, left and withdrawn people are never offered."""
    return (Champion.stopped_at.is_(None), not_paused(today), *here())


def has_room(since: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Of `Champion`: asked less often since then than they accept in a month."""
    asks = select(func.count()).where(Ask.person_id == Champion.person_id, Ask.at > since)
    return asks.scalar_subquery() < Champion.asks_a_month
