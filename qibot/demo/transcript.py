"""What each side did and saw, as Markdown."""

import re
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from qibot.clock import Clock
from qibot.dates import say_date
from qibot.demo.blmk import Guest
from qibot.demo.sides import Answer, Card

LONDON = ZoneInfo("Europe/London")


class Transcript:
    """A growing record. When many people do the same, `brief` tells of it in one line; a blank one leaves it out."""

    def __init__(self, clock: Clock, guests: Iterable[Guest]) -> None:
        self._clock = clock
        self._names = {f"@{g.account.id}": f"@{g.name}" for g in guests}
        self._day: date | None = None
        self._lines = [
            "# What each side saw",
            "",
            "Invented people; the statements are those of the event's report, word for word. Every line went over",
            "signed HTTP between stand-ins of Slack and Teams and the bot. Organisations have their present names.",
        ]

    def text(self) -> str:
        """The whole of it."""
        return "\n".join(self._lines) + "\n"

    def heading(self, words: str) -> None:
        """A new part."""
        self._lines += ["", f"## {words}"]

    def did(self, who: Guest, what: str, answer: Answer, *, brief: str = "") -> None:
        """Somebody did something, and what came of it."""
        if brief:
            if brief.strip():
                self._head(who, brief)
            return
        self._head(who, what)
        if answer.form is not None:
            self._lines += ["", f"> *a form opens:* **{answer.form.title}** ({', '.join(answer.form.fields)})"]
        for card in answer.cards:
            self._show(card)

    def got(self, who: Guest, card: Card) -> None:
        """Something came unasked."""
        self._head(who, "gets, unasked")
        self._show(card)

    def _head(self, who: Guest, what: str) -> None:
        now = self._clock.now().astimezone(LONDON)
        if now.date() != self._day:
            self._day = now.date()
            self._lines += ["", f"### {say_date(self._day)}"]
        self._lines += ["", f"**{now:%H:%M} {who.name}** ({who.role}, {who.organisation}, {who.platform}) {what}"]

    def _show(self, card: Card) -> None:
        self._lines.append("")
        # A mention is an account's id on the wire; on the screen it is a name.
        shown = re.sub(r"@U\d{4}\b", lambda m: self._names.get(m[0], m[0]), card.shown)
        self._lines += [f"> {line}".rstrip() for line in shown.splitlines()]
