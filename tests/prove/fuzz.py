"""fuzz: 100,000 mutated payloads, properly signed; none may be answered with 5xx, and no traceback may be shown.

What the platforms send (recorded shapes; every command, button and form there is) with pieces missing, exchanged,
repeated, made huge or odd, and bodies with bytes that are others. Answers are looked at, and everything that the bot
then says to the platforms. How often the bot told somebody that something went wrong on its side is counted as well.
"""

import copy
import dataclasses
import json
import random
import re
import tempfile
import typing
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qibot.chat import wire
from qibot.chat.wire import Action
from qibot.features import router
from tests.prove.both import Answer, Both, Request, both
from tests.prove.outcome import Outcome

PAYLOADS, LOT = 100_000, 500
RECORDED = Path(__file__).parents[1] / "platforms" / "payloads"
INSIDE = re.compile(r"Traceback|File \\?\"|qibot/|site-packages|sqlalchemy|\.py\b")
ODD: tuple[Any, ...] = (
    None, "", " ", "x", "0", "-1", "\x00", "é" * 300, "\u202e", "😀" * 50, "<!channel>", "<@U1>", "&lt;", "' OR 1=1 --",
    "x" * 5_000, "../../etc/passwd", "{}", "[]", "null", "1e999", "NaN", "%s%n", "{{7*7}}", "\ud83d", 0, -1, 1, 2**31,
    2**63, 2**64, 10**30, -(10**30), 0.5, 1e308, True, False, [], {}, [[]], [None], ["x"], {"id": None}, {"": ""},
    [{}] * 50, {"type": "x"}, {"text": {"text": {}}},
)  # fmt: skip
WORDS = (
    "find sepsis|find|find page:2|find sepsis page:999999999999|help|help find|join|me|leave|topics|topic add Falls"
    "|topic word “a b” sepsis|organisation bedford|champion|champion pause until friday|champion pause 99999999"
    "|project register A new way|project show 1|project show -1|project edit 99|projects page:0|who discharge"
    "|introductions|event|event join QIDAY|event show QIDAY|event pledge QIDAY|event report QIDAY|reflect|reflect QIDAY"
    "|pledge Tea for everybody|pledges|nudges|nudges pause 1 march|nudges pause in 2 weeks|nudges stop everything"
    "|nudges start|“”|'''|page:|:|/qi /qi help|help help help"
).split("|")


async def prove(outcome: Outcome, *, quick: bool) -> None:
    """Half to each platform."""
    count = 600 if quick else round(PAYLOADS * outcome.part)
    with tempfile.TemporaryDirectory() as folder:
        async with both(Path(folder)) as made:
            life = made.bot.start()
            await life.ready()
            fuzzer = Fuzzer(made, random.Random(outcome.seed))
            for first in range(0, count, LOT):
                await fuzzer.send(min(LOT, count - first))
            help_there = (
                "What I can do" in (await made.send(made.by_slack("slash_commands", made.command("help")))).body
            )
            outcome.promise(help_there, "it does not answer any more")
            outcome.promise(await life.stop() == 0, "it did not stop")
            logged = [json.loads(line) for line in made.bot.said.splitlines() if line.startswith("{")]
    faults = Counter(_place(one) for one in logged if _is_fault(one))
    outcome.nothing(server_faults=fuzzer.server_faults, shown_the_inside=fuzzer.inside, not_answered=fuzzer.silent)
    outcome.figures |= {"payloads": count, "statuses": dict(fuzzer.statuses), "shapes": len(fuzzer.shapes)}
    outcome.figures |= {"our_faults": sum(faults.values()), "where": dict(faults.most_common(5))}
    outcome.said = (
        f"{count:,} mutated payloads of {len(fuzzer.shapes)} shapes: {fuzzer.server_faults} answers of 5xx, "
        f"{fuzzer.inside} tracebacks shown, {fuzzer.silent} without an answer; {sum(faults.values())} times "
        "“something went wrong on our side”"
    )


def _is_fault(one: dict[str, Any]) -> bool:
    """Something of ours broke; what Bolt cannot read of a request that Slack would never send is not counted."""
    return one.get("event") in ("fault", "not finished", "request not handled", "tick")


def _place(one: dict[str, Any]) -> str:
    """The last line of ours on the way to a fault."""
    lines = [line for line in str(one.get("exception", "")).splitlines() if "/qibot/" in line]
    kind = str(one.get("exception", "")).partition("\n")[0]
    return f"{one.get('event')}: {kind} {lines[-1].strip().rpartition('/qibot/')[2] if lines else ''}"


