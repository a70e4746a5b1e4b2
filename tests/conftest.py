# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No test depends on seconds: a busy machine makes examples slowly, and is no failure.
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Whether the large suites go through all of their cases."""
    parser.addoption("--whole", action="store_true", help="every case, not a sample of them")


_numbers = itertools.count()


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def _ansible_home(_homes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a folder of its own where modules remember things between runs."""
    monkeypatch.setenv("ANSIBLE_HOME", str(_homes / str(next(_numbers))))
