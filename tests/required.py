"""Makes a run unsuccessful when tests that had to run were skipped.

`QIBOT_TEST_REQUIRE="postgres browser"` names the markers. On a laptop without PostgreSQL or Chromium those
tests skip and say why; on the machine that judges a change, a skip would look like a pass, so it counts.
"""

import os
from collections.abc import Generator, Iterable

import pytest

VARIABLE = "QIBOT_TEST_REQUIRE"


class Marks:
    """Writes a test's markers on its reports, wherever it runs. Their own keywords hold the names of folders too."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        report.marks = sorted({marker.name for marker in item.iter_markers()})  # type: ignore[attr-defined]
        return report


class Required:
    """Judges one run. `markers` are those whose tests must all run, and run at least once."""

    def __init__(self, markers: Iterable[str]) -> None:
        self.markers = frozenset(markers)
        self.ran: set[str] = set()
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        mine = self.markers & set(getattr(report, "marks", ()))
        if report.skipped and mine and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)
        elif report.when == "call":
            self.ran |= mine

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        # A module that skips itself shows no markers, so it cannot show that it was free to go.
        if report.skipped:
            self.skipped.append(report.nodeid)

    def complaints(self) -> list[str]:
        """One line for each thing that should have run and did not; empty when all is well."""
        never = sorted(self.markers - self.ran)
        return [f"skipped: {name}" for name in self.skipped] + [f"no test ran with the marker: {m}" for m in never]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        lines = self.complaints()
        if lines:
            terminalreporter.section(f"required by {VARIABLE}, but did not run", red=True)
            for line in lines:
                terminalreporter.line(line)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.complaints() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_configure(config: pytest.Config) -> None:
    markers = os.environ.get(VARIABLE, "").split()
    if markers and not config.option.collectonly:
        config.pluginmanager.register(Marks(), "qibot-marks")
        # Where tests run side by side, each process knows a part, and the one that started them hears of all.
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(Required(markers), "qibot-required")
