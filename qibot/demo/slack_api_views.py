"""Web API methods about modals and Home tabs."""

from qibot.demo.slack_api import Asked, method
from qibot.demo.slack_checks import check_view
from qibot.demo.slack_state import SlackError
from qibot.demo.slack_things import Json, View
from qibot.demo.slack_wire import TRIGGER_LIFE, Trigger

STACKED = 3


def _view(asked: Asked, kind: str) -> Json:
    """The view among the arguments, checked."""
    view: Json | None = asked.json("view")
    found = check_view(view)
    asked.refuse("view_too_large" if "view: view_too_large" in found else "invalid_arguments", found)
    assert view is not None
    if view["type"] != kind:
        asked.refuse("invalid_arguments", [f"view.type: must be {kind}"])
    asked.server.note_words(asked.method, asked.workspace, view)
    return view


def _trigger(asked: Asked) -> Trigger:
    trigger = asked.server.triggers.get(asked.need("trigger_id", "invalid_arguments"))
    if trigger is None or trigger.team_id not in asked.token.teams:
        raise SlackError("invalid_trigger_id")
    if trigger.used:
        raise SlackError("exchanged_trigger_id")
    if asked.server.now() - trigger.made >= TRIGGER_LIFE:
        raise SlackError("expired_trigger_id")
    return trigger


@method("views.open", "view trigger_id")
async def open_view(asked: Asked) -> Json:
    """A modal in front of the person who did something within the last three seconds."""
    view = _view(asked, "modal")
    trigger = _trigger(asked)
    trigger.used = True
    workspace = asked.server.workspaces[trigger.team_id]
    stack = workspace.modals.setdefault(trigger.user, [])
    if len(stack) >= STACKED:
        raise SlackError("push_limit_reached")
    _external_id_is_free(asked, view)
    opened = View(asked.server.next_id("V"), workspace.id, trigger.user, {}, "")
    opened.previous = stack[-1].id if stack else None
    asked.server.set_view(opened, view)
    asked.server.views[opened.id] = opened
    stack.append(opened)
    seen = asked.server.seeing(workspace.id, trigger.user)
    if seen is not None:
        seen.opened = opened
    asked.server.changed()
    return {"view": asked.server.view_json(opened)}


def _external_id_is_free(asked: Asked, view: Json) -> None:
    wanted = view.get("external_id")
    if wanted and any(v.is_open and v.data.get("external_id") == wanted for v in asked.server.views.values()):
        raise SlackError("duplicate_external_id")


@method("views.update", "view view_id external_id hash")
async def update_view(asked: Asked) -> Json:
    """An open view changed; refused when it changed since `hash`."""
    data = asked.json("view")
    view = _named(asked)
    _view(asked, view.type)
    if view.team_id not in asked.token.teams or not view.is_open:
        raise SlackError("not_found")
    _same_hash(asked, view)
    _put(asked, view, data)
    return {"view": asked.server.view_json(view)}


def _named(asked: Asked) -> View:
    external = asked.text("external_id")
    for view in asked.server.views.values():
        if view.id == asked.text("view_id") or (external and view.data.get("external_id") == external):
            return view
    raise SlackError("not_found")


def _same_hash(asked: Asked, view: View) -> None:
    if "hash" in asked.args and asked.args["hash"] != view.hash:
        raise SlackError("hash_conflict")


def _put(asked: Asked, view: View, data: Json) -> None:
    asked.server.set_view(view, data)
    seen = asked.server.seeing(view.team_id, view.user)
    if seen is not None:
        seen.updated = view
    asked.server.changed()


@method("views.publish", "view user_id hash")
async def publish_view(asked: Asked) -> Json:
    """A person's Home tab."""
    data = _view(asked, "home")
    user = asked.user(asked.need("user_id"))
    homes = asked.workspace.homes
    if user.id in homes:
        _same_hash(asked, homes[user.id])
    else:
        homes[user.id] = View(asked.server.next_id("V"), asked.workspace.id, user.id, {}, "")
        asked.server.views[homes[user.id].id] = homes[user.id]
    _put(asked, homes[user.id], data)
    return {"view": asked.server.view_json(homes[user.id])}
