"""What comes back about market-place stalls."""

from qibot.chat.forms import Answers, form, hidden, line
from qibot.chat.wire import Action, action


@action("stalls.more")
class TellMeMore(Action):
    """Somebody would like to know more, and wants to see first what would be passed on."""

    stall: int


@action("stalls.hello")
class PassMeOn(Action):
    """They agree that the holder hears of them."""

    stall: int


@action("stalls.take_back")
class TakeBack(Action):
    """They agree no longer."""

    stall: int


@action("stalls.close")
class CloseStall(Action):
    """The holder, or an organiser, takes a stall off the list."""

    stall: int


@form("stalls.open", title="Open a stall", submit="Open")
class OpenStall(Answers):
    """A new stall. `event` is its id."""

    event: str = hidden()
    title: str = line("What it is called", longest=80, help="Everybody at the event sees it, with your name and role.")
    about: str = line("What people can see or ask there", optional=True, longest=200)
