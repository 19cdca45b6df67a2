"""Coming into workspaces: by OAuth into many, into whole organisations, or into one by its token."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.oauth.installation_store import Installation
from sqlalchemy import func, select, text

from qibot.clock import SetClock
from qibot.database import Database
from qibot.demo.world import World, world
from qibot.errors import Refused
from qibot.people.models import Identity, Workspace
from qibot.platforms.slack.installations import Installations, Secrets, SlackInstallation, States
from tests.cast import AMINA, BEDS, MK, TOMASZ, WORKSPACES
from tests.platforms.conftest import ON_SQLITE, Users, calls, words

TOKEN = "xoxb-a-token-that-nobody-may-read"


def installation(team: str | None = MK, enterprise: str | None = None, token: str = TOKEN) -> Installation:
    return Installation(
        team_id=team, enterprise_id=enterprise, bot_token=token, bot_id="B1", bot_user_id="U1", user_id="U2",
        team_name="Milton Keynes", enterprise_name="The whole system", is_enterprise_install=team is None,
    )  # fmt: skip


# --- what is kept


async def test_tokens_are_encrypted_at_rest(database: Database, clock: SetClock) -> None:
    await Installations(database, "a key", clock).async_save(installation())
    async with database.transaction(reading=True) as db:
        row = (await db.execute(text("SELECT * FROM slack_installations"))).one()
        raw = bytes((await db.scalars(select(SlackInstallation.token))).one())
    assert "nobody-may-read" not in str(tuple(row))
    assert b"nobody-may-read" not in raw
    found = await Installations(database, "a key", clock).find(MK, None)
    assert found is not None
    assert found.token == TOKEN


async def test_keys_can_be_rotated_and_a_lost_key_is_as_good_as_not_installed(
    database: Database, clock: SetClock
) -> None:
    await Installations(database, "old", clock).async_save(installation())
    assert await Installations(database, "new", clock).find(MK, None) is None
    rotated = Installations(database, "new, old", clock)
    found = await rotated.find(MK, None)
    assert found is not None
    assert found.token == TOKEN
    await rotated.async_save(installation(token="xoxb-another"))
    again = await Installations(database, "new", clock).find(MK, None)
    assert again is not None
    assert again.token == "xoxb-another"


@pytest.mark.parametrize("keys", ["real,", ",real", " real , "])
def test_a_comma_too_many_makes_no_key_that_anybody_could_guess(keys: str) -> None:
    sealed = Secrets("real").hide("x")
    assert Secrets(keys).show(sealed) == "x"
    assert len(Secrets(keys)._box._fernets) == 1


async def test_another_process_s_new_token_is_taken_up_within_a_minute(database: Database, clock: SetClock) -> None:
    here, there = Installations(database, "k", clock), Installations(database, "k", clock)
    await here.async_save(installation())
    assert await there.find(MK, None) is not None
    await here.async_save(installation(token="xoxb-new"))
    clock.forward(timedelta(seconds=61))
    found = await there.find(MK, None)
    assert found is not None
    assert found.token == "xoxb-new"


async def test_a_team_of_its_own_comes_before_its_organisation_and_leaves_it_alone(
    database: Database, clock: SetClock
) -> None:
    store = Installations(database, "k", clock)
    await store.async_save(installation(team=None, enterprise="E1", token="xoxb-org"))
    await store.async_save(installation(team="T1", enterprise="E1", token="xoxb-team"))
    team, org = await store.find("T1", "E1"), await store.find("T2", "E1")
    assert team is not None
    assert org is not None
    assert (team.token, org.token, org.key) == ("xoxb-team", "xoxb-org", "E1")
    assert await store.find(None, "E1") == org
    await store.forget(team)
    assert await store.find("T1", "E1") == org


async def test_an_event_costs_no_question_to_the_database(database: Database, clock: SetClock) -> None:
    store = Installations(database, "k", clock)
    await store.async_save(installation(team=None, enterprise="E1"))
    found = await store.find("T1", "E1")
    store._database = None  # type: ignore[assignment]
    assert await store.find("T1", "E1") is found


async def test_a_state_is_ours_good_once_and_for_ten_minutes() -> None:
    states = States("k")
    state = await states.async_issue()
    assert await states.async_consume(state)
    assert not await states.async_consume(state)
    assert not await states.async_consume(await States("another").async_issue())
    for odd in ("", "x", "é", "gAAAAA", "x" * 10_000):
        assert not await states.async_consume(odd)


# --- over the wire


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def begin(wire: World, browser: aiohttp.ClientSession) -> tuple[str, str]:
    """The address of Slack's consent page, and the cookie."""
    async with browser.get(f"{wire.url}/slack/install", allow_redirects=False) as answer:
        assert answer.status == 302
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        return answer.headers["Location"], answer.headers["Set-Cookie"].split(";")[0]


