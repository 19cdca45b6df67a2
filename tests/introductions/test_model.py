"""The model of tests/introductions/model.py, a few times; `./qi prove model` runs it in earnest."""

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from qibot.introductions import seen
from qibot.introductions.models import ACCEPTED, DECLINED, EXPIRED, WITHDRAWN, Introduction
from tests.introductions.model import machine, prepare


@pytest.fixture(scope="module")
def joined(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the cast have joined."""
    path = tmp_path_factory.mktemp("joined") / "qibot.db"
    shutil.copy(sqlite_template, path)
    asyncio.run(prepare(path))
    return path


def test_no_name_before_both_agreed_and_nobody_waits_for_ever(joined: Path) -> None:
    # A seed with which there is some of each: what happens by default changes with every line of the model.
    reached = machine(15, 20, joined, dice=2)
    kinds = (
        ACCEPTED,
        DECLINED,
        EXPIRED,
        WITHDRAWN,
        "held back",
        "shown by name",
        "words",
        "suggested",
        "reported",
        "died",
        "erased",
    )
    assert not [kind for kind in kinds if not reached[kind]], f"hardly anything happened: {reached}"


def test_a_name_that_is_shown_too_early_is_found_out(joined: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def asker(db: AsyncSession, introduction: Introduction) -> seen.Seen:
        return replace(await seen.before(db, introduction.asker), name=introduction.asker.name)

    monkeypatch.setattr(seen, "_asker", asker)
    with pytest.raises(AssertionError):
        machine(15, 20, joined, shortest=False)
