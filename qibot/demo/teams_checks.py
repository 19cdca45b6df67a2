"""What the stand-in holds against a card or a message: shape, size, and what would be shown wrongly or not at all."""

import base64
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from qibot.demo import teams_shapes as s
from qibot.demo.teams_cards import actions_of, elements, kind_of

Found = Iterator[str]

_MENTION = re.compile(r"<at>(.*?)</at>")
CARD_TYPE, PICTURE_TYPE = "application/vnd.microsoft.card.adaptive", "image/png"
_INLINE = f"data:{PICTURE_TYPE};base64,"


def json_bytes(value: object) -> int:
    """How many bytes it takes on the wire."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def check_card(card: object, *, dialog: bool = False) -> list[str]:
    """Problems of one Adaptive Card. In a `dialog` only Action.Submit and links work."""
    if not isinstance(card, Mapping):
        return ["card: must be an object"]
    found = list(_check_shape("card", card, s.CARD))
    if card.get("type") != "AdaptiveCard":
        found.append(f"card.type: must be AdaptiveCard, is {card.get('type')!r}")
    if card.get("version") not in s.VERSIONS:
        found.append(f"card.version: must be one of {s.VERSIONS}, is {card.get('version')!r}")
    if (size := json_bytes(card)) > s.CARD_BYTES:
        found.append(f"card: {size} bytes, more than {s.CARD_BYTES}")
    if found:
        return found
    found += _check_ids(card)
    found += check_mentions(card, card.get("msteams", {}).get("entities") or [])
    if dialog:
        executes = [a for a in actions_of(card) if kind_of(a) == "Action.Execute"]
        found += [
            f"card: Action.Execute {a.get('verb')!r} in a dialog: only Action.Submit answers there" for a in executes
        ]
    return found


def _check_ids(card: Mapping[str, Any]) -> Found:
    """Two inputs of one name overwrite each other."""
    ids = Counter(str(e["id"]) for e in elements(card) if "id" in e)
    yield from (f"card: the id {name!r} is used {count} times" for name, count in ids.items() if count > 1)
    names = {str(e["id"]) for e in elements(card) if kind_of(e).startswith("Input.")}
    for action in actions_of(card):
        for name in sorted(names & (action.get("data") or {}).keys()):
            yield f"card: the input {name!r} overwrites the data of the action {action.get('title')!r}"


def check_mentions(value: object, entities: object) -> Found:
    """Every <at>…</at> needs its entity, or people read the tags."""
    known = {str(e.get("text")) for e in entities if isinstance(e, Mapping)} if isinstance(entities, list) else set()
    for words in _texts(value):
        for found in _MENTION.finditer(words):
            if found[0] not in known:
                yield f"a mention without an entity: {found[0]}"


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            if key not in ("data", "msteams", "entities"):
                yield from _texts(one)


# Shapes


def _check_shape(at: str, value: Mapping[str, Any], shape: s.Shape, *also: str) -> Found:
    yield from (f"{at}: missing required property: {key}" for key in shape.required if key not in value)
    for key, one in value.items():
        kind = shape.kind(key)
        if kind is None:
            if key not in also:
                yield f"{at}: unknown property: {key}"
        else:
            yield from _check_value(f"{at}.{key}", one, kind)


def _check_value(at: str, value: object, kind: str) -> Found:
    if kind.startswith("list:"):
        yield from _check_list(at, value, kind.removeprefix("list:"))
    elif kind == "action":
        yield from _check_action(at, value)
    elif kind in _SIMPLE:
        good, words = _SIMPLE[kind]
        if not good(value):
            yield f"{at}: must be {words}"
    elif not isinstance(value, str) or value.lower() not in kind.split():
        yield f"{at}: must be one of {kind.split()}, is {value!r}"


def _is_date(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


_SIMPLE: dict[str, tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "text"),
    "flag": (lambda value: isinstance(value, bool), "true or false"),
    "number": (lambda value: isinstance(value, int | float) and not isinstance(value, bool), "a number"),
    "object": (lambda value: isinstance(value, Mapping), "an object"),
    "date": (_is_date, "a date (YYYY-MM-DD)"),
    "https": (lambda value: isinstance(value, str) and value.startswith("https://"), "an https address"),
    "link": (
        lambda value: isinstance(value, str) and value.startswith(("https://", "http://", "mailto:", "tel:")),
        "an address",
    ),
    "any": (lambda value: True, "anything"),
}


def _check_list(at: str, value: object, what: str) -> Found:
    if not isinstance(value, list):
        yield f"{at}: must be a list"
        return
    if not value and what in ("Column", "fact", "choice", "TextRun", "TableCell"):
        yield f"{at}: is empty"
    if what == "action" and len([a for a in value if _is_primary(a)]) > s.PRIMARY_ACTIONS:
        yield f"{at}: more than {s.PRIMARY_ACTIONS} buttons: Teams drops the rest"
    for index, one in enumerate(value):
        here = f"{at}[{index}]"
        if what == "TextRun" and isinstance(one, str):
            continue
        if not isinstance(one, Mapping):
            yield f"{here}: must be an object"
        elif what == "element":
            yield from _check_element(here, one)
        elif what == "action":
            yield from _check_action(here, one)
        else:
            yield from _check_part(here, one, what)


def _is_primary(action: object) -> bool:
    return isinstance(action, Mapping) and str(action.get("mode", "")).lower() != "secondary"


def _check_part(at: str, part: Mapping[str, Any], what: str) -> Found:
    kind = part.get("type", what if what in ("Column", "TableColumn", "TableRow", "TableCell") else None)
    if what in s.TYPED_PARTS and kind not in (what, "TableColumnDefinition" if what == "TableColumn" else what):
        yield f"{at}.type: must be {what}, is {kind!r}"
    yield from _check_shape(at, part, s.PARTS[what], *(("type",) if what in s.TYPED_PARTS else ()))


def _check_element(at: str, element: Mapping[str, Any]) -> Found:
    kind = kind_of(element)
    if kind not in s.ELEMENTS:
        yield f"{at}: unknown element: {kind!r}"
        return
    at = f"{at} {kind}"
    yield from _check_shape(at, element, s.ELEMENTS[kind], "type")
    if kind == "TextBlock":
        yield from _check_text(at, element)
    elif kind == "Image" and not str(element.get("altText", "")).strip():
        yield f"{at}: altText says nothing"
    elif kind.startswith("Input."):
        yield from _check_input(at, element)


def _check_text(at: str, element: Mapping[str, Any]) -> Found:
    words = str(element.get("text", ""))
    if not words.strip():
        yield f"{at}: no words"
    if len(words) > s.UNWRAPPED and not element.get("wrap"):
        yield f"{at}: {len(words)} characters without wrap are cut off"


def _check_input(at: str, element: Mapping[str, Any]) -> Found:
    if not str(element.get("id", "")).strip():
        yield f"{at}: an input needs an id"
    if element.get("isRequired"):
        yield from (f"{at}: isRequired without {k}" for k in ("label", "errorMessage") if not element.get(k))
    if not any(element.get(key) for key in ("label", "title", "placeholder")):
        yield f"{at}: nothing says what it is for"
    if kind_of(element) == "Input.ChoiceSet" and isinstance(element.get("choices"), list):
        yield from _check_choices(at, element)
    if kind_of(element) == "Input.Text" and len(str(element.get("value", ""))) > element.get("maxLength", 10**6):
        yield f"{at}: its value is longer than maxLength"


def _check_choices(at: str, element: Mapping[str, Any]) -> Found:
    values = [str(choice.get("value")) for choice in element["choices"] if isinstance(choice, Mapping)]
    several = bool(element.get("isMultiSelect"))
    yield from (f"{at}: the choice {v!r} is there {n} times" for v, n in Counter(values).items() if n > 1)
    if several:
        yield from (f"{at}: the choice {v!r} has a comma, which parts choices" for v in values if "," in v)
    chosen = str(element.get("value") or "")
    for one in chosen.split(",") if several else [chosen]:
        if one and one not in values:
            yield f"{at}: its value {one!r} is not among the choices"


def _check_action(at: str, action: object) -> Found:
    kind = kind_of(action) if isinstance(action, Mapping) else ""
    if not isinstance(action, Mapping) or kind not in s.ACTIONS:
        yield f"{at}: unknown action: {kind!r}"
        return
    at = f"{at} {kind}"
    yield from _check_shape(at, action, s.ACTIONS[kind], "type")
    for key in ("title", "verb"):
        if key in s.ACTIONS[kind].required and key in action and not str(action[key]).strip():
            yield f"{at}: {key} says nothing"


# Messages

_MESSAGE = frozenset(
    "type id text textFormat summary attachments attachmentLayout entities from conversation recipient replyToId "
    "channelData importance inputHint locale serviceUrl channelId deliveryMode speak suggestedActions value".split()
)


def check_activity(activity: object) -> list[str]:
    """Problems of one message the bot sends or puts in another's place."""
    if not isinstance(activity, Mapping):
        return ["activity: must be an object"]
    found = [f"activity: unknown property: {key}" for key in sorted(activity.keys() - _MESSAGE)]
    if activity.get("type") == "typing":
        return found
    if activity.get("type") != "message":
        return [*found, f"activity.type: must be message or typing, is {activity.get('type')!r}"]
    cards, text = activity.get("attachments") or [], activity.get("text") or ""
    if not cards and not str(text).strip():
        found.append("activity: neither text nor a card")
    if len(cards) > 1:
        found.append("activity: more than one card or picture in a message")
    for index, attachment in enumerate(cards):
        kind = attachment.get("contentType") if isinstance(attachment, Mapping) else None
        if kind == PICTURE_TYPE:
            found += _check_picture(f"activity.attachments[{index}]", attachment)
        elif kind != CARD_TYPE:
            found.append(f"activity.attachments[{index}]: only Adaptive Cards and PNG pictures are modelled")
        else:
            found += check_card(attachment.get("content"))
    found += check_mentions(text, activity.get("entities") or [])
    return found


