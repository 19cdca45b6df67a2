"""What the bot says about projects."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.champions.forms import SayHello
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.people.models import Organisation, Person, Topic
from qibot.people.topics import Match
from qibot.projects import forms
from qibot.projects.finding.service import Results
from qibot.projects.models import COACH, EXPERIENCE, HELPER, IDEA, INVOLVED, SPONSOR, STOPPED, UNDER_WAY, Project
from qibot.projects.progress import in_words
from qibot.projects.service import Card, Helper, Listing, Saved, may_change
from qibot.typed import Typed

_HELPERS_SHOWN = 8
_NOT_TWO = " Nothing was saved of what you typed: it is one project now, and not two."
_TITLES_ONLY = "shows others the titles of its projects, and no more."


def alike(cards: Sequence[Card], go_on: forms.MineIsDifferent, me: Person, today: date) -> Message:
    """Before anything is saved: what looks like it, each with its reasons and next steps, and going on all the same."""
    title = "1 looks like this" if len(cards) == 1 else f"{len(cards)} look like this"
    parts: list[Part] = [
        Text(Bold(go_on.title), " is not registered yet. These may save you work, or be glad of yours.")
    ]
    for card in cards:
        instead = Button("Join theirs", forms.JoinInstead(card.project.id))
        parts += _line(card, me, today, *([instead] if _may_join(card, me) else []))
    parts.append(Buttons(Button("Mine is different…", go_on)))
    parts.append(Note("Joining one makes you a helper of it, and keeps nothing of what you typed."))
    return Message(title, *parts)


def registered(saved: Saved, card: Card, me: Person, today: date, *between: Part) -> Message:
    """After registering: the card with next steps. `between`: what is said of its aim."""
    title = f"Registered: {card.project.title}" if saved.new else f"Registered already: {card.project.title}"
    topic = card.topics[0] if card.topics else None
    steps = [Button("Show the project", Say(f"project show #{card.project.id}"))]
    if topic:
        label = topic.label.lower()
        steps.insert(0, Button("Find a champion for it", Say(f"find {label}"), "primary"))
        steps.append(Button("Who else works on this", Say(f"who {label}")))
    steps.append(Button("Change", Say(f"project edit #{card.project.id}")))
    facts = _facts(card, me, today)
    return Message(title, *_about_topics(saved), facts, *between, Buttons(*steps))


def changed(saved: Saved, card: Card, me: Person, today: date, *between: Part) -> Message:
    """After a change. `between`: what is said of its aim."""
    return Message(f"Saved: {card.project.title}", *_about_topics(saved), *_whole(card, me, today, *between))


def shown(card: Card, me: Person | None, today: date, *between: Part) -> Message:
    """One project, with what this reader may do about it. `between`: what else is known of it."""
    return Message(card.project.title, *_whole(card, me, today, *between))


def _about_topics(saved: Saved) -> tuple[Part, ...]:
    if saved.guessed:
        labels = ", ".join(t.label for t in saved.topics)
        return (Text("I took its topics from your words: ", Bold(labels), ". If that is not it, press Change."),)
    if not saved.topics:
        return (Text("I found no topic in your words. With one, others find it sooner: press Change to choose."),)
    return ()


def _whole(card: Card, me: Person | None, today: date, *between: Part) -> tuple[Part, ...]:
    aim = (Quote(card.project.aim),) if card.project.aim else ()
    closed = (Note(f"{card.project.organisation.short_name} {_TITLES_ONLY}"),) if card.title_only else ()
    return (*aim, _facts(card, me, today), *closed, *between, *_steps(card, me))


def _facts(card: Card, me: Person | None, today: date) -> Facts:
    p = card.project
    if card.title_only:
        return Facts((("Number", f"#{p.id}"), ("Organisation", p.organisation.name)))
    return Facts(
        (
            ("Number", f"#{p.id}"),
            ("Topics", ", ".join(t.label for t in card.topics)),
            ("Lead", _lead(card, me)),
            ("Organisation", p.organisation.name),
            ("Place", p.place),
            ("Stage", p.stage),
            ("Progress", in_words(p.progress)),
            ("Paused until", say_date(p.paused_until, today) if p.paused_until and p.paused_until > today else ""),
            ("Who helps", p.helpers),
            ("Sponsor", _helpers(card.helpers, SPONSOR, me)),
            ("Coach", _helpers(card.helpers, COACH, me)),
            ("Helpers in the network", _helpers(card.helpers, HELPER, me)),
            ("Service users and carers", _experience(card.helpers, me)),
            # For its lead, who gave the reason when others looked like it, or has taken it on.
            ("Different because", p.different if me is not None and me.id == p.lead_id else ""),
            ("Who shares the decisions", forms.DECIDE[p.deciding] if p.deciding else "not said"),
            ("Registered", _day(p.created_at, today)),
            ("Last update", _day(p.updated_at, today)),
        )
    )


def _steps(card: Card, me: Person | None) -> tuple[Part, ...]:
    p = card.project
    buttons: list[Button] = []
    if may_change(p, me) and not card.title_only:
        buttons.append(Button("Change", Say(f"project edit #{p.id}")))
        if p.live:
            buttons.append(Button("Stop with thanks", Say(f"project stop #{p.id}")))
    if me is not None and me.id != p.lead_id:
        buttons = [*_hello(card, me), *_help(card, me), *buttons]
    if card.topics:
        label = card.topics[0].label.lower()
        buttons.append(Button("Find a champion for it", Say(f"find {label}")))
        buttons.append(Button("Who else works on this", Say(f"who {label}")))
    buttons = buttons or [Button("More projects", Say("projects"))]
    note = () if me else (Note("To say hello or offer to help, join the network first: ", Typed("join"), "."),)
    return Buttons(*buttons), *note


def _hello(card: Card, me: Person | None) -> tuple[Button, ...]:
    if me is None or me.id == card.project.lead_id or not card.reachable:
        return ()
    return (Button("Say hello", SayHello(card.project.id), "primary"),)


def _help(card: Card, me: Person) -> tuple[Button, ...]:
    if card.title_only:
        return ()
    if any(h.person_id == me.id for h in card.helpers):
        return (Button("I can no longer help", forms.StopHelping(card.project.id)),)
    return (Button("Offer to help", forms.OfferHelp(card.project.id)),) if card.project.live else ()


def _may_join(card: Card, me: Person | None) -> bool:
    """Whether somebody may be on it who is not: what cannot be seen whole, or is over, takes nobody on."""
    return me is not None and not card.mine and not card.title_only and card.project.live


def _line(card: Card, me: Person | None, today: date, *more: Button) -> tuple[Part, ...]:
    """A project in a list: who, where, how far, why it is there, and `more` that may be done about it."""
    p = card.project
    # Whoever is not named is "a member of" their organisation, which need not be said twice.
    where = ", ".join(x for x in (_lead(card, me), p.organisation.short_name if _named(card, me) else "", p.place) if x)
    why = f"\n{'; '.join(card.why)[:1].upper()}{'; '.join(card.why)[1:]}." if card.why else ""
    said = f" (#{p.id}) – {where}\n{p.stage.capitalize()}, last update {_day(p.updated_at, today)}.{why}"
    if card.title_only:
        said = f" (#{p.id})\n{p.organisation.short_name} {_TITLES_ONLY}{why}"
    return Text(Bold(p.title), said), Buttons(Button("Show", Say(f"project show #{p.id}")), *_hello(card, me), *more)


def _named(card: Card, me: Person | None) -> bool:
    lead = card.project.lead
    return card.named or lead is None or not lead.here or (me is not None and me.id == lead.id)


def _lead(card: Card, me: Person | None) -> str:
    p = card.project
    if me is not None and me.id == p.lead_id:
        return "you"
    if p.lead is None:
        return "nobody of the network yet"
    if not p.lead.here:
        return "somebody who has left the network"
    return p.lead.name if card.named else f"a member of {p.organisation.short_name}"


def _helpers(everybody: Sequence[Helper], role: str, me: Person | None) -> str:
    helpers = [h for h in everybody if h.role == role]
    said = []
    for h in helpers[:_HELPERS_SHOWN]:
        name = f"{h.name} ({h.organisation})" if h.name else f"a member of {h.organisation}"
        said.append("you" if me is not None and me.id == h.person_id else name)
    more = len(helpers) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "")


def _experience(helpers: Sequence[Helper], me: Person | None) -> str:
    """That they take part, and nothing of how many or who: that alone would say something of somebody's health."""
    there = [h for h in helpers if h.role == EXPERIENCE]
    mine = any(me is not None and me.id == h.person_id for h in there)
    return "take part, you among them" if mine else "take part" if there else ""


