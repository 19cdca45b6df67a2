"""What the bot says about stories."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from qibot.champions.forms import SayHello
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Facts, Message, Note, Part, Quote, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.people.models import Organisation, Person, Topic
from qibot.people.topics import Match
from qibot.projects.models import STOPPED, Project
from qibot.projects.stories.forms import OUTCOME, ChangeStory, EndProject, RemoveStory, ShareStory, TellStory
from qibot.projects.stories.models import DID_NOT, PARTLY, WORKED, Story
from qibot.projects.stories.service import Found, Told

_ADD = Button("Tell a story", Say("story add"))
_ASKED = (
    ("hoped", "What was hoped for"),
    ("tried", "What was tried"),
    ("in_the_way", "What got in the way"),
    ("got_past", "How it was got past"),
    ("learned", "What was learned"),
)
_UNNAMED = "somebody who left their name out"


def tell_form(tried: str = "") -> Form:
    """The form for a story."""
    intro = "What worked, worked in part or did not: others look for all three. Everybody in the network can read it."
    if tried:
        intro += " If these are somebody else’s words, please ask them first."
    return Form(TellStory, {"tried": tried}, intro=intro)


def change_form(story: Story, topics: tuple[str, ...]) -> Form:
    """The form to change one."""
    names = ("title", "outcome", "tried", "hoped", "in_the_way", "got_past", "learned", "who_else")
    values: dict[str, object] = {name: getattr(story, name) for name in names}
    return Form(ChangeStory, {**values, "topics": topics, "story": str(story.id)})


def ending_form(project: Project) -> Form:
    """The four questions."""
    intro = f"{project.title} (#{project.id}). From your answers I make a draft, which only you see until you share it."
    return Form(EndProject, {"project": str(project.id)}, intro=intro)


def shown(told: Told, today: date) -> Message:
    """One story, or a draft of one's own."""
    s = told.story
    parts: list[Part] = []
    for name, label in _ASKED:
        if words := getattr(s, name):
            parts += [Text(Bold(label)), Quote(words)]
    facts = (
        ("How it went", OUTCOME[s.outcome]),
        ("Topics", ", ".join(t.label for t in told.topics)),
        ("Who else should know", s.who_else),
        ("Told by", told.by or _UNNAMED),
        ("Project", f"{told.project.title} (#{told.project.id})" if told.project else ""),
        ("Shared", say_date(s.shared_on, today) if s.shared_on else "not yet: only you see it"),
    )
    return Message(s.title, *parts, Facts(facts), Buttons(*_steps(told)))


def _steps(told: Told) -> tuple[Button, ...]:
    s = told.story
    buttons = [*_hello(told)]
    if told.mine:
        if s.shared_on is None:
            buttons.append(Button("Share it", ShareStory(s.id), "primary"))
        buttons.append(Button("Change it", Say(f"story edit {s.id}")))
        label, sure = ("Take it back", "It is deleted.") if s.shared_on else ("Throw it away", "The draft is deleted.")
        buttons.append(Button(label, RemoveStory(s.id), confirm=sure))
    if told.project:
        buttons.append(Button("Show the project", Say(f"project show #{told.project.id}")))
    if told.topics:
        buttons.append(Button("Stories like it", Say(f"story find {told.topics[0].label.lower()}")))
    return tuple(buttons) or (_ADD, Button("Newest stories", Say("story find")))


def _hello(told: Told) -> tuple[Button, ...]:
    if told.project is None or not told.reachable:
        return ()
    return (Button("Say hello", SayHello(told.project.id), "primary"),)


def shared(told: Told) -> Message:
    """After telling or sharing one."""
    mine = (Button("Change it", Say(f"story edit {told.story.id}")),) if told.mine else ()
    if told.by:
        note = "You can change it or take it back at any time."
    else:
        note = "Nothing that I keep says who wrote it. So nobody can change it or take it back, you included."
    heard = " Those who are on its project or follow it hear of it once." if told.project else ""
    return Message(
        f"Thank you: “{told.story.title}” is told",
        Text(f"Others find it by its words and topics.{heard}"),
        Buttons(Button("Read it", Say(f"story show {told.story.id}")), *mine, _ADD),
        Note(note),
    )


def drafted(told: Told, today: date) -> Message:
    """After the four questions: the draft, for its writer alone."""
    whole = shown(told, today)
    first = Text(
        "Only you see it so far. I put down that ", Bold(OUTCOME[told.story.outcome].lower()),
        "; change that and anything else before you share it.",
    )  # fmt: skip
    return Message(f"A draft: {told.story.title}", first, *whole.parts)


def removed(title: str) -> Message:
    """After taking one back."""
    return Message(f"“{title}” is deleted", Text("Nobody finds it any more."), Buttons(_ADD))