def card_of(activity: Mapping[str, Any]) -> dict[str, Any] | None:
    """The card a checked message carries."""
    for attachment in activity.get("attachments") or []:
        if attachment["contentType"] == CARD_TYPE:
            card: dict[str, Any] = attachment["content"]
            return card
    return None


def picture_of(activity: Mapping[str, Any]) -> tuple[str, bytes] | None:
    """The picture a checked message carries: its name and its bytes."""
    for attachment in activity.get("attachments") or []:
        if attachment["contentType"] == PICTURE_TYPE:
            return str(attachment["name"]), base64.b64decode(attachment["contentUrl"].removeprefix(_INLINE))
    return None


def without_pictures(activity: Mapping[str, Any]) -> dict[str, Any]:
    """The same without the bytes of pictures, which do not count to its size."""
    attachments = activity.get("attachments")
    if not isinstance(attachments, list):
        return dict(activity)
    shown = [
        {**a, "contentUrl": f"{_INLINE}…"} if isinstance(a, Mapping) and "contentUrl" in a else a for a in attachments
    ]
    return {**activity, "attachments": shown}


def _check_picture(at: str, attachment: Mapping[str, Any]) -> Found:
    yield from (f"{at}: unknown property: {key}" for key in attachment.keys() - {"contentType", "contentUrl", "name"})
    if not str(attachment.get("name") or "").strip():
        yield f"{at}: name says nothing"
    url = str(attachment.get("contentUrl") or "")
    try:
        data = base64.b64decode(url.removeprefix(_INLINE), validate=True) if url.startswith(_INLINE) else b""
    except ValueError:
        data = b""
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or len(data) < 24:
        yield f"{at}: contentUrl must be a PNG picture in base64"
    elif max(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) > s.PICTURE_POINTS:
        yield f"{at}: wider or higher than {s.PICTURE_POINTS} points"
    elif len(data) > s.PICTURE_BYTES:
        yield f"{at}: more than {s.PICTURE_BYTES} bytes"
