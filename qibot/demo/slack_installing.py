"""How the app comes into a workspace and leaves it: the consent page, codes, tokens, and the events of leaving."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from qibot.demo.slack_things import Token, Workspace
from qibot.demo.slack_wire import SlackWire

CODE_LIFE = timedelta(minutes=10)


@dataclass(slots=True)
class Code:
    """Consent given by `user_id` for one workspace (or its whole organisation), to be changed for a token."""

    team_id: str
    user_id: str
    redirect_uri: str
    made: datetime
    used: bool = False

    def expired(self, now: datetime) -> bool:
        """Older than ten minutes."""
        return now - self.made >= CODE_LIFE


class SlackInstalling(SlackWire):
    """Installing, uninstalling, revoking."""

    codes: dict[str, Code]
    installing: str | None = None
    """The workspace whose administrator is at the consent page; None: they press Cancel."""

    def consent(self, team_id: str, *, redirect_uri: str = "") -> str:
        """A code, as if an administrator of this workspace had pressed Allow."""
        people = self.workspaces[team_id].users.values()
        by = next((u for u in people if u.is_admin), next((u for u in people if not u.is_bot), None))
        code = self.next_id("code")
        self.codes[code] = Code(team_id, by.id if by else "U0", redirect_uri, self.now())
        return code

    async def authorize_endpoint(self, request: Request) -> Response:
        """The consent page, where somebody has already pressed Allow (or Cancel): straight back to the bot."""
        asked = request.query_params
        unknown = asked.keys() - {"client_id", "scope", "user_scope", "state", "redirect_uri", "team"}
        self.note("oauth/v2/authorize", (f"unknown argument: {one}" for one in sorted(unknown)))
        if asked.get("client_id") != self.client_id:
            return PlainTextResponse("Invalid client_id parameter", 400)
        team_id = asked.get("team") or self.installing
        redirect_uri = asked.get("redirect_uri", "")
        answer = {"state": asked["state"]} if "state" in asked else {}
        if team_id is None:
            answer["error"] = "access_denied"
        else:
            scopes = tuple(one for one in asked.get("scope", "").split(",") if one)
            self.workspaces[team_id].scopes = scopes or self.workspaces[team_id].scopes
            answer["code"] = self.consent(team_id, redirect_uri=redirect_uri)
        back = redirect_uri or self.bot_url.rsplit("/", 1)[0] + "/oauth_redirect"
        return RedirectResponse(f"{back}?{urlencode(answer)}", 302)

    def install(self, workspace: Workspace) -> Token:
        """A working token: the one there is while it works, a new one after that."""
        token = self.tokens.get(workspace.bot_token)
        if token is None or token.trouble:
            self.issue_token(workspace, self.next_id(f"xoxb-{workspace.id}-"))
        token = self.tokens[workspace.bot_token]
        token.scopes = workspace.scopes
        return token

    async def uninstall(self, team_id: str) -> None:
        """Remove the app from a workspace: its token is dead at once, then the two events arrive."""
        await self._kill(self.workspaces[team_id].bot_token, "account_inactive")
        await self.event(team_id, {"type": "app_uninstalled"})

    async def revoke(self, token: str) -> None:
        """Revoke a token."""
        await self._kill(token, "token_revoked")

    async def _kill(self, value: str, trouble: str) -> None:
        token = self.tokens[value]
        token.trouble = trouble
        for team_id in token.teams:
            bots = [self.workspaces[team_id].bot_user_id]
            await self.event(team_id, {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": bots}})
