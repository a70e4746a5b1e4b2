# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions: read in every form that servers and editors give them, written, and asked for what they say."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition import task as tasks
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import (
    Definition,
    given_by_hand,
    of_sections,
    read,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.tree import DefinitionError, merge
from support.definitions import EXPORTS, FIXTURES, SECTIONS, copied, definitions, export, thorough

PLACES = [
    ("task", "source_name"),
    ("task", "target_names", 0),
    ("source", "rep_source", "source_name"),
    ("source", "rep_source", "database_name"),
    ("source", "source_tables", "name"),
    ("targets", 0, "rep_target", "target_name"),
    ("targets", 0, "rep_target", "database_name"),
]


def document(*tasks: Any, **more: Any) -> dict[str, Any]:
    return {SECTIONS: {"tasks": list(tasks), **more}}


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("as_text", [False, True])
def test_exports_of_every_generation_are_read(name: str, as_text: bool) -> None:
    raw = (FIXTURES / name).read_bytes()
    assert read(raw.decode("utf-8") if as_text else raw).data == export(name)


@pytest.mark.parametrize("name", EXPORTS)
def test_what_is_written_is_read_as_the_same(name: str) -> None:
    written = read(export(name)).write()
    assert written.endswith("}\n")
    assert f'\n\t"{SECTIONS}": {{\n\t\t"tasks": [\n\t\t\t{{\n' in written
    assert read(written).data == export(name)
    assert read(written).write() == written


@given(definitions())
@thorough
def test_any_definition_survives_being_written(given_definition: dict[str, Any]) -> None:
    text = read(given_definition).write()
    assert read(text).data == given_definition
    on_windows = "// Host name: x, Time: y\r\n" + text.replace("\n", "\r\n")
    assert read(on_windows).data == given_definition
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert read(on_windows.encode(encoding)).data == given_definition


def test_data_is_checked_and_not_copied() -> None:
    data = export("export_all.json")
    assert read(data).data is data


def test_a_definition_does_not_change_and_does_not_show_what_it_holds() -> None:
    whole = of_sections(databases=[{"name": "E", "db_settings": {"password": "tiger"}}])
    assert "tiger" not in repr((whole, Definition(whole.data), whole.tasks))
    with pytest.raises(FrozenInstanceError):
        whole.data = {}


def test_the_type_is_written_first() -> None:
    task = {"task": {"name": "ä"}, "loggers": {"a": 1, "$type": "L"}, "more": [{"$type": "M", "b": 1}]}
    written = read(document(task)).write()
    assert list(read(written).tasks[0].data["loggers"]) == ["$type", "a"]
    assert '"ä"' in written
    assert list(task["loggers"]) == ["a", "$type"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('// one\r\n\r\n// two\r\n{\r\n\t"a": }', "line 5, column 7"),
        ('\ufeff{"a": 1,}', "line 1, column "),
        ("{", "line 1, column 2"),
        ("", "is empty"),
        (" // only this", "is empty"),
        ("[]", "not a JSON object"),
        ("{}", "is missing"),
        ('{"cmd.replication_definition": []}', "not an object"),
        ('{"cmd.replication_definition": {"tasks": {}}}', '"tasks" of the definition is not a list'),
        ('{"cmd.replication_definition": {"tasks": [{"name": "x"}]}}', "tasks/0/task/name"),
        ('{"cmd.replication_definition": {"databases": [{"name": ""}]}}', "databases/0/name"),
        ('{"cmd.replication_definition": {}, "a": 1, "a": 2}', "'a' stands twice"),
        ('{"cmd.replication_definition": {}, "a": NaN}', "NaN"),
        ('{"cmd.replication_definition": {}, "a": 1e999}', "1e999"),
        ('{"cmd.replication_definition": {}, "a": "\\ud800"}', "half a character"),
        ('{"cmd.replication_definition": {}, "a": "\udc80"}', "half a character"),
        ('{"a":' + "[" * 200_000, "nested too deeply"),
        (b'{"a": "\xe4"}', "UTF-8 text: byte 7"),
    ],
)
def test_what_cannot_be_read_says_what_is_wrong_where(text: str | bytes, message: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        read(text)
    assert message in str(raised.value)
    assert isinstance(raised.value, ValueError)
    assert isinstance(raised.value, Refused)
    assert raised.value.message == str(raised.value)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"tasks": [{"task": {"name": "A"}}, {"task": {"name": "A"}}]}, "two tasks 'A': items 0 and 1"),
        ({"databases": [{"name": "B"}, {"name": "C"}, {"name": "B"}]}, "two endpoints 'B': items 0 and 2"),
    ],
)
def test_names_that_stand_twice_are_refused(sections: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        read({SECTIONS: sections})


def test_an_error_shows_nothing_of_what_was_read() -> None:
    with pytest.raises(DefinitionError) as raised:
        read('{"password": "tiger" "server": 1}')
    assert "tiger" not in str(raised.value)


def test_facts() -> None:
    whole = read(export("export_all.json"))
    assert whole.task_names == ["ERP to DW", "POS to Kafka", "ERP staging"]
    assert whole.endpoint_names == [
        "ERP Oracle",
        "POS SQL Server",
        "DW Snowflake",
        "Events Kafka",
        "ERP LogStream",
    ]
    assert [task.endpoints() for task in whole.tasks] == [
        ("ERP Oracle", ["DW Snowflake"]),
        ("POS SQL Server", ["Events Kafka"]),
        ("ERP Oracle", ["ERP LogStream"]),
    ]
    assert {name: len(tables) for name, tables in whole.tasks[0].tables.items()} == {
        "explicit_included_tables": 8,
        "included_pattern": 0,
        "excluded_pattern": 0,
    }
    assert whole.tasks[1].tables["included_pattern"][0]["name"] == "sale%"
    assert tasks.Task({}).tables == {name: [] for name in tasks.TABLE_LISTS}
    assert whole.unused_endpoints == []
    assert whole.with_sections(tasks=[]).unused_endpoints == whole.endpoint_names


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("value", ["Another", None])
def test_a_task_that_does_not_agree_on_its_endpoints_is_refused(place: tuple[Any, ...], value: str | None) -> None:
    task = copied(read(export("export_all.json")).tasks[0].data)
    inside = task
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    with pytest.raises(DefinitionError) as raised:
        tasks.Task(task).endpoints()
    role = "target" if "target" in str(place) else "source"
    assert f"Task 'ERP to DW' names {'its' if value else 'no'} {role} endpoint" in str(raised.value)


def test_targets_may_stand_in_any_order() -> None:
    task = copied(read(export("export_all.json")).tasks[0].data)
    task["task"]["target_names"] = ["B", "A"]
    task["targets"] = [{"rep_target": {"target_name": name, "database_name": name}} for name in ("A", "B")]
    assert tasks.Task(task).endpoints().targets == ["B", "A"]


def test_the_single_task() -> None:
    one = read(export("export_task_windows.json"))
    assert one.single_task() is one.tasks[0]
    assert one.single_task("ERP to DW") is one.tasks[0]
    with pytest.raises(DefinitionError, match="of task 'ERP to DW', not of 'Other'"):
        one.single_task("Other")
    with pytest.raises(DefinitionError, match="3 tasks \\('ERP to DW', 'POS to Kafka', 'ERP staging'\\)"):
        read(export("export_all.json")).single_task()
    with pytest.raises(DefinitionError, match="no task"):
        read(document()).single_task()


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("2023.5.0.322", (2023, 5, 322)), ("2024.11", (2024, 11, 0)), ("7", (7, 0, 0)), ("6.4.0.90 (SP1)", (6, 4, 90))],
)
def test_the_version_is_filled_in(version: str, numbers: tuple[int, int, int]) -> None:
    old = read(export("export_task_2018.json"))
    assert old.version is None
    filled = old.with_version(version)
    assert filled.version == version.split(" ", maxsplit=1)[0]
    assert tuple(filled.data["_version"][f"version_{part}"] for part in ("major", "minor", "revision")) == numbers
    assert {key: value for key, value in filled.data.items() if key != "_version"} == old.data


