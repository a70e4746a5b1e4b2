# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server writes, it reads back as it was."""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from unit.simulator_repository.support import (
    FIXTURES,
    KEY,
    NOW,
    WRITTEN,
    data_of,
    definition_of,
    document,
    endpoint,
    estate,
    fixture_document,
    import_all,
    import_task,
    task,
    thorough,
)

from simulator.repository import STYLES, Repository, RepositoryError, document_of, export_all, export_task

# Which server wrote a fixture, and when.
ORIGINS = {
    "export_all.json": ("2023", None, "repl-prd-01.corp.example", "2024-11-05 09:12:44.120341", "2023.5.0.322"),
    "export_task_2018.json": (
        "2018",
        "POS to Kafka",
        "repl-dev-07.corp.example",
        "2018-07-31 16:38:14.044075",
        "6.2.0.1",
    ),
    "export_task_2021.json": (
        "2021",
        "Policies",
        "repl-dev-03.corp.example",
        "2021-08-27 16:12:22.887071",
        "2021.5.0.745",
    ),
    "export_task_windows.json": ("2023", "ERP to DW", "REPL-QA-02", "2023-05-17 11:02:09.700002", "2023.5.0.322"),
}


@pytest.mark.parametrize("name", ORIGINS)
def test_a_fixture_is_written_as_it_was_read(name: str) -> None:
    style, exported, host, time, version = ORIGINS[name]
    repository = Repository.from_document(fixture_document(name), KEY)
    written: dict[str, Any] = {
        "style": style,
        "host": host,
        "now": datetime.fromisoformat(time + "+00:00"),
        "version": version,
    }
    if exported is None:
        text = export_all(repository, **written)
    else:
        with_endpoints = bool(repository.endpoints)
        text = export_task(repository, exported, with_endpoints=with_endpoints, **written)
    original = (FIXTURES / name).read_text(encoding="utf-8-sig")
    assert text.rstrip("\n") == original.rstrip("\n")


@pytest.mark.parametrize("name", ORIGINS)
def test_a_fixture_can_be_imported_as_bytes(name: str) -> None:
    exported = ORIGINS[name][1]
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    before = export_all(repository, style="2023", **WRITTEN)
    content = (FIXTURES / name).read_bytes()
    if exported is None:
        import_all(repository, content)
        assert export_all(repository, style="2023", **WRITTEN) == before
    else:
        import_task(repository, exported, content)
        assert exported in repository.tasks


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", ORIGINS)
def test_an_export_restores_an_empty_repository(name: str, style: str) -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    import_all(repository, (FIXTURES / name).read_bytes())
    text = export_all(repository, style=style, **WRITTEN)
    restored = Repository.from_document({}, KEY)
    import_all(restored, text)
    assert export_all(restored, style=style, **WRITTEN) == text


json_values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda below: some.lists(below, max_size=3) | some.dictionaries(some.text(max_size=8), below, max_size=3),
    max_leaves=6,
)
settings_known_to_the_server: some.SearchStrategy[dict[str, Any]] = some.fixed_dictionaries(
    {},
    optional={
        "lob_max_size": some.sampled_from([8, 64]),
        "batch_apply_memory_limit": some.sampled_from([200, 500, 900]),
        "full_load_enabled": some.booleans(),
        "unknown_depricated": json_values,
    },
)


names_of_tasks = some.text(some.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=6).filter(str.strip)


@some.composite
def repositories(draw: some.DrawFn) -> Repository:
    names = draw(some.lists(names_of_tasks, max_size=3, unique_by=str.casefold))
    tasks = [task(name, **draw(settings_known_to_the_server)) for name in names]
    source = endpoint("S", password=draw(some.text(max_size=5)), more=draw(json_values))
    content = document(*tasks, databases=(source, endpoint("T", "TARGET", "KAFKA")), unheard_of=draw(json_values))
    return Repository.from_document(content, KEY)


@thorough
@given(repository=repositories(), first=some.sampled_from(STYLES), second=some.sampled_from(STYLES))
def test_any_export_restores_any_repository(repository: Repository, first: str, second: str) -> None:
    restored = Repository.from_document({}, KEY)
    text = export_all(repository, style=first, **WRITTEN)
    import_all(restored, text)
    assert export_all(restored, style=first, **WRITTEN) == text
    in_other_words = [data_of(export_all(kept, style=second, **WRITTEN)) for kept in (repository, restored)]
    assert in_other_words[0] == in_other_words[1]