def _day(at: datetime, today: date) -> str:
    return say_date(local_date(at), today)


def found(words: str, results: Results, me: Person | None, *, page: int, today: date) -> Message:
    """Who is on what: projects about the words, of every organisation."""
    if not results.hits:
        return no_more(f"who {words}") if page > 1 else nobody(words, results)
    read_as = " and ".join(m.label for m in results.topics)
    parts: list[Part] = [Text("I read this as: ", Bold(read_as), ".")] if read_as else []
    for card in results.hits:
        parts += _line(card, me, today, *_take_part(card, me))
    more = (Button("More projects", Say(f"who page:{page + 1} {words}")),) if results.more else ()
    asked = results.topics[0].label.lower() if results.topics else words
    parts.append(Buttons(*more, Button("Find people instead", Say(f"find {asked}"))))
    if me is None:
        parts.append(Note("To say hello or offer to help, join the network first: ", Typed("join"), "."))
    return Message(f"Projects about “{words}”", *parts)


def _take_part(card: Card, me: Person | None) -> tuple[Button, ...]:
    if not _may_join(card, me):
        return ()
    number = f"#{card.project.id}"
    return Button("Join", Say(f"project join {number}")), Button("Follow", Say(f"project follow {number}"))


def nobody(words: str, results: Results) -> Message:
    """No project fits: say so, and what to do next."""
    if results.topics:
        label = results.topics[0].label
        buttons = (
            Button("Register a project", Say("project register"), "primary"),
            Button(f"Find people: {label}", Say(f"find {label.lower()}")),
        )
        text = Text(f"Nobody has registered a project about {label} yet. Yours would be the first to be found.")
        return Message(f"No project yet for “{words}”", text, Buttons(*buttons))
    near = tuple(Button(f"Projects: {m.label}", Say(f"who {m.label.lower()}")) for m in results.nearest[:3])
    said = "Did you mean one of these topics?" if near else "Try other words for the work itself, or look at them all."
    others = (Button("All projects", Say("projects")), Button("Register a project", Say("project register")))
    return Message(f"No project yet for “{words}”", Text(said), Buttons(*near, *others))


