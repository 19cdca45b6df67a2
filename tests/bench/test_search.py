"""The bench of searching, in small: that its network is as it says, and that it measures the real search."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from qibot.champions.finding import service
from qibot.champions.models import Ask, Champion, ChampionTopic
from qibot.database import Database
from qibot.people.models import Consent, Organisation, Person
from qibot.projects.models import Project, ProjectMember
from tests.bench import __main__ as bench
from tests.bench import crowd, plain_text, search, search_run

PEOPLE = 400


async def test_the_network_and_what_is_measured_in_it(database_url: str) -> None:
    built = await search.build(database_url, PEOPLE, seed=3)
    assert built["disk_mb"] > 0
    database = Database(database_url)
    async with database.transaction(reading=True) as db:
        assert await db.scalar(select(func.count(Person.id))) == PEOPLE
        assert await db.scalar(select(func.count(Organisation.id))) == crowd.ORGANISATIONS
        for model in (ChampionTopic, Ask, Consent, Project, ProjectMember):
            assert await db.scalar(select(func.count()).select_from(model))
        champions = list(await db.scalars(select(Champion)))
        assert {c.visibility for c in champions} == {"open", "ask", "hidden"}
        assert any(c.paused_until for c in champions)
        assert any(c.stopped_at for c in champions)
        assert await db.scalar(select(func.count()).select_from(Consent).where(Consent.withdrawn_at.is_not(None)))
        sizes = Counter(await db.scalars(select(Person.organisation_id))).most_common()
        assert sizes[0][1] > 10 * sizes[-1][1]
        offer = max((c.offer for c in champions), key=len)
        assert await plain_text.search(db, offer)
        now = datetime.now(UTC)
        asker = await db.get_one(Person, crowd.ASKER)
        assert (await service.search(db, "sepsis", asker=asker, now=now, today=now.date())).hits
    await database.close()

    figures = await search_run.measure(database_url, times=24, seconds=20.0, seed=3)
    for way in ("search", "one read", "full text"):
        assert set(figures[way]) == {*search_run.KINDS, "all"}
        assert figures[way]["all"]["times"] == 24
        assert all(f["p50_ms"] <= f["p99_ms"] <= f["longest_ms"] for f in figures[way].values())
    assert figures["one read"]["all"]["found"] == 1
    row = {"database": "sqlite", "people": PEOPLE, **built, **figures}
    shown = search.said({"cores": 2, "python": "3", "figures": [row, {**row, "people": search.AIM_PEOPLE}]})
    assert "p99 under 10 ms at 100,000" in shown
    assert "from 400 to 100,000: 1.0 (met)" in shown


async def test_indexes_come_back_after_loading(database_url: str) -> None:
    before = await indexes(database_url)
    await search.build(database_url, 60, seed=1)
    assert {name for name in await indexes(database_url) if not name.startswith("bench")} == before


async def indexes(url: str) -> set[str]:
    database = Database(url)
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
    }[database.dialect]
    async with database.engine.connect() as connection:
        found = {name for (name,) in await connection.exec_driver_sql(query)}
    await database.close()
    return found


def test_the_same_seed_makes_the_same_network() -> None:
    def rows(seed: int) -> list[object]:
        made = crowd.Crowd(80, seed, range(1, 72), [(1, "Luton"), (2, "Bedford")], datetime(2019, 11, 27, tzinfo=UTC))
        return [(model.__tablename__, some) for model, some in made.batches()]

    first = rows(5)
    assert rows(5) == first
    assert rows(6) != first


@pytest.mark.parametrize("sizes", ["ten", "10,", "5"])
def test_a_size_that_is_none_is_refused(sizes: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["search", "--people", sizes])
    assert "--people" in capsys.readouterr().err
