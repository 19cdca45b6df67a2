"""What the bot says while a broadcast is let go: held back, looked at by a second organiser, taken back."""

from datetime import UTC, date, datetime

from qibot.broadcasts.audience import Look
from qibot.broadcasts.examples import AT, DAY, example
from qibot.broadcasts.forms import Agree, Decline, OpenChange, SendAlone, Undo
from qibot.broadcasts.models import ASKING, READY, Broadcast
from qibot.broadcasts.words import aim, first_names, moment, people
from qibot.chat.forms import Form
from qibot.chat.message import Button, Buttons, Facts, Message, Note, Quote, Text
from qibot.chat.router import Say

_ALL = Button("All broadcasts", Say("broadcasts"))


def sent_off(found: Broadcast, now: datetime, today: date) -> Message:
    """After the last yes, or when it is looked at before it has started."""
    soon = found.send_at is None or (found.send_at - now).total_seconds() < 120
    when = "in a minute" if soon else f"on {moment(found.send_at, found.organiser.zone, today)}"
    return Message(
        f"“{found.title}” goes out {when}",
        Text("Whoever is not at work then gets it when they are. Until it starts you can take it back."),
        Facts(aim(found, None, today)),
        Buttons(Button("Undo", Undo(found.id), "primary"), _ALL),
        Note("Once it has started I show you how it goes, in a message that I keep up to date."),
    )


def asking(found: Broadcast, today: date) -> Message:
    """It waits for a second yes."""
    return Message(
        f"“{found.title}” waits for a second yes",
        Text("I have asked the other organisers. The first who decides decides for all, and you will hear."),
        Facts(aim(found, None, today)),
        Buttons(Button("Take it back", Undo(found.id)), _ALL),
    )


def alone(found: Broadcast, size: int) -> Form:
    """Where there is no second organiser."""
    return Form(
        SendAlone,
        {"broadcast": str(found.id), "revision": str(found.revision)},
        intro=f"There is no second organiser who could look at “{found.title}” with you. It is for {people(size)}.",
    )


def second(found: Broadcast, look: Look, today: date) -> Message:
    """For another organiser: what is to go out, and to whom."""
    return Message(
        f"Shall “{found.title}” go out?",
        Text(f"{found.organiser.name} would like to send this to {people(look.size)}, and that needs a second yes."),
        Quote(found.body),
        Facts(aim(found, look, today)),
        Text(first_names(look)),
        Buttons(
            Button("Yes, let it go out", Agree(found.id, found.revision), "primary", f"It is for {people(look.size)}."),
            Button("Not like this", Decline(found.id, found.revision)),
        ),
        Note("Whoever decides first decides for all organisers."),
    )


def agreed(found: Broadcast, today: date) -> Message:
    """After the second yes, for whoever gave it."""
    return Message(
        f"“{found.title}” goes out {_when(found, today)}",
        Text(f"{found.organiser.name} hears of it. Either of you can still take it back before it starts."),
        Buttons(Button("Undo", Undo(found.id)), _ALL),
    )


def declined(found: Broadcast) -> Message:
    """After a no, for whoever gave it."""
    return Message(
        f"“{found.title}” is a draft again",
        Text(f"{found.organiser.name} hears so. It is best to say to each other what should be different."),
        Buttons(_ALL),
    )


def decided(found: Broadcast, yes: bool, today: date) -> Message:
    """For whoever wanted to send it."""
    if not yes:
        return Message(
            f"Another organiser would rather not send “{found.title}” like this",
            Text("It is a draft again, and nobody has heard of it. Please talk to each other, then change it."),
            Buttons(Button("Change", OpenChange(found.id)), _ALL),
        )
    return Message(
        f"“{found.title}” has its second yes",
        Text(f"It goes out {_when(found, today)}."),
        Buttons(Button("Undo", Undo(found.id)), _ALL),
    )


def grown(found: Broadcast, look: Look, today: date) -> Message:
    """Instead of starting: by now it is for more people than were agreed to."""
    return Message(
        f"“{found.title}” has not gone out",
        Text(f"It would go to {people(look.size)} by now, which is more than anybody had agreed to."),
        Facts(aim(found, look, today)),
        Text("It is a draft again, and nobody has heard of it. Please look at it, and send it if that is right."),
        Buttons(Button("Look at it", Say(f"broadcast show #{found.id}"), "primary"), _ALL),
    )


def _when(found: Broadcast, today: date) -> str:
    at = moment(found.wanted_at, found.organiser.zone, today)
    return f"on {at}" if at else "in a minute"


def undone(found: Broadcast) -> Message:
    """After undo."""
    return Message(
        f"“{found.title}” is a draft again",
        Text("Nobody has heard of it."),
        Buttons(Button("Look at it", Say(f"broadcast show #{found.id}")), Button("Change", OpenChange(found.id)), _ALL),
    )


# ---- Examples

_DRAFT = example()
_SOON = example(state=READY, send_at=datetime(2019, 11, 27, 10, 1, tzinfo=UTC))
_MONDAY = example(
    state=READY, send_at=datetime(2019, 12, 2, 9, tzinfo=UTC), wanted_at=datetime(2019, 12, 2, 9, tzinfo=UTC)
)
_ASKED = example(state=ASKING)
_MANY = Look(412, ("Amina Okafor", "Jonas Weber"), (("They have not agreed to announcements.", 12),))

EXAMPLES: dict[str, Message | Form] = {
    "sent_off": sent_off(_SOON, AT, DAY),
    "sent_off_later": sent_off(_MONDAY, AT, DAY),
    "asking": asking(_ASKED, DAY),
    "alone": alone(_DRAFT, 412),
    "second": second(_ASKED, _MANY, DAY),
    "agreed": agreed(_MONDAY, DAY),
    "agreed_soon": agreed(_SOON, DAY),
    "declined": declined(_DRAFT),
    "decided_yes": decided(_MONDAY, True, DAY),
    "decided_no": decided(_DRAFT, False, DAY),
    "undone": undone(_DRAFT),
    "grown": grown(_DRAFT, _MANY, DAY),
}
