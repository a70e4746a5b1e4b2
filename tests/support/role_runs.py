# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of each role as an operator runs it, to be interrupted at any request and run again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_export
from simulator import Settings, Simulator
from support import estate_folder
from support.inprocess import perform
from support.playbooks import command, environment, family
from support.scenarios import PRD, QAS, QUICK, SCENARIOS, end_state, files_below, run_twice, running
from support.simulated import ADMIN

PATIENCE = 60.0
PROMOTED = (
    ADMIN
    + r"""servers:
  - name: replicate-dev
    host: repl-dev.corp.example
    username: CORP\svc
    password: example
    endpoints:
      - {name: Core, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //dev:1521/CORE}}
      - {name: Lake, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /dev}}
    tasks:
      - {name: Claims, source: Core, targets: [Lake], explicit_included_tables: [A.CLAIM], state: RUNNING}
      - {name: Billing, like: Claims, included_pattern: [A.%]}
  - name: replicate-prd
    host: repl-prd.corp.example
    username: CORP\svc
    password: example
    endpoints:
      - {name: Core, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //prd:1521/CORE}}
      - {name: Lake, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /prd}}
    tasks:
      - {name: Claims, source: Core, targets: [Lake], explicit_included_tables: [A.CLAIM, A.OLD], state: RUNNING}
      - {name: Billing, like: Claims, state: RUNNING}
"""
)
_FORCED = """
tasks:
  - name: Claims
    force: true
    src: SRC
    overrides: {task_settings: {common_settings: {lob_max_size: 128}}}
"""


@dataclass(frozen=True)
class Role:
    """A role, its variables for an Enterprise Manager as at the start and a folder, and its ``estate``."""

    name: str
    variables: Callable[[Simulator, Path], dict[str, Any]]
    estate: str = ""

    def settings(self, folder: Path) -> Settings:
        """The settings of the simulator, which may have its estate in a file in that folder."""
        if not self.estate:
            return QUICK
        file = folder / "simulated.yml"
        file.write_text(self.estate, encoding="utf-8")
        return Settings(estate=str(file), start_seconds=0.01, stop_seconds=0.01, import_seconds=0.01)


def _failover(_em: Simulator, folder: Path) -> dict[str, Any]:
    switch = {"server": PRD, "endpoint": "ORA", "configuration": "Standby"}
    return {
        "failover_endpoints": [switch],
        "failover_dir": str(folder / "failover"),
        "failover_settle": 0,
        "failover_timeout": 20,
    }


def _backup(_em: Simulator, folder: Path) -> dict[str, Any]:
    servers = {"backup_servers": [PRD, QAS], "backup_keep_last": 3}
    return {"backup_path": str(folder / "backups"), "backup_git": {"commit": True}, **servers}


def _restore(em: Simulator, folder: Path) -> dict[str, Any]:
    SCENARIOS["restore"].options(em, folder)
    return {
        "restore_path": str(folder / "backups"),
        "restore_server": QAS,
        "restore_force": True,
        "restore_timeout": 20,
    }


def _promote(_em: Simulator, folder: Path) -> dict[str, Any]:
    ways = {"promote_source": "replicate-dev", "promote_target": "replicate-prd", "promote_tasks": ["*"]}
    return {
        **ways,
        "promote_force": True,
        "promote_timeout": 20,
        "promote_state_dir": str(folder / "state"),
        "promote_path": "",
    }


def _estate(em: Simulator, folder: Path) -> dict[str, Any]:
    # An estate takes no definition from outside of its repository.
    exported = str(folder / "git/claims.json")
    (folder / "git").mkdir()
    assert perform(em, aem_export, server=estate_folder.TWO, task="Claims", dest=exported).error is None
    two = estate_folder.FILES["shared/servers/two.yml"] + _FORCED.replace("SRC", exported)
    made = estate_folder.Repository(em, folder / "git", {**estate_folder.FILES, "shared/servers/two.yml": two})
    (folder / "reports").mkdir()
    care = {"estate_serial": True, "estate_backup": True, "estate_backup_path": str(folder / "backups")}
    told = {"estate_path": str(made.root / "estate"), "estate_stage": "apply", "estate_report": str(folder / "reports")}
    return {**told, **care, "purpose": "the first"}


def _report(_em: Simulator, folder: Path) -> dict[str, Any]:
    return {"report_path": str(folder / "report"), "report_servers": [QAS]}


ROLES = {
    one.name: one
    for one in (
        Role("failover", _failover),
        Role("backup", _backup),
        Role("restore", _restore),
        Role("promote", _promote, PROMOTED),
        Role("estate", _estate, estate_folder.SIMULATED),
        Role("report", _report),
    )
}


