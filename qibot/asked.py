"""Questions at the command line: which topics words speak of, whom they lead to, and why. The operator's way to see."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from qibot.errors import Refused

_TOPICS, _PEOPLE = 5, 20


def questions(words: Sequence[str], file: Path | None) -> list[str]:
    """What to look for: the words as one question, or the lines of a file.

    Raises `Refused` when there is nothing, or the file cannot be read.
    """
    if file is None:
        said = [" ".join(words)]
    else:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            raise Refused(f"{file} cannot be read ({error.strerror}).") from error
        # A byte that is no UTF-8 must not stop the other lines.
        said = raw.decode("utf-8-sig", "replace").splitlines()
    found = [line.strip() for line in said]
    if not any(found):
        raise Refused("There is nothing to look for.", "Say some words, or name a file with --file.")
    return found


def topics(asked: Iterable[str], *, as_json: bool) -> None:
    """Print the topics that each question speaks of, best first."""
    from qibot.vocabulary.shipped import shipped

    vocabulary = shipped()
    for question in asked:
        reading = vocabulary.read(question, _TOPICS)
        found = [{"slug": m.slug, "score": m.score, "why": m.why} for m in reading.topics]
        if as_json:
            print(json.dumps({"query": question, "topics": found}, ensure_ascii=False))
            continue
        print(f"“{question}”" + (f": nothing of ours; {reading.elsewhere}" if reading.elsewhere else ""))
        for match in reading.topics:
            print(f"  {match.score:.3f}  {match.label} ({match.slug}): “{match.why}”")
        if not reading.topics and not reading.elsewhere:
            print("  nothing is near enough")


async def champions(url: str, asked: Iterable[str], *, as_json: bool) -> None:
    """Print the people that each question leads to, other people's names as everybody would see them."""
    from qibot.champions.finding.service import search
    from qibot.clock import SystemClock, local_date
    from qibot.database import Database

    database, now = Database(url), SystemClock().now()
    try:
        async with database.transaction(reading=True) as db:
            for question in asked:
                people: list[dict[str, Any]] = []
                page = 1
                while len(people) < _PEOPLE:
                    results = await search(
                        db, question, asker=None, now=now, today=local_date(now, "Europe/London"), page=page
                    )
                    people += [
                        {
                            "person": hit.person_id,
                            "name": hit.name,
                            "role": hit.role,
                            "organisation": hit.organisation,
                            "place": hit.place,
                            "score": hit.score,
                            "why": [{"kind": r.kind, "about": r.about, "title": r.title} for r in hit.why],
                        }
                        for hit in results.hits
                    ]
                    page += 1
                    if not results.more:
                        break
                _print_people(question, people, as_json=as_json)
    finally:
        await database.close()


def _print_people(question: str, people: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"query": question, "people": people}, ensure_ascii=False))
        return
    print(f"“{question}”" if people else f"“{question}”: nobody")
    for one in people:
        why = "; ".join(" ".join(filter(None, (r["kind"], r["about"], r["title"]))) for r in one["why"])
        print(f"  {one['score']:.3f}  {one['name'] or one['role'] or 'champion'}, {one['organisation']}: {why}")


async def index(url: str) -> int:
    """Make again what searches read; how many pieces of evidence there are."""
    from qibot.champions.finding.index import rebuild
    from qibot.database import Database
    from qibot.features import evidence

    database = Database(url)
    try:
        async with database.transaction() as db:
            return await rebuild(db, evidence)
    finally:
        await database.close()


async def report(url: str, code: str, out: Path) -> str:
    """Write the report of an event to a new file, of the kind its name ends in; the event's title.

    Raises `Refused` for another ending and for a file that is there, and `NotFound`.
    """
    from qibot.database import Database
    from qibot.events import service
    from qibot.events.reporting import writing
    from qibot.events.reporting.facts import facts
    from qibot.introductions.figures import links

    kind = out.suffix.lower().lstrip(".")
    if kind not in writing.KINDS:
        raise Refused("I write reports as .md, .html or .docx.", "Name a file that ends in one of these.")
    database = Database(url)
    try:
        async with database.transaction(reading=True) as db:
            event = await service.by_code(db, code)
            known = await facts(db, event, links=await links(db, event.id, event.day))
    finally:
        await database.close()
    try:
        with out.open("xb") as file:
            file.write(writing.report(known, kind))
    except FileExistsError as error:
        raise Refused(f"{out} is there already.", "Name a new file.") from error
    except OSError as error:
        raise Refused(f"{out} cannot be written ({error.strerror}).") from error
    return known.title
