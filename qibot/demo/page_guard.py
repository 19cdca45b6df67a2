"""The door of the demo's page: this machine only, from this page only, and nothing that a browser could be led to do.

A web site can point a name of its own at 127.0.0.1 and let a visitor's browser talk to what runs there. So the Host
must be loopback, and what changes anything must come from the page itself and carry the word that only the page knows.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LONGEST_BODY = 200_000
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": with it browsers send "Origin: null" with every form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
NAMES = ("127.0.0.1", "localhost")


class OnlyHere:
    """Refuses what is not for this machine (421) or not from this page (403), and gives every answer its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        refused = _refusal(scope)
        await (refused or self.app)(scope, receive, send_guarded)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    port = scope["server"][1] if scope.get("server") else None
    here = [f"{name}:{port}" for name in NAMES]
    host = headers.get("host", "").lower()
    if len(headers.getlist("host")) != 1 or host not in here:
        return PlainTextResponse("This page is only for the machine it runs on.\n", 421)
    if scope["method"] in ("GET", "HEAD"):
        return None
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    if (origin is not None and origin.lower() != f"http://{host}") or site not in ("same-origin", "none"):
        return PlainTextResponse("This can only be sent from the page itself.\n", 403)
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdigit() or int(length) > LONGEST_BODY:
        return PlainTextResponse("That is too long, or its length is not known.\n", 413)
    return None
