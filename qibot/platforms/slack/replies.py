"""How a reply reaches the person in Slack: in the acknowledgement when it is ready in time, else after it."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from qibot.chat.forms import Form
from qibot.chat.message import Button, Buttons, Calendar, Document, Message, Text
from qibot.chat.platform import NotSent
from qibot.chat.router import Reply, Say
from qibot.platforms.slack import blocks, calls, modals
from qibot.platforms.under_way import UnderWay

log = structlog.get_logger()
IN_TIME = 2.0
"""Seconds for a reply to ride in the acknowledgement. Slack shows an error after three."""
LONGEST_OFFER = 500
"""Characters of a command that a button may type again: a button's payload has a limit."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where an answer can go. `response_url` is good for five answers in half an hour; empty when there is none."""

    workspace: str
    account: str
    client: AsyncWebClient
    response_url: str = ""
    trigger: str = ""
    command: str = ""
    on_message: bool = False
    """Whether a message's button was pressed, so that the answer may take the message's place."""
    in_conversation: bool = False
    """Whether that message stands in the person's own conversation with the bot, where answers may stay."""
    opens: str = ""
    """The address that opens the bot here, for whoever is to come to it."""

    @property
    def metadata(self) -> str:
        """What a form opened here remembers: where to answer. In one's own conversation a new message is best."""
        return "" if self.in_conversation else self.response_url


class Replies(UnderWay):
    """Sends replies. Work that goes on after an acknowledgement is tracked, and shutdown waits for it. `patience`: for
    how many seconds an acknowledgement waits for its reply.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__()
        self._session = session
        self.patience = IN_TIME

    async def in_time(self, work: asyncio.Task[Reply]) -> bool:
        """Whether the reply is ready while it can still ride in the acknowledgement."""
        done, _ = await asyncio.wait({work}, timeout=self.patience)
        return bool(done)

    async def give(self, where: Where, message: Message) -> None:
        """Answer after the acknowledgement."""
        await self._say(where, message)
        await self.attach(where, message)

    async def apologise(self, url: str, error: Exception) -> None:
        """A fault on the way to or from the bot: logged under a reference, which the person gets where there is a way.

        Unlike a fault inside a transaction it may have come after something was done.
        """
        reference = secrets.token_hex(4)
        log.error("slack request not handled", reference=reference, exc_info=error)
        if url:
            said = blocks.render(_fault(reference), workspace="")
            body = {"text": said.text, "blocks": said.blocks, "response_type": "ephemeral", "replace_original": False}
            await self._respond(url, body)

    async def open(self, where: Where, form: Form) -> bool:
        """Open the form as a modal; where there is no way or no time left to, a button offers it."""
        if where.trigger:
            try:
                async with calls.understood(writes=False):
                    view = modals.render(form, metadata=where.metadata)
                    await where.client.views_open(trigger_id=where.trigger, view=view)
                return True
            except NotSent as problem:
                log.warning("form not opened", form=form.kind.shape.wire, reason=problem.reason)
        if 0 < len(where.command) <= LONGEST_OFFER:
            offer = Button("Open the form", Say(where.command), "primary")
            await self._say(
                where, Message(form.kind.shape.title, Text("It is one press away."), Buttons(offer), beside=True)
            )
        else:
            await self._say(where, Message("That took too long to open. Please press it again.", beside=True))
        return False

    async def attach(self, where: Where, message: Message) -> None:
        """Files of a message go to the person's direct conversation with the bot."""
        for part in message.parts:
            file = part.file if isinstance(part, Calendar) else part
            if isinstance(file, Document):
                await self._quietly(self._upload(where, file), "file not delivered")

    async def show(self, where: Where, view_id: str, reply: Reply) -> None:
        """A submission's answer that comes after its acknowledgement: in the modal that is still open."""
        if isinstance(reply, Form):
            view = modals.render(reply, metadata=where.response_url)
            message = Message(reply.kind.shape.title, Text("Nothing was saved:"), *map(Text, reply.errors.values()))
        else:
            message = reply or Message("That is done already.")
            view = modals.said(message, workspace=where.workspace)
        # Who closed it meanwhile still wants to know.
        if not await self._quietly(self._update(where, view_id, view), "modal not updated"):
            await self._say(where, message)
        await self.attach(where, message)

    async def publish(self, where: Where, message: Message) -> None:
        """Show the Home tab."""
        view = blocks.home(message, workspace=where.workspace)
        await self._quietly(self._publish(where, view), "home not shown")

    async def _say(self, where: Where, message: Message) -> None:
        said = blocks.render(message, workspace=where.workspace)
        if where.response_url:
            lasting = where.in_conversation
            body = {
                "text": said.text,
                "blocks": said.blocks,
                "response_type": "in_channel" if lasting else "ephemeral",
                **({"replace_original": not message.beside} if where.on_message else {}),
            }
            if await self._respond(where.response_url, body):
                return
        await self._quietly(self._post(where, said), "reply not delivered")

    async def _respond(self, url: str, body: dict[str, Any]) -> bool:
        # Slack answers 404 when the address is used up or too old, which its own helper does not notice.
        try:
            async with self._session.post(
                url, json=body, timeout=aiohttp.ClientTimeout(total=calls.PATIENCE)
            ) as answer:
                return answer.status == 200
        except (TimeoutError, aiohttp.ClientError):
            return False

    async def _post(self, where: Where, said: blocks.Rendered) -> None:
        await calls.post(where.client, await calls.open_conversation(where.client, where.account), said)

    async def _upload(self, where: Where, document: Document) -> None:
        await calls.upload(where.client, await calls.open_conversation(where.client, where.account), document)

    async def _update(self, where: Where, view_id: str, view: dict[str, Any]) -> None:
        async with calls.understood(writes=False):
            await where.client.views_update(view_id=view_id, view=view)

    async def _publish(self, where: Where, view: dict[str, Any]) -> None:
        async with calls.understood(writes=False):
            await where.client.views_publish(user_id=where.account, view=view)

    async def _quietly(self, call: Awaitable[None], event: str) -> bool:
        """Whether it was given. What was not is logged with its reason, never with its words."""
        try:
            await call
        except NotSent as problem:
            log.warning(event, reason=problem.reason)
            return False
        return True


def in_acknowledgement(message: Message, *, workspace: str) -> dict[str, Any]:
    """What `ack` takes to answer a slash command at once, for the person alone."""
    said = blocks.render(message, workspace=workspace)
    return {"text": said.text, "blocks": said.blocks, "response_type": "ephemeral"}


def _fault(reference: str) -> Message:
    sentence = (
        f"Please look whether it was done before you try again. An organiser can use this reference: {reference}."
    )
    return Message("Something went wrong on our side", Text(sentence), beside=True)


def without(where: Where, **changes: Any) -> Where:
    """The same place with something changed."""
    return replace(where, **changes)


Acknowledge = Callable[..., Awaitable[Any]]
