"""What the bot says about champions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.champions.forms import VISIBILITY, AskFor, Offer, Resume, Stop
from qibot.champions.models import OPEN, Champion
from qibot.champions.service import Hit, Results
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.people.models import Topic
from qibot.people.topics import Match
from qibot.people.words import somebody
from qibot.typed import Typed


def found(words: str, results: Results, *, page: int, joined: bool) -> Message:
    """People who can help, each with why and a way to ask."""
    if not results.hits:
        return nobody(words, results)
    read_as = " and ".join(m.label for m in results.topics)
    parts: list[Part] = [Text("I read this as: ", Bold(read_as), ".")] if read_as else []
    if results.hits[0].same_organisation and page == 1:
        parts.append(Text("Nobody in another organisation just now; these are in yours."))
    for hit in results.hits:
        parts.extend(_card(hit))
    if results.more:
        parts.append(Buttons(Button("More people", Say(f"find page:{page + 1} {words[:200]}"))))
    if not joined:
        parts.append(Note("To ask for an introduction, join the network first: ", Typed("join"), "."))
    return Message(f"People who can help with “{words}”", *parts)


def _card(hit: Hit) -> tuple[Part, ...]:
    unnamed = somebody(hit.role or "champion")
    who = hit.name or f"{unnamed[0].upper()}{unnamed[1:]}"
    where = ", ".join(p for p in (hit.role if hit.name else "", hit.organisation, hit.place) if p)
    own = " – your own organisation" if hit.same_organisation else ""
    lines: list[str] = [f" – {where}{own}\n{'; '.join(hit.why)[:1].upper()}{'; '.join(hit.why)[1:]}."]
    if hit.offer and not hit.why[0].startswith("says"):
        lines.append(f"\nOffers: {hit.offer[:300]}")
    if not hit.name:
        lines.append("\nTheir name is shown once they say yes.")
    ask = Button("Ask for an introduction", AskFor(hit.person_id, hit.topic_id), "primary")
    return Text(Bold(who), *lines), Buttons(ask)


def nobody(words: str, results: Results) -> Message:
    """Nobody fits: say so, and what to do next."""
    if results.topics:
        label = results.topics[0].label
        text = Text(f"Nobody has offered to help with {label} yet, or they are all busy this month.")
        buttons = (
            Button("Become a champion for it", Say("champion join")),
            Button(f"Projects about {label}", Say(f"who {label.lower()}")),
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


_SEPSIS, _FLOW = Match(1, "sepsis", "Sepsis", 0.94, "septic"), Match(2, "flow", "Patient flow", 0.9, "flow")
_HIT = Hit(
    7, "Tomasz Nowak", "Consultant nurse", "Beds Hospitals", "Bedford", "A chat about sepsis trolleys, our pathway",
    1, False, ("champion for Sepsis",),
)  # fmt: skip
_SHY = Hit(8, "", "Improvement lead", "CNWL", "Milton Keynes", "", 1, False, ("champion for Sepsis",))
_OWN = Hit(9, "Ruth Bell", "", "MKUH", "Milton Keynes", "", 1, True, ("champion for Sepsis",))
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
    "nobody_yet": found("flow", Results((_FLOW,), (), False, ()), page=1, joined=True),
    "nobody_near": found("sepis", Results((), (), False, (_SEPSIS,)), page=1, joined=True),
    "nobody": found("printer jam", Results((), (), False, ()), page=1, joined=True),
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
