# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failing over: which configuration is active, what is refused, and when a task counts as recycled. No network."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import of_sections
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import failover_setup
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.failover import Watched

ORACLE = "ORACLE_COMPONENT_TYPE"


def endpoint(name: str, server: str = "a", role: str = "SOURCE", type_id: str = ORACLE, **more: Any) -> dict[str, Any]:
    """The definition of an endpoint."""
    settings = {"$type": "OracleSettings", "server": server, "password": f"{{Z{len(name):02X}}}", **more}
    return {"name": name, "role": role, "type_id": type_id, "db_settings": settings}


def setup(*endpoints: dict[str, Any], live: str = "ORA") -> failover_setup.Setup:
    """What an export with these endpoints says."""
    return failover_setup.setup(of_sections(databases=list(endpoints)), "s", live)


@pytest.mark.parametrize(
    ("names", "donors"),
    [
        (["ORA", "ORA__P", "ORA__S"], {"P": "ORA__P", "S": "ORA__S"}),
        (["ORA", "ORA_P"], {"P": "ORA_P"}),
        (["ORA_P", "ORA__P", "ORA"], {"P": "ORA__P"}),
        (["ORA", "ORA__", "ORA_", "ORA___X", "ORACLE__P", "MY ORA__P"], {}),
        (["ORA", "ORA__P__Q"], {"P__Q": "ORA__P__Q"}),
    ],
)
def test_donors_are_known_by_their_names(names: list[str], donors: dict[str, str]) -> None:
    found = setup(*map(endpoint, names))
    assert {name: donor["name"] for name, donor in found.donors.items()} == donors


@pytest.mark.parametrize(
    ("live", "active"),
    [
        (endpoint("ORA", "a"), ["P"]),
        (endpoint("ORA", "b"), ["S", "T"]),
        (endpoint("ORA", "c"), []),
        (endpoint("ORA", "a", extra=1), []),
        (endpoint("ORA", "a", password="another secret"), ["P"]),
    ],
)
def test_which_configuration_is_active(live: dict[str, Any], active: list[str]) -> None:
    donors = [endpoint("ORA__P", "a"), endpoint("ORA__S", "b"), endpoint("ORA__T", "b")]
    assert setup(live, *donors).active() == active


@pytest.mark.parametrize(
    ("endpoints", "words"),
    [
        ([], "no endpoint ORA"),
        ([endpoint("ORA", role="TARGET")], "only source endpoints"),
        ([endpoint("ORA", type_id="SQL_SERVER_COMPONENT_TYPE")], "only ORACLE_COMPONENT_TYPE"),
        ([endpoint("ORA")], "named ORA__X"),
        ([endpoint("ORA"), endpoint("ORA__Y")], "it has Y"),
        ([endpoint("ORA"), endpoint("ORA__X", type_id="OTHER")], "same type and role"),
        ([endpoint("ORA"), endpoint("ORA__X", role="TARGET")], "same type and role"),
    ],
)
def test_what_cannot_be_reconfigured_is_refused(endpoints: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(Refused, match=words):
        failover_setup.donor_of(setup(*endpoints), "s", "X")


def watched(*states: str, seconds: float = 1.0) -> Watched:
    """A task that was seen in these states, so many seconds apart."""
    one = Watched({"name": "T", "state": "RUNNING"}, begun=0.0)
    for number, state in enumerate(states, 1):
        one.see(state, number * seconds)
    return one


@pytest.mark.parametrize(
    ("states", "runs", "settled"),
    [
        ([], False, False),
        (["RUNNING"], False, False),
        # It may not have been stopped yet.
        (["RUNNING", "RUNNING"], False, False),
        (["RUNNING"] * 4, True, True),
        (["STOPPING"], False, False),
        (["STOPPED", "STARTING", "RUNNING"], False, False),
        (["STOPPED", "RUNNING", "RUNNING"], True, True),
        (["RUNNING", "RUNNING", "STOPPED", "RUNNING"], False, False),
        (["RUNNING", "STOPPED", "RUNNING", "RUNNING"], True, True),
        (["STOPPED", "RUNNING", "RECOVERY"], False, False),
        (["STOPPED", "ERROR"], False, False),
        (["STOPPED", "ERROR", "ERROR"], False, True),
        (["NOT_EXIST", "NOT_EXIST"], False, False),
    ],
)
def test_when_a_task_runs_again(states: list[str], runs: bool, settled: bool) -> None:
    one = watched(*states)
    assert (one.runs, one.settled) == (runs, settled)


def test_the_time_is_when_the_state_was_first_seen() -> None:
    told = {"name": "T", "before": "RUNNING", "after": "RUNNING", "seconds": 3.0}
    assert watched("STOPPING", "STOPPED", "RUNNING", "RUNNING").outcome() == told
    assert watched().outcome() == {"name": "T", "before": "RUNNING", "after": "UNKNOWN"}


def test_a_log_stream_is_written_before_it_is_read() -> None:
    tasks = [
        {"task": {"name": name, "source_name": source, "target_names": ["T"]}}
        for name, source in (("reads", "ORA LS"), ("writes", "ORA"), ("also writes", "ORA"))
    ]
    reader = endpoint("ORA LS", logstreamstagingtask="writes")
    definition = of_sections(databases=[endpoint("ORA"), reader], tasks=tasks)
    assert failover_setup.setup(definition, "s", "ORA").waves == {"writes": 0, "also writes": 0}
    assert failover_setup.setup(definition, "s", "ORA LS").waves == {"reads": 1}
