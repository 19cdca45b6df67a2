"""Calls to Slack's Web API, and what their answers mean. Nothing here retries: that is the outbox's alone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from qibot.chat.incoming import Profile
from qibot.chat.message import Document
from qibot.chat.platform import Doubt, InDoubt, NotNow, NotSent, Sent, Throttled, Unreachable
from qibot.errors import Refused
from qibot.platforms.slack.blocks import Rendered
from qibot.platforms.words import shorten

PATIENCE = 8
"""Seconds for one call: less than a delivery's lease, more than Slack takes on a bad day."""
PAGE, MOST_PAGES = 200, 5
"""How far back a conversation is looked through for a message of ours: its thousand newest, which in a conversation
with a bot are years.
"""
LARGEST = 1_000_000
"""Bytes of a file that is fetched: some thousand rows."""
ALT_TEXT = 1_000
"""Characters that Slack keeps of the words for a picture that is uploaded."""
MARK = "qibot_delivery"
_FILES = frozenset({"files.slack.com", "files.slack-gov.com"})
_OURS = frozenset({"127.0.0.1", "localhost", "::1"})
_GONE = frozenset({
    "account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "org_login_required",
    "team_access_not_granted",
})  # fmt: skip
_NOBODY = frozenset({
    "user_not_found", "user_disabled", "cannot_dm_bot", "channel_not_found", "is_archived", "not_in_channel",
    "messages_tab_disabled", "user_not_visible", "restricted_action",
})  # fmt: skip
_FIXED = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
_THEIR_FAULT = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)


@asynccontextmanager
async def understood(*, writes: bool) -> AsyncIterator[None]:
    """Turns what a call raised into a `NotSent`. `writes`: whether Slack may have acted although no answer came."""
    lost: type[NotSent] = InDoubt if writes else NotNow
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error, lost) from error
    except aiohttp.ClientConnectorError as error:
        raise NotNow("Slack could not be reached") from error
    except (TimeoutError, aiohttp.ClientError, asyncio.IncompleteReadError) as error:
        raise lost("the connection to Slack broke off") from error


def _meaning(error: SlackApiError, lost: type[NotSent]) -> NotSent:
    status, headers, code = _answer(error)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return Throttled(_seconds(headers.get("Retry-After") or headers.get("retry-after")))
    if code in _GONE:
        return Unreachable("the app is no longer installed in their workspace")
    if code in _NOBODY:
        return Unreachable("their account cannot be written to")
    if code in _FIXED:
        return Unreachable("Slack does not let me change that message any more")
    # An answer without a reason is none of Slack's own: nobody knows what became of the call.
    if status >= 500 or not code or code in _THEIR_FAULT:
        return lost("Slack had a fault of its own")
    return NotSent(f"Slack did not take it ({code or status})")


def _answer(error: SlackApiError) -> tuple[int, dict[str, str], str]:
    response: Any = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    headers = dict(getattr(response, "headers", None) or {})
    data = getattr(response, "data", None)
    # A 5xx may carry a page instead of JSON.
    return status, headers, str(data.get("error", "")) if isinstance(data, dict) else ""


def _seconds(value: Any) -> float:
    try:
        return max(1.0, float(value))
    except (TypeError, ValueError):
        return 30.0


async def open_conversation(client: AsyncWebClient, account: str) -> str:
    """The bot's direct conversation with somebody. Opening it twice is opening it once."""
    async with understood(writes=False):
        answer = await client.conversations_open(users=[account])
    return str(answer["channel"]["id"])


async def post(client: AsyncWebClient, conversation: str, said: Rendered, mark: str = "") -> Sent:
    """Say something there, once. `mark` travels as metadata, so that it can be asked for later."""
    metadata = {"event_type": MARK, "event_payload": {"id": mark}} if mark else None
    async with understood(writes=True):
        answer = await client.chat_postMessage(
            channel=conversation,
            text=said.text,
            blocks=said.blocks,
            metadata=metadata,
            unfurl_links=False,
            unfurl_media=False,
        )
    return Sent(conversation, str(answer["ts"]))


async def update(client: AsyncWebClient, sent: Sent, said: Rendered) -> None:
    """Say something else in the place of what was said. Its mark stays; doing it twice is doing it once."""
    async with understood(writes=False):
        await client.chat_update(channel=sent.conversation, ts=sent.message, text=said.text, blocks=said.blocks)


