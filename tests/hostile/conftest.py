# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All of it, or a sample that is the same each time; and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from simulator import loading
from simulator.settings import PACKAGED_ESTATE
from support.cases import Cases
from support.hostile_figures import figures
from support.hosts import HOSTS, MODULES, Hosts
from support.reliability import publish
from support.sandbox import Sandbox

settings.register_profile("whole", settings.get_profile("anywhere"), max_examples=5000)


@pytest.fixture(scope="session", autouse=True)
def cases(request: pytest.FixtureRequest) -> Iterator[Cases]:
    """The cases of this run; where all that there are have passed, the page of figures tells how many they were."""
    found = Cases(request.config.getoption("--whole"))
    if found.whole:
        settings.load_profile("whole")
    yield found
    if found.whole and not request.session.testsfailed and _is_all(request.session):
        publish(figures(found.counted))


def _is_all(session: pytest.Session) -> bool:
    """Whether no test of this folder was left out."""
    there, run = Path(__file__).parent.glob("test_*.py"), {item.path.name for item in session.items}
    return not session.config.option.keyword and run >= {path.name for path in there}


@pytest.fixture(scope="module")
def hosts() -> Iterator[Hosts]:
    """Both hosts of modules, on one simulator; meanwhile nothing in this process reaches anything else."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Hosts(monkeypatch, loading.load_file(PACKAGED_ESTATE))


@pytest.fixture(params=HOSTS)
def host(request: pytest.FixtureRequest) -> str:
    """One of the two hosts of a module."""
    return str(request.param)


@pytest.fixture(params=MODULES)
def module(request: pytest.FixtureRequest) -> str:
    """The name of a module."""
    return str(request.param)


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A folder that is home and present folder, and one in it where files are asked for."""
    made = Sandbox(tmp_path)
    monkeypatch.setenv("HOME", str(made.home))
    monkeypatch.chdir(made.here)
    return made
