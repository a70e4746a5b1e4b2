# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a repository says of its endpoints and tasks; deleting them; taking over another endpoint's settings."""

from __future__ import annotations

from typing import Any

import pytest
from unit.simulator_repository.support import KEY, SERVER, document, endpoint, estate, fixture_document, refusal, task

from simulator.repository import (
    Repository,
    RepositoryError,
    delete_endpoint,
    delete_task,
    endpoint_list,
    endpoint_type,
    get_selection,
    put_selection,
    reconfigure,
    secrets_are_usable,
    task_facts,
    tasks_using,
)
from simulator.repository.secret_values import unseal


def test_the_list_of_endpoints() -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    assert [(item["name"], item["role"], item["type"]) for item in endpoint_list(repository)] == [
        ("ERP Oracle", "SOURCE", "ORACLE"),
        ("POS SQL Server", "SOURCE", "SQL_SERVER"),
        ("DW Snowflake", "TARGET", "SNOWFLAKE"),
        ("Events Kafka", "TARGET", "KAFKA"),
        ("ERP LogStream", "TARGET", "LOG_STREAM"),
    ]
    assert endpoint_type(repository, "nobody") == ""


def test_an_item_of_the_list_has_no_settings() -> None:
    content = endpoint("S") | {"description": "the source", "is_licensed": False}
    assert endpoint_list(Repository.from_document(document(databases=(content,)), KEY)) == [
        {"name": "S", "description": "the source", "role": "SOURCE", "type": "ORACLE", "is_licensed": False}
    ]


def test_which_tasks_use_an_endpoint() -> None:
    repository = estate(task("One"), task("Two", targets=("U", "T")), task("Three", source="X"))
    assert tasks_using(repository, "S") == ["One", "Two"]
    assert tasks_using(repository, "T") == ["One", "Two", "Three"]
    assert tasks_using(repository, "U") == ["Two"]
    assert tasks_using(repository, "Y") == []


def test_deleting_an_endpoint() -> None:
    repository = estate()
    with pytest.raises(RepositoryError) as error:
        delete_endpoint(repository, "S", server=SERVER)
    assert refusal(error) == ("AEM_ENDPOINT_IS_IN_USE", {"endpoint": "S", "server": SERVER})
    delete_task(repository, "One", server=SERVER)
    delete_endpoint(repository, "S", server=SERVER)
    assert list(repository.endpoints) == ["T"]
    with pytest.raises(RepositoryError) as error:
        delete_endpoint(repository, "S", server=SERVER)
    assert refusal(error) == ("AEM_ENDPOINT_NOT_FOUND", {"endpoint": "S", "server": SERVER})


def test_deleting_a_task() -> None:
    repository = estate(task("One"), task("Two"))
    delete_task(repository, "One", server=SERVER)
    assert list(repository.tasks) == ["Two"]
    with pytest.raises(RepositoryError) as error:
        delete_task(repository, "One", server=SERVER)
    assert refusal(error) == ("AEM_TASK_NOT_FOUND", {"task": "One", "server": SERVER})


def test_the_facts_of_a_task() -> None:
    repository = Repository.from_document(fixture_document("export_all.json"), KEY)
    facts = task_facts(repository, "ERP to DW")
    assert (facts.source, facts.targets, facts.source_type) == ("ERP Oracle", ["DW Snowflake"], "ORACLE")
    assert (facts.full_load_enabled, facts.apply_changes_enabled, facts.store_changes_enabled) == (True, True, False)
    assert (facts.profile, facts.description) == ("UNIDIRECTIONAL", "Orders, customers and stock, near real time")
    assert facts.tables[0] == ("ERP", "ORDERS")
    assert task_facts(repository, "POS to Kafka").full_load_enabled is False
    assert task_facts(repository, "POS to Kafka").tables == []
    assert task_facts(repository, "ERP staging").profile == "LOG_STREAM"


def test_flags_of_a_task() -> None:
    content = task("One", full_load_enabled=False, apply_changes_enabled=False, save_changes_enabled=True)
    facts = task_facts(estate(content), "One")
    assert (facts.full_load_enabled, facts.apply_changes_enabled, facts.store_changes_enabled) == (False, False, True)