@thorough
@given(repository=repositories(), style=some.sampled_from(STYLES))
def test_importing_twice_is_importing_once(repository: Repository, style: str) -> None:
    text = export_all(repository, style=style, **WRITTEN)
    once = estate(task("Another"))
    import_all(once, text)
    twice = once.clone()
    import_all(twice, text)
    assert twice == once


def test_the_document_of_a_repository_makes_it_again() -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    assert Repository.from_document(document_of(repository, "2023.5.0.322"), KEY) == repository


def test_a_document_is_neither_changed_nor_shared() -> None:
    content = document(task("One"), databases=(endpoint("S", password="x"), endpoint("T", "TARGET")))
    before = copy.deepcopy(content)
    repository = Repository.from_document(content, KEY)
    assert content == before
    content["cmd.replication_definition"]["databases"][0]["db_settings"]["server"] = "elsewhere"
    assert repository.endpoints["S"]["db_settings"]["server"] == "db1"


def test_a_clone_shares_nothing() -> None:
    repository = estate()
    clone = repository.clone()
    assert clone == repository
    clone.tasks["One"]["task"]["description"] = "changed"
    clone.sections["error_behavior"] = {}
    assert clone != repository
    assert "description" not in repository.tasks["One"]["task"]


def test_the_key_is_in_no_representation() -> None:
    assert KEY not in repr(estate())


def test_2018_begins_with_a_comment_and_has_no_version() -> None:
    text = export_all(estate(), style="2018", **WRITTEN)
    comment, rest = text.split("\n", 1)
    assert comment == "// Host name: repl.corp.example, Time: 2026-03-04 05:06:07.089012"
    assert rest.startswith('{\n\t"name": "Replication_Definition__2026-03-04--05-06-07-089012",\n')
    assert set(data_of(text)) == {"name", "cmd.replication_definition"}


def test_2021_ends_with_version_and_description() -> None:
    text = export_all(estate(), style="2021", **WRITTEN)
    assert list(data_of(text)) == ["name", "cmd.replication_definition", "_version", "description"]
    assert '"tasks":\t[{\n\t\t\t\t"task":\t{\n' in text
    assert text.endswith('"description":\t"Host name: repl.corp.example, Time: 2026-03-04 05:06:07.089012"\n}')


def test_2023_begins_with_description_and_version() -> None:
    text = export_task(estate(), "One", with_endpoints=True, style="2023", **WRITTEN)
    content = data_of(text)
    assert list(content) == ["name", "description", "_version", "cmd.replication_definition"]
    assert content["name"] == "One__2026-03-04--05-06-07-089012"
    assert content["_version"] == {
        "version": "2023.5.0.322",
        "version_major": 2023,
        "version_minor": 5,
        "version_revision": 322,
    }


@pytest.mark.parametrize(
    ("version", "numbers"), [("2024.11", (2024, 11, 0)), ("7", (7, 0, 0)), ("", (0, 0, 0)), ("6.6.0.88", (6, 6, 88))]
)
def test_the_numbers_of_a_version(version: str, numbers: tuple[int, int, int]) -> None:
    written = document_of(estate(), version)["_version"]
    assert (written["version_major"], written["version_minor"], written["version_revision"]) == numbers


def test_a_style_that_no_server_has() -> None:
    with pytest.raises(ValueError, match="2019"):
        export_all(estate(), style="2019", host="h", now=NOW, version="1")


@pytest.mark.parametrize("style", STYLES)
def test_a_task_travels_with_its_endpoints_or_without(style: str) -> None:
    repository = estate(task("One"), notifications=[{"name": "N"}])
    repository.endpoints["Spare"] = endpoint("Spare")
    with_them = definition_of(export_task(repository, "One", with_endpoints=True, style=style, **WRITTEN))
    assert [item["name"] for item in with_them["databases"]] == ["S", "T"]
    without = definition_of(export_task(repository, "One", with_endpoints=False, style=style, **WRITTEN))
    assert without["databases"] == []
    assert set(without) == {"tasks", "databases"}


def test_exporting_a_task_that_is_not_there() -> None:
    with pytest.raises(RepositoryError) as error:
        export_task(estate(), "Two", with_endpoints=False, style="2023", **WRITTEN)
    assert (error.value.code, error.value.fields) == ("AEM_TASK_NOT_FOUND", {"task": "Two"})


@pytest.mark.parametrize("style", STYLES)
def test_text_of_every_script_survives(style: str) -> None:
    repository = estate(task('Zürich "東京" \\ \u2028'))
    restored = Repository.from_document({}, KEY)
    import_all(restored, export_all(repository, style=style, **WRITTEN).encode())
    assert restored == repository
