"""What the bot says about champions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from qibot.champions.finding.models import HELPED, INTRODUCED, LED, OFFER
from qibot.champions.finding.service import Hit, Reason, Results
from qibot.champions.forms import (
    VISIBILITY,
    AskFor,
    AskOrganisers,
    FindPeople,
    LookFor,
    Narrow,
    Offer,
    Resume,
    SayHello,
    StillHappy,
    Stop,
)
from qibot.champions.models import OPEN, UNTIL_THEY_SAY, Champion
from qibot.champions.roles import COACH, PARTNER, PARTNER_ROLE, Face, Listed, roles_of
from qibot.champions.words import who
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.people.models import Topic
from qibot.people.topics import Match
from qibot.people.words import somebody
from qibot.typed import Typed

_SURE = 0.7
"""The score from which a reading needs no question."""


def found(words: str, results: Results, *, page: int, joined: bool) -> Message:
    """People who can help, each with why and a way to ask."""
    if not results.hits:
        return nobody(words, results, joined=joined)
    parts: list[Part] = [*_understood(results)]
    if results.hits[0].same_organisation and page == 1:
        parts.append(Text("Nobody in another organisation just now; these are in yours."))
    for hit in results.hits:
        parts.extend(_card(hit))
    further = [Button("More people", Say(f"find page:{page + 1} {words[:200]}"))] if results.more else []
    parts.append(Buttons(*further, *_instead(results), Button("Narrow it", Narrow(words[:150]))))
    if not joined:
        parts.append(Note("To ask for an introduction, join the network first: ", Typed("join"), "."))
    return Message(f"People who can help with “{words}”", *parts)


def _understood(results: Results) -> Iterator[Part]:
    """How the words were read, so that a misreading shows."""
    if results.topics:
        read_as = " and ".join(m.label for m in results.topics)
        where = f", in {results.where}" if results.where and not results.wider else ""
        yield Text("I read this as: ", Bold(read_as), f"{where}.")
    if results.wider:
        yield Text(f"Nobody in {results.where} just now; these are from elsewhere.")
    if results.repaired:
        put_right = ", ".join(f"“{typed}” as “{meant}”" for typed, meant in results.repaired[:3])
        yield Note(f"I took {put_right}.")


def _instead(results: Results) -> tuple[Button, ...]:
    """When the words may mean several things: each by itself."""
    unsure = len(results.topics) > 1 or (results.topics and results.topics[0].score < _SURE)
    return tuple(Button(f"Only {m.label}", Say(f"find {m.label.lower()}")) for m in results.topics if unsure)[:3]


def _card(hit: Hit) -> tuple[Part, ...]:
    unnamed = somebody(hit.role or "champion")
    who = hit.name or f"{unnamed[0].upper()}{unnamed[1:]}"
    where = ", ".join(p for p in (hit.role if hit.name else "", hit.organisation, hit.place) if p)
    own = " – your own organisation" if hit.same_organisation else ""
    why = "; ".join(_because(reason, hit) for reason in hit.why)
    lines: list[str] = [f" – {where}{own}\n{why[:1].upper()}{why[1:]}."]
    if hit.roles:
        said = "; ".join(hit.roles)
        lines.append(f"\n{said[0].upper()}{said[1:]}.")
    if hit.offer and not any(r.kind == OFFER and r.title for r in hit.why):
        lines.append(f"\nOffers: {hit.offer[:300]}")
    if not hit.name:
        lines.append("\nTheir name is shown once they say yes.")
    if hit.hidden:
        lines.append("\nHidden: only organisers see this.")
    does = SayHello(hit.project_id) if hit.project_id else AskFor(hit.person_id, hit.topic_id)
    return Text(Bold(who), *lines), Buttons(Button("Ask for an introduction", does, "primary"))


def _because(reason: Reason, hit: Hit) -> str:
    """A reason within a sentence."""
    if reason.kind == OFFER:
        return f"champion for {reason.about}" if reason.about else f"offers: “{reason.title[:140]}”"
    if reason.kind == INTRODUCED:
        people = "one person" if reason.count == 1 else f"{reason.count} people"
        return f"was introduced to {people} about this"
    verb = "led" if reason.kind == LED else "helped with"
    if reason.title:
        at = f" at {hit.organisation}" if hit.organisation else ""
        return f"{verb} “{reason.title[:120]}”{at}"
    return f"{verb} a project{f' about {reason.about}' if reason.about else ' like that'}"


def nobody(words: str, results: Results, *, joined: bool) -> Message:
    """Nobody fits: say so, and what to do next. Members may have the organisers asked."""
    topic = results.topics[0].topic_id if results.topics else 0
    ask = (
        Button("Ask the organisers", AskOrganisers(words[:200], topic), "primary"),
        Button("Put it on the gap map", LookFor(topic, "" if topic else words[:200])),
    )
    asking = ask if joined else ()
    if results.elsewhere:
        return Message(
            f"“{words}” is not something I can help with",
            Text(f"That sounds like one for {results.elsewhere}. I know people by what they improve in care."),
            Buttons(Button("All topics", Say("topics")), Button("What I can do", Say("help"))),
        )
    if results.topics:
        label = results.topics[0].label
        where = f" in {results.where}" if results.where and not results.wider else ""
        text = Text(f"Nobody has offered to help with {label}{where} yet, or they are all busy this month.")
        buttons = (
            *asking,
            Button("Become a champion for it", Say("champion join")),
            Button(f"Projects about {label}", Say(f"who {label.lower()}")),
            *_instead(results)[1:],
        )
        return Message(f"Nobody yet for “{words}”", text, Buttons(*buttons))
    near = tuple(Button(f"Find: {m.label}", Say(f"find {m.label.lower()}")) for m in results.nearest[:3])
    said = (
        "Did you mean one of these topics?"
        if near
        else "I know people by what they improve. Try other words for the work itself."
    )
    further = (*near, *asking, Button("All topics", Say("topics")))
    return Message(f"I found nobody for “{words}”", Text(said), Buttons(*further))


def almost(command: str, message: Message) -> Message:
    """Words that were almost a command: offer it, with what a search found."""
    offer = (
        Text("If you meant the command ", Typed(command), ":"),
        Buttons(Button(command, Say(command))),
    )
    return Message(message.title, *offer, *message.parts)


def offered(champion: Champion, topics: Sequence[Topic], today: date) -> Message:
    """A champion's own offer."""
    paused = _paused(champion, today)
    facts = Facts(
        (
            ("Topics", ", ".join(t.label for t in topics)),
            ("Offer", champion.offer or "not said"),
            ("Asked at most", f"{champion.asks_a_month} a month"),
            ("Visibility", VISIBILITY[champion.visibility]),
            ("Also", "; ".join(roles_of(champion))),
            ("Paused", paused),
        )
    )
    pause = (
        Button("Be asked again", Resume())
        if paused
        else Button("Pause for four weeks", Say("champion pause in 4 weeks"))
    )
    return Message(
        "You are a champion. Thank you",
        facts,
        Buttons(
            Button("Change", Say("champion join")),
            pause,
            Button("Stop", Stop(), "danger", "Take your offer back?"),
        ),
        Note("You are only introduced when you say yes, and you hear here when somebody asks."),
    )


