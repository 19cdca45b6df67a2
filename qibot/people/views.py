"""What the bot says about people, consent, topics and organisations."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.people.forms import AddOrganisation, AddTopic, EraseMe, Join, Leave, Withdraw
from qibot.people.models import Consent, Organisation, Person, Topic
from qibot.people.service import PURPOSES, WORDING
from qibot.people.topics import Match
from qibot.typed import Typed

KIND = "I never read your messages elsewhere, and patient details never belong here."


def joined(person: Person, *, new: bool, topics: Sequence[Topic]) -> Message:
    """After joining, or after a change."""
    next_steps = Buttons(
        Button("Find somebody", Say(f"find {topics[0].label.lower()}" if topics else "topics"), "primary"),
        Button("Become a champion", Say("champion join")),
        Button("Register a project", Say("project register")),
    )
    title = f"Welcome, {person.name}" if new else "Your details are up to date"
    where = f"You are in the network as {_who(person)}."
    return Message(title, Text(where), next_steps, Note("See or change this at any time with ", Typed("me"), "."))


def not_joined(name: str) -> Message:
    """Somebody who asks what is held about them before joining."""
    return Message(
        "You have not joined yet",
        Text(f"I know your account{f' ({name})' if name else ''} because you spoke to me, and nothing else about you."),
        Buttons(Button("Join the network", Say("join"), "primary"), Button("What can you do?", Say("help"))),
        Note(KIND),
    )


def me(
    person: Person,
    *,
    topics: Sequence[Topic],
    consents: Mapping[str, Consent],
    organisers: Sequence[Person],
    today: date,
    follows: Sequence[Topic] = (),
) -> Message:
    """What is held about somebody, each consent with its date and wording."""
    facts = Facts(
        (
            ("Name", person.name),
            ("Role", person.role),
            ("Organisation", person.organisation.name),
            ("Place", person.place),
            ("Topics", ", ".join(t.label for t in topics) or "none yet"),
            ("Topics you follow", ", ".join(t.label for t in follows)),
            ("Contact, shown once introduced", person.contact or "not given"),
            ("E-mail, from your account", person.email),
            ("Organiser", "yes" if person.is_organiser else ""),
        )
    )
    parts: list[Part] = [
        facts,
        Buttons(Button("Change", Say("join"), "primary"), Button("Leave", Say("leave")), Button("Erase", Say("erase"))),
    ]
    for purpose, sentence in PURPOSES.items():
        given = consents.get(purpose)
        if given:
            when = say_date(given.given_at.date(), today)
            parts.append(Text("Yes: ", Bold(sentence), f" (since {when}, wording {given.wording})"))
            parts.append(Buttons(Button("Withdraw", Withdraw(purpose))))
        else:
            parts.append(Text("No: ", sentence))
    if organisers:
        names = ", ".join(f"{p.name} ({p.organisation.short_name})" for p in organisers[:5])
        parts.append(Note(f"Organisers of the network: {names}."))
    return Message("What I hold about you", *parts)


def withdrawn(purpose: str) -> Message:
    """A consent taken back."""
    return Message(
        "Withdrawn, from now on",
        Text(f"No longer: “{PURPOSES[purpose]}”."),
        Buttons(Button("See what I hold about you", Say("me")), Button("Change", Say("join"))),
    )


def leaving() -> Message:
    """Before leaving."""
    return Message(
        "Leave the network?",
        Text("You will no longer be found, introduced or reminded, at once. You can come back whenever you like."),
        Buttons(Button("Yes, leave", Leave(), "danger"), Button("Stay", Say("me"))),
    )


def erasing() -> Message:
    """Before what is held about somebody is erased."""
    return Message(
        "Erase what I hold about you?",
        Text(
            "Your name, contact, account, offer, stories, small changes, promises and everything else that you told me "
            "about yourself go, at once and for good, and so do your words in introductions. You leave the network."
        ),
        Text(
            "What stays leads to nobody: that things were done, for the counts; projects, which are your "
            "organisation's, without you; and what you said about an event, without your name. What I sent to others "
            "stays in their chats: I cannot take it back from there."
        ),
        Buttons(
            Button("Yes, erase it", EraseMe(), "danger", "This cannot be undone."),
            Button("Only leave", Say("leave")),
            Button("Stay", Say("me")),
        ),
    )


def erased() -> Message:
    """After it."""
    return Message(
        "What I held about you is erased",
        Text("Thank you for having been part of it. If you write to me again, I shall not know that you were here."),
        Buttons(Button("What can you do?", Say("help"))),
    )


def left() -> Message:
    """After leaving."""
    return Message(
        "You have left the network",
        Text("Thank you for having been part of it. Every consent is withdrawn."),
        Buttons(Button("Join again", Say("join"))),
    )


def all_topics(topics: Iterable[Topic]) -> Message:
    """The vocabulary by group."""
    groups: dict[str, list[str]] = {}
    for t in topics:
        groups.setdefault(t.group, []).append(t.label)
    parts = [Text(Bold(group), "\n", ", ".join(labels)) for group, labels in groups.items()]
    return Message(
        "Topics of the network", *parts, Note("Type ", Typed("find"), " and any of them, in your own words.")
    )


def topics_near(words: str, matches: Sequence[Match]) -> Message:
    """Which topics words speak of."""
    if not matches:
        return Message(
            f"No topic is near “{words}”",
            Text("Try other words, or see them all. An organiser can add a topic."),
            Buttons(Button("All topics", Say("topics"))),
        )
    return Message(
        f"Topics near “{words}”",
        Text("\n".join(f"• {m.label}" + (f" (“{m.why}”)" if m.why != m.label else "") for m in matches)),
        Buttons(*(Button(f"Find: {m.label}", Say(f"find {m.label.lower()}")) for m in matches[:3])),
    )


def topic_added(topic: Topic, words: Sequence[str]) -> Message:
    """A new topic."""
    also = f" It is also found by {', '.join(f'“{w}”' for w in words)}." if words else ""
    return Message(f"{topic.label} is a topic now", Text(f"Group: {topic.group}.{also}"), _see_topics())


def word_added(topic: Topic, word: str) -> Message:
    """A new synonym."""
    return Message(f"“{word}” leads to {topic.label} now", _see_topics())


def topic_retired(topic: Topic) -> Message:
    """A topic taken out of use."""
    return Message(f"{topic.label} is no longer offered", Text("What was said under it stays."), _see_topics())


def organisations(rows: Sequence[Organisation], today: date) -> Message:
    """All organisations by place; closed ones say so."""
    places: dict[str, list[str]] = {}
    for o in rows:
        closed = " (closed or merged)" if o.closed_by(today) else ""
        places.setdefault(o.place or "Elsewhere", []).append(f"• {o.name} – {o.short_name}{closed}")
    return Message(
        "Organisations of the network",
        *(Text(Bold(place), "\n", "\n".join(lines)) for place, lines in places.items()),
        Note("Type ", Typed("organisation"), " and a name or ODS code for more."),
    )


def organisation(row: Organisation, after: Organisation | None, members: int, today: date) -> Message:
    """One organisation. Fewer than five members are not counted out loud."""
    closed = say_date(row.closed_on, today) if row.closed_on and row.closed_by(today) else ""
    facts = Facts(
        (
            ("Kind", row.kind),
            ("Place", row.place),
            ("ODS code", row.ods_code or "none"),
            ("Closed on", closed),
            ("Became part of", after.name if after and closed else ""),
            ("People in the network", str(members) if members >= 5 else "fewer than 5"),
        )
    )
    return Message(row.name, facts, Buttons(Button("All organisations", Say("organisations"))))


def organisation_added(row: Organisation, domain: str) -> Message:
    """A new organisation."""
    also = f" People with addresses at {domain} are offered it first." if domain else ""
    text = Text(f"People can choose {row.short_name} when they join.{also}")
    return Message(
        f"{row.name} is in the network now", text, Buttons(Button("All organisations", Say("organisations")))
    )


def domain_given(row: Organisation, domain: str) -> Message:
    """An e-mail domain's owner."""
    said = Text("People with such an address are offered it first.")
    return Message(f"{domain} belongs to {row.short_name} now", said, _see_organisations())


