"""Misbehaviour on demand: what a network and a busy Slack do, exactly when a test or the demo asks for it."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["429", "500", "timeout", "drop", "slow", "revoked", "refused"]


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong. `left` is how often still (None: until cleared); `share` how much of the calls."""

    method: str
    kind: str
    left: int | None
    retry_after: int
    team: str | None
    seconds: float
    share: float
    error: str = ""
    owed: float = 0.0

    def strikes(self) -> bool:
        """Whether this call is hit. A share is spread evenly (every fourth for 0.25), so runs can be repeated."""
        self.owed += self.share
        if self.owed < 1:
            return False
        self.owed -= 1
        if self.left is not None:
            self.left -= 1
        return True


@dataclass(slots=True)
class Faults:
    """The faults switched on, oldest first; at most one strikes a call."""

    waiting: list[Fault] = field(default_factory=list)

    def fail(
        self,
        method: str,
        kind: Kind,
        times: int | None = 1,
        *,
        retry_after: int = 1,
        team: str | None = None,
        seconds: float = 0.2,
        share: float = 1.0,
        error: str = "",
    ) -> None:
        """Let the next `times` calls (None: all) of `method` ("*": any) go wrong, for one `team` or for all.

        429: `Retry-After: retry_after`; 500: an HTML page; timeout: no answer, nothing applied; drop: applied, then
        the connection is cut; slow: `seconds` late; revoked: token_revoked; refused: `error`, whatever it says.
        """
        self.waiting.append(Fault(method, kind, times, retry_after, team, seconds, share, error))

    def take(self, method: str, team: str | None) -> Fault | None:
        """The fault that strikes this call, if any."""
        for fault in self.waiting:
            if fault.method not in ("*", method) or fault.team not in (None, team) or fault.left == 0:
                continue
            if fault.strikes():
                return fault
        return None

    def clear(self) -> None:
        """All well again."""
        self.waiting.clear()