def test_the_version_is_filled_in_as_servers_write_it() -> None:
    newer = export("export_all.json")
    without = {key: value for key, value in newer.items() if key != "_version"}
    assert read(without).with_version("2023.5.0.322").data == newer
    assert read({**without, "_version": {}}).with_version("2023.5.0.322").data == newer


def test_a_version_that_is_there_stays() -> None:
    newer = read(export("export_task_2021.json"))
    assert newer.with_version("2024.11.0.1") is newer
    with pytest.raises(DefinitionError, match="'unknown' is not the version"):
        read(export("export_task_2018.json")).with_version("unknown")


def test_endpoints_are_left_out() -> None:
    whole = read(export("export_task_2021.json"))
    alone = whole.without_endpoints()
    assert alone.endpoint_names == []
    assert alone.tasks == whole.tasks
    assert whole.data == export("export_task_2021.json")


def test_overrides_are_merged() -> None:
    whole = read(export("export_task_windows.json"))
    changed = whole.with_overrides(
        {
            "task": {"description": None},
            "task_settings": {"common_settings": {"lob_max_size": 8}, "new": {"a": None, "b": 1}},
            "manipulations": [],
        },
    )
    task = changed.single_task().data
    assert "description" not in task["task"]
    assert task["task_settings"]["common_settings"]["lob_max_size"] == 8
    assert task["task_settings"]["common_settings"]["parallel_bulk_max_num_threads"] == 8
    assert task["task_settings"]["new"] == {"b": 1}
    assert task["manipulations"] == []
    assert whole.data == export("export_task_windows.json")


