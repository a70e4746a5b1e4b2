# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up what the matrix has counted in all workers, and keeps it where the whole of it was run."""

from __future__ import annotations

import os
from typing import Any

import pytest

from support.faults.counting import SUITES, Count
from support.reliability import publish

COMMAND = "make faults"
_COUNTS = pytest.StashKey[dict[str, Count]]()


def whole() -> bool:
    """Whether all of the matrix is run, and not a part of it."""
    return os.environ.get("FAULTS") == "all"


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count, in the process that hears of all tests."""
    if whole() and not hasattr(config, "workerinput"):
        config.stash[_COUNTS] = {suite.name: Count(suite) for suite in SUITES}
        config.pluginmanager.register(_Counting(config))


class _Counting:
    """Hears of each test that has ended."""

    def __init__(self, config: pytest.Config) -> None:
        self._counts = config.stash[_COUNTS]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the cells of a test."""
        if report.when == "call":
            for name, value in report.user_properties:
                if name in self._counts:
                    counted: Any = value
                    self._counts[name].add(*counted)

    def pytest_sessionfinish(self) -> None:
        """Keep the figures of what was run."""
        for count in self._counts.values():
            if count.cells:
                publish(count.figures(COMMAND))