def workspace_owned(row: Organisation) -> Message:
    """A workspace's owner."""
    said = Text("People who join here are offered it first.")
    return Message(f"This workspace belongs to {row.short_name} now", said, _see_organisations())


def organiser_added(person: Person) -> Message:
    """A new organiser."""
    said = Text("They can start events and keep the vocabulary.")
    return Message(
        f"{person.name} is an organiser now", said, Note("They find what that brings with ", Typed("help"), ".")
    )


def home_stranger() -> tuple[Part, ...]:
    """The top of the Home tab before joining."""
    return (
        Text("I connect people who improve care, across organisations. You can look around without joining."),
        Buttons(Button("Join the network", Say("join"), "primary"), Button("What can you do?", Say("help"))),
        Note(KIND),
    )


def home_member(person: Person) -> tuple[Part, ...]:
    """The top of the Home tab."""
    return (
        Text("Hello ", Bold(person.name), f". You are here as {_who(person)}."),
        Buttons(
            Button("Find somebody", Say("topics"), "primary"),
            Button("Register a project", Say("project register")),
            Button("What can you do?", Say("help")),
        ),
    )


def _who(person: Person) -> str:
    return ", ".join(p for p in (person.role, person.organisation.short_name, person.place) if p)


def _see_organisations() -> Buttons:
    return Buttons(Button("All organisations", Say("organisations")))


