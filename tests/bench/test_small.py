"""The benches in small: that they measure what they say, with no word about how fast."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from qibot.clock import SystemClock
from qibot.database import Database
from qibot.people.topics import vocabulary
from tests.bench import __main__ as bench
from tests.bench import command, delivery, machine, network, start, teams, teams_traffic, traffic
from tests.bench.command import Plan

SMALL = Plan(champions=60, rounds=1, seconds=0.05, warm_up=0.02)


async def test_a_command_is_measured_beside_bolt_and_a_route(tmp_path: Path) -> None:
    figures = await command.measure(SMALL, tmp_path, seed=1)
    for servers in figures["figures"].values():
        assert set(servers) == {"qibot", "bolt", "route"}
        assert all(f["requests"] > 0 and f["p50_ms"] <= f["p99_ms"] <= f["worst_p99_ms"] for f in servers.values())
        assert servers["bolt"]["to_bolt"] == 1
    assert figures["driver_calls"] >= 3
    assert sum(figures["milliseconds"].values()) == pytest.approx(figures["milliseconds_whole"], abs=0.01)
    assert "requests/s" in command.said(figures)


async def test_a_message_in_teams_is_measured_beside_the_sdk_and_a_route(tmp_path: Path) -> None:
    figures = await teams.measure(SMALL, tmp_path, seed=1)
    for servers in figures["figures"].values():
        assert set(servers) == {"qibot", "sdk", "route"}
        assert all(f["requests"] > 0 and f["p50_ms"] <= f["p99_ms"] <= f["worst_p99_ms"] for f in servers.values())
        assert servers["sdk"]["to_sdk"] == 1
    assert figures["driver_calls"] >= 3
    assert figures["milliseconds"]["posting it, until answered"] > 0
    assert sum(figures["milliseconds"].values()) == pytest.approx(figures["milliseconds_whole"], abs=0.01)
    assert "to SDK" in teams.said(figures)


@pytest.mark.parametrize(
    "answer",
    [
        b'HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{"blocks": []}',
        b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
    ],
)
async def test_an_answer_without_a_champion_stops_the_bench(answer: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(traffic.WrongAnswer):
            await traffic.Driver(port, command.finds_a_champion).run(1, 5.0)


@pytest.mark.parametrize(("status", "why"), [(401, "401"), (500, "500")])
async def test_a_message_in_teams_that_is_not_taken_stops_the_bench(status: int, why: str) -> None:
    async with serving_always(status) as port, teams_traffic.Connector().running() as connector:
        with pytest.raises(traffic.WrongAnswer, match=why):
            await teams_traffic.TeamsDriver(port, teams.is_the_constant, connector).run(1, 5.0)


async def test_a_server_that_takes_a_strangers_token_is_no_comparison() -> None:
    async with serving_always(200) as port, teams_traffic.Connector().running() as connector:
        with pytest.raises(traffic.WrongAnswer, match="forged"):
            await teams_traffic.TeamsDriver(port, teams.is_the_constant, connector).must_refuse()


@contextlib.asynccontextmanager
async def serving_always(status: int) -> AsyncIterator[int]:
    """A server with one answer, which it gives without looking."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(traffic.length(head))
        writer.write(f"HTTP/1.1 {status} -\r\ncontent-length: 0\r\n\r\n".encode())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_a_reply_that_nobody_waits_for_is_told() -> None:
    async def stray() -> None:
        async with teams_traffic.Connector().running() as connector, aiohttp.ClientSession() as http:
            url = f"{connector.url}/v3/conversations/{teams_traffic.chat(1)}/activities"
            async with http.post(url, json={"type": "message"}) as answer:
                assert answer.status == 404

    with pytest.raises(RuntimeError, match="a:1bench1"):
        await stray()


def test_only_a_card_with_a_champion_is_a_right_reply() -> None:
    name = network.names()[0]
    card = {"attachments": [{"content": {"body": [{"type": "TextBlock", "text": f"**{name}**, Ward sister"}]}}]}
    assert teams.finds_a_champion(json.dumps(card).encode())
    assert not teams.finds_a_champion(json.dumps(card).replace(name, "Nobody yet").encode())
    assert not teams.finds_a_champion(json.dumps({"type": "message", "text": name}).encode())


def test_only_a_command_is_measured_in_teams(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["start", "--platform", "teams"])
    assert "only command" in capsys.readouterr().err


async def test_a_start_is_measured(tmp_path: Path) -> None:
    async with command.stand_in() as api:
        ready, _, _ = await start.serve_once(tmp_path, "new.db", api, idle=0.0)
    assert ready > 0
    assert "qibot" in start.by_package()


async def test_the_network_is_as_large_as_asked_and_the_same_each_time(tmp_path: Path) -> None:
    seen = []
    for name in ("one.db", "two.db"):
        url = f"sqlite+aiosqlite:///{tmp_path / name}"
        await network.build(url, 30, seed=7)
        database = Database(url)
        async with database.transaction(reading=True) as db:
            connection = await db.connection()
            rows = await connection.exec_driver_sql(
                "SELECT name, offer, count(*) FROM people JOIN champions ON champions.person_id = people.id "
                "JOIN champion_topics ON champion_topics.person_id = people.id GROUP BY people.id ORDER BY people.id"
            )
            seen.append([tuple(row) for row in rows])
            assert (await vocabulary(db)).match("sepsis")
        await database.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) == 30
    assert {row[2] for row in seen[0]} == {3}
    assert {row[0] for row in seen[0]} <= set(network.names())


def test_no_request_is_equal_to_another() -> None:
    assert traffic.signed() != traffic.signed()


def test_a_server_that_does_not_start_is_told_with_what_it_said(tmp_path: Path) -> None:
    with machine.process(["-c", "print('no such luck')"], folder=tmp_path) as child:
        child.wait(10)
        with pytest.raises(RuntimeError, match="no such luck"):
            machine.wait_for(machine.free_port(), "/readyz", child, tmp_path)


def test_the_clock_of_requests_is_that_of_the_guard() -> None:
    stamp = traffic.signed().partition(b"X-Slack-Request-Timestamp: ")[2].partition(b"\r\n")[0]
    assert abs(SystemClock().now().timestamp() - int(stamp)) < 60


@pytest.mark.postgres
async def test_a_broadcast_is_measured_from_queueing_to_settling() -> None:
    figures = await delivery.measure(delivery.Plan(60, 2, 30, (10, 20), 3, (1,)))
    assert set(figures["queue"]) >= {"sqlite", "postgresql", "apscheduler_jobs_seconds"}
    assert all(set(one) == {"10", "20", "times"} for one in figures["tick"].values())
    (paced,) = figures["paced"]
    assert paced["sent"] == 100
    assert paced["share_of_cap"] <= 1.05
    assert set(figures["flat"]) == {"floor", "sqlite 1", "postgresql 1", "postgresql 2"}
    assert "aim" in delivery.said(figures)
