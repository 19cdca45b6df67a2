"""Teams' side of the conversation: what people do becomes an `Incoming`, what the bot says becomes cards.

Teams waits for the answer to its request: whatever is not ready within two seconds is finished in a task that shutdown
waits for, and said then. What Teams posts again, because an answer was slow, gets the answer of the first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from qibot.chat.forms import Form
from qibot.chat.incoming import Command, HomeOpened, Incoming, Press, Profile, Sender, Submission
from qibot.chat.message import Message, Note
from qibot.chat.platform import Address, Answering, Doubt, NotNow, NotSent, Sent, Throttled, Unreachable
from qibot.chat.router import Reply
from qibot.platforms.teams import activities, cards, dialogs
from qibot.platforms.teams.activities import Where, part, text
from qibot.platforms.teams.calls import Connector
from qibot.platforms.teams.conversations import Conversations
from qibot.platforms.teams.replies import (
    ELSEWHERE,
    WORKING,
    Replies,
    closing,
    fault,
    in_place,
    remark,
    said_in_passing,
)
from qibot.platforms.under_way import UnderWay
from qibot.typed import Typed

log = structlog.get_logger()
Json = dict[str, Any]
Handler = Callable[[Json, Where], Awaitable[Json | None]]

IN_TIME = 2.0
"""Seconds for an answer to ride in the response. Teams shows an error after ten, or less."""
MOST_REMEMBERED = 500
"""Activities whose answers are kept for when Teams asks again."""
AGAIN = Note("Type ", Typed("home"), " to see this again, or ", Typed("help"), " for what I can do.")
"""Teams has no Home tab for a bot: what it would show is the first word here, and later the answer to a command."""


class TeamsAdapter:
    """The bot in Teams. `start` before anything is received, `stop` before the database closes. `patience`: for how
    many seconds a response waits for its answer.
    """

    name = "teams"

    def __init__(self, bot: Answering, conversations: Conversations, connector: Connector) -> None:
        self._bot, self._conversations, self._connector = bot, conversations, connector
        self._replies = Replies(connector, bot.opens_form)
        self.under_way = UnderWay()
        self.patience = IN_TIME
        self._answers: OrderedDict[str, asyncio.Task[Json | None]] = OrderedDict()

    # --- speaking unasked: the outbox's side ---

    async def send(self, to: Address, message: Message, mark: str) -> Sent:
        """See `Platform.send`. Teams keeps no mark of ours, and lets no bot begin a chat of several."""
        if to.others:
            raise Unreachable("a bot in Teams cannot begin a group chat")
        known = await self._conversations.find(to.workspace, to.account)
        if known is None:
            raise Unreachable("the app is not installed for them")
        sent = await self._replies.deliver(known, to.workspace, known.conversation or to.conversation, message)
        self.under_way.start(self._replies.follow_up(known, sent.conversation, message))
        return sent

    async def find_sent(self, to: Address, mark: str, since: datetime) -> Sent | Doubt:
        """See `Platform.find_sent`: a bot cannot read what it said without permission to read everything."""
        return Doubt.CANNOT_ASK

    async def edit(self, to: Address, sent: Sent, message: Message) -> None:
        """See `Platform.edit`."""
        known = await self._conversations.find(to.workspace, to.account)
        if known is None:
            raise Unreachable("the app is not installed for them")
        await self._replies.change(known, to.workspace, sent, message)

    async def profile(self, sender: Sender) -> Profile | None:
        """See `Platform.profile`. Teams says nothing of time zones."""
        known = await self._conversations.find(sender.workspace, sender.account)
        if known is None:
            return None
        try:
            member = await self._connector.member(known, known.conversation or known.seen_in)
        except (NotNow, Throttled):
            raise
        except NotSent:
            return Profile(known.name)
        principal = text(member, "userPrincipalName")
        guest = text(member, "userRole").lower() in ("guest", "anonymous") or "#ext#" in principal.lower()
        email = text(member, "email") or ("" if guest else principal)
        return Profile(text(member, "name") or known.name, email, guest=guest)

    # --- what people do ---

    async def receive(self, activity: Json) -> Json | None:
        """The body of the answer to an activity that the guard let in; None when an empty one says it all."""
        handler = self._handler(activity)
        where = activities.where(activity)
        if handler is None or where is None or not text(activity, "id"):
            return None
        key = activities.key(activity)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = self.under_way.start(self._handled(handler, activity, where))
            while len(self._answers) > MOST_REMEMBERED:
                self._answers.popitem(last=False)
        # Who stops waiting must not stop the answer, which the next one may ask for.
        return await asyncio.shield(answer)

    def _handler(self, activity: Json) -> Handler | None:
        kind, name = text(activity, "type"), text(activity, "name")
        return {
            "message": self._on_message,
            "invoke adaptiveCard/action": self._on_card,
            "invoke task/fetch": self._on_window,
            "invoke task/submit": self._on_window_sent,
            "installationUpdate": self._on_installation,
            "conversationUpdate": self._on_conversation,
        }.get(f"{kind} {name}" if kind == "invoke" else kind)

    async def _handled(self, handler: Handler, activity: Json, where: Where) -> Json | None:
        try:
            return await handler(activity, where)
        except Exception as error:
            apology = fault(error)
            if text(activity, "name").startswith("task/"):
                return closing(said_in_passing(apology))
            if text(activity, "type") == "invoke":
                return remark(said_in_passing(apology))
            self.under_way.start(self._replies.give(where, apology))
            return None

    async def _on_message(self, activity: Json, where: Where) -> Json | None:
        data = activity.get("value")
        if isinstance(data, dict) and not text(activity, "text"):
            incoming: Incoming | None = _pressed(activity, where, data)
        else:
            # What is typed in reply to a message does not take its place.
            where = replace(where, card="")
            incoming = await self._words(activity, where)
        if incoming is not None:
            where = await self._known(where)
            work = self.under_way.start(self._answer(incoming, data))
            told = self.under_way.start(self._tell(where, work))
            await asyncio.wait({told}, timeout=self.patience)
        return None

    async def _words(self, activity: Json, where: Where) -> Incoming | None:
        if not where.personal and not activities.to_the_bot(activity):
            return None
        known = await self._conversations.accounts(where.tenant, list(activities.mentioned(activity)))
        words = activities.command_text(activity, known)
        if where.personal and not words:
            # A picture or a file: nothing was said.
            return None
        return Command(activities.key(activity), where.sender, words, direct=where.personal)

    async def _on_card(self, activity: Json, where: Where) -> Json | None:
        work, where = await self._begin(activity, where, part(part(activity, "value"), "action"))
        if not await self._in_time(work):
            self.under_way.start(self._tell(where, work))
            return remark(WORKING)
        reply = work.result()
        if reply is not None and in_place(reply):
            self.under_way.start((self._replies.replace if where.card else self._replies.attach)(where, reply))
            return self._replies.answer(where, reply)
        return remark(self._in_passing(where, reply))

    async def _on_window(self, activity: Json, where: Where) -> Json | None:
        """A button that opens a form in a window. What is late is told in the chat: the form then stands there."""
        # The card stays; whoever leaves the form unfilled still wants it.
        work, where = await self._begin(activity, replace(where, card=""), part(activity, "value"))
        if not await self._in_time(work):
            self.under_way.start(self._tell(where, work))
            return closing(WORKING)
        reply = work.result()
        if isinstance(reply, Form):
            return dialogs.dialog(reply, activities.key(activity))
        return closing(self._in_passing(where, reply))

    async def _on_window_sent(self, activity: Json, where: Where) -> Json | None:
        """A form sent from a window, which comes back in it or closes it. A window shows no buttons of ours, so the
        answer is a message in the chat, but for a sentence that only says why nothing was done.
        """
        value = part(activity, "value")
        work, where = await self._begin(activity, replace(where, card=""), value)
        if not await self._in_time(work):
            self.under_way.start(self._tell(where, work))
            return closing(WORKING)
        reply = work.result()
        if isinstance(reply, Form):
            return dialogs.dialog(reply, dialogs.window(part(value, "data")) or activities.key(activity))
        if reply is not None and in_place(reply):
            self.under_way.start(self._replies.give(where, reply))
            return None
        words = self._in_passing(where, reply)
        return None if words == ELSEWHERE else closing(words)

    async def _on_installation(self, activity: Json, where: Where) -> Json | None:
        action = text(activity, "action")
        if action.startswith("add"):
            await self._installed(activity, where)
        elif action == "remove" and where.personal:
            await self._conversations.forget(where.tenant, where.account)
            await self._bot.lost(where.sender, "they have removed the app")
        return None

    async def _on_conversation(self, activity: Json, where: Where) -> Json | None:
        if where.person.bot in activities.members(activity, "membersAdded"):
            await self._installed(activity, where)
        return None

    async def _installed(self, activity: Json, where: Where) -> None:
        """Whoever it was installed for is told once what it is for. In a team nobody is: they did not ask."""
        known = await self._conversations.remember(where.tenant, where.account, where.person, surely=True)
        if where.personal and await self._conversations.to_welcome(where.tenant, where.account):
            work = self.under_way.start(self._first_word(HomeOpened(activities.key(activity), where.sender)))
            self.under_way.start(self._tell(replace(where, person=known, card=""), work))

    async def _first_word(self, opened: HomeOpened) -> Reply:
        reply = await self._bot.handle(opened, self)
        return reply.plus(AGAIN) if isinstance(reply, Message) and not reply.beside else reply

    # --- the rest ---

    async def _begin(self, activity: Json, where: Where, value: Json) -> "tuple[asyncio.Task[Reply], Where]":
        incoming = _pressed(activity, where, part(value, "data"), text(value, "verb"))
        where = await self._known(where)
        return self.under_way.start(self._answer(incoming, part(value, "data"))), where

    async def _answer(self, incoming: Incoming, data: Any) -> Reply:
        """A form that comes back takes the place of the one that was sent, so that it says again what it is about."""
        reply = await self._bot.handle(incoming, self)
        if isinstance(reply, Form) and reply.errors and not reply.intro:
            return replace(reply, intro=dialogs.intro(data))
        return reply

    def _in_passing(self, where: Where, reply: Reply) -> str:
        """The words for an answer that cannot hold more; what has more is said in a message of its own."""
        words = said_in_passing(reply)
        if reply is not None and not words:
            self.under_way.start(self._replies.give(where, reply))
        return words or ELSEWHERE

    async def _in_time(self, work: "asyncio.Task[Reply]") -> bool:
        done, _ = await asyncio.wait({work}, timeout=self.patience)
        return bool(done)

    async def _tell(self, where: Where, work: "asyncio.Task[Reply]") -> None:
        """Say what came of it, when it can no longer ride in the response."""
        reply = await work
        if reply is not None and in_place(reply):
            await self._replies.replace(where, reply)
        elif reply is not None:
            await self._replies.give(where, reply)

    async def _known(self, where: Where) -> Where:
        return replace(where, person=await self._conversations.remember(where.tenant, where.account, where.person))


def _pressed(activity: Json, where: Where, data: Json, verb: str = "") -> Press | Submission:
    key, sender = activities.key(activity), where.sender
    sent = dialogs.read(verb, data)
    if sent is not None:
        # A form is sent once; sent again after a correction it is the same thing, and nothing of the first was kept.
        if where.card:
            key = activities.key({**activity, "id": f"card/{where.card}"})
        elif window := dialogs.window(data):
            key = activities.key_of(activity, where.account, window)
        return Submission(key, sender, *sent)
    pressed = cards.decode(verb, data)
    # The bot has a sentence for what it cannot read.
    return Press(key, sender, *(pressed or ("",)))
