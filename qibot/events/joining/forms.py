"""What comes back about joining an event."""

from qibot.chat.forms import Answers, form, line


@form("events.join", title="Join an event", submit="Join")
class JoinEvent(Answers):
    """The code of an event that somebody is at."""

    code: str = line("Join code", longest=60, help="It is on the slide or the invitation, such as QI27.")
