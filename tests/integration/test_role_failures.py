# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each step of each role fails once: the message and the report say why, no task stays stopped unknown, and the next
run ends as an undisturbed one.

``make faults`` has each step fail. ``make test`` has one in four of each role fail, which FAULTS_SEED picks.
"""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_backup, aem_export, aem_import
from simulator import Settings, Simulator
from support.api_calls import PRD, QAS
from support.broken_roles import MESSAGE, Step, copy_with_failure, steps
from support.definitions import SECTIONS
from support.inprocess import perform
from support.playbooks import Played, run_file
from support.roles import ROLES

SEED = int(os.environ.get("FAULTS_SEED", "1"))
WHOLE = os.environ.get("FAULTS") == "all"
ONE_IN = 4
# How the role estate bears failures, which are a status of its report, is in test_role_estate*.py.
ELSEWHERE = {"estate"}
# Those that work on an Enterprise Manager.
ROLE_NAMES = sorted(
    path.name
    for path in ROLES.iterdir()
    if path.name not in ELSEWHERE and any(step.works_on_one for step in steps(path.name))
)
RETURNS = "Nightly 21 returns"
# What Ansible says where a role trips over its own failure.
FAULTS = ("undefined", "has no attribute", "while resolving", "Finalization", "templat", "Traceback", "is not true")


@dataclass(frozen=True)
class Scenario:
    """A way through a role: its variables, what is prepared for it, and the tasks that ran before and run after it."""

    variables: dict[str, Any]
    prepare: Callable[[Simulator, Path], None] = lambda _em, _folder: None
    ran: dict[str, list[str]] = field(default_factory=dict)
    succeeds: bool = True


def changed(em: Simulator, folder: Path) -> None:
    """A backup of a server, and something that has changed since."""
    assert perform(em, aem_backup, path=str(folder / "backups"), servers=[QAS]).error is None
    wanted = perform(em, aem_export, server=QAS).values["definition"]
    for task in wanted[SECTIONS]["tasks"]:
        if task["task"]["name"] == RETURNS:
            task["task_settings"]["common_settings"]["lob_max_size"] = 99
    assert perform(em, aem_import, server=QAS, definition=wanted, force=True, timeout=20).error is None


def scheduled(em: Simulator, folder: Path) -> None:
    """A schedule of the task that is promoted."""
    del folder
    job = {"name": "Every night", "task": "Orders to DW", "schedule": "0 2 * * *"}
    definition = {SECTIONS: {"scheduler": {"jobs": [job]}}}
    assert perform(em, aem_import, server=PRD, definition=definition, timeout=20).error is None


def locked(em: Simulator, folder: Path) -> None:
    """A repository with the lock of a git that was killed."""
    del em
    (folder / "backups/.git/refs/heads").mkdir(parents=True)
    (folder / "backups/.git/objects").mkdir()
    (folder / "backups/.git/HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")
    (folder / "backups/.git/index.lock").write_text("", encoding="utf-8")
    # Whatever runs on this machine, no git does.
    (folder / "bin").mkdir()
    (folder / "bin/ps").write_text("#!/bin/sh\necho init\n", encoding="utf-8")
    (folder / "bin/ps").chmod(0o700)


FAILOVER = {
    "failover_endpoints": [{"server": PRD, "endpoint": "ORA", "configuration": "Standby"}],
    "failover_dir": "FOLDER",
}
UNHEALTHY = {"failover_latency": 2, "failover_health_timeout": 0}
PROMOTE = {
    "promote_source": PRD,
    "promote_target": QAS,
    "promote_tasks": ["Orders to DW"],
    "promote_rename": {"pattern": "^.+$", "replacement": RETURNS},
    "promote_endpoints": {"ORA": "QAS Oracle", "DW Snowflake": "QAS Snowflake"},
    "promote_state_dir": "FOLDER/state",
}
RESTORE = {"restore_path": "FOLDER/backups", "restore_server": QAS, "restore_force": True}
BACKUP = {"backup_path": "FOLDER/backups", "backup_servers": [QAS], "backup_git": {"commit": True}}
ORDERS = {PRD: ["Orders to DW", "Orders to Kafka"]}
SCENARIOS = {
    "failover": [
        Scenario(FAILOVER, ran=ORDERS),
        Scenario({**FAILOVER, **UNHEALTHY}, ran=ORDERS, succeeds=False),
        Scenario({**FAILOVER, **UNHEALTHY, "failover_revert": False}, ran=ORDERS, succeeds=False),
    ],
    "promote": [
        Scenario({**PROMOTE, "promote_force": True, "promote_path": "FOLDER/git"}, ran={QAS: [RETURNS]}),
        Scenario({**PROMOTE, "promote_run_state": "stopped"}),
        Scenario(
            {**PROMOTE, "promote_force": True, "promote_run_state": "started", "promote_schedules": True},
            scheduled,
            {QAS: [RETURNS]},
        ),
    ],
    "restore": [Scenario(RESTORE, changed, {QAS: [RETURNS]})],
    "backup": [Scenario(BACKUP), Scenario(BACKUP, locked)],
    "report": [Scenario({"report_path": "FOLDER/report"})],
}


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager whose tasks start and stop at once."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.01)) as simulator:
        yield simulator


@dataclass(frozen=True)
class Stage:
    """A scenario of a role, set up in a folder of its own."""

    em: Simulator
    role: str
    scenario: Scenario
    folder: Path

    def prepared(self) -> Stage:
        """The same with all as it is before the run."""
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "home").mkdir(parents=True)
        self.em.reset()
        self.scenario.prepare(self.em, self.folder)
        return self

    def run(self, roles: Path | None = None, **more: Any) -> Played:
        """Run the role, with variables of the scenario and some more; that of the collection, or one in ``roles``."""
        name = self.role if roles else f"qlik.enterprise_manager.{self.role}"
        variables = json.loads(json.dumps(self.scenario.variables).replace("FOLDER", str(self.folder)))
        play = {"hosts": "localhost", "gather_facts": False, "vars": {**variables, **more}, "roles": [{"role": name}]}
        playbook = self.folder / "play.yml"
        playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        surroundings = {
            "PATH": path,
            "HOME": str(self.folder / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
            # The folder of the test may lie within some repository, which is none of the role's business.
            "GIT_CEILING_DIRECTORIES": str(self.folder),
        }
        return run_file(self.em, playbook, ANSIBLE_ROLES_PATH=str(roles or self.folder), **surroundings)

    def all_run(self) -> bool:
        """Whether the tasks run that ran before."""
        states = {
            (server["name"], task["name"]): task.get("state")
            for server in self.em.estate()["servers"]
            for task in server["tasks"]
        }
        return all(states[server, name] == "RUNNING" for server, names in self.scenario.ran.items() for name in names)

    def records(self) -> list[Path]:
        """The files that remember tasks that ran."""
        return [
            *self.folder.glob("*/records/*/*.json"),
            *self.folder.glob("state/*.json"),
            *self.folder.glob("backups/.restore*"),
        ]


def reached(played: Played) -> set[str]:
    """The names of the steps that were not skipped."""
    return {step.name.rpartition(" : ")[2] for step in played.steps if step.status != "skipped"}


def told(played: Played) -> str:
    """The last failure, and what the role tells at its end."""
    ends = ("Tell what became of each task", "Tell what has become of it", "Put the report together")
    said = [step.result for step in played.steps if step.name.rpartition(" : ")[2] in ends]
    return str([[step.result for step in played.steps if step.failed][-1], *said])


@pytest.fixture(scope="module")
def ways(em: Simulator, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[set[str]]]:
    """The steps that each scenario of a role comes by where nothing is made to fail; each is run once."""

    @functools.cache
    def of_role(role: str) -> list[set[str]]:
        found = []
        for scenario in SCENARIOS[role]:
            played = Stage(em, role, scenario, tmp_path_factory.mktemp(role) / "stage").prepared().run()
            assert (played.return_code == 0) == scenario.succeeds, played.output
            found.append(reached(played))
        return found

    return of_role


def some_steps(role: str) -> list[Step]:
    """All steps of a role, or a part of them in their order; one at least."""
    every = steps(role)
    return every if WHOLE else sorted(random.Random(f"{SEED} {role}").sample(every, -(-len(every) // ONE_IN)))


def test_every_role_has_scenarios() -> None:
    assert sorted(SCENARIOS) == ROLE_NAMES


@pytest.mark.parametrize(
    ("role", "step"),
    [pytest.param(role, step, id=f"{role}: {step.name}") for role in ROLE_NAMES for step in some_steps(role)],
)
def test_a_step_that_fails(
    em: Simulator, tmp_path: Path, ways: Callable[[str], list[set[str]]], role: str, step: Step
) -> None:
    passing = [scenario for scenario, way in zip(SCENARIOS[role], ways(role), strict=True) if step.name in way]
    assert passing, "No scenario comes by this step."
    stage = Stage(em, role, passing[0], tmp_path / "stage").prepared()
    played = stage.run(copy_with_failure(role, step, tmp_path / "roles"))
    assert MESSAGE in played.output
    assert not [fault for fault in FAULTS if fault in played.output], played.output
    assert played.return_code != 0
    assert MESSAGE in told(played), told(played)
    # No task is left stopped, unless a file remembers it and the next run brings it back.
    assert stage.all_run() or stage.records(), played.output
    if role != "backup" and stage.all_run() and not stage.records():
        return
    again = stage.run(**({"failover_latency": 60} if role == "failover" else {}))
    assert again.return_code == 0, again.output
    assert stage.all_run()
    assert stage.records() == []
