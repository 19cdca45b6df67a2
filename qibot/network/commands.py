"""/qi topic follow, unfollow, merge; topics followed."""

from collections.abc import Sequence

from qibot.chat.message import Message
from qibot.chat.router import Table
from qibot.errors import NotFound, Refused
from qibot.network import service, views
from qibot.network.forms import MergeTopics, UnfollowTopic
from qibot.people import follows, topics
from qibot.people.forms import FollowTopic
from qibot.people.models import Topic
from qibot.people.turn import Turn, member, organiser, table
from qibot.typed import Typed


def commands(moves: Sequence[topics.Move]) -> Table[Turn]:
    """The table. It is made by the list of features, who alone know all that is kept under a topic."""
    rows, say = table("What is new"), Topics(moves)
    rows.command("topic follow", needs=member, help="Hear once a week what is new in a topic.")(say.follow)
    rows.command("topic unfollow", needs=member, help="Hear no longer what is new in a topic.")(say.unfollow)
    rows.command("topics followed", needs=member, reads=True, help="The topics you follow.")(say.followed)
    merge = "Make one topic part of another: the one in “quotes”, then the other."
    rows.command("topic merge", needs=organiser, reads=True, help=merge)(say.merge)
    rows.action(FollowTopic, needs=member)(say.press_follow)
    rows.action(UnfollowTopic, needs=member)(say.press_unfollow)
    rows.action(MergeTopics, needs=organiser)(say.press_merge)
    return rows


class Topics:
    """The handlers, one of whom needs to know what moves."""

    def __init__(self, moves: Sequence[topics.Move]) -> None:
        self._moves = tuple(moves)

    async def follow(self, turn: Turn, topic: Topic) -> Message:
        """Answers `/qi topic follow sepsis`."""
        return views.following(await service.follow(turn.db, turn.member, topic, turn.now), turn.today)

    async def unfollow(self, turn: Turn, topic: Topic) -> Message:
        """Answers `/qi topic unfollow sepsis`."""
        if not await service.unfollow(turn.db, turn.member, topic.id):
            raise Refused(f"You do not follow {topic.label}.", follows.SEE)
        return views.unfollowed(topic)

    async def followed(self, turn: Turn) -> Message:
        """Answers `/qi topics followed`."""
        return views.followed(await follows.followed(turn.db, turn.member.id))

    async def merge(self, turn: Turn, old: Topic, new: Topic) -> Message:
        """Answers `/qi topic merge “septic shock” sepsis`, and asks first."""
        return views.merging(*await topics.mergeable(turn.db, old.id, new.id))

    async def press_follow(self, turn: Turn, pressed: FollowTopic) -> Message:
        """Follows the topic of the button, or what it has become."""
        topic = await topics.by_id(turn.db, pressed.topic)
        if topic is None:
            raise NotFound("That topic is no longer in use.", ("Type ", Typed("topics"), " to see them all."))
        return await self.follow(turn, topic)

    async def press_unfollow(self, turn: Turn, pressed: UnfollowTopic) -> Message:
        """Follows the topic of the button no longer, be it in use or not. Twice is once."""
        topic = await topics.by_id(turn.db, pressed.topic) or await turn.db.get(Topic, pressed.topic)
        if topic is None:
            raise NotFound("I do not know that topic.", follows.SEE)
        await service.unfollow(turn.db, turn.member, topic.id)
        return views.unfollowed(topic)

    async def press_merge(self, turn: Turn, pressed: MergeTopics) -> Message:
        """Makes two topics one; twice is once."""
        return views.merged(*await topics.merge(turn.db, pressed.old, pressed.new, self._moves, turn.now))
