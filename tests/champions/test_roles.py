"""Coaches, sponsors and service-user partners: what is said of them, and who is listed."""

from datetime import date

import pytest

from qibot.champions.roles import COACH, PARTNER, SPONSOR, Roles, said
from qibot.chat.message import plain_text
from qibot.errors import WrongFields
from tests.cast import AMINA, JONAS, PRIYA, RUTH, STRANGER, TOMASZ
from tests.champions.scene import CROWD, join_crowd, offer
from tests.introductions.days import Days
from tests.introductions.scene import WHY
from tests.talk import Network

DAY = date(2019, 11, 27)


async def test_coaches_of_other_organisations_who_may_be_asked_come_first(talk: Network) -> None:
    await talk.join(AMINA, RUTH, JONAS, TOMASZ, PRIYA)
    coach = {"roles": ("coach",), "asks_a_month": "1"}
    await offer(talk, RUTH, "falls", **coach, trained="2016")
    await offer(talk, JONAS, "falls", **coach, visibility="ask", trained="03/2018", coaching=True)
    await offer(talk, PRIYA, "falls", **coach, visibility="hidden")
    await offer(talk, TOMASZ, "falls", "sepsis", roles=("sponsor",), trained="2018", coaching=True)
    await talk(JONAS).says("champion")
    assert "Also: coach, trained March 2018, coaching now" in talk(JONAS).sees
    await talk(TOMASZ).says("champion")
    assert "Also: sponsor\n" in talk(TOMASZ).sees
    amina = talk(AMINA)
    await amina.says("coaches")
    assert amina.sees.index("An improvement lead at CNWL") < amina.sees.index("Ruth Bell, matron at MKUH")
    assert "Coach, trained 2016." in amina.sees
    assert not any(one.name in amina.sees for one in (JONAS, PRIYA, TOMASZ))
    await amina.presses("Ask for an introduction")
    await amina.fills(reason=WHY)
    await amina.says("coaches")
    assert "CNWL" not in amina.sees
    await talk(RUTH).says("champion pause in 2 weeks")
    await amina.says("coaches")
    assert "No coach can be asked just now" in amina.sees


async def test_of_a_partner_neither_role_nor_organisation_is_shown(talk: Network, days: Days) -> None:
    await talk.join(AMINA)
    await talk.join(RUTH, role="Retired teacher")
    await offer(talk, RUTH, "falls", visibility="ask", roles=("partner", "coach"))
    shown = []
    for command in ("partners", "coaches"):
        await talk(AMINA).says(command)
        assert "A service-user partner in Milton Keynes" in talk(AMINA).sees
        shown.append(talk(AMINA).sees)
    await talk(AMINA).presses("Ask for an introduction")
    shown.append(talk(AMINA).form.intro)
    await talk(AMINA).fills(reason=WHY)
    shown.append(talk(AMINA).sees)
    await days.deliver()
    await talk(RUTH).reads().presses("Accept")
    await days.deliver()
    ((_, both),) = talk.paper.together
    shown.append(plain_text(both))
    await talk(AMINA).says("introductions")
    shown.append(talk(AMINA).sees)
    assert "Ruth Bell\nService-user partner, Milton Keynes" in shown[4]
    # Amina works there too, and stands in the message to both.
    of_ruth = [*shown[:4], shown[4].partition("Ruth Bell\n")[2], shown[5]]
    for words in of_ruth:
        assert not any(
            secret in words for secret in ("teacher", "MKUH", "University Hospital", "your own organisation")
        )


async def test_they_are_paged_and_anybody_may_look(talk: Network) -> None:
    await talk.join(RUTH, PRIYA)
    await join_crowd(talk, *CROWD)
    for who in (RUTH, PRIYA, *CROWD):
        await offer(talk, who, "falls", roles=("partner",))
    await talk(STRANGER).says("partners")
    assert "join the network first" in talk(STRANGER).sees
    first = talk(STRANGER).sees
    await talk(STRANGER).presses("More people")
    names = [one.name for one in (RUTH, PRIYA, *CROWD)]
    assert (sum(n in first for n in names), sum(n in talk(STRANGER).sees for n in names)) == (5, 2)


async def test_a_date_that_cannot_be_read_is_asked_for_again(talk: Network) -> None:
    await talk.join(RUTH)
    await talk(RUTH).says("champion join")
    await talk(RUTH).fills(topics=("falls",), roles=("coach",), trained="some time ago")
    assert "such as March 2018" in talk(RUTH).errors["trained"]
    await talk(RUTH).says("champion")
    assert "You are not a champion yet." in talk(RUTH).sees


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2018", "2018"), ("mar 2018", "March 2018"), ("March 2018", "March 2018"), ("Sept. 2018", "September 2018"),
        ("3/2018", "March 2018"), ("11 - 2019", "November 2019"), ("12/2019", None), ("2020", None), ("1899", None),
        ("13/2018", None), ("00/2018", None), ("spring 2018", None), ("mars 2018", None), ("18", None), ("2018!", None),
    ],
)  # fmt: skip
def test_when_a_coach_was_trained(typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(WrongFields):
            said((COACH,), typed, False, DAY)
    else:
        assert said((COACH,), typed, True, DAY) == Roles(coach=True, trained=kept, coaching=True)
    # Of anybody but a coach nobody asks it.
    assert said((SPONSOR, PARTNER), typed, True, DAY) == Roles(sponsor=True, partner=True)
