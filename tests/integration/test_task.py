# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks by their definitions: made, changed, moved to other endpoints, removed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import importing as imports
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_export, aem_task, aem_task_state
from simulator import Settings, Simulator
from support.definitions import SECTIONS
from support.inprocess import calls, perform
from support.playbooks import prove, run

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
QAS, DEV = "replicate-qas", "replicate-dev"
NIGHTLY = "Nightly 01 accounts"
RUNS = "Nightly 21 returns"
STYLES = ("2018", "2021", "2023")
OVERRIDES = {"task_settings": {"common_settings": {"lob_max_size": 64}}}
MOVED = {
    "server": DEV,
    "name": NIGHTLY,
    "source_endpoint": "DEV Oracle",
    "target_endpoint": "DEV null",
    "owners": {"QAS": "$DEV"},
    "overrides": OVERRIDES,
}
PLAY = f"""
- name: Make it
  qlik.enterprise_manager.aem_task: &made
    server: replicate-dev
    name: ERP to DW
    src: {FIXTURES}/export_task_windows.json
    source_endpoint: DEV Oracle
    target_endpoint: DEV null
- name: Change it
  qlik.enterprise_manager.aem_task:
    <<: *made
    overrides: {{task_settings: {{target_settings: {{max_transaction_size: 77}}}}}}
- name: Remove it
  qlik.enterprise_manager.aem_task:
    server: replicate-dev
    name: ERP to DW
    state: absent
    delete_logs: true
"""


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """An Enterprise Manager as at its start; nobody waits long for a lost answer."""
    monkeypatch.setattr(imports, "LOOK_AFTER_LOST_ANSWER", 0.4)
    simulated.reset()
    yield simulated
    simulated.clear_faults()
    simulated.update_settings(export_style="2023", import_seconds=0.02)


def definition(em: Simulator, task: str = NIGHTLY, server: str = QAS, with_endpoints: bool = False) -> dict[str, Any]:
    """The definition of a task; the log begins after it."""
    found = perform(em, aem_export, server=server, task=task, with_endpoints=with_endpoints)
    assert found.error is None
    em.clear_log()
    return dict(found.values["definition"])


def importing(em: Simulator, check_mode: bool = False, **options: Any) -> Result:
    """What the module does."""
    return perform(em, aem_task, check_mode, **{"server": QAS, "name": NIGHTLY, "timeout": 20, **options})


