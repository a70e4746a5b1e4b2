# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role restore by its playbook: the plan first, then exactly the tasks that ran, also after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import (
    same_but_volatile,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_backup, aem_endpoint, aem_export, aem_import
from simulator import Settings, Simulator
from support.api_calls import NIGHTLY, PRD, QAS
from support.definitions import SECTIONS
from support.inprocess import perform
from support.playbooks import command, environment, run_file
from support.roles import as_text, numbers

PLAYBOOK = "qlik.enterprise_manager.restore"
RUNNING = "Nightly 21 returns"
CANARY = "canary-of-a-restore-1a2b"


@pytest.fixture
def em() -> Iterator[Simulator]:
    """An Enterprise Manager whose tasks start and stop at once."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02)) as simulator:
        yield simulator


def export(em: Simulator, server: str) -> dict[str, Any]:
    """What a server says now."""
    return dict(perform(em, aem_export, server=server).values["definition"])


def change(em: Simulator, *tasks: str) -> None:
    """Have another value of one setting of some tasks on the server."""
    wanted = export(em, QAS)
    for task in wanted[SECTIONS]["tasks"]:
        if task["task"]["name"] in tasks:
            task["task_settings"]["common_settings"]["lob_max_size"] = 99
    done = perform(em, aem_import, server=QAS, definition=wanted, force=True, timeout=20)
    assert (done.error, done.changed) == (None, True)


def states(em: Simulator, server: str = QAS) -> dict[str, str]:
    """The states of the tasks of a server."""
    found = next(item for item in em.estate()["servers"] if item["name"] == server)
    return {task["name"]: task.get("state", "STOPPED") for task in found["tasks"]}


def writes(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [entry["api_method"] for entry in em.log() if entry["writes"]]


def test_the_plan_the_restore_and_nothing_more_to_do(em: Simulator, tmp_path: Path) -> None:
    before, ran = export(em, QAS), states(em)
    assert perform(em, aem_backup, path=str(tmp_path), servers=[QAS]).error is None
    change(em, RUNNING, NIGHTLY)
    made = perform(
        em, aem_endpoint, server=QAS, name="added", role="target", type_id="FILE_COMPONENT_TYPE", settings={}
    )
    assert made.error is None
    em.clear_log()
    given = {"restore_path": str(tmp_path), "restore_server": QAS, "restore_force": True}
    checked = run_file(em, PLAYBOOK, "--check", "-e", json.dumps(given))
    assert checked.return_code == 0, checked.output
    assert writes(em) == []
    assert checked["Tell what will be done"].result["msg"][1:] == [
        f"To be imported, tasks: {NIGHTLY}, {RUNNING}",
        f"To be stopped and started again: {RUNNING}",
        "Left alone, since the backup does not have them, endpoints: added",
    ]
    assert '"lob_max_size": 99' in checked.output
    # As text, as the command line gives it.
    del given["restore_force"]
    refused = run_file(em, PLAYBOOK, "-e", json.dumps(given), *as_text("restore", restore_force="false"))
    assert (refused.return_code != 0, writes(em)) == (True, [])
    done = run_file(em, PLAYBOOK, "-e", json.dumps(given), *as_text("restore", restore_force="true"))
    assert done.return_code == 0, done.output
    assert writes(em) == ["StopTask", "ImportAll", "RunTask"]
    assert states(em) == ran
    report = done["Keep what has become of it"].result["ansible_facts"]["restore_report"]
    assert report["imported"]["tasks"] == [NIGHTLY, RUNNING]
    assert report["verified"]
    now = export(em, QAS)
    now[SECTIONS]["databases"] = [item for item in now[SECTIONS]["databases"] if item["name"] != "added"]
    assert same_but_volatile(read(now), read(before))
    assert not [file for file in tmp_path.iterdir() if file.name.startswith(".restore")]
    again = run_file(em, PLAYBOOK, "-e", json.dumps({**given, "restore_force": True}))
    assert again.return_code == 0
    assert not any(step.changed for step in again.steps)
    assert len(writes(em)) == 3


def test_after_a_kill_the_next_run_has_the_same_tasks_running(em: Simulator, tmp_path: Path) -> None:
    ran = states(em)
    path = tmp_path / "backups"
    assert perform(em, aem_backup, path=str(path), servers=[QAS]).error is None
    change(em, RUNNING, "Nightly 22 shifts")
    em.inject({"kind": "slow", "api_method": "ImportAll", "seconds": 60, "times": 1})
    given = {"restore_path": str(path), "restore_server": QAS, "restore_force": True}
    process = subprocess.Popen(
        command(PLAYBOOK, "-e", json.dumps(given)),
        env=environment(em, tmp_path),
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    while states(em)[RUNNING] != "STOPPED" or states(em)["Nightly 22 shifts"] != "STOPPED":
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    em.clear_faults()
    assert [file.name for file in path.iterdir() if file.name.startswith(".restore")] == [f".restore_{QAS}.json"]
    looked = run_file(em, PLAYBOOK, "-e", json.dumps(given), "--tags", "restore_plan")
    assert looked.return_code != 0
    told = looked["Fail, since an earlier run has not come to its end"].result["msg"]
    assert f"{RUNNING}, Nightly 22 shifts" in told
    # A task that is gone does not hold up the others.
    record = path / f".restore_{QAS}.json"
    written = json.loads(record.read_text(encoding="utf-8"))
    written["tasks"].insert(0, {"server": QAS, "name": "Gone"})
    record.write_text(json.dumps(written), encoding="utf-8")
    # Without force, and for a task that is not in the backup, the plan fails; the tasks are brought back all the same.
    given.update(restore_force=False, restore_tasks=["no such task"])
    failed = run_file(em, PLAYBOOK, "-e", json.dumps(given))
    assert failed.return_code != 0
    assert states(em) == ran
    del given["restore_tasks"]
    given["restore_force"] = True
    done = run_file(em, PLAYBOOK, "-e", json.dumps(given))
    assert done.return_code == 0, done.output
    assert done["Keep what has become of it"].result["ansible_facts"]["restore_report"]["verified"]
    assert states(em) == ran
    assert not perform(em, aem_backup, path=str(path), servers=[QAS]).changed


def test_another_server_and_secrets_that_nobody_sees(em: Simulator, tmp_path: Path) -> None:
    assert perform(em, aem_backup, path=str(tmp_path), servers=[PRD]).error is None
    given = {
        "restore_path": str(tmp_path),
        "restore_server": QAS,
        "restore_from_server": PRD,
        "restore_tasks": [],
        "restore_endpoints": ["POS SQL Server", "ORA__*"],
        "restore_secrets": {"POS SQL Server": {"password": "{{ lookup('ansible.builtin.env', 'CANARY') }}"}},
    }
    variables = tmp_path / "variables.json"
    variables.write_text(json.dumps(given), encoding="utf-8")
    done = run_file(em, PLAYBOOK, "-vvvv", "--diff", "-e", f"@{variables}", CANARY=CANARY)
    assert done.return_code == 0, done.output[-3000:]
    assert CANARY not in done.output
    assert CANARY not in str([step.result for step in done.steps])
    plan = done["Show what the restore would change"].result
    assert [warning.split(":")[0] for warning in plan["warnings"]] == [
        "Endpoint ORA__Primary comes without password",
        "Endpoint ORA__Standby comes without password",
    ]
    found = {item["name"]: item["db_settings"] for item in export(em, QAS)[SECTIONS]["databases"]}
    assert found["POS SQL Server"]["password"].startswith("{Z")
    assert "password" not in found["ORA__Standby"]


@pytest.mark.parametrize("number", numbers("restore"))
def test_a_number_that_cannot_be_meant_is_refused_before_any_call(em: Simulator, tmp_path: Path, number: str) -> None:
    given = {"restore_path": str(tmp_path), "restore_server": QAS}
    refused = run_file(em, PLAYBOOK, "-e", json.dumps(given), "-e", f"{number}=0")
    assert refused.return_code != 0
    assert f"{number} must be 1" in refused.output
    assert em.log() == []