def stopped() -> Message:
    """An offer taken back."""
    return Message(
        "You are no longer offered as a champion",
        Text("Thank you for having helped. Introductions under way go on."),
        Buttons(Button("Become a champion again", Say("champion join"))),
    )


def home(champion: Champion, topics: Sequence[Topic], today: date) -> tuple[Part, ...]:
    """The champion's part of the Home tab."""
    paused = _paused(champion, today)
    state = f", paused {paused}" if paused else ""
    line = Text(Bold("Champion"), f" for {', '.join(t.label for t in topics)}{state}.")
    return line, Buttons(Button("My offer", Say("champion")))


def _paused(champion: Champion, today: date) -> str:
    """ "until Wed 25 Dec", "until you say so", or ""."""
    until = champion.paused_until
    if until is None or until <= today:
        return ""
    return "until you say so" if until == UNTIL_THEY_SAY else f"until {say_date(until, today)}"


def still_happy(champion: Champion, topics: Sequence[Topic], today: date, *, again: bool) -> Message:
    """Once a year, and once more (`again`) when there was no answer."""
    since = say_date(local_date(champion.confirmed_at), today)
    labels = ", ".join(t.label for t in topics)
    facts = Facts((("Topics", labels), ("Offer", champion.offer), ("Also", "; ".join(roles_of(champion)))))
    later = " Without an answer I pause your offer in some months, and tell you." if again else ""
    return Message(
        "Still happy to be asked?",
        Text(f"You last looked at your offer on {since}. People and weeks change, and every answer is fine.{later}"),
        facts,
        Buttons(
            Button("Yes, still happy", StillHappy(), "primary"),
            Button("Change my offer", Say("champion join")),
            Button("Pause for four weeks", Say("champion pause in 4 weeks")),
            Button("Stop, with thanks", Stop(), confirm="Take your offer back?"),
        ),
    )


