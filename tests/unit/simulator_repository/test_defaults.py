# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting at its default is left out of an export, and some objects never are."""

from __future__ import annotations

from typing import Any

import pytest
from unit.simulator_repository.support import KEY, WRITTEN, definition_of, document, endpoint, estate, import_task, task

from simulator.repository import STYLES, Repository, export_all, export_task
from simulator.repository.defaults import ALWAYS_WRITTEN, DEFAULTS, OLD_DEFAULTS
from simulator.repository.trees import equal, has, value_at, with_value

MEMORY_LIMIT = ("task_settings", "common_settings", "batch_apply_memory_limit")


def exported_task(repository: Repository, name: str = "One", style: str = "2023") -> dict[str, Any]:
    text = export_task(repository, name, with_endpoints=False, style=style, **WRITTEN)
    return dict(definition_of(text)["tasks"][0])


def other_than(value: Any) -> Any:
    return (not value) if isinstance(value, bool) else value + 1


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: ".".join(default.path))
def test_a_default_that_is_spelled_out_vanishes(default: Any) -> None:
    repository = estate()
    plain = exported_task(repository)
    import_task(repository, "One", document(with_value(task("One"), default.path, default.value)))
    assert exported_task(repository) == plain


@pytest.mark.parametrize("default", DEFAULTS, ids=lambda default: ".".join(default.path))
def test_another_value_stays(default: Any) -> None:
    repository = estate()
    changed = other_than(default.value)
    import_task(repository, "One", document(with_value(task("One"), default.path, changed)))
    assert equal(value_at(exported_task(repository), default.path), changed)


@pytest.mark.parametrize("style", STYLES)
def test_all_defaults_spelled_out_vanish_together(style: str) -> None:
    content = task("One")
    defaults = OLD_DEFAULTS if style == "2018" else ()
    for path, value in (*DEFAULTS, *defaults):
        content = with_value(content, path, value)
    exported = exported_task(estate(content), style=style)
    assert not [
        path for path, value in defaults or DEFAULTS if has(exported, path) and equal(value_at(exported, path), value)
    ]


@pytest.mark.parametrize("value", [True, "8", None])
def test_a_value_of_another_type_is_no_default(value: Any) -> None:
    exported = exported_task(estate(task("One", lob_max_size=value)))
    assert exported["task_settings"]["common_settings"]["lob_max_size"] is value


def test_no_default_is_named_twice() -> None:
    paths = [default.path for default in DEFAULTS]
    assert len(paths) == len(set(paths))
    assert {default.path for default in OLD_DEFAULTS} <= set(paths)


def test_an_export_shows_the_objects_that_it_always_shows() -> None:
    content = task("One")
    del content["task_settings"]
    settings = exported_task(estate(content))["task_settings"]
    del settings["common_settings"]["task_uuid"]
    assert settings == ALWAYS_WRITTEN


def test_without_version_the_old_defaults_count() -> None:
    repository = estate()
    unversioned = {"cmd.replication_definition": {"tasks": [task("Two")]}}
    import_task(repository, "Two", unversioned)
    import_task(repository, "Three", document(task("Three")))
    assert value_at(exported_task(repository, "Two"), MEMORY_LIMIT) == 200
    assert not has(exported_task(repository, "Three"), MEMORY_LIMIT)


def test_without_version_what_is_spelled_out_counts() -> None:
    unversioned = {
        "_version": None,
        "cmd.replication_definition": {"tasks": [task("One", batch_apply_memory_limit=500)]},
    }
    assert not has(exported_task(Repository.from_document(unversioned, KEY)), MEMORY_LIMIT)


def test_a_server_of_2018_leaves_out_its_own_defaults() -> None:
    repository = estate(task("One"), task("Two", batch_apply_memory_limit=200))
    assert value_at(exported_task(repository, "One", "2018"), MEMORY_LIMIT) == 500
    assert not has(exported_task(repository, "Two", "2018"), MEMORY_LIMIT)


def test_an_export_does_not_change_what_is_kept() -> None:
    repository = estate()
    before = repository.clone()
    export_all(repository, style="2018", **WRITTEN)
    assert repository == before


def test_tables_are_kept_without_what_needs_no_saying() -> None:
    content = task("One")
    tables = content["source"]["source_tables"]
    tables["included_pattern"] = []
    tables["explicit_included_tables"] = [
        {"owner": "A", "name": "B", "load_order": 0, "table_type": "TABLE", "estimated_size": 0},
        {"owner": "A", "name": "C", "load_order": 5, "table_type": "VIEW"},
    ]
    assert exported_task(estate(content))["source"]["source_tables"] == {
        "name": "S",
        "explicit_included_tables": [
            {"owner": "A", "name": "B", "estimated_size": 0},
            {"owner": "A", "name": "C", "load_order": 5, "table_type": "VIEW"},
        ],
    }


def test_settings_of_endpoints_have_no_known_defaults() -> None:
    repository = Repository.from_document(document(databases=(endpoint("S", retryInterval=5),)), KEY)
    assert repository.endpoints["S"]["db_settings"]["retryInterval"] == 5
