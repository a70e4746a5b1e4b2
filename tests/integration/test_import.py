# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports of whole documents and of single tasks: only what differs, around tasks that run, until they show."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import importing as imports
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_import, aem_server
from simulator import Settings, Simulator
from support.definitions import SECTIONS
from support.inprocess import calls, perform
from support.playbooks import prove

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
ALL = FIXTURES / "export_all.json"
SERVER = "Replicate PRD 1"
EMPTY = "empty"
STYLES = ("2018", "2021", "2023")
UNCHANGED = {"tasks": [], "endpoints": [], "sections": [], "restarted": []}
PLAY = """
- name: Settings and an endpoint
  qlik.enterprise_manager.aem_import:
    server: replicate-qas
    definition:
      cmd.replication_definition:
        replication_environment:
          roll_over_max_age_days: 14
        databases:
          - name: QAS archive
            role: TARGET
            type_id: FILE_COMPONENT_TYPE
            db_settings:
              $type: FileSettings
              csvTargetPath: /data/archive
- name: A task that runs, from a file
  qlik.enterprise_manager.aem_import:
    server: Replicate PRD 1
    task: POS to Kafka
    src: "{{ folder }}/export_task_2018.json"
    target_endpoint: Events Kafka 2
    force: true
"""


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    simulated.reset()
    yield simulated
    simulated.clear_faults()
    simulated.update_settings(export_style="2023", import_seconds=0.02)


def document() -> dict[str, Any]:
    """The document of a whole server, of which some tasks run."""
    return dict(json.loads(ALL.read_text(encoding="utf-8")))


def changed(*tasks: str) -> dict[str, Any]:
    """The document with another setting in some tasks."""
    changed = document()
    for task in changed[SECTIONS]["tasks"]:
        if task["task"]["name"] in tasks:
            task["task_settings"]["common_settings"]["lob_max_size"] = 128
    return changed


def lob_sizes(em: Simulator) -> dict[str, Any]:
    """The setting by task, as the server has it."""
    exported = next(server for server in em.estate()["servers"] if server["name"] == SERVER)
    return {
        task["task"]["name"]: task["task_settings"]["common_settings"].get("lob_max_size")
        for task in exported["definition"][SECTIONS]["tasks"]
    }


def uuids(em: Simulator, name: str = SERVER) -> dict[str, str]:
    """What identifies the tasks of a server, by task."""
    found = next(server for server in em.estate()["servers"] if server["name"] == name)
    return {
        task["task"]["name"]: task["task_settings"]["common_settings"]["task_uuid"]
        for task in found["definition"][SECTIONS]["tasks"]
    }


def states(em: Simulator) -> dict[str, str]:
    """The states of the server's tasks."""
    server = next(server for server in em.estate()["servers"] if server["name"] == SERVER)
    return {task["name"]: task.get("state", "STOPPED") for task in server["tasks"]}


def importing(em: Simulator, definition: Any = None, check_mode: bool = False, **options: Any) -> Result:
    """What the module does."""
    return perform(em, aem_import, check_mode, **{"server": SERVER, "definition": definition, "timeout": 20, **options})


