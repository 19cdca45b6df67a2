"""Web API methods about messages and conversations."""

from typing import Any

from qibot.demo.slack_api import Asked, method
from qibot.demo.slack_checks import check_message
from qibot.demo.slack_state import SlackError
from qibot.demo.slack_things import Channel, Json, Post

_MESSAGE = "text blocks attachments metadata parse link_names mrkdwn unfurl_links unfurl_media thread_ts"
_HISTORY_SCOPES = {"im": "im:history", "mpim": "mpim:history", "channel": "channels:history"}
_READ_SCOPES = {"im": "im:read", "mpim": "mpim:read", "channel": "channels:read"}


def _message(asked: Asked, *, need_content: bool = True) -> Json:
    """The message among the arguments, checked."""
    message: Json = {key: asked.json(key) for key in ("blocks", "attachments", "metadata") if key in asked.args}
    message |= {key: asked.args[key] for key in ("text", "thread_ts") if key in asked.args}
    if need_content and not message.get("text") and not message.get("blocks"):
        raise SlackError("no_text")
    found = check_message(message)
    too_long = any("msg_blocks_too_long" in one for one in found)
    asked.refuse("msg_blocks_too_long" if too_long else "invalid_blocks", found)
    asked.server.note_words(asked.method, asked.workspace, message)
    words = asked.text("text")
    if (asked.flag("link_names") or asked.text("parse") == "full") and "@" in words:
        asked.server.note(asked.method, ["link_names or parse=full turns an @ in the text into a notification"])
    return message


def _place(asked: Asked) -> Channel:
    """Where a message goes: a conversation, or a person's id for the bot's direct messages with them."""
    name = asked.need("channel", "channel_not_found")
    if name in asked.workspace.users:
        if asked.user(name).is_bot:
            raise SlackError("cannot_dm_bot")
        name = asked.server.direct(asked.workspace, [name]).id
    channel = asked.channel(name)
    # A deactivated person's conversation takes messages as any other: nobody reads them.
    if channel.kind == "im" and not asked.workspace.messages_tab:
        raise SlackError("messages_tab_disabled")
    return channel


def _pace(asked: Asked, channel: Channel) -> None:
    """About one message a second and conversation, when the server is told to be strict about it."""
    now = asked.server.now()
    last = channel.last_bot_post
    if asked.server.enforce_pace and last is not None and (now - last).total_seconds() < 1:
        raise SlackError("ratelimited", retry_after=1)
    channel.last_bot_post = now


def _own(asked: Asked, error: str) -> Post:
    """A message of the bot's own."""
    channel = asked.channel(asked.need("channel", "channel_not_found"))
    post = channel.posts.get(asked.need("ts"))
    # Ephemeral messages are nobody's to change by the Web API, only by response_url.
    if post is None or post.only_for is not None:
        raise SlackError("message_not_found")
    if post.user != asked.workspace.bot_user_id:
        raise SlackError(error)
    return post


@method("chat.postMessage", f"channel {_MESSAGE} reply_broadcast username icon_emoji", scope="chat:write")
async def post_message(asked: Asked) -> Json:
    """A message to a conversation, or to a person by their user id."""
    channel = _place(asked)
    message = _message(asked)
    _pace(asked, channel)
    post = asked.server.post(channel, asked.workspace.bot_user_id, message, sent=asked.args, sent_by=asked.method)
    return {"channel": channel.id, "ts": post.ts, "message": asked.server.message_json(post)}


@method("chat.postEphemeral", f"channel user {_MESSAGE}", scope="chat:write")
async def post_ephemeral(asked: Asked) -> Json:
    """A message to one person in a conversation."""
    channel = _place(asked)
    user = asked.user(asked.need("user"))
    if user.id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = _message(asked)
    bot = asked.workspace.bot_user_id
    post = asked.server.post(channel, bot, message, only_for=user.id, sent=asked.args, sent_by=asked.method)
    return {"message_ts": post.ts}


@method("chat.update", f"channel ts {_MESSAGE} as_user", scope="chat:write")
async def update_message(asked: Asked) -> Json:
    """The bot's own message changed; blocks that are not named stay."""
    post = _own(asked, "cant_update_message")
    message = _message(asked)
    asked.server.edit(post, message, sent=asked.args, sent_by=asked.method)
    return {"channel": post.channel, "ts": post.ts, "text": post.text, "message": asked.server.message_json(post)}


