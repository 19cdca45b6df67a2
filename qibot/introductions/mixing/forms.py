"""The buttons of mixed pairs at an event."""

from qibot.chat.wire import Action, action


@action("mixing.send")
class SendPairs(Action):
    """Make the pairs that were looked at (organisers): those of this `number` and `seed`."""

    event: int
    number: int
    seed: int


@action("mixing.include")
class IncludeMe(Action):
    """Be in the pairs of an event."""

    event: int


@action("mixing.leave_out")
class LeaveMeOut(Action):
    """Be in no pairs of an event."""

    event: int
