# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who names whom: wherever a name stands it is found, and follows when a thing is renamed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import differences
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import (
    Definition,
    of_sections,
    read,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.keep import keep_theirs
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.owners import unmapped_in
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.references import waves
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.retarget import retarget
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tree import DefinitionError
from support.definitions import export


def task(name: str, source: str, target: str, **more: Any) -> dict[str, Any]:
    """A task."""
    return {
        "task": {"name": name, "source_name": source, "target_names": [target]},
        "source": {
            "rep_source": {"source_name": source, "database_name": source},
            "source_tables": {"name": source},
        },
        "targets": [{"rep_target": {"target_name": target, "database_name": target}}],
        **more,
    }


def endpoint(name: str, **settings: Any) -> dict[str, Any]:
    """An endpoint."""
    return {"name": name, "role": "SOURCE", "db_settings": settings}


def whole(**sections: Any) -> Definition:
    """A server where everything names something else."""
    content = {
        "tasks": [task("T", "APP", "D"), task("Staging", "HANA", "LOG"), task("Reads", "ORA", "D")],
        "databases": [
            endpoint("APP", backend_db="HANA", username="u"),
            endpoint("HANA", username="ref:CRED"),
            endpoint("CRED", username="ref:"),
            endpoint("D", username="reference"),
            endpoint("LOG"),
            endpoint("ORA", logstreamstagingtask="Staging"),
        ],
        "scheduler": {"jobs": [{"name": "J", "task": "Staging"}], "kept": 1},
        "notifications": {"notifications_list": [{"name": "N", "tasks": ["T", "Staging"]}], "kept": 2},
        **sections,
    }
    return of_sections(**content)


def settings(definition: Definition) -> dict[str, Any]:
    """The settings of the endpoints by their names."""
    return {item["name"]: item["db_settings"] for item in definition.endpoints}


def test_an_endpoint_is_renamed_where_other_endpoints_name_it() -> None:
    there = settings(retarget(whole(), endpoints={"HANA": "PRD HANA", "CRED": "PRD CRED"}))
    assert there["APP"] == {"backend_db": "PRD HANA", "username": "u"}
    assert there["PRD HANA"] == {"username": "ref:PRD CRED"}
    assert (there["PRD CRED"], there["D"]) == ({"username": "ref:"}, {"username": "reference"})


def test_many_tasks_are_renamed_at_once_and_whatever_names_them_follows() -> None:
    one = whole()
    there = retarget(one, tasks={"Staging": "T", "T": "Staging", "Reads": "Reads PRD"})
    assert there.task_names == ["Staging", "T", "Reads PRD"]
    assert settings(there)["ORA"] == {"logstreamstagingtask": "T"}
    assert there.sections["scheduler"] == {"jobs": [{"name": "J", "task": "T"}], "kept": 1}
    assert there.sections["notifications"] == {
        "notifications_list": [{"name": "N", "tasks": ["Staging", "T"]}],
        "kept": 2,
    }
    assert retarget(there, tasks={"Staging": "T", "T": "Staging", "Reads PRD": "Reads"}) == one


def test_notifications_of_old_servers_follow_too() -> None:
    there = retarget(
        whole(notifications=[{"name": "N", "tasks": ["T"]}, {"name": "M", "tasks": "T"}]), tasks={"T": "X"}
    )
    assert there.sections["notifications"] == [{"name": "N", "tasks": ["X"]}, {"name": "M", "tasks": "X"}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"tasks": {"Stagin": "X"}}, "has no task 'Stagin'; it has 'T', 'Staging', 'Reads'. Did you mean 'Staging'?"),
        ({"tasks": {"T": "X", "Reads": "X"}}, "The tasks 'T' and 'Reads' of the definition would both become 'X'"),
        ({"tasks": {"T": "Reads"}}, "would both become 'Reads'"),
        ({"tasks": {"T": ""}}, "In tasks, 'T' must become a name"),
        ({"endpoints": {"Gone": "X"}}, "has no endpoint 'Gone'"),
    ],
)
def test_what_cannot_be_renamed_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        retarget(whole(), **options)
    assert told in str(raised.value)


def test_a_name_and_a_map_of_tasks_must_agree() -> None:
    one = of_sections(tasks=[task("T", "S", "D")])
    assert retarget(one, name="X", tasks={"T": "X"}).task_names == ["X"]
    with pytest.raises(DefinitionError, match="Task 'T' is to become 'X' and, by the map, 'Y'"):
        retarget(one, name="X", tasks={"T": "Y"})


def test_what_uses_an_endpoint() -> None:
    one = whole()
    assert one.tasks_using("D") == ["T", "Reads"]
    assert one.endpoints_using("HANA") == ["APP"]
    assert one.endpoints_using("CRED") == ["HANA"]
    assert one.endpoints_using("D") == []


