"""Slack's side of the conversation: what people do becomes an `Incoming`, what the bot says becomes blocks.

One listener per kind of thing; the router does the rest. `process_before_response`: Bolt acknowledges when the listener
returns, so each listener waits two seconds at most, acknowledges, and finishes in a task that shutdown waits for.
"""

import asyncio
import logging
import re
import secrets
from datetime import datetime
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from qibot.chat.forms import Form
from qibot.chat.incoming import Command, FileSent, HomeOpened, Incoming, Press, Profile, Sender, Shortcut, Submission
from qibot.chat.message import Message, Text
from qibot.chat.platform import Address, Answering, Doubt, NotNow, Sent, Unreachable
from qibot.chat.router import Reply
from qibot.errors import Refused
from qibot.platforms.leaving import looking
from qibot.platforms.slack import blocks, calls, modals
from qibot.platforms.slack.installations import Installations, Installed, front_door
from qibot.platforms.slack.manifest import SHORTCUT
from qibot.platforms.slack.replies import Acknowledge, Replies, Where, in_acknowledgement, without

log = structlog.get_logger()
Json = dict[str, Any]
MOST_REMEMBERED = 10_000
"""Events whose names are kept, so that one sent again is not answered again. Slack does so for five minutes."""
_ANYTHING = re.compile(r"[\s\S]*")
# A logger of this name becomes as quiet as Bolt is asked to be: it must not be one of ours.
_BOLT = "qibot.slack.bolt"
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")
_LINK = re.compile(r"<(?:https?://|mailto:)[^|>]*\|([^>]*)>|<((?:https?://|mailto:)[^|>]*)>")
_WORKING = Message("I am working on it", Text("This window will show the answer."))


