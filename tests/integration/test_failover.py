# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing an Oracle source over, and back, as a user does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_endpoint, aem_endpoint_failover
from simulator import Settings, Simulator
from support.inprocess import calls, perform
from support.playbooks import prove

PRD = "Replicate PRD 1"
LIVE = {"server": PRD, "endpoint": "ORA"}
RAN = ("Orders to DW", "Orders to Kafka")
TASKS = r"""
- name: Fail over
  qlik.enterprise_manager.aem_endpoint_failover:
    server: Replicate PRD 1
    endpoint: ORA
    configuration: Standby
- name: Return without the tasks
  qlik.enterprise_manager.aem_endpoint_failover:
    server: Replicate PRD 1
    endpoint: ORA
    configuration: Primary
    recycle: false
"""


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(start_seconds=0.3, stop_seconds=0.3, import_seconds=0.05)) as simulator:
        yield simulator


@pytest.fixture
def fresh(em: Simulator) -> Simulator:
    """The Enterprise Manager with its estate as at the start."""
    em.reset()
    return em


def failover(em: Simulator, configuration: str = "Standby", check_mode: bool = False, **options: Any) -> Any:
    """The result of a failover of ORA."""
    return perform(em, aem_endpoint_failover, check_mode, **{**LIVE, "configuration": configuration, **options})


def states(result: Any) -> dict[str, tuple[str, str]]:
    """The states of the tasks before and after."""
    return {task["name"]: (task["before"], task["after"]) for task in result.values["tasks"]}


def donor(em: Simulator, name: str, **options: Any) -> None:
    """Make an endpoint that is a donor, or change it."""
    made = {"role": "source", "type_id": "ORACLE_COMPONENT_TYPE", "settings": {"server": "//c"}, **options}
    assert perform(em, aem_endpoint, server=PRD, name=name, **made).error is None
    em.clear_log()


def in_estate(em: Simulator, name: str, **changes: Any) -> None:
    """Change how a task of the estate behaves."""
    estate = em.estate()
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    next(item for item in server["tasks"] if item["name"] == name).update(changes)
    em.set_estate(estate)


def test_there_and_back(em: Simulator) -> None:
    em.reset()
    proofs = prove(em, TASKS)
    for proof in proofs.values():
        proof.holds()
        assert proof.run.changed
        assert proof.run.writes == ["ReconfigureEndpointNoWait"]
    done = proofs["Fail over"].run.result
    assert (done["previous_configuration"], done["active_configuration"]) == ("Primary", "Standby")
    assert [(task["name"], task["before"], task["after"]) for task in done["tasks"]] == [
        *((name, "RUNNING", "RUNNING") for name in RAN),
        ("Orders archive", "STOPPED", "STOPPED"),
    ]
    assert [task["seconds"] > 0 for task in done["tasks"] if "seconds" in task] == [True, True]
    diff = done["diff"]
    assert set(diff["before"]["settings"]) == {"server", "asm_server", "archivedLogDestId"}
    assert (diff["before"]["configuration"], diff["after"]["configuration"]) == ("Primary", "Standby")
    back = proofs["Return without the tasks"]
    assert "'Orders to DW', 'Orders to Kafka'" in back.run.result["warnings"][0]
    assert back.again.result["previous_configuration"] == "Primary"


def test_the_tasks_are_watched_with_one_call_each_time(fresh: Simulator) -> None:
    fresh.clear_log()
    done = failover(fresh)
    assert (done.error, done.changed) == (None, True)
    assert calls(fresh)[:6] == [
        *("ExportAll", "TestEndpoint", "GetTaskList", "ReconfigureEndpointNoWait", "GetTaskList", "ExportAll"),
    ]
    assert set(calls(fresh)[6:]) == {"GetTaskList"}


def test_a_check_tests_the_configuration_and_writes_nothing(fresh: Simulator) -> None:
    fresh.clear_log()
    checked = failover(fresh, check_mode=True)
    assert calls(fresh) == ["ExportAll", "TestEndpoint", "GetTaskList"]
    assert checked.changed
    assert checked.values["active_configuration"] == "Standby"
    assert failover(fresh).diff == checked.diff


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"endpoint": "OTHER"}, "no endpoint OTHER"),
        ({"endpoint": "DW Snowflake"}, "only source endpoints"),
        ({"endpoint": "POS SQL Server"}, "only ORACLE_COMPONENT_TYPE"),
        ({"configuration": "Third"}, "it has Primary, Standby. Create"),
        ({"configuration": "Third"}, "named ORA__Third"),
        ({"timeout": 0}, "timeout"),
    ],
)
def test_what_is_refused(fresh: Simulator, options: dict[str, Any], words: str) -> None:
    result = perform(fresh, aem_endpoint_failover, **{**LIVE, "configuration": "Standby", **options})
    assert result.error is not None
    assert words in result.error.message
    assert not any(entry["writes"] for entry in fresh.log())


def test_a_configuration_of_another_type_is_refused(fresh: Simulator) -> None:
    donor(fresh, "ORA__Odd", type_id="SQL_SERVER_COMPONENT_TYPE")
    result = failover(fresh, "Odd")
    assert "SQL_SERVER_COMPONENT_TYPE" in result.error.message
    assert calls(fresh) == ["ExportAll"]


def test_a_configuration_that_fails_its_test_is_refused(fresh: Simulator) -> None:
    estate = fresh.estate()
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    broken = {"status": "ERROR", "message": "Cannot connect.", "detailed_message": "ORA-12541: no listener"}
    found = next((item for item in server["endpoints"] if item["name"] == "ORA__Standby"), None)
    if found is None:
        server["endpoints"].append({"name": "ORA__Standby", "test_result": broken})
    else:
        found["test_result"] = broken
    fresh.set_estate(estate)
    for check_mode in (True, False):
        fresh.clear_log()
        result = failover(fresh, check_mode=check_mode)
        assert (result.changed, "ReconfigureEndpointNoWait" in calls(fresh)) == (False, False)
        assert "Cannot connect. ORA-12541: no listener" in result.error.message
    assert failover(fresh, test=False).error is None


