"""What the bot says about working on a project."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.clock import local_date
from qibot.dates import say_date
from qibot.people.models import Organisation, Person, Topic
from qibot.projects.models import COACH, EXPERIENCE, HELPER, SPONSOR, STOPPED, UNDER_WAY, Project
from qibot.projects.progress import in_words
from qibot.projects.service import Card, Helper
from qibot.projects.working.forms import (
    AskChampions,
    CarryOn,
    JoinProject,
    NotLead,
    PauseProject,
    TakeLead,
    TakeOff,
    UpdateProject,
)
from qibot.projects.working.service import News
from qibot.typed import Typed

_AS = {HELPER: "helper", SPONSOR: "sponsor", COACH: "coach", EXPERIENCE: "service user or carer"}


def _show(project: Project) -> Button:
    return Button("Show the project", Say(f"project show #{project.id}"))


# ---- How it goes


def update_form(project: Project, words: str = "") -> Form:
    """The form for an update."""
    return Form(UpdateProject, {"words": words, "project": str(project.id)}, intro=f"{project.title} (#{project.id})")


def updated(project: Project, news: News) -> Message:
    """After an update."""
    return Message(
        f"Noted: {project.title}",
        Quote(news.words),
        Facts((("Progress", in_words(project.progress)),)),
        Buttons(_show(project), Button("All updates", Say(f"project updates #{project.id}"))),
        Note("Whoever looks at the project sees it. I write to nobody about it."),
    )


def going(project: Project, news: News | None, *, mine: bool, follows: bool, today: date) -> tuple[Part, ...]:
    """On a project's page: its last update, and what this reader may do about it. `mine`: they are on it."""
    said: tuple[Part, ...] = ()
    if news is not None:
        said = (Text(Bold("Last update"), f", {_day(news.at, today)}"), Quote(news.words))
    buttons = []
    if mine and project.stage != STOPPED:
        buttons.append(Button("Say how it goes", Say(f"update #{project.id}")))
    if news is not None:
        buttons.append(Button("All updates", Say(f"project updates #{project.id}")))
    if not mine:
        label, word = ("No longer follow", "unfollow") if follows else ("Follow", "follow")
        buttons.append(Button(label, Say(f"project {word} #{project.id}")))
    return (*said, Buttons(*buttons)) if buttons else said


def updates(project: Project, news: Sequence[News], *, page: int, more: bool, today: date) -> Message:
    """One page of a project's updates, the newest first."""
    if not news:
        words = "Nobody has said yet how it goes." if page == 1 else "Those were all."
        return Message(f"No updates: {project.title}", Text(words), Buttons(_show(project)))
    parts: list[Part] = []
    for one in news:
        score = f" – {in_words(one.progress)}" if one.progress else ""
        parts += [Text(Bold(_day(one.at, today)), score), Quote(one.words)]
    further = (Button("Older ones", Say(f"project updates page:{page + 1} #{project.id}")),) if more else ()
    return Message(f"Updates: {project.title}", *parts, Buttons(*further, _show(project)))


# ---- Who is on it


def join_form(project: Project) -> Form:
    """The form for a role."""
    return Form(
        JoinProject,
        {"role": HELPER, "project": str(project.id)},
        intro=f"{project.title} (#{project.id}). Its lead sees you on its card, and can take you off again.",
    )


def joined(project: Project, role: str) -> Message:
    """After joining."""
    leave = Button("Leave it again", Say(f"project leave #{project.id}"))
    return Message(
        f"You are on “{project.title}” as {_AS[role]}. Thank you",
        Text("You can say how it goes: ", Typed("update"), ", its number or title, and your words."),
        Buttons(_show(project), leave),
    )


def left(project: Project) -> Message:
    """After leaving it."""
    follow = Button("Follow it", Say(f"project follow #{project.id}"))
    return Message(
        f"You are no longer on “{project.title}”", Text("Thank you for it."), Buttons(_show(project), follow)
    )


