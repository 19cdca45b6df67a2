"""In front of everything that Teams posts: who sends it, how large, in what shape; in that order, cheapest first.

Microsoft's SDK is not asked. Its validator is behind an import that reads any `.env` above the working directory,
fetches keys with a blocking call inside the event loop, and fetches those of whatever tenant a stranger names. What is
left of it is one call to PyJWT. That the two agree about every good and forged token is a test.
"""

import asyncio
import binascii
from collections import Counter
from collections.abc import Mapping
from typing import Any

import aiohttp
import jwt
import structlog
from starlette.requests import ClientDisconnect, Request

from qibot.platforms.guard import LARGEST_BODY, read_object
from qibot.platforms.teams.cloud import Cloud

log = structlog.get_logger()
Json = dict[str, Any]

CHANNEL = "msteams"
LEEWAY = 300
"""Seconds that clocks may be apart. Source: Microsoft, "Authentication with the Bot Connector API"."""
LONGEST_TOKEN = 8192
KEEP_KEYS = 24 * 3600
"""Seconds after which keys are read again. Source: as above."""
ASK_AGAIN = 60
"""Seconds before an unknown key is asked for again: the id of a key is only a claim, and anybody can invent one."""
ASK_AGAIN_AFTER_NOTHING = 5
PATIENCE = 6


