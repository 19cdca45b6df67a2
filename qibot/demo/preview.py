"""A message as each platform shows it, side by side on one page that needs nothing beside it."""

from pathlib import Path

from markupsafe import Markup, escape

from qibot.chat.message import Message
from qibot.demo import blocks_html, cards_html
from qibot.features import router
from qibot.outbox import views as reminders
from qibot.platforms.slack import blocks
from qibot.platforms.teams import cards

_LOOK = Path(__file__).parent / "static" / "demo.css"
_PAGE = Markup(
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title><style>{look}</style></head>'
    '<body><main><h1>{title}</h1><section aria-label="Slack"><h2>In Slack</h2><div class="blocks">{slack}</div>'
    "</section>"
    '<section aria-label="Teams"><h2>In Microsoft Teams</h2>{teams}</section></main></body></html>\n'
)


def preview(message: Message, label: str) -> str:
    """The page, in HTML. `label` names the kind of notification, as the message says below itself."""
    whole = reminders.with_ways_out(message, "preview", label)
    sent = blocks.render(whole, workspace="")
    card = cards.render(whole, workspace="", asks=router.opens_form)
    return _PAGE.format(
        title=escape(message.title),
        look=Markup(_LOOK.read_text(encoding="utf-8")),
        slack=blocks_html.render(sent.blocks, blocks_html.Setting("slack")),
        teams=cards_html.render(card, cards_html.CardSetting("teams", level=3)),
    )
