"""An event to talk about."""

from typing import Any

from tests.cast import OWEN, Character
from tests.talk import Network

CODE = "QI27"


async def hold(talk: Network, *people: Character, day: str = "2019-11-27", code: str = CODE, **about: Any) -> None:
    """Owen creates an event, and people join the network and the event."""
    owen = talk(OWEN)
    await owen.says("me")
    if "You have not joined yet" in owen.sees:
        await talk.join(OWEN)
    await owen.says("event create")
    await owen.fills(**{"title": "Improving together", "place": "Milton Keynes", "day": day, "code": code, **about})
    assert code in owen.sees
    for who in people:
        await talk(who).says("me")
        if "You have not joined yet" in talk(who).sees:
            await talk.join(who, name=who.name)
        await talk(who).says(f"event join {code}")
        assert "You are in" in talk(who).sees
