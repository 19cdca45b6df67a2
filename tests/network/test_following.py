"""Topics that people follow, and the weekly digest of what is new in them."""

import re

from tests.cast import AMINA, JONAS, OWEN, PRIYA, RUTH, TOMASZ
from tests.champions.scene import offer
from tests.introductions.days import Days
from tests.talk import Network


async def follow(talk: Network, *topics: str) -> None:
    for topic in topics:
        await talk(AMINA).says(f"topic follow {topic}")
        assert "You follow " in talk(AMINA).sees


async def register(talk: Network, title: str, *topics: str) -> None:
    await talk(TOMASZ).says(f"project register {title}")
    await talk(TOMASZ).fills(topics=topics)


async def test_once_a_week_what_is_new_and_each_thing_once(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ, JONAS, PRIYA, RUTH)
    await offer(talk, RUTH, "falls")
    await register(talk, "Before she followed", "falls")
    await days.forward(1)
    await follow(talk, "falls", "sepsis")
    assert "On Mon 2 Dec, and then once a week" in talk(AMINA).sees
    await offer(talk, TOMASZ, "sepsis")
    await offer(talk, JONAS, "falls", "sepsis", visibility="ask")
    await offer(talk, PRIYA, "falls", visibility="hidden")
    # Her own is no news to her, and what is kept under another topic is none either.
    await offer(talk, AMINA, "sepsis")
    await register(talk, "Sepsis trolley", "sepsis", "falls")
    await register(talk, "Warm blankets", "dementia")
    story = {"title": "A mat by the bed", "outcome": "did not", "tried": "Mats", "topics": ["falls"], "no_name": True}
    await talk(TOMASZ).submits("stories.tell", story)
    await days.until(12, 2, 8)
    assert talk(AMINA).inbox == []
    await days.until(12, 2, 9)
    lines = [line for line in talk(AMINA).reads().sees.splitlines() if line.startswith("•")]
    assert [re.sub(r"#\d{6}", "#…", line) for line in lines] == [
        "• New champion: an improvement lead at CNWL in Milton Keynes",
        "• New project: Sepsis trolley (#2, Beds Hospitals)",
        "• New story: A mat by the bed (#…)",
        "• New champion: Tomasz Nowak, consultant nurse at Beds Hospitals in Bedford",
    ]
    await days.until(12, 9)
    await offer(talk, TOMASZ, "sepsis", offer="Changed, and not new")
    await days.until(12, 16)
    assert len(talk(AMINA).inbox) == 1
    await offer(talk, TOMASZ, "sepsis", "falls")
    for day in (23, 27, 30):
        await days.until(12, day)
    assert len(talk(AMINA).inbox) == 2
    assert "Falls prevention\n• New champion: Tomasz Nowak" in talk(AMINA).reads().sees
    assert "Sepsis" not in talk(AMINA).sees


async def test_a_topic_is_followed_once_and_left_again(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await talk(AMINA).says("topics followed")
    assert "You follow no topic yet" in talk(AMINA).sees
    await talk(AMINA).says("topic unfollow sepsis")
    assert "You do not follow Sepsis." in talk(AMINA).sees
    await follow(talk, "sepsis", "falls", "septic shock")
    assert "You follow Sepsis already" in talk(AMINA).sees
    await talk(AMINA).presses_raw("network.follow", {"topic": 999_999})
    assert "That topic is no longer in use." in talk(AMINA).sees
    await talk(AMINA).says("topics followed")
    await talk(AMINA).presses("Follow it no longer", nth=1)
    assert "You no longer follow Sepsis" in talk(AMINA).sees
    await talk(AMINA).says("topic unfollow falls")
    await offer(talk, TOMASZ, "falls", "sepsis")
    await days.until(12, 3)
    assert talk(AMINA).inbox == []


async def test_without_agreeing_to_news_nothing_comes_and_it_is_said(talk: Network, days: Days) -> None:
    await talk.join(AMINA, purposes=("findable", "introductions", "nudges"))
    await talk.join(TOMASZ)
    await talk(AMINA).says("topic follow falls")
    assert "You have not agreed to news of the network" in talk(AMINA).sees
    await offer(talk, TOMASZ, "falls")
    await days.until(12, 3)
    assert talk(AMINA).inbox == []
    await talk(AMINA).says("topic follow falls")
    await talk(AMINA).presses("Agree to news")
    await talk(AMINA).fills(purposes=("broadcasts",))
    await days.until(12, 9)
    assert "New champion: Tomasz Nowak" in talk(AMINA).reads().sees


async def test_one_that_waits_or_is_put_off_is_the_only_one(talk: Network, days: Days) -> None:
    await talk.join(AMINA, TOMASZ)
    await follow(talk, "falls")
    await talk(AMINA).says("nudges pause 10 december")
    await offer(talk, TOMASZ, "falls")
    await days.until(12, 2)
    await register(talk, "Quiet nights", "falls")
    await days.until(12, 9)
    assert talk(AMINA).inbox == []
    await days.until(12, 10)
    assert "New champion: Tomasz Nowak" in talk(AMINA).reads().sees
    assert "Quiet nights" not in talk(AMINA).sees
    await days.until(12, 13)
    await talk(AMINA).presses("Remind me in a week")
    await days.until(12, 16)
    assert len(talk(AMINA).inbox) == 1
    await days.until(12, 20)
    assert talk(AMINA).inbox[1].title == talk(AMINA).inbox[0].title
    assert "Quiet nights" not in talk(AMINA).reads().sees
    await days.until(12, 23)
    assert "Quiet nights" in talk(AMINA).reads().sees
    assert len(talk(AMINA).inbox) == 3


async def test_the_weekly_cap_and_what_is_over_meanwhile(talk: Network, days: Days) -> None:
    """A project that is stopped before the digest goes is not told of, and nothing else being new, nothing goes."""
    await talk.join(AMINA, TOMASZ, OWEN)
    await follow(talk, "falls")
    await register(talk, "Quiet nights", "falls")
    await days.until(12, 1)
    await talk(TOMASZ).says("project stop #1")
    await talk(TOMASZ).presses("Stop with thanks")
    await days.until(12, 3)
    assert talk(AMINA).inbox == []
