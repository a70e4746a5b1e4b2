# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up what the matrix has counted in all workers, and keeps it where the whole of it was run."""

from __future__ import annotations

import os
from typing import Any

import pytest

from support.faults.counting import Count
from support.reliability import publish

COMMAND = "make faults"
_COUNT = pytest.StashKey[Count]()


def whole() -> bool:
    """Whether all of the matrix is run, and not a part of it."""
    return os.environ.get("FAULTS") == "all"


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count, in the process that hears of all tests."""
    if whole() and not hasattr(config, "workerinput"):
        config.stash[_COUNT] = Count()
        config.pluginmanager.register(_Counting(config))


class _Counting:
    """Hears of each test that has ended."""

    def __init__(self, config: pytest.Config) -> None:
        self._count = config.stash[_COUNT]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the cells of a test."""
        if report.when == "call":
            for name, value in report.user_properties:
                if name == "cells":
                    counted: Any = value
                    self._count.add(*counted)

    def pytest_sessionfinish(self) -> None:
        """Keep the figures."""
        if self._count.cells:
            publish(self._count.figures(COMMAND))
