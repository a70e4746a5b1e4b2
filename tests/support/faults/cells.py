# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario on its stage: run once undisturbed, then with each trouble at each of its requests, and judged."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.qlik.enterprise_manager.plugins.module_utils import _module
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from support.faults import state
from support.faults.kinds import Trouble
from support.faults.scenarios import FOLDER, Scenario
from support.offline import Offline

CONNECTION = {"aem_timeout": 5, "aem_retries": 2, "aem_use_proxy": False}


class Run(NamedTuple):
    """One run of a module: what it told, the requests that reached the server, and what was there afterwards."""

    result: Result
    log: list[Any]
    seconds: float
    there: Any
    running: frozenset[tuple[str, str]]
    sessions: int

    @property
    def methods(self) -> list[str]:
        """The methods of its requests."""
        return [str(entry.api_method) for entry in self.log]

    @property
    def done(self) -> Counter[str]:
        """What the server has carried out: each call that writes, and how often."""
        return Counter(f"{entry.api_method} {entry.path}" for entry in self.log if entry.writes and entry.done)


class Cell(NamedTuple):
    """One trouble at one request: the runs with it, after it, and after that."""

    trouble: Trouble
    number: int
    first: Run
    second: Run
    third: Run


class Stage:
    """A scenario that is ready to be run any number of times, each time from the same beginning."""

    def __init__(self, em: Offline, scenario: Scenario, folder: Path) -> None:
        self.em = em
        self.scenario = scenario
        self._folder = folder / "work"
        self._first_folder = folder / "first"
        self._home = folder / "home"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._first_folder.mkdir(parents=True)
        self._declaration = _module.declaration_of(scenario.module.main)
        em.world.reset()
        em.clear_faults()
        with self._at_home():
            scenario.prepare(em, self._first_folder)
            made = scenario.makes(em)
        self._saved = em.saved()
        self._options = self._validated({**scenario.options, **made})
        self.before = state.of(em)
        self.ran = state.running(em)

    @cached_property
    def undisturbed(self) -> tuple[Run, Run]:
        """A run in which nothing goes wrong, and the next one."""
        self.begin()
        return self.run(), self.run()

    def cells(self, trouble: Trouble) -> Iterator[Cell]:
        """That trouble at each request that it can meet."""
        methods = self.undisturbed[0].methods
        for number in range(len(methods)):
            if trouble.meets(methods, number):
                yield self.cell(trouble, number)

    def cell(self, trouble: Trouble, number: int) -> Cell:
        """That trouble at that request."""
        self.begin()
        self.em.inject(trouble.at(self.undisturbed[0].methods, number))
        first = self.run()
        self.em.clear_faults()
        second = self.run()
        # Where the second run changes nothing, it is itself the proof that nothing is left to change.
        return Cell(trouble, number, first, second, self.run() if second.result.changed else second)

    def begin(self) -> None:
        """Let all be as at the beginning."""
        self.em.begin(self._saved)
        self._estate = self.before
        for folder in (self._folder, self._home):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self._first_folder, self._folder)

    def run(self) -> Run:
        """Run the module once, and wait until all is over that is then on its way."""
        self.em.world.sessions.clear()
        self.em.world.log.clear()
        begun = self.em.clock.seconds
        options = {**self._options, **self.scenario.begins(self.em)}
        with self._at_home():
            result = _module.perform(
                self._declaration.work, options, False, set().update, border=self.scenario.module.__name__
            )
        seconds, log, sessions = self.em.clock.seconds - begun, self.em.entries(), len(self.em.world.sessions)
        # To look at all of an estate takes longer than most runs, and is needed only where something may be another.
        moves = self.em.is_busy() or any(entry.writes and entry.done for entry in log)
        self.em.settle()
        if moves:
            self._estate = state.of(self.em)
        return Run(result, log, seconds, (self._estate, state.files(self._folder)), state.running(self.em), sessions)

    def _validated(self, options: Mapping[str, Any]) -> dict[str, Any]:
        connection = {
            "aem_url": self.em.url,
            "aem_username": self.em.username,
            "aem_password": self.em.password,
            **CONNECTION,
        }
        here = _replaced({**connection, **options}, str(self._folder))
        spec = ArgumentSpecValidator(self._declaration.argument_spec(), **dict(self._declaration.rules))
        checked = spec.validate(here)
        assert not checked.error_messages, checked.error_messages
        return dict(checked.validated_parameters)

    def _at_home(self) -> AbstractContextManager[None]:
        return _environment("ANSIBLE_HOME", str(self._home))


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    """A variable of the environment, as long as this lasts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        yield


def _replaced(value: Any, folder: str) -> Any:
    if isinstance(value, str):
        return value.replace(FOLDER, folder)
    if isinstance(value, Mapping):
        return {key: _replaced(item, folder) for key, item in value.items()}
    return [_replaced(item, folder) for item in value] if isinstance(value, list) else value
