# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether endpoints are ready to fail over, and switching several of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.failover_check import record_path
from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_endpoint_failover,
    aem_failover_check,
    aem_task_record,
)
from simulator import Settings, Simulator
from support.inprocess import calls, perform

PRD, QAS = "Replicate PRD 1", "replicate-qas"
ORA = {"server": PRD, "endpoint": "ORA", "configuration": "Standby"}
QAS_ORACLE = {"server": QAS, "endpoint": "QAS Oracle", "configuration": "Standby"}
BOTH = [ORA, QAS_ORACLE]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(start_seconds=0.3, stop_seconds=0.3)) as simulator:
        yield simulator


@pytest.fixture
def fresh(em: Simulator) -> Simulator:
    """The Enterprise Manager with its estate as at the start."""
    em.reset()
    return em


def look(em: Simulator, switches: list[dict[str, str]], **options: Any) -> Any:
    """The result of a check."""
    return perform(em, aem_failover_check, switches=switches, **options)


def test_endpoints_that_are_ready(fresh: Simulator) -> None:
    fresh.clear_log()
    checked = look(fresh, BOTH)
    assert (checked.error, checked.changed, checked.values["ready"]) == (None, False, True)
    assert not any(entry["writes"] for entry in fresh.log())
    ora, qas = checked.values["endpoints"]
    assert ora == {
        **ORA,
        "active_configuration": "Primary",
        "active": False,
        "needed": True,
        "tasks": ["Orders to DW", "Orders to Kafka", "Orders archive"],
        "problems": [],
    }
    assert (qas["active_configuration"], len(qas["tasks"])) == ("Primary", 26)
    assert checked.values["summary"][0] == (
        "Replicate PRD 1: ORA goes from Primary to Standby."
        " Tasks: RUNNING: Orders to DW, Orders to Kafka; STOPPED: Orders archive."
    )
    states = {task["name"]: task["state"] for task in checked.values["tasks"] if task["endpoint"] == "ORA"}
    assert states == {"Orders to DW": "RUNNING", "Orders to Kafka": "RUNNING", "Orders archive": "STOPPED"}


def test_all_problems_are_told_at_once(fresh: Simulator) -> None:
    estate = fresh.estate()
    estate["unreachable_hosts"].append("ora-b.corp.example")
    for server in estate["servers"]:
        if server["name"] == QAS:
            server["license"] = {"state": "EXPIRED_LICENSE", "issue_date": "2025-02-01", "expiration": "2026-02-01"}
    fresh.set_estate(estate)
    switches = [ORA, QAS_ORACLE, {**ORA, "endpoint": "DW Snowflake"}, {**ORA, "server": "nowhere"}]
    told = look(fresh, switches, fail_on_error=False)
    assert (told.error, told.values["ready"]) == (None, False)
    checked = look(fresh, switches)
    assert checked.error is not None
    for words in (
        "Endpoint ORA__Standby failed its test, so nothing was changed: it is ERROR. Cannot connect to the endpoint.",
        "ora-b.corp.example cannot be reached",
        "The license of server replicate-qas is EXPIRED_LICENSE",
        "only source endpoints can be reconfigured",
        "AEM_SERVER_NOT_FOUND",
    ):
        assert words in checked.error.message
    assert look(fresh, [ORA], test=False).error is None
    nowhere = look(fresh, [{**ORA, "server": "nowhere"}]).error
    assert nowhere is not None
    facts = nowhere.facts()
    assert (facts["api_method"], facts["error_code"]) == ("GetServerDetails", "AEM_SERVER_NOT_FOUND")


def test_what_an_interrupted_run_has_left_is_told(fresh: Simulator, tmp_path: Path) -> None:
    path = record_path(str(tmp_path), ORA)
    assert path == str(tmp_path / "Replicate PRD 1/ORA.json")
    perform(fresh, aem_task_record, path=path, server=PRD, tasks=["Orders *"], facts={"original": "Primary"})
    ora, qas = look(fresh, BOTH, records=str(tmp_path)).values["endpoints"]
    assert (ora["record"], ora["interrupted"], ora["facts"]) == (path, True, {"original": "Primary"})
    assert (qas["interrupted"], qas["facts"]) == (False, {})
    told = look(fresh, BOTH, records=str(tmp_path)).values["summary"]
    assert ["An earlier run was interrupted and will be ended." in words for words in told] == [True, False]
    active = look(fresh, [{**ORA, "configuration": "Primary"}], records=str(tmp_path)).values["endpoints"][0]
    assert (active["active"], active["needed"]) == (True, True)
    active = look(fresh, [{**QAS_ORACLE, "configuration": "Primary"}], records=str(tmp_path)).values["endpoints"][0]
    assert (active["active"], active["needed"]) == (True, False)


def test_several_endpoints_are_switched_side_by_side(fresh: Simulator) -> None:
    checked = perform(fresh, aem_endpoint_failover, True, switches=BOTH)
    done = perform(fresh, aem_endpoint_failover, switches=BOTH)
    assert (checked.changed, checked.diff) == (True, done.diff)
    assert (done.error, done.changed) == (None, True)
    assert [one["active_configuration"] for one in done.values["endpoints"]] == ["Standby", "Standby"]
    assert {task["after"] for task in done.values["endpoints"][0]["tasks"]} == {"RUNNING", "STOPPED"}
    assert [entry["after_header"] for entry in done.diff] == [
        "endpoint ORA of server Replicate PRD 1",
        "endpoint QAS Oracle of server replicate-qas",
    ]
    fresh.clear_log()
    again = perform(fresh, aem_endpoint_failover, switches=BOTH)
    assert (again.error, again.changed) == (None, False)
    assert sorted(calls(fresh)) == ["ExportAll", "ExportAll", "GetTaskList", "GetTaskList"]


@pytest.mark.parametrize(
    ("switches", "words"),
    [
        ([ORA, {**QAS_ORACLE, "configuration": "Third"}], "has no configuration 'Third'"),
        ([ORA, ORA], "Endpoint ORA on server Replicate PRD 1 is in switches more than once"),
        ([{**ORA, "endpoint": "X"}, {**QAS_ORACLE, "endpoint": "Y"}], "2 of 2 failed."),
    ],
)
def test_if_one_cannot_be_switched_none_is(fresh: Simulator, switches: list[dict[str, str]], words: str) -> None:
    fresh.clear_log()
    refused = perform(fresh, aem_endpoint_failover, switches=switches)
    assert refused.error is not None
    assert words in refused.error.message
    assert not any(entry["writes"] for entry in fresh.log())
