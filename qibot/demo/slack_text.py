"""How Slack writes text down: escaping, what a person reads, and words the bot should never send.

The checks here are about words that Slack accepts and shows wrongly; what Slack refuses is in `slack_checks`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_URL = r"https?://[^<>|\s]+"
_ENTITY = re.compile(
    r"<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?"
    r"|#C[A-Z0-9]+(?:\|[^<>]*)?"
    rf"|!date\^\d+\^[^<>|]+(?:\^{_URL})?\|(?P<date>[^<>]+)"
    rf"|(?:{_URL}|mailto:[^<>|\s]+)(?:\|(?P<label>[^<>]+))?)>"
)
_BROADCAST = re.compile(r"<!(?:channel|here|everyone|subteam\b)")
_STRAY_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)")


def escape(text: str) -> str:
    """The three characters Slack reads as control characters, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The opposite of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def keep(text: str) -> str:
    """Plain text as Slack keeps and sends it back: escaped, but never twice."""
    return _STRAY_AMPERSAND.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")


def blocks_text(blocks: object) -> str:
    """The words of blocks as a person reads them, one paragraph a line, buttons in brackets. Values are not words."""
    return "\n".join(words for words in _words_in(blocks) if words.strip())


_RICH_LINES = ("rich_text_section", "rich_text_quote", "rich_text_preformatted")


def _words_in(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _words_in(one)
    elif isinstance(value, Mapping):
        kind = value.get("type")
        if kind in _RICH_LINES:
            # Rich text stands as it is: no markup, nothing to unescape.
            elements = value.get("elements")
            words = "".join(_rich_words(one) for one in elements) if isinstance(elements, list) else ""
            yield "\n".join(f"> {line}" for line in words.splitlines()) if kind == "rich_text_quote" else words
            return
        if kind == "rich_text_list":
            yield from (f"• {words}" for words in _words_in(value.get("elements")))
            return
        if kind == "actions":
            yield " ".join(f"[{words}]" for one in value.get("elements", []) for words in _words_in(one))
            return
        if isinstance(value.get("text"), str):
            yield unescape(value["text"])
        for key in ("text", "label", "title", "fields", "elements", "accessory", "element", "options", "hint"):
            yield from _words_in(value.get(key)) if not isinstance(value.get(key), str) else ()
        if isinstance(value.get("alt_text"), str):
            yield unescape(value["alt_text"])


def _rich_words(element: object) -> str:
    if not isinstance(element, Mapping):
        return ""
    if element.get("type") == "user":
        return f"@{element.get('user_id', '')}"
    return str(element.get("text") or element.get("url") or "")


def check_mrkdwn(at: str, text: str) -> list[str]:
    """Problems of one marked-up text: broadcasts, and `<` or `&` that are not part of something Slack knows."""
    found = check_broadcast(at, text)
    labels: list[str] = []

    def take_out(entity: re.Match[str]) -> str:
        labels.append(entity["label"] or entity["date"] or "")
        return ""

    rest = _ENTITY.sub(take_out, text)
    if "<" in rest and not found:
        found.append(f"{at}: an unescaped <")
    if any(_STRAY_AMPERSAND.search(part) for part in (rest, *labels)):
        found.append(f"{at}: an unescaped &")
    return found


def check_broadcast(at: str, text: str) -> list[str]:
    """A bot that wakes a whole channel is a bot that is uninstalled: never, in any text."""
    return [f"{at}: a broadcast ({found[0]})"] if (found := _BROADCAST.search(text)) else []


def check_words(payload: Mapping[str, Any]) -> list[str]:
    """Problems of every text a person would be shown in a message or a view."""
    found: list[str] = []
    if isinstance(payload.get("text"), str) and "type" not in payload:
        found += check_mrkdwn("text", payload["text"])
    for at, kind, text in text_objects("", payload):
        found += check_mrkdwn(at, text) if kind == "mrkdwn" else check_broadcast(at, text)
    return found


def text_objects(at: str, value: object) -> Iterator[tuple[str, str, str]]:
    """Every text object within, as (where, its type, its text)."""
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from text_objects(f"{at}[{index}]", one)
    elif isinstance(value, Mapping):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            yield at, value["type"], value["text"]
        for key, one in value.items():
            yield from text_objects(f"{at}.{key}" if at else str(key), one)


def mentioned(payload: Mapping[str, Any]) -> set[str]:
    """Ids of the people mentioned in anything marked up."""
    texts = [text for _, kind, text in text_objects("", payload) if kind == "mrkdwn"]
    if isinstance(payload.get("text"), str):
        texts.append(payload["text"])
    return {account for text in texts for account in _MENTION.findall(text)}
