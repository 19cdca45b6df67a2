"""The lists that come with qibot: topics and organisations. Read in when the file is new or has changed.

What organisers added or retired stays: only rows that are missing are written.
"""

import csv
import hashlib
from datetime import date
from importlib.resources import files
from io import StringIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.database import insert_or_ignore
from qibot.people.models import Organisation, Shipped, Topic, TopicMerge, TopicWord
from qibot.people.versions import ORGANISATIONS
from qibot.vocabulary.shipped import TOPICS


async def load(db: AsyncSession) -> None:
    """Read in every shipped list whose file is not the one last read."""
    lists = ((TOPICS, "vocabulary/data", _topics), (ORGANISATIONS, "people", _organisations))
    for name, folder, reader in lists:
        text = (files("qibot") / folder).joinpath(name).read_text(encoding="utf-8")
        digest = hashlib.sha256(text.encode()).hexdigest()
        row = await db.get(Shipped, name)
        if row is None:
            row = Shipped(name=name, digest="", version=0)
            db.add(row)
        if row.digest != digest:
            await reader(db, list(csv.DictReader(StringIO(text))))
            row.digest, row.version = digest, row.version + 1
    await db.flush()


async def _topics(db: AsyncSession, rows: list[dict[str, str]]) -> None:
    await db.execute(
        insert_or_ignore(db, Topic),
        [{"slug": r["slug"], "label": r["label"], "group": r["group"]} for r in rows],
    )
    became = dict((await db.execute(select(TopicMerge.topic_id, TopicMerge.into_id))).all())
    ids = {slug: became.get(topic_id, topic_id) for topic_id, slug in await db.execute(select(Topic.id, Topic.slug))}
    words = [(ids[r["slug"]], w.strip()) for r in rows for w in r["synonyms"].split("|") if w.strip()]
    await db.execute(insert_or_ignore(db, TopicWord), [{"topic_id": t, "word": w} for t, w in dict.fromkeys(words)])


async def _organisations(db: AsyncSession, rows: list[dict[str, str]]) -> None:
    keep = ("ods_code", "name", "short_name", "kind", "place")
    await db.execute(
        insert_or_ignore(db, Organisation),
        [
            {k: r[k] for k in keep} | {"closed_on": date.fromisoformat(r["closed_on"]) if r["closed_on"] else None}
            for r in rows
        ],
    )
    by_code = {o.ods_code: o for o in await db.scalars(select(Organisation))}
    for r in rows:
        if r["merged_into"]:
            by_code[r["ods_code"]].merged_into_id = by_code[r["merged_into"]].id
