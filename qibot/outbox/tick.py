"""What a tick did, and several of them beside each other."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Tick:
    """What one tick did, in deliveries. `later`: waiting again; `in_doubt`: to be asked about."""

    claimed: int = 0
    sent: int = 0
    later: int = 0
    skipped: int = 0
    failed: int = 0
    in_doubt: int = 0

    def __add__(self, other: "Tick") -> "Tick":
        return Tick(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Tick)))


async def together(parts: Sequence[Awaitable[Tick]]) -> Tick:
    """What they did. All are waited for, whatever happens to one: nothing goes on behind a tick that has ended."""
    if len(parts) < 2:
        return await parts[0] if parts else Tick()
    done = await asyncio.gather(*parts, return_exceptions=True)
    for one in done:
        if isinstance(one, BaseException):
            raise one
    return sum((one for one in done if isinstance(one, Tick)), Tick())
