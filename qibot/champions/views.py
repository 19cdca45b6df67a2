"""What the bot says about champions."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from qibot.champions.finding.models import HELPED, INTRODUCED, LED, OFFER
from qibot.champions.finding.service import Hit, Reason, Results
from qibot.champions.forms import VISIBILITY, AskFor, FindPeople, Narrow, Offer, Resume, SayHello, Stop
from qibot.champions.models import OPEN, Champion
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
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
        return nobody(words, results)
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
        return f"{verb} “{reason.title[:120]}” at {hit.organisation}"
    return f"{verb} a project{f' about {reason.about}' if reason.about else ' like that'}"


def nobody(words: str, results: Results) -> Message:
    """Nobody fits: say so, and what to do next."""
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
    return Message(f"I found nobody for “{words}”", Text(said), Buttons(*near, Button("All topics", Say("topics"))))


def almost(command: str, message: Message) -> Message:
    """Words that were almost a command: offer it, with what a search found."""
    offer = (
        Text("If you meant the command ", Typed(command), ":"),
        Buttons(Button(command, Say(command))),
    )
    return Message(message.title, *offer, *message.parts)


def offered(champion: Champion, topics: Sequence[Topic], today: date) -> Message:
    """A champion's own offer."""
    paused = champion.paused_until and champion.paused_until > today
    facts = Facts(
        (
            ("Topics", ", ".join(t.label for t in topics)),
            ("Offer", champion.offer or "not said"),
            ("Asked at most", f"{champion.asks_a_month} a month"),
            ("Visibility", VISIBILITY[champion.visibility]),
            (
                "Paused until",
                say_date(champion.paused_until, today) if paused and champion.paused_until else "",
            ),
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
    paused = champion.paused_until and champion.paused_until > today
    state = f", paused until {say_date(champion.paused_until, today)}" if paused and champion.paused_until else ""
    line = Text(Bold("Champion"), f" for {', '.join(t.label for t in topics)}{state}.")
    return line, Buttons(Button("My offer", Say("champion")))


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
_CHAMPION = Champion(
    person_id=1,
    offer="A chat about sepsis trolleys",
    asks_a_month=2,
    visibility=OPEN,
    since=datetime(2019, 11, 27, tzinfo=UTC),
)
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
    "stopped": stopped(),
    "home": Message("qibot", *home(_PAUSED, [_TOPIC], _DAY)),
    "offer_form": Form(
        Offer,
        {"asks_a_month": "2", "visibility": OPEN},
        choices={"topics": (Choice("sepsis", "Sepsis", "Clinical safety"),)},
    ),
}
