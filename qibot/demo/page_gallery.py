"""Everything the bot can say, one example of every view, as Slack gets it and as a person sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from qibot import features
from qibot.chat.forms import Form
from qibot.chat.message import Message
from qibot.demo.blocks_html import Setting, render, words
from qibot.demo.page import Page
from qibot.demo.page_shown import pretty
from qibot.demo.slack_forms import initial_state
from qibot.people import service as people
from qibot.people.turn import Turn
from qibot.platforms.slack import blocks, modals


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


async def gallery(page: Page) -> tuple[Feature, ...]:
    """All features. Forms offer what they would offer a member of the demo's network now."""
    house = page.world.house
    somebody = next(iter(page.people.values()))
    async with house.database.transaction(reading=True) as db:
        known = await people.recognise(db, "slack", somebody.team_id, somebody.id)
        choices = {}
        if known is not None:
            turn = Turn(db, page.world.clock.now(), known.identity, known.workspace, known.person)
            for wire, row in features.router.submissions.items():
                choices[wire] = await row.choices(turn) if row.choices else {}
    return tuple(_feature(module.__name__.split(".")[-2], module.EXAMPLES, choices) for module in features.views)


def _feature(name: str, examples: Mapping[str, Message | Form], choices: Mapping[str, Any]) -> Feature:
    return Feature(name, tuple(_example(f"{name}-{one}", one, said, choices) for one, said in examples.items()))


def _example(id: str, name: str, said: Message | Form, choices: Mapping[str, Any]) -> Example:
    shown = name.replace("_", " ")
    if isinstance(said, Message):
        sent = blocks.render(said, workspace="T0MK")
        payload = {"text": sent.text, "blocks": sent.blocks}
        return Example(id, shown, render(sent.blocks, Setting(id)), pretty(payload))
    offered = choices.get(said.kind.shape.wire, {})
    view = modals.render(replace(said, choices={**offered, **said.choices}))
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    html = render(view["blocks"], Setting(id, state=initial_state(inputs)))
    return Example(id, shown, html, pretty(view), words(view["title"]), words(view["submit"]))
