"""How a reply reaches the person in Teams, and where.

In their own chat a reply is a card. In a channel or group chat it is a targeted card, which only they see and which
Teams forgets after a day; where Teams does not take one (an app installed from the older manifest, an older client), it
goes to their own chat, with a line in the channel that says so and nothing else. Files always go to their own chat.

What replaces a card is said twice: in the answer to the press, which they see at once, and as an update of the message,
for Teams forgets the first as soon as anybody reacts to it (github.com/microsoft/botbuilder-js, issue 4635).
"""

import base64
import secrets
import struct
from collections.abc import Awaitable
from typing import Any

import structlog

from qibot.chat.forms import Form
from qibot.chat.message import Buttons, Calendar, Document, Message, Picture, Table, Text, plain_text
from qibot.chat.platform import InDoubt, NotSent, Sent
from qibot.chat.router import Reply
from qibot.platforms.teams import cards, dialogs
from qibot.platforms.teams.activities import Where
from qibot.platforms.teams.calls import CARD, Connector
from qibot.platforms.teams.cards import Asks
from qibot.platforms.teams.conversations import Reference

log = structlog.get_logger()
Json = dict[str, Any]

LONGEST_PIECE, MOST_PIECES = 12_000, 6
"""Characters of a file in one card, which may have about 28 kB, and how many cards of it anybody wants to get."""
PICTURE_POINTS, PICTURE_BYTES = 1_024, 1_000_000
"""How wide or high, and how large, a picture in a message may be; beyond that its words have to do."""
LONGEST_REMARK = 300
"""Characters that can be read in the line that Teams shows for a moment."""
_MORE_THAN_WORDS = Buttons | Table | Picture | Document | Calendar
_PNG = b"\x89PNG\r\n\x1a\n"
DONE_ALREADY = Message("That is done already.", beside=True)
ELSEWHERE = "Please see the new card."
WORKING = "I am working on it. The answer will follow here."
POINTER = "I have answered you in our own chat, where only you can see it."


class Replies:
    """Gives replies, through the connector."""

    def __init__(self, connector: Connector, asks: Asks) -> None:
        self._connector, self._asks = connector, asks

    async def deliver(self, to: Reference, tenant: str, conversation: str, message: Message) -> Sent:
        """Say something unasked in somebody's own conversation. Raises a `NotSent`."""
        conversation = conversation or await self._connector.open(to, tenant)
        return Sent(conversation, await self._connector.post(to, conversation, self._card(message, tenant)))

    async def change(self, to: Reference, tenant: str, sent: Sent, message: Message) -> None:
        """Say something else in the place of what was said there. Raises a `NotSent`."""
        await self._connector.update(to, sent.conversation, sent.message, self._card(message, tenant))

    async def follow_up(self, to: Reference, conversation: str, message: Message) -> None:
        """The files of a message that has arrived. One that does not must not make it arrive again."""
        for piece in _pieces(message):
            await self._quietly(self._connector.post(to, conversation, piece), "file not delivered")

    async def give(self, where: Where, reply: Message | Form) -> None:
        """Answer with a new message, to the person alone."""
        card = self._card(reply, where.tenant)
        if where.personal:
            await self._quietly(self._connector.post(where.person, where.conversation, card), "reply not delivered")
        elif not await self._targeted(where, self._card(reply, where.tenant, windows=False)):
            await self._in_own_chat(where, card)
        await self.attach(where, reply)

    async def replace(self, where: Where, reply: Message | Form) -> None:
        """Answer in the place of the card that was pressed; beside it, when there is none to replace."""
        if not where.card:
            await self.give(where, reply)
            return
        card = self._card(reply, where.tenant, windows=where.personal)
        update = self._connector.update(where.person, where.conversation, where.card, card, targeted=not where.personal)
        await self._quietly(update, "card not replaced")
        await self.attach(where, reply)

    async def attach(self, where: Where, reply: Message | Form) -> None:
        """Files of a reply go to the person's own chat."""
        for piece in _pieces(reply) if isinstance(reply, Message) else ():
            await self._in_own_chat(where, piece, pointed=True)

    def answer(self, where: Where, reply: Message | Form) -> Json:
        """The answer to a press or a sent form: a card in the place of the other."""
        value = self._rendered(reply, where.tenant, windows=where.personal)
        return {"statusCode": 200, "type": CARD, "value": value}

    def _card(self, reply: Message | Form, tenant: str, *, windows: bool = True) -> Json:
        title = reply.title if isinstance(reply, Message) else reply.kind.shape.title
        return _activity(title, self._rendered(reply, tenant, windows=windows))

    def _rendered(self, reply: Message | Form, tenant: str, *, windows: bool) -> Json:
        """The card itself. Nobody has said that a targeted message can open a window, so there a form is a card."""
        if isinstance(reply, Form):
            return dialogs.render(reply)
        return cards.render(reply, workspace=tenant, asks=self._asks if windows else cards.nothing_asks)

    async def _targeted(self, where: Where, card: Json) -> bool:
        try:
            await self._connector.post(where.person, where.conversation, card, targeted=True)
        except InDoubt as problem:
            # It may be there; nothing is said twice.
            log.warning("reply not delivered", reason=problem.reason)
        except NotSent as problem:
            log.info("no targeted message", reason=problem.reason)
            return False
        return True

    async def _in_own_chat(self, where: Where, card: Json, *, pointed: bool = False) -> None:
        async def post() -> None:
            own = where.person.conversation or await self._connector.open(where.person, where.tenant)
            await self._connector.post(where.person, own, card)

        if await self._quietly(post(), "reply not delivered") and not pointed:
            pointer = self._connector.post(where.person, where.conversation, {"type": "message", "text": POINTER})
            await self._quietly(pointer, "pointer not delivered")

    async def _quietly(self, call: Awaitable[Any], event: str) -> bool:
        """Whether it was given. What was not is logged with its reason, never with its words."""
        try:
            await call
        except NotSent as problem:
            log.warning(event, reason=problem.reason)
            return False
        return True


