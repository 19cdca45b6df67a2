"""/qi join, me, leave, topics, organiser."""

from collections.abc import Mapping

from qibot.chat.arguments import Rest
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Message, Part
from qibot.claims import row_id
from qibot.errors import NotFound, Unclear, WrongFields
from qibot.people import follows, service, topics, views
from qibot.people import organisations as orgs
from qibot.people.forms import AddOrganisation, AddTopic, Join, Leave, Withdraw
from qibot.people.models import Organisation, Person, Topic
from qibot.people.turn import Turn, anybody, member, organiser, table
from qibot.typed import Typed

commands = table("You and the network")


@commands.command("join", needs=anybody, help="Join the network, or change what you said when joining.", reads=True)
async def join(turn: Turn) -> Form:
    person = turn.person if turn.person and turn.person.here else None
    if person is None:
        likely = await orgs.likely_organisation(turn.db, turn_known(turn), turn.today)
        values: dict[str, object] = {"name": turn.identity.name, "contact": turn.identity.email}
        if likely:
            values |= {"organisation": str(likely.id), "place": likely.place}
        intro = "A minute, and you can be found by people who work on the same things in other organisations."
        return Form(Join, values, intro=intro)
    said = {
        "name": person.name,
        "role": person.role,
        "place": person.place,
        "contact": person.contact,
        "organisation": str(person.organisation_id),
        "topics": tuple(t.slug for t in await topics.of_person(turn.db, person.id)),
        "purposes": tuple(await service.consents(turn.db, person.id)),
    }
    return Form(Join, said, intro="What you said before; change what you like.")


async def join_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """Organisations open today and every topic."""
    organisations = await orgs.open_organisations(turn.db, turn.today)
    return {
        "organisation": tuple(Choice(str(o.id), o.name) for o in organisations),
        "topics": await topic_choices(turn),
    }


async def topic_choices(turn: Turn) -> tuple[Choice, ...]:
    """Every topic in use, gathered by group."""
    return tuple(Choice(t.slug, t.label, t.group) for t in await topics.all_topics(turn.db))


@commands.submission(Join, needs=anybody, choices=join_choices)
async def joined(turn: Turn, said: Join) -> Message:
    new = turn.person is None or not turn.person.here
    person = await service.join(
        turn.db,
        turn_known(turn),
        service.Joining(
            said.name, said.role, said.place, row_id(said.organisation), said.contact, said.topics, said.purposes
        ),
        turn.now,
        turn.organisers,
    )
    turn.person = person
    return views.joined(person, new=new, topics=await topics.of_person(turn.db, person.id))


@commands.command("me", needs=anybody, help="What I hold about you, to change, withdraw or leave.", reads=True)
async def me(turn: Turn) -> Message:
    if turn.person is None or not turn.person.here:
        return views.not_joined(turn.identity.name)
    return views.me(
        turn.person,
        topics=await topics.of_person(turn.db, turn.person.id),
        consents=await service.consents(turn.db, turn.person.id),
        organisers=await service.organisers(turn.db),
        today=turn.today,
        follows=await follows.followed(turn.db, turn.person.id),
    )


@commands.action(Withdraw, needs=member)
async def withdraw(turn: Turn, pressed: Withdraw) -> Message:
    if pressed.purpose not in service.PURPOSES:
        raise NotFound("There is no such consent.")
    await service.withdraw(turn.db, turn.member.id, pressed.purpose, turn.now)
    return views.withdrawn(pressed.purpose)


@commands.command("leave", needs=member, help="Leave the network.", reads=True)
async def leave(turn: Turn) -> Message:
    return views.leaving()


@commands.action(Leave, needs=member)
async def left(turn: Turn, _: Leave) -> Message:
    await service.leave(turn.db, turn.member, turn.now)
    return views.left()


@commands.command("topics", needs=anybody, help="The topics of the network, or those near your words.", reads=True)
async def list_topics(turn: Turn, words: Rest) -> Message:
    if words:
        vocabulary = await topics.vocabulary(turn.db)
        return views.topics_near(words, vocabulary.match(words, 5) or vocabulary.nearest(words, 5))
    return views.all_topics(await topics.all_topics(turn.db))


@commands.command("topic add", needs=organiser, help="Add a topic to the vocabulary.", reads=True)
async def add_topic(turn: Turn, label: Rest) -> Form:
    return Form(AddTopic, {"label": str(label)})


async def add_topic_choices(turn: Turn, _: Mapping[str, object]) -> Mapping[str, tuple[Choice, ...]]:
    """The groups in use."""
    groups = dict.fromkeys(t.group for t in await topics.all_topics(turn.db))
    return {"group": tuple(Choice(g, g) for g in groups)}