def test_the_facts_of_a_task_that_is_not_there() -> None:
    with pytest.raises(RepositoryError) as error:
        task_facts(estate(), "Two")
    assert refusal(error) == ("AEM_TASK_NOT_FOUND", {"task": "Two"})


def failover(**more: dict[str, Any]) -> Repository:
    databases = {
        "Live": endpoint("Live", server="db1", password="one") | {"description": "live"},
        "Live__Second": endpoint("Live__Second", server="db2", password="two", supportResetLog=True),
        "Live_Third": endpoint("Live_Third", server="db3"),
        **more,
    }
    return Repository.from_document(document(databases=tuple(databases.values())), KEY)


def test_taking_over_settings_and_secrets() -> None:
    repository = failover()
    reconfigure(repository, "Live", "Second", server=SERVER)
    live, donor = repository.endpoints["Live"], repository.endpoints["Live__Second"]
    assert live["db_settings"] == donor["db_settings"]
    assert live["db_settings"] is not donor["db_settings"]
    assert (live["name"], live["description"]) == ("Live", "live")
    assert unseal(live["db_settings"]["password"], KEY) == "two"
    assert secrets_are_usable(repository, "Live")


def test_a_donor_with_one_underscore_is_the_second_choice() -> None:
    repository = failover()
    reconfigure(repository, "Live", "Third", server=SERVER)
    assert repository.endpoints["Live"]["db_settings"]["server"] == "db3"
    both = failover(Live__Third=endpoint("Live__Third", server="db4"))
    reconfigure(both, "Live", "Third", server=SERVER)
    assert both.endpoints["Live"]["db_settings"]["server"] == "db4"


RECONFIGURE_REFUSALS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "no endpoint": ({}, "Dead", "Second", "AEM_ENDPOINT_NOT_FOUND"),
    "no configuration": ({}, "Live", "", "AEM_MISSING_FIELD"),
    "no donor": ({}, "Live", "Fourth", "AEM_RECONFIGURE_ENDPOINT_INNER_ERR"),
    "no Oracle": (
        {"Live": endpoint("Live", kind="DB2I_NATIVE")},
        "Live",
        "Second",
        "AEM_RECONFIGURE_ENDPOINT_INNER_ERR",
    ),
    "no source": ({"Live": endpoint("Live", "TARGET")}, "Live", "Second", "AEM_RECONFIGURE_ENDPOINT_INNER_ERR"),
    "another type": (
        {"Live__Second": endpoint("Live__Second", kind="KAFKA")},
        "Live",
        "Second",
        "AEM_RECONFIGURE_ENDPOINT_INNER_ERR",
    ),
    "another role": (
        {"Live__Second": endpoint("Live__Second", "TARGET")},
        "Live",
        "Second",
        "AEM_RECONFIGURE_ENDPOINT_INNER_ERR",
    ),
}


@pytest.mark.parametrize("case", RECONFIGURE_REFUSALS)
def test_settings_that_cannot_be_taken_over(case: str) -> None:
    more, name, configuration, code = RECONFIGURE_REFUSALS[case]
    repository = failover(**more)
    before = repository.clone()
    with pytest.raises(RepositoryError) as error:
        reconfigure(repository, name, configuration, server=SERVER)
    assert error.value.code == code
    assert (error.value.fields["endpoint"], error.value.fields["server"]) == (name, SERVER)
    assert repository == before
    if code == "AEM_RECONFIGURE_ENDPOINT_INNER_ERR":
        assert error.value.fields["message"]


def test_an_estate_may_name_no_more_than_a_task_and_its_endpoints() -> None:
    sparse = {"task": {"name": "One", "source_name": "S", "target_names": ["T"]}}
    repository = estate(sparse)
    assert get_selection(repository, "One")["explicit_included_tables"] == []
    assert task_facts(repository, "One").tables == []
    put_selection(repository, "One", {"explicit_included_tables": [{"owner": "A", "name": "B"}]})
    assert task_facts(repository, "One").tables == [("A", "B")]
