# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table selection: the definition's tables in the API's form, and back."""

from __future__ import annotations

from typing import Any

import pytest
from unit.simulator_repository.support import KEY, estate, fixture_document, refusal

from simulator.repository import Repository, RepositoryError, get_selection, put_selection, task_facts

LISTS = ("included_pattern", "excluded_pattern", "explicit_included_tables")


def table(name: str, load_order: Any = 0, table_type: Any = "TABLE", owner: str = "A") -> dict[str, Any]:
    return {"owner": owner, "name": name, "load_order": load_order, "table_type": table_type}


def tables_in(repository: Repository, name: str = "One") -> dict[str, Any]:
    return dict(repository.tasks[name]["source"]["source_tables"])


def put(**selection: Any) -> Repository:
    repository = estate()
    put_selection(repository, "One", selection)
    return repository


def test_a_selection_of_tables() -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    selection = get_selection(repository, "ERP to DW")
    assert list(selection) == list(LISTS)
    assert selection["included_pattern"] == selection["excluded_pattern"] == []
    assert selection["explicit_included_tables"][:2] == [
        table("ORDERS", 1000, owner="ERP"),
        table("ORDER_LINES", owner="ERP"),
    ]


def test_a_selection_of_patterns() -> None:
    repository = Repository.from_document(fixture_document("export_task_2018.json"), KEY)
    assert get_selection(repository, "POS to Kafka") == {
        "included_pattern": [table("sale%", owner="dbo")],
        "excluded_pattern": [table("sale_tmp%", owner="dbo")],
        "explicit_included_tables": [],
    }


def test_putting_what_was_got_changes_nothing() -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    before = repository.clone()
    for name in repository.tasks:
        put_selection(repository, name, get_selection(repository, name))
    assert repository == before


def test_a_selection_replaces_all_lists() -> None:
    repository = put(included_pattern=[table("%")])
    assert tables_in(repository) == {"name": "S", "included_pattern": [{"owner": "A", "name": "%"}]}


def test_tables_that_stay_keep_what_is_known_of_them() -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    put_selection(
        repository,
        "ERP to DW",
        {"explicit_included_tables": [table("ORDERS", owner="ERP"), table("NEW", "HIGHER", "VIEW", owner="ERP")]},
    )
    assert tables_in(repository, "ERP to DW")["explicit_included_tables"] == [
        {"owner": "ERP", "name": "ORDERS", "estimated_size": 10000, "orig_db_id": 0},
        {"owner": "ERP", "name": "NEW", "load_order": 5000, "table_type": "VIEW"},
    ]
    assert task_facts(repository, "ERP to DW").tables == [("ERP", "ORDERS"), ("ERP", "NEW")]


@pytest.mark.parametrize(
    ("given", "number"),
    [
        (None, 0),
        (0, 0),
        (7, 7),
        ("LOWEST", -2147483647),
        ("LOWER", -5000),
        ("LOW", -1000),
        ("NORMAL", 0),
        ("HIGH", 1000),
        ("HIGHER", 5000),
        ("HIGHEST", 2147483647),
    ],
)
def test_load_orders(given: Any, number: int) -> None:
    selection = get_selection(put(explicit_included_tables=[table("B", given)]), "One")
    assert selection["explicit_included_tables"] == [table("B", number)]


@pytest.mark.parametrize(
    ("given", "name"), [(None, "TABLE"), ("TABLE", "TABLE"), (1, "TABLE"), ("VIEW", "VIEW"), (2, "VIEW")]
)
def test_table_types(given: Any, name: str) -> None:
    selection = get_selection(put(explicit_included_tables=[table("B", table_type=given)]), "One")
    assert selection["explicit_included_tables"] == [table("B", table_type=name)]


def test_the_form_of_the_sdk() -> None:
    item = {"$type": "TableSelection", **table("B", None, None)}
    body = {"$type": "TableSelectionDefinition", "included_pattern": None, "explicit_included_tables": [item]}
    assert tables_in(put(**body)) == {"name": "S", "explicit_included_tables": [{"owner": "A", "name": "B"}]}


def test_a_table_named_twice_counts_once() -> None:
    selection = get_selection(put(explicit_included_tables=[table("B", 1), table("B", 2)]), "One")
    assert selection["explicit_included_tables"] == [table("B", 2)]


@pytest.mark.parametrize(
    "body", [{}, {"included_pattern": []}, {"included_pattern": None, "explicit_included_tables": []}]
)
def test_a_selection_of_nothing(body: dict[str, Any]) -> None:
    with pytest.raises(RepositoryError) as error:
        put(**body)
    assert refusal(error) == ("AEM_MISSING_FIELD", {"task": "One", "fieldName": "explicit_included_tables"})


@pytest.mark.parametrize(
    "body",
    [
        {"tables": []},
        {"included_pattern": {}, "explicit_included_tables": [table("B")]},
        {"included_pattern": "%"},
        {"included_pattern": ["%"]},
        {"included_pattern": [{"name": "%"}]},
        {"included_pattern": [{"owner": "A"}]},
        {"included_pattern": [table("")]},
        {"included_pattern": [table("%") | {"schema": "A"}]},
        {"included_pattern": [table("%", "FIRST")]},
        {"included_pattern": [table("%", True)]},
        {"included_pattern": [table("%", 1.5)]},
        {"included_pattern": [table("%", 2147483648)]},
        {"included_pattern": [table("%", table_type="SYNONYM")]},
        {"included_pattern": [table("%", table_type=True)]},
    ],
)
def test_what_is_no_selection(body: dict[str, Any]) -> None:
    repository = estate()
    before = repository.clone()
    with pytest.raises(RepositoryError) as error:
        put_selection(repository, "One", body)
    assert refusal(error) == ("DESERIALIZE_TO_TYPE", {"type": "TableSelectionDefinition"})
    assert repository == before


def test_the_selection_of_a_task_that_is_not_there() -> None:
    for act in (lambda r: get_selection(r, "Two"), lambda r: put_selection(r, "Two", {})):
        with pytest.raises(RepositoryError) as error:
            act(estate())
        assert refusal(error) == ("AEM_TASK_NOT_FOUND", {"task": "Two"})
