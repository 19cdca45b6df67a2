"""Strict checks of everything the bot sends: what real Slack refuses, and a few things that only look right.

Pure functions: a payload in, a list of problems out (empty when all is well), each naming where it is.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from qibot.demo import slack_shapes as s
from qibot.demo.slack_elements import check_element, check_image, check_rich_text
from qibot.demo.slack_text import text_objects

Found = Iterator[str]


def check_message(message: Mapping[str, Any]) -> list[str]:
    """A message's text, blocks and metadata, whichever are there."""
    found: list[str] = []
    text, blocks = message.get("text"), message.get("blocks")
    if text is not None:
        found += s.check_length("text", text, s.MESSAGE_TEXT, least=0)
    if "attachments" in message:
        found.append("attachments: not modelled, use blocks")
    if blocks:
        found += check_blocks(blocks, s.MESSAGE_BLOCKS)
        if not text:
            found.append("text: missing; notifications and screen readers say it in place of the blocks")
        if (size := block_text(blocks)) > s.MESSAGE_BLOCK_TEXT:
            found.append(f"blocks: msg_blocks_too_long, {size} characters of text in all")
    if message.get("metadata") is not None:
        found += _check_metadata(message["metadata"])
    return found


def block_text(blocks: object) -> int:
    """Characters of all text objects together."""
    return sum(len(text) for _, _, text in text_objects("", blocks))


def _check_metadata(metadata: object) -> Found:
    if not isinstance(metadata, Mapping) or set(metadata) != {"event_type", "event_payload"}:
        yield "metadata: must be {event_type, event_payload}"
        return
    yield from s.check_length("metadata.event_type", metadata["event_type"], s.IDENTIFIER)
    if not isinstance(metadata["event_payload"], Mapping):
        yield "metadata.event_payload: must be an object"


def check_view(view: object) -> list[str]:
    """A modal or a Home tab."""
    if not isinstance(view, Mapping):
        return ["view: must be an object"]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"view: unknown type: {kind!r}"]
    found = list(s.check_keys("view", view, s.MODAL if kind == "modal" else s.HOME))
    found += check_blocks(view.get("blocks"), s.VIEW_BLOCKS)
    found += _check_outside(view)
    has_input = any(isinstance(b, Mapping) and b.get("type") == "input" for b in _listed(view.get("blocks")))
    if kind == "modal" and has_input and "submit" not in view:
        found.append("view: missing required field: submit (there is an input)")
    if len(json.dumps(view, ensure_ascii=False).encode()) > s.VIEW_BYTES:
        found.append("view: view_too_large")
    return found


def _check_outside(view: Mapping[str, Any]) -> Found:
    for key in ("title", "submit", "close"):
        if key in view:
            yield from s.check_text(f"view.{key}", view[key], s.MODAL_TITLE, plain=True)
    limits = {"private_metadata": s.PRIVATE_METADATA, "callback_id": s.IDENTIFIER, "external_id": s.IDENTIFIER}
    for key, limit in limits.items():
        if key in view:
            yield from s.check_length(f"view.{key}", view[key], limit, least=0)
    for key in ("clear_on_close", "notify_on_close"):
        if key in view and not isinstance(view[key], bool):
            yield f"view.{key}: must be true or false"


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def check_blocks(blocks: object, most: int) -> list[str]:
    """A list of at most `most` blocks, with unique ids."""
    found = list(s.check_list("blocks", blocks, 0, most))
    seen: set[str] = set()
    for index, block in enumerate(_listed(blocks)):
        at = f"blocks[{index}]"
        found += _check_block(at, block)
        block_id = block.get("block_id") if isinstance(block, Mapping) else None
        if isinstance(block_id, str):
            if block_id in seen:
                found.append(f"{at}: block_id {block_id!r} is already in use")
            seen.add(block_id)
    return found


def _check_block(at: str, block: object) -> Found:
    if not isinstance(block, Mapping):
        yield f"{at}: must be a block"
        return
    kind = block.get("type")
    shape = s.BLOCKS.get(kind) if isinstance(kind, str) else None
    if shape is None:
        yield f"{at}: unknown block type: {kind!r}"
        return
    yield from s.check_keys(at, block, shape, "type", "block_id")
    if "block_id" in block:
        yield from s.check_length(f"{at}.block_id", block["block_id"], s.IDENTIFIER)
    yield from _CHECKS[str(kind)](at, block)
    yield from _check_action_ids(at, block)


