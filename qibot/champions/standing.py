"""Who may be offered to others at all, as conditions of a query. Rules do not speak."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, case, exists, func, or_, select

from qibot.champions.models import Ask, Champion
from qibot.people.models import Consent, Person

MONTH = timedelta(days=30)
"""What is meant by "asks a month"."""
ASKED_A_MONTH = 4
"""How often in a month somebody is asked who has not said how often they may be: once a week."""


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


def stands() -> ColumnElement[bool]:
    """Of `Champion`, outer joined: whether there is an offer that was not taken back."""
    return and_(Champion.person_id.is_not(None), Champion.stopped_at.is_(None))


def has_room(since: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Of `Person` with their `Champion`, if any: asked less often since then than they take in a month."""
    asks = select(func.count()).where(Ask.person_id == Person.id, Ask.at > since)
    return asks.scalar_subquery() < case((stands(), Champion.asks_a_month), else_=ASKED_A_MONTH)


def has_time(today: date | BindParameter[Any], since: datetime | BindParameter[Any]) -> ColumnElement[bool]:
    """Of `Person` with their `Champion`, if any: neither paused nor asked as often as they take in a month."""
    return and_(or_(~stands(), not_paused(today)), has_room(since))