def writes(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [entry["api_method"] for entry in em.log() if entry["writes"]]


def state(em: Simulator, task: str, server: str = QAS) -> str | None:
    """The state of a task, None where there is none."""
    tasks = next(item for item in em.estate()["servers"] if item["name"] == server)["tasks"]
    return next((item["state"] for item in tasks if item["name"] == task), None)


def proven(em: Simulator, options: dict[str, Any]) -> Result:
    """The module in check mode, for real, and again; what the run told."""
    checked = importing(em, check_mode=True, **options)
    assert writes(em) == []
    done = importing(em, **options)
    assert (done.error, done.changed, done.warnings) == (None, True, checked.warnings)
    assert (checked.error, checked.changed, checked.diff) == (None, True, done.diff)
    assert checked.values == done.values
    em.clear_log()
    again = importing(em, **options)
    assert (again.error, again.changed, again.diff) == (None, False, [])
    assert writes(em) == []
    return done


@pytest.mark.parametrize("style", STYLES)
def test_a_task_of_another_server(em: Simulator, style: str) -> None:
    em.update_settings(export_style=style)
    done = proven(em, {**MOVED, "definition": definition(em)})
    assert done.warnings == []
    assert done.values["task"] == {
        "name": NIGHTLY,
        "source_endpoint": "DEV Oracle",
        "target_endpoints": ["DEV null"],
        "tables": 2,
        "restarted": False,
    }
    (shown,) = done.diff
    assert shown["before"] == ""
    there = definition(em, server=DEV)[SECTIONS]["tasks"][0]
    owners = {table["owner"] for table in there["source"]["source_tables"]["explicit_included_tables"]}
    assert owners == {"$DEV"}
    assert there["task_settings"]["common_settings"]["lob_max_size"] == 64


def test_a_second_run_reads_once(em: Simulator) -> None:
    wanted = definition(em)
    assert not importing(em, definition=wanted).changed
    assert calls(em) == ["ExportTask"]


@pytest.mark.parametrize("file", ["export_task_2018.json", "export_task_2021.json"])
def test_a_file_with_endpoints(em: Simulator, file: str) -> None:
    name = {"export_task_2018.json": "POS to Kafka", "export_task_2021.json": "Policies"}[file]
    refused = importing(em, name=name, src=str(FIXTURES / file))
    assert refused.error is not None
    assert "does not have the source endpoint" in refused.error.message
    assert "left out unless with_endpoints is true" in refused.error.message
    assert writes(em) == []
    em.clear_log()
    done = proven(em, {"name": name, "src": str(FIXTURES / file), "with_endpoints": True})
    assert all(
        "as it was encrypted. That is good only if server replicate-qas did it" in told for told in done.warnings
    )
    assert "{Z" not in json.dumps(done.diff)


def test_the_version_of_the_server_is_filled_in(em: Simulator) -> None:
    wanted = definition(em)
    del wanted["_version"]
    done = importing(em, definition=wanted, overrides=OVERRIDES)
    assert done.error is None
    assert done.warnings == []
    (sent,) = [entry["body"] for entry in em.log() if entry["api_method"] == "ImportTask"]
    assert json.loads(sent)["_version"]["version"] == "2024.11.0.285"


def test_a_task_that_runs(em: Simulator) -> None:
    options = {"name": RUNS, "definition": definition(em, RUNS), "overrides": OVERRIDES}
    told = (
        f"Task '{RUNS}' (RUNNING) of server {QAS} runs, and a task that runs cannot be imported. Stop it first, or set"
        " force to have it stopped and resumed. It would change"
        f" /tasks/{RUNS}/task_settings/common_settings/lob_max_size."
    )
    checked = importing(em, check_mode=True, **options)
    assert (checked.error, checked.changed) == (None, True)
    assert checked.warnings == [f"A run would be refused. {told}"]
    refused = importing(em, **options)
    assert refused.error is not None
    assert (refused.error.message, refused.changed) == (told, False)
    assert refused.diff == checked.diff != []
    assert writes(em) == []
    em.clear_log()
    done = importing(em, **options, force=True)
    assert (done.error, done.diff) == (None, checked.diff)
    assert done.values["task"]["restarted"]
    assert writes(em) == ["StopTask", "ImportTask", "RunTask"]
    assert state(em, RUNS) == "RUNNING"
    again = importing(em, **options)
    assert (again.error, again.changed, again.values["task"]["restarted"]) == (None, False, False)


def test_a_task_is_resumed_where_its_import_fails(em: Simulator) -> None:
    options = {"name": RUNS, "definition": definition(em, RUNS), "overrides": OVERRIDES, "force": True}
    em.inject({"kind": "error", "api_method": "ImportTask", "error_code": "AEM_IMPORT_TASK_CANNOT_OVERRIDE_TASK"})
    done = importing(em, **options)
    assert done.error is not None
    assert done.error.facts()["error_code"] == "AEM_IMPORT_TASK_CANNOT_OVERRIDE_TASK"
    assert f"Task '{RUNS}' was stopped for it and resumed again." in done.error.message
    assert (done.changed, state(em, RUNS)) == (False, "RUNNING")


@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 2), ("drop_after", 1)])
def test_a_lost_answer_of_an_import(em: Simulator, kind: str, sent: int) -> None:
    wanted = definition(em)
    em.inject({"kind": kind, "api_method": "ImportTask"})
    done = importing(em, definition=wanted, overrides=OVERRIDES)
    assert (done.error, done.changed) == (None, True)
    assert writes(em) == ["ImportTask"] * sent


