"""The judge of the house: where modules stand on the stairs, and the house rules that a program can check."""

import ast
import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from qibot.chat.forms import Form
from qibot.chat.router import Need, Say
from qibot.chat.wire import Action
from qibot.features import catalogue, router, views
from qibot.people.turn import anybody, member, organiser
from tests import house
from tests.house import Source

WIRE_NAMES = Path(__file__).parent / "wire_names.txt"
SOURCES = house.read()

Rule = Callable[[Source], list[str]]
RULES: tuple[Rule, ...] = (
    house.down_the_stairs,
    house.inside_features,
    house.names_no_platform,
    house.names_commands_as_values,
    house.asks_no_time,
    house.commits_nothing,
    house.fits_a_screen,
    house.is_explained,
)

# Rule, and how its problem begins -> why it may stay. What is no longer needed goes.
EXCEPTIONS: dict[tuple[Rule, str], str] = {
    (house.names_commands_as_values, "typed:"): "where no platform is, it is as in the documents",
    (house.names_commands_as_values, "chat.help:"): "the table of the README",
    (house.asks_no_time, "clock:"): "it is the one who asks",
    (house.commits_nothing, "database:"): "it is the door that commits",
    (house.commits_nothing, "migrate:"): "Alembic's own steps, before there is anything to be half saved",
    (house.fits_a_screen, "patient_details: "): "one list of rules of the field, read from top to bottom",
    (house.fits_a_screen, "platforms.slack.manifest.manifest"): "one literal, as Slack prints it",
}
NAMES_PLATFORMS = ("platforms", "demo", "cli", "app", "doctor", "metrics", "settings")


