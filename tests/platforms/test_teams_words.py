"""Words, however they are said, and files, which Teams' bots cannot hand over."""

from typing import Any

import pytest

from qibot.platforms.teams import activities

# --- words, however they are said


def said(text: str, *mentions: tuple[str, str, str], targeted: bool = False) -> dict[str, Any]:
    entities = [{"type": "mention", "text": t, "mentioned": {"id": i, "name": n}} for t, i, n in mentions]
    return {"text": text, "entities": entities, "recipient": {"id": "28:bot", "isTargeted": targeted}}


BOT = ("<at>qibot</at>", "28:bot", "qibot")
SAME = {
    "plain": said("find sepsis"),
    "slash": said("/find sepsis"),
    "slack's slash": said("/qi find sepsis"),
    "mention": said("<at>qibot</at> find sepsis", BOT),
    "mention, no-break space, slash, two spaces": said("<at>qibot</at>&nbsp;/find  sepsis", BOT),
    "real no-break space": said("<at>qibot</at>\xa0find\xa0sepsis", BOT),
    "mention with an id": said('<at id="0">qibot</at> find sepsis', ('<at id="0">qibot</at>', "28:bot", "qibot")),
    "mention behind": said("find sepsis <at>qibot</at>", BOT),
    "mention twice": said("<at>qibot</at> find sepsis <at>qibot</at>", BOT),
    "lines around": said("\r\n<at>qibot</at> find sepsis\n", BOT),
    "targeted": said("/find sepsis", targeted=True),
}


@pytest.mark.parametrize("activity", SAME.values(), ids=list(SAME))
def test_one_command_however_it_is_said(activity: dict[str, Any]) -> None:
    assert activities.command_text(activity, {}) == "find sepsis"


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        (said("who <at>Colin</at>", ("<at>Colin</at>", "29:c", "Colin Marsh")), "who @account-of-colin"),
        (said("who <at>Eve</at>", ("<at>Eve</at>", "29:e", "Eve Stone")), "who Eve Stone"),
        (said("who <at>Somebody</at>"), "who Somebody"),
        (said("a &lt;b&gt; &amp; c"), "a <b> & c"),
        (said("pledge one\ntwo   three"), "pledge one\ntwo three"),
        (said("<at>qibot</at>", BOT), ""),
        (said("//find"), "find"),
        (said("/qiuck"), "qiuck"),
        (said("nul\x00l"), "null"),
        ({"text": None}, ""),
    ],
)
def test_words_are_kept_as_they_were_meant(activity: dict[str, Any], words: str) -> None:
    assert activities.command_text(activity, {"29:c": "account-of-colin"}) == words