class Turned(Exception):
    """Turned away. `reason` is one of few words, for counting; `sentence` is for whoever set the connection up."""

    def __init__(self, status: int, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.status, self.reason, self.sentence = status, reason, sentence


class Keys:
    """The Bot Framework's public keys, read when they are needed and remembered."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._keys: dict[str, tuple[jwt.PyJWK, tuple[str, ...] | None]] = {}
        self._read_at, self._asked_at, self._came = 0.0, 0.0, True
        self._lock = asyncio.Lock()

    async def find(self, name: str, session: aiohttp.ClientSession) -> tuple[jwt.PyJWK, tuple[str, ...] | None]:
        """A key by its id, and the channels it vouches for (None: all). Raises `Turned`."""
        if not self._fresh(name):
            async with self._lock:
                if not self._fresh(name) and self._may_ask():
                    await self._read(session)
        if name in self._keys:
            return self._keys[name]
        if not self._came:
            raise Turned(503, "no keys", "Microsoft's signing keys cannot be read just now.")
        raise Turned(401, "key", "The token is signed with a key that is not Microsoft's.")

    def _fresh(self, name: str) -> bool:
        return name in self._keys and _seconds() - self._read_at < KEEP_KEYS

    def _may_ask(self) -> bool:
        wait = ASK_AGAIN if self._came else ASK_AGAIN_AFTER_NOTHING
        return not self._asked_at or _seconds() - self._asked_at >= wait

    async def _read(self, session: aiohttp.ClientSession) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                metadata = await _get(session, self._address)
                given = (await _get(session, str(metadata["jwks_uri"])))["keys"]
            self._keys = {str(key["kid"]): (jwt.PyJWK(key, "RS256"), _endorsed(key)) for key in given if _signs(key)}
            self._read_at, self._came = _seconds(), True
        except (aiohttp.ClientError, TimeoutError, LookupError, TypeError, ValueError, jwt.PyJWTError) as error:
            # Those that are known stay good meanwhile.
            self._came = False
            log.warning("signing keys could not be read", error=type(error).__name__)
        self._asked_at = _seconds()


async def _get(session: aiohttp.ClientSession, address: str) -> Json:
    async with session.get(address, allow_redirects=False) as answer:
        answer.raise_for_status()
        return dict(await answer.json(content_type=None))


def _signs(key: Mapping[str, Any]) -> bool:
    return key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and "kid" in key


def _endorsed(key: Mapping[str, Any]) -> tuple[str, ...] | None:
    return tuple(key["endorsements"]) if isinstance(key.get("endorsements"), list) else None


def _seconds() -> float:
    return asyncio.get_running_loop().time()


class TeamsGuard:
    """Lets in what the Bot Framework signed for this bot. `refused` counts what was turned away, by reason."""

    def __init__(self, *, client_id: str, cloud: Cloud) -> None:
        self.refused: Counter[str] = Counter()
        self._client_id, self._cloud = client_id, cloud
        self._keys = Keys(cloud.keys)

    async def admit(self, request: Request, session: aiohttp.ClientSession) -> Json:
        """The activity. Raises `Turned`, counted; never anything else. Tokens live by the machine's clock."""
        try:
            _media(request)
            token = _bearer(request)
            kid = self._before_any_fetch(token)
            key, channels = await self._keys.find(kid, session)
            claims = self._claims(token, key)
            activity = _parsed(await _body(request))
            self._fits(activity, claims, channels)
        except Turned as turned:
            self.refused[turned.reason] += 1
            raise
        return activity

    def _before_any_fetch(self, token: str) -> str:
        """The key's id. Nothing is fetched for a token that says of itself that it is not for us."""
        try:
            header = jwt.get_unverified_header(token)
            claims = jwt.decode(token, options={"verify_signature": False})
        except (jwt.PyJWTError, binascii.Error, ValueError, TypeError, RecursionError):
            raise Turned(401, "token", "The token cannot be read.") from None
        kid = header.get("kid")
        if header.get("alg") != "RS256" or not isinstance(kid, str):
            raise Turned(401, "token", "The token is not signed as the Bot Framework signs.")
        if claims.get("iss") != self._cloud.issuer:
            raise Turned(401, "issuer", "The token was not issued by the Bot Framework.")
        if claims.get("aud") != self._client_id:
            raise Turned(401, "audience", "The token is for another bot.")
        return kid

    def _claims(self, token: str, key: jwt.PyJWK) -> Json:
        try:
            claims: Json = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._client_id,
                issuer=self._cloud.issuer,
                options={"require": ["exp", "iss", "aud"]},
                leeway=LEEWAY,
            )
        except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
            raise Turned(401, "time", "The token is too old, or not good yet.") from None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError):
            raise Turned(401, "signature", "The token's signature does not fit.") from None
        return claims

    def _fits(self, activity: Json, claims: Json, channels: tuple[str, ...] | None) -> None:
        channel, url = activity.get("channelId"), activity.get("serviceUrl")
        if channel != CHANNEL or (channels is not None and channel not in channels):
            raise Turned(403, "channel", "Only activities of Microsoft Teams are answered here.")
        claimed = claims.get("serviceurl")
        if not isinstance(url, str) or not isinstance(claimed, str) or url.rstrip("/") != claimed.rstrip("/"):
            raise Turned(403, "service", "The activity names another service than its token.")
        # Replies go there with the bot's own token.
        if not self._cloud.trusts(url):
            raise Turned(403, "service", "The activity names a service that is not the Bot Framework's.")


def _media(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Turned(415, "content type", "Only JSON is read here.")
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdigit()):
        raise Turned(400, "headers", "The content length is not a number.")
    if int(length[:12]) > LARGEST_BODY:
        raise Turned(413, "size", "The request is too large.")


def _bearer(request: Request) -> str:
    given = request.headers.getlist("authorization")
    scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise Turned(401, "no token", "The request carries no token.")
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise Turned(401, "token", "The token cannot be read.")
    return token


async def _body(request: Request) -> bytes:
    chunks, room = [], LARGEST_BODY
    try:
        async for chunk in request.stream():
            room -= len(chunk)
            if room < 0:
                raise Turned(413, "size", "The request is too large.")
            chunks.append(chunk)
    except ClientDisconnect:
        raise Turned(400, "gone", "The request is not complete.") from None
    return b"".join(chunks)


def _parsed(body: bytes) -> Json:
    try:
        return read_object(body.decode())
    except (ValueError, RecursionError):
        # The cause would quote what was sent.
        raise Turned(400, "shape", "The request is not written as Teams writes it.") from None
