# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done to definitions before and after calls, without a server."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import differences
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tree import SECTIONS
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import (
    export,
    importing,
    pausing,
    task_definition,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import repository

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
ALL = json.loads((FIXTURES / "export_all.json").read_text(encoding="utf-8"))
WHOLE = read(ALL)
TASKS = WHOLE.task_names
ENDPOINTS = WHOLE.endpoint_names
OTHERS = [name for name in ALL[SECTIONS] if name not in ("tasks", "databases", "error_behavior")]


def task_document(**sections: Any) -> dict[str, Any]:
    """A document of one task, the first of the fixture."""
    return {SECTIONS: {"tasks": ALL[SECTIONS]["tasks"][:1], **sections}}


@given(st.sets(st.sampled_from(TASKS)), st.sets(st.sampled_from(ENDPOINTS)), st.sets(st.sampled_from(OTHERS)))
def test_the_part_that_differs_is_all_that_is_needed(tasks: set[str], endpoints: set[str], others: set[str]) -> None:
    current = copy.deepcopy(ALL)
    content = current[SECTIONS]
    content["tasks"] = [task for task in content["tasks"] if task["task"]["name"] not in tasks]
    content["databases"] = [item for item in content["databases"] if item["name"] not in endpoints]
    for name in others:
        del content[name]
    found = differences(WHOLE, read(current))
    part = repository.differing(WHOLE, found)
    told = repository.imported(found)
    assert set(part.task_names) == set(told["tasks"]) == tasks
    assert set(part.endpoint_names) == set(told["endpoints"]) == endpoints
    assert set(told["sections"]) == others
    assert set(part.sections) - {"tasks", "databases"} == others
    assert differences(part, read(current)) == found


def test_needed_endpoints_are_those_that_are_not_brought() -> None:
    part = repository.differing(WHOLE, [item for item in differences(WHOLE, None) if item.name == "ERP to DW"])
    assert importing.needed_endpoints(WHOLE) == []
    assert importing.needed_endpoints(part) == [
        ("source", "ERP Oracle", "ERP to DW"),
        ("target", "DW Snowflake", "ERP to DW"),
    ]


def test_what_belongs_to_a_task() -> None:
    wanted, warnings = task_definition.of_task(
        read(task_document(scheduler={"jobs": [{"name": "J"}]}, notifications=[]))
    )
    assert list(wanted.sections) == ["tasks"]
    assert warnings == ["A task is imported without scheduler of its definition."]
    with pytest.raises(Refused, match="does not name: 'POS SQL Server', 'Events Kafka', 'ERP LogStream'"):
        task_definition.of_task(read(task_document(databases=WHOLE.endpoints)))


def test_a_definition_is_prepared() -> None:
    options = {
        "name": "ERP to DW",
        "definition": json.dumps(task_document(databases=WHOLE.endpoints)),
        "source_endpoint": "A",
        "target_endpoint": "B",
        "owners": {"ERP": "NEW"},
        "overrides": {"task_settings": {"common_settings": {"lob_max_size": None}}},
    }
    wanted, warnings, hint = task_definition.prepared(options)
    assert warnings == []
    assert "with_endpoints" in hint
    (task,) = wanted.tasks
    assert task.endpoints() == ("A", ["B"])
    assert wanted.endpoints == []
    assert {table["owner"] for table in task.tables["explicit_included_tables"]} == {"NEW"}
    common = task.data["task_settings"]["common_settings"]
    assert not {"lob_max_size", "task_uuid"} & set(common)
    assert task_definition.summary(wanted) == {
        "name": "ERP to DW",
        "source_endpoint": "A",
        "target_endpoints": ["B"],
        "tables": 8,
        "restarted": False,
    }


def test_running_tasks_are_refused_unless_they_may_be_stopped() -> None:
    tasks = [{"name": str(number), "state": "RUNNING"} for number in range(12)]
    assert pausing.refusal("s", tasks, force=True, what="imported") is None
    assert pausing.refusal("s", [], force=False, what="imported") is None
    refused = pausing.refusal("s", tasks, force=False, what="imported", why=" Why.")
    assert refused is not None
    told = r"Tasks '0' \(RUNNING\), .*'9' \(RUNNING\) and 2 more of server s run, .*them stopped and resumed\. Why\."
    assert re.fullmatch(told, refused.message)


def test_an_export_that_is_no_definition_is_no_answer() -> None:
    with pytest.raises(NoAnswer, match=r"^ExportAll got no usable answer: The definition is empty\. Look at .*\.$"):
        importing.exported("ExportAll", "")


@pytest.mark.parametrize(
    ("mode", "number"), [(None, 0o600), ("0600", 0o600), ("600", 0o600), ("0o640", 0o640), (0o644, 0o644), ("0", 0)]
)
def test_permissions(mode: Any, number: int) -> None:
    assert export.permissions(mode) == number


@pytest.mark.parametrize("mode", [600, 644, "u=rw", "", "0999", "01777", -1, "-1", True, 6.0, []])
def test_what_is_no_permission_is_refused(mode: Any) -> None:
    with pytest.raises(Refused, match="octal digits"):
        export.permissions(mode)


def test_a_new_file_is_told_by_what_it_holds() -> None:
    assert export.summary(WHOLE) == {
        "tasks": TASKS,
        "endpoints": ENDPOINTS,
        "sections": [name for name in ALL[SECTIONS] if name not in ("tasks", "databases")],
    }
