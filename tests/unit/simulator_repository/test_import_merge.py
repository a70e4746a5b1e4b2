# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An import merges: what the document names is taken over, all else stays."""

from __future__ import annotations

from typing import Any

import pytest
from unit.simulator_repository.support import (
    KEY,
    SERVER,
    WRITTEN,
    definition_of,
    document,
    endpoint,
    estate,
    import_all,
    import_task,
    task,
)

from simulator.repository import Repository, apply_import, export_all, plan_import

SECTIONS: dict[str, Any] = {
    "replication_environment": {"enable_auto_roll_over": True, "deeper": {"a": 1, "b": 2}},
    "notifications": [{"name": "N1", "enabled": True, "tasks": ["One"]}, {"name": "N2"}],
    "scheduler": {"jobs": [{"name": "J1", "task": "One"}]},
    "error_behavior": {},
    "unheard_of": [1, 2],
}


def test_a_partial_document_leaves_all_else() -> None:
    repository = estate(task("One"), task("Two"), **SECTIONS)
    before = repository.clone()
    import_all(repository, {"cmd.replication_definition": {"databases": [endpoint("S", server="db2")]}})
    assert repository.endpoints["S"]["db_settings"]["server"] == "db2"
    assert (repository.tasks, repository.sections) == (before.tasks, before.sections)
    assert repository.endpoints["T"] == before.endpoints["T"]


def test_a_document_of_settings_only() -> None:
    repository = estate(**SECTIONS)
    import_all(repository, {"cmd.replication_definition": {"replication_environment": {"deeper": {"b": 3}}}})
    assert repository.sections["replication_environment"] == {"enable_auto_roll_over": True, "deeper": {"a": 1, "b": 3}}


def test_named_things_merge_by_name_and_are_replaced_whole() -> None:
    repository = estate(**SECTIONS)
    import_all(
        repository,
        document(
            notifications=[{"name": "N3"}, {"name": "N1", "enabled": False}],
            scheduler={"jobs": [{"name": "J2"}]},
            unheard_of=[3],
        ),
    )
    notices = repository.sections["notifications"]["notifications_list"]
    assert notices == [{"name": "N1", "enabled": False}, {"name": "N2"}, {"name": "N3"}]
    assert [job["name"] for job in repository.sections["scheduler"]["jobs"]] == ["J1", "J2"]
    assert repository.sections["unheard_of"] == [3]


def test_a_task_is_replaced_whole_and_in_its_place() -> None:
    repository = estate(task("One", lob_max_size=64), task("Two"))
    import_task(repository, "One", document(task("One", history_timeslot=9)))
    settings = repository.tasks["One"]["task_settings"]["common_settings"]
    assert settings["history_timeslot"] == 9
    assert "lob_max_size" not in settings
    assert list(repository.tasks) == ["One", "Two"]


def test_an_endpoint_is_replaced_whole() -> None:
    repository = estate()
    import_all(repository, document(databases=(endpoint("S", path="/x"),)))
    assert "password" not in repository.endpoints["S"]["db_settings"]


def test_endpoints_come_with_a_task_or_are_there() -> None:
    repository = Repository.from_document({}, KEY)
    databases = (endpoint("S"), endpoint("T", "TARGET"))
    import_task(repository, "One", document(task("One"), databases=databases))
    import_task(repository, "Two", document(task("Two"), databases=(endpoint("T", "TARGET", server="db9"),)))
    assert repository.endpoints["T"]["db_settings"]["server"] == "db9"
    assert list(repository.endpoints) == ["S", "T"]


def test_an_endpoint_for_both_roles() -> None:
    repository = Repository.from_document({}, KEY)
    databases = (endpoint("S", "BOTH"), endpoint("T", "BOTH"))
    import_task(repository, "One", document(task("One"), databases=databases))
    assert "One" in repository.tasks


def test_other_sections_come_with_a_task() -> None:
    repository = estate(**SECTIONS)
    import_task(repository, "One", document(task("One"), notifications=[{"name": "N9"}]))
    notices = repository.sections["notifications"]["notifications_list"]
    assert [item["name"] for item in notices] == ["N1", "N2", "N9"]


def test_a_running_task_does_not_hinder_others() -> None:
    repository = estate(task("One"))
    import_task(repository, "Two", document(task("Two")), running=("One",))
    import_all(repository, document(databases=(endpoint("S", server="db2"),)), running=("One",))
    assert "Two" in repository.tasks


def test_planning_changes_nothing_and_applying_waits() -> None:
    repository = estate()
    before = repository.clone()
    text = export_all(estate(task("Two")), style="2023", **WRITTEN)
    planned = plan_import(repository, text, server=SERVER, task=None, running=set())
    assert repository == before
    assert (list(planned.tasks), list(planned.endpoints), planned.sections) == (["Two"], ["S", "T"], {})
    apply_import(repository, planned)
    assert list(repository.tasks) == ["One", "Two"]


def uuid_of(repository: Repository, name: str) -> str:
    return str(repository.tasks[name]["task_settings"]["common_settings"]["task_uuid"])


def test_a_task_gets_an_identifier() -> None:
    repository = estate(task("One"), task("Two"))
    assert uuid_of(repository, "One") != uuid_of(repository, "Two")
    other = Repository.from_document(document(task("One")), "another key")
    assert uuid_of(other, "One") != uuid_of(repository, "One")


@pytest.mark.parametrize("given", ["", None, "0b0b6d0e-6a2d-5c47-9d6d-1f1a0a6f7a11"])
def test_a_task_keeps_its_identifier(given: str | None) -> None:
    repository = estate()
    before = uuid_of(repository, "One")
    import_task(repository, "One", document(task("One", task_uuid=given)))
    assert uuid_of(repository, "One") == before


def test_a_new_task_keeps_the_identifier_of_its_document() -> None:
    repository = estate()
    import_task(repository, "Two", document(task("Two", task_uuid="a3f0c6de-0000-4000-8000-000000000003")))
    assert uuid_of(repository, "Two") == "a3f0c6de-0000-4000-8000-000000000003"


def test_keys_that_nobody_documents_travel_unchanged() -> None:
    content = task("One", something_depricated={"x": [1, None, {"y": 2.5}]})
    content["loggers"] = {"$type": "RepTaskLoggers", "SOURCE_CAPTURE": "TRACE"}
    content["unknown"] = {"empty": {}, "none": None}
    repository = estate(content)
    (exported,) = definition_of(export_all(repository, style="2023", **WRITTEN))["tasks"]
    assert exported["loggers"] == content["loggers"]
    assert exported["unknown"] == content["unknown"]
    assert exported["task_settings"]["common_settings"]["something_depricated"] == {"x": [1, None, {"y": 2.5}]}


def test_an_endpoint_shows_whether_it_is_licensed() -> None:
    repository = estate()
    bare = {"name": "N", "role": "TARGET", "type_id": "FILE_COMPONENT_TYPE", "db_settings": {"$type": "FileSettings"}}
    import_all(repository, {"cmd.replication_definition": {"databases": [bare]}})
    assert repository.endpoints["N"] == {**bare, "is_licensed": True, "override_properties": {}}
