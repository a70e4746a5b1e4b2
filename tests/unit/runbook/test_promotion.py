# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promotions: tasks made those of another server and back, all that is wrong told at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import differences
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.owners import (
    owners_in,
    schemas_in,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.task import Task
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.promotion import (
    Places,
    Promotions,
    Wish,
    files,
    promotions,
    row,
)
from support.definitions import CANARY, SECTIONS, copied, definitions, export, thorough

# Task 'ERP to DW' with source 'ERP Oracle', target 'DW Snowflake' and tables of ERP.
ERP = "export_task_windows.json"
PLACES = Places(
    source="dev",
    target="prd",
    source_tasks=[{"name": "ERP to DW"}, {"name": "Other"}],
    endpoints=[
        {"name": "ERP PROD", "role": "SOURCE"},
        {"name": "DW PROD", "role": "TARGET"},
        {"name": "Files", "role": "BOTH"},
    ],
)
WISH = Wish(endpoints={"ERP Oracle": "ERP PROD", "DW Snowflake": "DW PROD"}, owners={"ERP": "ERP_PROD"})


def promoted(wish: Wish = WISH, places: Places = PLACES) -> Promotions:
    """The promotion of the one task."""
    return promotions([read(export(ERP))], wish, places)


def problems(wish: Wish = WISH, places: Places = PLACES) -> str:
    """What is wrong with it."""
    return "\n".join(promoted(wish, places).problems)


def places_for(one: dict[str, Any], endpoints: dict[str, str]) -> Places:
    """Servers that have what a definition needs after its endpoints were renamed."""
    named = {name for task in read(one).tasks for name in task.named_endpoints}
    return Places(
        source="dev",
        target="prd",
        source_tasks=[{"name": name} for name in read(one).task_names],
        endpoints=[{"name": endpoints.get(name, name), "role": "BOTH"} for name in named],
    )


@given(definitions(min_tasks=1, max_tasks=1), st.data())
@thorough
def test_there_and_back_is_where_it_began(one: dict[str, Any], data: st.DataObject) -> None:
    before = copied(one)
    task = read(one).single_task()
    old = sorted(set(task.named_endpoints))
    there_and = dict(zip(old, data.draw(st.permutations(old)), strict=True))
    owners = {"ABC": "a new owner"} if data.draw(st.booleans()) else {}
    there = promotions([read(one)], Wish(endpoints=there_and, owners=owners), places_for(one, there_and))
    assert (one, there.problems) == (before, [])
    back = Wish(
        endpoints={new: name for name, new in there_and.items()}, owners={new: name for name, new in owners.items()}
    )
    again = promotions([item.definition for item in there.tasks], back, places_for(one, {}))
    assert again.problems == []
    (found,) = again.tasks
    assert differences(found.definition.without_endpoints(), read(before)) == []
    assert not found.definition.endpoints


@pytest.mark.parametrize("role", [{}, {"role": None}])
def test_an_endpoint_whose_role_is_not_told_may_be_either(role: dict[str, Any]) -> None:
    told = [{"name": endpoint["name"], **role} for endpoint in PLACES.endpoints]
    assert problems(places=replace(PLACES, endpoints=told)) == ""


def test_a_task_is_made_for_the_target() -> None:
    wish = replace(
        WISH,
        rename={"pattern": r"^(\w+) to", "replacement": r"\1 into"},
        overrides={"task_settings": {"common_settings": {"lob_max_size": 1}}},
        task_overrides={"ERP to DW": {"task_settings": {"common_settings": {"lob_max_size": 2}}}},
        tables={
            "ERP to DW": {
                "explicit_included_tables": {
                    ("ERP", "CUSTOMERS"): {"owner": "ERP", "name": "CUSTOMERS"},
                    ("ERP", "NEW"): {"owner": "ERP", "name": "NEW", "load_order": 5},
                }
            }
        },
    )
    made = promoted(wish, replace(PLACES, target_tasks=[{"name": "ERP into DW"}]))
    assert (made.problems, made.notes) == ([], [])
    (found,) = made.tasks
    assert row(found, replace(PLACES, target_tasks=[{"name": "ERP into DW"}])) == {
        "source": "ERP to DW",
        "name": "ERP into DW",
        "exists": True,
        "source_endpoint": "ERP PROD",
        "target_endpoints": ["DW PROD"],
        "tables": 2,
        "patterns": 0,
    }
    task = found.definition.single_task()
    assert task.data["task_settings"]["common_settings"]["lob_max_size"] == 2
    assert [table["owner"] for table in task.tables["explicit_included_tables"]] == ["ERP_PROD"] * 2
    assert list(found.definition.sections) == ["tasks"]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (replace(WISH, names=["ERP to D", "Other*"]), "no task 'ERP to D' on server dev. Did you mean 'ERP to DW'?"),
        (replace(WISH, tables={"ERP*": {}}), "There is no task with tables 'ERP*' on server dev."),
        (replace(WISH, task_overrides={"X": {}}), "There is no task with overrides 'X' on server dev."),
        (replace(WISH, task_overrides={"Other": "x"}), "task_overrides of 'Other' are no settings."),
        (replace(WISH, owners={"ERP": 3}), "In owners, 'ERP' must become a name, not 3."),
        (replace(WISH, rename={"pattern": "(", "replacement": ""}), "'(' with replacement '' is no regular expression"),
        (replace(WISH, rename={"pattern": "E", "replacement": r"\7"}), "is no regular expression: invalid group"),
        (replace(WISH, rename={"pattern": ".*", "replacement": ""}), "Task 'ERP to DW': '' cannot be the new name"),
        (replace(WISH, overrides={"task": {"name": "x"}}), "must not change the name of task"),
        (
            replace(WISH, endpoints={"ERP Oracle": "ERP PROD"}),
            "no target endpoint 'DW Snowflake', for task 'ERP to DW'",
        ),
        (
            replace(WISH, endpoints={**WISH.endpoints, "ERP Oracle": "DW PROD"}),
            "'DW PROD' of server prd is a target, and",
        ),
        (
            replace(WISH, endpoints={"ERP Oracle": "Files", "DW Snowflake": "DW PROT"}),
            "(endpoints maps 'DW Snowflake' to it). Did you mean 'DW PROD'?",
        ),
    ],
)
def test_what_is_wrong_is_said(wish: Wish, told: str) -> None:
    found = problems(wish)
    assert told in found
    assert "\n" not in found


