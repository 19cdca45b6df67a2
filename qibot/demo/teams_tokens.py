"""The keys and tokens of the stand-in Teams: what signs the activities it sends, and what the bot calls it with.

Tokens live by the machine's clock and not by a script's, because every JWT library asks that one. The token the bot
obtains is a real JWT too (SDKs read it), but whether the stand-in still takes it goes by the stand-in's clock, so that
a test can let it run out by moving that.
"""

import base64
import functools
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from qibot.clock import SystemClock

ISSUER = "https://api.botframework.com"
"""Whoever signs activities to bots: the Bot Framework, in every tenant (Bot Connector authentication)."""

LIFE = 3600
"""Seconds a token lives."""

KEY_IDS = {"good": "stand-in-key", "stranger": "stand-in-key", "unknown": "a-key-nobody-published"}
"""Kinds of key: ours; a stranger's under our name; a stranger's under a name that is not published."""


@functools.cache
def _key(owner: str) -> rsa.RSAPrivateKey:
    """One key for the whole process and owner: making one takes time, and no token is ever written down."""
    del owner
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _unpadded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def machine_time() -> int:
    """Seconds since 1970 by the machine's clock."""
    return int(SystemClock().now().timestamp())


def sign(claims: Mapping[str, Any], *, key: str = "good") -> str:
    """A JWT (RS256) with these claims; `key` is one of `KEY_IDS`."""
    header = {"alg": "RS256", "typ": "JWT", "kid": KEY_IDS[key], "x5t": KEY_IDS[key]}
    parts = [_unpadded(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims)]
    signed = ".".join(parts)
    owner = "ours" if key == "good" else "stranger"
    signature = _key(owner).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_unpadded(signature)}"


def activity_claims(app_id: str, service_url: str) -> dict[str, Any]:
    """What the token of an activity says: for this bot, from this service address, from now for an hour."""
    now = machine_time()
    return {"iss": ISSUER, "aud": app_id, "serviceurl": service_url, "nbf": now - 300, "exp": now + LIFE}


def bot_token(app_id: str, tenant_id: str, number: str) -> str:
    """What the bot gets for its id and secret. `number` makes every one different."""
    now = machine_time()
    return sign(
        {
            "iss": f"https://sts.windows.net/{tenant_id}/",
            "aud": ISSUER,
            "appid": app_id,
            "tid": tenant_id,
            "iat": now,
            "nbf": now,
            "exp": now + LIFE,
            "uti": number,
        }
    )


def key_set() -> dict[str, Any]:
    """The public key, as /v1/.well-known/keys gives it."""
    numbers = _key("ours").public_key().public_numbers()
    size = (numbers.n.bit_length() + 7) // 8
    kid = KEY_IDS["good"]
    key = {
        "kty": "RSA",
        "use": "sig",
        "kid": kid,
        "x5t": kid,
        "n": _unpadded(numbers.n.to_bytes(size, "big")),
        "e": _unpadded(numbers.e.to_bytes(3, "big")),
        "endorsements": ["msteams"],
    }
    return {"keys": [key]}


def metadata(base_url: str) -> dict[str, Any]:
    """What /v1/.well-known/openidconfiguration gives."""
    return {
        "issuer": ISSUER,
        "authorization_endpoint": "https://invalid.botframework.com",
        "jwks_uri": f"{base_url}/v1/.well-known/keys",
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    }
