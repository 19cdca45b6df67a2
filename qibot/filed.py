"""Files at the command line: projects taken in from one and written to one, and write-ups."""

import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.clock import SystemClock, local_date
from qibot.database import Database
from qibot.documents import tables
from qibot.documents.docx import docx
from qibot.documents.paper import markdown
from qibot.errors import Refused, Unclear
from qibot.people import service as people
from qibot.people.models import Organisation
from qibot.people.organisations import find_organisations
from qibot.projects.papers import export, service, writeup
from qibot.projects.papers.reading import Step
from qibot.projects.papers.service import Plan
from qibot.projects.service import project
from qibot.projects.visibility import must_be_whole

_ZONE = "Europe/London"


async def take_in(url: str, file: Path, organisation: str, *, ask: Callable[[str], bool] | None) -> bool:
    """Show what a file would do, and do it once `ask` says yes; without `ask` do nothing.

    Whether every row could be read: where not, the others are taken in all the same. Raises `Refused` or `Unclear`.
    """
    try:
        with file.open("rb") as opened:
            lines = tables.read(opened.read(tables.MOST_BYTES + 1))
    except OSError as error:
        raise Refused(f"{file} cannot be read ({error.strerror}).") from error
    now = SystemClock().now()
    async with _transaction(url, reading=ask is None) as db:
        instead = await _organisation(db, organisation) if organisation else None
        with _bar("Reading") as step:
            plan = await service.plan(db, lines, local_date(now, _ZONE), instead=instead, step=step)
        _show(plan)
        many = len(plan.coming)
        projects = "1 project" if many == 1 else f"{many:,} projects"
        if ask is None:
            typer.echo("Nothing was changed.")
        elif not many and not plan.found:
            typer.echo("There is nothing to do.")
        elif ask(f"Import {projects}?"):
            with _bar("Writing") as step:
                many = await service.take_in(db, plan, now, step)
            typer.echo(f"{'1 project' if many == 1 else f'{many:,} projects'} imported.")
        else:
            typer.echo("Nothing was changed.")
    return not plan.problems


async def give_out(url: str, out: Path) -> int:
    """Write every project, as anybody may see it, to a new file. How many. Raises `Refused`."""
    ending = out.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise Refused(f"I cannot write {out.name}.", "Name a file that ends in .csv or .xlsx.")
    now = SystemClock().now()
    async with _transaction(url, reading=True) as db:
        with _bar("Reading") as step:
            rows = await export.rows(db, None, step)
    words = tables.as_csv(export.EXPORTED, rows)
    write(out, f"\ufeff{words}".encode() if ending == ".csv" else tables.as_xlsx(export.EXPORTED, rows, now))
    return len(rows)


async def write_up(url: str, number: int, out: Path, reader: str) -> str:
    """Write a project up, as the member with the address `reader` may have it; else as anybody may see it. Its title.

    Raises `NotFound` or `Refused`.
    """
    ending = out.suffix.lower()
    if ending not in (".docx", ".md"):
        raise Refused(f"I cannot write {out.name}.", "Name a file that ends in .docx or .md.")
    today = local_date(SystemClock().now(), _ZONE)
    async with _transaction(url, reading=True) as db:
        if reader:
            known = await writeup.logged(db, number, await people.by_email(db, reader), today)
        else:
            found = await project(db, number)
            await must_be_whole(db, found, None)
            known = await writeup.of(db, found, None, today)
    made = writeup.paper(known)
    write(out, docx(made) if ending == ".docx" else markdown(made).encode())
    return made.title


def write(out: Path, data: bytes) -> None:
    """A new file; one that is there stays. Raises `Refused`."""
    try:
        with out.open("xb") as file:
            file.write(data)
    except FileExistsError as error:
        raise Refused(f"{out} is there already.", "Name a new file.") from error
    except OSError as error:
        raise Refused(f"{out} cannot be written ({error.strerror}).") from error


@contextlib.asynccontextmanager
async def _transaction(url: str, *, reading: bool) -> AsyncIterator[AsyncSession]:
    database = Database(url)
    try:
        async with database.transaction(reading=reading) as db:
            yield db
    finally:
        await database.close()


async def _organisation(db: AsyncSession, words: str) -> Organisation:
    found = await find_organisations(db, words)
    if len(found) == 1:
        return found[0]
    some = "; ".join(o.name for o in found[:5])
    raise Unclear(f"I know {len(found)} organisations called “{words}”.", f"They are: {some}" if some else "")


@contextlib.contextmanager
def _bar(words: str) -> Iterator[Step]:
    """A bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, many: progress.update(task, completed=done, total=many)


def _show(plan: Plan) -> None:
    for column, heading in plan.table.mapped:
        typer.echo(f"  {column:<16} from “{heading}”")
    if plan.table.unread:
        typer.echo(f"  not read: {', '.join(f'“{words}”' for words in plan.table.unread)}")
    for word, stage, count in plan.stages:
        typer.echo(f"  status “{word}” is read as {stage} ({count:,})")
    typer.echo(f"{len(plan.coming):,} are new: {plan.led:,} with a lead in the network, {plan.about:,} with a topic.")
    typer.echo(f"{len(plan.there):,} are there already; {len(plan.found):,} of them get a lead that they had not.")
    if plan.problems:
        typer.echo(f"{len(plan.problems):,} cannot be taken in:")
    for problem in plan.problems:
        typer.echo(f"  line {problem.line}: {problem.reason}")