@method("chat.delete", "channel ts as_user", scope="chat:write")
async def delete_message(asked: Asked) -> Json:
    """The bot's own message taken away."""
    post = _own(asked, "cant_delete_message")
    del asked.workspace.channels[post.channel].posts[post.ts]
    asked.server.changed()
    return {"channel": post.channel, "ts": post.ts}


@method("conversations.open", "users channel return_im prevent_creation")
async def open_conversation(asked: Asked) -> Json:
    """Direct messages with one person, or a group with up to eight."""
    given = asked.args.get("users") or []
    users = given if isinstance(given, list) else [one for one in str(given).split(",") if one]
    if not users:
        if "channel" in asked.args:
            return {"channel": {"id": asked.channel(asked.text("channel")).id}, "no_op": True, "already_open": True}
        raise SlackError("users_list_not_supplied")
    if len(users) > 8:
        raise SlackError("too_many_users")
    asked.scope("im:write" if len(users) == 1 else "mpim:write")
    people = [asked.user(one) for one in users]
    if any(one.id == asked.workspace.bot_user_id or one.is_bot for one in people):
        raise SlackError("cannot_dm_bot")
    if any(one.deleted for one in people):
        raise SlackError("user_disabled")
    if any(one.is_stranger for one in people):
        raise SlackError("invalid_user_combination")
    before = len(asked.workspace.channels)
    channel = asked.server.direct(asked.workspace, users)
    known = len(asked.workspace.channels) == before
    shown = channel_json(asked, channel) if asked.flag("return_im") else {"id": channel.id}
    return {"channel": shown, "no_op": known, "already_open": known}


def channel_json(asked: Asked, channel: Channel) -> Json:
    """A conversation as Slack describes it."""
    described: Json = {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_channel": channel.kind == "channel",
        "is_archived": False,
        "context_team_id": channel.team_id,
    }
    if channel.kind == "im":
        described["user"] = next(one for one in channel.members if one != asked.workspace.bot_user_id)
    return described


@method("conversations.info", "channel include_locale include_num_members")
async def conversation_info(asked: Asked) -> Json:
    """What a conversation is."""
    channel = asked.channel(asked.need("channel", "channel_not_found"))
    asked.scope(_READ_SCOPES[channel.kind])
    described = channel_json(asked, channel)
    if asked.flag("include_num_members"):
        described["num_members"] = len(channel.members)
    return {"channel": described}


@method("conversations.members", "channel cursor limit")
async def conversation_members(asked: Asked) -> Json:
    """Who is in a conversation."""
    channel = asked.channel(asked.need("channel", "channel_not_found"))
    asked.scope(_READ_SCOPES[channel.kind])
    members, cursor = page(asked, sorted(channel.members))
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


@method("conversations.history", "channel cursor limit oldest latest inclusive include_all_metadata")
async def conversation_history(asked: Asked) -> Json:
    """What everybody in it can see, newest first; metadata only when asked for."""
    channel = asked.channel(asked.need("channel", "channel_not_found"))
    asked.scope(_HISTORY_SCOPES[channel.kind])
    posts = [p for p in channel.posts.values() if p.only_for is None and _within(asked, p.ts)]
    shown, cursor = page(asked, posts[::-1])
    with_metadata = asked.flag("include_all_metadata")
    messages = [asked.server.message_json(post, with_metadata=with_metadata) for post in shown]
    return {"messages": messages, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _within(asked: Asked, ts: str) -> bool:
    at = _parts(ts)
    oldest, latest = asked.text("oldest") or "0", asked.text("latest") or "9" * 12
    if asked.flag("inclusive"):
        return _parts(oldest) <= at <= _parts(latest)
    return _parts(oldest) < at < _parts(latest)


def _parts(ts: str) -> tuple[int, int]:
    """A ts as numbers that can be compared exactly."""
    seconds, _, rest = ts.partition(".")
    return int(seconds), int(rest.ljust(6, "0")[:6] or 0)


def page(asked: Asked, rows: list[Any]) -> tuple[list[Any], str]:
    """`limit` of the rows from `cursor` on, and the next cursor ("" at the end)."""
    try:
        start, limit = int(asked.text("cursor") or 0), int(asked.text("limit") or 100)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    if not 1 <= limit <= 1000:
        raise SlackError("invalid_limit")
    end = start + limit
    return rows[start:end], str(end) if end < len(rows) else ""
