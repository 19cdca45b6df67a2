"""Questions from the room: asked with a name or without, wanted by others, answered once, or left open and said so."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from qibot.chat.incoming import Press, Sender, Submission
from qibot.chat.message import Document
from qibot.clock import SetClock
from qibot.database import Base, Database
from qibot.events.fishbowl import service
from qibot.events.fishbowl.models import RoomQuestion, RoomSeat, RoomSecret, RoomVote
from qibot.outbox.worker import Worker
from qibot.people.models import Person, Receipt
from tests.cast import AMINA, OWEN, PRIYA, RUTH, STRANGER, TOMASZ, Character
from tests.events.meeting import hold
from tests.talk import PLATFORM, Network

NEXT_MORNING = datetime(2019, 11, 28, 9, 0, tzinfo=UTC)
NUMBER = "the patient is 943 476 5919"
TOO = "I would like to know that too"


async def ask(talk: Network, who: Character, words: str = "Who pays for this?", *, no_name: bool = False) -> None:
    """Somebody asks the room."""
    await talk(who).says(f"question {words}")
    await talk(who).fills(no_name=no_name)
    assert "The room has your question" in talk(who).sees, talk(who).last


async def number_of(database: Database, model: type[Base]) -> int:
    """Rows of a table."""
    async with database.transaction(reading=True) as db:
        return await db.scalar(select(func.count()).select_from(model)) or 0


async def question_id(database: Database) -> str:
    """Of the only question."""
    async with database.transaction(reading=True) as db:
        return str((await db.scalars(select(RoomQuestion.id))).one())


async def report(talk: Network) -> str:
    """The report of Owen's event."""
    await talk(OWEN).says("event report")
    (file,) = [part for part in talk(OWEN).message.parts if isinstance(part, Document)]
    return file.text


