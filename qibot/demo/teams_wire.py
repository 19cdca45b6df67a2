"""How Teams reaches the bot: signed activities over HTTP, slow invokes sent again, and forgeries to be refused."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import aiohttp

from qibot.demo.teams_state import TeamsState
from qibot.demo.teams_things import Delivered, Json, TeamsConversation, TeamsUser
from qibot.demo.teams_tokens import LIFE, activity_claims, machine_time, sign

MACHINE_LEEWAY = 900
"""Seconds beyond every leeway a JWT library grants (Microsoft's own: 300)."""


class TeamsWire(TeamsState):
    """Everything that travels towards the bot."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        bot_url: str,
        app_id: str,
        app_secret: str,
        http: aiohttp.ClientSession | None = None,
    ) -> None:
        super().__init__(now=now, app_id=app_id, app_secret=app_secret)
        self.bot_url = bot_url
        self.answer_within = 10.0
        """Seconds of real time the bot has; tests of slow answers make it shorter."""
        self.on_deliver: list[Callable[[Json], None]] = []
        """Told every activity that is about to be sent to the bot."""
        self._http = http
        self._own_http = http is None

    @property
    def http(self) -> aiohttp.ClientSession:
        """The session requests go out by."""
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return self._http

    async def aclose(self) -> None:
        """Close the session if it is ours."""
        if self._own_http and self._http is not None:
            await self._http.close()
            self._http = None

    def activity(self, user: TeamsUser, chat: TeamsConversation, kind: str, **more: Any) -> Json:
        """An activity as Teams writes it, from this person in this conversation; `more` goes over it."""
        at = self.now()
        place: Json = {"id": chat.id, "tenantId": chat.tenant_id, "conversationType": chat.kind}
        data: Json = {"tenant": {"id": chat.tenant_id}}
        if chat.kind != "personal":
            place["isGroup"] = True
        if chat.kind == "channel":
            data |= {"teamsTeamId": chat.team_id, "teamsChannelId": chat.channel_id}
            data |= {"team": {"id": chat.team_id}, "channel": {"id": chat.channel_id}}
        client = {"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Windows"}
        return {
            "type": kind,
            "timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "localTimestamp": at.isoformat(timespec="milliseconds"),
            "channelId": "msteams",
            "serviceUrl": self.service_url(chat.tenant_id),
            "from": {"id": user.id, "name": user.name, "aadObjectId": user.aad_object_id},
            "conversation": place,
            "recipient": {"id": self.bot_id, "name": self.bot_name},
            "entities": [{**client, "timezone": "Europe/London"}],
            "channelData": data,
            "locale": "en-GB",
            "localTimezone": "Europe/London",
            **more,
        }

    async def deliver(self, activity: Json, *, duplicate: bool = False) -> Delivered:
        """Send an activity with a token of its own and wait for the answer.

        An invoke without an answer in time is sent once more under the same id, as Teams does; `duplicate` does so even
        though it was answered (the answer was lost on the way). The first answer counts.
        """
        for tell in self.on_deliver:
            tell(activity)
        body = json.dumps(activity).encode()
        with self.working():
            answer = await self.send(body, self._signed(activity["serviceUrl"]))
            if duplicate or (answer.status is None and activity["type"] == "invoke"):
                again = await self.send(body, self._signed(activity["serviceUrl"]))
                answer = again if answer.status is None else answer
        return answer

    def _signed(self, service_url: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {sign(activity_claims(self.app_id, service_url))}"}

    async def send(self, body: bytes, headers: Mapping[str, str]) -> Delivered:
        """POST raw bytes to the bot. For tests of malformed requests, too."""
        fixed = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Microsoft-SkypeBotApi"}
        timeout = aiohttp.ClientTimeout(total=self.answer_within)
        try:
            async with self.http.post(self.bot_url, data=body, headers={**fixed, **headers}, timeout=timeout) as answer:
                text = await answer.text()
        except (TimeoutError, aiohttp.ClientError):
            return Delivered(None, "")
        if answer.content_type != "application/json" or not text:
            return Delivered(answer.status, text, dict(answer.headers))
        decoded = json.loads(text)
        return Delivered(answer.status, decoded if isinstance(decoded, dict) else text, dict(answer.headers))

    # Forgeries

    async def forge(
        self,
        user: TeamsUser,
        text: str = "help",
        *,
        claims: Mapping[str, object] | None = None,
        key: str = "good",
        token: str | None = None,
        body: Mapping[str, object] | None = None,
    ) -> Delivered:
        """Send this person's words as somebody else would. Nothing is shown to anybody.

        `claims` go over the good ones (None takes one out); `key`: good, stranger or unknown; `token` stands as it is
        ("": no header at all); `body` goes over the activity (None takes a property out).
        """
        words = self.activity(user, self.personal(user), "message", id=self.next_message_id(), text=text)
        activity = _changed(words, body)
        if token is None:
            good = activity_claims(self.app_id, self.service_url(user.tenant_id))
            token = sign(_changed(good, claims), key=key)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.working():
            return await self.send(json.dumps(activity).encode(), headers)

    def forgeries(self) -> dict[str, Json]:
        """Arguments for `forge`, by name; every one of them must be refused."""
        now, evil = machine_time(), "https://evil.example/uk/"
        tenant = "5ca1ab1e-0000-4000-8000-000000000000"
        entra = {"iss": f"{self.base_url}/{tenant}/v2.0", "tid": tenant}
        unsigned = ".".join((_part({"alg": "none", "typ": "JWT"}), _part(activity_claims(self.app_id, evil)), ""))
        return {
            "no token": {"token": ""},
            "not a token": {"token": "nonsense"},
            "not signed": {"token": unsigned},
            "another bot's": {"claims": {"aud": "another-bot"}},
            "another issuer": {"claims": {"iss": "https://evil.example"}},
            "no issuer": {"claims": {"iss": None}},
            "expired": {"claims": {"nbf": now - 2 * LIFE, "exp": now - MACHINE_LEEWAY}},
            "never expires": {"claims": {"exp": None}},
            "not valid yet": {"claims": {"nbf": now + MACHINE_LEEWAY}},
            "a stranger's key": {"key": "stranger"},
            "an unpublished key": {"key": "unknown"},
            "another service address in the token": {"claims": {"serviceurl": evil}},
            "another service address in the body": {"body": {"serviceUrl": evil}},
            "no service address in the token": {"claims": {"serviceurl": None}},
            "no service address in the body": {"body": {"serviceUrl": None}},
            "a stranger's tenant": {"claims": entra, "key": "unknown"},
            "a stranger's tenant, first version": {
                "claims": {"iss": f"https://sts.windows.net/{tenant}/", "tid": tenant},
                "key": "unknown",
            },
        }


def _changed(what: Mapping[str, Any], changes: Mapping[str, object] | None) -> Json:
    return {key: value for key, value in {**what, **(changes or {})}.items() if value is not None}


def _part(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
