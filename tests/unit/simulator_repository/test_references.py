# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints that name endpoints and tasks, jobs and notifications that name tasks."""

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
    refusal,
    task,
)

from simulator.repository import (
    STYLES,
    Repository,
    RepositoryError,
    delete_endpoint,
    delete_task,
    export_all,
    task_facts,
)

APP = {**endpoint("APP", kind="SAP_APPLICATION", backend_db="HANA")}
BORROWER = endpoint("BORROWER", username="ref:HANA")
HANA = endpoint("HANA", kind="SAP_HANA_SRC")
READER = endpoint("READER", logstreamstagingtask="One")
NAMING = {"backend_db": APP, "username": BORROWER}


def code_of(error: pytest.ExceptionInfo[RepositoryError]) -> str:
    return refusal(error)[0]


@pytest.mark.parametrize("place", NAMING)
def test_an_endpoint_that_another_names_stays(place: str) -> None:
    repository = estate()
    import_all(repository, document(databases=(HANA, NAMING[place])))
    with pytest.raises(RepositoryError) as error:
        delete_endpoint(repository, "HANA", server=SERVER)
    assert refusal(error) == ("AEM_ENDPOINT_IS_IN_USE", {"endpoint": "HANA", "server": SERVER})
    delete_endpoint(repository, NAMING[place]["name"], server=SERVER)
    delete_endpoint(repository, "HANA", server=SERVER)


def test_an_endpoint_that_names_itself_can_go() -> None:
    repository = estate()
    import_all(repository, document(databases=(endpoint("SELF", username="ref:SELF"),)))
    delete_endpoint(repository, "SELF", server=SERVER)


def test_a_task_whose_log_stream_is_read_stays() -> None:
    repository = estate()
    import_all(repository, document(databases=(READER,)))
    with pytest.raises(RepositoryError) as error:
        delete_task(repository, "One", server=SERVER)
    assert refusal(error) == ("AEM_DELETE_TASK_ERR", {"task": "One", "server": SERVER})
    assert "READER" in error.value.fields["message"]
    delete_endpoint(repository, "READER", server=SERVER)
    delete_task(repository, "One", server=SERVER)


@pytest.mark.parametrize("naming", [APP, BORROWER, endpoint("READER", logstreamstagingtask="Elsewhere")])
def test_what_an_endpoint_names_must_be_there(naming: dict[str, Any]) -> None:
    repository = estate()
    before = repository.clone()
    with pytest.raises(RepositoryError) as error:
        import_all(repository, document(databases=(naming,)))
    assert code_of(error) == "AEM_IMPORT_INVALID_CONTENT"
    assert repository == before


def test_what_an_endpoint_names_may_come_along() -> None:
    repository = estate()
    staging = task("Staging")
    import_all(repository, document(staging, databases=(APP, HANA, endpoint("R", logstreamstagingtask="Staging"))))
    assert {"APP", "HANA", "R"} <= repository.endpoints.keys()


def test_endpoints_below_those_of_a_task_may_come_with_it() -> None:
    repository = estate()
    target = endpoint("D", "TARGET", "NULL_TARGET", username="ref:HANA")
    target["db_settings"]["$type"] = "NulltargetSettings"
    import_task(repository, "T1", document(task("T1", "APP", ("D",)), databases=(APP, HANA, target)))
    assert repository.tasks["T1"]["task"]["source_name"] == "APP"


def test_a_task_whose_endpoint_names_one_that_is_nowhere() -> None:
    with pytest.raises(RepositoryError) as error:
        import_task(estate(), "T1", document(task("T1", "APP"), databases=(APP,)))
    expected = {"server": SERVER, "task": "T1", "role": "source", "endpoint": "HANA"}
    assert refusal(error) == ("AEM_IMPORT_TASK_NO_ENDPOINT_IN_SERVER", expected)


def test_a_task_whose_endpoint_reads_a_log_stream_of_nobody() -> None:
    reader = endpoint("S", logstreamstagingtask="Elsewhere")
    with pytest.raises(RepositoryError) as error:
        import_task(estate(), "One", document(task("One"), databases=(reader,)))
    assert code_of(error) == "DESERIALIZE_TO_TYPE"


