"""The scale from 0.5 to 5, and what counts as movement."""

from datetime import UTC, datetime, timedelta

import pytest

from qibot.projects.models import Project
from qibot.projects.progress import SCALE, in_words, move, score

NOW = datetime(2019, 11, 27, 10, tzinfo=UTC)


def test_ten_steps_from_a_half_to_five_each_with_a_meaning() -> None:
    assert [score(step) for step in SCALE] == ["0.5", "1", "1.5", "2", "2.5", "3", "3.5", "4", "4.5", "5"]
    assert len(set(SCALE.values())) == 10
    assert in_words(5) == "2.5 of 5, changes tested, no improvement yet"
    assert (in_words(0), score(0)) == ("", "")


@pytest.mark.parametrize(
    ("steps", "moved_on", "improving_on"),
    [
        ((5, 5, 5), 0, None),
        ((5, 4, 5), 2, None),
        ((5, 6, 7), 2, 1),
        ((6, 5, 8), 2, 2),
        ((6, 6, 0), None, None),
    ],
)
def test_movement_is_a_change_and_improvement_lasts_until_it_is_lost(
    steps: tuple[int, ...], moved_on: int | None, improving_on: int | None
) -> None:
    project = Project(progress=0)
    for day, step in enumerate(steps):
        move(project, step, NOW + timedelta(days=day))
    at = {None: None} | {day: NOW + timedelta(days=day) for day in range(3)}
    assert (project.progress_at, project.improving_since) == (at[moved_on], at[improving_on])
