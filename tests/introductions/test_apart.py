"""The confidential list: whoever is on it is never introduced, and nobody but its owner can tell."""

from collections.abc import Iterable

from sqlalchemy import select, update

from qibot.champions.finding.models import Knows
from qibot.champions.models import Ask
from qibot.chat.message import Message, Text, plain_text
from qibot.database import Database
from qibot.introductions.models import NotWith
from qibot.introductions.pairs import may_pair, never_pairs, pairs_met
from qibot.outbox.models import Delivery
from qibot.people.models import Identity, Person
from tests.cast import AMINA, BEDS, JONAS, LENA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.introductions.days import Days
from tests.introductions.scene import WHY, ask, ids, introduce, offer, rows, words
from tests.talk import Network

TWIN = Character("Piotr Zielinski", BEDS, "U0PIOTR", TOMASZ.organisation, TOMASZ.role, TOMASZ.place)
"""Nobody could tell him from Tomasz without a name; and he keeps nobody away."""
KEPT = "That stays between us"


async def keeps_away(talk: Network, who: Character, *names: str) -> None:
    """Put names on one's list."""
    for name in names:
        await talk(who).says(f"introductions not {name}")
        assert talk(who).message.title == KEPT


async def test_to_be_kept_away_is_the_same_as_not_to_be_answered(talk: Network, days: Days, database: Database) -> None:
    """Every word, every day and every figure that the one who is kept away could compare."""
    await talk.join(AMINA, TOMASZ)
    await talk.join(TWIN, name=TWIN.name)
    for who in (TOMASZ, TWIN):
        await offer(talk, who)
    await keeps_away(talk, TOMASZ, AMINA.name)
    people, amina = await ids(database), talk(AMINA)
    seen: dict[str, list[str]] = {TOMASZ.name: [], TWIN.name: []}
    for name in seen:
        await amina.presses_raw("introductions.ask", {"champion": people[name], "topic": 1})
        seen[name].append(amina.form.intro)
        await amina.fills(reason=WHY)
        seen[name].append(amina.sees)
        await amina.presses_raw("introductions.ask", {"champion": people[name], "topic": 1})
        seen[name].append(amina.sees)
    async with database.transaction(reading=True) as db:
        assert len(set(await db.scalars(select(Knows.turn)))) == 1
        assert sorted(await db.scalars(select(Ask.person_id))) == sorted(people[name] for name in seen)
    await days.deliver()
    assert len(talk(TWIN).inbox) == 1
    await amina.says("introductions")
    entries = [plain_text(Message("", part)) for part in amina.message.parts if isinstance(part, Text)]
    assert len(entries) == 2
    assert len(set(entries)) == 1
    await days.until(12, 10)
    assert amina.inbox == []
    await days.until(12, 11)
    first, second = amina.inbox
    assert plain_text(first) == plain_text(second)
    for name in seen:
        await amina.presses_raw("introductions.ask", {"champion": people[name]})
        seen[name].append(amina.sees)
    assert seen[TOMASZ.name] == seen[TWIN.name]
    assert talk(TOMASZ).inbox == []
    await talk(TOMASZ).says("introductions")
    assert "You have no introductions yet" in talk(TOMASZ).sees
    for verb in ("accept", "decline", "later", "open_suggest", "open_report", "not_with"):
        await talk(TOMASZ).presses_raw(f"introductions.{verb}", {"introduction": 1})
        assert "I cannot find that introduction among yours." in talk(TOMASZ).sees
    await talk(AMINA).says("nudges")
    async with database.transaction(reading=True) as db:
        assert people[TOMASZ.name] not in set(await db.scalars(select(Delivery.person_id)))