def test_no_second_import_where_the_task_runs(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = definition(em)
    em.inject({"kind": "drop_before", "api_method": "ImportTask"})
    original = imports.wait_until

    def wait(*arguments: Any) -> Any:
        # Somebody starts the task after the answer was lost.
        if writes(em) == ["ImportTask"]:
            perform(em, aem_task_state, server=QAS, tasks=[NIGHTLY], state="started")
        return original(*arguments)

    monkeypatch.setattr(imports, "wait_until", wait)
    done = importing(em, definition=wanted, overrides=OVERRIDES)
    assert done.error is not None
    assert f"was not tried again, since task '{NIGHTLY}' runs" in done.error.message
    # Nobody can know whether it will be.
    assert "It may still be done." in done.error.message
    assert (done.changed, writes(em)) == (True, ["ImportTask", "RunTask"])


def test_settings_that_do_not_arrive(em: Simulator) -> None:
    wanted = definition(em)
    em.update_settings(import_seconds=30.0)
    done = importing(em, definition=wanted, overrides=OVERRIDES, timeout=1)
    assert (done.error, done.changed) == (None, True)
    setting = "/task_settings/common_settings/lob_max_size"
    assert f"/tasks/{NIGHTLY}{setting}" in done.warnings[0]
    ignored = importing(em, definition=wanted, overrides=OVERRIDES, ignore=[setting])
    assert (ignored.error, ignored.changed) == (None, False)


def test_a_task_that_does_not_appear(em: Simulator) -> None:
    wanted = definition(em)
    em.update_settings(import_seconds=30.0)
    done = importing(em, **MOVED, definition=wanted, timeout=1)
    assert done.error is not None
    assert f"on server {DEV} task '{NIGHTLY}' not there after 1 seconds" in done.error.message
    assert done.changed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "Other"}, f"of task '{NIGHTLY}', not of 'Other'. The filter qlik.enterprise_manager.retarget"),
        ({"src": str(FIXTURES / "export_all.json"), "definition": None}, "has 3 tasks ('ERP to DW', 'POS to Kafka'"),
        ({"source_endpoint": "Nowhere", "target_endpoint": "Nothing"}, "the source endpoint 'Nowhere' of task"),
        ({"target_endpoint": "Nothing"}, f"the target endpoint 'Nothing' of task '{NIGHTLY}'"),
        ({"overrides": {"task": {"name": "Other"}}}, "must not change the name"),
        ({"overrides": {"task": {"source_name": "Other"}}}, "names its source endpoint differently"),
        ({"ignore": ["lob_max_size"]}, "is not a JSON pointer"),
        ({"timeout": 0}, "timeout must be 1 second"),
        ({"definition": None}, "exactly one of definition and src"),
        ({"definition": '{"a": 1,\n "b"}'}, "line 2, column 5"),
        ({"definition": {SECTIONS: {"tasks": []}}}, "has no task"),
    ],
)
def test_what_cannot_be_imported_is_refused(em: Simulator, options: dict[str, Any], words: str) -> None:
    done = importing(em, **{"definition": definition(em), **options})
    assert done.error is not None
    assert words in done.error.message
    assert writes(em) == []


def test_endpoints_that_are_not_of_the_task(em: Simulator) -> None:
    wanted = definition(em, with_endpoints=True)
    spare = {**wanted[SECTIONS]["databases"][0], "name": "Spare"}
    wanted[SECTIONS]["databases"] = [*wanted[SECTIONS]["databases"], spare]
    done = importing(em, definition=wanted, with_endpoints=True)
    assert done.error is not None
    assert "does not name: 'Spare'" in done.error.message
    assert not importing(em, definition=wanted).changed


