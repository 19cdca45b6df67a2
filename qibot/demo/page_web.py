"""The demo's page on HTTP. Every form posts and is redirected, so that all of it works without script."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from qibot.demo import network, page_look, page_shown
from qibot.demo.blocks_html import words
from qibot.demo.card_fields_html import typed as typed_in_card
from qibot.demo.fields_html import typed
from qibot.demo.page import Page
from qibot.demo.page_gallery import gallery
from qibot.demo.page_guard import OnlyHere
from qibot.demo.page_look import HOME, MESSAGES, SIDES, Look
from qibot.demo.page_shown import Shown
from qibot.demo.page_things import Gone, News
from qibot.demo.slack_server import User
from qibot.demo.teams_server import TeamsUser

HERE = Path(__file__).parent
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7), "next": None}
USUAL = {"left": f"{network.MK}.{network.AMINA.account.id}", "right": f"{network.TEAMS}.{network.NELL.account.id}"}
"""Somebody in Slack, and somebody in Teams."""
NEARBY = f"{network.MK}.{network.INES.account.id}"
"""Whom to show on the right for an introduction within one workspace."""
_GONE = News("That is not there any more: it was answered, closed or changed meanwhile. Here is how things stand now.")
Doing = Callable[["Web", str, FormData, Look], Awaitable[Look]]


class Web:
    """The page's addresses."""

    def __init__(self, page: Page) -> None:
        self.page, self.shown = page, Shown(page)
        templates = FileSystemLoader(HERE / "templates")
        self._templates = Environment(
            loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        helpers = (page_shown.initials, page_shown.hue, page_shown.say_moment, words)
        self._templates.globals |= {helper.__name__: helper for helper in helpers}
        self._templates.globals |= {"roles": {one.name: one.role for one in network.PEOPLE}, "sides": SIDES}
        self.app = Starlette(
            routes=[
                Route("/", self._demo),
                Route("/gallery", self._gallery),
                Route("/events", self._events),
                Route("/file/{file_id}", self._file),
                *(Route(f"/{name}", self._doing(does), methods=["POST"]) for name, does in DOINGS.items()),
                Mount("/static", StaticFiles(directory=HERE / "static")),
            ],
            middleware=[Middleware(OnlyHere)],
        )

    def stop(self) -> None:
        """Let go of the browsers that listen for changes."""
        self.page.stopping.set()
        self.page.slack.changed()

    def _render(self, template: str, **values: object) -> HTMLResponse:
        return HTMLResponse(self._templates.get_template(template).render(token=self.page.token, **values))

    async def _demo(self, request: Request) -> Response:
        look = page_look.read(request.url.query, self.page.people, USUAL)
        panes = [await self.shown.pane(look, side) for side in SIDES]
        return self._render(
            "demo.html",
            page="demo",
            look=look,
            panes=panes,
            shown=self.shown,
            people=self._everybody(),
            now=self.page.world.clock.now(),
            due=await self.page.world.next_due(),
            news=self.page.news,
            everybody=self.page.people,
            nearby=look.with_side("right", who=NEARBY, tab=MESSAGES, begin="").url + "#right",
            problems=self.page.problems(),
        )

    def _everybody(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For choosing: each workspace's people, with how many messages wait for them."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for key, user in self.page.people.items():
            unread = self.page.unread(key)
            new = f" · {unread} new" if unread else ""
            groups.setdefault(self.page.workspace(key), []).append((key, f"{user.name}{new}"))
        return list(groups.items())

    async def _gallery(self, request: Request) -> Response:
        platform = "teams" if request.query_params.get("platform") == "teams" else "slack"
        return self._render(
            "gallery.html", page="gallery", platform=platform, features=await gallery(self.page, platform)
        )

    async def _file(self, request: Request) -> Response:
        """A file the bot has sent, to be saved and never to be run."""
        file = self.page.slack.files.get(request.path_params["file_id"])
        if file is None or file.content is None:
            return PlainTextResponse("There is no such file.\n", 404)
        return Response(
            file.content,
            media_type="image/png" if file.content.startswith(b"\x89PNG\r\n\x1a\n") else "text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{_safe(file.name)}"'},
        )

    async def _events(self, _: Request) -> Response:
        """A line whenever something has changed; the page then asks how things stand."""
        return StreamingResponse(self._changes(), media_type="text/event-stream")

    async def _changes(self) -> AsyncIterator[str]:
        changed = asyncio.Event()
        tells = [self.page.slack.on_change, *([self.page.world.teams.on_change] if self.page.world.teams else [])]
        for tell in tells:
            tell.append(changed.set)
        try:
            yield "retry: 2000\n\n"
            while not self.page.stopping.is_set():
                await changed.wait()
                changed.clear()
                yield "data: changed\n\n"
        finally:
            for tell in tells:
                tell.remove(changed.set)

    def _doing(self, does: Doing) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            async with request.form(max_files=0, max_fields=400) as form:
                if not secrets.compare_digest(_text(form, "token").encode(), self.page.token.encode()):
                    return PlainTextResponse("This form is from an earlier start of the demo. Please reload it.\n", 403)
                look = page_look.read(_text(form, "back"), self.page.people, USUAL)
                side = _text(form, "side")
                try:
                    look = await does(self, side, form, look)
                except Gone:
                    self.page.news = _GONE
                except KeyError:
                    return PlainTextResponse("That form is not one of this page's.\n", 400)
            return RedirectResponse(look.url + self._where(look, side), 303)

        return answer

    def _where(self, look: Look, side: str) -> str:
        """The part of the page that the answer is in, for a browser that starts at its top again."""
        if side not in look.sides:
            return "#clock"
        who = look.sides[side].who
        user = self.page.people[who]
        window = self.page.slack.modal(user) if isinstance(user, User) else self.page.teams.dialog(user)
        return f"#{side}-window" if window is not None or who in self.page.asking else f"#{side}"


async def _type(web: Web, side: str, form: FormData, look: Look) -> Look:
    await web.page.type(look.sides[side].who, _text(form, "text"))
    return look.with_side(side, begin="", tab=MESSAGES)


async def _press(web: Web, side: str, form: FormData, look: Look) -> Look:
    who = look.sides[side].who
    if isinstance(web.page.people[who], TeamsUser):
        await web.page.press_card(who, _text(form, "on"), _text(form, "press"), lambda card: typed_in_card(card, form))
        return look
    before = len(web.page.got(who))
    await web.page.press(who, _text(form, "on"), _text(form, "press"))
    return _to_messages(web, side, look, before)


async def _answer(web: Web, side: str, form: FormData, look: Look) -> Look:
    who = look.sides[side].who
    before = len(web.page.got(who))
    await web.page.answer(who, _text(form, "sure") == "yes")
    return _to_messages(web, side, look, before)


def _to_messages(web: Web, side: str, look: Look, before: int) -> Look:
    """To the messages when the answer to a button of the Home tab is one."""
    after = len(web.page.got(look.sides[side].who))
    return look.with_side(side, tab=MESSAGES) if after > before else look


async def _submit(web: Web, side: str, form: FormData, look: Look) -> Look:
    who = look.sides[side].who
    before = len(web.page.got(who))
    await web.page.submit(who, _text(form, "on"), lambda view: typed(view.blocks, form))
    return _to_messages(web, side, look, before)


async def _close(web: Web, side: str, form: FormData, look: Look) -> Look:
    await web.page.close(look.sides[side].who, _text(form, "on"))
    return look


async def _shortcut(web: Web, side: str, form: FormData, look: Look) -> Look:
    pane = await web.shown.pane(look, side)
    chosen = _text(form, "shortcut")
    await web.page.shortcut(pane.key, chosen, dict(pane.shortcuts)[chosen])
    return look


async def _home(web: Web, side: str, form: FormData, look: Look) -> Look:
    await web.page.home(look.sides[side].who)
    return look.with_side(side, tab=HOME)


async def _clock(web: Web, side: str, form: FormData, look: Look) -> Look:
    await web.page.let_go_by(STEPS[_text(form, "step")])
    return look


DOINGS: dict[str, Doing] = {
    "type": _type,
    "press": _press,
    "answer": _answer,
    "submit": _submit,
    "close": _close,
    "shortcut": _shortcut,
    "home": _home,
    "clock": _clock,
}


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _safe(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in name)[:80]
