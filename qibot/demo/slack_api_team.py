"""Web API methods about installing, people, files and connections."""

import base64
import binascii
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from qibot.demo.slack_api import Asked, method
from qibot.demo.slack_api_chat import page
from qibot.demo.slack_people import SlackPeople
from qibot.demo.slack_state import SlackError
from qibot.demo.slack_things import Json, UploadedFile, User


@method("auth.test")
async def auth_test(asked: Asked) -> Json:
    """Whose token this is."""
    workspace = asked.workspace
    answer: Json = {
        "url": f"https://{workspace.domain}.slack.com/",
        "team": workspace.name,
        "user": "qibot",
        "team_id": workspace.id,
        "user_id": workspace.bot_user_id,
        "bot_id": f"B{workspace.bot_user_id}",
        "is_enterprise_install": workspace.org_wide,
    }
    return answer | ({"enterprise_id": workspace.enterprise_id} if workspace.enterprise_id else {})


@method("oauth.v2.access", "client_id client_secret code redirect_uri grant_type", token="none")
async def oauth_access(asked: Asked) -> Json:
    """A code for a token: once, and within ten minutes."""
    server = asked.server
    if _client(asked) != (server.client_id, server.client_secret):
        raise SlackError("bad_client_secret")
    granted = server.codes.get(asked.need("code", "invalid_code"))
    if granted is None or granted.expired(server.now()):
        raise SlackError("invalid_code")
    if granted.used:
        raise SlackError("code_already_used")
    if granted.redirect_uri and asked.text("redirect_uri") != granted.redirect_uri:
        raise SlackError("bad_redirect_uri")
    granted.used = True
    workspace = server.workspaces[granted.team_id]
    token = server.install(workspace)
    enterprise = {"id": workspace.enterprise_id, "name": workspace.enterprise_id}
    return {
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(token.scopes),
        "bot_user_id": workspace.bot_user_id,
        "app_id": server.app_id,
        "team": None if workspace.org_wide else {"id": workspace.id, "name": workspace.name},
        "enterprise": enterprise if workspace.enterprise_id else None,
        "authed_user": {"id": granted.user_id},
        "is_enterprise_install": workspace.org_wide,
    }


def _client(asked: Asked) -> tuple[str, str]:
    """Client id and secret, from HTTP basic authentication or from the arguments."""
    basic = asked.text("authorization").removeprefix("Basic ")
    try:
        name, _, secret = base64.b64decode(basic, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name = secret = ""
    return asked.text("client_id", name), asked.text("client_secret", secret)


@method("team.info", "team", scope="team:read")
async def team_info(asked: Asked) -> Json:
    """The workspace."""
    workspace = asked.workspace
    team: Json = {"id": workspace.id, "name": workspace.name, "domain": workspace.domain, "email_domain": ""}
    if workspace.enterprise_id:
        team |= {"enterprise_id": workspace.enterprise_id, "enterprise_name": workspace.enterprise_id}
    return {"team": team}


def user_json(asked: Asked, user: User) -> Json:
    """A person as Slack describes them; the address only to who may read addresses."""
    offset = asked.server.now().astimezone(ZoneInfo(user.tz)).utcoffset()
    profile = {"real_name": user.name, "display_name": user.handle, "team": user.team_id}
    if user.email and "users:read.email" in asked.token.scopes:
        profile["email"] = user.email
    described: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.handle,
        "real_name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
    }
    if user.is_stranger:
        described["is_stranger"] = True
    if user.deleted:
        return described
    return described | {
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": False,
    }


@method("users.info", "user include_locale", scope="users:read")
async def user_info(asked: Asked) -> Json:
    """One person."""
    return {"user": user_json(asked, asked.user(asked.need("user", "user_not_found")))}


@method("users.list", "cursor limit include_locale", scope="users:read")
async def user_list(asked: Asked) -> Json:
    """Everybody, a page at a time."""
    users, cursor = page(asked, list(asked.workspace.users.values()))
    members = [user_json(asked, user) for user in users]
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


@method("users.lookupByEmail", "email", scope="users:read.email")
async def user_by_email(asked: Asked) -> Json:
    """The person with an address."""
    wanted = asked.need("email").lower()
    for user in asked.workspace.users.values():
        if user.email.lower() == wanted and not user.deleted:
            return {"user": user_json(asked, user)}
    raise SlackError("users_not_found")


@method("apps.connections.open", token="app")
async def open_connection(asked: Asked) -> Json:
    """An address for Socket Mode."""
    return {"url": asked.server.socket_address()}


@method("files.getUploadURLExternal", "filename length alt_txt snippet_type", scope="files:write")
async def upload_address(asked: Asked) -> Json:
    """Where to send a file."""
    name, length = asked.need("filename"), asked.need("length")
    file = UploadedFile(asked.server.next_id("F"), asked.workspace.id, name, int(length))
    asked.server.files[file.id] = file
    return {"upload_url": f"{asked.server.base_url}/upload/{file.id}", "file_id": file.id}


async def upload(server: SlackPeople, request: Request) -> Response:
    """The bytes of a file, as the body or as a form's file."""
    file = server.files.get(request.path_params["file_id"])
    if file is None:
        return PlainTextResponse("not found", 404)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            parts = [value for value in form.values() if not isinstance(value, str)]
            file.content = await parts[0].read() if parts else b""
    else:
        file.content = await request.body()
    if len(file.content) != file.length:
        server.note("upload", [f"{file.name}: {len(file.content)} bytes, {file.length} announced"])
    return PlainTextResponse(f"OK - {len(file.content)}")


@method(
    "files.completeUploadExternal",
    "files channel_id channels initial_comment thread_ts blocks",
    scope="files:write",
)
async def complete_upload(asked: Asked) -> Json:
    """Share uploaded files in a conversation, as one message."""
    found: list[UploadedFile] = []
    for one in asked.json("files") or []:
        file = asked.server.files.get(one.get("id", ""))
        if file is None or file.content is None or file.team_id != asked.workspace.id:
            raise SlackError("file_not_found")
        file.title = one.get("title") or file.name
        found.append(file)
    if not found:
        raise SlackError("invalid_arguments")
    if place := asked.text("channel_id") or asked.text("channels"):
        channel = asked.channel(place)
        message: Json = {"text": asked.text("initial_comment"), "thread_ts": asked.args.get("thread_ts")}
        asked.server.note_words(asked.method, asked.workspace, message)
        ids = [file.id for file in found]
        message |= {"files": ids}
        asked.server.post(channel, asked.workspace.bot_user_id, message, sent=asked.args, sent_by=asked.method)
        for file in found:
            file.channels.append(channel.id)
    return {"files": [{"id": file.id, "title": file.title, "name": file.name} for file in found]}