def test_configurations_that_are_alike(fresh: Simulator) -> None:
    standby = {"server": "//c", "asm_server": "//c", "archivedLogDestId": 3, "supportResetLog": True, "username": "U"}
    donor(fresh, "ORA__One", settings={**standby, "password": "one"})
    donor(fresh, "ORA__Two", settings={**standby, "password": "two"})
    assert failover(fresh, "One", recycle=False).changed
    again = failover(fresh, "Two")
    assert (again.error, again.changed) == (None, False)
    assert "Two and One" in again.warnings[0]


def test_one_underscore_is_enough_and_two_win(fresh: Simulator) -> None:
    donor(fresh, "ORA_Other")
    assert failover(fresh, "Other", recycle=False).values["active_configuration"] == "Other"
    donor(fresh, "ORA__Other", settings={"server": "//d"})
    again = failover(fresh, "Other", check_mode=True, recycle=False)
    assert again.changed
    assert again.diff[0]["after"]["settings"]["server"] == "//d"


def test_settings_of_no_configuration(fresh: Simulator) -> None:
    donor(fresh, "ORA", settings={"archivedLogDestId": 9})
    done = failover(fresh, recycle=False)
    assert (done.error, done.changed, done.values["previous_configuration"]) == (None, True, None)


def test_without_waiting(fresh: Simulator) -> None:
    done = failover(fresh, wait=False)
    assert (done.error, done.changed) == (None, True)
    assert {states(done)[name][1] for name in RAN} <= {"STOPPING", "STOPPED", "STARTING", "RUNNING"}


def test_a_task_that_does_not_run_again_is_named(fresh: Simulator) -> None:
    in_estate(fresh, "Orders to Kafka", fails_with="ORA-01017: invalid username")
    done = failover(fresh)
    assert done.changed
    assert "Orders to Kafka" in done.error.message
    assert "ORA-01017" in done.error.message
    assert states(done)["Orders to DW"] == ("RUNNING", "RUNNING")
    assert states(done)["Orders to Kafka"] == ("RUNNING", "ERROR")
    assert [task["name"] for task in done.values["tasks"] if "error" in task] == ["Orders to Kafka"]
    assert done.values["active_configuration"] == "Standby"


def test_a_task_that_takes_too_long_is_named(fresh: Simulator) -> None:
    in_estate(fresh, "Orders to DW", stop_seconds=60)
    done = failover(fresh, timeout=2)
    assert done.changed
    assert "Orders to DW" in done.error.message
    assert "a longer timeout may help" in done.error.message
    assert states(done)["Orders to DW"] == ("RUNNING", "STOPPING")


@pytest.mark.parametrize("recycle", [True, False])
@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 2), ("drop_after", 1)])
def test_a_lost_answer_is_settled(fresh: Simulator, kind: str, sent: int, recycle: bool) -> None:
    fresh.inject({"kind": kind, "api_method": "ReconfigureEndpointNoWait"})
    done = failover(fresh, recycle=recycle)
    assert (done.error, done.changed) == (None, True)
    assert calls(fresh).count("ReconfigureEndpointNoWait") == sent
    assert done.values["active_configuration"] == "Standby"
    assert not failover(fresh).changed


def test_a_switch_that_is_refused_changes_nothing(fresh: Simulator) -> None:
    code = "AEM_RECONFIGURE_ENDPOINT_INNER_ERR"
    fresh.inject({"kind": "error", "api_method": "ReconfigureEndpointNoWait", "error_code": code})
    result = failover(fresh)
    assert (result.changed, result.error.facts()["error_code"]) == (False, code)
    assert result.values["active_configuration"] == "Primary"
    assert set(states(result).values()) == {("RUNNING", "RUNNING"), ("STOPPED", "STOPPED")}


def test_an_error_on_the_way_tells_that_the_switch_was_made(fresh: Simulator) -> None:
    code = "UNAUTHORIZED_REQUEST"
    fresh.inject({"kind": "error", "api_method": "GetTaskList", "error_code": code, "skip": 2})
    result = failover(fresh)
    assert (result.changed, result.error.facts()["error_code"]) == (True, code)
    assert result.values["active_configuration"] == "Standby"


@pytest.mark.parametrize(("seconds", "settled"), [(2.0, True), (30.0, False)])
def test_a_switch_whose_answer_does_not_come_in_time_is_not_sent_again(
    fresh: Simulator, seconds: float, settled: bool
) -> None:
    fresh.inject({"kind": "slow", "api_method": "ReconfigureEndpointNoWait", "seconds": seconds})
    fresh.clear_log()
    done = failover(fresh, aem_timeout=1, timeout=20 if settled else 2)
    fresh.clear_faults()
    assert calls(fresh).count("ReconfigureEndpointNoWait") == 1
    assert done.changed
    if settled:
        assert done.error is None
        assert done.values["active_configuration"] == "Standby"
    else:
        assert done.error is not None
        assert "may get the settings of Standby. It was not sent again" in done.error.message
        assert done.values["active_configuration"] is None


def test_a_server_that_is_away_for_a_moment_is_waited_for(fresh: Simulator) -> None:
    fresh.inject({"kind": "error", "api_method": "ExportAll", "error_code": "AEM_SERVER_NOT_CONNECTED"})
    done = failover(fresh)
    assert (done.error, done.values["active_configuration"]) == (None, "Standby")
