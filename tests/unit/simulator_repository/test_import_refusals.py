# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every reason for which an import is refused, with its code; what is refused changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from unit.simulator_repository.support import (
    KEY,
    SERVER,
    document,
    endpoint,
    estate,
    import_all,
    import_task,
    refusal,
    task,
)

from simulator.repository import Repository, RepositoryError
from simulator.repository.secret_values import DEEPEST

DEFINITION = "cmd.replication_definition"
EMPTY = [
    "",
    " \n",
    "\ufeff",
    b"",
    b"\xef\xbb\xbf\r\n",
    "// a comment",
    "// one\n// two\n",
    "{}",
    '{"cmd.replication_definition": {}}',
]
NO_JSON = [
    "{",
    "[1",
    "tasks: []",
    "// x\n{,}",
    b"\xff{}",
    '{"a": 1}}',
    '{"a": NaN}',
    '{"a": -Infinity}',
    '{"a": 1e999}',
]
NO_DEFINITION = [
    "null",
    "[]",
    '"text"',
    '{"a": 1}',
    '{"a": 1, "a": 1}',
    '{"a": "\\ud800"}',
    '{"cmd.replication_definition": []}',
    '{"cmd.replication_definition": null}',
    '{"_version": 7, "cmd.replication_definition": {"tasks": [{}]}}',
    "[" * 100_000,
]


def of_definition(**sections: Any) -> dict[str, Any]:
    return {"_version": {"version": "1"}, DEFINITION: sections}