class RoleRun:
    """A role on a simulator, begun anew in a new folder below ``root`` as often as needed."""

    def __init__(self, em: Simulator, role: Role, root: Path) -> None:
        self.em, self.role, self.root = em, role, root
        self._number = 0
        self.wanted: dict[str, Any] = {}
        self.waited_for_ever = 0
        self.begin()

    def begin(self) -> None:
        """As at the start."""
        self._number += 1
        self.folder = self.root / str(self._number)
        self.folder.mkdir()
        self.em.clear_faults()
        self.em.reset()
        self.variables = self.role.variables(self.em, self.folder)
        self.ran = running(self.em)
        self.em.clear_log()

    def start(self, **more_environment: str) -> subprocess.Popen[str]:
        """Begin to run the playbook, in a process group of its own."""
        home = {"HOME": str(self.folder / "home"), "GIT_CEILING_DIRECTORIES": str(self.folder), **more_environment}
        (self.folder / "home").mkdir(exist_ok=True)
        around = environment(self.em, self.folder, **home)
        del around["ANSIBLE_CALLBACKS_ENABLED"]
        playbook = f"qlik.enterprise_manager.{self.role.name}"
        with (self.folder / "output").open("a", encoding="utf-8") as output:
            return subprocess.Popen(
                command(playbook, "-e", json.dumps(self.variables)),
                env=around,
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
            )

    def output(self) -> str:
        """What all runs have told."""
        return (self.folder / "output").read_text(encoding="utf-8")

    def healthy(self) -> list[bool]:
        """For each request of an undisturbed run whether it writes; it is then begun anew."""
        self.finish()
        self.wanted = end_state(self.em)
        writes = [bool(entry["writes"]) for entry in self.em.log()]
        self.begin()
        return writes

    def kill_at_request(self, number: int, sent: int) -> None:
        """Send a signal when the simulator has done the work of that request, from 0 on, and not answered.

        SIGKILL ends all that the playbook has started, as a machine that goes down does; any other signal goes to its
        process group, as that of a terminal does.
        """
        self.em.inject({"kind": "hold", "skip": number})
        process = self.start()
        while not self.em.held() and process.poll() is None:
            time.sleep(0.01)
        all_of_it = family(process.pid) if process.poll() is None else []
        if sent == signal.SIGKILL:
            for pid in all_of_it:
                os.kill(pid, signal.SIGKILL)
        else:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, sent)
        self.em.clear_faults()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            # ansible-playbook itself has been seen to wait for a worker that it had just ended. A person ends it then.
            self.waited_for_ever += 1
            process.kill()
            process.wait()
        deadline = time.monotonic() + PATIENCE
        while any(_lives(pid) for pid in all_of_it):
            assert time.monotonic() < deadline, "What it has started goes on without it."
            time.sleep(0.02)
        # What other programs have left is theirs; this collection's goes once it is old.
        for path in self.left_half():
            os.utime(path, (1, 1))

    def two_at_once(self, number: int) -> list[int]:
        """The return codes of two runs, the second made while the first waits for the answer of that request."""
        self.em.inject({"kind": "hold", "skip": number})
        first = self.start()
        while not self.em.held() and first.poll() is None:
            time.sleep(0.01)
        second = self.start()
        with suppress(subprocess.TimeoutExpired):
            # Who waits for the first one, which waits for us, has waited long enough.
            second.wait(PATIENCE / 2)
        self.em.clear_faults()
        return [first.wait(PATIENCE), second.wait(PATIENCE)]

    def finish(self) -> None:
        """Run undisturbed."""
        assert self.start().wait(PATIENCE) == 0, self.output()

    def left_half(self) -> list[Path]:
        """Files that were being written by this collection when their writer ended."""
        return [path for path in files_below(self.folder) if path.name.endswith(".aem_part")]

    def judge(self) -> None:
        """The end is that of an undisturbed run, nothing was done twice, nothing is left to remember."""
        assert run_twice(self.em) == [], self.output()
        assert end_state(self.em) == self.wanted, self.output()
        assert self.ran <= running(self.em), self.output()
        assert self.left_half() == []
        assert [path for path in files_below(self.folder) if "stopped" in path.parts or "records" in path.parts] == []
        assert list(self.folder.glob("state/*.json")) == list(self.folder.glob("backups/.restore_*.json")) == []


def worth_a_kill(writes: Sequence[bool]) -> list[int]:
    """The numbers of those requests that write, that come next after one that does, and of every fifth of all."""
    return [number for number, does in enumerate(writes) if does or (number and writes[number - 1]) or number % 5 == 0]


def _lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not looked after does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"
