"""What people do in Teams: write, press, fill in, install. Each doing is signed, sent, and what came of it is seen."""

import html
from collections.abc import Mapping
from typing import Any

from qibot.demo.teams_cards import Typed, complaints, filled, find_action, kind_of, sent_values
from qibot.demo.teams_checks import CARD_TYPE, check_card
from qibot.demo.teams_things import Delivered, Dialog, Json, Seen, SeenMessage, Team, TeamsConversation, TeamsUser
from qibot.demo.teams_wire import TeamsWire

UNREACHABLE = "unable_to_reach_app"
WENT_WRONG = "something_went_wrong"
CARD_ANSWER = CARD_TYPE
WORDS_ANSWER = "application/vnd.microsoft.activity.message"
ERROR_ANSWER = "application/vnd.microsoft.error"


class TeamsPeople(TeamsWire):
    """A tenant's people, driven by tests, by the demo page and by scripts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.dialogs: dict[str, Dialog] = {}

    def dialog(self, user: TeamsUser) -> Dialog | None:
        """The window in front of a person."""
        return self.dialogs.get(user.id)

    # Writing

    async def say(
        self, user: TeamsUser, text: str, *, channel: str | None = None, targeted: bool = False, duplicate: bool = False
    ) -> Seen:
        """Write to the bot in its personal chat, or with @qibot in `channel` (channel, thread or group chat by id).

        `targeted`: chosen from the / menu of a channel or group chat, so that only the bot sees it. What Teams does
        with & and < is not documented; here they come as typed in plain words, and as entities beside a mention.
        """
        message_id = self.next_message_id()
        chat = self._place(user, channel, message_id)
        seen = self.start_seeing(user)
        more: Json = {"id": message_id, "text": text, "textFormat": "plain"}
        if targeted and chat.kind == "personal":
            raise LookupError("nothing is targeted in a personal chat: it is private already")
        if targeted:
            more["recipient"] = {"id": self.bot_id, "name": self.bot_name, "isTargeted": True}
        elif chat.kind != "personal":
            mention = f"<at>{self.bot_name}</at>"
            more["text"] = f"{mention}&nbsp;{html.escape(text, quote=False)}"
        activity = self.activity(user, chat, "message", **more)
        if "<at>" in more["text"]:
            mentioned = {"id": self.bot_id, "name": self.bot_name}
            activity["entities"].append(
                {"type": "mention", "mentioned": mentioned, "text": f"<at>{self.bot_name}</at>"}
            )
        paragraph = more["text"] if "<at>" in more["text"] else html.escape(text, quote=False)
        activity["attachments"] = [{"contentType": "text/html", "content": f"<p>{paragraph}</p>"}]
        shown = text if chat.kind == "personal" or targeted else f"{self.bot_name} {text}"
        self.post(chat, user.id, {"text": shown}, message_id=message_id, only_for=user.id if targeted else None)
        return self._told(seen, await self.deliver(activity, duplicate=duplicate))

    def _place(self, user: TeamsUser, place: str | None, message_id: str) -> TeamsConversation:
        if place is None:
            if not self.has_app(user):
                raise LookupError(f"{user.name} has not got the app: install it first")
            return self.personal(user)
        if (chat := self.conversations.get(place)) is None:
            if (team := self.team_of(place)) is None:
                raise LookupError(f"no conversation {place!r}")
            chat = self.thread(team, place, message_id)
        if user.id not in chat.members:
            raise LookupError(f"{user.name} is not in {place}")
        return chat

    def _told(self, seen: Seen, answer: Delivered) -> Seen:
        """After anything that is not answered on the spot: its body is nobody's."""
        seen.status, seen.body = answer.status, answer.body
        if answer.status is None or answer.status >= 300:
            seen.error = UNREACHABLE
        return seen

    # Pressing

    async def press(
        self,
        user: TeamsUser,
        on: SeenMessage | Dialog,
        label: str,
        *,
        nth: int = 0,
        values: Mapping[str, Typed] | None = None,
        duplicate: bool = False,
    ) -> Seen:
        """Press a button of a card (by label, id or verb), its fields filled in with `values` first (by id or label).

        What Teams's window stops, it stops here: nothing is sent, and `Seen.errors` has its words by input id.
        """
        card = on.card or {}
        action = find_action(card, label, nth)
        if isinstance(on, Dialog) and self.dialog(user) is not on:
            raise LookupError(f"{on.title!r} is not the window in front of {user.name}")
        seen = self.start_seeing(user)
        if kind_of(action) == "Action.OpenUrl":
            seen.link = action["url"]
            return seen
        if kind_of(action) == "Action.ShowCard":
            # It only opens a card below itself; what is on that can be pressed by its own label.
            return seen
        data = dict(action.get("data") or {})
        if str(action.get("associatedInputs", "auto")).lower() == "auto":
            held = filled(card, values or {})
            if errors := complaints(card, held):
                seen.errors = errors
                return seen
            data |= sent_values(card, held)
        return await self._pressed(user, on, action, data, seen, duplicate)

    async def fill(
        self, user: TeamsUser, on: SeenMessage | Dialog, values: Mapping[str, Typed], submit_label: str
    ) -> Seen:
        """Fill in a form and send it: `press` with values."""
        return await self.press(user, on, submit_label, values=values)

    async def _pressed(
        self, user: TeamsUser, on: SeenMessage | Dialog, action: Json, data: Json, seen: Seen, duplicate: bool
    ) -> Seen:
        window = data.get("msteams")
        if isinstance(on, Dialog):
            return await self._task(user, on, "task/submit", data, seen, duplicate)
        if kind_of(action) == "Action.Execute":
            return await self._execute(user, on, action, data, seen, duplicate)
        if isinstance(window, Mapping):
            if window.get("type") != "task/fetch":
                self.note("Action.Submit", [f"msteams.type {window.get('type')!r} is not modelled"])
                raise LookupError(f"the stand-in does not model msteams.type {window.get('type')!r}")
            if on.is_targeted:
                self.note("Action.Submit", ["a targeted message asks for a window: nobody has said that one opens"])
            return await self._task(user, on, "task/fetch", data, seen, duplicate)
        chat = self.conversations[on.conversation]
        more = {"id": self.next_message_id(), "value": data, "replyToId": on.id}
        return self._told(seen, await self.deliver(self._from_card(user, chat, "message", **more), duplicate=duplicate))

    def _from_card(self, user: TeamsUser, chat: TeamsConversation, kind: str, **more: Any) -> Json:
        activity = self.activity(user, chat, kind, **more)
        activity["channelData"]["source"] = {"name": "message"}
        activity["channelData"]["legacy"] = {"replyToId": more.get("replyToId")}
        return activity

    async def _execute(
        self, user: TeamsUser, on: SeenMessage, action: Json, data: Json, seen: Seen, duplicate: bool
    ) -> Seen:
        chat = self.conversations[on.conversation]
        sent: Json = {key: action[key] for key in ("type", "id", "title", "verb") if key in action}
        value = {"action": sent | {"data": data}, "trigger": "manual"}
        number = f"f:{self.next_number('invoke'):08d}-0000-4000-8000-000000000000"
        more = {"id": number, "name": "adaptiveCard/action", "value": value, "replyToId": on.id}
        answer = await self.deliver(self._from_card(user, chat, "invoke", **more), duplicate=duplicate)
        seen.status, seen.body = answer.status, answer.body
        if answer.status != 200:
            seen.error = WENT_WRONG
        else:
            self._take_card_answer(user, on, seen, answer.body)
        self.changed()
        return seen

    def _take_card_answer(self, user: TeamsUser, on: SeenMessage, seen: Seen, body: Json | str) -> None:
        """{"statusCode", "type", "value"}: a card in place of the one pressed, words that pass by, or an error."""
        source = "answer to Action.Execute"
        if not isinstance(body, dict) or not {"statusCode", "type", "value"} <= body.keys():
            self.note(source, [f"must have statusCode, type and value: {str(body)[:200]}"])
            seen.error = WENT_WRONG
        elif body["type"] == CARD_ANSWER and body["statusCode"] == 200:
            found = check_card(body["value"])
            self.note(source, found)
            post = self.conversations[on.conversation].posts.get(on.id)
            if found or post is None:
                seen.error = WENT_WRONG
                return
            post.instead[user.id] = body["value"]
            seen.updated = self.as_seen(post, user.id)
            seen.errors = seen.updated.errors
        elif body["type"] == WORDS_ANSWER and body["statusCode"] == 200 and isinstance(body["value"], str):
            seen.notice = body["value"]
        elif body["type"] == ERROR_ANSWER and isinstance(body["value"], dict):
            seen.error, seen.notice = WENT_WRONG, str(body["value"].get("message", ""))
        else:
            self.note(source, [f"not understood: {body['type']!r} with {body['statusCode']!r}"])
            seen.error = WENT_WRONG

    # Dialogs

    async def _task(
        self, user: TeamsUser, on: SeenMessage | Dialog, name: str, data: Json, seen: Seen, duplicate: bool
    ) -> Seen:
        window = on if isinstance(on, Dialog) else None
        chat = self.conversations[on.conversation]
        if name == "task/fetch":
            data = {key: value for key, value in data.items() if key != "msteams"} | {"type": "task/fetch"}
        more: Json = {"id": f"f:{self.next_number('invoke'):08d}-0000-4000-8000-000000000000", "name": name}
        more["value"] = {"data": data, "context": {"theme": "default"}}
        if isinstance(on, SeenMessage):
            more["replyToId"] = on.id
        answer = await self.deliver(self._from_card(user, chat, "invoke", **more), duplicate=duplicate)
        seen.status, seen.body = answer.status, answer.body
        if answer.status != 200:
            seen.error = WENT_WRONG
        else:
            self._take_task(user, chat, window, seen, answer.body)
        self.changed()
        return seen

    def _take_task(
        self, user: TeamsUser, chat: TeamsConversation, window: Dialog | None, seen: Seen, body: Json | str
    ) -> None:
        """{"task": {"type": "continue" | "message", "value"}}, or nothing, which closes the window."""
        source, task = "answer to a dialog", body.get("task") if isinstance(body, dict) else None
        if not task:
            if window is None:
                self.note(source, ["task/fetch must be answered with a card"])
                seen.error = WENT_WRONG
            else:
                self._close(window, seen)
        elif task.get("type") == "message" and isinstance(task.get("value"), str):
            seen.notice = task["value"]
            if window is not None:
                self._close(window, seen)
        elif task.get("type") == "continue" and isinstance(task.get("value"), dict):
            card, title = (task["value"].get("card") or {}).get("content"), str(task["value"].get("title") or "")
            if found := check_card(card, dialog=True):
                self.note(source, found)
                seen.error = WENT_WRONG
                return
            window = window or Dialog(title, card, chat.id, user.id, f"window-{self.next_number('window')}")
            window.title, window.card, window.sent = title or window.title, card, task
            self.dialogs[user.id] = seen.dialog = window
            seen.errors = window.errors
        else:
            self.note(source, [f"not understood: {str(task)[:200]}"])
            seen.error = WENT_WRONG

    def _close(self, window: Dialog, seen: Seen) -> None:
        window.is_open, seen.closed = False, True
        self.dialogs.pop(window.user, None)

    def close(self, user: TeamsUser) -> None:
        """Close the window in front of a person. The bot is not told."""
        self._close(self.dialogs[user.id], Seen())
        self.changed()

    # Coming and going

    async def install(self, user: TeamsUser) -> Seen:
        """Install the app for a person: the bot hears of it twice, as an installation and as a member of the chat."""
        seen = self.start_seeing(user)
        self.installed.add(user.id)
        chat = self.personal(user)
        added = {"membersAdded": [{"id": self.bot_id}, {"id": user.id, "aadObjectId": user.aad_object_id}]}
        await self._coming(user, chat, "installationUpdate", action="add")
        return self._told(seen, await self._coming(user, chat, "conversationUpdate", **added))

    async def uninstall(self, user: TeamsUser) -> Seen:
        """Take the app away from a person; what was written stays in their chat."""
        seen = self.start_seeing(user)
        self.installed.discard(user.id)
        return self._told(seen, await self._coming(user, self.personal(user), "installationUpdate", action="remove"))

    async def install_team(self, team: Team, by: TeamsUser) -> Seen:
        """Add the app to a team."""
        seen = self.start_seeing(by)
        team.installed = True
        chat = TeamsConversation(team.id, team.tenant_id, "channel", team.members, team_id=team.id, channel_id=team.id)
        activity = self.activity(by, chat, "conversationUpdate", id=f"f:{self.next_number('update')}")
        activity["channelData"] |= {"eventType": "teamMemberAdded", "team": {"id": team.id, "name": team.name}}
        return self._told(seen, await self.deliver({**activity, "membersAdded": [{"id": self.bot_id}]}))

    def block(self, user: TeamsUser) -> None:
        """Block the bot. It is not told: it meets a 403 when it next writes."""
        self.blocked.add(user.id)

    def unblock(self, user: TeamsUser) -> None:
        """Let the bot write again. It is not told either."""
        self.blocked.discard(user.id)

    async def event(self, user: TeamsUser, raw: Mapping[str, Any], *, duplicate: bool = False) -> Seen:
        """Send any activity, of whatever type: `raw` over what every activity of this person has."""
        seen = self.start_seeing(user)
        kind, more = str(raw["type"]), {key: value for key, value in raw.items() if key != "type"}
        more.setdefault("id", f"f:{self.next_number('event')}")
        activity = self.activity(user, self.personal(user), kind, **more)
        return self._told(seen, await self.deliver(activity, duplicate=duplicate))

    async def _coming(self, user: TeamsUser, chat: TeamsConversation, kind: str, **more: Any) -> Delivered:
        return await self.deliver(self.activity(user, chat, kind, id=f"f:{self.next_number('update')}", **more))