async def post_to_all(client: AsyncWebClient, accounts: Sequence[str], said: Rendered, mark: str) -> Sent:
    """Say something once in the conversation of the bot and these people, which is the same one each time."""
    try:
        async with understood(writes=False):
            answer = await client.conversations_open(users=list(accounts))
        return await post(client, str(answer["channel"]["id"]), said, mark)
    except (NotNow, Throttled, InDoubt):
        raise
    except NotSent as refused:
        # Guests, people of another organisation, an app installed before it asked for this: there are many reasons.
        raise Unreachable("Slack does not let me bring them together") from refused


async def find(client: AsyncWebClient, conversation: str, mark: str) -> Sent | Doubt:
    """The marked message of that conversation, if it is there.

    Not by its time, which is Slack's: our clock may have been an hour or a month ahead as it was sent.
    """
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        async with understood(writes=False):
            page = await client.conversations_history(
                channel=conversation, include_all_metadata=True, limit=PAGE, cursor=cursor
            )
        for message in page["messages"]:
            about = message.get("metadata") or {}
            if about.get("event_type") == MARK and (about.get("event_payload") or {}).get("id") == mark:
                return Sent(conversation, str(message["ts"]))
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None
        if not cursor:
            break
    return Doubt.NOT_SENT


async def profile(client: AsyncWebClient, account: str) -> Profile | None:
    """What Slack says of an account; None when it says nothing. Raises `NotNow` or `Throttled` when it may later."""
    try:
        async with understood(writes=False):
            user: dict[str, Any] = (await client.users_info(user=account))["user"]
    except (NotNow, Throttled):
        raise
    except NotSent:
        return None
    about = user.get("profile") or {}
    guest = any(user.get(k) for k in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    return Profile(
        name=about.get("real_name") or user.get("real_name") or user.get("name") or "",
        email=about.get("email") or "",
        zone=user.get("tz") or "Europe/London",
        guest=guest,
        bot=bool(user.get("is_bot")) or account == "USLACKBOT",
    )


async def download(client: AsyncWebClient, session: aiohttp.ClientSession, address: str) -> bytes:
    """A file that was sent to the bot, from Slack's own address and no other, for the token goes with it.

    Raises `Refused` for one that is too large or may not be read, and `NotNow`.
    """
    if not _is_slacks(address, client.base_url):
        raise Refused("I can only read files that are kept in this workspace.", "Please send the file itself.")
    headers = {"Authorization": f"Bearer {client.token}"}
    patience = aiohttp.ClientTimeout(total=PATIENCE)
    try:
        # Whoever may not read it is led to a page to sign in, which is no file.
        async with session.get(address, headers=headers, timeout=patience, allow_redirects=False) as answer:
            if answer.status >= 500 or answer.status == 429:
                raise NotNow("Slack had a fault of its own")
            if answer.status != 200 or answer.content_type == "text/html":
                raise Refused(
                    "I may not read files in this workspace yet.",
                    "Whoever looks after its apps has to approve me once more. Rows can be pasted meanwhile.",
                )
            data = await answer.content.read(LARGEST + 1)
            while not answer.content.at_eof() and len(data) <= LARGEST:
                data += await answer.content.read(LARGEST + 1 - len(data))
    except (TimeoutError, aiohttp.ClientError) as error:
        raise NotNow("the connection to Slack broke off") from error
    if len(data) > LARGEST:
        raise too_large()
    return data


def too_large() -> Refused:
    """What is said of a file that nobody will read."""
    return Refused(
        f"That file has more than {LARGEST // 1_000_000} MB.", "Whoever runs me can take it in at the command line."
    )


def _is_slacks(address: str, base_url: str) -> bool:
    """Whether files are kept there: Slack's host of files, or where the Web API is when that is a stand-in."""
    at, api = urlsplit(address), urlsplit(base_url)
    if api.hostname in _OURS:
        return (at.scheme, at.netloc) == (api.scheme, api.netloc)
    return at.scheme == "https" and at.netloc in _FILES


async def upload(client: AsyncWebClient, conversation: str, document: Document) -> None:
    """A file for somebody to keep, in their conversation with the bot."""
    async with understood(writes=True):
        await client.files_upload_v2(
            channel=conversation,
            filename=document.name,
            title=document.name,
            content=document.data or document.text or "\n",
            # What a picture says, for whoever does not see it.
            alt_txt=shorten(document.text, ALT_TEXT) if document.name.endswith(".png") else None,
        )