class SlackAdapter:
    """The bot in Slack. `start` before anything is handled, `stop` before the database closes."""

    name = "slack"

    def __init__(self, bot: Answering, installations: Installations, *, api_url: str, token: str = "") -> None:
        self._bot, self._installations = bot, installations
        self._api_url, self._token = api_url, token
        self._clients: dict[str, AsyncWebClient] = {}
        self._session: aiohttp.ClientSession | None = None
        self._events: dict[str, None] = {}

    async def start(self) -> None:
        """Make what belongs to the running loop. With one bot token, ask Slack whose it is. Raises `Refused`."""
        patience = aiohttp.ClientTimeout(total=calls.PATIENCE)
        self._session = aiohttp.ClientSession(timeout=patience, trace_configs=[looking()])
        self.replies = Replies(self._session)
        if self._token:
            await self._one_workspace(self._token)
        self.app = self._bolt()

    async def drain(self, seconds: float) -> None:
        """Finish the replies under way, within `seconds`."""
        if self._session is not None:
            await self.replies.finish(seconds)

    async def stop(self) -> None:
        """Let go of the connections, and of whatever is still under way."""
        if self._session is not None:
            await self.replies.finish(0)
            await self._session.close()
            self._session = None

    # --- speaking unasked: the outbox's side ---

    async def send(self, to: Address, message: Message, mark: str) -> Sent:
        """See `Platform.send`. Slack takes what is written to a deactivated account in a conversation that it had
        before: sent means taken, and never read. Only a first message to one is refused.
        """
        client, said = await self._client_of(to.workspace), blocks.render(message, workspace=to.workspace)
        if to.others:
            return await calls.post_to_all(client, (to.account, *to.others), said, mark)
        conversation = to.conversation or await calls.open_conversation(client, to.account)
        sent = await calls.post(client, conversation, said, mark)
        where = Where(to.workspace, to.account, client)
        await self.replies.attach(where, message)
        return sent

    async def find_sent(self, to: Address, mark: str, since: datetime) -> Sent | Doubt:
        """See `Platform.find_sent`: Slack can be asked, but for what was said to several: that would need permission to
        read what they write to each other.
        """
        if to.others:
            return Doubt.CANNOT_ASK
        client = await self._client_of(to.workspace)
        conversation = to.conversation or await calls.open_conversation(client, to.account)
        return await calls.find(client, conversation, mark)

    async def edit(self, to: Address, sent: Sent, message: Message) -> None:
        """See `Platform.edit`."""
        client = await self._client_of(to.workspace)
        await calls.update(client, sent, blocks.render(message, workspace=to.workspace))

    async def profile(self, sender: Sender) -> Profile | None:
        """See `Platform.profile`."""
        return await calls.profile(await self._client_of(sender.workspace), sender.account)

    # --- what people do ---

    async def _on_command(self, ack: Acknowledge, body: Json, context: AsyncBoltContext) -> None:
        where = await self._where(context, body, command=_words(body.get("text")))
        work = self._begin(where, Command(_key(body), self._sender(where), where.command))
        if not await self.replies.in_time(work):
            await ack()
            self.replies.start(self._finish(where, work))
            return
        reply = work.result()
        if isinstance(reply, Message):
            await ack(**in_acknowledgement(reply, workspace=where.workspace))
            self.replies.start(self.replies.attach(where, reply))
        else:
            await ack()

    async def _on_action(self, ack: Acknowledge, body: Json, context: AsyncBoltContext) -> None:
        # Dialogues of old, which have no actions, come by the same door.
        action = (body.get("actions") or [{}])[0]
        pressed = blocks.decode_action(action)
        if pressed is None:
            # A button that opens an address tells us too: nothing to do.
            await ack()
            return
        container = body.get("container") or {}
        ours = str(container.get("channel_id", "")).startswith("D") and not container.get("is_ephemeral")
        on_message = container.get("type") == "message"
        where = without(await self._where(context, body), on_message=on_message, in_conversation=ours)
        key = f"{_key(body)}/{action.get('action_ts', '')}"
        work = self._begin(where, Press(key, self._sender(where), *pressed))
        await self.replies.in_time(work)
        await ack()
        self.replies.start(self._finish(where, work, home=container.get("type") == "view"))

    async def _on_submission(self, ack: Acknowledge, body: Json, context: AsyncBoltContext) -> None:
        view = body.get("view") or {}
        wire, values, response_url = modals.read(view)
        where = without(await self._where(context, body), response_url=response_url, trigger="")
        # A modal is sent once; sent again after a correction it is the same thing, and nothing of the first was kept.
        incoming = Submission(f"view/{view.get('id') or _key(body)}", self._sender(where), wire, values)
        work = self._begin(where, incoming)
        if not await self.replies.in_time(work):
            await ack(response_action="update", view=modals.said(_WORKING, workspace=where.workspace))
            self.replies.start(self._finish_in_modal(where, work, str(view.get("id") or "")))
            return
        reply = work.result()
        if isinstance(reply, Form):
            await ack(**modals.errors(reply, metadata=response_url))
            return
        await ack()
        self.replies.start(self._finish(where, work))

    async def _on_shortcut(self, ack: Acknowledge, body: Json, context: AsyncBoltContext) -> None:
        name, ours, command = str(body.get("callback_id") or "").partition(SHORTCUT)
        if name or not ours:
            await ack()
            return
        where = without(await self._where(context, body, command=command), response_url="")
        # From the menu of a message its words come along; nothing else of it is read.
        words = _words((body.get("message") or {}).get("text"))
        work = self._begin(where, Shortcut(_key(body), self._sender(where), command, words))
        await self.replies.in_time(work)
        await ack()
        self.replies.start(self._finish(where, work))

    async def _on_message(self, event: Json, body: Json, context: AsyncBoltContext) -> None:
        words, account = _words(event.get("text")), _text(event.get("user"))
        file = _file(event)
        if event.get("channel_type") != "im" or event.get("bot_id") or not (file or words):
            return
        if event.get("subtype") and not file:
            return
        key = str(body.get("event_id") or _key(body))
        # The receipt keeps an effect from happening twice; this keeps an answer from being said twice.
        if not account or self._heard(key):
            return
        where = without(await self._where(context, body, account), command=words, trigger="")
        incoming = Command(key, self._sender(where), words, direct=True)
        work = self._begin(where, self._sent(key, where, file) if file else incoming)
        await self.replies.in_time(work)
        self.replies.start(self._finish(where, work))

    def _sent(self, key: str, where: Where, file: Json) -> FileSent:
        """A file, which is fetched once it is known that its sender may send one."""

        async def fetch() -> bytes:
            size = file.get("size")
            if isinstance(size, int) and size > calls.LARGEST:
                raise calls.too_large()
            if self._session is None:
                raise NotNow("the bot is stopping")
            return await calls.download(where.client, self._session, _text(file.get("url_private_download")))

        return FileSent(key, self._sender(where), fetch)

    async def _on_home(self, event: Json, body: Json, context: AsyncBoltContext) -> None:
        if event.get("tab") != "home":
            return
        where = await self._where(context, body, _text(event.get("user")))
        work = self._begin(where, HomeOpened(_key(body), self._sender(where)))
        await self.replies.in_time(work)
        self.replies.start(self._show_home(where, work))

    async def _on_removed(self, body: Json, event: Json, context: AsyncBoltContext) -> None:
        if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        installed = await self._installations.find(context.team_id, context.enterprise_id)
        when = body.get("event_time")
        if installed and await self._installations.forget(installed, when if isinstance(when, int) else None):
            self._clients.pop(installed.key, None)
            await self._bot.removed(self.name, installed.key)
            log.info("removed from a workspace", workspace=installed.key)

    async def _on_error(self, error: Exception, body: Json) -> BoltResponse:
        if not isinstance(error, BoltUnhandledRequestError):
            self.replies.start(self.replies.apologise(_text(body.get("response_url")), error))
        # Slack would only send it again.
        return BoltResponse(status=200, body="")

    # --- the rest ---

    def _begin(self, where: Where, incoming: Incoming) -> "asyncio.Task[Reply]":
        return self.replies.start(self._turn(where, incoming))

    async def _turn(self, where: Where, incoming: Incoming) -> Reply:
        """The reply that is still to be given: a form is opened here, because what opens it lives three seconds."""
        reply = await self._bot.handle(incoming, self)
        if isinstance(reply, Form) and not isinstance(incoming, Submission):
            await self.replies.open(where, reply)
            return None
        return reply

    async def _finish(self, where: Where, work: "asyncio.Task[Reply]", *, home: bool = False) -> None:
        reply = await work
        if isinstance(reply, Message):
            await self.replies.give(where, reply)
            if home:
                await self._show_home(where, self._begin(where, HomeOpened("home", self._sender(where))))

    async def _finish_in_modal(self, where: Where, work: "asyncio.Task[Reply]", view_id: str) -> None:
        await self.replies.show(where, view_id, await work)

    async def _show_home(self, where: Where, work: "asyncio.Task[Reply]") -> None:
        message = await work
        if isinstance(message, Message):
            await self.replies.publish(where, message)

    def _heard(self, event_id: str) -> bool:
        if event_id in self._events:
            return True
        self._events[event_id] = None
        while len(self._events) > MOST_REMEMBERED:
            self._events.pop(next(iter(self._events)))
        return False

    def _sender(self, where: Where) -> Sender:
        return Sender(self.name, where.workspace, where.account, where.opens)

    async def _where(self, context: AsyncBoltContext, body: Json, account: str = "", *, command: str = "") -> Where:
        installed = await self._installations.find(context.team_id, context.enterprise_id)
        account = account or _text(context.user_id)
        if installed is None or not account:
            raise LookupError("from nobody, or no longer installed")
        return Where(
            installed.key,
            account,
            self._client(installed),
            response_url=_text(body.get("response_url")),
            trigger=_text(body.get("trigger_id")),
            command=command,
            opens=front_door(_text(body.get("api_app_id")), installed.key),
        )

    async def _client_of(self, workspace: str) -> AsyncWebClient:
        installed = await self._installations.find(workspace, None)
        if installed is None:
            raise Unreachable("the app is no longer installed in their workspace")
        return self._client(installed)

    def _client(self, installed: Installed) -> AsyncWebClient:
        client = self._clients.get(installed.key)
        if client is None or client.token != installed.token:
            client = self._clients[installed.key] = self.web_client(installed.token)
        return client

    def web_client(self, token: str | None) -> AsyncWebClient:
        """A client on the one shared session that never writes twice: the SDK's own retries are off."""
        return AsyncWebClient(
            token=token, base_url=self._api_url, session=self._session, retry_handlers=[], timeout=calls.PATIENCE
        )

    async def _one_workspace(self, token: str) -> None:
        try:
            me = await self.web_client(token).auth_test()
        except SlackApiError as error:
            why = f"Slack does not take SLACK_BOT_TOKEN ({error.response.get('error')})."
            raise Refused(why, "Copy it again from the app's page OAuth & Permissions.") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise Refused("Slack could not be reached to ask whose SLACK_BOT_TOKEN is.", "Try again.") from error
        key = str(me["team_id"])
        name = str(me.get("team") or "")
        self._installations.remember(Installed(key, name, token, str(me.get("bot_id") or ""), str(me["user_id"])))
        await self._bot.installed(self.name, key, name)

    def _bolt(self) -> AsyncApp:
        async def authorize(
            enterprise_id: str | None, team_id: str | None, user_id: str | None
        ) -> AuthorizeResult | None:
            # The stock one asks Slack over the network for every event.
            found = await self._installations.find(team_id, enterprise_id)
            if found is None:
                return None
            return AuthorizeResult(
                enterprise_id=enterprise_id,
                team_id=team_id,
                user_id=user_id,
                bot_id=found.bot_id,
                bot_user_id=found.bot_user_id,
                bot_token=found.token,
            )

        app = AsyncApp(
            # Left to find one, it reads the source of everything on the stack, a tenth of a second at each start.
            name=_BOLT,
            # None means "not installed", which Bolt's own types have forgotten.
            authorize=authorize,  # type: ignore[arg-type]
            client=self.web_client(None),
            process_before_response=True,
            # The guard in front has verified the signature over the raw bytes, before anything was parsed.
            request_verification_enabled=False,
            # Bolt's own answer to what nobody listens to is a 404 and a log line with the whole body.
            raise_error_for_unhandled_request=True,
            logger=_quiet_logger(),
        )
        app.command("/qi")(self._on_command)
        app.action(_ANYTHING)(self._on_action)
        app.view(_ANYTHING)(self._on_submission)
        app.shortcut(_ANYTHING)(self._on_shortcut)
        app.event("message")(self._on_message)
        app.event("app_home_opened")(self._on_home)
        app.event("app_uninstalled")(self._on_removed)
        app.event("tokens_revoked")(self._on_removed)
        app.error(self._on_error)
        return app


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger(_BOLT)
    logger.setLevel(logging.ERROR)
    logger.addFilter(_constant_words)
    return logger


def _constant_words(record: logging.LogRecord) -> bool:
    # What stands behind the first sign is what went wrong: it may quote what people typed, or an address.
    record.msg, record.args = re.split(r"[:({]", record.getMessage(), maxsplit=1)[0].strip(), ()
    return True


def _key(body: Json) -> str:
    # Slack names everything that happens. What has no name cannot have happened before.
    return _text(body.get("trigger_id")) or _text(body.get("event_id")) or secrets.token_hex(8)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _file(event: Json) -> Json | None:
    """The first file of a message; of several only that one is looked at."""
    files = event.get("files") if event.get("subtype") == "file_share" else None
    return files[0] if isinstance(files, list) and files and isinstance(files[0], dict) else None


def _words(text: Any) -> str:
    """What was typed: mentions as @ACCOUNT, links as their words, Slack's three escapes undone."""
    words = _MENTION.sub(r"@\1", _text(text).replace("\x00", ""))
    words = _LINK.sub(lambda m: m.group(1) or m.group(2).removeprefix("mailto:"), words)
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