async def come_back(wire: World, browser: aiohttp.ClientSession, query: str, cookie: str) -> tuple[int, str]:
    address = f"{wire.url}/slack/oauth_redirect?{query}"
    async with browser.get(address, headers={"Cookie": cookie}, allow_redirects=False) as answer:
        return answer.status, await answer.text()


@ON_SQLITE
@pytest.mark.parametrize("team", ["T0MK", "T0MK%26scope%3Dadmin", "%ff", "%0d%0aX-Evil:1"])
async def test_the_link_may_name_a_team_and_nothing_else(
    wire: World, browser: aiohttp.ClientSession, team: str
) -> None:
    async with browser.get(f"{wire.url}/slack/install?team={team}&scope=admin", allow_redirects=False) as answer:
        consent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status == 302
    assert consent.get("team", []) == (["T0MK"] if team == "T0MK" else [])
    assert len(consent["scope"]) == 1
    assert "admin" not in consent["scope"][0]


async def test_two_workspaces_each_with_a_token_of_its_own(wire: World, user: Users) -> None:
    async with wire.house.database.transaction(reading=True) as db:
        rows = (await db.execute(text("SELECT key, token FROM slack_installations"))).all()
    assert {row.key for row in rows} == {MK, BEDS}
    assert "stand-in" not in str(rows)
    for c in (AMINA, TOMASZ):
        await wire.slack.slash(user(c), "join")
    assert [c.team for c in calls(wire, "views.open")] == [MK, BEDS]
    async with wire.house.database.transaction(reading=True) as db:
        assert set(await db.scalars(select(Workspace.name))) == set(WORKSPACES.values())


@ON_SQLITE
async def test_a_state_or_code_that_is_not_right_is_refused(
    wire: World, browser: aiohttp.ClientSession, clock: SetClock
) -> None:
    wire.slack.installing = MK
    consent, cookie = await begin(wire, browser)
    state = parse_qs(urlsplit(consent).query)["state"][0]
    code = wire.slack.consent(MK)
    wrong = {
        "no state": ("code=" + code, cookie),
        "another's state": (f"code={code}&state={await States('other').async_issue()}", cookie),
        "another's browser": (f"code={code}&state={state}", ""),
        "no code": (f"state={(await begin(wire, browser))[0]}", cookie),
        "nothing": ("", ""),
    }
    for why, (query, its_cookie) in wrong.items():
        status, page = await come_back(wire, browser, query, its_cookie)
        assert (why, 400 <= status < 500) == (why, True)
        assert "not installed" in page
        assert state not in page
    status, page = await come_back(wire, browser, f"code={code}&state={state}", cookie)
    assert (status, "is installed" in page) == (200, True)
    for _ in range(2):
        # The state is used up, whatever the code.
        again = await come_back(wire, browser, f"code={wire.slack.consent(MK)}&state={state}", cookie)
        assert 400 <= again[0] < 500


