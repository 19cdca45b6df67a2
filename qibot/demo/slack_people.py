"""What people do in Slack: type, press, fill in, open. Each doing is signed, sent, and what came of it is seen."""

import copy
import re
from collections.abc import Mapping

from qibot.demo.slack_checks import check_answer, check_view
from qibot.demo.slack_forms import Typed, complaints, fill, filled
from qibot.demo.slack_installing import SlackInstalling
from qibot.demo.slack_text import escape
from qibot.demo.slack_things import Json, Post, Seen, SeenMessage, UploadedFile, User, View, Workspace, label, pressable
from qibot.demo.slack_wire import Delivered

_TYPED = re.compile(r"(https?://[^\s<>]+)|(?<!\w)@([\w.\-]+\w)")


class SlackPeople(SlackInstalling):
    """A workspace's people, driven by tests, by the demo page and by scripts."""

    should_escape = True
    """Slash commands arrive with people and links as entities; the app's manifest asks for it."""

    # Typing

    async def slash(self, user: User, text: str, *, command: str = "/qi", channel: str | None = None) -> Seen:
        """Type a slash command in a conversation (the bot's direct messages unless `channel` says otherwise)."""
        workspace, seen = self._begin(user)
        place = workspace.channels[channel] if channel else self.direct(workspace, [user.id])
        response_url = self.new_response_url(user, place)
        form = {
            "token": self.verification_token,
            "team_id": workspace.id,
            "team_domain": workspace.domain,
            "channel_id": place.id,
            "channel_name": place.name,
            "user_id": user.id,
            "user_name": user.handle,
            "command": command,
            "text": self._typed(workspace, text, names=True) if self.should_escape else text,
            "api_app_id": self.app_id,
            "is_enterprise_install": str(workspace.org_wide).lower(),
            "response_url": response_url,
            "trigger_id": self.new_trigger(user),
        }
        if workspace.enterprise_id:
            form |= {"enterprise_id": workspace.enterprise_id, "enterprise_name": workspace.enterprise_id}
        answer = self._take(seen, await self.deliver(workspace, "slash_commands", form))
        body = {"text": answer.body} if isinstance(answer.body, str) else answer.body
        if answer.status == 200 and answer.body:
            if found := check_answer(body):
                self.note(f"acknowledgement of {command}", found)
            else:
                where = self.responses[response_url.rsplit("/", 1)[1]]
                self.take_answer(f"acknowledgement of {command}", where, body)
        return seen

    async def say(self, user: User, text: str) -> Seen:
        """Write to the bot in its direct messages."""
        workspace, seen = self._begin(user)
        if not workspace.messages_tab:
            raise LookupError("the messages tab is off: nobody can write to the bot")
        channel = self.direct(workspace, [user.id])
        post = self.post(channel, user.id, {"text": self._typed(workspace, text, names=False)})
        event = {
            "type": "message",
            "channel_type": "im",
            "channel": channel.id,
            "user": user.id,
            "text": post.text,
            "ts": post.ts,
            "team": workspace.id,
            "client_msg_id": self.next_id("msg"),
            "event_ts": post.ts,
        }
        return await self._send_event(seen, workspace, event)

    async def share(self, user: User, name: str, content: bytes, *, address: str = "") -> Seen:
        """Send the bot a file in its direct messages; `address` is another place where it is kept."""
        workspace, seen = self._begin(user)
        channel = self.direct(workspace, [user.id])
        file = UploadedFile(self.next_id("F"), workspace.id, name, len(content), name, content, [channel.id])
        self.files[file.id] = file
        post = self.post(channel, user.id, {"text": "", "files": [file.id]})
        shared = {
            "id": file.id,
            "name": name,
            "size": len(content),
            "mode": "external" if address else "hosted",
            "url_private_download": address or f"{self.base_url}/files/{file.id}",
        }
        event: Json = {"type": "message", "subtype": "file_share", "channel_type": "im", "channel": channel.id}
        event |= {"user": user.id, "text": "", "files": [shared], "ts": post.ts, "event_ts": post.ts, "upload": False}
        return await self._send_event(seen, workspace, event)

    def _typed(self, workspace: Workspace, text: str, *, names: bool) -> str:
        """Typed words as Slack sends them: control characters escaped, people and links as entities."""
        people = {u.handle: u for u in workspace.users.values()}

        def entity(found: re.Match[str]) -> str:
            url, handle = found.groups()
            if url:
                return f"\x01{url}\x02"
            if handle not in people:
                return found[0]
            return f"\x01@{people[handle].id}{'|' + handle if names else ''}\x02"

        return escape(_TYPED.sub(entity, text)).replace("\x01", "<").replace("\x02", ">")

    # Pressing

    async def press(
        self,
        user: User,
        on: SeenMessage | View,
        label_or_action_id: str,
        *,
        nth: int = 0,
        choice: Typed = None,
    ) -> Seen:
        """Press a button, or make a `choice` in a select, of a message, a modal or the Home tab.

        A link button opens its address (`Seen.link`) and sends an action as well, as Slack's do.
        """
        block, element = _find(on.blocks, label_or_action_id, nth)
        if isinstance(on, View) and on.type == "modal":
            self._in_front(user, on)
        workspace, seen = self._begin(user)
        view = on if isinstance(on, View) else None
        payload = self._interaction(workspace, user, "block_actions", view)
        payload["actions"] = [self._action(block, element, choice)]
        if view is not None:
            if element["type"] not in ("button", "overflow"):
                view.state[block["block_id"]][element["action_id"]] = filled(element, choice)
            payload |= {"container": {"type": "view", "view_id": view.id}, "view": self.view_json(view)}
        elif isinstance(on, SeenMessage):
            payload |= self._from_message(workspace, user, on)
        seen.link = element.get("url", "")
        self._take(seen, await self.deliver(workspace, "interactive", payload), empty="block_actions")
        return seen

    def _action(self, block: Json, element: Json, choice: Typed) -> Json:
        action = {"action_id": element["action_id"], "block_id": block["block_id"], "action_ts": self.next_ts()}
        if element["type"] == "button":
            also = ("text", "value", "url", "style")
            return action | {"type": "button"} | {k: element[k] for k in also if k in element}
        return action | filled(element, choice)

    def _from_message(self, workspace: Workspace, user: User, on: SeenMessage) -> Json:
        channel = workspace.channels[on.channel]
        post = channel.posts.get(on.ts)
        container = {
            "type": "message",
            "message_ts": on.ts,
            "channel_id": on.channel,
            "is_ephemeral": on.is_ephemeral,
        }
        fields: Json = {
            "container": container,
            "channel": {"id": channel.id, "name": channel.name},
            "response_url": self.new_response_url(user, channel, post),
            "state": {"values": {}},
        }
        # Slack does not send ephemeral messages back: only where they were.
        if not on.is_ephemeral and post is not None:
            fields["message"] = self.message_json(post)
        return fields

    async def shortcut(self, user: User, callback_id: str) -> Seen:
        """Choose a global shortcut."""
        workspace, seen = self._begin(user)
        payload = self._interaction(workspace, user, "shortcut")
        payload |= {"callback_id": callback_id, "action_ts": self.next_ts()}
        self._take(seen, await self.deliver(workspace, "interactive", payload), empty="shortcut")
        return seen

    async def message_shortcut(self, user: User, message: SeenMessage, callback_id: str) -> Seen:
        """Choose a shortcut from a message's menu."""
        workspace, seen = self._begin(user)
        payload = self._interaction(workspace, user, "message_action")
        payload |= {"callback_id": callback_id, "action_ts": self.next_ts(), "message_ts": message.ts}
        payload |= self._from_message(workspace, user, message)
        del payload["container"], payload["state"]
        self._take(seen, await self.deliver(workspace, "interactive", payload), empty="message_action")
        return seen

    # Modals and the Home tab

    async def submit(self, user: User, view: View, values: Mapping[str, Typed]) -> Seen:
        """Fill in a modal (keys: label, block_id or action_id; None empties a field) and send it.

        What Slack's window stops, it stops here: nothing is sent, and `Seen.errors` has the sentences by block_id.
        """
        self._in_front(user, view)
        workspace, seen = self._begin(user)
        fill(view.blocks, view.state, values)
        view.errors = complaints(view.blocks, view.state)
        if view.errors:
            seen.errors = dict(view.errors)
            return seen
        payload = self._interaction(workspace, user, "view_submission", view)
        payload |= {"view": self.view_json(view), "response_urls": []}
        answer = self._take(seen, await self.deliver(workspace, "interactive", payload))
        if answer.status == 200:
            self._after_submit(workspace, view, seen, answer.body)
        return seen

    def _after_submit(self, workspace: Workspace, view: View, seen: Seen, body: Json | str) -> None:
        action = body.get("response_action") if isinstance(body, dict) else None
        source = "acknowledgement of view_submission"
        if not body:
            self.close_view(workspace, view)
            seen.closed = True
        elif isinstance(body, dict) and action == "errors":
            fields = {block["block_id"] for block in view.blocks if block["type"] == "input"}
            errors = body.get("errors") or {}
            self.note(source, (f"an error for {key!r}, which is no field" for key in sorted(errors.keys() - fields)))
            self.note(source, [] if errors else ["errors without any"])
            view.errors = dict(errors)
            seen.errors = dict(errors)
        elif isinstance(body, dict) and action == "update":
            if found := check_view(body.get("view")):
                self.note(source, found)
                seen.error = "dispatch_failed"
            else:
                self.note_words(source, workspace, body["view"])
                self.set_view(view, body["view"])
                seen.updated = view
        elif action == "clear":
            for one in list(workspace.modals.get(view.user, [])):
                self.close_view(workspace, one)
            seen.closed = True
        else:
            self.note(source, [f"not understood: {body!r}"[:200]])
            seen.error = "dispatch_failed"
        self.changed()

    async def close(self, user: User, view: View) -> Seen:
        """Close a modal. The bot hears of it only if the modal asked for that."""
        self._in_front(user, view)
        workspace, seen = self._begin(user)
        self.close_view(workspace, view)
        seen.closed = True
        if view.data.get("notify_on_close"):
            payload = self._interaction(workspace, user, "view_closed", view)
            payload |= {"view": self.view_json(view), "is_cleared": False}
            del payload["trigger_id"]
            self._take(seen, await self.deliver(workspace, "interactive", payload), empty="view_closed")
        return seen

    async def open_home(self, user: User) -> Seen:
        """Open the bot's Home tab."""
        workspace, seen = self._begin(user)
        channel = self.direct(workspace, [user.id])
        event: Json = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": "home"}
        if (home := self.home(user)) is not None:
            event["view"] = self.view_json(home)
        return await self._send_event(seen, workspace, event)

    def close_view(self, workspace: Workspace, view: View) -> None:
        """Take a modal away."""
        view.is_open = False
        stack = workspace.modals.get(view.user, [])
        if view in stack:
            stack.remove(view)
        self.changed()

    def _in_front(self, user: User, view: View) -> None:
        if self.modal(user) is not view:
            raise LookupError(f"{view.title!r} is not the modal in front of {user.name}")

    # What all of them share

    def _begin(self, user: User) -> tuple[Workspace, Seen]:
        return self.workspaces[user.team_id], self.start_seeing(user)

    def _take(self, seen: Seen, answer: Delivered, *, empty: str = "") -> Delivered:
        seen.status, seen.body, seen.error = answer.status, answer.body, answer.error
        if empty and answer.status == 200 and answer.body:
            self.note(f"acknowledgement of {empty}", ["it has a body, which Slack ignores"])
        return answer

    async def _send_event(self, seen: Seen, workspace: Workspace, event: Json) -> Seen:
        sent = await self.event(workspace.id, event)
        seen.status = sent.attempts[-1].status
        return seen

    def _interaction(self, workspace: Workspace, user: User, kind: str, view: View | None = None) -> Json:
        """The fields every interaction has. In an org-wide installation `team` is null and `enterprise` is not."""
        team: Json = {"id": workspace.id, "domain": workspace.domain}
        enterprise = None
        if workspace.enterprise_id:
            named = {"id": workspace.enterprise_id, "name": workspace.enterprise_id}
            team |= {"enterprise_id": named["id"], "enterprise_name": named["name"]}
            enterprise = named if workspace.org_wide else None
        return {
            "type": kind,
            "team": None if workspace.org_wide else team,
            "enterprise": enterprise,
            "is_enterprise_install": workspace.org_wide,
            "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team_id},
            "api_app_id": self.app_id,
            "token": self.verification_token,
            "trigger_id": self.new_trigger(user, view),
        }

    def view_json(self, view: View) -> Json:
        """A view as Slack sends it."""
        workspace = self.workspaces[view.team_id]
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "submit": None, "close": None}
        flags = {"clear_on_close": False, "notify_on_close": False}
        return {
            **empty,
            **flags,
            **copy.deepcopy(view.data),
            "id": view.id,
            "team_id": view.team_id,
            "state": {"values": copy.deepcopy(view.state)},
            "hash": view.hash,
            "root_view_id": view.id,
            "previous_view_id": view.previous,
            "app_id": self.app_id,
            "app_installed_team_id": workspace.enterprise_id if workspace.org_wide else workspace.id,
            "bot_id": f"B{workspace.bot_user_id}",
        }

    def message_json(self, post: Post, *, with_metadata: bool = True) -> Json:
        """A message as Slack sends it."""
        workspace = self.workspaces[post.team_id]
        message: Json = {"type": "message", "user": post.user, "ts": post.ts, "team": post.team_id}
        message |= {"text": post.text, "blocks": copy.deepcopy(post.blocks)}
        if post.user == workspace.bot_user_id:
            message |= {"bot_id": f"B{post.user}", "app_id": self.app_id}
        if post.metadata is not None and with_metadata:
            message["metadata"] = copy.deepcopy(post.metadata)
        if post.edited:
            message["edited"] = {"user": post.user, "ts": post.ts}
        if post.thread_ts:
            message["thread_ts"] = post.thread_ts
        if post.files:
            message["files"] = [{"id": one, "name": self.files[one].name} for one in post.files]
        return message


def _find(blocks: list[Json], wanted: str, nth: int) -> tuple[Json, Json]:
    found = [pair for pair in pressable(blocks) if wanted in (label(pair[1]), pair[1]["action_id"])]
    if len(found) <= nth:
        offered = [label(element) for _, element in pressable(blocks)]
        raise LookupError(f"nothing called {wanted!r} to press (number {nth}); there is {offered}")
    return found[nth]