def in_place(reply: Reply) -> bool:
    """Whether the reply to a press takes the place of its card. A form that comes back with errors does; a form that a
    button opens does not, for whoever leaves it unfilled still wants the card.
    """
    return bool(reply.errors) if isinstance(reply, Form) else reply is not None and not reply.beside


def said_in_passing(reply: Reply) -> str:
    """The words Teams can show for a moment, when they are all there is to say; else ""."""
    if reply is None:
        return DONE_ALREADY.title
    if isinstance(reply, Form) or any(isinstance(p, _MORE_THAN_WORDS) for p in reply.parts):
        return ""
    words = plain_text(cards.in_our_words(reply))
    return words if len(words) <= LONGEST_REMARK else ""


def remark(words: str) -> Json:
    """The answer to a press: a line that Teams shows for a moment."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": words}


def closing(words: str) -> Json:
    """The answer to what was done in or for a dialog: words, and no form any more."""
    return {"task": {"type": "message", "value": words}}


def fault(error: Exception) -> Message:
    """Something of ours broke on the way to or from the bot: logged under a reference, which the person gets."""
    reference = secrets.token_hex(4)
    log.error("teams activity not handled", reference=reference, exc_info=error)
    sentence = (
        f"Please look whether it was done before you try again. An organiser can use this reference: {reference}."
    )
    return Message("Something went wrong on our side", Text(sentence), beside=True)


def _activity(title: str, card: Json) -> Json:
    # The summary is what a phone shows of it when it arrives.
    return {"type": "message", "summary": title, "attachments": [{"contentType": CARD, "content": card}]}


def _pieces(message: Message) -> list[Json]:
    """A file as cards with its lines, to copy; a picture before them, as one.

    A bot may only offer a real file by a card that asks first and a drive to put it on, which is one more permission
    for every administrator to approve.
    """
    pieces = []
    for document in (part for part in message.parts if isinstance(part, Document)):
        if _is_picture(document.data):
            pieces.append(_picture(document))
        texts = _split(document.text)
        shown = texts[:MOST_PIECES]
        for number, words in enumerate(shown, 1):
            title = document.name if len(texts) == 1 else f"{document.name} ({number} of {len(texts)})"
            pieces.append(_activity(title, _lines(title, words, _ending(len(texts)) if number == len(shown) else "")))
    return pieces


def _is_picture(data: bytes) -> bool:
    """Whether it is one that Teams shows: its width and height stand at the same place in every PNG."""
    size = struct.unpack(">II", data[16:24]) if data.startswith(_PNG) and len(data) >= 24 else (0, 0)
    return 0 < max(size) <= PICTURE_POINTS and len(data) <= PICTURE_BYTES


def _picture(document: Document) -> Json:
    """A message that is a picture. It needs no permission, and its bytes do not count to the size of a message."""
    url = f"data:image/png;base64,{base64.b64encode(document.data).decode()}"
    made = {"contentType": "image/png", "contentUrl": url, "name": document.name}
    return {"type": "message", "summary": document.name, "attachments": [made]}


def _lines(title: str, words: str, note: str) -> Json:
    # Runs are shown as they are: nothing in a file is read as emphasis or a link.
    body = [
        _run(title, weight="Bolder"),
        _run(words, fontType="Monospace"),
        *([_run(note, size="Small")] if note else ()),
    ]
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "body": body,
        "msteams": {"width": "Full"},
    }


def _run(words: str, **look: str) -> Json:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": words, **look}]}


def _split(words: str) -> list[str]:
    pieces, room = [""], LONGEST_PIECE
    for line in words.splitlines(keepends=True):
        for start in range(0, len(line), LONGEST_PIECE):
            some = line[start : start + LONGEST_PIECE]
            if len(some) > room:
                pieces.append("")
                room = LONGEST_PIECE
            pieces[-1] += some
            room -= len(some)
    return pieces


def _ending(pieces: int) -> str:
    if pieces > MOST_PIECES:
        return f"That is as much as a chat can hold: {MOST_PIECES} parts of {pieces}."
    return "I cannot hand over files here, so these are its lines, to copy."
