"""Creating an event, joining it, looking at it, cancelling it."""

from qibot.chat.message import plain_text
from qibot.clock import SetClock
from qibot.database import Database
from qibot.outbox import service as outbox
from tests.cast import AMINA, JONAS, OWEN, STRANGER, TOMASZ
from tests.events.meeting import hold
from tests.talk import Network


async def test_an_organiser_creates_an_event_and_people_join_by_code_in_any_case(talk: Network) -> None:
    await hold(talk)
    await talk.join(AMINA)
    amina = talk(AMINA)
    await amina.says("event join qi27")
    assert "You are in: Improving together" in amina.sees
    assert "Day: Wed 27 Nov" in amina.sees
    await amina.says("event join QI27")
    assert "You had joined “Improving together” already" in amina.sees
    await amina.says("event")
    assert "Improving together, Milton Keynes, Wed 27 Nov" in amina.sees
    await amina.presses("Reflect")
    assert "[The two questions in pairs] [The four closing questions]" in amina.sees


async def test_a_code_is_made_when_none_is_given_and_never_shared(talk: Network) -> None:
    await talk.join(OWEN)
    owen = talk(OWEN)
    await owen.says("event create")
    await owen.fills(title="Autumn meeting", day="2019-12-04")
    await owen.presses("Join it yourself")
    assert "You are in: Autumn meeting" in owen.sees
    code = next(line for line in owen.sees.splitlines() if line.startswith("Join code: ")).removeprefix("Join code: ")
    assert len(code) == 5
    await owen.says("event create")
    await owen.fills(title="Another", day="2019-12-05", code=code.lower())
    assert owen.errors == {"code": "Another event has that code. Please choose a different one."}
    for wrong in ("AB", "TWO WORDS", "pairs", "ÄÖÜ"):
        await owen.fills(title="Another", day="2019-12-05", code=wrong)
        assert owen.errors == {"code": "Please use 3 to 12 letters and digits, such as QI27."}


async def test_a_stranger_is_asked_to_join_the_network_first(talk: Network) -> None:
    await hold(talk)
    sam = talk(STRANGER)
    await sam.says("event join QI27")
    asked = sam.message
    await sam.presses("Join the network")
    assert sam.form.kind.shape.wire == "people.join"
    await talk.join(STRANGER)
    await sam.presses("Join the event", on=asked)
    assert "You are in: Improving together" in sam.sees


async def test_an_unknown_code_says_who_knows_it(talk: Network) -> None:
    await talk.join(AMINA)
    await talk(AMINA).says("event join NOPE")
    assert "I do not know an event with the code “NOPE”." in talk(AMINA).sees
    await talk(AMINA).says("event join")
    await talk(AMINA).fills(code="NOPE")
    assert talk(AMINA).errors == {"code": "I do not know an event with the code “NOPE”. Its organiser can tell you."}


async def test_organisers_see_counts_and_others_the_facts(talk: Network) -> None:
    await hold(talk, AMINA, TOMASZ)
    await talk(AMINA).says("event show QI27")
    assert "Join code: QI27" in talk(AMINA).sees
    assert "People" not in talk(AMINA).sees
    await talk(OWEN).says("event show qi27")
    assert "People: 2 of 2 organisations" in talk(OWEN).sees


async def test_only_those_who_organise_it_cancel_group_and_report(talk: Network) -> None:
    await hold(talk, AMINA)
    amina = talk(AMINA)
    refused = "That is for those who organise “Improving together”."
    typed = (
        "cancel QI27",
        "themes QI27",
        "report QI27",
        "report",
        "edit QI27",
        "organiser QI27",
        "organiser Amina QI27",
    )
    for words in typed:
        await amina.says(f"event {words}")
        assert refused in amina.sees, words
    pressed = (
        ("events.cancel", {"event": 1}),
        ("events.group", {"event": 1, "question": "thinking"}),
        ("events.organiser_back", {"event": 1, "person": 1}),
    )
    for wire, data in pressed:
        await amina.presses_raw(wire, data)
        assert refused in amina.sees, wire
    raw = {"event": "1", "question": "thinking", "place": "", "theme": "Mine", "answers": ["1"]}
    await amina.submits("events.theme", raw)
    assert refused in amina.sees
    await amina.submits("events.edit", {"event": "1", "title": "Mine", "day": "2019-12-01"})
    assert refused in amina.sees
    await amina.submits("events.create", {"title": "Mine", "day": "2019-12-01"})
    assert "That is for organisers of the network." in amina.sees
    await amina.says("event create")
    assert "That is for organisers of the network." in amina.sees


async def test_cancelling_asks_first_and_takes_the_follow_ups_with_it(
    talk: Network, database: Database, clock: SetClock
) -> None:
    await hold(talk, AMINA, JONAS)
    await hold(talk, AMINA, code="OTHER", title="Another day")
    for code in ("QI27", "OTHER"):
        await talk(AMINA).says(f"event pledge {code}")
        await talk(AMINA).fills(text=f"Visit somebody from {code}")
    owen = talk(OWEN)
    await owen.says("event cancel QI27")
    assert "Cancel “Improving together”?" in owen.sees
    await owen.presses("Yes, cancel it")
    assert "is cancelled" in owen.sees
    async with database.transaction(reading=True) as db:
        counts = await outbox.counts(db)
    assert (counts["cancelled"], counts["pending"]) == (3, 5), "two hear that it is off"
    await talk(JONAS).says("event")
    assert "You have not joined an event yet" in talk(JONAS).sees
    await talk(JONAS).says("event join QI27")
    assert "“Improving together” was cancelled." in talk(JONAS).sees
    await talk(AMINA).says("reflect QI27")
    assert "“Improving together” was cancelled." in talk(AMINA).sees
    await talk(AMINA).says("reflect")
    assert "Another day" in talk(AMINA).sees
    await owen.says("event show QI27")
    assert "(cancelled)" in owen.sees


async def test_buttons_that_nobody_was_given_find_nothing(talk: Network) -> None:
    await hold(talk, AMINA)
    owen = talk(OWEN)
    for number in (0, -1, 99, 2**31, 2**70):
        await owen.presses_raw("events.cancel", {"event": number})
        assert "I cannot find that event." in owen.sees
    for typed in ("", "99", "x", "9" * 40, "²"):
        await talk(AMINA).submits("events.pledge", {"event": typed, "text": "Something"})
        assert "I cannot find that event." in talk(AMINA).sees


async def test_what_is_typed_is_data(talk: Network) -> None:
    await hold(talk, AMINA, title="<!channel> **x** <script>")
    assert "<!channel> **x** <script>" in plain_text(talk(AMINA).message)
