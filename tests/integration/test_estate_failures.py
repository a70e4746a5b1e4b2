# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever fails while an estate is brought about: no task stays stopped, and the next run finishes what is left."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import importing, switch
from simulator import Simulator
from support import scenarios
from support.api_calls import FIXTURES
from support.estates import adopted, brought_about, part, proven, told, writes

PRD, QAS = "Replicate PRD 1", "replicate-qas"
RUNS = scenarios.RUNS
# Each call that writes, and how often the wish below needs it.
WRITES = {
    "PutServer": 1,
    "PutServerLicense": 1,
    "PutServerAcl": 1,
    "ImportAll": 1,
    "PatchEndpoint": 1,
    "StopTask": 1,
    "ImportTask": 2,
    "PutTaskTableSelection": 1,
    "RunTask": 2,
    "DeleteTask": 1,
    "DeleteEndpoint": 1,
}
# An error at any of them, and a lost answer at the first of each kind.
FAILURES = [
    *((api_method, skip, "error") for api_method, times in WRITES.items() for skip in range(times)),
    *((api_method, 0, fault) for api_method in WRITES for fault in ("drop_after", "drop_before")),
]


@pytest.fixture
def em(quick_em: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """An Enterprise Manager as at its start; nobody waits long for a lost answer."""
    monkeypatch.setattr(importing, "LOOK_AFTER_LOST_ANSWER", 0.2)
    monkeypatch.setattr(switch, "LOOK_AFTER_LOST_ANSWER", 0.2)
    return quick_em


def wished(em: Simulator) -> dict[str, Any]:
    """A wish in which something of each kind is to be done, the license and a removal too."""
    wish = scenarios.wished(em)
    wish["license"] = {"content": (FIXTURES / "license.txt").read_text(encoding="utf-8")}
    part(wish, "endpoints", "QAS files")["state"] = "absent"
    part(wish, "tasks", RUNS)["timeout"] = 5
    return wish


def running(em: Simulator) -> set[str]:
    """The tasks of the server that run."""
    server = next(item for item in em.estate()["servers"] if item["name"] == QAS)
    return {task["name"] for task in server["tasks"] if task["state"] == "RUNNING"}


def test_every_write_is_among_those_that_fail_below(em: Simulator) -> None:
    wish = wished(em)
    em.clear_log()
    assert brought_about(em, wish).values["status"] == "applied"
    assert Counter(writes(em)) == WRITES


@pytest.mark.parametrize(("api_method", "skip", "fault"), FAILURES)
def test_a_failure_at_any_write_is_told_and_the_next_run_converges(
    em: Simulator, api_method: str, skip: int, fault: str
) -> None:
    wish = wished(em)
    em.clear_log()
    em.inject(
        {
            "kind": fault,
            "api_method": api_method,
            "skip": skip,
            "times": 1,
            "error_code": "DESERIALIZE_TO_TYPE" if fault == "error" else "",
        }
    )
    done = brought_about(em, wish)
    assert (done.error is not None) == (done.values["status"] == "failed")
    assert fault != "error" or done.error is not None
    # Where the very call that resumes it fails, the task that was stopped is told first, and the next run resumes it.
    resumes = (api_method, fault) == ("RunTask", "error")
    assert (RUNS in running(em)) or (resumes and done.values["plan"][1].startswith(f"LOOK FIRST: task {RUNS}"))
    em.clear_faults()
    again = proven(em, wish)
    assert again.values["status"] in ("applied", "in_sync")
    assert RUNS in running(em)


@pytest.mark.parametrize("api_method", ["DeleteTask", "RunTask"])
def test_a_renamed_task_that_ran_runs_in_the_end(em: Simulator, api_method: str) -> None:
    task = part(adopted(em, QAS), "tasks", RUNS)
    task.update(name="Renamed", renamed_from=RUNS, force=True, first_run="resume_processing", timeout=5)
    task["definition"]["cmd.replication_definition"]["tasks"][0]["task"]["name"] = "Renamed"
    em.inject({"kind": "error", "api_method": api_method, "error_code": "DESERIALIZE_TO_TYPE"})
    done = brought_about(em, {"name": QAS, "tasks": [task]})
    assert done.values["status"] == "failed"
    # Where the former one could not be deleted, it runs again.
    assert done.values["plan"][1].startswith("LOOK FIRST: task ") is (api_method == "RunTask")
    assert (RUNS in running(em)) is (api_method == "DeleteTask")
    proven(em, {"name": QAS, "tasks": [task]})
    assert {"Renamed", RUNS} & running(em) == {"Renamed"}


def test_a_task_that_could_not_be_resumed_runs_again_though_its_change_waits(em: Simulator) -> None:
    task = {**part(adopted(em, QAS), "tasks", RUNS), "force": True, "timeout": 5}
    lob = {"task_settings": {"common_settings": {"lob_max_size": 64}}}
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "DESERIALIZE_TO_TYPE"})
    assert brought_about(em, {"name": QAS, "tasks": [{**task, "overrides": lob}]}).values["status"] == "failed"
    assert RUNS not in running(em)
    waits = {"name": QAS, "tasks": [{**task, "source_endpoint": "nowhere"}]}
    done = brought_about(em, waits)
    assert told(done, "kind", "status") == [("task", "blocked"), ("run_state", "done")]
    assert RUNS in running(em)
    assert told(brought_about(em, waits), "kind", "status") == [("task", "blocked")]


