"""Everything that works in Slack works in Teams, in the same words: one walk through all of it, taken on both.

The same people do the same things in two worlds, through the adapters and the stand-ins, over HTTP with authentication
on. What each step shows must be the same, but for what `BY_DESIGN` lists.
"""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import fields, replace
from itertools import zip_longest
from pathlib import Path

import pytest
from sqlalchemy import select

from qibot.clock import SetClock
from qibot.demo.world import Account, World, world
from qibot.features import catalogue, router
from qibot.introductions.service import TOGETHER_KIND
from qibot.outbox.models import SENT, Delivery
from qibot.people.turn import member, organiser
from tests.cast import BEDS, EVERYBODY, MK, OWEN, RUTH, STRANGER, WORKSPACES, Character
from tests.conftest import EVENT_MORNING
from tests.platforms.parity_hands import Hands, OnSlack, OnTeams
from tests.platforms.parity_seen import Press, Shown
from tests.platforms.parity_stories import Stories
from tests.platforms.parity_walk import Record, Step

TENANTS = {
    MK: "0a0e55ed-0000-4000-8000-000000000001",
    BEDS: "0a0e55ed-0000-4000-8000-000000000002",
}
BY_DESIGN = (
    (
        "the first word",
        "the Home tab, once it is opened", "a message, as the app is installed, and how to see it again",
        "A bot in Teams has no Home tab, and says once what it is for; Slack shows the same without a message.",
    ),
    (
        "what the bot holds ready",
        "the Home tab", "the answer to the word home",
        "A bot in Teams has no Home tab; in Slack the word gives the same answer beside it.",
    ),
    (
        "an answer to a button of what the bot holds ready",
        "below", "in its place",
        "The Home tab stays and is brought up to date; a card in the chat would go on showing what is over.",
    ),
    (
        "nothing but the bot’s name",
        "/qi alone", "the word help",
        "Nothing at all cannot be sent in a personal chat of Teams.",
    ),
    (
        "a command in the chat with the bot",
        "after /qi, or without", "as it is",
        "Teams has slash commands in channels and group chats only; with /qi before it, it is understood too.",
    ),
    (
        "a form asked for in the chat",
        "behind a button", "at once",
        "A window of Slack opens on a command or a press, not on a message.",
    ),
    (
        "a command among others",
        "after /qi", "chosen from the / menu",
        "Each platform's own way to ask so that nobody else sees it.",
    ),
    (
        "a command named in a sentence",
        "after /qi", "in quotes",
        "Where nobody else is, a command of Teams is its words and nothing before them.",
    ),
    (
        "a form that has an entry in a menu",
        "the entry", "its command",
        "Teams has no menu of actions that a bot could add to without a message extension.",
    ),
    (
        "an answer to a command",
        "seen by them alone, gone later", "in their own chat, where it stays",
        "A slash command of Slack may be typed anywhere; a personal chat is private already.",
    ),
    (
        "a form that was asked for by typing",
        "a window", "a card in the chat",
        "Only a button can open a window in Teams; those do.",
    ),
    (
        "an answer to a form that was asked for by typing",
        "in the conversation, its window closed", "in the place of the form",
        "A form that stayed in the chat could be sent again.",
    ),
    (
        "a field left empty",
        "Slack’s own words beside it", "our words beside it",
        "Both windows stop it before it is sent; Slack takes no words for it.",
    ),
    (
        "a tick",
        "a box called Yes under its words", "a box beside its words",
        "Slack's inputs have a label above, which a box of one option repeats.",
    ),
    (
        "choices in groups",
        "under headings", "the group before each",
        "A list of choices on a card has no headings.",
    ),
    (
        "are you sure",
        "a window: Yes, No, go back", "a card below the button: Yes",
        "Cards know no confirmation; pressing the button again closes the card.",
    ),
    (
        "a short answer to a button",
        "a message below", "words that pass by",
        "Teams shows the answer to a button for a moment, and a card for each refusal would fill the chat.",
    ),
    (
        "a person",
        "a live mention", "a name that leads to a chat",
        "A live mention in Teams needs text that reads Markdown, which words that people typed must not.",
    ),
    (
        "an introduction within one workspace",
        "a message to both, in a conversation of the two and the bot", "a card, with a link to a chat of the two",
        "A bot in Teams cannot begin a chat of several; the chat that the link opens is one of the two alone.",
    ),
    (
        "times for a calendar",
        "a file", "a link for each, which opens a new meeting",
        "Teams opens a meeting that is filled in, and hands over no file.",
    ),
    (
        "a file",
        "a file", "its lines, to copy",
        "A bot in Teams hands over a file only with one more permission for every administrator to approve.",
    ),
    (
        "a file that is no text",
        "a file", "the same in words, to copy",
        "A write-up is Markdown where no file can be handed over, for the same reason.",
    ),
    (
        "how people get to the bot",
        "an address for each workspace, without words", "one address for all, with the words in it",
        "Slack opens an app of one workspace and types nothing; Teams knows the app in every tenant.",
    ),
    (
        "a picture",
        "a file", "a message, and the same in words",
        "A picture in a message of Teams needs no permission; it has no words of its own for whoever does not see it.",
    ),
)  # fmt: skip
"""What it is about, how Slack shows it, how Teams does, and why they differ. A way that is not here is a mistake."""