async def test_the_list_is_ones_own_and_says_nothing_of_who_is_there(talk: Network, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, RUTH)
    await offer(talk, TOMASZ, visibility="hidden")
    amina = talk(AMINA)
    await amina.says("introductions not")
    assert "Nobody is on your list" in amina.sees
    answers = set()
    for name in (TOMASZ.name, RUTH.name, "Nobody Atall"):
        for typed in (name, f"  {name} ", name):
            await amina.says(f"introductions not {typed}")
        answers.add(amina.sees.replace(name, "…"))
    assert len(answers) == 1
    await amina.says("introductions not")
    assert amina.sees.count("[Take off the list]") == 3
    await talk(TOMASZ).says("introductions not")
    assert "Nobody is on your list" in talk(TOMASZ).sees
    await talk(TOMASZ).presses_raw("introductions.lift", {"entry": 1})
    assert "That is not on your list, or no longer." in talk(TOMASZ).sees
    await amina.presses("Take off the list", nth=2)
    assert "Tomasz Nowak is no longer on your list." in amina.sees
    await amina.says("introductions not")
    assert "Tomasz" not in amina.sees
    for typed in ("–", f"@{RUTH.account}", "x" * 121):
        await amina.says(f"introductions not {typed}")
        assert "I need their whole name for that" in amina.sees
    await talk(STRANGER).says("introductions not Amina Okafor")
    assert "You have not joined the network yet." in talk(STRANGER).sees
    async with database.transaction(reading=True) as db:
        assert sorted(await db.scalars(select(NotWith.label))) == ["Nobody Atall", "Ruth Bell"]


