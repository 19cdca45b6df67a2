"""A driver diagram as people type it: the aim, drivers further in, ideas further in still. Rules do not speak: no chat.

    Fewer falls at night by March
      Light
        Lamps at every bed
        A light in the bathroom
      Call bells answered
        A huddle at ten

Tabs, bullets and dashes (“- driver”, “-- idea”, for phones) do as well as spaces. Every idea hangs on a driver: that is
what the diagram is for (Institute for Healthcare Improvement, QI Essentials Toolkit).
"""

import re
from dataclasses import dataclass

from qibot.errors import WrongFields

LONGEST_LINE, MOST_DRIVERS, MOST_IDEAS = 150, 8, 30
# A dash before a figure is a minus, and a star that touches a word is somebody's emphasis.
_LINE = re.compile(r"([ \t\u00a0\u2003]*)([-–—•]+(?=\s|[^\W\d])|[*>]+(?=\s)|)[ \t]*(.*)")
_AIM = re.compile(r"aim\s*:\s*", re.IGNORECASE)
_SAID = 3


@dataclass(frozen=True, slots=True)
class Driver:
    """What has to change for the aim, and ideas that may change it; there may be none yet."""

    words: str
    ideas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagram:
    """An aim and its drivers."""

    aim: str
    drivers: tuple[Driver, ...]

    @property
    def text(self) -> str:
        """As it is kept, and typed again: two spaces a level."""
        lines = [self.aim]
        for driver in self.drivers:
            lines += [f"  {driver.words}", *(f"    {idea}" for idea in driver.ideas)]
        return "\n".join(lines)


def read(text: str) -> Diagram:
    """The diagram that the lines draw. Raises `WrongFields` for the field `diagram`: which line, and what to do."""
    lines = [(n, *_taken_apart(line)) for n, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not lines:
        raise WrongFields({"diagram": "Please begin with the aim on a line of its own."})
    problems: list[str] = [
        f"Line {n} is longer than {LONGEST_LINE} characters." for n, _, w in lines if len(w) > LONGEST_LINE
    ]
    (_, at, aim), *others = lines
    drivers, ideas = _sorted_out(at, others, problems)
    if not others:
        problems.append("Please add at least one driver, on a line of its own and further in than the aim.")
    if len(drivers) > MOST_DRIVERS or len(ideas) > MOST_IDEAS:
        problems.append(f"At most {MOST_DRIVERS} drivers and {MOST_IDEAS} ideas, please: the few that matter most.")
    if problems:
        raise WrongFields({"diagram": " ".join(problems[:_SAID])})
    hung = (Driver(words, tuple(idea for on, idea in ideas if on == n)) for n, words in enumerate(drivers))
    return Diagram(_AIM.sub("", aim, count=1), tuple(hung))


def _sorted_out(
    aim_at: tuple[int, int], lines: list[tuple[int, tuple[int, int], str]], problems: list[str]
) -> tuple[list[str], list[tuple[int, str]]]:
    """Drivers, and ideas with the number of the driver that each hangs on."""
    drivers: list[str] = []
    ideas: list[tuple[int, str]] = []
    driver_at = idea_at = (0, 0)
    for n, at, words in lines:
        if at <= aim_at:
            problems.append(f"Line {n} stands beside the aim, and there is one aim: move it further in.")
        elif not drivers:
            if at[0] == 0 and at[1] > 1:
                problems.append(f"Line {n} is an idea without a driver above it: put the driver on a line before it.")
            drivers, driver_at = [words], at
        elif at < driver_at:
            problems.append(f"Line {n} stands between the aim and the drivers: move it in as far as the other drivers.")
        elif at == driver_at:
            drivers.append(words)
            idea_at = (0, 0)
        elif idea_at != (0, 0) and at > idea_at:
            problems.append(f"Line {n} is further in than an idea. Aim, drivers, ideas: there are no more levels.")
        else:
            ideas.append((len(drivers) - 1, words))
            idea_at = idea_at if idea_at != (0, 0) else at
    return drivers, ideas


def _taken_apart(line: str) -> tuple[tuple[int, int], str]:
    """How far in a line stands (spaces, then bullets), and its words."""
    found = _LINE.match(line)
    if found is None:
        return (0, 0), line.strip()
    return (len(found[1].expandtabs(4)), len(found[2])), found[3].strip()
