"""A time to meet as a link that opens a new meeting in Teams, filled in and not sent. Pure.

It needs no permission: whoever follows it saves the meeting by themselves, or does not. Source: Microsoft, "Deep link
to open a meeting scheduling dialog".
"""

from urllib.parse import quote

from qibot.chat.message import Meeting
from qibot.platforms.teams import limits
from qibot.platforms.words import shorten, usable

_NEW = "https://teams.microsoft.com/l/meeting/new?"


def new_meeting(meeting: Meeting) -> str:
    """The address that opens it: with all there is to say, or with as much as an address has room for."""
    fields = {
        "subject": shorten(meeting.title, limits.MEETING_WORDS),
        "startTime": meeting.starts.isoformat(timespec="seconds"),
        "endTime": meeting.ends.isoformat(timespec="seconds"),
        "attendees": meeting.guest,
        "content": shorten(meeting.about, limits.MEETING_WORDS),
    }
    while len(address := _address(fields)) > limits.MEETING_ADDRESS:
        # The day and the hour are what nobody wants to type.
        fields.pop(next(name for name in ("content", "attendees", "subject") if name in fields))
    return address if usable(address, "https") else ""


def _address(fields: dict[str, str]) -> str:
    # Spaces as %20, for Teams reads a plus as a plus.
    return _NEW + "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items() if value)
