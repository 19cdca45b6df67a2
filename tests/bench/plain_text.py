"""Plain full text to measure the search beside: one document a champion, any of the words, the best five.

The document holds what the search may look in: the offer, the labels of the topics, titles and aims of the projects.
Nobody is left out and nobody takes turns, which spares it work.
"""

import re
import time
from typing import Any

from sqlalchemy import Select, String, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.champions.models import Champion, ChampionTopic
from qibot.database import Database
from qibot.people.models import Topic
from qibot.projects.models import Project, ProjectMember

_WORD = re.compile(r"[^\W_]+")
_MADE = {
    "sqlite": (
        "CREATE VIRTUAL TABLE bench_text USING fts5(words, content = '', tokenize = 'porter unicode61')",
        "INSERT INTO bench_text (rowid, words) {documents}",
    ),
    "postgresql": (
        "CREATE TABLE bench_text (person_id integer PRIMARY KEY, words tsvector NOT NULL)",
        "INSERT INTO bench_text SELECT person_id, to_tsvector('english', words) FROM ({documents}) AS documents",
        "CREATE INDEX bench_text_words ON bench_text USING gin (words)",
        "ANALYZE bench_text",
    ),
}
_SHOWN = (
    "SELECT people.id, people.name, organisations.short_name FROM ({nearest}) AS nearest "
    "JOIN people ON people.id = nearest.person_id JOIN organisations ON organisations.id = people.organisation_id "
    "ORDER BY nearest.rank"
)
_NEAREST = {
    "sqlite": "SELECT rowid AS person_id, rank FROM bench_text WHERE bench_text MATCH :words ORDER BY rank LIMIT 5",
    "postgresql": "SELECT person_id, -ts_rank(words, query) AS rank "
    "FROM bench_text, to_tsquery('english', :words) AS query WHERE words @@ query ORDER BY rank LIMIT 5",
}
_ASKED = {dialect: text(_SHOWN.format(nearest=nearest)) for dialect, nearest in _NEAREST.items()}


async def build(database: Database) -> float:
    """Make it from the rows. Seconds that it took."""
    began = time.perf_counter()
    documents = _documents().compile(dialect=database.engine.dialect, compile_kwargs={"literal_binds": True})
    async with database.engine.connect() as connection:
        for statement in _MADE[database.dialect]:
            await connection.exec_driver_sql(statement.format(documents=documents).replace("%%", "%"))
        await connection.commit()
    return round(time.perf_counter() - began, 2)


async def search(db: AsyncSession, words: str) -> list[tuple[Any, ...]]:
    """The five that hold most of the words: id, name, organisation. `words` must hold one at least."""
    dialect = db.get_bind().dialect.name
    either = " OR ".join(f'"{w}"' for w in _WORD.findall(words)) if dialect == "sqlite" else _either(words)
    return [tuple(row) for row in await db.execute(_ASKED[dialect], {"words": either})]


def _either(words: str) -> str:
    return " | ".join(_WORD.findall(words))


def _documents() -> Select[int, str]:
    space = literal_column("' '", String)
    labels = (
        select(func.aggregate_strings(Topic.label, " "))
        .join(ChampionTopic, ChampionTopic.topic_id == Topic.id)
        .where(ChampionTopic.person_id == Champion.person_id)
        .scalar_subquery()
    )
    projects = (
        select(func.aggregate_strings(Project.words, " "))
        .join(ProjectMember, ProjectMember.project_id == Project.id)
        .where(ProjectMember.person_id == Champion.person_id)
        .scalar_subquery()
    )
    words = Champion.offer + space + func.coalesce(labels, "") + space + func.coalesce(projects, "")
    return select(Champion.person_id, words.label("words"))