def of_project(project: Project, told: Told | None, *, leads: bool) -> tuple[Part, ...]:
    """On a project's page: its story, or how its lead begins one."""
    if told is not None:
        read = Button("Read its story", Say(f"story show {told.story.id}"))
        said = f", {OUTCOME[told.story.outcome].lower()}" if told.story.shared_on else ", a draft that only you see"
        return Text(Bold("Its story"), said), Buttons(read)
    if leads and not project.live:
        return (Buttons(Button("Tell what was learned", Say(f"project learned #{project.id}"))),)
    return ()


# ---- Finding


def found(words: str, results: Found, *, page: int, today: date) -> Message:
    """Stories about the words, or the newest."""
    if not results.stories:
        return _nothing(words, page)
    read_as = " and ".join(m.label for m in results.topics)
    parts: list[Part] = [Text("I read this as: ", Bold(read_as), ".")] if read_as else []
    for told in results.stories:
        parts += _line(told, today)
    more = (Button("More stories", Say(f"story find page:{page + 1} {words}".strip())),) if results.more else ()
    title = f"Stories about “{words}”" if words else "The newest stories"
    return Message(title, *parts, Buttons(*more, *_about(words), _ADD))


def _about(words: str) -> tuple[Button, ...]:
    return (Button("Who works on it now", Say(f"who {words}")),) if words else ()


def _nothing(words: str, page: int) -> Message:
    if page > 1:
        return Message("Those were all", Buttons(Button("From the beginning", Say(f"story find {words}".strip()))))
    title = f"No story yet about “{words}”" if words else "No stories yet"
    text = Text(
        "Yours can be the first: what worked, and what did not, are both worth an hour of somebody else’s time."
    )
    return Message(title, text, Buttons(_ADD, *_about(words)))


def _line(told: Told, today: date) -> tuple[Part, ...]:
    s = told.story
    why = f"\n{'; '.join(told.why)[:1].upper()}{'; '.join(told.why)[1:]}." if told.why else ""
    day = f", {say_date(s.shared_on, today)}" if s.shared_on else ""
    said = f" – {told.by or _UNNAMED}{day}\n{OUTCOME[s.outcome]}.{why}"
    return Text(Bold(s.title), said), Buttons(Button("Read it", Say(f"story show {s.id}")), *_hello(told))


def tried_before(idea: str, results: Found, today: date) -> Message:
    """What others tried about an idea, what got in the way, and who got past it."""
    if not results.stories:
        return Message(
            f"Nobody has told yet of trying “{idea}”",
            Text("That may mean that it is new, or that nobody wrote it down. Somebody may be at it now."),
            Buttons(
                Button("Who works on it now", Say(f"who {idea}")), Button("Find people", Say(f"find {idea}")), _ADD
            ),
        )
    parts: list[Part] = [Text(Bold("What others tried"))]
    for told in results.stories:
        parts += _line(told, today)
    parts += _gathered("What got in the way", (t.story.in_the_way for t in results.stories))
    past = [told for told in results.stories if told.story.got_past]
    if past:
        parts.append(Text(Bold("Who got past it")))
    for told in past:
        parts += [Text(f"{told.story.title} – {told.by or _UNNAMED}"), Quote(told.story.got_past)]
    more = (Button("More stories", Say(f"story find page:2 {idea}")),) if results.more else ()
    buttons = Buttons(
        *more, Button("Who works on it now", Say(f"who {idea}")), Button("Find people", Say(f"find {idea}"))
    )
    return Message(f"“{idea}” was tried before", *parts, buttons, Note("Things get in the way, never people."))


def _gathered(label: str, said: Iterable[str]) -> tuple[Part, ...]:
    lines = list(dict.fromkeys(words for words in said if words))
    return (Text(Bold(label)), *(Quote(words) for words in lines)) if lines else ()


# ---- Unasked


def told_unasked(told: Told, today: date) -> Message:
    """For those who are on a project or follow it, once its story is shared."""
    return Message(
        f"What came of it: {told.story.title}",
        Text(f"{OUTCOME[told.story.outcome]}. Told by {told.by or _UNNAMED}."),
        *((Quote(told.story.learned or told.story.tried),) if told.story.learned or told.story.tried else ()),
        Buttons(Button("Read it all", Say(f"story show {told.story.id}")), *_hello(told)),
        Note("You hear this once, as you are on its project or follow it."),
    )


def prompt_project(project: Project, *, improved: bool) -> Message:
    """For the lead of a project that has ended, or has been better for six months."""
    if improved:
        title, why = f"“{project.title}” has been better for six months", "What holds so long is worth telling."
    else:
        title, why = f"What did “{project.title}” teach you?", "It is over, and what was learned need not be."
    return Message(
        title,
        Text(f"{why} Four short questions make a draft of its story, which only you see until you share it."),
        Buttons(Button("The four questions", Say(f"project learned #{project.id}"), "primary")),
        Note("I ask once. Leaving it is fine."),
    )