def no_more(command: str) -> Message:
    """A page after the last."""
    return Message("Those were all", Buttons(Button("From the beginning", Say(command))))


def listed(listing: Listing, me: Person | None, *, page: int, today: date) -> Message:
    """Somebody's own projects, then the newest of the network."""
    if not listing.own and not listing.newest:
        return no_more("projects") if page > 1 else _none_yet()
    parts: list[Part] = []
    for heading, rows in (("Yours", listing.own), ("Newest in the network", listing.newest)):
        if rows:
            parts.append(Text(Bold(heading)))
            parts.extend(part for card in rows for part in _line(card, me, today))
    more = (Button("More projects", Say(f"projects page:{page + 1}")),) if listing.more else ()
    parts.append(Buttons(*more, Button("Register a project", Say("project register"))))
    parts.append(Note("Looking for something? Type ", Typed("who"), " and your words."))
    return Message("Projects", *parts)


def _none_yet() -> Message:
    return Message(
        "No projects yet",
        Text("Yours can be the first: five fields, a minute."),
        Buttons(Button("Register a project", Say("project register"), "primary")),
    )


def stopping(project: Project) -> Message:
    """Before stopping."""
    return Message(
        f"Stop “{project.title}” with thanks?",
        Text("Stopping makes room for what matters more. It stays here, so that others can learn from it."),
        Buttons(
            Button("Stop with thanks", forms.StopProject(project.id), "primary"),
            Button("Carry on", Say(f"project show #{project.id}")),
        ),
    )


