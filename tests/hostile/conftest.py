# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All of it, or a sample that is the same each time; and what is told of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

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


COUNTED = "cases"


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count, in the process that hears of all tests."""
    if config.getoption("--whole") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(_Counting(config.option.keyword))


class _Counting:
    """Hears of each test that has ended. Where all that there are have passed, the page of figures tells of them."""

    def __init__(self, keyword: str) -> None:
        self._is_part = bool(keyword)
        self._left = {path.name for path in Path(__file__).parent.glob("test_*.py")}
        self._counted: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count the cases of a test."""
        if report.when == "teardown":
            self._left.discard(Path(report.location[0]).name)
            counted: dict[str, Any] = dict(report.user_properties)
            self._counted.update(counted.get(COUNTED, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Keep the figures, unless something was left out or has failed."""
        if not (session.testsfailed or self._is_part or self._left):
            publish(figures(self._counted))


@pytest.fixture(scope="session")
def cases(request: pytest.FixtureRequest) -> Cases:
    """The cases of this run."""
    found = Cases(request.config.getoption("--whole"))
    if found.whole:
        settings.load_profile("whole")
    return found


@pytest.fixture(autouse=True)
def _counted(cases: Cases, record_property: Callable[[str, object], None]) -> Iterator[None]:
    """Tell how many cases a test went through, and that the page has a word for them."""
    yield
    found = cases.taken()
    figures(found)
    record_property(COUNTED, found)


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
