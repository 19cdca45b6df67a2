"""A browser without script: it reads a page, fills in its forms and presses their buttons, over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import aiohttp

VOID = {"input", "meta", "link", "br", "hr", "img", "circle", "path"}


@dataclass
class Tag:
    """An element: its name, attributes and what is inside."""

    name: str
    attrs: dict[str, str]
    inside: "list[Tag | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its words, spaces straightened."""
        return " ".join("".join(self._words()).split())

    def _words(self) -> Iterator[str]:
        for one in self.inside:
            yield from [one] if isinstance(one, str) else one._words()

    def all(self, tag: str = "", /, **attrs: str) -> "list[Tag]":
        """Every element within of this name and with these attributes (`class_` is one of its classes)."""
        found = []
        for one in self.inside:
            if isinstance(one, Tag):
                if tag in ("", one.name) and all(one.has(key, value) for key, value in attrs.items()):
                    found.append(one)
                found += one.all(tag, **attrs)
        return found

    def has(self, key: str, value: str) -> bool:
        """Whether an attribute has this value."""
        if key == "class_":
            return value in self.attrs.get("class", "").split()
        return self.attrs.get(key.replace("_", "-")) == value

    def one(self, tag: str = "", /, **attrs: str) -> "Tag":
        """The first such element; it must be there."""
        return self.all(tag, **attrs)[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Tag("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Tag(tag, {key: value or "" for key, value in attrs})
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].name == tag, f"{tag} closes {self.open[-1].name}"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(html: str) -> Tag:
    """The page as a tree; it must be well nested."""
    reader = _Reader()
    reader.feed(html)
    assert len(reader.open) == 1, [tag.name for tag in reader.open]
    return reader.open[0]


class Visitor:
    """Somebody at the page, script switched off."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self.http, self.address = http, url
        self.page = Tag("", {})
        self.status = 0

    async def go(self, path: str = "/") -> Tag:
        """Open an address."""
        async with self.http.get(urljoin(self.address, path)) as answer:
            return await self._took(answer)

    async def _took(self, answer: aiohttp.ClientResponse) -> Tag:
        self.status, self.address = answer.status, str(answer.url)
        self.page = read(await answer.text())
        return self.page

    async def press(self, label: str, *, within: str, fields: Mapping[str, str | list[str]] | None = None) -> Tag:
        """Press the last button with this label in the element of this id, with `fields` filled in by name."""
        area = self.page.one(id=within)
        forms = [area] if area.name == "form" else area.all("form")
        form, button = [(f, button) for f in forms for button in f.all("button") if button.text == label][-1]
        data = dict_of(form) | {k: v if isinstance(v, list) else [v] for k, v in (fields or {}).items()}
        if "name" in button.attrs:
            data[button.attrs["name"]] = [button.attrs["value"]]
        pairs = [(name, value) for name, values in data.items() for value in values]
        action = urljoin(self.address, button.attrs.get("formaction", form.attrs["action"]))
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.address))
        async with self.http.post(action, data=pairs, headers={"Origin": origin}) as answer:
            return await self._took(answer)

    async def type(self, side: str, words: str) -> Tag:
        """Type a line in one of the panes."""
        return await self.press("Send", within=side, fields={"text": words})

    def pane(self, side: str) -> Tag:
        """One of the panes."""
        return self.page.one("section", id=side)

    def last(self, side: str) -> Tag:
        """The latest entry of a conversation."""
        return self.pane(side).all("article")[-1]


def dict_of(form: Tag) -> dict[str, list[str]]:
    """What a form would send as it stands."""
    found: dict[str, list[str]] = {}
    for tag in form.all():
        name = tag.attrs.get("name", "")
        if tag.name == "textarea":
            found.setdefault(name, []).append("".join(t for t in tag.inside if isinstance(t, str)).removeprefix("\n"))
        elif tag.name == "select":
            found[name] = [o.attrs["value"] for o in tag.all("option") if "selected" in o.attrs]
        elif tag.name == "input" and name and not _left_out(tag):
            found.setdefault(name, []).append(tag.attrs.get("value", ""))
    return found


def _left_out(box: Tag) -> bool:
    return box.attrs.get("type") in ("checkbox", "radio") and "checked" not in box.attrs