def stopped(project: Project) -> Message:
    """After stopping."""
    return Message(
        f"“{project.title}” is stopped, with thanks",
        Text(
            "Thank you to everybody who tried it. Others still find it, and what was learned is worth as much as a win."
        ),
        Buttons(
            Button("Tell what was learned", Say(f"project learned #{project.id}"), "primary"),
            Button("Show the project", Say(f"project show #{project.id}")),
            Button("Register another project", Say("project register")),
        ),
    )


def helping(card: Card, me: Person, *, findable: bool, instead: bool = False) -> Message:
    """After offering to help; `instead` of registering a project like it."""
    how = "by name" if findable else f"as a member of {me.organisation.short_name}, as you have not agreed to be found"
    show = Button("Show the project", Say(f"project show #{card.project.id}"))
    other = Button("In another role", Say(f"project join #{card.project.id}"))
    buttons = (*_hello(card, me), show, other, *_help(card, me))
    return Message(
        f"You are a helper of “{card.project.title}”. Thank you",
        Text(f"Its lead sees you on the project’s card, {how}.", *([_NOT_TWO] if instead else [])),
        Buttons(*buttons),
    )


def no_longer_helping(project: Project) -> Message:
    """After an offer to help was taken back."""
    return Message(
        f"You are no longer a helper of “{project.title}”",
        Text("Thank you for having offered."),
        Buttons(
            Button("Show the project", Say(f"project show #{project.id}")),
            Button("More projects", Say("projects")),
        ),
    )


def home(cards: Sequence[Card], *, more: bool) -> tuple[Part, ...]:
    """The projects' part of the Home tab."""
    if not cards:
        register = Button("Register a project", Say("project register"))
        return Text(Bold("My projects"), "\nNone yet: registering one takes a minute."), Buttons(register)
    lines = "\n".join(f"{c.project.title} (#{c.project.id}) – {c.project.stage}" for c in cards)
    buttons = [Button(f"Show #{c.project.id}", Say(f"project show #{c.project.id}")) for c in cards]
    if more:
        buttons.append(Button("All my projects", Say("projects")))
    return Text(Bold("My projects"), f"\n{lines}"), Buttons(*buttons)


