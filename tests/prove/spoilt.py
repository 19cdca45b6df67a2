"""Bots that are broken on purpose, each in one way, so that a proof can be seen to find it out.

Each of these is called in the process of the bot before it serves: what is replaced is replaced nowhere else.
"""

import hmac
import itertools
import json
import os
import signal
from datetime import datetime
from typing import Any

import uvicorn
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.chat.message import Message
from qibot.chat.platform import Address, Doubt, Sent, Throttled
from qibot.platforms import guard
from qibot.platforms.slack.adapter import SlackAdapter


def never_asks() -> None:
    """It takes for granted that what is in doubt did not arrive, and sends it again."""

    async def find_sent(self: SlackAdapter, to: Address, mark: str, since: datetime) -> Sent | Doubt:
        return Doubt.NOT_SENT

    SlackAdapter.find_sent = find_sent  # type: ignore[method-assign]


def never_waits() -> None:
    """Told to wait for so many seconds, it is back at once."""
    send = SlackAdapter.send

    async def impatient(self: SlackAdapter, to: Address, message: Message, mark: str) -> Sent:
        try:
            return await send(self, to, message, mark)
        except Throttled:
            raise Throttled(0.0) from None

    SlackAdapter.send = impatient  # type: ignore[method-assign]


def leaves_at_once() -> None:
    """Asked to stop, it drops everything."""
    startup = uvicorn.Server.startup

    async def rash(self: uvicorn.Server, sockets: Any = None) -> None:
        await startup(self, sockets)
        signal.signal(signal.SIGTERM, lambda *_: os._exit(1))

    uvicorn.Server.startup = rash  # type: ignore[method-assign]


def says_it_is_saved() -> None:
    """Of every two transactions that the database cannot keep, one is called a success."""
    commit, times = AsyncSession.commit, itertools.count()

    async def careless(self: AsyncSession) -> None:
        try:
            await commit(self)
        except OperationalError:
            if next(times) % 2:
                raise

    AsyncSession.commit = careless  # type: ignore[method-assign]


def reads_no_signature() -> None:
    """Whatever is signed in any way is taken."""
    hmac.compare_digest = lambda *_: True


def trips_over_odd_bodies() -> None:
    """What it cannot read is a fault of its own, and it says so with all that it knows."""

    def careless(kind: str, body: bytes) -> Any:
        return json.loads(body) if kind == "application/json" else body.decode()

    guard._check_shape = careless
