"""What tests cost in processor time, their processes' included: the option ``--costs`` prints the
dearest.

Wall time tells what else the machine did. A process that goes on (the reader that is kept) counts
when it ends. What comes before the first test of a file (its import, at collection) is not counted.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Generator, Mapping

import pytest

LISTED = 30


def spent() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class Costs:
    """Notes each test's cost in its last report; with xdist all reports come together in the first
    process.
    """

    def __init__(self) -> None:
        self.before = spent()
        self.files: dict[str, float] = defaultdict(float)
        self.tests: dict[str, float] = defaultdict(float)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self.before = spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, call: pytest.CallInfo[None]
    ) -> Generator[None, object, object]:
        report = yield
        assert isinstance(report, pytest.TestReport)
        if call.when == "teardown":
            report.user_properties.append(("cost", spent() - self.before))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, cost in report.user_properties:
            if name == "cost":
                self.files[report.nodeid.partition("::")[0]] += float(str(cost))
                self.tests[report.nodeid.partition("[")[0]] += float(str(cost))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"{sum(self.files.values()):.0f} s of processor time in tests")
        for line in [*dearest(self.files), "", *dearest(self.tests)]:
            terminalreporter.write_line(line)


def dearest(costs: Mapping[str, float]) -> list[str]:
    ordered = sorted(costs, key=costs.__getitem__, reverse=True)
    return [f"{costs[name]:8.2f}  {name}" for name in ordered[:LISTED]]