def offer_rests(topics: Sequence[Topic]) -> Message:
    """After a year and a half without a word, once."""
    labels = ", ".join(t.label for t in topics)
    return Message(
        "Your offer is paused",
        Text(
            f"Thank you for having offered to help with {labels}. I have not heard from you about it for a year and a "
            "half, so nobody is sent to you for now. It is all kept, and one word brings it back."
        ),
        Buttons(
            Button("Be asked again", Resume(), "primary"),
            Button("Change my offer", Say("champion join")),
            Button("Stop, with thanks", Stop(), confirm="Take your offer back?"),
        ),
    )


_LISTS = {
    COACH: ("QI coaches in the network", "coaches", "No coach can be asked just now"),
    PARTNER: ("Service-user partners in the network", "partners", "No service-user partner can be asked just now"),
}


def listed(role: str, rows: Sequence[Listed], *, page: int, more: bool, joined: bool) -> Message:
    """Coaches or partners who may be asked."""
    title, command, none = _LISTS[role]
    if not rows:
        text = Text("Whoever is one can say so with ", Typed("champion join"), ".")
        return Message(none, text, Buttons(Button("Find somebody", Say("topics")), Button("The gap map", Say("gaps"))))
    parts: list[Part] = []
    for one in rows:
        own = " – your own organisation" if one.same_organisation else ""
        said = f"\nOffers: {one.offer[:300]}" if one.offer else ""
        about = f"\nHelps with {', '.join(one.topics)}." if one.topics else ""
        # Of a partner that is said already.
        roles = "; ".join(role for role in one.roles if role != one.face.role.lower())
        roles = f"\n{roles[0].upper()}{roles[1:]}." if roles else ""
        shy = "" if one.face.name else "\nTheir name is shown once they say yes."
        parts.append(Text(Bold(who(one.face, start=True)), f"{own}{roles}{about}{said}{shy}"))
        parts.append(Buttons(Button("Ask for an introduction", AskFor(one.person_id), "primary")))
    if more:
        parts.append(Buttons(Button("More people", Say(f"{command} page:{page + 1}"))))
    if not joined:
        parts.append(Note("To ask for an introduction, join the network first: ", Typed("join"), "."))
    return Message(title, *parts)


