"""A proposed time as a link that opens a new meeting in Teams, in a card and by itself."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from qibot.chat.message import Calendar, Document, Meeting, Message
from qibot.demo import teams_checks
from qibot.platforms.teams import cards, limits
from qibot.platforms.teams.meetings import new_meeting
from qibot.platforms.words import usable
from tests.platforms.card_rules import elements, problems

AT = datetime(2019, 12, 2, 11, tzinfo=UTC)
ABOUT = "A first conversation about Sepsis & more."


def meeting(title: str = "Amina Okafor and Nadia Khan", about: str = ABOUT, guest: str = "") -> Meeting:
    return Meeting("Mon 2 Dec at 11:00", title, about, AT, AT + timedelta(minutes=30), guest)


def fields(url: str) -> dict[str, str]:
    """What Teams reads of the address. It takes a plus for a plus."""
    assert "+" not in url
    parts = urlsplit(url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "teams.microsoft.com", "/l/meeting/new")
    return dict(parse_qsl(parts.query, strict_parsing=True))


def test_the_whole_address() -> None:
    assert fields(new_meeting(meeting(guest="nadia.khan+qi@ryc.example"))) == {
        "subject": "Amina Okafor and Nadia Khan",
        "startTime": "2019-12-02T11:00:00+00:00",
        "endTime": "2019-12-02T11:30:00+00:00",
        "attendees": "nadia.khan+qi@ryc.example",
        "content": ABOUT,
    }


def test_the_zone_of_the_reader_is_said() -> None:
    at = datetime(2019, 7, 1, 11, tzinfo=ZoneInfo("Europe/London"))
    made = Meeting("Mon 1 Jul at 11:00", "a", "b", at, at + timedelta(minutes=30))
    assert fields(new_meeting(made))["startTime"] == "2019-07-01T11:00:00+01:00"


def test_nobody_is_invited_who_gave_no_address() -> None:
    assert "attendees" not in fields(new_meeting(meeting()))


names = st.text(max_size=300) | st.text("é😀&=+%# ?/\n\x00", max_size=300)


@given(names, names, st.sampled_from(["", "a@b.example", f"{'x' * 240}@b.example"]))
def test_whatever_they_are_called_the_time_is_there_and_nothing_is_added(title: str, about: str, guest: str) -> None:
    url = new_meeting(meeting(title, about, guest))
    assert len(url) <= limits.MEETING_ADDRESS
    assert usable(url, "https")
    found = fields(url)
    assert found.keys() <= {"subject", "startTime", "endTime", "attendees", "content"}
    assert (found["startTime"], found["endTime"]) == ("2019-12-02T11:00:00+00:00", "2019-12-02T11:30:00+00:00")
    assert found.get("attendees", guest) == guest
    card = cards.render(Message("a", Calendar((meeting(title, about, guest),) * 2, FILE)), workspace="")
    assert problems(card) == teams_checks.check_card(card) == []
    leads = [e["selectAction"]["url"] for _, e in elements(card) if "selectAction" in e]
    assert leads == [url, url]


FILE = Document("introduction.ics", "BEGIN:VCALENDAR")


def test_times_without_end_are_no_trouble() -> None:
    assert problems(cards.render(Message("a", Calendar((), FILE)), workspace="")) == []