def following(project: Project) -> Message:
    """After beginning to follow."""
    return Message(
        f"You follow “{project.title}”",
        Text("I write to you once, when it has ended and somebody tells what was learned; not about each step."),
        Buttons(_show(project), Button("No longer follow", Say(f"project unfollow #{project.id}"))),
    )


def not_following(project: Project) -> Message:
    """After ceasing to."""
    again = Button("Follow it again", Say(f"project follow #{project.id}"))
    return Message(
        f"You no longer follow “{project.title}”", Text("You can still look at it."), Buttons(_show(project), again)
    )


def followed(projects: Sequence[Project]) -> tuple[Part, ...]:
    """On the list of projects: those that the reader follows."""
    if not projects:
        return ()
    names = ", ".join(f"{p.title} (#{p.id})" for p in projects)
    buttons = (Button(f"Show #{p.id}", Say(f"project show #{p.id}")) for p in projects)
    return Text(Bold("You follow"), f"\n{names}"), Buttons(*buttons)


def team(card: Card, me: Person, *, changes: bool) -> Message:
    """Who is on a project; `changes`: the reader may take people off."""
    p = card.project
    parts: list[Part] = []
    for helper in card.helpers:
        parts.append(Text(f"{_name(helper, me)} – {_AS[helper.role]}"))
        if changes:
            take_off = TakeOff(p.id, helper.person_id)
            parts.append(Buttons(Button("Take off", take_off, confirm="They are not told, and can join again.")))
    if not card.helpers:
        parts.append(Text("Nobody of the network has joined it yet."))
    hand_on = (Button("Hand on the lead", Say(f"project hand-on #{p.id}")),) if changes and p.live else ()
    return Message(f"On “{p.title}”", *parts, Buttons(_show(p), *hand_on))


def _name(helper: Helper, me: Person) -> str:
    if helper.person_id == me.id:
        return "You"
    if helper.role == EXPERIENCE:
        return "Somebody"
    return f"{helper.name} ({helper.organisation})" if helper.name else f"A member of {helper.organisation}"


# ---- When it has stalled


def stalled(project: Project, *, quiet: bool, paused: bool) -> Message:
    """The question to its lead; `quiet`: nothing was said of it; `paused`: its pause is over."""
    if paused:
        why = "You paused it until now."
    elif quiet:
        why = "I have heard nothing of it for about three months. That is fine: plans change, and weeks are full."
    else:
        why = f"It has stood at {in_words(project.progress)} for three months. Almost three in ten projects do."
    return Message(
        f"How shall it go on with “{project.title}”?",
        Text(why, " Whatever suits it is a good answer, and stopping early makes room for what matters more."),
        Buttons(
            Button("Carry on", CarryOn(project.id), "primary"),
            Button("Pause until…", Say(f"project pause #{project.id}")),
            Button("Hand it on", Say(f"project hand-on #{project.id}")),
            Button("Stop with thanks", Say(f"project stop #{project.id}")),
        ),
        Note("Only you get this question, and only once."),
    )


def carries_on(project: Project) -> Message:
    """After "carry on"."""
    return Message(
        f"Good: “{project.title}” goes on",
        Text("A line about how it goes helps others to learn from it, also when there is little to say."),
        Buttons(
            Button("Say how it goes", Say(f"update #{project.id}")),
            Button("Call for help", Say(f"project call #{project.id}")),
            _show(project),
        ),
    )


def pause_form(project: Project) -> Form:
    """The form for a pause."""
    return Form(PauseProject, {"project": str(project.id)}, intro=f"{project.title} (#{project.id})")


def paused(project: Project, until: date, today: date) -> Message:
    """After pausing."""
    return Message(
        f"“{project.title}” rests until {say_date(until, today)}",
        Text("I ask you on that day how it goes on, if you have not said before."),
        Buttons(_show(project), Button("Carry on now", CarryOn(project.id))),
    )


# ---- Who leads it next


