"""Misbehaviour of Teams on demand. Which fault strikes which call is decided as for the stand-in Slack."""

from typing import Literal

from qibot.demo.slack_faults import Fault, Faults

Kind = Literal["429", "412", "500", "502", "504", "blocked", "bad_token", "timeout", "drop", "slow"]


class TeamsFaults:
    """The faults switched on, oldest first; at most one strikes a call."""

    def __init__(self) -> None:
        self._faults = Faults()

    def fail(
        self,
        operation: str,
        kind: Kind,
        times: int | None = 1,
        *,
        retry_after: int = 1,
        tenant: str | None = None,
        seconds: float = 0.2,
        share: float = 1.0,
    ) -> None:
        """Let the next `times` calls (None: all) of `operation` ("*": any) go wrong, for one `tenant` or for all.

        Operations: token, openid, keys, conversations.create, activities.send, .update, .delete, members.list,
        members.paged, members.get, teams.get, teams.channels. Kinds: 429 (`Retry-After: retry_after`), 412, 500, 502,
        504; blocked: 403 MessageWritesBlocked; bad_token: 401 (for `token`: the app is refused); timeout: no answer,
        nothing applied; drop: applied, then the connection is cut; slow: `seconds` of real time late.
        """
        self._faults.waiting.append(Fault(operation, kind, times, retry_after, tenant, seconds, share))

    def take(self, operation: str, tenant: str | None) -> Fault | None:
        """The fault that strikes this call, if any."""
        return self._faults.take(operation, tenant)

    def clear(self) -> None:
        """All well again."""
        self._faults.clear()