def writes(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [entry["api_method"] for entry in em.log() if entry["writes"]]


def add_empty_server(em: Simulator) -> None:
    """A server that has nothing."""
    done = perform(em, aem_server, name=EMPTY, host="empty.example", username="u", password="p", state="present")
    assert done.error is None, done.error


@pytest.mark.parametrize("style", STYLES)
def test_an_export_into_an_empty_server(em: Simulator, style: str) -> None:
    em.update_settings(export_style=style)
    add_empty_server(em)
    checked = importing(em, check_mode=True, server=EMPTY, src=str(ALL), definition=None)
    em.clear_log()
    done = importing(em, server=EMPTY, src=str(ALL))
    assert (done.error, done.changed) == (None, True)
    assert done.warnings == checked.warnings
    assert all("as it was encrypted. That is good only if server empty did it" in told for told in done.warnings)
    assert writes(em) == ["ImportAll"]
    assert (checked.changed, checked.diff, checked.values) == (done.changed, done.diff, done.values)
    assert done.values["imported"]["tasks"] == ["ERP to DW", "POS to Kafka", "ERP staging"]
    assert len(done.values["imported"]["endpoints"]) == 5
    em.clear_log()
    again = importing(em, server=EMPTY, src=str(ALL))
    assert (again.error, again.changed, again.diff) == (None, False, [])
    assert again.values == {"imported": UNCHANGED}
    assert calls(em) == ["ExportAll"]
    assert "{Z" not in json.dumps(done.diff)


def test_only_what_differs_is_imported(em: Simulator) -> None:
    wanted = changed("ERP staging")
    refused = importing(em, wanted)
    assert refused.error is not None
    assert "'ERP staging' (RUNNING)" in refused.error.message
    assert "force" in refused.error.message
    assert writes(em) == []
    checked = importing(em, wanted, check_mode=True, force=True)
    em.clear_log()
    done = importing(em, wanted, force=True)
    assert (done.error, done.changed, done.warnings) == (None, True, [])
    assert (checked.diff, checked.values) == (done.diff, done.values)
    assert done.values["imported"] == {**UNCHANGED, "tasks": ["ERP staging"], "restarted": ["ERP staging"]}
    assert writes(em) == ["StopTask", "ImportAll", "RunTask"]
    assert states(em)["ERP staging"] == "RUNNING"
    (shown,) = done.diff
    assert shown["before"] == {"tasks": {"ERP staging": {"task_settings": {"common_settings": {"lob_max_size": 8}}}}}
    assert not importing(em, wanted).changed


def test_all_that_differ_are_stopped_and_resumed(em: Simulator) -> None:
    names = ["ERP to DW", "POS to Kafka", "ERP staging"]
    done = importing(em, changed(*names), force=True)
    assert done.error is None
    assert writes(em) == ["StopTask"] * 3 + ["ImportAll"] + ["RunTask"] * 3
    assert sorted(done.values["imported"]["restarted"]) == sorted(names)
    assert {states(em)[name] for name in names} == {"RUNNING"}
    assert {lob_sizes(em)[name] for name in names} == {128}


def test_a_task_that_does_not_run_stays_stopped(em: Simulator) -> None:
    wanted = changed("ERP to DW")
    another = copy.deepcopy(wanted[SECTIONS]["tasks"][2])
    another["task"]["name"] = "New"
    wanted[SECTIONS]["tasks"].append(another)
    done = importing(em, wanted, force=True)
    assert done.error is None
    assert done.values["imported"]["restarted"] == ["ERP to DW"]
    assert states(em)["New"] == "STOPPED"
    # What identifies a task is good on its own server, and for that task, only.
    assert len(set(uuids(em).values())) == len(uuids(em))


def test_a_task_of_another_server_gets_an_identity_of_its_own(em: Simulator) -> None:
    add_empty_server(em)
    assert importing(em, server=EMPTY, src=str(ALL), definition=None).error is None
    assert not set(uuids(em, EMPTY).values()) & set(uuids(em).values())


def test_tasks_are_resumed_where_the_import_fails(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "ImportAll", "error_code": "AEM_IMPORT_INVALID_CONTENT"})
    done = importing(em, changed("ERP to DW", "ERP staging"), force=True)
    assert done.error is not None
    assert done.error.facts()["error_code"] == "AEM_IMPORT_INVALID_CONTENT"
    assert "'ERP to DW', 'ERP staging' were stopped for it and resumed again." in done.error.message
    assert done.changed is False
    assert states(em)["ERP to DW"] == states(em)["ERP staging"] == "RUNNING"


