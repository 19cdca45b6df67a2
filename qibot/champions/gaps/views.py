"""What the bot says about the gap map."""

from collections.abc import Sequence

from qibot.champions.forms import LookFor
from qibot.champions.gaps.forms import LeaveOut, OpenTeach, Teach
from qibot.champions.gaps.service import Gap, Words
from qibot.chat.forms import Choice, Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.people.forms import FollowTopic
from qibot.people.models import Topic

_MAP = Button("The gap map", Say("gaps"))
_WORDS = Button("Words without a topic", Say("topic words"))
_FEW = Note("Numbers are shown in steps, and fewer than five people are “a few”.")


def gaps(rows: Sequence[Gap], *, page: int, more: bool) -> Message:
    """Topics that people look for and nobody offers."""
    if not rows:
        return Message(
            "The gap map is empty" if page == 1 else "There are no more gaps",
            Text("A topic stands here when people looked for help with it, said so, and nobody offers it."),
            Buttons(Button("All topics", Say("topics"))),
        )
    parts: list[Part] = [
        Text("People look for help with these, and nobody could be offered. Could you, or a colleague?")
    ]
    for gap in rows:
        how_many = f"{gap.at_least} people or more" if gap.at_least else "a few people"
        parts.append(Text(Bold(gap.label), f": {how_many}"))
        parts.append(
            Buttons(
                Button("I can help", Say("champion join")),
                Button("I look for this too", LookFor(gap.topic_id)),
                Button("Tell me what is new", FollowTopic(gap.topic_id)),
            )
        )
    further = (Buttons(Button("More gaps", Say(f"gaps page:{page + 1}"))),) if more else ()
    return Message("Asked for, and no champion yet", *parts, *further, _FEW)


def on_the_map(topic: Topic | None) -> Message:
    """After putting something on the map."""
    if topic is None:
        return Message(
            "Noted for the organisers",
            Text("When several people look for the same words, the organisers see them, without any names."),
            Buttons(Button("All topics", Say("topics"))),
        )
    return Message(
        f"{topic.label} is on the gap map",
        Text("You count there once, and nobody can see that it was you. It is shown as long as nobody offers it."),
        Buttons(Button(f"Tell me what is new: {topic.label}", FollowTopic(topic.id)), _MAP),
    )


def unread(rows: Sequence[Words], *, page: int, more: bool) -> Message:
    """Words in which no topic was read, for organisers."""
    if not rows:
        return Message(
            "No words wait" if page == 1 else "There are no more words",
            Text("Words stand here when they were sent with a question, or put on the gap map by several people."),
            Buttons(Button("All topics", Say("topics"))),
        )
    parts: list[Part] = [Text("People looked for help in these words, and I read no topic in them.")]
    for one in rows:
        whence = "sent with a question" if one.asked else "put on the gap map by several people"
        parts.append(Text(Bold(one.words), f": {whence}"))
        parts.append(
            Buttons(Button("They mean a topic", OpenTeach(one.words)), Button("Leave them out", LeaveOut(one.words)))
        )
    further = (Button("More words", Say(f"topic words page:{page + 1}")),) if more else ()
    return Message("Words without a topic", *parts, Buttons(*further, Button("Add a topic", Say("topic add"))))


def teach(words: str) -> Form:
    """Which topic they mean."""
    return Form(Teach, {"heard": words, "word": words[:80]})


def taught(topic: Topic, word: str) -> Message:
    """Words that lead to a topic now."""
    text = Text("Whoever looked for help in these words counts for it on the gap map.")
    return Message(f"“{word}” leads to {topic.label} now", text, Buttons(_WORDS, _MAP))


def left_out(words: str) -> Message:
    """Words taken off the list."""
    return Message(f"“{words}” is off the list", Buttons(_WORDS))


_SEPSIS = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety")

EXAMPLES: dict[str, Message | Form] = {
    "gaps": gaps([Gap(1, "Sepsis", 10), Gap(2, "Patient flow", 0)], page=1, more=True),
    "gaps_none": gaps([], page=1, more=False),
    "on_the_map": on_the_map(_SEPSIS),
    "on_the_map_words": on_the_map(None),
    "words_unread": unread([Words("night time noise", True), Words("lone working", False)], page=1, more=True),
    "words_unread_none": unread([], page=1, more=False),
    "teach_form": Form(
        Teach, teach("night time noise").values, choices={"topic": (Choice("sepsis", "Sepsis", "Clinical safety"),)}
    ),
    "words_taught": taught(_SEPSIS, "night time noise"),
    "words_left_out": left_out("night time noise"),
}
