# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that were stopped for a change run again, whatever goes wrong; and an import is never done twice."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import importing, switch
from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_backup,
    aem_export,
    aem_import,
    aem_restore,
    aem_task,
    aem_task_state,
)
from simulator import Settings, Simulator
from support.definitions import SECTIONS
from support.inprocess import calls, perform

SERVER = "Replicate PRD 1"
TASK = "ERP to DW"
SETTING = {"task_settings": {"common_settings": {"lob_max_size": 128}}}


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same patience, in smaller steps."""
    monkeypatch.setattr(http, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(switch, "LOOK_AFTER_LOST_ANSWER", 0.3)
    monkeypatch.setattr(importing, "LOOK_AFTER_LOST_ANSWER", 0.3)
    monkeypatch.setattr(concurrent, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(concurrent, "LONGEST_PAUSE", 0.2)


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One Enterprise Manager for all tests of this module."""
    with Simulator(Settings(start_seconds=0.02, stop_seconds=0.02, import_seconds=0.02)) as simulator:
        yield simulator


@pytest.fixture
def em(shared: Simulator) -> Iterator[Simulator]:
    """It, as at the start."""
    shared.reset()
    yield shared
    shared.clear_faults()


def definition(em: Simulator) -> dict[str, Any]:
    """What the server says of the task."""
    found = perform(em, aem_export, server=SERVER, task=TASK)
    em.clear_log()
    return copy.deepcopy(dict(found.values["definition"]))


def by_task(em: Simulator, wanted: dict[str, Any], **options: Any) -> Result:
    """Change one setting of the task with aem_task."""
    return perform(em, aem_task, server=SERVER, name=TASK, definition=wanted, overrides=SETTING, **options)


def by_import(em: Simulator, wanted: dict[str, Any], **options: Any) -> Result:
    """The same with aem_import."""
    changed = copy.deepcopy(wanted)
    changed[SECTIONS]["tasks"][0]["task_settings"].setdefault("common_settings", {})["lob_max_size"] = 128
    return perform(em, aem_import, server=SERVER, definition=changed, **options)


MODULES = [by_task, by_import]
NAMES = ["aem_task", "aem_import"]


def state(em: Simulator) -> str:
    """The state of the task."""
    tasks = next(item for item in em.estate()["servers"] if item["name"] == SERVER)["tasks"]
    return str(next(item["state"] for item in tasks if item["name"] == TASK))


def notes() -> list[dict[str, Any]]:
    """What this machine remembers of tasks that it has stopped."""
    folder = Path(os.environ["ANSIBLE_HOME"]) / "qlik.enterprise_manager/stopped"
    return [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]