def test_tasks_are_resumed_where_one_cannot_be_stopped(em: Simulator) -> None:
    em.inject(
        {"kind": "error", "api_method": "StopTask", "task": "ERP staging", "error_code": "AEM_STOP_TASK_INNER_ERR"}
    )
    done = importing(em, changed("ERP to DW", "ERP staging"), force=True)
    assert done.error is not None
    assert "Task 'ERP to DW' was stopped for it and resumed again." in done.error.message
    assert "ImportAll" not in writes(em)
    assert states(em)["ERP to DW"] == states(em)["ERP staging"] == "RUNNING"


def test_a_task_that_cannot_be_resumed_is_told(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    done = importing(em, changed("ERP to DW"), force=True)
    assert done.error is not None
    assert done.error.message.startswith("The import is done, but task 'ERP to DW' was not resumed.")
    assert done.error.facts()["error_code"] == "AEM_RUN_TASK_INNER_ERR"
    assert done.changed


def test_failures_of_import_and_resume_are_both_told(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "ImportAll", "error_code": "AEM_IMPORT_INVALID_CONTENT"})
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    done = importing(em, changed("ERP to DW"), force=True)
    assert done.error is not None
    assert "AEM_IMPORT_INVALID_CONTENT" in done.error.message
    words = "Task 'ERP to DW' was stopped for it and could not be resumed: RunTask of task ERP to DW on server"
    assert words in done.error.message
    assert done.changed


@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 2), ("drop_after", 1)])
def test_a_lost_answer_is_settled(em: Simulator, monkeypatch: pytest.MonkeyPatch, kind: str, sent: int) -> None:
    monkeypatch.setattr(imports, "LOOK_AFTER_LOST_ANSWER", 0.5)
    add_empty_server(em)
    em.clear_log()
    em.inject({"kind": kind, "api_method": "ImportAll"})
    done = importing(em, document(), server=EMPTY)
    assert done.error is None
    assert writes(em) == ["ImportAll"] * sent
    assert not importing(em, document(), server=EMPTY).changed


def test_settings_that_the_server_does_not_take_are_warned_of(em: Simulator) -> None:
    em.update_settings(import_seconds=30.0)
    wanted = {SECTIONS: {"replication_environment": {"roll_over_max_age_days": 9}}}
    done = importing(em, wanted, timeout=1)
    assert (done.error, done.changed) == (None, True)
    assert "still has other values for /replication_environment/roll_over_max_age_days." in done.warnings[0]
    assert "ignore" in done.warnings[0]
    assert not importing(em, wanted, ignore=["/replication_environment"]).changed


def test_what_does_not_appear_is_an_error(em: Simulator) -> None:
    em.update_settings(import_seconds=30.0)
    add_empty_server(em)
    done = importing(em, document(), server=EMPTY, timeout=1)
    assert done.error is not None
    assert "on server empty task 'ERP to DW', task 'POS to Kafka'" in done.error.message
    assert "not there after 1 seconds" in done.error.message
    assert done.changed


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ('{"cmd.replication_definition": {\n  "tasks": [,]}}', "line 2, column 13"),
        ("[]", "not a JSON object"),
        ([1], "not a JSON object"),
        ("", "is empty"),
        ({SECTIONS: {}}, "is empty"),
        ({SECTIONS: {"tasks": [], "databases": []}}, "is empty"),
        ({"tasks": []}, "is missing"),
        ({SECTIONS: {"tasks": [{"task": {"name": "x"}}]}}, "names no source endpoint"),
        ({SECTIONS: {"scheduler": {"jobs": {"name": "J"}}}}, "/scheduler/jobs is an object, not a list"),
        ({SECTIONS: {"databases": [{"name": "E", "db_settings": "@{server=h}"}]}}, "/0/db_settings is text"),
        ({SECTIONS: {"error_behavior": {"x": "@{server=h}"}}}, "PowerShell"),
        ('{"cmd.replication_definition": {"error_behavior": {"x": NaN}}}', "/error_behavior/x is NaN"),
    ],
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_bad_input_is_refused_before_the_first_write(
    em: Simulator, definition: Any, words: str, check_mode: bool
) -> None:
    done = importing(em, definition, check_mode=check_mode)
    assert done.error is not None
    assert words in done.error.message
    assert writes(em) == []


