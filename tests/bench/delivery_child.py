"""Processes that send: `python -m tests.bench.delivery_child platform PORT | floor API COUNT TOGETHER | flat`.

platform: a stand-in Slack, as little of HTTP as is needed, that takes whatever it is sent.
floor: the same HTTP client and the same message, so many at once, and no database; prints its seconds.
flat: the whole house with its settings, which delivers what is due and ends; waits for a line before it begins, and
prints its seconds.
"""

import asyncio
import itertools
import json
import sys
import time

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from qibot import logs
from qibot.app import House
from qibot.chat.message import Message, Text
from qibot.platforms.leaving import looking
from qibot.platforms.slack import blocks, calls
from qibot.settings import load
from tests.bench.traffic import length


class Answers(asyncio.Protocol):
    """Slack's `ok` to everything, with a time stamp of its own for each message."""

    numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connects."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._heard = transport, b""

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + length(self._heard[:end])
            if len(self._heard) < whole:
                return
            self._heard = self._heard[whole:]
            given = json.dumps({"ok": True, "channel": "D1", "ts": f"{next(self.numbers)}.000100"}).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(given)}\r\n\r\n"
            self._transport.write(head.encode() + given)


async def platform(port: int) -> None:
    """Serve until it is killed."""
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", port)
    await server.serve_forever()


async def floor(api: str, count: int, together: int) -> float:
    """Seconds for so many messages with nothing but the client."""
    said = blocks.render(Message("A new room for Friday", Text("We meet in room 4.")), workspace="")
    timeout = aiohttp.ClientTimeout(total=calls.PATIENCE)
    async with aiohttp.ClientSession(timeout=timeout, trace_configs=[looking()]) as session:
        client = AsyncWebClient(token="xoxb-0", base_url=api, session=session, retry_handlers=[])
        numbers = iter(range(count))

        async def some() -> None:
            for number in numbers:
                await calls.post(client, f"D{number}", said, f"{number:032}")

        began = time.perf_counter()
        await asyncio.gather(*(some() for _ in range(together)))
        return time.perf_counter() - began


async def flat() -> float:
    """Seconds for all that is due."""
    logs.configure("json", "ERROR")
    house = House(load(None), ticking=False)
    await house.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.perf_counter()
    try:
        await house.deliver()
        return time.perf_counter() - began
    finally:
        await house.stop()


def main(words: list[str]) -> None:
    """Do one of the three."""
    match words:
        case ["platform", port]:
            asyncio.run(platform(int(port)))
        case ["floor", api, count, together]:
            print(asyncio.run(floor(api, int(count), int(together))))
        case _:
            print(asyncio.run(flat()))


if __name__ == "__main__":
    main(sys.argv[1:])