def test_the_log_stream_of_a_task() -> None:
    staging = task("Staging")
    staging["task"]["task_type"] = "_LOG_STREAM"
    repository = estate(task("One"), staging)
    import_all(
        repository, document(task("R", "READER"), databases=(endpoint("READER", logstreamstagingtask="Staging"),))
    )
    found = {name: task_facts(repository, name).log_stream_staging for name in repository.tasks}
    assert found == {"One": "", "Staging": "Staging", "R": "Staging"}


NOTICES = [{"name": "N", "enabled": True, "tasks": ["One", "Two"]}, {"name": "All"}]
SHAPES = {"list": NOTICES, "object": {"notifications_list": NOTICES}}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("style", "version", "written"),
    [
        ("2018", "6.6.0.448", "list"),
        ("2021", "2021.5.0.745", "list"),
        ("2023", "2021.11.0.1", "list"),
        ("2023", "2022.5.0.291", "object"),
        ("2023", "2024.11.0.285", "object"),
    ],
)
def test_notifications_come_in_both_shapes(shape: str, style: str, version: str, written: str) -> None:
    repository = estate(task("One"), task("Two"))
    import_all(repository, document(notifications=SHAPES[shape]))
    exported = export_all(repository, **{**WRITTEN, "style": style, "version": version})
    assert definition_of(exported)["notifications"] == SHAPES[written]


def test_notifications_of_both_shapes_are_merged() -> None:
    repository = estate(notifications={"notifications_list": [{"name": "A"}, {"name": "B"}], "more": 1})
    import_all(repository, document(notifications=[{"name": "B", "enabled": True}, {"name": "C"}]))
    wanted = [{"name": "A"}, {"name": "B", "enabled": True}, {"name": "C"}]
    assert repository.sections["notifications"] == {"notifications_list": wanted, "more": 1}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_deleted_task_leaves_jobs_and_notifications(shape: str) -> None:
    jobs = [{"name": "J1", "task": "One"}, {"name": "J2", "task": "Two"}]
    sections = {"notifications": SHAPES[shape], "scheduler": {"jobs": jobs, "more": 1}}
    repository = estate(task("One"), task("Two"), **sections)
    delete_task(repository, "One", server=SERVER)
    assert repository.sections["scheduler"] == {"jobs": jobs[1:], "more": 1}
    left = repository.sections["notifications"]["notifications_list"]
    assert left == [{"name": "N", "enabled": True, "tasks": ["Two"]}, {"name": "All"}]


def test_a_task_is_found_in_another_case() -> None:
    repository = estate(task("One"))
    import_all(repository, document(task("ONE", lob_max_size=9)))
    import_task(repository, "one", document(task("one", lob_max_size=10)))
    assert list(repository.tasks) == ["One"]
    assert repository.tasks["One"]["task"]["name"] == "One"
    assert repository.tasks["One"]["task_settings"]["common_settings"]["lob_max_size"] == 10
    with pytest.raises(RepositoryError) as error:
        import_all(repository, document(task("oNE")), running=("One",))
    assert refusal(error) == ("AEM_TASK_NOT_IMPORTABLE", {"server": SERVER, "task": "One"})


def test_two_tasks_that_differ_in_case_are_one() -> None:
    with pytest.raises(RepositoryError) as error:
        import_all(estate(), document(task("Two"), task("TWO")))
    assert code_of(error) == "AEM_IMPORT_INVALID_CONTENT"


@pytest.mark.parametrize("style", STYLES)
def test_a_kind_that_nobody_knows_keeps_its_type(style: str) -> None:
    custom = endpoint("M", kind="CUSTOM")
    custom["db_settings"]["$type"] = "X"
    repository = Repository.from_document(document(databases=(custom,)), KEY)
    (found,) = definition_of(export_all(repository, **{**WRITTEN, "style": style}))["databases"]
    assert found["db_settings"]["$type"] == "X"