@commands.submission(AddTopic, needs=organiser, choices=add_topic_choices)
async def topic_added(turn: Turn, said: AddTopic) -> Message:
    topic = await topics.add_topic(turn.db, said.label, said.group)
    words = [w.strip() for w in said.words.split(",") if w.strip()]
    for word in words:
        await topics.add_word(turn.db, topic, word)
    return views.topic_added(topic, words)


@commands.command(
    "topic word", needs=organiser, help="Add other words for a topic: the words in “quotes”, then the topic."
)
async def add_word(turn: Turn, words: str, topic: Topic) -> Message:
    await topics.add_word(turn.db, topic, words)
    return views.word_added(topic, words)


@commands.command("topic retire", needs=organiser, help="Take a topic out of use; what was said under it stays.")
async def retire_topic(turn: Turn, topic: Topic) -> Message:
    await topics.retire_topic(turn.db, topic, turn.now)
    return views.topic_retired(topic)


@commands.command("organisations", needs=anybody, help="The organisations of the network.", reads=True)
async def organisations(turn: Turn) -> Message:
    return views.organisations(await orgs.all_organisations(turn.db), turn.today)


@commands.command("organisation", needs=anybody, help="One organisation: where it is and what it became.", reads=True)
async def organisation(turn: Turn, organisation: Organisation) -> Message:
    after = await turn.db.get(Organisation, organisation.merged_into_id) if organisation.merged_into_id else None
    return views.organisation(organisation, after, await orgs.members_of(turn.db, organisation.id), turn.today)


@commands.command("organisation add", needs=organiser, help="Add an organisation to the network.", reads=True)
async def add_organisation(turn: Turn, name: Rest) -> Form:
    return Form(AddOrganisation, {"name": str(name), "short_name": str(name)[:60]})


@commands.submission(AddOrganisation, needs=organiser)
async def organisation_added(turn: Turn, said: AddOrganisation) -> Message:
    made = await orgs.add_organisation(
        turn.db, name=said.name, short_name=said.short_name, kind=said.kind, place=said.place, ods_code=said.ods_code
    )
    if said.domain:
        await orgs.give_domain(turn.db, said.domain, made)
    return views.organisation_added(made, said.domain)


@commands.command(
    "organisation domain", needs=organiser, help="Whose e-mail addresses end so: the domain, then the name."
)
async def give_domain(turn: Turn, domain: str, organisation: Organisation) -> Message:
    try:
        await orgs.give_domain(turn.db, domain, organisation)
    except WrongFields as wrong:
        raise Unclear(str(wrong)) from wrong
    return views.domain_given(organisation, domain)


@commands.command("organisation workspace", needs=organiser, help="This workspace is the named organisation's own.")
async def own_workspace(turn: Turn, organisation: Organisation) -> Message:
    turn.workspace.organisation_id = organisation.id
    return views.workspace_owned(organisation)


@commands.command("organiser add", needs=organiser, help="Make a member an organiser of the network.")
async def add_organiser(turn: Turn, person: Person) -> Message:
    person.is_organiser = True
    return views.organiser_added(person)


@commands.home
async def home(turn: Turn) -> tuple[Part, ...]:
    if turn.person is None or not turn.person.here:
        return views.home_stranger()
    return views.home_member(turn.person)


def turn_known(turn: Turn) -> service.Known:
    """Who is asking, as the service knows them."""
    return service.Known(turn.identity, turn.workspace, turn.person)


async def _read_topic(words: str, turn: Turn) -> Topic:
    return await topics.read_topic(turn.db, words)


async def one_organisation(turn: Turn, words: str) -> Organisation:
    """The organisation that words name: code, short name or name. Raises `Unclear`."""
    found = await orgs.find_organisations(turn.db, words)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Unclear(
            f"I do not know an organisation called “{words}”.", ("See ", Typed("organisations"), " for all of them.")
        )
    raise Unclear(
        f"There are {len(found)} organisations like “{words}”.",
        "Which one?",
        tuple(f"organisation {o.ods_code or o.name}" for o in found[:3]),
    )


async def one_person(turn: Turn, words: str) -> Person:
    """The member that `@ACCOUNT` or a name means. Raises `NotFound` or `Unclear`."""
    found = await service.find_people(turn.db, words, turn.workspace.id)
    if len(found) == 1:
        return found[0]
    if not found:
        raise NotFound(f"I cannot find “{words}” in the network.", "They may not have joined yet; mention them with @.")
    names = ", ".join(sorted(f"{p.name} ({p.organisation.short_name})" for p in found[:5]))
    raise Unclear(
        f"There are {len(found)} people like “{words}”: {names}.",
        "Use the whole name, or mention them with @.",
    )


async def _read_organisation(words: str, turn: Turn) -> Organisation:
    return await one_organisation(turn, words)


async def _read_person(words: str, turn: Turn) -> Person:
    return await one_person(turn, words)


commands.reader(Topic, _read_topic)
commands.reader(Organisation, _read_organisation)
commands.reader(Person, _read_person)