def _check_action_ids(at: str, block: Mapping[str, Any]) -> Found:
    ids = [e.get("action_id") for e in _listed(block.get("elements")) if isinstance(e, Mapping)]
    named = [one for one in ids if isinstance(one, str)]
    if len(set(named)) != len(named):
        yield f"{at}: the action_ids of a block must differ"


def _check_section(at: str, block: Mapping[str, Any]) -> Found:
    if "text" not in block and "fields" not in block:
        yield f"{at}: missing required field: text or fields"
    if "text" in block:
        yield from s.check_text(f"{at}.text", block["text"], s.SECTION_TEXT)
    if "fields" in block:
        yield from s.check_list(f"{at}.fields", block["fields"], 1, s.FIELDS)
        for index, field in enumerate(_listed(block["fields"])):
            yield from s.check_text(f"{at}.fields[{index}]", field, s.FIELD_TEXT)
    if "accessory" in block:
        yield from check_element(f"{at}.accessory", block["accessory"], "section")


def _check_header(at: str, block: Mapping[str, Any]) -> Found:
    yield from s.check_text(f"{at}.text", block.get("text"), s.HEADER_TEXT, plain=True)


def _check_context(at: str, block: Mapping[str, Any]) -> Found:
    yield from s.check_list(f"{at}.elements", block.get("elements"), 1, s.CONTEXT)
    for index, element in enumerate(_listed(block.get("elements"))):
        here = f"{at}.elements[{index}]"
        if isinstance(element, Mapping) and element.get("type") == "image":
            yield from check_element(here, element, "context")
        else:
            yield from s.check_text(here, element, s.SECTION_TEXT)


def _check_actions(at: str, block: Mapping[str, Any]) -> Found:
    yield from s.check_list(f"{at}.elements", block.get("elements"), 1, s.ACTIONS)
    for index, element in enumerate(_listed(block.get("elements"))):
        yield from check_element(f"{at}.elements[{index}]", element, "actions")


def _check_input(at: str, block: Mapping[str, Any]) -> Found:
    yield from s.check_text(f"{at}.label", block.get("label"), s.LABEL, plain=True)
    if "hint" in block:
        yield from s.check_text(f"{at}.hint", block["hint"], s.LABEL, plain=True)
    for key in ("optional", "dispatch_action"):
        if key in block and not isinstance(block[key], bool):
            yield f"{at}.{key}: must be true or false"
    yield from check_element(f"{at}.element", block.get("element"), "input")


def _check_image(at: str, block: Mapping[str, Any]) -> Found:
    yield from check_image(at, block)
    if "title" in block:
        yield from s.check_text(f"{at}.title", block["title"], s.LABEL, plain=True)


def _check_rich_text(at: str, block: Mapping[str, Any]) -> Found:
    yield from check_rich_text(f"{at}.elements", block.get("elements"))


def _check_divider(at: str, block: Mapping[str, Any]) -> Found:
    yield from ()


_CHECKS = {
    "section": _check_section,
    "header": _check_header,
    "divider": _check_divider,
    "context": _check_context,
    "actions": _check_actions,
    "input": _check_input,
    "image": _check_image,
    "rich_text": _check_rich_text,
}

_ANSWER = frozenset({"text", "blocks", "response_type", "replace_original", "delete_original", "metadata"})


def check_answer(answer: object) -> list[str]:
    """A message sent as a slash command's acknowledgement or to a response_url."""
    if not isinstance(answer, Mapping):
        return ["answer: must be an object"]
    unknown = [f"answer: unknown field: {key}" for key in sorted(answer.keys() - _ANSWER)]
    if answer.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        unknown.append("answer.response_type: must be ephemeral or in_channel")
    if not answer.get("delete_original") and not answer.get("text") and not answer.get("blocks"):
        unknown.append("answer: no_text")
    return unknown + check_message(answer)