_AT, _TODAY = datetime(2019, 11, 27, 10, tzinfo=UTC), date(2019, 11, 27)
_MKUH = Organisation(id=1, name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH")
_BEDS = Organisation(id=2, name="Bedfordshire Hospitals NHS Foundation Trust", short_name="Beds Hospitals")
_AMINA = Person(id=1, name="Amina Okafor", organisation_id=1, organisation=_MKUH, is_organiser=False)
_TOMASZ = Person(id=2, name="Tomasz Nowak", organisation_id=2, organisation=_BEDS, is_organiser=False)
_SEPSIS = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety")
_MATCH = Match(1, "sepsis", "Sepsis", 0.94, "septic")
_ONE = Project(
    id=12, title="Sepsis six within the hour", aim="Antibiotics within an hour for 9 in 10 patients by March.",
    place="Milton Keynes", helpers="Pharmacy, the outreach team", lead_id=1, lead=_AMINA, organisation=_MKUH,
    stage=UNDER_WAY, progress=5, deciding=INVOLVED, different="Ours is about children.", created_at=_AT, updated_at=_AT,
)  # fmt: skip
_TWO = Project(
    id=9, title="A trolley for sepsis <!channel> **x**", aim="", place="Bedford", helpers="", lead_id=2, lead=_TOMASZ,
    organisation=_BEDS, stage=STOPPED, created_at=_AT, updated_at=_AT,
)  # fmt: skip
_TEAM = (
    Helper(2, "Tomasz Nowak", "Beds Hospitals"), Helper(3, "", "CNWL"), Helper(4, "", "CNWL", COACH),
    Helper(5, "", "", EXPERIENCE),
)  # fmt: skip
_MINE = Card(_ONE, (_SEPSIS,), True, True, _TEAM)
_LIKE_IT = Project(
    id=15, title="Septic patients: first dose sooner", aim="", place="Milton Keynes", helpers="", lead_id=2,
    lead=_TOMASZ, organisation=_BEDS, stage=UNDER_WAY, created_at=_AT, updated_at=_AT,
)  # fmt: skip
_GOING_ON = Card(_LIKE_IT, (_SEPSIS,), True, True, why=("also about Sepsis", "also in Milton Keynes"))
_GO_ON = forms.MineIsDifferent(
    "A trolley for sepsis <!channel>", "Within the hour", "sepsis", "Milton Keynes", "Pharmacy"
)
_THEIRS = Card(_TWO, (_SEPSIS,), True, True, why=("also about Sepsis", "also says “trolley”"))
_SHY = Card(_TWO, (), False, False, why=("says “sepsis”",))
_CLOSED = Card(_TWO, (), False, True, why=("says “sepsis”",), title_only=True)
_TOPICS = {"topics": (Choice("sepsis", "Sepsis", "Clinical safety"),)}

EXAMPLES: dict[str, Message | Form] = {
    "alike": alike([_GOING_ON, _SHY, _CLOSED], _GO_ON, _AMINA, _TODAY),
    "alike_one": alike([_GOING_ON], _GO_ON, _AMINA, _TODAY),
    "different_form": Form(
        forms.RegisterDifferent,
        {"title": _GO_ON.title, "aim": _GO_ON.aim, "topics": ("sepsis",), "place": _GO_ON.place},
        choices=_TOPICS,
        errors={"because": "Please fill this in."},
    ),
    "registered": registered(Saved(_ONE, (_SEPSIS,), True, True), _MINE, _AMINA, _TODAY),
    "registered_already": registered(Saved(_ONE, (), False, False), _MINE, _AMINA, _TODAY),
    "changed": changed(Saved(_ONE, (_SEPSIS,), False, False), _MINE, _AMINA, _TODAY),
    "shown_to_lead": shown(_MINE, _AMINA, _TODAY),
    "shown_to_helper": shown(_MINE, _TOMASZ, _TODAY),
    "shown_to_stranger": shown(_SHY, None, _TODAY),
    "shown_title_only": shown(_CLOSED, _AMINA, _TODAY),
    "found": found("septic", Results((_MATCH,), (_GOING_ON, _THEIRS, _CLOSED), True, ()), _AMINA, page=1, today=_TODAY),
    "found_by_stranger": found("septic", Results((), (_SHY,), False, ()), None, page=1, today=_TODAY),
    "nobody_yet": nobody("septic", Results((_MATCH,), (), False, ())),
    "nobody_near": nobody("sepis", Results((), (), False, (_MATCH,))),
    "nobody": nobody("printer jam", Results((), (), False, ())),
    "no_more": no_more("projects"),
    "listed": listed(Listing((_MINE,), (_THEIRS,), True), _AMINA, page=1, today=_TODAY),
    "listed_none": listed(Listing((), (), False), None, page=1, today=_TODAY),
    "stopping": stopping(_ONE),
    "stopped": stopped(_ONE),
    "helping": helping(_MINE, _TOMASZ, findable=True),
    "helping_unnamed": helping(_MINE, _TOMASZ, findable=False),
    "helping_instead": helping(_MINE, _TOMASZ, findable=True, instead=True),
    "no_longer_helping": no_longer_helping(_ONE),
    "home": Message("qibot", *home([_MINE, _THEIRS], more=True)),
    "home_none": Message("qibot", *home([], more=False)),
    "register_form": Form(
        forms.RegisterProject, {"title": "Sepsis six within the hour", "place": "Luton"}, choices=_TOPICS
    ),
    "edit_form": Form(
        forms.EditProject,
        {"title": "Sepsis six within the hour", "topics": ("sepsis",), "stage": IDEA, "project": "12"},
        choices=_TOPICS,
        errors={"title": "There is a live project of that title already (#9)."},
    ),
}