ONLY_BY = {"slack": set[str](), "teams": {TOGETHER_KIND}}
"""Kinds that a platform does not take; whoever would have got it is told in another way, which the walk compares."""
REFUSALS = {
    member.label: "You have not joined the network yet.",
    organiser.label: "That is for organisers of the network.",
}


async def walk(platform: str, database_url: str) -> Record:
    """The whole walk on one platform, in a world where everybody is there."""
    record, clock = Record(platform), SetClock(EVENT_MORNING)
    accounts = {c.name: _account(platform, n, c) for n, c in enumerate(EVERYBODY)}
    names = {account.id: name for name, account in accounts.items()}
    slack = WORKSPACES.items() if platform == "slack" else ()
    tenants = [(TENANTS[key], name) for key, name in WORKSPACES.items()] if platform == "teams" else []
    async with world(database_url, clock, slack, organisers=OWEN.email, tenants=tenants) as made:
        made.unhurried()
        for account in accounts.values():
            (made.user if platform == "slack" else made.colleague)(account)
        hands: Hands = (OnSlack if platform == "slack" else OnTeams)(made, names, record.ways)
        await Stories(made, hands, accounts, record).everything()
        for (_, what, end), count in made.house.bot.answered.items():
            record.answered[what] += count if end == "answered" else 0
        record.sent = await _sent(made)
        record.problems = [*made.slack.problems, *(made.teams.problems if made.teams else ())]
    return record


def _account(platform: str, n: int, c: Character) -> Account:
    if platform == "slack":
        return Account(c.workspace, c.account, c.name, c.email, c.zone)
    return Account(TENANTS[c.workspace], f"aad00000-0000-4000-8000-{n:012d}", c.name, c.email)


async def _sent(made: World) -> set[str]:
    async with made.house.database.transaction(reading=True) as db:
        return set(await db.scalars(select(Delivery.kind).where(Delivery.state == SENT)))


@pytest.fixture(scope="module")
def records(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Record]:
    """The walk, once on each platform."""

    def taken(platform: str) -> Record:
        file = tmp_path_factory.mktemp(platform) / "qibot.db"
        shutil.copy(sqlite_template, file)
        return asyncio.run(walk(platform, f"sqlite+aiosqlite:///{file}"))

    return {platform: taken(platform) for platform in ("slack", "teams")}