@ON_SQLITE
async def test_a_state_grows_old(wire: World, browser: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qibot.platforms.slack.installations.STATE_SECONDS", -1)
    consent, cookie = await begin(wire, browser)
    state = parse_qs(urlsplit(consent).query)["state"][0]
    status, _ = await come_back(wire, browser, f"code={wire.slack.consent(MK)}&state={state}", cookie)
    assert status == 401


@ON_SQLITE
@pytest.mark.parametrize("trouble", ["bad code", "slack down", "slack 500"])
async def test_a_code_that_slack_does_not_take(wire: World, browser: aiohttp.ClientSession, trouble: str) -> None:
    consent, cookie = await begin(wire, browser)
    state = parse_qs(urlsplit(consent).query)["state"][0]
    if trouble != "bad code":
        wire.slack.faults.fail("oauth.v2.access", "drop" if trouble == "slack down" else "500")
    code = wire.slack.consent(MK) if trouble != "bad code" else "made-up"
    status, page = await come_back(wire, browser, f"code={code}&state={state}", cookie)
    assert 400 <= status < 500
    assert "start again" in page


@ON_SQLITE
async def test_who_cancels_is_told_how_to_start_again_and_nothing_they_wrote_is_logged(
    wire: World, browser: aiohttp.ClientSession, capsys: pytest.CaptureFixture[str]
) -> None:
    wire.slack.installing = None
    consent, cookie = await begin(wire, browser)
    async with browser.get(consent, allow_redirects=False) as answer:
        query = urlsplit(answer.headers["Location"]).query
    status, page = await come_back(wire, browser, query, cookie)
    assert status < 500
    assert "start again" in page
    evil = "error=<script>alert(1)</script>xoxb-1-secret"
    status, page = await come_back(wire, browser, evil, "")
    assert status < 500
    assert "<script>" not in page
    assert "xoxb-1-secret" not in page + capsys.readouterr().out


async def test_an_organisation_wide_installation_serves_every_team_under_one_key(wire: World) -> None:
    shared: dict[str, object] = {"enterprise_id": "E0BLMK", "org_wide": True, "bot_token": "xoxb-org"}
    for team in ("T0ONE", "T0TWO"):
        wire.slack.add_workspace(team, team, domain=team.lower(), bot_user_id="UBOTORG", **shared)  # type: ignore[arg-type]
    await wire.install("T0ONE")
    one = wire.slack.add_user("T0ONE", "W0ANN", "Ann One", email="ann@one.example")
    two = wire.slack.add_user("T0TWO", "W0ANN", "Ann One", email="ann@one.example")
    for who in (one, two):
        assert "You have not joined" in words(await wire.slack.slash(who, "me"))
    said = await wire.slack.say(one, "topics sepsis")
    await wire.slack.wait_idle(until=lambda: said.messages)
    async with wire.house.database.transaction(reading=True) as db:
        assert await db.scalar(select(func.count()).select_from(Identity)) == 1
        keys = set(await db.scalars(select(Workspace.key)))
    assert keys == {MK, BEDS, "E0BLMK"}
    opened = await wire.slack.slash(two, "join")
    assert opened.opened is not None
    done = await wire.slack.submit(two, opened.opened, {"organisation": "1"})
    await wire.slack.wait_idle(until=lambda: done.messages)
    assert "Ann One" in words(await wire.slack.slash(one, "me"))
    await wire.slack.uninstall("T0ONE")
    async with wire.house.database.transaction(reading=True) as db:
        gone = set(await db.scalars(select(Workspace.key).where(Workspace.removed_at.is_not(None))))
    assert gone == {"E0BLMK"}


@ON_SQLITE
async def test_one_workspace_by_its_token(database_url: str, clock: SetClock) -> None:
    settings = {"slack_bot_token": "xoxb-the-only", "slack_client_id": "", "slack_client_secret": ""}
    async with world(database_url, clock, [(MK, "Milton Keynes")], settings=settings) as wire:
        who = wire.slack.add_user(MK, AMINA.account, AMINA.name, email=AMINA.email)
        assert "You have not joined" in words(await wire.slack.slash(who, "me"))
        assert len(calls(wire, "auth.test")) == 1
        for path in ("/slack/install", "/slack/oauth_redirect"):
            async with wire.http.get(wire.url + path) as answer:
                assert answer.status == 404
        async with wire.house.database.transaction(reading=True) as db:
            assert (await db.scalars(select(Workspace.name))).all() == ["Milton Keynes"]
            assert await db.scalar(select(func.count()).select_from(SlackInstallation)) == 0
        assert wire.slack.problems == []


@ON_SQLITE
@pytest.mark.parametrize("trouble", ["invalid_auth", "unreachable"])
async def test_a_token_that_slack_does_not_take_ends_the_start_with_a_sentence(
    database_url: str, clock: SetClock, trouble: str
) -> None:
    settings = {"slack_bot_token": "xoxb-of-nobody", "slack_client_id": "", "slack_client_secret": ""}
    if trouble == "unreachable":
        settings["qibot_slack_api_url"] = "http://127.0.0.1:1/api/"
    with pytest.raises(Refused) as refused:
        async with world(database_url, clock, [], settings=settings):
            raise AssertionError("started")
    assert "SLACK_BOT_TOKEN" in refused.value.sentence
    assert "xoxb-of-nobody" not in refused.value.sentence
