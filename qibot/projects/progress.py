"""How far a project has come: the scale from 0.5 to 5, in plain words. Rules do not speak: no chat here.

The scale is the Assessment Scale for Collaboratives of the Institute for Healthcare Improvement, which Life QI shows as
the “progress score” of a project. Its steps and their meaning are kept; the words here are shorter. It is about a piece
of work and never about a person.
"""

from collections.abc import Mapping
from datetime import datetime

from qibot.projects.models import Project

SCALE: Mapping[int, str] = {
    1: "we mean to do it",
    2: "aim and team are clear",
    3: "we are planning it",
    4: "work has begun, nothing changed yet",
    5: "changes tested, no improvement yet",
    6: "modest improvement",
    7: "improvement",
    8: "significant improvement",
    9: "improvement that lasts",
    10: "outstanding results that last",
}
"""Twice the score, so that it is a whole number: 5 is 2.5."""

TESTED, IMPROVED = 5, 6


def score(progress: int) -> str:
    """5 -> "2.5", 6 -> "3"; "" for what was not said."""
    return f"{progress / 2:g}" if progress in SCALE else ""


def in_words(progress: int) -> str:
    """5 -> "2.5 of 5, changes tested, no improvement yet"; "" for what was not said."""
    return f"{score(progress)} of 5, {SCALE[progress]}" if progress in SCALE else ""


def move(project: Project, progress: int, now: datetime) -> None:
    """Set it. Saying the same again is no movement; 0 takes back what was said."""
    if progress == project.progress:
        return
    project.progress, project.progress_at = progress, now if progress else None
    if progress < IMPROVED:
        project.improving_since = None
    elif project.improving_since is None:
        project.improving_since = now