def test_overrides_do_not_rename_a_task() -> None:
    with pytest.raises(DefinitionError, match="must not change the name of task 'ERP to DW'"):
        read(export("export_task_windows.json")).with_overrides({"task": {"name": "Other"}})


@given(definitions())
@thorough
def test_merging_a_thing_into_itself_is_the_thing(given_definition: dict[str, Any]) -> None:
    assert merge(given_definition, given_definition) == given_definition
    assert merge(given_definition, {}) == given_definition
    assert json.loads(json.dumps(merge({}, given_definition))) == given_definition


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("source", "source_tables", "explicit_included_tables"), {"owner": "o", "name": "A"}, "an object, not a list"),
        (("source", "source_tables", "explicit_included_tables"), ["o.A"], "explicit_included_tables/0 is text"),
        (
            ("source", "source_tables", "included_pattern"),
            [{"owner": "o", "name": 7}],
            "included_pattern/0/name is not",
        ),
        (("source", "source_tables"), "@{name=S}", "source_tables is text, not an object"),
        (("source",), [], "source is a list, not an object"),
        (("targets",), {"rep_target": {}}, "targets is an object, not a list"),
        (("targets",), ["D"], "targets/0 is text, not an object"),
        (("task", "target_names"), "D", "target_names is text, not a list"),
        (("task_settings", "common_settings"), 3, "common_settings is a number, not an object"),
        (("manipulations",), {"name": "o.A"}, "manipulations is an object, not a list. A list of one"),
    ],
)
def test_a_part_of_a_task_that_is_something_else_is_refused(place: tuple[str, ...], value: Any, told: str) -> None:
    document = copied(export("export_task_windows.json"))
    inside = document[SECTIONS]["tasks"][0]
    for step in place[:-1]:
        inside = inside[step]
    inside[place[-1]] = value
    for given_definition in (document, json.dumps(document)):
        with pytest.raises(DefinitionError) as raised:
            read(given_definition)
        assert f"/{SECTIONS}/tasks/0/{place[0]}" in str(raised.value)
        assert told in str(raised.value)
    with pytest.raises(DefinitionError, match=f"/{place[0]}"):
        read(export("export_task_windows.json")).with_overrides(tree_of(place, value))


