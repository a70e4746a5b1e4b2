# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All of it, or a sample that is the same each time; and how many cases were gone through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import Simulator
from support.cases import Cases
from support.children import Nursery
from support.role_runs import ROLES
from support.scenarios import QUICK


def pytest_addoption(parser: pytest.Parser) -> None:
    """How many of the cases are gone through, and where is written how many those were."""
    parser.addoption(
        "--every-request", action="store_true", help="playbooks are interrupted at each, which takes hours"
    )
    parser.addoption("--figures", help="a JSON file for the number of cases")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A playbook takes seconds, so the sample is of one role; the tests of the others interrupt them by hand."""
    whole = metafunc.config.getoption("--whole", default=False)
    for name, every in (
        ("role", ["estate", *(role for role in ROLES if role != "estate")]),
        ("pair", ["promote", "failover", "restore"]),
        ("git_step", ["add", "commit"]),
    ):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, every if whole else every[:1])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Two playbooks at once, and git, are no part of the sample."""
    if config.getoption("--whole", default=False):
        return
    left_out = [item for item in items if {"pair", "git_step"} & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Iterator[Cases]:
    """The cases of this run."""
    option = request.config.getoption
    found = Cases(option("--whole", default=False), option("--every-request", default=False))
    yield found
    file = request.config.getoption("--figures", default=None)
    if file:
        told = {"cases": dict(sorted(found.counted.items())), "wrong": request.session.testsfailed}
        text = json.dumps(told, indent=1)
        Path(file).write_text(text + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(QUICK) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    simulated.reset()
    yield simulated
    simulated.clear_faults()


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Where children come from."""
    with Nursery(tmp_path_factory.mktemp("said")) as found:
        yield found
