"""/qi nudges: what is coming and why, pause, resume, stop, start; and the buttons that every nudge carries."""

from datetime import date

from qibot.chat.arguments import Rest
from qibot.chat.message import Message
from qibot.chat.router import Table
from qibot.errors import NotFound, Unclear
from qibot.outbox import service, views
from qibot.outbox.models import EVERYTHING
from qibot.outbox.notifications import Catalogue
from qibot.outbox.views import Snooze, Start, Stop
from qibot.people.turn import Turn, member, table
from qibot.typed import Typed

ALL = "all reminders"


def commands(catalogue: Catalogue) -> Table[Turn]:
    """The table. It is made by the list of features, who alone know every kind of notification and its name."""
    rows, say = table("Reminders"), Reminders(catalogue)
    about = rows.command("nudges", needs=member, reads=True, help="What I will remind you of, when and why.")
    about(say.coming)
    rows.command("nudges pause", needs=member, help="No reminders until a day you name.")(say.pause)
    rows.command("nudges resume", needs=member, help="End the pause.")(say.resume)
    rows.command("nudges stop", needs=member, help="Stop one kind of reminder, or all.")(say.stop)
    rows.command("nudges start", needs=member, help="Start one kind of reminder again, or all.")(say.start)
    rows.action(Snooze, needs=member)(say.snooze)
    rows.action(Stop, needs=member)(say.press_stop)
    rows.action(Start, needs=member)(say.press_start)
    return rows


class Reminders:
    """The handlers, who need the names of the kinds."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._labels = {one.kind: one.label for one in catalogue.nudges}

    async def coming(self, turn: Turn) -> Message:
        """Answers `/qi nudges`."""
        person = turn.member
        rows = await service.upcoming(turn.db, person, turn.now)
        stopped = await service.stopped(turn.db, person.id)
        all_stopped = EVERYTHING in stopped
        comes = [
            (row.on, self._catalogue[row.kind].label)
            for row in rows
            if row.kind in self._catalogue
            and (self._catalogue[row.kind].asked_for or not (all_stopped or row.kind in stopped))
        ]
        kinds = dict.fromkeys(row.kind for row in rows if row.kind in self._labels and row.kind not in stopped)
        paused = person.paused_until
        return views.coming(
            comes,
            stopped=[(EVERYTHING, ALL)] if all_stopped else [(k, self._label(k)) for k in sorted(stopped)],
            stoppable=[(kind, self._label(kind)) for kind in kinds],
            paused_until=paused if paused and paused > turn.today else None,
            today=turn.today,
        )

    async def pause(self, turn: Turn, until: date) -> Message:
        """Answers `/qi nudges pause 12 march`."""
        service.pause(turn.member, until, turn.today)
        return views.paused(until, turn.today)

    async def resume(self, turn: Turn) -> Message:
        """Answers `/qi nudges resume`."""
        service.resume(turn.member)
        return views.resumed()

    async def stop(self, turn: Turn, which: Rest) -> Message:
        """Answers `/qi nudges stop`, alone or with the name of a kind."""
        return await self._stop(turn, self._named(which, "stop"))

    async def start(self, turn: Turn, which: Rest) -> Message:
        """Answers `/qi nudges start`, alone or with the name of a kind."""
        return await self._start(turn, self._named(which, "start"))

    async def snooze(self, turn: Turn, pressed: Snooze) -> Message:
        """Says this one again in a week."""
        person = turn.member
        delivery = await service.own(turn.db, pressed.delivery, person)
        return views.snoozed(await service.snooze(turn.db, delivery, person, turn.now), turn.today)

    async def press_stop(self, turn: Turn, pressed: Stop) -> Message:
        """Stops the kind of this nudge, or the kind that the button names."""
        if pressed.delivery:
            return await self._stop(turn, (await service.own(turn.db, pressed.delivery, turn.member)).kind)
        return await self._stop(turn, pressed.kind)

    async def press_start(self, turn: Turn, pressed: Start) -> Message:
        """Starts the kind that the button names."""
        return await self._start(turn, pressed.kind)

    async def _stop(self, turn: Turn, kind: str) -> Message:
        label = self._label(kind)
        await service.stop_kind(turn.db, turn.member.id, kind)
        return views.stopped(kind, label)

    async def _start(self, turn: Turn, kind: str) -> Message:
        label = self._label(kind)
        others = [other for other in self._labels if other != kind]
        await service.start_kind(turn.db, turn.member.id, kind, others=others)
        return views.started(label)

    def _label(self, kind: str) -> str:
        label = ALL if kind == EVERYTHING else self._labels.get(kind)
        if label is None:
            raise NotFound("I do not send reminders of that kind.", ("Type ", Typed("nudges"), " to see yours."))
        return label

    def _named(self, words: str, verb: str) -> str:
        """The kind whose name has these words; all when there are none."""
        wanted = " ".join(words.casefold().split())
        if wanted in ("", "all", "everything", ALL):
            return EVERYTHING
        found = [kind for kind, label in self._labels.items() if wanted in label.casefold()]
        if len(found) != 1:
            kinds = [label for kind, label in self._labels.items() if not found or kind in found]
            raise Unclear(
                f"Which reminders do you mean by “{words}”?",
                "Choose one, or say all.",
                tuple(f"nudges {verb} {label.lower()}" for label in kinds[:5]),
            )
        return found[0]