def test_a_missing_endpoint_is_refused(em: Simulator) -> None:
    add_empty_server(em)
    em.clear_log()
    wanted = document()
    wanted[SECTIONS]["databases"] = wanted[SECTIONS]["databases"][1:]
    done = importing(em, wanted, server=EMPTY)
    assert done.error is not None
    assert "the source endpoint 'ERP Oracle' of task 'ERP to DW'" in done.error.message
    assert writes(em) == []
    checked = importing(em, wanted, check_mode=True, server=EMPTY)
    assert checked.error is None
    assert "does not have the source endpoint 'ERP Oracle'" in checked.warnings[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"src": "/does/not/exist.json"}, "/does/not/exist.json cannot be read: No such file"),
        ({"src": str(FIXTURES / "license.txt")}, "license.txt: The definition is no valid JSON: line 1"),
        ({}, "exactly one of definition and src"),
        ({"definition": {SECTIONS: {}}, "src": str(ALL)}, "exactly one of definition and src"),
        ({"src": str(ALL), "task": "ERP to DW"}, "has 3 tasks"),
        ({"src": str(FIXTURES / "export_task_2021.json"), "task": "Other"}, "of task 'Policies', not of 'Other'"),
        ({"src": str(ALL), "ignore": ["lob_max_size"]}, "is not a JSON pointer"),
        ({"src": str(ALL), "timeout": 0}, "timeout must be 1 second or more"),
        ({"src": str(ALL), "source_endpoint": "ORA"}, "has 3 tasks"),
    ],
)
def test_bad_options_are_refused(em: Simulator, options: dict[str, Any], words: str) -> None:
    done = importing(em, **options)
    assert done.error is not None
    assert words in done.error.message
    assert writes(em) == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    ("file", "task"), [("export_task_2018.json", "POS to Kafka"), ("export_task_2021.json", "Policies")]
)
def test_a_task_with_its_endpoints(em: Simulator, style: str, file: str, task: str) -> None:
    em.update_settings(export_style=style)
    add_empty_server(em)
    options = {"server": EMPTY, "task": task, "src": str(FIXTURES / file)}
    checked = importing(em, check_mode=True, **options)
    done = importing(em, **options)
    assert (done.error, done.changed) == (None, True)
    assert (checked.diff, checked.values, checked.warnings) == (done.diff, done.values, done.warnings)
    assert all("as it was encrypted. That is good only if server empty did it" in told for told in done.warnings)
    assert done.values["imported"]["tasks"] == [task]
    assert len(done.values["imported"]["endpoints"]) == 2
    again = importing(em, **options)
    assert (again.error, again.changed, again.values) == (None, False, {"imported": UNCHANGED})


def test_in_check_mode_a_server_may_be_missing(em: Simulator) -> None:
    checked = importing(em, document(), check_mode=True, server="later")
    assert (checked.error, checked.changed) == (None, True)
    assert "There is no server later yet." in checked.warnings[0]
    task = importing(em, check_mode=True, server="later", task="Policies", src=str(FIXTURES / "export_task_2021.json"))
    assert (task.error, task.changed) == (None, True)
    done = importing(em, document(), server="later")
    assert done.error is not None
    assert "AEM_SERVER_NOT_FOUND" in done.error.message


def test_playbooks(em: Simulator) -> None:
    proofs = prove(em, PLAY.replace("{{ folder }}", str(FIXTURES)))
    for proof in proofs.values():
        proof.holds()
    settings, task = proofs.values()
    assert settings.run.result["imported"]["endpoints"] == ["QAS archive"]
    assert task.run.result["imported"]["endpoints"] == ["Events Kafka 2"]
    assert task.run.result["imported"]["restarted"] == ["POS to Kafka"]