def hand_on(project: Project) -> Message:
    """How to hand on the lead."""
    return Message(
        f"Hand on “{project.title}”",
        Text(
            "Whom would you like to ask? Type ",
            Typed(f"project hand-on #{project.id}"),
            " and their name. Or I ask up to three champions of its topics, near its place first. "
            "You lead it until somebody says yes.",
        ),
        Buttons(
            Button("Ask champions of its topics", AskChampions(project.id), "primary"),
            _show(project),
            Button("Stop it with thanks instead", Say(f"project stop #{project.id}")),
        ),
    )


def offered_champions(project: Project, count: int) -> Message:
    """After asking champions."""
    who = "a champion of its topics" if count == 1 else f"{count} champions of its topics"
    return Message(
        f"I ask {who} about “{project.title}”",
        Text(f"They have ten working days. {_until(project, 'one says yes')} hear from me whatever the answers."),
        Buttons(_show(project)),
        Note("It counts as one of the times in a month that each of them offered to be asked."),
    )


def offered(project: Project, to: Person) -> Message:
    """After asking somebody."""
    return Message(
        f"I ask {to.name} about “{project.title}”",
        Text(f"They have ten working days. {_until(project, 'they say yes')} hear from me whatever the answer."),
        Buttons(_show(project)),
        Note(f"If they say yes, they lead it{', and you follow it' if project.lead_id else ''}."),
    )


def _until(project: Project, when: str) -> str:
    return f"You lead it until {when}, and" if project.lead_id else f"Nobody leads it until {when}; you"


def offer(card: Card, handover_id: int, until: date, today: date) -> Message:
    """For the person asked."""
    p = card.project
    lead = p.lead.name if p.lead and card.named else f"A member of {p.organisation.short_name}"
    why = f"{lead} looks for somebody to carry it on." if p.lead else "Nobody of the network leads it yet."
    aim = (Quote(p.aim),) if p.aim else ()
    return Message(
        f"Would you lead “{p.title}”?",
        Text(why),
        *aim,
        Facts(
            (
                ("Topics", ", ".join(t.label for t in card.topics)),
                ("Organisation", p.organisation.name),
                ("Place", p.place),
                ("Progress", in_words(p.progress)),
            )
        ),
        Buttons(
            Button("Yes, I lead it", TakeLead(handover_id), "primary", confirm="It is yours from then on."),
            Button("Not this time", NotLead(handover_id)),
            _show(p),
        ),
        Note(
            "Either answer is fine. “Not this time” stays with you: they only hear that nobody could take it on. "
            f"Without an answer I close it on {say_date(until, today)}."
        ),
    )


def taken(project: Project) -> Message:
    """For whoever said yes."""
    return Message(
        f"You lead “{project.title}” now",
        Text("Thank you. Whoever led it is told, and follows it. Everything about it is yours to change."),
        Buttons(
            _show(project),
            Button("Say how it goes", Say(f"update #{project.id}")),
            Button("Change", Say(f"project edit #{project.id}")),
        ),
    )


def not_taken() -> Message:
    """For whoever said not this time."""
    text = Text("They hear only that nobody could take it on, and not that you were asked.")
    return Message("Thank you for answering", text, Buttons(Button("My projects", Say("projects"))))


def handed_on(project: Project, name: str) -> Message:
    """For whoever led it before. `name` is "" unless the new lead agreed to be found."""
    who = name or f"a member of {project.organisation.short_name}"
    return Message(
        f"“{project.title}” is in good hands",
        Text(f"It is led by {who} now. Thank you for bringing it this far; you follow it, and hear what comes of it."),
        Buttons(_show(project), Button("Register another project", Say("project register"))),
    )


def nobody_yet(project: Project) -> Message:
    """For whoever asked, when none of those asked could take it on."""
    still = "You still lead it." if project.lead_id else "Nobody leads it yet."
    return Message(
        f"Nobody could take on “{project.title}” this time",
        Text(f"That is no word on the project: people have full weeks. {still} What would suit it best?"),
        Buttons(
            Button("Ask somebody else", Say(f"project hand-on #{project.id}")),
            Button("Carry on", Say(f"update #{project.id}")),
            Button("Stop with thanks", Say(f"project stop #{project.id}")),
        ),
    )