def problems(rule: Rule) -> list[str]:
    """What a rule says of all of qibot, exceptions included."""
    sources = SOURCES.values()
    if rule in (house.names_no_platform, house.names_commands_as_values):
        sources = [s for s in sources if s.room not in NAMES_PLATFORMS]  # type: ignore[assignment]
    return [problem for source in sources for problem in rule(source)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    excused = tuple(beginning for of, beginning in EXCEPTIONS if of is rule)
    assert [p for p in problems(rule) if not p.startswith(excused)] == []


@pytest.mark.parametrize(("rule", "beginning"), EXCEPTIONS)
def test_every_exception_is_still_needed(rule: Rule, beginning: str) -> None:
    assert any(p.startswith(beginning) for p in problems(rule))


def test_every_module_was_looked_at() -> None:
    assert {"", "bot", "chat.router", "people.service", "platforms.slack.blocks"} <= SOURCES.keys()
    assert all(house.stair_of(s.room) for s in SOURCES.values())


BAD: list[tuple[Rule, str, str]] = [
    (house.down_the_stairs, "people.service", "from qibot.champions.models import Champion"),
    (house.down_the_stairs, "people.service", "def f():\n    import qibot.champions.models"),
    (house.down_the_stairs, "measures.service", "from qibot.events import service"),
    (house.down_the_stairs, "events.service", "from qibot.introductions import service"),
    (
        house.down_the_stairs,
        "events.views",
        "if TYPE_CHECKING:\n    import qibot.bot",
    ),
    (house.down_the_stairs, "bot", "from qibot.features import router"),
    (house.down_the_stairs, "bot", "from qibot.platforms.slack import blocks"),
    (house.down_the_stairs, "chat.router", "from qibot.people.turn import Turn"),
    (house.down_the_stairs, "database", "from qibot import features"),
    (house.down_the_stairs, "app", "from qibot.demo import world"),
    (house.down_the_stairs, "people.service", "from qibot.helpers import anything"),
    (house.down_the_stairs, "helpers", "x = 1"),
    (house.inside_features, "people.service", "from qibot.chat.message import Text"),
    (house.inside_features, "people.topics", "from qibot.chat import message"),
    (house.inside_features, "people.models", "from qibot.people.service import join"),
    (house.inside_features, "people.service", "from qibot.people import views"),
    (house.inside_features, "people.views", "from qibot.people.commands import me"),
    (house.inside_features, "people.views", "from qibot.people.service import join"),
    (house.inside_features, "people.views", "from sqlalchemy import select"),
    (house.inside_features, "people.forms", "from qibot.people import views"),
    (house.inside_features, "events.notifications", "from qibot.events.forms import MakePledge"),
    (house.inside_features, "events.commands", "from qibot.outbox import worker"),
    (house.names_no_platform, "people.views", "slack_user = 1"),
    (house.names_no_platform, "people.views", "x = person.on_teams"),
    (house.names_no_platform, "people.views", "if platform == 'teams': pass"),
    (house.names_no_platform, "people.views", "x = 'Open it in Slack'"),
    (house.names_commands_as_values, "people.views", "x = Note(f'See {y} with /qi me.')"),
    (house.asks_no_time, "people.service", "from datetime import datetime\nx = datetime.now()"),
    (house.asks_no_time, "people.service", "import datetime\nx = datetime.date.today()"),
    (house.asks_no_time, "people.service", "import time\nx = time.time()"),
    (house.asks_no_time, "people.service", "from time import time"),
    (house.commits_nothing, "people.service", "async def f(db):\n    await db.commit()"),
    (house.commits_nothing, "people.service", "async def f(engine):\n    async with engine.begin(): ..."),
    (house.fits_a_screen, "people.service", "x = 1\n" * 401),
    (house.fits_a_screen, "people.service", "def f():\n" + "    x = 1\n" * 40),
    (house.is_explained, "people.service", '"""Doc."""\ndef join(): ...'),
    (house.is_explained, "people.service", '"""Doc."""\nclass A:\n    """Doc."""\n    def b(self): ...'),
    (house.is_explained, "people.service", "x = 1"),
]


@pytest.mark.parametrize(("rule", "module", "text"), BAD)
def test_each_rule_can_say_no(rule: Rule, module: str, text: str) -> None:
    assert rule(Source(module, text, SOURCES))


GOOD: list[tuple[Rule, str, str]] = [
    (house.down_the_stairs, "champions.service", "from qibot.people.models import Person"),
    (house.down_the_stairs, "metrics", "from qibot.app import House"),
    (house.inside_features, "people.views", "from qibot.people.service import PURPOSES"),
    (house.inside_features, "champions.commands", "from qibot.people.turn import Turn"),
    (house.names_no_platform, "people.views", 'x = "Teams or roles, in your words"  # not Slack'),
    (house.names_no_platform, "people.views", '"""Shown in Slack and Teams alike."""'),
    (house.names_commands_as_values, "people.views", "x = Note('See it with ', Typed('me'), '.')"),
    (house.asks_no_time, "people.service", "from datetime import timedelta\nx = clock.now()"),
    (house.is_explained, "people.commands", '"""Doc."""\n@commands.command("me")\nasync def me(turn): ...'),
]


@pytest.mark.parametrize(("rule", "module", "text"), GOOD)
def test_each_rule_can_say_yes(rule: Rule, module: str, text: str) -> None:
    assert rule(Source(module, text, SOURCES)) == []


# ---- One table, one door


def test_every_row_says_who_may() -> None:
    needs = [row.needs for row in router.commands.values()]
    needs += [row.needs for row in router.actions.values()] + [row.needs for row in router.submissions.values()]
    assert all(isinstance(need, Need) for need in needs)
    assert set(needs) == {anybody, member, organiser}


def test_every_command_says_what_it_does() -> None:
    unclear = [
        row.name for row in router.commands.values() if not row.help.endswith((".", "…")) or not row.help[0].isupper()
    ]
    assert unclear == []


def test_what_needs_nobody_known_is_a_short_list() -> None:
    """Whatever anybody may do is looked at here: nothing in it may show a name that its owner did not agree to show."""
    open_to_all = {row.kind.wire for row in router.actions.values() if row.needs is anybody}
    assert open_to_all == {"champions.narrow", "people.erase"}
    forms = {row.kind.shape.wire for row in router.submissions.values() if row.needs is anybody}
    assert forms == {"people.join", "champions.find", "events.join"}


def test_every_button_and_form_that_views_offer_is_answered() -> None:
    """An action or form that is defined and that no table answers would be a dead end."""
    assert {a.wire for a in actions()} == router.actions.keys() | {Say.wire}
    defined = {name for s in SOURCES.values() for name in _decorated(s, "form")}
    assert defined == router.submissions.keys()


def actions() -> list[type[Action]]:
    """Every button's payload of qibot."""
    return sorted((a for a in Action.__subclasses__() if a.__module__.startswith("qibot.")), key=lambda a: a.wire)


def _decorated(source: Source, decorator: str) -> list[str]:
    """The wire names given to `@form("…")` or `@action("…")` in a module."""
    calls = [d for n in ast.walk(source.tree) if isinstance(n, ast.ClassDef) for d in n.decorator_list]
    return [
        str(d.args[0].value)
        for d in calls
        if isinstance(d, ast.Call)
        and isinstance(d.func, ast.Name)
        and d.func.id == decorator
        and isinstance(d.args[0], ast.Constant)
    ]


# ---- Wire names never change


def wire_names() -> list[str]:
    """Everything that must be understood a year from now, one line each."""
    found = []
    for kind in actions():
        found.append(" ".join(["action", kind.wire, *_fields(kind)]))
    found += [f"form {wire}" for wire in router.submissions]
    found += [f"notification {kind}" for kind in catalogue]
    found += [f"shortcut {row.name}" for row in router.commands.values() if row.shortcut]
    found += [f"shortcut-of-a-message {row.name}" for row in router.commands.values() if row.from_message]
    return sorted(found)


def _fields(kind: type[Action]) -> list[str]:
    """name:type, and "=" where a button that lacks it can still be read."""
    hints = get_type_hints(kind)
    fields = dataclasses.fields(kind)  # type: ignore[arg-type]
    return [f"{f.name}:{hints[f.name].__name__}{'' if f.default is dataclasses.MISSING else '='}" for f in fields]


def frozen() -> list[str]:
    """The file's lines without its heading."""
    return [line for line in WIRE_NAMES.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]


def gone(before: list[str], now: list[str]) -> list[str]:
    """Lines of `before` that could not be read any more: the name is gone, a field is gone or is another now, or one
    was added that an old button cannot have.
    """
    known = {tuple(line.split()[:2]): set(line.split()[2:]) for line in now}
    return [line for line in before if not _still_read(set(line.split()[2:]), known.get(tuple(line.split()[:2])))]


def _still_read(before: set[str], now: set[str] | None) -> bool:
    return now is not None and before <= now and all(field.endswith("=") for field in now - before)


def test_no_wire_name_is_ever_lost() -> None:
    if os.environ.get("QIBOT_TEST_GOLDEN") == "write" and not gone(frozen(), wire_names()):
        heading = [line for line in WIRE_NAMES.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        WIRE_NAMES.write_text("\n".join([*heading, *wire_names()]) + "\n", encoding="utf-8")
    assert gone(frozen(), wire_names()) == [], "an old button, form or delivery would no longer be understood"
    assert frozen() == wire_names(), "new names: run with QIBOT_TEST_GOLDEN=write, which only ever adds"


def test_a_lost_name_a_lost_field_and_another_type_are_noticed() -> None:
    before = ["action a.b x:int", "form a.c"]
    assert gone(before, ["action a.b x:int y:str=", "form a.c", "form a.d"]) == []
    assert gone(before, ["action a.b x:int"]) == ["form a.c"]
    for now in ("a.b x:str", "a.b y:int=", "a.b x:int y:int", "a.x x:int"):
        assert gone(before, [f"action {now}", "form a.c"]) == ["action a.b x:int"]
    assert gone(["form a.c"], ["action a.c"]) == ["form a.c"]


# ---- The list of features


def test_the_list_of_features_is_whole() -> None:
    """Every table, views module and notification that is written down somewhere is on the list."""
    written = {name for name in SOURCES if name.endswith(".views")}
    assert {module.__name__.removeprefix("qibot.") for module in views} == written
    kinds = {_room_of(one.build) for one in catalogue.values()}
    speaking = {s.room for n, s in SOURCES.items() if n.endswith(".notifications") and s.room != "outbox"}
    assert kinds == speaking
    speakers = {_room_of(row.handler) for row in router.commands.values()}
    assert speakers == {s.room for n, s in SOURCES.items() if n.endswith(".commands")} | {"features"}


def _room_of(thing: Callable[..., Any]) -> str:
    return thing.__module__.split(".")[1]


def test_a_command_that_only_opens_a_form_only_reads() -> None:
    """The form is opened again when its window was lost, so opening it must change nothing and need no receipt."""
    forms = [row for row in router.commands.values() if get_type_hints(row.handler)["return"] is Form]
    assert {"join", "project register", "champion join"} <= {row.name for row in forms}
    assert [row.name for row in forms if not row.reads] == []