_SEPSIS, _FLOW = Match(1, "sepsis", "Sepsis", 0.94, "septic"), Match(2, "flow", "Patient flow", 0.5, "flow")
_IS_CHAMPION = Reason(OFFER, "Sepsis")
_HIT = Hit(
    7, "Tomasz Nowak", "Consultant nurse", "Beds Hospitals", "Bedford", "A chat about sepsis trolleys, our pathway",
    1, False, (_IS_CHAMPION, Reason(LED, "Sepsis", "Sepsis six in 60 minutes"), Reason(INTRODUCED, count=3)),
)  # fmt: skip
_SHY = Hit(8, "", "Improvement lead", "CNWL", "Milton Keynes", "", 1, False, (_IS_CHAMPION, Reason(LED, "Sepsis")))
_OWN = Hit(9, "Ruth Bell", "", "MKUH", "Milton Keynes", "", 1, True, (_IS_CHAMPION,))
_LEAD = Hit(
    5, "Nadia Khan", "Paramedic", "EEAST", "Luton", "", 0, False, (Reason(LED, "", "Sepsis trolley"),), project_id=3
)
_HELPS = Hit(6, "Lena Fischer", "Nurse", "EEAST", "Luton", "Visits", 1, False, (Reason(HELPED, "Sepsis", "Red bags"),))
_SAYS = Hit(
    4, "Priya Raman", "", "ELFT", "Luton", "Our trolley", 0, False, (Reason(OFFER, title="Our trolley"),), hidden=True
)
_TYPED = (("sepis", "sepsis"),)
_THERE = Results((_SEPSIS,), (_LEAD,), False, (), where="Luton")
_WIDER = Results((_SEPSIS,), (_HIT,), False, (), where="Luton", wider=True)
_TWO = Results((_SEPSIS, _FLOW), (_HIT, _HELPS), False, (), repaired=_TYPED)
_NOT_OURS = Results((), (), False, (), elsewhere="the IT service desk")
_THEN = datetime(2019, 11, 27, tzinfo=UTC)
_CHAMPION = Champion(
    person_id=1,
    offer="A chat about sepsis trolleys",
    asks_a_month=2,
    visibility=OPEN,
    since=_THEN,
    confirmed_at=_THEN,
    coach=True,
    trained="March 2018",
    coaching=True,
)
_COACH = Listed(
    7, Face("Tomasz Nowak", "Consultant nurse", "Beds Hospitals", "Bedford"), roles_of(_CHAMPION), ("Falls", "Sepsis"),
    "A chat about sepsis trolleys", False,
)  # fmt: skip
_PARTNER = Listed(
    8, Face("", PARTNER_ROLE, "", "Luton"), ("service-user partner",), ("Dementia and delirium",), "", False
)
_OWN_COACH = Listed(9, Face("", "QI facilitator", "MKUH", ""), ("coach, trained 2016", "sponsor"), (), "", True)
_RESTING = Champion(person_id=1, offer="", asks_a_month=1, visibility="ask", paused_until=UNTIL_THEY_SAY)
_PAUSED = Champion(person_id=1, offer="", asks_a_month=1, visibility="ask", paused_until=date(2019, 12, 25))
_TOPIC, _DAY = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety"), date(2019, 11, 27)

EXAMPLES: dict[str, Message | Form] = {
    "found": found("septic", Results((_SEPSIS,), (_HIT, _SHY, _OWN), True, ()), page=1, joined=True),
    "found_own_only": found("septic", Results((_SEPSIS,), (_OWN,), False, ()), page=1, joined=False),
    "found_two_topics": found("sepis and flow", _TWO, page=1, joined=True),
    "found_by_words": found("trolley", Results((), (_LEAD, _SAYS), False, ()), page=1, joined=True),
    "found_in_a_place": found("sepsis luton", _THERE, page=1, joined=True),
    "found_further_away": found("sepsis luton", _WIDER, page=1, joined=True),
    "nobody_yet": found("flow", Results((_FLOW,), (), False, ()), page=1, joined=True),
    "nobody_near": found("sepis", Results((), (), False, (_SEPSIS,)), page=1, joined=True),
    "nobody": found("zebra crossings", Results((), (), False, ()), page=1, joined=True),
    "not_ours": found("printer jam", _NOT_OURS, page=1, joined=True),
    "find_form": Form(
        FindPeople,
        choices={
            "topic": (Choice("sepsis", "Sepsis", "Clinical safety"),),
            "place": (Choice("Luton", "Luton"),),
            "organisation": (Choice("1", "Luton Council"),),
        },
    ),
    "almost": almost("projects", found("projcts", Results((), (), False, ()), page=1, joined=True)),
    "offered": offered(_CHAMPION, [_TOPIC], _DAY),
    "offered_paused": offered(_PAUSED, [_TOPIC], _DAY),
    "offered_resting": offered(_RESTING, [_TOPIC], _DAY),
    "still_happy": still_happy(_CHAMPION, [_TOPIC], date(2020, 11, 27), again=False),
    "still_happy_again": still_happy(_CHAMPION, [_TOPIC], date(2021, 1, 4), again=True),
    "offer_rests": offer_rests([_TOPIC]),
    "coaches": listed(COACH, [_COACH, _OWN_COACH], page=1, more=True, joined=True),
    "coaches_none": listed(COACH, [], page=1, more=False, joined=True),
    "partners": listed(PARTNER, [_PARTNER], page=1, more=False, joined=False),
    "stopped": stopped(),
    "home": Message("qibot", *home(_PAUSED, [_TOPIC], _DAY)),
    "offer_form": Form(
        Offer,
        {"asks_a_month": "2", "visibility": OPEN},
        choices={"topics": (Choice("sepsis", "Sepsis", "Clinical safety"),)},
    ),
}
