"""Questions at the command line: which topics words speak of, whom they lead to, who would meet whom, who got a
broadcast. The operator's way to see, and to erase.
"""

import asyncio
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


async def round_of(people: Path, met: Path | None, *, rule: str, cool_down: float, seed: int, as_json: bool) -> None:
    """Print who would meet whom of the people in a file. Nothing is sent, and no database is opened.

    Raises `Refused` for a rule that nobody knows and for rows that cannot be read.
    """
    from qibot.introductions.rounds import reading
    from qibot.introductions.rounds.matching import RULES, plan

    if rule not in RULES:
        raise Refused(f"There is no rule “{rule}”.", f"The rules are: {', '.join(RULES)}.")
    takers = reading.people(people)
    before = reading.met(met, takers) if met else {}
    now = asyncio.get_running_loop().time
    started = now()
    done = plan(takers, before, rule=rule, cool_down=cool_down, seed=seed)
    seconds = now() - started
    if as_json:
        groups = {
            name: [{"people": list(one.people), "weight": one.weight, "why": one.why} for one in found]
            for name, found in (("pairs", done.pairs), ("trios", done.trios))
        }
        left = [{"person": one.person, "why": one.why} for one in done.left]
        figures = {"weight": done.weight, "bound": done.bound, "seconds": round(seconds, 3)}
        print(json.dumps({**groups, "left": left, **figures}, ensure_ascii=False))
        return
    for group in (*done.pairs, *done.trios):
        print(f"{' and '.join(group.people)}: {group.why or 'nothing in common that was said'} ({group.weight})")
    for one in done.left:
        print(f"{one.person} sits out. {one.why}")
    how = "the best there is" if done.weight == done.bound else f"the best weighs {done.bound:,} at most"
    print(
        f"\n{len(done.pairs):,} pairs, {len(done.trios):,} trios, {len(done.left):,} sit out. "
        f"Weight {done.weight:,}, {how}; {seconds:.2f} s. Nothing was sent."
    )


def _print_people(question: str, people: Sequence[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"query": question, "people": people}, ensure_ascii=False))
        return
    print(f"“{question}”" if people else f"“{question}”: nobody")
    for one in people:
        why = "; ".join(" ".join(filter(None, (r["kind"], r["about"], r["title"]))) for r in one["why"])
        print(f"  {one['score']:.3f}  {one['name'] or one['role'] or 'champion'}, {one['organisation']}: {why}")


async def index(url: str) -> int:
    """Make again what searches for people, projects and stories read; how many pieces of evidence there are."""
    from qibot.champions.finding.index import rebuild
    from qibot.database import Database
    from qibot.features import derived, evidence

    database = Database(url)
    try:
        async with database.transaction() as db:
            for one in derived:
                await one.rebuild(db)
            return await rebuild(db, evidence)
    finally:
        await database.close()


async def broadcast_list(url: str, number: int) -> str:
    """Everybody whom a broadcast was for and what became of it, as CSV. Raises `NotFound`."""
    from qibot.broadcasts import report, service
    from qibot.database import Database

    database = Database(url)
    try:
        async with database.transaction(reading=True) as db:
            text, _ = await report.export(db, await service.by_id(db, number))
            return text
    finally:
        await database.close()


async def broadcast_preview(url: str, number: int) -> str:
    """A page with a broadcast as each platform shows it. Raises `NotFound`."""
    from qibot.broadcasts import notifications, service, views
    from qibot.database import Database
    from qibot.demo.preview import preview

    database = Database(url)
    try:
        async with database.transaction(reading=True) as db:
            found = await service.by_id(db, number)
            return preview(views.broadcast(found), notifications.message.label)
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


async def erase(url: str, email: str) -> None:
    """Erase whoever has, or had, this address. Raises `NotFound`, or `Refused` when several people have it."""
    from qibot.clock import SystemClock
    from qibot.database import Database
    from qibot.features import erasures
    from qibot.people.erasing import service

    database = Database(url)
    try:
        async with database.transaction() as db:
            await service.erase_address(db, email, SystemClock().now(), erasures)
    finally:
        await database.close()
