"""The moment in which a request leaves: as late as anybody can still look whether it may."""

from typing import Any

import aiohttp

from qibot.chat.platform import last_look


def looking() -> aiohttp.TraceConfig:
    """For a client session. A process may be frozen between any two lines, for an hour; and the fewer there are between
    this look and the bytes of a request's body, the seldomer it says what another process has said long since.
    """
    trace = aiohttp.TraceConfig()
    trace.on_request_chunk_sent.append(_look)
    return trace


async def _look(*_: Any) -> None:
    last_look.get()()