def differences(slack: Step, teams: Step) -> list[str]:
    """What is not the same after a step, in words."""
    if slack.did != teams.did:
        return [f"{slack.did} / {teams.did}"]
    if [s.what for s in slack.shown] != [t.what for t in teams.shown]:
        return [f"{slack.did}: {[s.words for s in slack.shown]} / {[t.words for t in teams.shown]}"]
    found = []
    for s, t in zip(slack.shown, teams.shown, strict=True):
        if s.passing or t.passing:
            s, t = _in_passing(s), _in_passing(t)
        for one in fields(Shown):
            ours, theirs = getattr(s, one.name), getattr(t, one.name)
            if one.compare and ours != theirs:
                found.append(f"{slack.did}: {one.name}{_unlike(ours, theirs)}")
    return found


def _in_passing(one: Shown) -> Shown:
    """Words that pass by have no looks, and stand nowhere; nothing with a button may pass by."""
    return Shown(one.what, tuple(line.removeprefix("~ ") for line in one.lines), buttons=one.buttons, fields=one.fields)


def _unlike(ours: object, theirs: object) -> str:
    """Where the two part."""
    if isinstance(ours, tuple) and isinstance(theirs, tuple):
        ours, theirs = next((o, t) for o, t in zip_longest(ours, theirs) if o != t)
    return f"\n   slack: {ours}\n   teams: {theirs}"


def test_every_step_shows_the_same(records: Mapping[str, Record]) -> None:
    slack, teams = records["slack"].steps, records["teams"].steps
    found = [one for pair in zip(slack, teams, strict=True) for one in differences(*pair)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_nothing_was_sent_that_the_platform_would_refuse(records: Mapping[str, Record], platform: str) -> None:
    assert records[platform].problems == []


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_the_walk_leaves_nothing_out(records: Mapping[str, Record], platform: str) -> None:
    """Each was not only tried but answered, at least once; a new feature has no parity until it is walked."""
    record = records[platform]
    everything = {row.name for row in router.commands.values()} | {*router.actions, *router.submissions}
    assert {"chat.say", "home", "free words"} | everything == {what for what, n in record.answered.items() if n}
    assert record.sent == set(catalogue) - ONLY_BY[platform]


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_every_difference_is_meant(records: Mapping[str, Record], platform: str) -> None:
    at = ("slack", "teams").index(platform) + 1
    assert records[platform].ways == {(row[0], row[at]) for row in BY_DESIGN}
    assert all(row[1] != row[2] and row[3].endswith(".") for row in BY_DESIGN)


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_who_may_not_is_told_so_whatever_they_use(records: Mapping[str, Record], platform: str) -> None:
    steps = {step.did: step.shown for step in records[platform].steps}
    needs = {f"types “{row.name}”": row.needs for row in router.commands.values()}
    needs |= {f"forges {wire}": row.needs for wire, row in router.actions.items()}
    needs |= {f"forges the form {wire}": row.needs for wire, row in router.submissions.items()}
    refused = {STRANGER: (member.label, organiser.label), RUTH: (organiser.label,), OWEN: ()}
    for who, labels in refused.items():
        for did, need in needs.items():
            shown = steps.get(f"{who.name} {did}")
            if need.label in labels:
                assert shown is not None, f"{who.name} never {did}"
                joined = who is not STRANGER
                assert shown[-1].lines[0] == REFUSALS[need.label if joined else member.label], did
            elif shown:
                assert not {line for one in shown for line in one.lines} & set(REFUSALS.values()), f"{who.name} {did}"


def test_a_difference_would_be_seen() -> None:
    one = Shown("message", ("Title", "Words"), bold=("Title",), buttons=(Press("Go"),))
    others = (
        replace(one, lines=("Title", "words")),
        replace(one, bold=()),
        replace(one, buttons=(Press("Go", "danger"),)),
        replace(one, instead=True),
        replace(one, links=(("a", "b"),)),
    )
    assert differences(Step("x", (one,)), Step("x", (replace(one, of=1),))) == []
    assert all(len(differences(Step("x", (one,)), Step("x", (other,)))) == 1 for other in others)
    assert differences(Step("x", (one,)), Step("x", ()))
    assert differences(Step("x", (one,)), Step("y", (one,)))
