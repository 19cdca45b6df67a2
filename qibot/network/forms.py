"""What comes back about the network: topics followed no longer, and topics that become one."""

from qibot.chat.wire import Action, action


@action("network.unfollow")
class UnfollowTopic(Action):
    """Hear no longer what is new about a topic."""

    topic: int


@action("network.merge_topics")
class MergeTopics(Action):
    """An organiser makes one topic part of another."""

    old: int
    new: int
