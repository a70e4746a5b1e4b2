# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions for another environment: everything is renamed, nothing else is changed, and there is a way back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.retarget import retarget as retargeted
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tree import DefinitionError
from support.definitions import SECTIONS, UUID, copied, definitions, export, thorough


def retarget(one: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Plain data for another environment."""
    return retargeted(read(one), **options).data


def overridden(one: dict[str, Any], overrides: dict[str, Any]) -> dict[str, Any]:
    """Plain data with settings merged into its one task."""
    return read(one).with_overrides(overrides).data


def without_uuid(one: dict[str, Any]) -> dict[str, Any]:
    """A copy of a definition without the identifiers of its tasks."""
    changed: dict[str, Any] = copied(one)
    for task in read(changed).tasks:
        task.data.get("task_settings", {}).get("common_settings", {}).pop("task_uuid", None)
    return changed


def back(names: dict[str, str]) -> dict[str, str]:
    """The map that leads back."""
    return {new: old for old, new in names.items()}


@st.composite
def renamings(draw: st.DrawFn, names: list[str]) -> dict[str, str]:
    """A map of some names to new ones, or to each other's."""
    if draw(st.booleans()):
        return dict(zip(names, draw(st.permutations(names)), strict=True))
    return {name: f"new {name}" for name in names if draw(st.booleans())}


def owners_of(value: Any) -> set[str]:
    """All owners of tables."""
    if isinstance(value, dict):
        own = {value["owner"]} if "owner" in value else set()
        return own.union(*map(owners_of, value.values()))
    return set().union(*map(owners_of, value)) if isinstance(value, list) else set()


@given(definitions(), st.data())
@thorough
def test_there_and_back_is_where_it_began(one: dict[str, Any], data: st.DataObject) -> None:
    before = copied(one)
    named = {name for task in read(one).tasks for name in task.named_endpoints}
    maps = {
        "endpoints": data.draw(renamings(sorted(named | set(read(one).endpoint_names)))),
        "owners": data.draw(renamings(sorted(owners_of(one)))),
    }
    there = retarget(one, **maps)
    assert one == before
    assert retarget(there, **{kind: back(names) for kind, names in maps.items()}) == without_uuid(one)


@given(definitions(min_tasks=1, max_tasks=1))
@thorough
def test_there_and_back_with_one_task(one: dict[str, Any]) -> None:
    task = read(one).single_task()
    named = task.endpoints()
    options = {"source": "new S"}
    old = {"source": named.source}
    if len(named.targets) == 1:
        options["target"], old["target"] = "new T", named.targets[0]
    there = retarget(one, name="new task", **options)
    assert read(there).single_task("new task").endpoints().source == "new S"
    assert retarget(there, name=task.name, **old) == without_uuid(one)


@given(definitions())
@thorough
def test_without_any_map_only_the_identifiers_go(one: dict[str, Any]) -> None:
    same = retarget(one)
    assert same == without_uuid(one)
    assert UUID not in json.dumps(same)


@given(definitions(), st.data())
@thorough
def test_no_old_name_is_left(one: dict[str, Any], data: st.DataObject) -> None:
    old = data.draw(st.sampled_from(read(one).endpoint_names))
    there = retarget(one, endpoints={old: "a quite new name"})
    for task in read(there).tasks:
        task.endpoints()
        assert old not in task.named_endpoints
    assert old not in read(there).endpoint_names


def test_endpoints_are_renamed_in_all_seven_places_and_where_they_are_defined() -> None:
    there = retarget(export("export_task_2021.json"), endpoints={"Core AS400": "Core PROD", "Lake Delta": "Lake PROD"})
    task = read(there).single_task()
    assert task.endpoints() == ("Core PROD", ["Lake PROD"])
    assert read(there).endpoint_names == ["Core PROD", "Lake PROD"]
    assert "Core AS400" not in json.dumps(there)
    assert "Lake Delta" not in json.dumps(there)


def test_source_and_target_are_those_of_the_one_task() -> None:
    one = export("export_task_windows.json")
    there = retarget(one, source="ERP PROD", target="DW PROD", name="ERP to DW 2")
    assert there == retarget(one, endpoints={"ERP Oracle": "ERP PROD", "DW Snowflake": "DW PROD"}, name="ERP to DW 2")
    assert read(there).single_task("ERP to DW 2").endpoints() == ("ERP PROD", ["DW PROD"])


def test_owners_are_renamed_wherever_tables_are_named() -> None:
    settings = {"ERP.CUSTOMERS": {"rows": 1}, "filters": [{"owner": "ERP", "name": "X.Y", "note": "ERP"}]}
    one = overridden(
        export("export_task_windows.json"),
        {
            "task": {"description": "ERP"},
            "source": {"source_tables": {"excluded_pattern": [{"owner": "ERP", "name": "TMP%"}]}},
            "table_settings": settings,
            "manipulations": [
                {"name": "ERP.CUSTOMERS", "table_manipulation": {"owner": "ERP", "name": "CUSTOMERS"}},
                {"name": "ERP.ODD", "other_manipulation": {}},
                {"name": "ERPX.ODD", "other_manipulation": {}},
            ],
            "task_settings": {"target_settings": {"default_schema": "ERP"}},
        },
    )
    moved = read(retarget(one, owners={"ERP": "PROD", "UNKNOWN": "Z"})).single_task()
    task, tables = moved.data, moved.tables
    assert {table["owner"] for listed in tables.values() for table in listed} == {"PROD"}
    assert tables["excluded_pattern"] == [{"owner": "PROD", "name": "TMP%"}]
    assert task["manipulations"] == [
        {"name": "PROD.CUSTOMERS", "table_manipulation": {"owner": "PROD", "name": "CUSTOMERS"}},
        {"name": "PROD.ODD", "other_manipulation": {}},
        {"name": "ERPX.ODD", "other_manipulation": {}},
    ]
    assert task["table_settings"] == {
        "PROD.CUSTOMERS": {"rows": 1},
        "filters": [{"owner": "PROD", "name": "X.Y", "note": "ERP"}],
    }
    assert task["task"]["description"] == "ERP"
    assert task["task_settings"]["target_settings"]["default_schema"] == "ERP"


def test_only_tables_are_renamed_with_their_owners() -> None:
    tables = {"explicit_included_tables": [{"owner": "A", "name": "X"}]}
    task = {"task": {"name": "A.X"}, "source": {"source_tables": tables}, "x": {"name": "A.X", "note": "A.X"}}
    moved = read(retarget({SECTIONS: {"tasks": [task]}}, owners={"A": "B"})).single_task("A.X").data
    assert moved["x"] == {"name": "B.X", "note": "A.X"}


def test_the_longest_owner_counts_in_the_name_of_a_manipulation() -> None:
    task = {"task": {"name": "T"}, "manipulations": [{"name": "A.B.X"}, {"name": "A.X"}]}
    moved = read(retarget({SECTIONS: {"tasks": [task]}}, owners={"A": "C", "A.B": "D"})).single_task().data
    assert moved["manipulations"] == [{"name": "D.X"}, {"name": "C.X"}]


def test_schemas_of_the_target_have_a_map_of_their_own() -> None:
    manipulation = {"owner": "S", "name": "T", "new_owner_name": "S"}
    one = overridden(
        export("export_task_windows.json"),
        {
            "task_settings": {"target_settings": {"default_schema": "S", "control_schema": "S"}},
            "manipulations": [{"name": "S.T", "table_manipulation": manipulation}],
        },
    )
    task = read(retarget(one, schemas={"S": "NEW"})).single_task().data
    assert task["task_settings"]["target_settings"]["default_schema"] == "NEW"
    assert task["task_settings"]["target_settings"]["control_schema"] == "NEW"
    assert task["manipulations"] == [
        {"name": "S.T", "table_manipulation": {"owner": "S", "name": "T", "new_owner_name": "NEW"}}
    ]


def test_notifications_and_jobs_follow_a_renamed_task() -> None:
    whole = export("export_all.json")
    one = {SECTIONS: {**whole[SECTIONS], "tasks": whole[SECTIONS]["tasks"][1:2]}}
    sections = read(retarget(one, name="POS")).sections
    assert sections["notifications"]["notifications_list"][0]["tasks"] == ["ERP to DW", "POS"]
    assert sections["scheduler"]["jobs"][0]["task"] == "POS"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"endpoints": {"ERP Orcale": "X"}}, "no endpoint 'ERP Orcale'; .* Did you mean 'ERP Oracle'"),
        ({"endpoints": {"ERP Oracle": "POS SQL Server"}}, "would both become 'POS SQL Server'"),
        ({"endpoints": {"ERP Oracle": "X", "DW Snowflake": "X"}}, "'ERP Oracle' and 'DW Snowflake' of the definition"),
        ({"endpoints": {"ERP Oracle": ""}}, "'ERP Oracle' must become a name, not ''"),
        ({"owners": {"ERP": None}}, "'ERP' must become a name, not None"),
        ({"source": "X"}, "3 tasks"),
        ({"name": "X"}, "3 tasks"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        retarget(export("export_all.json"), **options)


@pytest.mark.parametrize(
    ("overrides", "options", "message"),
    [
        ({}, {"source": "X", "endpoints": {"ERP Oracle": "Y"}}, "is to become 'X' and, by the map, 'Y'"),
        ({}, {"source": ""}, "must become a name"),
        ({}, {"name": ""}, "must become a name"),
        ({"task": {"source_name": "Other"}}, {"source": "X"}, "names its source endpoint differently"),
    ],
)
def test_what_cannot_be_with_one_task_is_refused(
    overrides: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    one = overridden(export("export_task_windows.json"), overrides)
    with pytest.raises(DefinitionError, match=message):
        retarget(one, **options)


def with_endpoints(source: str, *targets: str) -> dict[str, Any]:
    """A definition of one task with these endpoints."""
    task = {
        "task": {"name": "T", "source_name": source, "target_names": list(targets)},
        "source": {
            "rep_source": {"source_name": source, "database_name": source},
            "source_tables": {"name": source},
        },
        "targets": [{"rep_target": {"target_name": target, "database_name": target}} for target in targets],
    }
    return {SECTIONS: {"tasks": [task]}}


def test_an_endpoint_that_is_both_source_and_target_needs_a_map() -> None:
    with pytest.raises(DefinitionError, match="as source and as target"):
        retarget(with_endpoints("A", "A"), source="B")
    task = read(retarget(with_endpoints("A", "A"), endpoints={"A": "B"})).single_task()
    assert task.endpoints() == ("B", ["B"])


def test_one_of_several_targets_needs_a_map() -> None:
    with pytest.raises(DefinitionError, match="several targets, B, C"):
        retarget(with_endpoints("A", "B", "C"), target="D")
    with pytest.raises(DefinitionError, match="'B' and 'C' of task 'T' would both become 'C'"):
        retarget(with_endpoints("A", "B", "C"), endpoints={"B": "C"})
    task = read(retarget(with_endpoints("A", "B", "C"), source="D", endpoints={"B": "C", "C": "B"})).single_task()
    assert task.endpoints() == ("D", ["C", "B"])


def with_tables(**lists: list[tuple[str, str]]) -> dict[str, Any]:
    """A definition of one task with these tables."""
    tables = {kind: [{"owner": owner, "name": name} for owner, name in listed] for kind, listed in lists.items()}
    return {SECTIONS: {"tasks": [{"task": {"name": "T"}, "source": {"source_tables": tables}}]}}


def test_two_tables_do_not_become_one() -> None:
    with pytest.raises(DefinitionError, match=r"two tables one: C\.X"):
        retarget(with_tables(explicit_included_tables=[("A", "X"), ("B", "X")]), owners={"A": "C", "B": "C"})
    with pytest.raises(DefinitionError, match="two tables one"):
        retarget(
            {
                SECTIONS: {
                    "tasks": [{"task": {"name": "T"}, "x": [{"owner": "A", "name": "X"}], "y": {"A.X": 1, "B.X": 2}}]
                }
            },
            owners={"A": "B"},
        )


def test_owners_may_become_one_where_no_tables_do() -> None:
    one = with_tables(explicit_included_tables=[("A", "X"), ("B", "Y")], included_pattern=[("A", "Y")])
    tables = read(retarget(one, owners={"A": "C", "B": "C"})).single_task().tables
    assert {table["owner"] for listed in tables.values() for table in listed} == {"C"}


def test_a_definition_of_endpoints_alone() -> None:
    alone = {SECTIONS: {"databases": [{"name": "A", "role": "SOURCE"}]}, "kept": 1}
    assert retarget(alone, endpoints={"A": "B"}) == {
        SECTIONS: {"databases": [{"name": "B", "role": "SOURCE"}]},
        "kept": 1,
    }