def test_other_sections_are_left_out_and_told(em: Simulator) -> None:
    wanted = definition(em)
    wanted[SECTIONS]["notifications"] = [{"name": "n"}]
    wanted[SECTIONS]["error_behavior"] = {}
    done = importing(em, definition=wanted)
    assert (done.error, done.changed) == (None, False)
    assert done.warnings == ["A task is imported without notifications of its definition."]


def test_where_endpoints_cannot_be_listed_the_server_decides(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "GetEndpointList", "error_code": "UNAUTHORIZED_REQUEST"})
    done = importing(em, definition=definition(em), target_endpoint="Nothing")
    assert done.error is not None
    assert done.error.facts()["error_code"] == "AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER"


def test_an_export_that_is_none(em: Simulator) -> None:
    wanted = definition(em)
    em.inject({"kind": "truncate", "api_method": "ExportTask", "cut": "json", "times": None})
    done = importing(em, definition=wanted)
    assert done.error is not None
    told = (
        "ExportTask of task Nightly 01 accounts on server replicate-qas got no usable answer: HTTP 200 with broken JSON"
    )
    assert done.error.message.startswith(told)


def test_in_check_mode_an_earlier_task_may_make_the_server_and_the_endpoint(em: Simulator) -> None:
    wanted = definition(em)
    checked = importing(em, check_mode=True, definition=wanted, server="later")
    assert (checked.error, checked.changed) == (None, True)
    assert "no server later yet" in checked.warnings[0]
    checked = importing(em, check_mode=True, definition=wanted, source_endpoint="Later")
    assert (checked.error, checked.changed) == (None, True)
    assert "does not have the source endpoint 'Later'" in checked.warnings[0]
    assert importing(em, check_mode=True, state="absent", server="later").changed is False


def test_removing(em: Simulator) -> None:
    done = proven(em, {"state": "absent", "delete_logs": True})
    assert done.warnings == []
    assert done.values == {}
    assert done.diff[0]["before"] == {"name": NIGHTLY, "state": "STOPPED"}
    assert state(em, NIGHTLY) is None


def test_removing_a_task_that_runs(em: Simulator) -> None:
    checked = importing(em, check_mode=True, name=RUNS, state="absent")
    assert (checked.error, checked.changed) == (None, True)
    assert "A run would be refused." in checked.warnings[0]
    refused = importing(em, name=RUNS, state="absent")
    assert refused.error is not None
    assert (refused.changed, refused.diff) == (False, checked.diff)
    assert (
        "a task that runs cannot be removed. Stop it first, or set force to have it stopped." in refused.error.message
    )
    em.inject({"kind": "error", "api_method": "DeleteTask", "error_code": "AEM_DELETE_TASK_ERR"})
    failed = importing(em, name=RUNS, state="absent", force=True)
    assert failed.error is not None
    assert failed.error.facts()["error_code"] == "AEM_DELETE_TASK_ERR"
    assert (failed.changed, state(em, RUNS)) == (False, "RUNNING")
    done = importing(em, name=RUNS, state="absent", force=True)
    assert (done.error, done.changed, state(em, RUNS)) == (None, True, None)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_answer_of_a_removal(em: Simulator, kind: str) -> None:
    em.inject({"kind": kind, "api_method": "DeleteTask"})
    done = importing(em, state="absent")
    assert (done.error, done.changed, state(em, NIGHTLY)) == (None, True, None)


def test_a_task_that_somebody_else_removes(em: Simulator) -> None:
    em.inject({"kind": "error", "api_method": "DeleteTask", "error_code": "AEM_TASK_NOT_FOUND"})
    done = importing(em, state="absent")
    assert (done.error, done.changed) == (None, False)


def test_playbooks(em: Simulator) -> None:
    for proof in prove(em, PLAY).values():
        proof.holds()
    neither = run(em, [{"name": "x", "qlik.enterprise_manager.aem_task": {"server": DEV, "name": "x"}}])["x"]
    assert "any of the following are missing: definition, src" in neither.result["msg"]
