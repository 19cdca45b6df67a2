"""Everything the bot can say, one example of every view, as a platform gets it and as a person sees it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import ModuleType

from markupsafe import Markup

from qibot import features
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message
from qibot.demo.blocks_html import Setting, render, words
from qibot.demo.cards_html import CardSetting
from qibot.demo.page import Page
from qibot.demo.page_entries import pretty
from qibot.demo.page_teams import drawn
from qibot.demo.slack_forms import initial_state
from qibot.demo.slack_server import User
from qibot.errors import NotFound, Refused
from qibot.people import service as people
from qibot.people.turn import Turn
from qibot.platforms.slack import blocks, modals
from qibot.platforms.teams import cards, dialogs


@dataclass(frozen=True, slots=True)
class Example:
    """One view: `title` and `submit` are those of a form's window, "" for a message."""

    id: str
    name: str
    html: Markup
    json: str
    title: str = ""
    submit: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature's examples, in the order in which it gives them."""

    name: str
    examples: tuple[Example, ...]


def name_of(module: ModuleType) -> str:
    """Where a feature's views are, which is what no other has: "broadcasts-outcome"."""
    return "-".join(module.__name__.split(".")[1:-1])


async def gallery(page: Page, platform: str) -> tuple[Feature, ...]:
    """All features, for "slack" or "teams". Forms offer what they would offer a member of the demo's network now."""
    example = _in_teams if platform == "teams" else _in_slack
    somebody = next(one for one in page.people.values() if isinstance(one, User))
    found = []
    async with page.world.house.database.transaction(reading=True) as db:
        known = await people.recognise(db, "slack", somebody.team_id, somebody.id)
        if known is None:
            raise LookupError(f"{somebody.name} has not joined")
        turn = Turn(db, page.world.clock.now(), known.identity, known.workspace, known.person)
        for module in features.views:
            name = name_of(module)
            shown = [
                example(f"{name}-{one}", one, await _offering(said, turn)) for one, said in module.EXAMPLES.items()
            ]
            found.append(Feature(name, tuple(shown)))
    return tuple(found)


async def _offering(said: Message | Form, turn: Turn) -> Message | Form:
    """A form with what it would offer in this turn."""
    if isinstance(said, Message):
        return said
    row = features.router.submissions.get(said.kind.shape.wire)
    offered: Mapping[str, tuple[Choice, ...]] = {}
    # Some forms are for those who organise an event, and the others have nothing to choose from there.
    with suppress(Refused, NotFound):
        offered = await row.choices(turn, said.values) if row and row.choices else {}
    return replace(said, choices={**offered, **said.choices})


def _in_teams(id: str, name: str, said: Message | Form) -> Example:
    asks = features.router.opens_form
    card = cards.render(said, workspace="", asks=asks) if isinstance(said, Message) else dialogs.render(said)
    return Example(id, name.replace("_", " "), drawn(card, CardSetting(id, level=4)), pretty(card))


def _in_slack(id: str, name: str, said: Message | Form) -> Example:
    shown = name.replace("_", " ")
    if isinstance(said, Message):
        sent = blocks.render(said, workspace="T0MK")
        payload = {"text": sent.text, "blocks": sent.blocks}
        return Example(id, shown, render(sent.blocks, Setting(id)), pretty(payload))
    view = modals.render(said)
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    html = render(view["blocks"], Setting(id, state=initial_state(inputs)))
    return Example(id, shown, html, pretty(view), words(view["title"]), words(view["submit"]))