Shape = Callable[[], tuple[str, Any]]


class Fuzzer:
    """Sends lots of odd requests, and looks at what comes of them."""

    def __init__(self, made: Both, dice: random.Random) -> None:
        self._made, self._dice = made, dice
        self.statuses: Counter[int] = Counter()
        self.server_faults = self.inside = self.silent = 0
        self.shapes: list[Shape] = [*self._slack_shapes(), *self._teams_shapes()]

    async def send(self, count: int) -> None:
        """One lot."""
        requests = [self._odd(self._dice.choice(self.shapes)) for _ in range(count)]
        for answer in await self._made.send_all(requests):
            self._look(answer)
        for server in (self._made.slack.server, self._made.teams.server):
            self.inside += sum(bool(INSIDE.search(json.dumps(call.args))) for call in server.calls)
            # What was asked in a place that there is not is none of the stand-in's business here.
            server.calls.clear()
            server.problems.clear()

    def _look(self, answer: Answer) -> None:
        self.statuses[answer.status] += 1
        self.server_faults += answer.status >= 500
        self.silent += answer.status == 0
        self.inside += bool(INSIDE.search(answer.body))

    # ---- Shapes

    def _slack_shapes(self) -> list[Shape]:
        found: list[Shape] = []
        for file in sorted(RECORDED.glob("*.json")):
            if not file.name.startswith("teams_") and file.stem not in ("app_uninstalled", "tokens_revoked"):
                read = json.loads(file.read_text(encoding="utf-8"))
                found.append(lambda read=read: (read["sent_as"], self._slack(read["payload"])))  # type: ignore[misc]
        found += [lambda words=words: ("slash_commands", self._made.command(words)) for words in self._words()]  # type: ignore[misc]
        press = json.loads((RECORDED / "block_actions.json").read_text(encoding="utf-8"))["payload"]
        form = json.loads((RECORDED / "view_submission.json").read_text(encoding="utf-8"))["payload"]
        for name, data in _buttons():
            found.append(lambda name=name, data=data: ("interactive", self._slack(_pressed(press, name, data))))  # type: ignore[misc]
        for name, fields in _forms():
            found.append(lambda name=name, fields=fields: ("interactive", self._slack(_filled(form, name, fields))))  # type: ignore[misc]
        return found

    def _teams_shapes(self) -> list[Shape]:
        found: list[Shape] = []
        for file in sorted(RECORDED.glob("teams_*.json")):
            if "installation_remove" not in file.name:
                read = json.loads(file.read_text(encoding="utf-8"))
                found.append(lambda read=read: ("teams", self._teams(read)))  # type: ignore[misc]
        found += [lambda words=words: ("teams", self._made.activity(words)) for words in self._words()]  # type: ignore[misc]
        press = json.loads((RECORDED / "teams_invoke_button.json").read_text(encoding="utf-8"))
        form = json.loads((RECORDED / "teams_invoke_form.json").read_text(encoding="utf-8"))
        for name, data in _buttons():
            given = {"action": name, "qibot": data}
            found.append(lambda name=name, given=given: ("teams", self._teams(_done(press, name, given))))  # type: ignore[misc]
        for name, fields in _forms():
            answers = {f"{kind}-{key}": value for key, kind, value in fields} | {"action": name, "form": "{}"}
            found.append(lambda name=name, answers=answers: ("teams", self._teams(_done(form, name, answers))))  # type: ignore[misc]
        return found

    def _words(self) -> list[str]:
        return [*WORDS, *(row.name for row in router.commands.values() if row.name != "leave")]

    def _slack(self, payload: dict[str, Any]) -> dict[str, Any]:
        """A recorded payload in this run's own places, by one of its people, under a name of its own."""
        crowd, number = self._made.slack.crowd, self._made.next_id()
        who = self._dice.choice(crowd.numbers)
        text = json.dumps(payload).replace("T0MK", crowd.workspace(who)).replace("U0AMINA", crowd.account(who))
        made = json.loads(text.replace("https://hooks.slack.example", self._made.slack.url))
        for key in ("trigger_id", "event_id"):
            if key in made:
                made[key] = f"{number}.{key}"
        if isinstance(made.get("view"), dict):
            made["view"]["id"] = f"V{number}"
        return dict(made)

    def _teams(self, activity: dict[str, Any]) -> dict[str, Any]:
        fresh = self._made.activity("x")
        kept = {key: fresh[key] for key in ("serviceUrl", "from", "id", "recipient")}
        place = fresh["conversation"] if activity["conversation"].get("conversationType") == "personal" else None
        made = {**copy.deepcopy(activity), **kept}
        return {**made, "conversation": place} if place else made

    # ---- What becomes of them

    def _odd(self, shape: Shape) -> Request:
        kind, payload = shape()
        dice = self._dice
        for _ in range(dice.choice((0, 1, 1, 1, 2, 3, 5))):
            payload = self._spoilt(payload)
        if kind == "slash_commands":
            payload = {str(k): v if isinstance(v, str) else json.dumps(v) for k, v in payload.items()}
            payload = {_encodable(k): _encodable(v) for k, v in payload.items()}
        request = self._made.by_teams(payload) if kind == "teams" else self._made.by_slack(kind, payload)
        if dice.random() < 0.1:
            body = self._bytes(request.body)
            if kind == "teams":
                return self._made.borne(body, self._made.token)
            return self._made.signed(body, dict(request.headers)["Content-Type"])
        return request

    def _spoilt(self, payload: Any) -> Any:
        dice, places = self._dice, list(_places(payload))
        if not places:
            return payload
        spoilt = copy.deepcopy(payload)
        path = dice.choice(places)
        inside: Any = spoilt
        for step in path[:-1]:
            inside = inside[step]
        last, how = path[-1], dice.random()
        if how < 0.2:
            del inside[last]
        elif how < 0.6:
            inside[last] = copy.deepcopy(dice.choice(ODD))
        elif how < 0.75 and isinstance(inside[last], str):
            inside[last] = self._text(inside[last])
        elif how < 0.85:
            inside[last] = self._value_at(payload, dice.choice(places))
        elif isinstance(inside, dict):
            inside[dice.choice(("type", "id", "text", "value", "x", "event", "payload", "actions"))] = dice.choice(ODD)
        else:
            inside += [copy.deepcopy(inside[last])] * dice.choice((1, 3, 200))
        return spoilt

    def _value_at(self, payload: Any, path: tuple[Any, ...]) -> Any:
        for step in path:
            payload = payload[step]
        return copy.deepcopy(payload)

    def _text(self, text: str) -> str:
        dice = self._dice
        place = dice.randrange(len(text) + 1)
        odd = dice.choice([one for one in ODD if isinstance(one, str)])
        return dice.choice((text[:place] + odd + text[place:], text[:place], text[::-1], text * 30, text.upper()))

    def _bytes(self, body: bytes) -> bytes:
        dice, changed = self._dice, bytearray(body)
        for _ in range(dice.randint(1, 4)):
            if changed:
                place = dice.randrange(len(changed))
                changed[place : place + dice.choice((0, 1, 1, 40))] = dice.choice(
                    (b"", b"\x00", b"\xff", b'"', b"{", b"&", b"%")
                )
        return bytes(changed)


