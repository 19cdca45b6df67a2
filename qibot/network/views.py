"""What the bot says about the network: what is new, and topics that become one."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from qibot.chat.forms import Form
from qibot.chat.message import Bold, Button, Buttons, Message, Note, Part, Text
from qibot.chat.router import Say
from qibot.dates import say_date
from qibot.network.forms import MergeTopics, UnfollowTopic
from qibot.network.service import Following
from qibot.network.sources import News
from qibot.people.models import Topic
from qibot.typed import Typed

_LINES = 5
"""Of one topic in a digest; whoever wants more finds it with one press."""
_SEE = Button("Topics I follow", Say("topics followed"))


def following(found: Following, today: date) -> Message:
    """After following a topic."""
    label = found.topic.label
    when = f"On {say_date(found.first_on, today)}, and then once a week, you hear what is new; nothing if nothing is."
    steps = [Button(f"Find: {label}", Say(f"find {label.lower()}")), _SEE]
    if not found.agreed:
        steps.insert(0, Button("Agree to news", Say("join"), "primary"))
        when = "You have not agreed to news of the network, so I send nothing yet: tick it, and I do once a week."
    title = f"You follow {label} now" if found.new else f"You follow {label} already"
    return Message(title, Text(when), Buttons(*steps, Button("Follow it no longer", UnfollowTopic(found.topic.id))))


def unfollowed(topic: Topic) -> Message:
    """After following one no longer."""
    return Message(f"You no longer follow {topic.label}", Buttons(_SEE, Button("All topics", Say("topics"))))


def followed(topics: Sequence[Topic]) -> Message:
    """Somebody's topics."""
    if not topics:
        return Message(
            "You follow no topic yet",
            Text(
                "Type ",
                Typed("topic follow"),
                " and a topic, and once a week you hear of new champions, projects and stories in it.",
            ),
            Buttons(Button("All topics", Say("topics"))),
        )
    parts: list[Part] = []
    for one in topics:
        parts.append(Text(Bold(one.label), "" if one.retired_at is None else ": out of use, so nothing new comes"))
        parts.append(Buttons(Button("Follow it no longer", UnfollowTopic(one.id))))
    return Message("Topics you follow", *parts, Note("Once a week I tell you what is new in them, in one message."))


def digest(told: Sequence[tuple[str, Sequence[News]]]) -> Message:
    """What is new, by topic."""
    parts: list[Part] = []
    for label, news in told:
        lines = "".join(f"\n• {one.words}" for one in news[:_LINES])
        more = f"\nand {len(news) - _LINES} more" if len(news) > _LINES else ""
        parts.append(Text(Bold(label), lines, more))
        name = label.lower()
        parts.append(
            Buttons(Button(f"Find: {label}", Say(f"find {name}")), Button("See its projects", Say(f"who {name}")))
        )
    return Message("New in the topics you follow", *parts, Buttons(_SEE))


# ---- Topics that become one


def merging(old: Topic, new: Topic) -> Message:
    """Before two topics become one."""
    return Message(
        f"Make {old.label} part of {new.label}?",
        Text(
            f"Everything said under {old.label} moves to {new.label}: who works on it, helps with it, follows it or "
            f"looks for it, projects, introductions, and its words. “{old.label}” leads there from then on. It cannot "
            "be undone."
        ),
        Buttons(
            Button("Yes, make them one", MergeTopics(old.id, new.id), "danger"), Button("Leave them", Say("topics"))
        ),
    )


def merged(old: Topic, new: Topic) -> Message:
    """After two topics have become one."""
    return Message(
        f"{old.label} is part of {new.label} now",
        Text("Everything said under it has moved, and its name leads there."),
        Buttons(Button("See all topics", Say("topics"))),
    )


# ---- Examples

_DAY, _AT = date(2019, 11, 27), datetime(2019, 11, 28, 10, tzinfo=UTC)
_SEPSIS = Topic(id=1, slug="sepsis", label="Sepsis", group="Clinical safety")
_OLD = Topic(id=2, slug="septic-shock", label="Septic shock", group="Clinical safety")
_GONE = Topic(id=3, slug="tea", label="Tea rounds", group="Ways of working", retired_at=_AT)
_NEWS = (
    News("champion:7", 1, _AT, 7, "New champion: Tomasz Nowak, consultant nurse at Beds Hospitals in Bedford"),
    News("champion:8", 1, _AT, 8, "New champion: an improvement lead at CNWL in Milton Keynes"),
    *(News(f"project:{n}", 1, _AT, 9, f"New project: Sepsis trolley (#{n}, MKUH)") for n in range(12, 17)),
)

EXAMPLES: dict[str, Message | Form] = {
    "following": following(Following(_SEPSIS, True, True, date(2019, 12, 2)), _DAY),
    "following_without_news": following(Following(_SEPSIS, False, False, date(2019, 12, 2)), _DAY),
    "unfollowed": unfollowed(_SEPSIS),
    "followed": followed([_SEPSIS, _GONE]),
    "followed_none": followed([]),
    "digest": digest([("Sepsis", _NEWS), ("Falls", _NEWS[2:3])]),
    "merging": merging(_OLD, _SEPSIS),
    "merged": merged(_OLD, _SEPSIS),
}