def _see_topics() -> Buttons:
    return Buttons(Button("See all topics", Say("topics")))


_ORGANISATION = Organisation(
    id=1, name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH", kind="acute trust",
    place="Milton Keynes", ods_code="RD8",
)  # fmt: skip
_MERGED = Organisation(
    id=2, name="Bedford Hospital NHS Trust", short_name="Bedford Hospital", kind="acute trust", place="Bedfordshire",
    ods_code="RC1", closed_on=date(2020, 4, 1), merged_into_id=3,
)  # fmt: skip
_AMINA = Person(
    id=1, name="Amina Okafor", role="Ward sister", place="Milton Keynes", email="amina.okafor@mkuh.example",
    contact="amina.okafor@mkuh.example", organisation=_ORGANISATION, is_organiser=False,
)  # fmt: skip
_SEPSIS = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety")
_FLOW = Topic(id=2, slug="patient-flow", label="Patient flow", group="Flow and access")
_DAY = date(2019, 11, 27)

EXAMPLES: dict[str, Message | Form] = {
    "joined": joined(_AMINA, new=True, topics=[_SEPSIS]),
    "joined_again": joined(_AMINA, new=False, topics=[]),
    "not_joined": not_joined("amina"),
    "me": me(
        _AMINA,
        topics=[_SEPSIS, _FLOW],
        consents={
            "findable": Consent(purpose="findable", wording=WORDING, given_at=datetime(2019, 11, 27, 9, tzinfo=UTC))
        },
        organisers=[_AMINA],
        today=_DAY,
        follows=[_FLOW],
    ),
    "withdrawn": withdrawn("nudges"),
    "leaving": leaving(),
    "erasing": erasing(),
    "erased": erased(),
    "left": left(),
    "all_topics": all_topics([_SEPSIS, _FLOW]),
    "topics_near": topics_near("septic", [Match(1, "sepsis", "Sepsis", 0.94, "septic")]),
    "topics_near_none": topics_near("printer jam", []),
    "topic_added": topic_added(_SEPSIS, ["blood poisoning"]),
    "word_added": word_added(_SEPSIS, "blood poisoning"),
    "topic_retired": topic_retired(_FLOW),
    "organisations": organisations([_ORGANISATION, _MERGED], date(2026, 11, 23)),
    "organisation": organisation(_MERGED, _ORGANISATION, 3, date(2026, 11, 23)),
    "organisation_added": organisation_added(_ORGANISATION, "mkuh.example"),
    "domain_given": domain_given(_ORGANISATION, "mkuh.example"),
    "workspace_owned": workspace_owned(_ORGANISATION),
    "add_organisation_form": Form(AddOrganisation, {"name": "St Bride's Hospice"}),
    "organiser_added": organiser_added(_AMINA),
    "home_stranger": Message("qibot", *home_stranger()),
    "home_member": Message("qibot", *home_member(_AMINA)),
    "join_form": Form(
        Join,
        {"name": "Amina Okafor", "organisation": "1", "place": "Milton Keynes"},
        intro="A minute, and you can be found by people who work on the same things in other organisations.",
        choices={
            "organisation": (Choice("1", _ORGANISATION.name),),
            "topics": (
                Choice("sepsis", "Sepsis", "Clinical safety"),
                Choice("patient-flow", "Patient flow", "Flow and access"),
            ),
        },
    ),
    "add_topic_form": Form(
        AddTopic,
        {"label": "Virtual wards"},
        choices={"group": (Choice("Flow and access", "Flow and access"),)},
    ),
}
