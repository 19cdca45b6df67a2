"""The heart: one incoming, one transaction, one reply. Errors become sentences here and nowhere else."""

import secrets
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import structlog

from qibot.chat.incoming import Command, FileSent, HomeOpened, Incoming, Press, Sender, Shortcut, Submission
from qibot.chat.message import Button, Buttons, Message, Part, Text
from qibot.chat.platform import NotSent, Platform
from qibot.chat.router import Reply, Router, Say, TryAgain
from qibot.chat.wire import Action
from qibot.clock import Clock
from qibot.database import Database
from qibot.errors import Refused, Said, Unclear
from qibot.people import service as people
from qibot.people.turn import Turn
from qibot.typed import parts

log = structlog.get_logger()


class Bot:
    """Answers what people do. Every platform's adapter calls `handle`."""

    def __init__(
        self,
        database: Database,
        router: Router[Turn],
        clock: Clock,
        *,
        organisers: Iterable[str] = (),
        alone_up_to: int = 200,
    ) -> None:
        self.database, self.router, self.clock = database, router, clock
        self._organisers, self._alone_up_to = tuple(organisers), alone_up_to
        self.answered: Counter[tuple[str, str, str]] = Counter()
        """How much came in: by platform, kind and end ("answered", "told", "let go", "fault")."""

    async def handle(self, incoming: Incoming, platform: Platform) -> Reply:
        """What to answer. A `Form` with errors is the form that was sent, to be shown again; None is no answer.

        Never raises: a fault of ours is logged once under a short reference, which the person gets.
        """
        end = "answered"
        try:
            reply = await self._to_somebody_known(incoming, platform)
            end = "answered" if reply else "let go"
        except TryAgain as again:
            end, reply = "told", again.form
        except Said as said:
            end, reply = "told", _sentence(said)
        except Exception:
            end, reference = "fault", secrets.token_hex(4)
            log.exception("fault", reference=reference, what=self.what(incoming), platform=incoming.sender.platform)
            reply = _fault(reference)
        self.answered[incoming.sender.platform, self.what(incoming), end] += 1
        return reply

    def opens_form(self, does: Action) -> bool:
        """Whether a button that does this opens a form."""
        return self.router.opens_form(does)

    async def removed(self, platform: str, workspace: str) -> None:
        """The bot was removed from a workspace."""
        async with self.database.transaction() as db:
            await people.workspace_removed(db, platform, workspace, self.clock.now())

    async def lost(self, sender: Sender, reason: str) -> None:
        """Somebody removed the bot for themselves: they cannot be reached there until they are heard of again."""
        async with self.database.transaction() as db:
            await people.unreachable(db, sender.platform, sender.workspace, sender.account, reason)

    async def installed(self, platform: str, workspace: str, name: str, opens: str = "") -> None:
        """The bot was installed in a workspace, or is back."""
        async with self.database.transaction() as db:
            # Whatever was wrong with the bot in there before is over, told or not.
            await people.workspace_removed(db, platform, workspace, self.clock.now())
            await people.workspace_of(db, platform, workspace, name, opens)

    def what(self, incoming: Incoming) -> str:
        """The kind of thing that came in: a name of ours, never anything somebody typed."""
        match incoming:
            case Press(wire=wire):
                return wire if wire in self.router.actions or wire == Say.wire else "unknown button"
            case Submission(wire=wire):
                return wire if wire in self.router.submissions else "unknown form"
            case Command(text=text) | Shortcut(command=text):
                found = self.router.find(text)
                return found.row.name if found else "free words"
            case FileSent():
                return "file"
            case HomeOpened():
                return "home"
            case _:
                return "unknown"

    async def _to_somebody_known(self, incoming: Incoming, platform: Platform) -> Reply:
        for _ in range(_MEETINGS):
            try:
                return await self._reply(incoming)
            except _NeverMet:
                # The platform is asked who this is outside any transaction: it may take its time.
                if not await self._meet(incoming.sender, platform):
                    return None
        raise Refused("So much is going on here that I lost you.", "Please try again in a minute.")

    async def _meet(self, sender: Sender, platform: Platform) -> bool:
        try:
            profile = await platform.profile(sender)
        except NotSent as silent:
            # Remembered without name and address, they would stay so.
            raise Refused("I could not find out who you are just now.", "Please try again in a minute.") from silent
        if profile is not None and profile.bot:
            return False
        async with self.database.transaction() as db:
            await people.meet(
                db,
                sender.platform,
                sender.workspace,
                sender.account,
                name=profile.name if profile else "",
                email=profile.email if profile else "",
                zone=profile.zone if profile else "Europe/London",
                guest=profile.guest if profile else False,
                opens=sender.opens,
            )
        return True

    async def _reply(self, incoming: Incoming) -> Reply:
        if not isinstance(incoming, FileSent):
            return await self._answer(incoming)
        # It is fetched outside any transaction, and only from somebody who may send one.
        await self._answer(incoming)
        try:
            return await self._answer(replace(incoming, data=await incoming.fetch()))
        except NotSent as silent:
            raise Refused("I could not fetch that file just now.", "Please send it again in a minute.") from silent

    async def _answer(self, incoming: Incoming) -> Reply:
        reading = self.router.reads(incoming)
        now = self.clock.now()
        async with self.database.transaction(reading=reading) as db:
            sender = incoming.sender
            known = await people.recognise(db, sender.platform, sender.workspace, sender.account)
            if known is None or known.identity.unreachable or known.workspace.removed_at:
                # Somebody new, or somebody back: whoever speaks can be spoken to.
                raise _NeverMet
            if sender.opens and known.workspace.opens != sender.opens:
                # The first to speak since it is kept; or the app is another one now.
                raise _NeverMet
            key = f"{sender.platform}/{sender.workspace}/{incoming.id}"
            if not reading and not await people.receive(db, key, self.what(incoming), now):
                return None
            direct = incoming.direct if isinstance(incoming, Command) else True
            turn = Turn(
                db, now, known.identity, known.workspace, known.person, direct, self._organisers, self._alone_up_to
            )
            reply = await self.router.answer(turn, incoming)
            if not reading and turn.person is not None and not turn.leaves_no_name:
                await people.sign_receipt(db, key, turn.person.id)
            return reply


_MEETINGS = 4
"""How often somebody is met for one thing they do: meanwhile somebody else may have come with another app's address."""


class _NeverMet(Exception):
    pass


def _sentence(said: Said) -> Message:
    shown: list[Part] = [Text(*parts(said.next_step))] if said.next_step else []
    if isinstance(said, Unclear) and said.suggestions:
        shown.append(Buttons(*(Button(s, Say(s)) for s in said.suggestions)))
    return Message(said.sentence, *shown, beside=True)


def _fault(reference: str) -> Message:
    return Message(
        "Something went wrong on our side",
        Text(
            f"Nothing was saved. Please try again; if it happens again, tell an organiser this reference: {reference}."
        ),
        beside=True,
    )
