"""forged: 10,000 forged requests and 1,000 replayed ones on each platform; none may be taken.

Each request is a promise in words of its own, so that what was taken can be counted in the database. Half of the
replays come after the bot was started again, when it no longer remembers what it has seen.
"""

import asyncio
import hashlib
import hmac
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qibot.demo.teams_tokens import activity_claims, sign
from tests.prove.both import Both, Request, both
from tests.prove.crowd import TEAMS_APP
from tests.prove.outcome import Outcome
from tests.prove.people import TAKEN
from tests.prove.stand import SIGNING_SECRET

FORGED, REPLAYED = 10_000, 1_000


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Both platforms."""
    forged = 300 if quick else round(FORGED * outcome.part)
    replayed = 30 if quick else round(REPLAYED * outcome.part)
    with tempfile.TemporaryDirectory() as folder:
        async with both(Path(folder)) as made:
            forger = Forger(made, random.Random(outcome.seed))
            life = made.bot.start()
            await life.ready()
            await forger.forge(forged)
            genuine = await forger.send_genuine(replayed)
            await forger.replay(genuine[::2])
            outcome.promise(await life.stop() == 0, "it did not stop")
            life = made.bot.start()
            await life.ready()
            await forger.replay(genuine[1::2])
            outcome.promise(await life.stop() == 0, "it did not stop")
            kept = Counter(made.promises())
    for platform in ("slack", "teams"):
        false, true = forger.false[platform], forger.true[platform]
        outcome.nothing(
            **{
                f"{platform}_forged_and_taken": forger.welcomed[platform] + sum(kept[words] for words in false),
                f"{platform}_replayed_and_taken": sum(kept[words] > 1 for words in true),
                f"{platform}_genuine_and_not_taken": sum(not kept[words] for words in true),
            }
        )
    outcome.nothing(replayed_and_answered=forger.answered, server_faults=forger.faults)
    outcome.figures |= {
        "forged_each": forged,
        "replayed_each": replayed,
        "kinds_slack": len(_SLACK),
        "refusals": dict(forger.statuses),
    }
    f = outcome.figures
    outcome.said = (
        f"{forged:,} forged and {replayed:,} replayed requests on each platform: "
        f"in Slack {f['slack_forged_and_taken']} and "
        f"{f['slack_replayed_and_taken']} taken, in Teams {f['teams_forged_and_taken']} and "
        f"{f['teams_replayed_and_taken']}; {2 * replayed:,} genuine ones taken once each"
    )


class Forger:
    """`false` and `true` are the words of forged and of genuine requests by platform."""

    def __init__(self, made: Both, dice: random.Random) -> None:
        self._made, self._dice = made, dice
        self.false: dict[str, list[str]] = {"slack": [], "teams": []}
        self.true: dict[str, list[str]] = {"slack": [], "teams": []}
        self.welcomed: Counter[str] = Counter()
        self.statuses: Counter[int] = Counter()
        self.answered = self.faults = 0

    async def forge(self, count: int) -> None:
        """So many on each platform."""
        teams = self._made.teams.server.forgeries()
        requests = []
        for number in range(count):
            slack, bearer = f"Forged in Slack {number}", f"Forged in Teams {number}"
            self.false["slack"].append(slack)
            self.false["teams"].append(bearer)
            requests.append(_SLACK[number % len(_SLACK)](self._made, f"pledge {slack}", self._dice))
            requests.append(self._in_teams(f"pledge {bearer}", teams, number))
        for request, answer in zip(requests, await self._made.send_all(requests), strict=True):
            platform = "slack" if request.path.startswith("/slack") else "teams"
            self.statuses[answer.status] += 1
            self.faults += answer.status >= 500
            self.welcomed[platform] += answer.status == 200

    def _in_teams(self, words: str, known: dict[str, dict[str, Any]], number: int) -> Request:
        made, server = self._made, self._made.teams.server
        activity = made.activity(words)
        good = activity_claims(TEAMS_APP, activity["serviceUrl"])
        names = sorted(known)
        if number % 3 == 0:
            # A good token with one letter that is another.
            return made.borne(made.by_teams(activity).body, _one_letter_off(self._token(good), self._dice))
        how = known[names[number % len(names)]]
        changed = {**activity, **how.get("body", {})}
        changed = {key: value for key, value in changed.items() if value is not None}
        claims = {key: value for key, value in {**good, **how.get("claims", {})}.items() if value is not None}
        token = how.get("token")
        request = made.by_teams(changed)
        del server
        return made.borne(request.body, sign(claims, key=how.get("key", "good")) if token is None else token)

    def _token(self, claims: dict[str, Any]) -> str:
        self._made.token = self._made.token or sign(claims)
        return self._made.token

    async def send_genuine(self, count: int) -> list[Request]:
        """So many on each platform, each of which must be taken."""
        requests = []
        for number in range(count):
            slack, teams = f"Genuine in Slack {number}", f"Genuine in Teams {number}"
            self.true["slack"].append(slack)
            self.true["teams"].append(teams)
            requests.append(self._made.by_slack("slash_commands", self._made.command(f"pledge {slack}")))
            requests.append(self._made.by_teams(self._made.activity(f"pledge {teams}")))
        await self._made.send_all(requests)
        return requests

    async def replay(self, requests: list[Request]) -> None:
        """The same bytes again, twice."""
        said = self._made.teams.server.calls
        before = sum(call.operation == "activities.send" for call in said)
        answers = await self._made.send_all(requests * 2)
        await asyncio.sleep(0.2)
        self.answered += sum(TAKEN in answer.body for answer in answers)
        self.answered += sum(call.operation == "activities.send" for call in said) - before
        self.faults += sum(answer.status >= 500 for answer in answers)


# ---- Ways to forge what Slack signs


def _with(request: Request, **headers: str | None) -> Request:
    kept = dict(request.headers)
    for name, value in headers.items():
        full = {"signature": "X-Slack-Signature", "timestamp": "X-Slack-Request-Timestamp"}[name]
        kept.pop(full)
        if value is not None:
            kept[full] = value
    return Request(request.path, request.body, tuple(kept.items()))


def _signed_by(
    made: Both, words: str, secret: str, *, ago: int = 0, base: str = "v0:{}:", digest: str = "sha256"
) -> Request:
    genuine = made.by_slack("slash_commands", made.command(words))
    at = str(int(dict(genuine.headers)["X-Slack-Request-Timestamp"]) - ago)
    mac = hmac.new(secret.encode(), base.format(at).encode() + genuine.body, digest).hexdigest()
    return _with(genuine, timestamp=at, signature=f"v0={mac}")


def _genuine(made: Both, words: str) -> Request:
    return made.by_slack("slash_commands", made.command(words))


def _one_letter_off(text: str, dice: random.Random) -> str:
    """Not the last ones, of which base64 does not read every bit."""
    place = dice.randrange(len(text) - 2)
    other = dice.choice([c for c in "ABCDEFabcdef0123456789" if c != text[place]])
    return text[:place] + other + text[place + 1 :]


def _other_signature(made: Both, words: str, dice: random.Random) -> Request:
    request = _genuine(made, words)
    signature = dict(request.headers)["X-Slack-Signature"]
    place = dice.randrange(3, len(signature))
    other = dice.choice([c for c in "0123456789abcdef" if c != signature[place]])
    return _with(request, signature=signature[:place] + other + signature[place + 1 :])


def _other_body(made: Both, words: str, dice: random.Random) -> Request:
    request = _genuine(made, words)
    place = dice.randrange(len(request.body))
    byte = bytes([request.body[place] ^ (1 << dice.randrange(7))])
    return Request(request.path, request.body[:place] + byte + request.body[place + 1 :], request.headers)


def _another_ones(made: Both, words: str, dice: random.Random) -> Request:
    """The signature that Slack gave to something harmless."""
    harmless = dict(_genuine(made, "help").headers)
    return _with(
        _genuine(made, words),
        signature=harmless["X-Slack-Signature"],
        timestamp=harmless["X-Slack-Request-Timestamp"],
    )


def _later(made: Both, words: str, dice: random.Random) -> Request:
    """An old request under a fresh date."""
    old = _signed_by(made, words, SIGNING_SECRET, ago=dice.randint(301, 86_400))
    return _with(old, timestamp=dict(_genuine(made, "help").headers)["X-Slack-Request-Timestamp"])


def _twice(made: Both, words: str, dice: random.Random) -> Request:
    request = _genuine(made, words)
    return Request(request.path, request.body, (*request.headers, ("X-Slack-Signature", "v0=" + "0" * 64)))


Forge = Callable[[Both, str, random.Random], Request]

_SLACK: tuple[Forge, ...] = (
    lambda made, words, dice: _with(_genuine(made, words), signature=None, timestamp=None),
    lambda made, words, dice: _with(_genuine(made, words), signature=None),
    lambda made, words, dice: _with(_genuine(made, words), timestamp=None),
    lambda made, words, dice: _with(
        _genuine(made, words), signature="v0=" + hashlib.sha256(words.encode()).hexdigest()
    ),
    lambda made, words, dice: _with(_genuine(made, words), signature="v0="),
    lambda made, words, dice: _with(_genuine(made, words), signature=""),
    lambda made, words, dice: _with(_genuine(made, words), signature="v1" + _signature(made, words)[2:]),
    lambda made, words, dice: _with(_genuine(made, words), timestamp=str(dice.randint(-(10**9), 10**10))),
    lambda made, words, dice: _signed_by(made, words, "another secret"),
    lambda made, words, dice: _signed_by(made, words, ""),
    lambda made, words, dice: _signed_by(made, words, SIGNING_SECRET.upper()),
    lambda made, words, dice: _signed_by(made, words, SIGNING_SECRET, ago=dice.randint(301, 10**6)),
    lambda made, words, dice: _signed_by(made, words, SIGNING_SECRET, ago=-dice.randint(301, 10**6)),
    lambda made, words, dice: _signed_by(made, words, SIGNING_SECRET, base="v0:0:"),
    lambda made, words, dice: _signed_by(made, words, SIGNING_SECRET, base=""),
    lambda made, words, dice: _signed_by(made, words, SIGNING_SECRET, digest="sha1"),
    _other_signature,
    _other_signature,
    _other_body,
    _other_body,
    _another_ones,
    _later,
    _twice,
)


def _signature(made: Both, words: str) -> str:
    return dict(_genuine(made, words).headers)["X-Slack-Signature"]