def test_names_must_not_clash() -> None:
    second = copied(export(ERP))
    second[SECTIONS]["tasks"][0]["task"]["name"] = "Other"
    wish = replace(WISH, rename={"pattern": "^.*$", "replacement": "One"})
    clash = promotions([read(export(ERP)), read(second)], wish, PLACES)
    assert clash.problems == ["tasks 'ERP to DW', 'Other' would all be 'One'."]
    same = promotions([read(export(ERP)), read(second)], WISH, replace(PLACES, same=True))
    assert len(same.problems) == 2
    assert "task 'Other' would overwrite task 'Other' of the same server" in same.problems[1]
    assert promotions([], WISH, PLACES).problems == ["No task on server dev is chosen."]


def test_what_is_not_used_is_told() -> None:
    wish = replace(
        WISH,
        endpoints={**WISH.endpoints, "A": "B"},
        owners={**WISH.owners, "C": "D"},
        schemas={"E": "F"},
        task_overrides={"Other": {}},
        tables={"Other": {}},
        rename={"pattern": "^no such", "replacement": ""},
    )
    assert promoted(wish).notes == [
        "No task that is promoted uses these of endpoints: A.",
        "No task that is promoted uses these of owners: C.",
        "No task that is promoted uses these of schemas: E.",
        "No task that is promoted uses these of task_overrides: Other.",
        "No task that is promoted uses these of tables: Other.",
        "rename: the pattern '^no such' changes no name.",
    ]
    assert promoted(wish).problems == []


def test_owners_and_schemas_are_found_where_a_map_would_change_them() -> None:
    task = {
        "source": {"source_tables": {"included_pattern": [{"owner": "A", "name": "%"}]}},
        "manipulations": [{"name": "B.C.D"}],
        "task_settings": {"target_settings": {"default_schema": "S", "control_schema": 3}},
    }
    assert owners_in(Task(task), ["A", "B", "B.C", "C", "S"]) == {"A", "B", "B.C"}
    assert schemas_in(Task(task), ["A", "S"]) == {"S"}


def test_files_are_the_same_for_the_same_export_and_hold_no_secret_in_clear() -> None:
    later = {**export(ERP), "name": "another time", "description": "another host"}
    one, other = (promotions([read(item)], WISH, PLACES).tasks[0] for item in (export(ERP), later))
    assert files(one, WISH, PLACES) == files(other, WISH, PLACES)
    assert list(files(one, WISH, PLACES)) == ["exported/dev/ERP to DW.json", "promoted/prd/ERP to DW.json"]
    secret = replace(WISH, overrides={"x": {"password": CANARY}}, rename={"pattern": " to ", "replacement": "/"})
    found = files(promoted(secret).tasks[0], secret, PLACES)
    assert list(found)[1] == "promoted/prd/ERP%2FDW.json"
    assert CANARY not in json.dumps(found)
    assert CANARY in promoted(secret).tasks[0].definition.write()