def test_an_endpoint_below_a_used_one_is_used() -> None:
    part = of_sections(
        tasks=[task("T", "APP", "D")],
        databases=[item for item in whole().endpoints if item["name"] not in ("ORA", "LOG")],
    )
    assert part.unused_endpoints == []
    assert whole(tasks=[task("T", "HANA", "D")]).unused_endpoints == ["APP", "LOG", "ORA"]


def test_what_endpoints_need_and_the_definition_does_not_bring() -> None:
    assert whole().needed_by_endpoints == []
    alone = of_sections(databases=[item for item in whole().endpoints if item["name"] in ("APP", "HANA", "ORA")])
    assert [(item.kind, item.name, item.by) for item in alone.needed_by_endpoints] == [
        ("endpoint", "CRED", "HANA"),
        ("task", "Staging", "ORA"),
    ]
    assert read(export("export_all.json")).needed_by_endpoints == []


def test_a_task_that_writes_a_log_stream_starts_before_those_that_read_it() -> None:
    sections = whole().sections
    assert waves(sections, ["Reads", "T", "Staging"]) == [["T", "Staging"], ["Reads"]]
    assert waves(sections, ["Reads", "T"]) == [["Reads", "T"]]
    assert waves(sections, []) == []
    assert waves({}, ["A", "A"]) == [["A"]]
    circle = of_sections(
        tasks=[task("A", "E", "D"), task("B", "F", "D")],
        databases=[endpoint("E", logstreamstagingtask="B"), endpoint("F", logstreamstagingtask="A")],
    )
    assert waves(circle.sections, ["A", "B", "C"]) == [["C"], ["A", "B"]]


def notified(*tasks: str, as_list: bool = False, **more: Any) -> Definition:
    """A definition of one notification."""
    items = [{"name": "N", "tasks": list(tasks), **more}]
    return of_sections(notifications=items if as_list else {"notifications_list": items})


@pytest.mark.parametrize("as_list", [False, True])
@pytest.mark.parametrize("and_there", [False, True])
def test_notifications_are_compared_in_both_shapes(as_list: bool, and_there: bool) -> None:
    one, other = notified("T", "U", as_list=as_list), notified("U", "T", as_list=and_there)
    assert differences(one, other) == []
    (difference,) = differences(notified("T", "V", as_list=as_list), other)
    assert (difference.section, difference.name, difference.setting) == ("notifications", "N", "tasks")
    for pointer in ("/notifications/N/tasks", "/notifications/notifications_list/N", "/notifications/*/tasks"):
        ignore = [pointer, f"/cmd.replication_definition{pointer}"]
        for path in ignore:
            assert differences(notified("T", "V", as_list=as_list), other, [path]) == []
    kept = keep_theirs(notified("T", as_list=as_list), notified("T", as_list=and_there, password="{ZA11}"))
    assert "{ZA11}" in json.dumps(kept.definition.data)


def test_a_new_notification_is_named() -> None:
    (difference,) = differences(notified("T"), of_sections(notifications={"notifications_list": []}))
    assert (difference.name, difference.setting, difference.before) == ("N", "", None)


def expression(text: str) -> dict[str, Any]:
    """The part of a task that transforms a column."""
    column = {"column_name": "C", "action": "ADD", "computation_expression": text}
    table = {"owner": "ERP", "name": "ORDERS", "transform_columns": [column]}
    return {"manipulations": [{"name": "ERP.ORDERS", "table_manipulation": table}]}


@pytest.mark.parametrize(
    "text",
    [
        "source_lookup('NO_CACHING','ERP','CUSTOMERS','NAME','ID',$ID)",
        "select x from ERP.CUSTOMERS",
        'target_lookup(10000,"ERP","T")',
        "x in [ERP]",
    ],
)
def test_an_owner_inside_an_expression_is_told(text: str) -> None:
    one = of_sections(tasks=[task("T", "S", "D", **expression(text))])
    (warning,) = unmapped_in(one, ["ERP", "OTHER"])
    assert (
        "Task 'T' names owner 'ERP' inside text, which stays as it is: /manipulations/0/table_manipulation/" in warning
    )
    assert text in json.dumps(retarget(one, owners={"ERP": "PRD"}).data).replace('\\"', '"')


@pytest.mark.parametrize("text", ["$ERP", "ERPX.T", "a.ERP.b", "'ERP2'", "ERP"])
def test_other_text_is_no_owner(text: str) -> None:
    one = of_sections(tasks=[task("T", "S", "D", **expression(text))])
    assert unmapped_in(one, ["ERP"]) == []
    assert unmapped_in(of_sections(tasks=[{"task": {"name": "T", "description": "'ERP'"}}]), ["ERP"]) == []
