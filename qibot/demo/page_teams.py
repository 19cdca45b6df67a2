"""A conversation in Teams on the demo's page: words, and cards for a browser with and without script."""

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from qibot.demo.cards_html import CardSetting, for_the_renderer, render
from qibot.demo.page import Page
from qibot.demo.page_entries import LATEST, Entry, local, payload, title
from qibot.demo.page_things import Doing, Left
from qibot.demo.teams_checks import without_pictures
from qibot.demo.teams_server import TeamsUser
from qibot.demo.teams_things import TeamsPost


def short(key: str) -> str:
    """Somebody's key as a part of an id on the page."""
    return f"{zlib.crc32(key.encode()):08x}"


def teams_entries(
    page: Page, key: str, user: TeamsUser, prefix: str, hidden: Callable[[str], Markup]
) -> list[tuple[str, Entry]]:
    """A conversation in Teams with the place of each entry; `hidden` makes the fields of a form on a message."""
    doings = page.doings.get(key, [])
    shown: list[tuple[str, Entry]] = []
    for post in page.teams_posts(user)[-LATEST:]:
        # What was typed stands there as a message; what else was done has a line of its own.
        said = [one for one in doings if one.sent is not None and one.sent.get("id") == post.id and not one.words]
        html = _html(page, key, user, post, f"{prefix}-{post.id}", hidden(post.id))
        shown.append((post.id, _message(user, post, f"{prefix}-{post.id}", html, said)))
    for number, one in enumerate(doings):
        if one.words:
            shown.append((one.ts, _done(user, one, f"{prefix}-did-{number}")))
    return shown


def _message(user: TeamsUser, post: TeamsPost, id: str, html: Markup, said: list[Doing]) -> Entry:
    mine = post.user == user.id
    sent = f"payload: what the bot sent ({post.sent_by})"
    payloads = [payload(sent, without_pictures(post.sent))] if post.sent is not None else []
    payloads += [payload(title(one), one.sent) for one in said if one.sent is not None]
    trouble = _trouble(next((one for one in said if one.trouble), None))
    name = user.name if mine else "qibot"
    return Entry(id, name, local(post.at), html, tuple(payloads), mine, edited=post.edited, trouble=trouble)


def _done(user: TeamsUser, one: Doing, id: str) -> Entry:
    payloads = [payload("payload: what that sent", one.sent)] if one.sent is not None else []
    payloads += [payload("payload: the bot's answer to it", one.answer)] if one.answer is not None else []
    html, trouble = Markup("{}").format(one.words), _trouble(one)
    return Entry(id, user.name, local(one.at), html, tuple(payloads), True, True, trouble=trouble, notice=one.notice)


def _trouble(one: Doing | None) -> str:
    return f"Teams would say here: {one.trouble}" if one is not None and one.trouble else ""


def _html(page: Page, key: str, user: TeamsUser, post: TeamsPost, id: str, hidden: Markup) -> Markup:
    """The words and the card of a message; the card also as the data that Microsoft's renderer draws."""
    said = Markup('<p class="said">{}</p>').format(post.text) if post.text else Markup("")
    if post.picture is not None:
        name, data = post.picture
        url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
        said += Markup('<figure class="picture"><img src="{}" alt="{}"></figure>').format(url, name)
    card = post.instead.get(user.id, post.card)
    if card is None:
        return said
    left = page.left.get((key, post.id), Left({}, {}))
    return said + drawn(card, CardSetting(id, hidden, held=left.typed, errors=left.errors))


def drawn(card: Mapping[str, Any], setting: CardSetting) -> Markup:
    """A card, and beside it what Microsoft's renderer needs to take its place."""
    data = json.dumps(for_the_renderer(card), ensure_ascii=False)
    return Markup('<div class="card" data-card="{}">{}</div>').format(data, render(card, setting))