def tree_of(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Objects within each other, with a value at the place."""
    return {place[0]: tree_of(place[1:], value) if place[1:] else value}


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"databases": [{"name": "E", "db_settings": "@{server=h}"}]}, "/databases/0/db_settings is text"),
        ({"databases": [{"name": "E", "db_settings": []}]}, "/databases/0/db_settings is a list"),
        ({"scheduler": {"jobs": {"name": "J"}}}, "/scheduler/jobs is an object, not a list"),
        ({"scheduler": {"jobs": ["J"]}}, "/scheduler: item 0 is not an object"),
        ({"scheduler": []}, "/scheduler is a list, not an object"),
        ({"notifications": "x"}, "/notifications is neither a list nor an object"),
        (
            {"notifications": {"notifications_list": {"name": "N"}}},
            "/notifications/notifications_list is an object, not",
        ),
        ({"notifications": {"notifications_list": ["N"]}}, "/notifications: item 0 is not an object"),
        ({"error_behavior": "System.Object[]"}, "/error_behavior is text"),
    ],
)
def test_a_section_that_is_something_else_is_refused(sections: dict[str, Any], told: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        of_sections(**sections)
    assert f"/{SECTIONS}/{told.removeprefix('/')}" in str(raised.value)


def test_what_is_null_is_as_good_as_left_out() -> None:
    nulls = of_sections(tasks=None, databases=None, scheduler=None, notifications=None)
    assert (nulls.tasks, nulls.endpoints, nulls.references) == ([], [], [])
    empty = {"task": {"name": "T"}, "source": None, "targets": None, "task_settings": None}
    assert of_sections(tasks=[empty], databases=[{"name": "E", "db_settings": None}]).task_names == ["T"]


@pytest.mark.parametrize(
    "text", ["@{owner=o; name=A}", "@{}", "System.Object[]", "System.Collections.Hashtable", "@{a=@{b=1}}"]
)
def test_what_powershell_left_out_is_refused_where_a_user_gives_it(text: str) -> None:
    task = {"task": {"name": "T"}, "more": [{"filter": text}]}
    assert of_sections(tasks=[task]).task_names == ["T"]
    for given_definition in ({SECTIONS: {"tasks": [task]}}, json.dumps({SECTIONS: {"tasks": [task]}})):
        with pytest.raises(DefinitionError, match=f"/{SECTIONS}/tasks/0/more/0/filter is the text .*Depth"):
            given_by_hand(given_definition)


@pytest.mark.parametrize("text", ["@{", "System.Objects", "@x", "{a=b}", "a System.Object[]", "@{ERP}"])
def test_other_text_is_left_alone(text: str) -> None:
    task = {"task": {"name": "T", "description": text}}
    assert given_by_hand({SECTIONS: {"tasks": [task]}}).data == {SECTIONS: {"tasks": [task]}}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "is NaN, which"),
        (float("-inf"), "is -Infinity"),
        (date(2026, 3, 7), "is of type date"),
        (b"x", "is of type bytes"),
        ({3: 1}, "has the key 3, which is not text"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(value: Any, told: str) -> None:
    document = {SECTIONS: {"tasks": [{"task": {"name": "T"}, "a/b": [value]}]}}
    with pytest.raises(DefinitionError) as raised:
        read(document)
    assert f"/{SECTIONS}/tasks/0/a~1b/0 {told}" in str(raised.value)
    if isinstance(value, float):
        with pytest.raises(DefinitionError, match=f"/{SECTIONS}/tasks/0/a~1b/0 {told}"):
            read(json.dumps(document))
    if not isinstance(value, dict):
        with pytest.raises(DefinitionError, match="cannot be written as JSON"):
            Definition(document).write()


@pytest.mark.parametrize("levels", [101, 900, 3000])
def test_what_is_nested_too_deeply_is_refused(levels: int) -> None:
    deep: Any = {}
    for _level in range(levels):
        deep = {"a": deep}
    with pytest.raises(DefinitionError, match=rf"nested too deeply: /{SECTIONS}/x/a/a.* is 100 levels down"):
        read({SECTIONS: {"x": deep}})
    text = '{"cmd.replication_definition": {"x": ' + '{"a": ' * levels + "1" + "}" * levels + "}}"
    with pytest.raises(DefinitionError, match="nested too deeply"):
        read(text)


def test_what_has_no_end_or_is_very_many_is_told_in_time() -> None:
    endless: dict[str, Any] = {}
    endless["a"] = [endless]
    with pytest.raises(DefinitionError, match="nested too deeply"):
        read({SECTIONS: endless})
    many: list[Any] = []
    for _level in range(60):
        many = [many] * 9
    assert read({SECTIONS: {"x": many}}).tasks == []