def changed(definition: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *names, last = path.split(".")
    inner: Any = definition
    for name in names:
        inner = inner[int(name)] if isinstance(inner, list) else inner[name]
    inner[int(last) if isinstance(inner, list) else last] = value
    return definition


def nested(depth: int) -> Any:
    value: Any = 1
    for _level in range(depth):
        value = [value]
    return value


def table(**more: Any) -> dict[str, Any]:
    return {"owner": "A", "name": "B", **more}


# What PowerShell makes of an object that lies too deep.
TEXT = "@{server=s; port=1521}"
BAD_TABLES: list[Any] = [
    {},
    ["A.B"],
    [{"name": "B"}],
    [{"owner": "A"}],
    [{"owner": "A", "name": ""}],
    [table(load_order="HIGH")],
    [table(load_order=True)],
    [table(table_type="SYNONYM")],
    {"owner": "A", "name": "B"},
    "A.B",
]
BAD_TASKS: list[Any] = [
    7,
    {},
    {"task": []},
    changed(task("One"), "task.name", ""),
    changed(task("One"), "task.name", 7),
    changed(task("One"), "task.name", "  "),
    changed(task("One"), "task.name", "On\0e"),
    changed(task("One"), "task.name", "One\n"),
    changed(task("One"), "task.source_name", None),
    changed(task("One"), "task.target_names", []),
    changed(task("One"), "task.target_names", "T"),
    changed(task("One"), "task.target_names", [7]),
    changed(task("One"), "source", []),
    changed(task("One"), "source.rep_source", "S"),
    changed(task("One"), "source.source_tables", []),
    changed(task("One"), "targets", {}),
    changed(task("One"), "targets.0", "T"),
    changed(task("One"), "targets.0.rep_target", "T"),
    changed(task("One"), "task_settings", []),
    changed(task("One"), "task_settings.target_settings", 7),
    changed(task("One"), "task_settings.common_settings.change_table_settings", []),
    changed(task("One"), "loggers", []),
    changed(task("One"), "task.loggers", TEXT),
    changed(task("One"), "error_behavior", {"apply_error_behavior": TEXT}),
    changed(task("One"), "task_settings.common_settings", TEXT),
    changed(task("One"), "manipulations", {"name": "A.B"}),
    changed(task("One"), "manipulations", [TEXT]),
    changed(task("One"), "manipulations", [{"name": "A.B", "table_manipulation": TEXT}]),
    changed(task("One"), "manipulations", [{"table_manipulation": {"transform_columns": {"column_name": "C"}}}]),
    changed(task("One"), "manipulations", [{"table_manipulation": {"transform_columns": ["System.Object[]"]}}]),
    changed(task("One"), "unknown", nested(DEEPEST)),
    *[changed(task("One"), "source.source_tables.explicit_included_tables", tables) for tables in BAD_TABLES],
]
BAD_ENDPOINTS: list[Any] = [
    "S",
    changed(endpoint("S"), "name", ""),
    changed(endpoint("S"), "role", "LEFT"),
    changed(endpoint("S"), "role", []),
    changed(endpoint("S"), "type_id", None),
    changed(endpoint("S"), "db_settings", []),
    changed(endpoint("S"), "db_settings", TEXT),
    changed(endpoint("S"), "db_settings", {"server": "s"}),
    changed(endpoint("S"), "db_settings.$type", 7),
    changed(endpoint("S"), "db_settings.$type", "Settings"),
    changed(endpoint("S", kind="MONGO"), "db_settings.$type", "SqlServerSettings"),
    changed(endpoint("S"), "override_properties", TEXT),
]
BAD_SECTIONS: list[dict[str, Any]] = [
    {"tasks": {}},
    {"databases": None},
    {"databases": [endpoint("S"), endpoint("S", server="other")]},
    {"notifications": 7},
    {"notifications": None},
    {"notifications": {"notifications_list": {}}},
    {"notifications": {"notifications_list": [{"name": "N"}, {"name": "N"}]}},
    {"notifications": [{"name": "N", "tasks": "One"}]},
    {"notifications": [{"name": "N", "tasks": [{"name": "One"}]}]},
    {"notifications": ["all"]},
    {"notifications": [{"name": "N"}, {"name": "N"}]},
    {"scheduler": []},
    {"scheduler": {"jobs": {}}},
    {"scheduler": {"jobs": [{"task": "One"}]}},
    {"scheduler": {"jobs": [{"name": "J", "task": ["One"]}]}},
    {"scheduler": {"jobs": [{"name": "J", "schedule": {"cron": "0 1 * * *"}}]}},
    {"scheduler": {"jobs": [{"name": "J", "command_requests": TEXT}]}},
    {"scheduler": {"jobs": [{"name": "J", "command_requests": {"execute_req": TEXT}}]}},
    {"error_behavior": []},
    {"replication_environment": 1},
    {"disk_utilization_configuration": "on"},
    {"memory_utilization_configuration": []},
]
BAD_DEFINITIONS = [
    *[of_definition(tasks=[item]) for item in BAD_TASKS],
    *[of_definition(tasks=[task("One")], databases=[item]) for item in BAD_ENDPOINTS],
    *[of_definition(**{"tasks": [task("One")], **sections}) for sections in BAD_SECTIONS],
]


def refused(act: Callable[[Repository], None]) -> tuple[str, dict[str, str]]:
    """Code and fields of the refusal; that nothing has changed is checked here, for every case."""
    repository = estate()
    before = repository.clone()
    with pytest.raises(RepositoryError) as error:
        act(repository)
    assert repository == before
    return refusal(error)


@pytest.mark.parametrize("text", EMPTY)
def test_an_empty_document(text: str | bytes) -> None:
    assert refused(lambda r: import_all(r, text)) == ("AEM_IMPORT_CONTENT_EMPTY", {"server": SERVER})
    assert refused(lambda r: import_task(r, "One", text)) == (
        "AEM_IMPORT_TASK_CONTENT_EMPTY",
        {"server": SERVER, "task": "One"},
    )


@pytest.mark.parametrize("content", [*NO_JSON, *NO_DEFINITION, *BAD_DEFINITIONS])
def test_an_invalid_document(content: Any) -> None:
    assert refused(lambda r: import_all(r, content)) == ("AEM_IMPORT_INVALID_CONTENT", {"server": SERVER})
    assert refused(lambda r: import_task(r, "One", content)) == (
        "DESERIALIZE_TO_TYPE",
        {"server": SERVER, "task": "One", "type": "ReplicationDefinition"},
    )


@pytest.mark.parametrize("content", [*NO_JSON, *NO_DEFINITION, *BAD_DEFINITIONS])
def test_no_message_shows_what_the_document_holds(content: Any) -> None:
    with pytest.raises(RepositoryError) as error:
        import_all(estate(), content)
    assert "db1" not in error.value.fields["message"]


def test_a_document_of_endpoints_has_no_task_to_import() -> None:
    content = document(databases=(endpoint("S"),))
    assert refused(lambda r: import_task(r, "One", content))[0] == "AEM_IMPORT_TASK_CONTENT_EMPTY"


TASK_REFUSALS = {
    "several tasks": (document(task("One"), task("Two")), (), "AEM_IMPORT_TASK_CONTAINS_MULTIPLE_TASKS", {}),
    "one task twice": (document(task("One"), task("One")), (), "AEM_IMPORT_TASK_CONTAINS_MULTIPLE_TASKS", {}),
    "another name": (document(task("Two")), (), "AEM_IMPORT_TASK_NAME_DIFFER", {}),
    "another case": (document(task("ONE")), (), "AEM_IMPORT_TASK_NAME_DIFFER", {}),
    "remote machines": (
        document(task("One"), remote_machines=[]),
        (),
        "AEM_IMPORT_TASK_CONTAIN_ALIEN_ITEMS",
        {},
    ),
    "a running task": (document(task("One")), ("One",), "AEM_TASK_NOT_IMPORTABLE", {}),
    "no source": (
        document(task("One", source="Elsewhere")),
        (),
        "AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER",
        {"role": "source", "endpoint": "Elsewhere"},
    ),
    "no target": (
        document(task("One", targets=("T", "Elsewhere"))),
        (),
        "AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER",
        {"role": "target", "endpoint": "Elsewhere"},
    ),
    "a target as source": (
        document(task("One", source="T")),
        (),
        "AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER",
        {"role": "source", "endpoint": "T"},
    ),
    "another endpoint's definition": (
        document(task("One"), databases=(endpoint("S"), endpoint("T2", "TARGET"))),
        (),
        "AEM_IMPORT_TASK_ENDPOINT_DIFFER",
        {},
    ),
    "an endpoint in the wrong role": (
        document(task("One"), databases=(endpoint("S", "TARGET"),)),
        (),
        "AEM_IMPORT_TASK_ENDPOINT_DIFFER",
        {},
    ),
}


@pytest.mark.parametrize("case", TASK_REFUSALS)
def test_a_task_that_cannot_be_imported(case: str) -> None:
    content, running, code, more = TASK_REFUSALS[case]
    expected = (code, {"server": SERVER, "task": "One", **more})
    assert refused(lambda r: import_task(r, "One", content, running)) == expected


SEVEN_PLACES = [
    "task.source_name",
    "task.target_names.0",
    "source.rep_source.source_name",
    "source.rep_source.database_name",
    "source.source_tables.name",
    "targets.0.rep_target.target_name",
    "targets.0.rep_target.database_name",
]


@pytest.mark.parametrize("place", SEVEN_PLACES)
def test_each_of_the_seven_places_counts(place: str) -> None:
    content = document(changed(task("One"), place, "Renamed"))
    assert refused(lambda r: import_task(r, "One", content))[0] == "AEM_IMPORT_TASK_ENDPOINT_DIFFER"
    assert refused(lambda r: import_all(r, content))[0] == "AEM_IMPORT_INVALID_CONTENT"


@pytest.mark.parametrize("place", ["source.rep_source", "source.source_tables", "targets"])
def test_no_place_may_be_missing(place: str) -> None:
    content = document(changed(task("One"), place, [] if place == "targets" else {}))
    assert refused(lambda r: import_task(r, "One", content))[0] == "AEM_IMPORT_TASK_ENDPOINT_DIFFER"


def test_a_renamed_endpoint_in_all_places_is_another_endpoint() -> None:
    repository = estate()
    repository.endpoints["S2"] = endpoint("S2")
    import_task(repository, "One", document(task("One", source="S2")))
    assert repository.tasks["One"]["task"]["source_name"] == "S2"


def test_a_repository_with_a_running_task() -> None:
    content = document(task("Two"), task("One"))
    expected = ("AEM_TASK_NOT_IMPORTABLE", {"server": SERVER, "task": "One"})
    assert refused(lambda r: import_all(r, content, ("One",))) == expected


def test_a_repository_whose_tasks_lack_an_endpoint() -> None:
    content = document(task("Two", source="Elsewhere"))
    assert refused(lambda r: import_all(r, content))[0] == "AEM_IMPORT_INVALID_CONTENT"


def test_a_repository_that_names_a_task_twice() -> None:
    content = document(task("One"), task("One"))
    assert refused(lambda r: import_all(r, content))[0] == "AEM_IMPORT_INVALID_CONTENT"


def test_an_estate_must_be_a_definition() -> None:
    with pytest.raises(RepositoryError) as error:
        Repository.from_document({"tasks": []}, KEY)
    assert error.value.code == "AEM_IMPORT_INVALID_CONTENT"


@pytest.mark.parametrize("before", ["", "\ufeff", "// Host name: x\n", "\ufeff// one\r\n//two\r\n\r\n", "\n\t"])
def test_what_may_stand_before_the_json(before: str) -> None:
    repository = estate()
    text = before + json.dumps(document(task("Two")))
    import_task(repository, "Two", text.encode())
    import_task(repository, "Two", text)
    assert "Two" in repository.tasks
