"""/qi find, champion."""

from collections.abc import Mapping
from datetime import date

from qibot.champions import roles, service, views
from qibot.champions.finding import service as finding
from qibot.champions.forms import FindPeople, Narrow, Offer, Resume, StillHappy, Stop
from qibot.champions.models import OPEN, Champion
from qibot.chat.arguments import Rest
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message, Part
from qibot.errors import NotFound, WrongFields
from qibot.people import organisations as orgs
from qibot.people.commands import topic_choices
from qibot.people.topics import by_slug
from qibot.people.turn import Turn, anybody, member, table

commands = table("Finding people")


@commands.command(
    "find",
    needs=anybody,
    help="People in any organisation who can help, in your own words.",
    reads=True,
    asks=lambda words: not words,
)
async def find(turn: Turn, words: Rest, *, page: int = 1) -> Message | Form:
    return await _found(turn, words, page=max(1, min(page, 20))) if words else Form(FindPeople)


async def _found(turn: Turn, words: str, *, page: int = 1) -> Message:
    results = await finding.search(turn.db, words, asker=turn.person, now=turn.now, today=turn.today, page=page)
    return views.found(words, results, page=page, joined=turn.person is not None and turn.person.here)


async def otherwise(turn: Turn, words: str, nearest: str) -> Message:
    """Free words are a search; words that are almost a command offer it too."""
    message = await _found(turn, words)
    return views.almost(nearest, message) if nearest else message


@commands.action(Narrow, needs=anybody)
async def narrow(turn: Turn, pressed: Narrow) -> Form:
    return Form(FindPeople, {"words": pressed.words})


async def find_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic, and every organisation open today with its place."""
    open_now = await orgs.open_organisations(turn.db, turn.today)
    places = sorted({o.place for o in open_now if o.place})
    return {
        "topic": await topic_choices(turn),
        "place": tuple(Choice(place, place) for place in places),
        "organisation": tuple(Choice(str(o.id), o.name) for o in open_now),
    }


@commands.submission(FindPeople, needs=anybody, choices=find_choices)
async def looked_for(turn: Turn, said: FindPeople) -> Message:
    about = await by_slug(turn.db, [said.topic] if said.topic else [])
    where = await orgs.one(turn.db, said.organisation)
    if not said.words and not about:
        raise WrongFields({"words": "Please say what you are looking for, or choose a topic."})
    named = (said.words, *(t.label for t in about), said.place, where.short_name if where else "")
    return await _found(turn, " ".join(filter(None, named)))


@commands.command("champion", needs=member, help="Your own offer to help.", reads=True)
async def champion(turn: Turn) -> Message:
    return await _mine(turn, await service.mine(turn.db, turn.member.id))


@commands.command("champion join", needs=member, help="Offer what you know, or change your offer.", reads=True)
async def join(turn: Turn) -> Form:
    try:
        mine = await service.mine(turn.db, turn.member.id)
    except NotFound:
        return Form(
            Offer,
            {"asks_a_month": "2", "visibility": OPEN},
            intro="You decide what with, how often and how visibly.",
        )
    topics = await service.topics_of(turn.db, mine.person_id)
    values = {
        "topics": tuple(t.slug for t in topics),
        "offer": mine.offer,
        "asks_a_month": str(mine.asks_a_month),
        "visibility": mine.visibility,
        "roles": roles.chosen(mine),
        "trained": mine.trained,
        "coaching": mine.coaching,
    }
    return Form(Offer, values)


async def offer_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Every topic."""
    return {"topics": await topic_choices(turn)}


@commands.submission(Offer, needs=member, choices=offer_choices)
async def offered(turn: Turn, said: Offer) -> Message:
    mine = await service.offer(
        turn.db,
        turn.member,
        topics=said.topics,
        words=said.offer,
        asks_a_month=int(said.asks_a_month),
        visibility=said.visibility,
        now=turn.now,
        roles=roles.said(said.roles, said.trained, said.coaching, turn.today),
    )
    return await _mine(turn, mine)


@commands.command("champion pause", needs=member, help="Not to be asked until a day, such as 1 march.")
async def pause(turn: Turn, until: date) -> Message:
    return await _mine(turn, await service.pause(turn.db, turn.member.id, until, turn.now, turn.today))


@commands.command("champion resume", needs=member, help="Be asked again after a pause.")
async def resume(turn: Turn) -> Message:
    return await _mine(turn, await service.resume(turn.db, turn.member.id, turn.now))


@commands.action(Resume, needs=member)
async def resumed(turn: Turn, _: Resume) -> Message:
    return await resume(turn)


@commands.action(StillHappy, needs=member)
async def happy(turn: Turn, _: StillHappy) -> Message:
    return await _mine(turn, await service.still_happy(turn.db, turn.member.id, turn.now))


@commands.action(Stop, needs=member)
async def stopped(turn: Turn, _: Stop) -> Message:
    await service.stop(turn.db, turn.member.id, turn.now)
    return views.stopped()


@commands.command("coaches", needs=anybody, help="QI coaches of every organisation who may be asked.", reads=True)
async def coaches(turn: Turn, *, page: int = 1) -> Message:
    return await _listed(turn, roles.COACH, page)


@commands.command("partners", needs=anybody, help="Service-user partners who may be asked.", reads=True)
async def partners(turn: Turn, *, page: int = 1) -> Message:
    return await _listed(turn, roles.PARTNER, page)


async def _listed(turn: Turn, role: str, page: int) -> Message:
    page = max(1, min(page, 200))
    me = turn.person if turn.person and turn.person.here else None
    rows, more = await roles.listing(turn.db, role, asker=me, now=turn.now, today=turn.today, page=page)
    return views.listed(role, rows, page=page, more=more, joined=me is not None)


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    if turn.person is None or not turn.person.here:
        return ()
    try:
        mine = await service.mine(turn.db, turn.person.id)
    except NotFound:
        return ()
    return views.home(mine, await service.topics_of(turn.db, mine.person_id), turn.today)


async def _mine(turn: Turn, mine: Champion) -> Message:
    return views.offered(mine, await service.topics_of(turn.db, mine.person_id), turn.today)
