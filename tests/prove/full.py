"""full: the disk is full at 200 random moments, while people promise things and reminders go out.

As root the database lies on a small tmpfs of its own, and a file of ballast leaves it between nothing and a few dozen
kilobytes. Without root the bot may not write beyond the present length of its files and as much more (RLIMIT_FSIZE).
Every tenth time the bot is killed while the disk is full, and started again when there is room.
"""

import asyncio
import contextlib
import os
import random
import resource
import subprocess
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.prove.broadcast import Broadcast, broadcast, crowd
from tests.prove.child import Life
from tests.prove.outcome import Outcome
from tests.prove.people import Typing, hold_an_event

POINTS, TYPISTS = 200, 2
MOST_LEFT = 400 * 1024
WRITES = 2_000
"""Promises at most until the disk is full: so many that what was left is used up."""
SIZE = 96 * 1024 * 1024
"""Bytes of the disk: more than the database comes to by the end, so that it is full of ballast and nothing else."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`announced` deliveries become due meanwhile, one a second of a clock that goes `factor` times as fast."""

    points: int
    announced: int
    factor: float


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Fill, promise, free, promise; at the end nothing may be missing."""
    plan = Plan(4, 60, 20) if quick else Plan(round(POINTS * outcome.part), round(2_000 * outcome.part), 20)
    with tempfile.TemporaryDirectory() as folder:
        async with _disk(Path(folder)) as disk:
            url = f"sqlite+aiosqlite:///{disk.place / 'proof.db'}"
            people = max(plan.announced, TYPISTS)
            async with broadcast(
                crowd("slack", people), Path(folder), plan.factor, url=url, hurry=False, together=1, every=1
            ) as made:
                await hold_an_event(made, TYPISTS)
                evening = Evening(made, disk, random.Random(outcome.seed))
                await evening.pass_(plan.points)
                ended = await made.finish(60, [evening.life])
                outcome.promise(ended, f"it did not come to an end: {made.ledger.states()} {made.bot.said[-500:]}")
                copies = made.judge(outcome)
                told = evening.typing.judged(made.ledger)
    taken, refused = evening.typing.taken, evening.typing.refused
    outcome.nothing(
        twice=sum(count > 1 for count in copies.values()),
        not_told=evening.silent + evening.typing.silent,
        not_recovered=evening.stuck,
        **told,
    )
    outcome.figures |= {"points": evening.points, "how": disk.how, "acknowledged": len(taken), "told": len(refused)}
    f = outcome.figures
    outcome.said = (
        f"{evening.points} times full ({disk.how}), {len(taken):,} promises acknowledged: {f['acknowledged_and_lost']} "
        f"lost; {len(refused):,} refused: {f['not_told']} not told, {f['refused_and_saved']} saved; "
        f"{f['not_recovered']} times not recovered; {people:,} announced: {f['lost']} lost, {f['twice']} twice"
    )


class Evening:
    """What people promise, and what the bot says to it."""

    def __init__(self, made: Broadcast, disk: "Disk", dice: random.Random) -> None:
        self._made, self._disk, self._dice = made, disk, dice
        self.typing = Typing(made, dice, TYPISTS)
        self.points = self.silent = self.stuck = 0

    async def pass_(self, points: int) -> None:
        """So many times full and free again."""
        self.life: Life = self._made.bot.start()
        await self.life.ready()
        for point in range(1, points + 1):
            self._disk.fill(self._dice.randrange(MOST_LEFT), self.life)
            await self._until_full()
            await self._reading()
            if point % 10 == 0:
                await self.life.kill()
            self._disk.free(self.life)
            if point % 10 == 0:
                self.life = self._made.bot.start()
                await self.life.ready()
            self.stuck += not await self._recovers()
            self.points += 1

    async def _until_full(self) -> None:
        """Some promise, two at a time, until one is refused."""
        before = len(self.typing.refused)
        for turn in range(WRITES // TYPISTS):
            await asyncio.gather(*(self.typing.promise(number) for number in range(1, TYPISTS + 1)))
            if len(self.typing.refused) > before:
                return
            if turn % 20 == 19:
                # Most of what is written takes the place of what was written before, and no more room.
                self._disk.fill(0, self.life)
        said = f"{len(self.typing.taken)} taken, {self.typing.silent} silent"
        raise RuntimeError(f"the disk was never full at point {self.points}: {said}")

    async def _reading(self) -> None:
        """Whoever only asks is answered, whether or not there is room."""
        self.silent += "Topics near" not in await self.typing.says("topics sepsis")

    async def _recovers(self) -> bool:
        for _ in range(40):
            if await self.typing.promise():
                return True
            await asyncio.sleep(0.1)
        return False


class Disk(Protocol):
    """Somewhere to put a database that can be full."""

    how: str
    place: Path

    def fill(self, left: int, life: Life) -> None:
        """Leave so many bytes."""
        ...

    def free(self, life: Life) -> None:
        """There is room again."""
        ...


@dataclass
class Tmpfs:
    """A filesystem in memory, with a limit."""

    place: Path
    how: str = "a small tmpfs"

    def fill(self, left: int, life: Life) -> None:
        """Ballast takes all but `left`."""
        with open(self.place / "ballast", "wb") as ballast:
            for _ in range(10):
                room = os.statvfs(self.place)
                # The bot may have taken some of it in between.
                with contextlib.suppress(OSError):
                    os.posix_fallocate(ballast.fileno(), 0, max(1, room.f_bavail * room.f_frsize - left))
                    return

    def free(self, life: Life) -> None:
        """No ballast."""
        (self.place / "ballast").unlink()


@dataclass
class Limit:
    """Files that may not grow any more."""

    place: Path
    how: str = "RLIMIT_FSIZE"
    _hard: int = field(default=resource.RLIM_INFINITY)

    def fill(self, left: int, life: Life) -> None:
        """Not beyond what the database has, and `left`: its log is longer."""
        self._set((self.place / "proof.db").stat().st_size + left, life)

    def free(self, life: Life) -> None:
        """As long as they like."""
        self._set(self._hard, life)

    def _set(self, limit: int, life: Life) -> None:
        if life.process.exitcode is None and life.process.pid is not None:
            resource.prlimit(life.process.pid, resource.RLIMIT_FSIZE, (limit, self._hard))


@contextlib.asynccontextmanager
async def _disk(folder: Path) -> AsyncIterator[Disk]:
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "proof", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield Limit(place)
        return
    try:
        yield Tmpfs(place)
    finally:
        subprocess.run(["umount", str(place)], check=True)
