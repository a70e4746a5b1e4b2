# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a record of running tasks comes to hold, run after run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.task_record import Record, added, read

STATES = ("RUNNING", "RECOVERY", "STARTING", "STOPPING", "STOPPED", "ERROR", "PAUSED")
RUNNING = STATES[:3]
ORDERS, CLAIMS = {"server": "a", "name": "Orders"}, {"server": "a", "name": "Claims"}


def looks() -> st.SearchStrategy[list[dict[str, str]]]:
    """What a run sees of the tasks: each task once, in some state."""
    task = st.fixed_dictionaries(
        {"server": st.sampled_from("ab"), "name": st.sampled_from("xyz"), "state": st.sampled_from(STATES)}
    )
    return st.lists(task, unique_by=lambda item: (item["server"], item["name"]))


@given(st.lists(looks(), min_size=1, max_size=4))
def test_a_record_holds_every_task_that_any_run_saw_running(runs: list[list[dict[str, str]]]) -> None:
    record: Record | None = None
    for number, tasks in enumerate(runs):
        running = [task for task in tasks if task["state"] in RUNNING]
        record = added(record, running, {"run": number}, f"time {number}")
    assert record is not None
    seen = {(task["server"], task["name"]) for tasks in runs for task in tasks if task["state"] in RUNNING}
    kept = [(task["server"], task["name"]) for task in record.tasks]
    assert set(kept) == seen
    assert len(kept) == len(seen)
    assert (record.begun, record.facts) == ("time 0", {"run": 0})
    assert added(record, running, {"run": 9}, "later") == record


def test_facts_of_later_runs_are_added_and_never_replaced() -> None:
    first = added(None, [], {"from": "Primary"}, "1")
    assert added(first, [], {"from": "Standby", "more": 1}, "2").facts == {"from": "Primary", "more": 1}


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "", "[]", "{}", '{"begun": "1", "facts": {}, "tasks": [{"name": "x"}]}', "\ud800"]
)
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "record.json"
    path.write_bytes(content.encode("utf-8", errors="surrogatepass"))
    with pytest.raises(Refused, match=r"record\.json is no"):
        read(str(path))
    assert path.exists()


def test_a_path_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(Refused, match="cannot be looked at: File name too long"):
        read("x" * 300)


def test_a_record_with_a_long_name_can_be_set_aside(tmp_path: Path) -> None:
    record = added(None, [], {}, "2026-03-07T11:19:03Z")
    aside = Path(record.aside(str(tmp_path / f"{'x' * 250}.json")))
    assert aside.parent == tmp_path
    assert aside.name.endswith(".20260307T111903Z.aside")
    aside.write_text("x", encoding="utf-8")


def test_a_record_of_something_else_is_set_aside_but_for_its_tasks(tmp_path: Path) -> None:
    there = added(None, [ORDERS], {"from": "Primary"}, "2026-03-07T11:19:03Z", {"configuration": "Standby"})
    same = added(there, [], {"from": "Standby"}, "later", {"configuration": "Standby"})
    assert same == there
    other = added(there, [CLAIMS], {"from": "Standby"}, "later", {"configuration": "Primary"})
    assert other == Record("later", [ORDERS, CLAIMS], {"from": "Standby"}, {"configuration": "Primary"})
    assert there.aside(str(tmp_path / "ORA.json")) == str(tmp_path / "ORA.20260307T111903Z.aside")
    # Where nobody has said what it is of, it may be of that.
    assert added(there, [], {"more": 1}, "later").facts == {"from": "Primary", "more": 1}


def test_a_pipe_is_no_record_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "record.json")
    with pytest.raises(Refused, match="is a pipe"):
        read(str(tmp_path / "record.json"))
