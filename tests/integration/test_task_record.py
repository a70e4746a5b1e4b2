# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of several servers: remembered, stopped, brought back, and looked after."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_task_health,
    aem_task_record,
    aem_task_state,
)
from simulator import Settings, Simulator
from support.inprocess import calls, perform
from support.playbooks import prove

PRD, COMPOSE = "Replicate PRD 1", "compose-dw"
SELECTION = [
    {"server": PRD, "tasks": ["Orders *", "ERP to DW"]},
    {"server": COMPOSE, "tasks": ["*"]},
    {"server": PRD, "tags": ["orders"]},
]
RAN = [(PRD, "ERP to DW"), (PRD, "Orders to DW"), (PRD, "Orders to Kafka"), (COMPOSE, "Load mart__SALES")]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05)) as simulator:
        yield simulator


@pytest.fixture
def fresh(em: Simulator) -> Simulator:
    """The Enterprise Manager with its estate as at the start."""
    em.reset()
    return em


def named(tasks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Tasks by server and name."""
    return [(task["server"], task["name"]) for task in tasks]


def test_tasks_of_several_servers_are_remembered_stopped_and_brought_back(fresh: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "folder/ran.json"
    record = {"path": str(path), "selection": SELECTION}
    proofs = prove(
        fresh,
        [
            {"name": "Remember", "qlik.enterprise_manager.aem_task_record": record, "register": "ran"},
            {
                "name": "Stop",
                "qlik.enterprise_manager.aem_task_state": {"selection": SELECTION, "state": "stopped"},
            },
            {
                "name": "Bring back",
                "qlik.enterprise_manager.aem_task_state": {"selection": "{{ ran.selection }}", "state": "started"},
            },
            {
                "name": "Forget",
                "qlik.enterprise_manager.aem_task_record": {"path": str(path), "state": "absent"},
            },
        ],
    )
    for proof in proofs.values():
        proof.holds()
        assert proof.run.changed
    assert named(proofs["Remember"].run.result["tasks"]) == RAN
    assert proofs["Remember"].check.result["interrupted"] is False
    assert proofs["Remember"].again.result["interrupted"] is True
    stopped = proofs["Stop"].run
    assert stopped.calls.count("StopTask") == len(RAN)
    assert stopped.calls.count("GetTaskList") == len(SELECTION)
    assert {(task["server"], task["name"]) for task in stopped.result["tasks"] if task["changed"]} == set(RAN)
    assert "task ERP to DW of server Replicate PRD 1" in str(stopped.result["diff"])
    assert named(proofs["Forget"].run.result["tasks"]) == RAN
    assert not path.exists()


def test_an_interrupted_run_is_added_to(fresh: Simulator, tmp_path: Path) -> None:
    options = {"path": str(tmp_path / "ran.json"), "server": PRD, "tasks": ["Orders *", "no such task"]}
    first = perform(fresh, aem_task_record, **options, facts={"from": "Primary"})
    assert (first.error, first.changed) == (None, True)
    assert stat.S_IMODE(Path(options["path"]).stat().st_mode) == 0o600
    stop = {"server": PRD, "tasks": ["Orders to DW"], "state": "stopped"}
    assert perform(fresh, aem_task_state, **stop).error is None
    start = {"server": PRD, "tasks": ["Orders archive"], "state": "started"}
    assert perform(fresh, aem_task_state, **start).error is None
    second = perform(fresh, aem_task_record, **options, facts={"from": "Standby"})
    assert [task["name"] for task in second.values["tasks"]] == ["Orders to DW", "Orders to Kafka", "Orders archive"]
    assert (second.values["facts"], second.values["begun"]) == ({"from": "Primary"}, first.values["begun"])
    kept = json.loads(Path(options["path"]).read_text(encoding="utf-8"))
    assert kept["tasks"] == second.values["tasks"]
    assert not perform(fresh, aem_task_record, **options).changed


def test_a_task_in_error_does_not_run_unless_that_is_said(fresh: Simulator, tmp_path: Path) -> None:
    options = {"path": str(tmp_path / "ran.json"), "server": "replicate-qas", "tags": ["regression"]}
    first = perform(fresh, aem_task_record, **options)
    assert [task["name"] for task in first.values["tasks"]] == ["Regression changes"]
    second = perform(fresh, aem_task_record, **options, include_failed=True)
    assert [task["name"] for task in second.values["tasks"]] == ["Regression changes", "Regression load"]


def test_a_file_that_is_no_record_is_refused_before_any_call(fresh: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "ran.json"
    path.write_text("{}", encoding="utf-8")
    fresh.clear_log()
    refused = perform(fresh, aem_task_record, path=str(path), server=PRD)
    assert refused.error is not None
    assert "is no record of tasks" in refused.error.message
    assert calls(fresh) == []


def test_a_folder_that_cannot_be_made_is_told_before_any_call(fresh: Simulator, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    path = f"{tmp_path}/file/ran.json"
    fresh.clear_log()
    refused = perform(fresh, aem_task_record, path=path, server=PRD)
    assert refused.error is not None
    assert refused.error.message == f"{path} cannot be written: there is no directory {tmp_path}/file."
    assert not refused.changed
    assert calls(fresh) == []


def test_healthy_tasks_and_a_baseline(fresh: Simulator) -> None:
    chosen = {"server": PRD, "tasks": ["ERP to DW", "Orders to DW"]}
    before = perform(fresh, aem_task_health, **chosen, timeout=0)
    assert (before.error, before.values["healthy"], before.changed) == (None, True, False)
    erp = before.values["tasks"][0]
    assert erp["tables_in_error"] == ["ERP.INVOICES", "ERP.STOCK_MOVEMENTS"]
    assert erp["latency_seconds"] == 3
    after = perform(fresh, aem_task_health, **chosen, baseline=before.values["tasks"], latency=3)
    assert (after.error, after.values["healthy"]) == (None, True)
    assert perform(fresh, aem_task_health, **chosen, baseline=[], timeout=0).error is not None
    late = perform(fresh, aem_task_health, **chosen, latency=2, timeout=0)
    assert late.error is not None
    assert "2 of 2 tasks are not healthy" in late.error.message
    assert "Task ERP to DW on server Replicate PRD 1: its latency of 3 s is above 2 s." in late.error.message
    told = perform(fresh, aem_task_health, **chosen, latency=2, timeout=0, fail_on_error=False)
    assert (told.error, told.values["healthy"]) == (None, False)


def test_a_task_that_starts_is_waited_for_and_a_broken_one_is_not(fresh: Simulator) -> None:
    start = {"server": "replicate-dev", "tasks": ["slow"], "state": "started", "wait": False}
    perform(fresh, aem_task_state, **start)
    both = [{"server": "replicate-dev", "tasks": ["slow"]}, {"server": COMPOSE, "tasks": ["Load mart__SALES"]}]
    waited = perform(fresh, aem_task_health, selection=both, settle=1)
    assert (waited.error, waited.values["healthy"]) == (None, True)
    assert waited.values["seconds"] >= 1
    assert [task["state"] for task in waited.values["tasks"]] == ["RUNNING", "RUNNING"]
    broken = perform(fresh, aem_task_health, server="replicate-qas", tasks=["Regression *"], timeout=600)
    assert broken.error is not None
    assert "it is in state ERROR; Cannot connect to server. ORA-12541: TNS:no listener." in broken.error.message
    assert "Regression changes on server replicate-qas: it is in state RECOVERY." in broken.error.message


def test_a_record_of_something_else_is_set_aside_and_tasks_are_taken_out(fresh: Simulator, tmp_path: Path) -> None:
    path = tmp_path / "ORA.json"
    given = {"path": str(path), "server": PRD, "tasks": ["Orders to DW"]}
    first = perform(fresh, aem_task_record, **given, of={"configuration": "Standby"}, facts={"back": "Primary"})
    assert (first.error, "set_aside" in first.values) == (None, False)
    other = {**given, "of": {"configuration": "Primary"}, "facts": {"back": "Standby"}}
    checked = perform(fresh, aem_task_record, True, **other)
    done = perform(fresh, aem_task_record, **other)
    assert (checked.changed, checked.warnings, checked.diff) == (done.changed, done.warnings, done.diff)
    assert done.values["facts"] == {"back": "Standby"}
    assert "was of something else (configuration Standby), begun" in done.warnings[0]
    assert named(done.values["tasks"]) == [(PRD, "Orders to DW")]
    aside = Path(done.values["set_aside"])
    assert json.loads(aside.read_text(encoding="utf-8"))["facts"] == {"back": "Primary"}
    assert {file.name for file in tmp_path.iterdir()} == {"ORA.json", aside.name}
    back = perform(fresh, aem_task_record, path=str(path), state="brought_back")
    assert (back.error, back.changed, back.values["tasks"]) == (None, True, [])
    assert json.loads(path.read_text(encoding="utf-8"))["facts"] == {"back": "Standby"}
    again = perform(fresh, aem_task_record, path=str(path), state="brought_back")
    assert (again.error, again.changed) == (None, False)


@pytest.mark.parametrize("module", [aem_task_state, aem_task_health])
def test_a_task_that_is_gone_does_not_hold_up_the_others(fresh: Simulator, module: Any) -> None:
    selection = [{"server": PRD, "tasks": ["Orders to DW", "gone"]}, {"server": COMPOSE, "tasks": ["gone too"]}]
    refused = perform(fresh, module, selection=selection)
    assert refused.error is not None
    done = perform(fresh, module, selection=selection, skip_missing=True)
    assert done.error is None
    assert named(done.values["tasks"]) == [(PRD, "Orders to DW")]
    assert done.warnings == [
        "There is no task 'gone' on server Replicate PRD 1 any more, so it is left out.",
        "There is no task 'gone too' on server compose-dw any more, so it is left out.",
    ]