def writes(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [entry["api_method"] for entry in em.log() if entry["writes"]]


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_change_that_goes_well_leaves_no_note(em: Simulator, module: Any) -> None:
    done = module(em, definition(em), force=True)
    assert (done.error, done.changed, state(em), notes()) == (None, True, "RUNNING", [])
    assert "left_stopped" not in done.values


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
@pytest.mark.parametrize(
    "fault", [{"kind": "error", "error_code": "AEM_SERVER_NOT_CONNECTED"}, {"kind": "status", "status": 503}]
)
def test_a_task_runs_again_though_nobody_can_look_after_its_stop(
    em: Simulator, module: Any, fault: dict[str, Any]
) -> None:
    wanted = definition(em)
    em.inject({**fault, "api_method": "GetTaskDetails", "times": None})
    done = module(em, wanted, force=True, timeout=1, aem_retries=0)
    assert done.error is not None
    assert f"Task '{TASK}' was stopped for it and resumed again." in done.error.message
    assert (state(em), writes(em)) == ("RUNNING", ["StopTask", "RunTask"])
    em.clear_faults()
    assert (module(em, wanted, force=True).error, state(em), notes()) == (None, "RUNNING", [])


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_task_runs_again_though_the_answers_of_its_stop_are_lost(em: Simulator, module: Any, kind: str) -> None:
    wanted = definition(em)
    em.inject({"kind": kind, "api_method": "StopTask", "times": None})
    module(em, wanted, force=True, timeout=2, aem_retries=0)
    assert state(em) == "RUNNING"
    em.clear_faults()
    done = module(em, wanted, force=True)
    assert (done.error, state(em), notes()) == (None, "RUNNING", [])


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "error_code": "AEM_SERVER_NOT_CONNECTED"},
        {"kind": "truncate", "cut": "json"},
        {"kind": "html", "status": 200},
        {"kind": "drop_before"},
    ],
    ids=["not-connected", "cut", "page", "dropped"],
)
def test_what_passes_does_not_leave_a_task_stopped(em: Simulator, module: Any, fault: dict[str, Any]) -> None:
    wanted = definition(em)
    em.inject({**fault, "api_method": "RunTask", "times": 3})
    done = module(em, wanted, force=True, timeout=20)
    assert (done.error, done.changed, state(em), notes()) == (None, True, "RUNNING", [])


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_what_could_not_be_resumed_is_named_and_a_second_run_resumes_it(em: Simulator, module: Any) -> None:
    wanted = definition(em)
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR", "times": None})
    done = module(em, wanted, force=True)
    assert done.error is not None
    assert done.error.message.startswith(f"The import is done, but task '{TASK}' was not resumed.")
    assert (done.changed, done.values["left_stopped"], state(em)) == (True, [TASK], "STOPPED")
    (note,) = notes()
    assert (note["server"], note["task"], note["url"].startswith(em.url)) == (SERVER, TASK, True)
    em.clear_log()
    failed = module(em, wanted)
    assert failed.error is not None
    assert "which an earlier run had stopped, could not be resumed" in failed.error.message
    assert (failed.changed, failed.values["left_stopped"], writes(em)) == (False, [TASK], ["RunTask"])
    em.clear_faults()
    checked = module(em, wanted, check_mode=True)
    assert (checked.error, checked.changed, state(em)) == (None, True, "STOPPED")
    again = module(em, wanted)
    assert (again.error, again.changed, again.diff) == (None, True, checked.diff)
    assert again.diff[0]["after"] == {"state": "RUNNING"}
    assert f"Task '{TASK}' of server {SERVER} was stopped for a change at " in again.warnings[0]
    assert (state(em), notes()) == ("RUNNING", [])
    third = module(em, wanted)
    assert (third.error, third.changed, third.warnings) == (None, False, [])


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_task_that_was_left_stopped_is_resumed_after_another_import(em: Simulator, module: Any) -> None:
    wanted = definition(em)
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    em.inject({"kind": "error", "api_method": "ImportTask", "error_code": "AEM_IMPORT_TASK_CANNOT_OVERRIDE_TASK"})
    em.inject({"kind": "error", "api_method": "ImportAll", "error_code": "AEM_IMPORT_INVALID_CONTENT"})
    failed = module(em, wanted, force=True)
    assert (failed.changed, failed.values["left_stopped"], state(em)) == (True, [TASK], "STOPPED")
    em.clear_faults()
    em.clear_log()
    done = module(em, wanted)
    assert (done.error, done.changed, state(em), notes()) == (None, True, "RUNNING", [])
    assert writes(em)[0].startswith("Import")
    assert writes(em)[1:] == ["RunTask"]


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_a_run_that_was_interrupted_is_finished_by_the_next_one(
    em: Simulator, module: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = definition(em)

    def interrupted(*_arguments: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Api, "import_task", interrupted)
        patch.setattr(Api, "import_all", interrupted)
        with pytest.raises(KeyboardInterrupt):
            module(em, wanted, force=True)
    assert (state(em), len(notes())) == ("STOPPED", 1)
    done = module(em, wanted)
    assert (done.error, done.changed, state(em), notes()) == (None, True, "RUNNING", [])
    assert module(em, wanted).changed is False


def test_a_task_that_runs_or_is_wanted_stopped_needs_no_note(em: Simulator) -> None:
    wanted = definition(em)
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    assert by_task(em, wanted, force=True).values["left_stopped"] == [TASK]
    assert perform(em, aem_task_state, server=SERVER, tasks=[TASK], state="stopped").changed is False
    assert notes() == []
    assert (by_task(em, wanted).changed, state(em)) == (False, "STOPPED")


@pytest.mark.parametrize("look", ["started", "restarted", "check"])
def test_a_note_of_a_task_that_runs_goes(em: Simulator, look: str) -> None:
    wanted = definition(em)
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    by_task(em, wanted, force=True)
    (path,) = (Path(os.environ["ANSIBLE_HOME"]) / "qlik.enterprise_manager/stopped").glob("*.json")
    said = path.read_text(encoding="utf-8")
    perform(em, aem_task_state, server=SERVER, tasks=[TASK], state="started")
    # A run that was killed when it had just resumed the task leaves this.
    path.write_text(said, encoding="utf-8")
    if look == "check":
        assert by_task(em, wanted, check_mode=True).changed is False
    else:
        perform(em, aem_task_state, server=SERVER, tasks=[TASK], state=look)
    assert (state(em), notes()) == ("RUNNING", [])


def test_only_what_ran_is_restarted_by_the_second_run_too(em: Simulator) -> None:
    options = {"server": SERVER, "tasks": [TASK], "state": "restarted", "only_running": True}
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    failed = perform(em, aem_task_state, **options)
    assert (failed.changed, state(em)) == (True, "STOPPED")
    done = perform(em, aem_task_state, **options)
    assert (done.error, done.changed, state(em), notes()) == (None, True, "RUNNING", [])
    perform(em, aem_task_state, server=SERVER, tasks=[TASK], state="stopped")
    left = perform(em, aem_task_state, **options)
    assert (left.changed, state(em)) == (False, "STOPPED")


def test_a_note_that_is_too_old_or_broken_counts_no_more(em: Simulator) -> None:
    wanted = definition(em)
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    by_task(em, wanted, force=True)
    (path,) = (Path(os.environ["ANSIBLE_HOME"]) / "qlik.enterprise_manager/stopped").glob("*.json")
    good = path.read_text(encoding="utf-8")
    path.write_text("[", encoding="utf-8")
    assert (by_task(em, wanted).changed, state(em)) == (False, "STOPPED")
    path.write_text(good, encoding="utf-8")
    long_ago = path.stat().st_mtime - 8 * 24 * 3600
    os.utime(path, (long_ago, long_ago))
    assert (by_task(em, wanted).changed, state(em)) == (False, "STOPPED")


def test_where_nothing_can_be_noted_the_change_is_made_with_a_warning(
    em: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wanted = definition(em)
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("ANSIBLE_HOME", str(file))
    done = by_task(em, wanted, force=True)
    assert (done.error, done.changed, state(em)) == (None, True, "RUNNING")
    assert "a later run will not know that they were stopped" in done.warnings[0]


def test_a_restore_resumes_what_it_has_left_stopped(em: Simulator, tmp_path: Path) -> None:
    perform(em, aem_backup, path=str(tmp_path), servers=[SERVER])
    assert by_task(em, definition(em), force=True).error is None
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR"})
    options = {"path": str(tmp_path), "server": SERVER}
    refused = perform(em, aem_restore, **options)
    assert refused.error is not None
    assert refused.diff != []
    failed = perform(em, aem_restore, **options, force=True)
    assert (failed.changed, failed.values["left_stopped"], state(em)) == (True, [TASK], "STOPPED")
    done = perform(em, aem_restore, **options)
    assert (done.error, done.changed, state(em), notes()) == (None, True, "RUNNING", [])
    assert done.values["imported"]["restarted"] == [TASK]


LOST = {"drop_before": 2, "drop_after": 1, "html": 2}


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
@pytest.mark.parametrize("kind", LOST)
def test_an_import_that_is_lost_once_is_settled(em: Simulator, module: Any, kind: str) -> None:
    wanted = definition(em)
    em.inject({"kind": kind, "api_method": "ImportTask"})
    em.inject({"kind": kind, "api_method": "ImportAll"})
    done = module(em, wanted, force=True)
    assert (done.error, done.changed, state(em)) == (None, True, "RUNNING")
    assert len([call for call in writes(em) if call.startswith("Import")]) == LOST[kind]


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_an_import_that_is_lost_twice_ends_in_a_look(em: Simulator, module: Any) -> None:
    wanted = definition(em)
    for method in ("ImportTask", "ImportAll"):
        em.inject({"kind": "drop_before", "api_method": method})
        em.inject({"kind": "drop_after", "api_method": method})
    done = module(em, wanted, force=True)
    assert (done.error, done.changed, state(em)) == (None, True, "RUNNING")


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_an_import_of_which_nobody_knows_counts_as_a_change(em: Simulator, module: Any) -> None:
    wanted = definition(em)
    for method in ("ImportTask", "ImportAll"):
        em.inject({"kind": "drop_before", "api_method": method, "times": None})
    done = module(em, wanted, force=True)
    assert done.error is not None
    assert "was not tried again, since two calls had no answer. It may still be done." in done.error.message
    assert (done.changed, state(em)) == (True, "RUNNING")
    em.clear_faults()
    assert (module(em, wanted, force=True).error, module(em, wanted).changed) == (None, False)


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
@pytest.mark.parametrize("status", [504, 408])
def test_an_import_that_timed_out_is_never_sent_again(em: Simulator, module: Any, status: int) -> None:
    wanted = definition(em)
    for method in ("ImportTask", "ImportAll"):
        em.inject({"kind": "status", "status": status, "api_method": method})
    done = module(em, wanted, force=True, timeout=1)
    assert done.error is not None
    assert "since the server may still be at work on it. It may still be done." in done.error.message
    assert (done.changed, state(em)) == (True, "RUNNING")
    assert len([call for call in calls(em) if call.startswith("Import")]) == 1


@pytest.mark.parametrize("module", MODULES, ids=NAMES)
def test_an_import_that_comes_late_is_waited_for(em: Simulator, module: Any) -> None:
    wanted = definition(em)
    for method in ("ImportTask", "ImportAll"):
        em.inject({"kind": "slow", "seconds": 2.0, "api_method": method})
    done = module(em, wanted, force=True, timeout=20, aem_timeout=1)
    assert (done.error, done.changed, state(em)) == (None, True, "RUNNING")
    assert len([call for call in writes(em) if call.startswith("Import")]) == 1


def test_a_run_that_comes_late_is_waited_for_and_not_sent_twice(em: Simulator) -> None:
    perform(em, aem_task_state, server=SERVER, tasks=[TASK], state="stopped")
    em.clear_log()
    # The server has three seconds for the run, and this client one more.
    em.inject({"kind": "slow", "seconds": 5.0, "api_method": "RunTask"})
    done = perform(em, aem_task_state, server=SERVER, tasks=[TASK], state="started", timeout=3, aem_timeout=1)
    assert (done.error, done.changed, state(em)) == (None, True, "RUNNING")
    assert writes(em) == ["RunTask"]
