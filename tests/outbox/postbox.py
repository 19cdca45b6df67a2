"""A platform made of lists, as strict as a real one and as unreliable as one tells it to be."""

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from qibot.chat.incoming import Profile, Sender
from qibot.chat.message import Message
from qibot.chat.platform import Address, Doubt, Sent
from qibot.clock import Clock


class Crash(BaseException):
    """The end of the process, as far as a test can tell."""


@dataclass(frozen=True)
class Taken:
    """A message that arrived."""

    mark: str
    workspace: str
    account: str
    message: Message
    at: datetime
    others: tuple[str, ...] = ()


class Postbox:
    """`before` and `after` hold exceptions, by account or workspace: each raised once, before or after it is taken."""

    name = "paper"

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.taken: list[Taken] = []
        self.calls: list[str] = []
        self.complaints: list[str] = []
        self.edits: list[str] = []
        self.asked: list[str] = []
        self.before: dict[str, list[BaseException]] = defaultdict(list)
        self.after: dict[str, list[BaseException]] = defaultdict(list)
        self.asking: list[BaseException] = []
        self.can_ask = True
        self.step: Callable[[], None] = lambda: None
        self.called = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, to: Address, message: Message, mark: str) -> Sent:
        self.calls.append(to.account)
        self.called.set()
        await self.gate.wait()
        await asyncio.sleep(0)
        self.step()
        self._raise(self.before, to)
        last = max((t.at for t in self.taken if t.account == to.account), default=None)
        if last is not None and self.clock.now() - last < timedelta(seconds=1):
            self.complaints.append(f"two in one second for {to.account}")
        if to.conversation not in ("", f"D{to.account}"):
            self.complaints.append(f"{to.conversation} is not where {to.account} is")
        self.taken.append(Taken(mark, to.workspace, to.account, message, self.clock.now(), to.others))
        await asyncio.sleep(0)
        self.step()
        self._raise(self.after, to)
        return Sent(f"{'G' if to.others else 'D'}{to.account}", f"{len(self.taken)}.0")

    async def find_sent(self, to: Address, mark: str, since: datetime) -> Sent | Doubt:
        self.asked.append(mark)
        self.step()
        await asyncio.sleep(0)
        if self.asking:
            raise self.asking.pop(0)
        if not self.can_ask:
            return Doubt.CANNOT_ASK
        found = [t for t in self.taken if (t.mark, t.account) == (mark, to.account) and t.at >= since]
        return Sent(f"D{to.account}", "found") if found else Doubt.NOT_SENT

    async def edit(self, to: Address, sent: Sent, message: Message) -> None:
        self.calls.append(to.account)
        await asyncio.sleep(0)
        self.step()
        self._raise(self.before, to)
        nth = int(sent.message.removesuffix(".0")) - 1
        self.taken[nth] = dataclasses.replace(self.taken[nth], message=message)
        self.edits.append(to.account)
        await asyncio.sleep(0)
        self.step()
        self._raise(self.after, to)

    async def profile(self, sender: Sender) -> Profile | None:
        return Profile(sender.account)

    def accounts(self) -> list[str]:
        """Who got something, in order."""
        return [t.account for t in self.taken]

    def _raise(self, faults: dict[str, list[BaseException]], to: Address) -> None:
        for key in (to.account, to.workspace):
            if faults[key]:
                raise faults[key].pop(0)