def test_an_import_that_never_shows_is_a_failure(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    task = {**part(adopted(em, QAS), "tasks", RUNS), "force": True, "timeout": 1}
    task["tables"] = {"explicit_included_tables": [{"owner": "NEW", "name": "TABLE"}]}
    with monkeypatch.context() as context:
        context.setattr(Api, "import_task", lambda *_given: None)
        done = brought_about(em, {"name": QAS, "tasks": [task]})
    assert told(done, "status") == [("failed",)]
    assert "nothing of it is there (/tasks/Nightly 21 returns/source/source_tables/" in str(done.error)
    assert RUNS in running(em)
    assert done.values["plan"][1] == ""
    proven(em, {"name": QAS, "tasks": [task]})


def test_what_was_added_and_is_not_reached_counts_as_a_change(em: Simulator) -> None:
    task = part(adopted(em, QAS), "tasks", RUNS)
    server = {"name": "new", "host": "new.corp.example", "username": "CORP\\svc", "password": "geheim-1"}
    em.inject({"kind": "error", "api_method": "GetServerDetails", "server": "new", "error_code": "DESERIALIZE_TO_TYPE"})
    done = brought_about(em, {**server, "tasks": [{**task, "run_state": "stopped"}]})
    assert told(done, "kind", "status")[0] == ("server", "failed")
    assert done.changed


def test_a_task_that_could_not_be_resumed_stays_stopped_if_that_is_wished_by_now(em: Simulator) -> None:
    task = {**part(adopted(em, QAS), "tasks", RUNS), "force": True, "timeout": 5}
    lob = {"task_settings": {"common_settings": {"lob_max_size": 64}}}
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "DESERIALIZE_TO_TYPE"})
    assert brought_about(em, {"name": QAS, "tasks": [{**task, "overrides": lob}]}).values["status"] == "failed"
    assert RUNS not in running(em)
    proven(em, {"name": QAS, "tasks": [{**task, "run_state": "stopped"}]})
    assert RUNS not in running(em)
    proven(em, {"name": QAS, "tasks": [task]})
    assert RUNS not in running(em)


def test_what_the_estate_does_not_cover_is_told(em: Simulator) -> None:
    found = brought_about(em, adopted(em, PRD))
    assert any("Not covered: " in line and "scheduler (" in line for line in found.values["plan"])
    assert told(found) == []