async def test_a_question_with_a_name_is_answered_once_to_whoever_asked(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await ask(talk, AMINA)
    assert "I send you the answer, if there is one." in talk(AMINA).sees
    await talk(TOMASZ).says("fishbowl")
    assert "Who pays for this?\nAsked once." in talk(TOMASZ).sees
    assert "Amina" not in talk(TOMASZ).sees
    assert "[Answer it]" not in talk(TOMASZ).sees
    owen = talk(OWEN)
    await owen.says("fishbowl")
    await owen.presses("Answer it")
    form = owen.last
    await owen.fills(answer="The system does")
    assert "Whoever asked gets it from me." in owen.sees
    owen.last = form
    await owen.fills(answer="Nobody")
    assert "Somebody has answered that already." in owen.sees
    for _ in range(2):
        await worker.run_until_quiet()
        clock.forward(timedelta(minutes=1))
    (told,) = talk(AMINA).inbox
    assert told.title == "Your question was answered"
    assert "The system does\n– Owen Hughes" in talk(AMINA).reads().sees
    await talk(TOMASZ).says("fishbowl")
    assert "The system does – Owen Hughes" in talk(TOMASZ).sees


async def test_without_a_name_nothing_that_is_kept_leads_to_anybody(
    talk: Network, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await ask(talk, AMINA, no_name=True)
    assert "Nothing that I keep says that it is yours" in talk(AMINA).sees
    await talk(TOMASZ).says("fishbowl")
    await talk(TOMASZ).presses(TOO)
    async with database.transaction(reading=True) as db:
        asked = (await db.scalars(select(RoomQuestion))).one()
        assert asked.person_id is None
        secret = (await db.scalars(select(RoomSecret.secret))).one()
        ids = list(await db.scalars(select(Person.id)))
        for what in ("fishbowl.ask", "fishbowl.vote"):
            assert list(await db.scalars(select(Receipt.person_id).where(Receipt.what.contains(what)))) == [None], what
        marks = list(await db.scalars(select(RoomVote.mark)))
        assert not {str(one) for one in ids} & set(marks)
        assert secret not in marks
    await talk(OWEN).says("fishbowl")
    await talk(OWEN).presses("Answer it")
    await talk(OWEN).fills(answer="The system does")
    assert "It was asked without a name" in talk(OWEN).sees
    await worker.run_until_quiet()
    assert not talk(AMINA).inbox


async def test_everybody_would_like_to_know_once_and_who_is_forgotten_after_the_day(
    talk: Network, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await ask(talk, AMINA)
    await ask(talk, PRIYA, "What happens next?", no_name=True)
    number = {"Who pays for this?": 0, "What happens next?": 1}
    await talk(TOMASZ).says("fishbowl")
    listed = talk(TOMASZ).message
    await talk(TOMASZ).presses(TOO, nth=number["Who pays for this?"] + 1, on=listed)
    assert "You would like to know that too" in talk(TOMASZ).sees
    await talk(TOMASZ).presses(TOO, nth=1, on=listed)
    assert "You had said so already" in talk(TOMASZ).sees
    assert "One more would like to know that." in talk(TOMASZ).sees
    await talk(TOMASZ).says("fishbowl")
    assert talk(TOMASZ).sees.index("Who pays") < talk(TOMASZ).sees.index("What happens"), "most wanted first"
    assert "One more would like to know that.\nYou too." in talk(TOMASZ).sees
    await talk(AMINA).says("fishbowl")
    assert "Yours." in talk(AMINA).sees
    async with database.transaction() as db:
        await service.forget_votes(db, clock.now())
    assert await number_of(database, RoomVote) == 1
    clock.forward(timedelta(days=1))
    async with database.transaction() as db:
        await service.forget_votes(db, clock.now())
    assert [await number_of(database, one) for one in (RoomVote, RoomSecret, RoomSeat)] == [0, 0, 0]
    async with database.transaction(reading=True) as db:
        assert sorted(await db.scalars(select(RoomQuestion.votes))) == [0, 1]


async def test_nobody_votes_for_their_own_or_for_what_is_answered(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    await ask(talk, AMINA)
    one = await question_id(database)
    await talk(AMINA).presses_raw("fishbowl.vote", {"question": one})
    assert "That is your own question." in talk(AMINA).sees
    await talk(OWEN).presses_raw("fishbowl.open_answer", {"question": one})
    await talk(OWEN).fills(answer="Yes")
    await talk(TOMASZ).presses_raw("fishbowl.vote", {"question": one})
    assert "That was answered already." in talk(TOMASZ).sees
    assert await number_of(database, RoomVote) == 0


async def test_votes_and_answers_at_the_same_moment_count_once(
    talk: Network, worker: Worker, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, PRIYA)
    await ask(talk, AMINA)
    one = await question_id(database)
    voters = [Sender(PLATFORM, who.workspace, who.account) for who in (TOMASZ, PRIYA)]
    presses = [Press(f"v{n}", voters[n % 2], "fishbowl.vote", {"question": one}) for n in range(6)]
    await asyncio.gather(*(talk.bot.handle(press, talk.paper) for press in presses))
    async with database.transaction(reading=True) as db:
        assert await db.scalar(select(RoomQuestion.votes)) == await db.scalar(select(func.count(RoomVote.mark))) == 2
    owen = Sender(PLATFORM, OWEN.workspace, OWEN.account)
    forms = [Submission(f"a{n}", owen, "fishbowl.answer", {"question": one, "answer": f"No {n}"}) for n in range(4)]
    await asyncio.gather(*(talk.bot.handle(form, talk.paper) for form in forms))
    await worker.run_until_quiet()
    assert len(talk(AMINA).inbox) == 1


async def test_whoever_sits_in_the_fishbowl_may_answer_on_the_day(
    talk: Network, worker: Worker, clock: SetClock, database: Database
) -> None:
    await hold(talk, AMINA, TOMASZ, RUTH)
    await ask(talk, AMINA)
    one = await question_id(database)
    tomasz = talk(TOMASZ)
    await tomasz.presses_raw("fishbowl.open_answer", {"question": one})
    assert "Organisers record answers, and on the day whoever sits in the fishbowl." in tomasz.sees
    await tomasz.submits("fishbowl.answer", {"question": one, "answer": "Me"})
    assert "Organisers record answers" in tomasz.sees
    await talk(OWEN).says("fishbowl seat nobody at all")
    assert "I find no one person of that name" in talk(OWEN).sees
    for name in ("Tomasz Nowak", "ruth bell"):
        await talk(OWEN).says(f"fishbowl seat {name}")
        assert "sits in the fishbowl" in talk(OWEN).sees
    await tomasz.says("fishbowl")
    await tomasz.presses("Answer it")
    form = tomasz.last
    await talk(OWEN).says("fishbowl clear")
    await tomasz.fills(answer="The system does")
    assert "Organisers record answers" in tomasz.sees, "the seat was emptied meanwhile"
    await talk(OWEN).says("fishbowl seat Tomasz Nowak")
    tomasz.last = form
    await tomasz.fills(answer=NUMBER)
    assert set(tomasz.errors) == {"answer"}
    await tomasz.fills(answer="The system does")
    assert "The answer is recorded" in tomasz.sees
    await ask(talk, AMINA, "And then?")
    clock.forward(timedelta(days=1))
    await tomasz.presses_raw("fishbowl.open_answer", {"question": one})
    assert "Organisers record answers" in tomasz.sees


async def test_what_is_left_open_reaches_the_organiser_once_and_can_still_be_answered(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA, TOMASZ)
    await ask(talk, AMINA, "What happens next?")
    await ask(talk, TOMASZ, "When do we meet?", no_name=True)
    await talk(OWEN).says("fishbowl")
    await talk(OWEN).presses("Answer it", nth=1)
    await talk(OWEN).fills(answer="In March")
    clock.set(NEXT_MORNING - timedelta(seconds=1))
    await worker.run_until_quiet()
    assert not talk(OWEN).inbox
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    clock.forward(timedelta(days=6))
    await worker.run_until_quiet()
    (told,) = talk(OWEN).inbox
    assert told.title == "One question was left open at “Improving together”"
    await talk(OWEN).reads().presses("Answer it")
    await talk(OWEN).fills(answer="I write to everybody")
    await worker.run_until_quiet()
    assert [m.title for m in talk(AMINA).inbox] == ["Your question was answered"]


async def test_every_organiser_of_the_event_hears_what_is_open_whatever_else_they_agreed_to(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await talk.join(OWEN, purposes=())
    await hold(talk, AMINA, TOMASZ)
    await talk.join(RUTH, PRIYA, purposes=("findable",))
    await talk(OWEN).says("event organiser Ruth Bell QI27")
    await ask(talk, AMINA, "What happens next?")
    # Added after the question, and the other one taken back before the morning.
    await talk(OWEN).says("event organiser Priya Raman QI27")
    await talk(OWEN).says("event organiser Tomasz Nowak QI27")
    await talk(OWEN).says("event organiser QI27")
    await talk(OWEN).presses("Take it back", nth=2)
    assert "Tomasz" not in talk(OWEN).sees
    await worker.run_until_quiet()
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    opened = "One question was left open at “Improving together”"
    for who, count in ((OWEN, 1), (RUTH, 1), (PRIYA, 1), (TOMASZ, 0), (AMINA, 0)):
        assert [m.title for m in talk(who).inbox].count(opened) == count, who.name
    await talk(RUTH).reads().presses("Answer it")
    await talk(RUTH).fills(answer="I write to everybody")
    assert "Answer it" not in talk(RUTH).sees
    await talk(PRIYA).reads().presses("Answer it")
    assert "Somebody has answered that already." in talk(PRIYA).sees
    await worker.run_until_quiet()
    assert "Your question was answered" in [m.title for m in talk(AMINA).inbox]


async def test_nothing_open_is_no_message_and_neither_is_a_cancelled_event(
    talk: Network, worker: Worker, clock: SetClock
) -> None:
    await hold(talk, AMINA)
    await hold(talk, AMINA, code="OTHER")
    await ask(talk, AMINA, "In the other one?")
    await talk(OWEN).says("fishbowl OTHER")
    await talk(OWEN).presses("Answer it")
    await talk(OWEN).fills(answer="Yes")
    await talk(OWEN).says("event cancel OTHER")
    await talk(OWEN).presses("Yes, cancel it")
    await ask(talk, AMINA, "Here?")
    await talk(OWEN).says("fishbowl QI27")
    await talk(OWEN).presses("Answer it")
    await talk(OWEN).fills(answer="Yes")
    clock.set(NEXT_MORNING)
    await worker.run_until_quiet()
    assert not talk(OWEN).inbox
    assert len(talk(AMINA).inbox) == 1, "of the cancelled event she hears nothing"


async def test_the_report_has_every_question_and_no_name(talk: Network) -> None:
    await hold(talk, AMINA, TOMASZ)
    await ask(talk, AMINA, "Who *pays*?")
    await ask(talk, TOMASZ, "Who decides?")
    await talk(AMINA).says("fishbowl")
    await talk(AMINA).presses(TOO)
    await talk(OWEN).says("fishbowl")
    await talk(OWEN).presses("Answer it", nth=1)
    await talk(OWEN).fills(answer="The board\ndoes")
    said = await report(talk)
    assert "## Questions from the room" in said
    assert "- Who decides? (one more would like to know that)\n- `Who *pays*?` – The board does" in said
    assert "Amina" not in said
    assert "1 of 2 answered" in said


async def test_an_organiser_takes_a_question_off(talk: Network, database: Database) -> None:
    await hold(talk, AMINA, TOMASZ)
    await ask(talk, AMINA)
    one = await question_id(database)
    await talk(TOMASZ).presses_raw("fishbowl.vote", {"question": one})
    await talk(TOMASZ).presses_raw("fishbowl.take_off", {"question": one})
    assert "That is for organisers of the network." in talk(TOMASZ).sees
    await talk(OWEN).says("fishbowl")
    await talk(OWEN).presses("Take it off")
    assert await number_of(database, RoomQuestion) == await number_of(database, RoomVote) == 0
    assert "Questions from the room" not in await report(talk)


async def test_what_cannot_be_asked_says_why(talk: Network, clock: SetClock, database: Database) -> None:
    await hold(talk, AMINA)
    await ask(talk, AMINA)
    amina = talk(AMINA)
    await amina.says(f"question {NUMBER}")
    assert "Nothing was saved or sent." in amina.sees
    await amina.says("question")
    await amina.fills(text=NUMBER, no_name=True)
    assert set(amina.errors) == {"text"}
    await amina.fills(text="  who PAYS for   this?")
    assert "Somebody has asked exactly that." in amina.sees
    assert await number_of(database, RoomQuestion) == 1
    one = await question_id(database)
    await talk.join(RUTH)
    await talk(RUTH).presses_raw("fishbowl.vote", {"question": one})
    assert "You have not joined “Improving together”." in talk(RUTH).sees
    await talk(RUTH).submits("fishbowl.ask", {"event": "1", "text": "Mine?"})
    assert "You have not joined “Improving together”." in talk(RUTH).sees
    for wrong in ("0", "-1", "x", "²", "9" * 30, str(2**62)):
        await amina.presses_raw("fishbowl.vote", {"question": wrong})
        assert "I cannot find that question." in amina.sees
    await talk(STRANGER).says("fishbowl")
    assert "You have not joined the network yet." in talk(STRANGER).sees
    clock.forward(timedelta(days=1))
    await amina.says("question Too late?")
    assert "You are at no event today." in amina.sees
    await talk(OWEN).submits("fishbowl.ask", {"event": "1", "text": "Too late?"})
    assert "“Improving together” is over." in talk(OWEN).sees


async def test_many_questions_come_in_pages(talk: Network) -> None:
    await hold(talk, AMINA)
    for n in range(11):
        await ask(talk, AMINA, f"Question {n:02}?")
    await talk(AMINA).says("fishbowl")
    assert "Question 09?" in talk(AMINA).sees
    assert "Question 10?" not in talk(AMINA).sees
    await talk(AMINA).presses("More questions")
    assert "Question 10?" in talk(AMINA).sees