def _day(at: datetime, today: date) -> str:
    return say_date(local_date(at), today)


# ---- Examples

_AT, _TODAY = datetime(2019, 11, 27, 10, tzinfo=UTC), date(2019, 12, 11)
_MKUH = Organisation(id=1, name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH")
_AMINA = Person(id=1, name="Amina Okafor", organisation_id=1, organisation=_MKUH, is_organiser=False)
_TOMASZ = Person(id=2, name="Tomasz Nowak", organisation_id=1, organisation=_MKUH, is_organiser=False)
_ONE = Project(
    id=12, title="Sepsis six within the hour", aim="Antibiotics within an hour for 9 in 10 patients by March.",
    place="Milton Keynes", helpers="", lead_id=1, lead=_AMINA, organisation=_MKUH, stage=UNDER_WAY, progress=5,
    created_at=_AT, updated_at=_AT,
)  # fmt: skip
_UNLED = Project(id=13, title="Quiet nights", organisation=_MKUH, stage=UNDER_WAY)
_NEWS = News("Two nurses tried the trolley on the night shift.\nIt was missed twice.", 5, _AT)
_OLDER = News("We have a trolley <!channel> **x**", 0, _AT)
_TEAM = (
    Helper(2, "Tomasz Nowak", "Beds Hospitals", COACH), Helper(3, "", "CNWL"), Helper(4, "", "", EXPERIENCE),
)  # fmt: skip
_CARD = Card(_ONE, (Topic(id=1, slug="sepsis", label="Sepsis", group=""),), True, True, _TEAM)

EXAMPLES: dict[str, Message | Form] = {
    "update_form": update_form(_ONE),
    "updated": updated(_ONE, _NEWS),
    "going_mine": Message("Sepsis six", *going(_ONE, _NEWS, mine=True, follows=False, today=_TODAY)),
    "going_theirs": Message("Sepsis six", *going(_ONE, None, mine=False, follows=False, today=_TODAY)),
    "going_followed": Message("Sepsis six", *going(_ONE, _NEWS, mine=False, follows=True, today=_TODAY)),
    "updates": updates(_ONE, (_NEWS, _OLDER), page=1, more=True, today=_TODAY),
    "updates_none": updates(_ONE, (), page=1, more=False, today=_TODAY),
    "join_form": join_form(_ONE),
    "joined_team": joined(_ONE, EXPERIENCE),
    "left_team": left(_ONE),
    "following": following(_ONE),
    "not_following": not_following(_ONE),
    "followed": Message("Projects", *followed((_ONE,))),
    "followed_none": Message("Projects", *followed(()), Note("Nothing to show here.")),
    "team": team(_CARD, _AMINA, changes=True),
    "team_none": team(Card(_ONE, (), True, True), _TOMASZ, changes=False),
    "stalled": stalled(_ONE, quiet=True, paused=False),
    "stalled_at_tested": stalled(_ONE, quiet=False, paused=False),
    "stalled_pause_over": stalled(_ONE, quiet=False, paused=True),
    "carries_on": carries_on(_ONE),
    "pause_form": pause_form(_ONE),
    "paused": paused(_ONE, date(2020, 3, 2), _TODAY),
    "hand_on": hand_on(_ONE),
    "offered_champions": offered_champions(_ONE, 3),
    "offered_champion": offered_champions(_ONE, 1),
    "offered": offered(_ONE, _TOMASZ),
    "offer": offer(_CARD, 7, date(2019, 12, 27), _TODAY),
    "taken": taken(_ONE),
    "not_taken": not_taken(),
    "handed_on": handed_on(_ONE, "Tomasz Nowak"),
    "handed_on_unnamed": handed_on(_ONE, ""),
    "nobody_could": nobody_yet(_ONE),
    "nobody_could_lead": nobody_yet(_UNLED),
    "offered_unled": offered(_UNLED, _TOMASZ),
}
