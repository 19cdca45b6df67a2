"""An invented broadcast, as every view of one shows it among its examples."""

from datetime import UTC, date, datetime

from qibot.broadcasts.models import DRAFT, Broadcast
from qibot.people.models import Person

DAY, AT = date(2019, 11, 27), datetime(2019, 11, 27, 10, tzinfo=UTC)


def example(**more: object) -> Broadcast:
    """A broadcast of Owen's, with what is given instead."""
    given: dict[str, object] = {
        "id": 3, "organiser_id": 6, "title": "A new room for Friday", "place": "", "role": "", "by_list": False,
        "body": "We meet in room 4.\nPlease bring a *story*.", "answers": '["I am coming", "I cannot come"]',
        "takes_words": True, "state": DRAFT, "revision": 2, "created_at": AT, "size": 0,
    }  # fmt: skip
    made = Broadcast(**{**given, **more})
    made.organiser = Person(id=6, name="Owen Hughes", zone="Europe/London")
    return made
