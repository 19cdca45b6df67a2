"""What the bot says about champions."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.champions.forms import VISIBILITY, AskFor, Offer, Resume, StillHappy, Stop
from qibot.champions.models import OPEN, UNTIL_THEY_SAY, Champion
from qibot.champions.roles import COACH, PARTNER, PARTNER_ROLE, Face, Listed, roles_of
from qibot.champions.service import Hit, Results
from qibot.champions.words import who
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.people.models import Topic
from qibot.people.topics import Match
from qibot.people.words import somebody


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
        parts.append(Note("To ask for an introduction, join the network first: /qi join."))
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
        Text(f"If you meant the command /qi {command}:"),
        Buttons(Button(f"/qi {command}", Say(command))),
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
        text = Text("Whoever is one can say so with /qi champion join.")
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
        parts.append(Note("To ask for an introduction, join the network first: /qi join."))
    return Message(title, *parts)


_SEPSIS, _FLOW = Match(1, "sepsis", "Sepsis", 0.94, "septic"), Match(2, "flow", "Patient flow", 0.9, "flow")
_HIT = Hit(
    7, "Tomasz Nowak", "Consultant nurse", "Beds Hospitals", "Bedford", "A chat about sepsis trolleys, our pathway",
    1, False, ("champion for Sepsis",),
)  # fmt: skip
_SHY = Hit(8, "", "Improvement lead", "CNWL", "Milton Keynes", "", 1, False, ("champion for Sepsis",))
_OWN = Hit(9, "Ruth Bell", "", "MKUH", "Milton Keynes", "", 1, True, ("champion for Sepsis",))
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
    "nobody_yet": found("flow", Results((_FLOW,), (), False, ()), page=1, joined=True),
    "nobody_near": found("sepis", Results((), (), False, (_SEPSIS,)), page=1, joined=True),
    "nobody": found("printer jam", Results((), (), False, ()), page=1, joined=True),
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