async def test_from_the_card_it_is_a_no_and_holds_from_then_on(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    card = talk(TOMASZ).reads().message
    assert "nobody learns of it" in talk(TOMASZ).button("Never introduce us").confirm
    await talk(TOMASZ).presses("Never introduce us", on=card)
    assert "I never introduce you to a ward sister at MKUH in Milton Keynes." in talk(TOMASZ).sees
    await days.deliver()
    assert talk(AMINA).reads().message.title == "Not available this time"
    await days.until(6, 15, year=2020)
    await ask(talk, AMINA)
    assert "I have passed it on" in talk(AMINA).sees
    await days.until(7, 31, year=2020)
    assert [m.title for m in talk(AMINA).inbox] == ["Not available this time"] * 2
    assert len(talk(TOMASZ).inbox) == 1
    assert AMINA.name not in words([*talk(TOMASZ).said, *talk(TOMASZ).inbox])


async def test_from_a_persons_card_and_back_again(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    amina = talk(AMINA)
    await amina.says("person tomasz")
    card = amina.message
    await amina.presses("Never introduce us")
    assert "I never introduce you to Tomasz Nowak, consultant nurse at Beds Hospitals in Bedford." in amina.sees
    await amina.presses("Ask for an introduction", on=card)
    assert "You have asked me never to introduce you to them." in amina.sees
    await amina.says("intro counterpart consultant nurse")
    assert "Tomasz" not in amina.sees
    await talk(TOMASZ).says("person amina")
    assert "[Ask for an introduction]" in talk(TOMASZ).sees
    await amina.says("person tomasz")
    await amina.presses("Take them off my list")
    await amina.presses("Ask for an introduction", on=card)
    assert "I will ask Tomasz Nowak" in amina.form.intro


async def test_a_name_does_not_say_whose_question_is_open(talk: Network, days: Days, database: Database) -> None:
    """Tomasz may not find out by his list that the ward sister who asks him is Amina, or is not."""
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    card = talk(TOMASZ).inbox[0]
    await talk(TOMASZ).says("introductions")
    before = talk(TOMASZ).sees
    await keeps_away(talk, TOMASZ, AMINA.name)
    await talk(TOMASZ).says("introductions")
    assert talk(TOMASZ).sees == before
    await days.until(12, 4)
    assert len(talk(TOMASZ).inbox) == 1
    await talk(TOMASZ).presses("Accept", on=card)
    assert "They are no longer looking for an introduction." in talk(TOMASZ).sees
    await days.until(12, 11)
    assert talk(AMINA).reads().message.title == "Not available this time"
    assert AMINA.name not in words([m for m in talk(TOMASZ).said if m.title != KEPT] + talk(TOMASZ).inbox)
    assert [one.state for one in await rows(database)] == ["expired"]


async def test_who_is_known_by_name_is_let_go_at_once_either_way(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA, shows="name")
    await talk(TOMASZ).says("person priya")
    await talk(TOMASZ).presses("Ask for an introduction")
    await talk(TOMASZ).fills(reason=WHY)
    await keeps_away(talk, TOMASZ, "OKAFOR, Amina (MKUH)", PRIYA.name)
    assert [one.state for one in await rows(database)] == ["declined", "withdrawn"]
    await days.deliver()
    assert talk(AMINA).reads().message.title == "Not available this time"
    assert (talk(TOMASZ).inbox, talk(PRIYA).inbox) == ([], [])


async def test_who_asks_somebody_unnamed_on_their_own_list_hears_what_silence_says(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await keeps_away(talk, AMINA, TOMASZ.name)
    await ask(talk, AMINA)
    assert "I have passed it on" in talk(AMINA).sees
    await days.until(12, 12)
    assert talk(TOMASZ).inbox == []
    assert talk(AMINA).reads().message.title == "Not available this time"


async def test_to_add_somebody_does_not_say_that_they_are_there_without_a_name(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await offer(talk, TOMASZ)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(TOMASZ).reads().presses("Never introduce us")
    await talk(TOMASZ).says("person amina")
    await talk(TOMASZ).presses("Never introduce us")
    assert "I never introduce you to Amina Okafor, ward sister at MKUH in Milton Keynes." in talk(TOMASZ).sees
    await talk(TOMASZ).says("introductions not")
    assert talk(TOMASZ).sees.count("[Take off the list]") == 2
    await talk(TOMASZ).says("person amina")
    await talk(TOMASZ).presses("Take them off my list")
    await talk(TOMASZ).says("person amina")
    # Only the nameless entry keeps them apart now, and nothing here may say so.
    assert "[Ask for an introduction] [Never introduce us]" in talk(TOMASZ).sees


async def test_what_the_bot_proposes_itself_is_never_one_of_them(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA, LENA)
    await keeps_away(talk, PRIYA, AMINA.name)
    await keeps_away(talk, AMINA, LENA.name)
    for who in (TOMASZ, PRIYA, LENA):
        await offer(talk, who)
    await ask(talk, AMINA)
    await days.deliver()
    await talk(TOMASZ).reads().presses("Not this time")
    await days.deliver()
    assert "If you like, I ask" not in talk(AMINA).reads().sees


# ---- For everybody who matches people


def both(pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Each of them either way round."""
    return {pair for a, b in pairs for pair in ((a, b), (b, a))}


async def test_pairs_that_may_never_be_and_pairs_that_have_met(talk: Network, days: Days, database: Database) -> None:
    await talk.join(AMINA, TOMASZ, PRIYA, JONAS, OWEN)
    await introduce(talk, days, AMINA, TOMASZ)
    met_at = days.clock.now()
    people = await ids(database)
    amina, tomasz, priya, jonas, owen = (people[c.name] for c in (AMINA, TOMASZ, PRIYA, JONAS, OWEN))
    await keeps_away(talk, AMINA, "raman PRIYA", "Wanda Later", "Jonas")
    await talk(OWEN).presses_raw("introductions.not_with", {"person": jonas})
    later = Character("Wanda Later", BEDS, "U0WANDA", "RC9", "Nurse", "Bedford")
    await talk.join(later, name=later.name)
    async with database.transaction() as db:
        # Their workspace knows them by this name, whatever they call themselves here.
        await db.execute(update(Person).where(Person.name == later.name).values(name="Somebody Else"))
        await db.execute(update(Identity).where(Identity.account == later.account).values(name="LATER, Wanda (BEDS)"))
    wanda = (await ids(database))["Somebody Else"]
    async with database.transaction(reading=True) as db:
        everybody = list(await db.scalars(select(Person.id)))
        never = both([(amina, priya), (amina, wanda), (jonas, owen)])
        assert await never_pairs(db, everybody) == never
        assert await never_pairs(db, {amina, owen, priya}) == both([(amina, priya)])
        for a in everybody:
            for b in everybody:
                assert await may_pair(db, a, b) is ((a, b) not in never)
        met = await pairs_met(db, everybody)
        assert met.keys() == both([(amina, tomasz)])
        assert abs((met[amina, tomasz] - met_at).total_seconds()) < 60
        assert await pairs_met(db, [amina, priya]) == {}