def _places(value: Any, path: tuple[Any, ...] = ()) -> typing.Iterator[tuple[Any, ...]]:
    """The way to every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inside in items:
        yield (*path, key)
        yield from _places(inside, (*path, key))


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _buttons() -> list[tuple[str, str]]:
    """Wire name and payload of every button."""
    found = []
    for kind in Action.__subclasses__():
        if kind.__module__.startswith("qibot.") and kind.wire not in ("people.leave",):
            hints = typing.get_type_hints(kind)
            given = {f.name: 1 if hints[f.name] is int else "1" for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
            found.append((kind.wire, wire.encode(kind(**given))))
    return sorted(found)


def _forms() -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Wire name and (name, kind, value) of the fields of every form."""
    return [
        (name, [(field.name, field.kind, "1") for field in row.kind.shape.fields])
        for name, row in sorted(router.submissions.items())
    ]


def _pressed(payload: dict[str, Any], name: str, data: str) -> dict[str, Any]:
    pressed = copy.deepcopy(payload)
    pressed["actions"][0] |= {"action_id": f"{name}#1", "value": data}
    return pressed


def _filled(payload: dict[str, Any], name: str, fields: list[tuple[str, str, str]]) -> dict[str, Any]:
    sent = copy.deepcopy(payload)
    sent["view"]["callback_id"] = name
    state = {key: {key: {"type": "plain_text_input", "value": value}} for key, _, value in fields}
    sent["view"]["state"] = {"values": state}
    return sent


def _done(activity: dict[str, Any], verb: str, data: dict[str, str]) -> dict[str, Any]:
    done = copy.deepcopy(activity)
    done["value"]["action"] |= {"verb": verb, "data": data}
    return done