def prompt_introduction() -> Message:
    """For one of two whose introduction led to something."""
    return Message(
        "Something came of an introduction of yours",
        Text("Would you tell it as a story? Others in the network start from there. What did not work helps as much."),
        Buttons(Button("Tell it", Say("story add"), "primary")),
        Note("I ask once. Leaving it is fine. Please name the other person only as a team or a role."),
    )


# ---- Examples

_TODAY = date(2019, 12, 11)
_AT = datetime(2019, 11, 27, 10, tzinfo=UTC)
_MKUH = Organisation(id=1, name="Milton Keynes University Hospital NHS Foundation Trust", short_name="MKUH")
_AMINA = Person(id=1, name="Amina Okafor", organisation_id=1, organisation=_MKUH, is_organiser=False)
_PROJECT = Project(
    id=12, title="Sepsis six within the hour", lead_id=1, lead=_AMINA, organisation=_MKUH, stage=STOPPED,
    created_at=_AT, updated_at=_AT,
)  # fmt: skip
_SEPSIS = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety")
_WHOLE = Story(
    id=482913, title="A trolley for sepsis <!channel> **x**", outcome=DID_NOT, hoped="Antibiotics within the hour.",
    tried="A trolley by the door of each bay.", in_the_way="The trolley stood behind the bins.\nNo time to restock.",
    got_past="", learned="Put it where people walk, not where there is room.", who_else="Every emergency department",
    shared_on=date(2019, 12, 4),
)  # fmt: skip
_SHORT = Story(
    id=175202, title="Huddles at eight", outcome=PARTLY, hoped="", tried="Ten minutes at eight.",
    in_the_way="Two systems that do not talk.", got_past="One printed list at the door.", learned="", who_else="",
    shared_on=date(2019, 11, 28),
)  # fmt: skip
_DRAFT = Story(
    id=301200, title="Sepsis six within the hour", outcome=WORKED, hoped="", tried="A trolley.", in_the_way="",
    got_past="", learned="", who_else="", shared_on=None,
)  # fmt: skip
_TOLD = Told(_WHOLE, (_SEPSIS,), "Amina Okafor (MKUH)", False, _PROJECT, True, ("about Sepsis", "says “trolley”"))
_NO_NAME = Told(_SHORT, (), "", why=("says “huddles”",))
_MINE = Told(_SHORT, (_SEPSIS,), "you", True)
_MY_DRAFT = Told(_DRAFT, (_SEPSIS,), "you", True, _PROJECT)
_MATCH = Match(1, "sepsis", "Sepsis", 0.94, "septic")
_TOPICS = {"topics": (Choice("sepsis", "Sepsis", "Clinical safety"),)}
_TELL = tell_form("Two nurses tried the trolley")
_CHANGE = change_form(_WHOLE, ("sepsis",))

EXAMPLES: dict[str, Message | Form] = {
    "story_tell_form": Form(_TELL.kind, _TELL.values, _TELL.intro, _TOPICS),
    "story_change_form": Form(
        _CHANGE.kind, _CHANGE.values, choices=_TOPICS,
        errors={"in_the_way": "“our manager refused” reads as somebody. Please say it as a thing."},
    ),
    "story_ending_form": ending_form(_PROJECT),
    "story_shown": shown(_TOLD, _TODAY),
    "story_shown_unnamed": shown(_NO_NAME, _TODAY),
    "story_shown_mine": shown(_MINE, _TODAY),
    "story_shared": shared(_MINE),
    "story_shared_unnamed": shared(_NO_NAME),
    "story_shared_of_project": shared(Told(_WHOLE, (), "you", True, _PROJECT)),
    "story_drafted": drafted(_MY_DRAFT, _TODAY),
    "story_removed": removed("Huddles at eight"),
    "story_of_project": Message("Sepsis six", *of_project(_PROJECT, _TOLD, leads=False)),
    "story_of_project_draft": Message("Sepsis six", *of_project(_PROJECT, _MY_DRAFT, leads=True)),
    "story_of_project_to_tell": Message("Sepsis six", *of_project(_PROJECT, None, leads=True)),
    "story_found": found("septic", Found((_MATCH,), (_TOLD, _NO_NAME), True), page=1, today=_TODAY),
    "story_newest": found("", Found((), (_NO_NAME,), False), page=1, today=_TODAY),
    "story_found_none": found("printer jam", Found((), (), False), page=1, today=_TODAY),
    "story_found_no_more": found("septic", Found((), (), False), page=2, today=_TODAY),
    "story_tried_before": tried_before("a sepsis trolley", Found((_MATCH,), (_TOLD, _NO_NAME), True), _TODAY),
    "story_tried_before_none": tried_before("robots", Found((), (), False), _TODAY),
    "story_told_unasked": told_unasked(_TOLD, _TODAY),
    "story_prompt_ended": prompt_project(_PROJECT, improved=False),
    "story_prompt_improved": prompt_project(_PROJECT, improved=True),
    "story_prompt_introduction": prompt_introduction(),
}  # fmt: skip
