"""Who may be offered: the one place that knows."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, exists, or_

from qibot.champions.models import Champion
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


def offered(today: date) -> tuple[ColumnElement[bool], ...]:
    """Champions whose offer stands today, hidden ones included."""
    return (Champion.stopped_at.is_(None), not_paused(today), *here())
