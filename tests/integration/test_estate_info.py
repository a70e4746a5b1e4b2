# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aem_estate_info: what it tells, given to aem_estate, changes nothing; and what it does not tell, it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.dump import PARTS
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_estate, aem_estate_info
from simulator import Settings, Simulator
from support.definitions import CANARY, SECTIONS, copied, definitions
from support.estates import session, writes
from support.inprocess import calls, perform
from support.simulated import EMPTY

PRD, DEV, QAS = "Replicate PRD 1", "replicate-dev", "replicate-qas"
# These have something that cannot be read.
UNREAD = {"replicate-branch": ["endpoints", "tasks"], "replicate-retired": ["endpoints", "tasks"]}


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(start_seconds=0.0, stop_seconds=0.0, import_seconds=0.0)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """The Enterprise Manager of the demo as at its start."""
    simulated.reset()
    simulated.clear_log()
    yield simulated
    simulated.clear_faults()


def info(em: Simulator, **options: Any) -> Result:
    """What the module tells, which never writes."""
    em.clear_log()
    found = perform(em, aem_estate_info, **options)
    assert (found.changed, writes(em)) == (False, [])
    return found


def text(result: Result) -> str:
    """The bytes of what was found."""
    assert result.error is None
    return json.dumps(result.values)


def planned(em: Simulator, found: Result) -> Result:
    """The plan of aem_estate for what was found."""
    assert found.error is None
    return perform(em, aem_estate, check_mode=True, servers=copied(found.values["estate"]["servers"]))


@pytest.mark.parametrize("include", [list(PARTS), ["acl", "endpoints", "tasks"], ["run_state"], []])
@pytest.mark.parametrize("prefix", [None, "vault_"])
@pytest.mark.parametrize("defaults", [True, False])
def test_given_back_it_changes_nothing(em: Simulator, include: list[str], prefix: str | None, defaults: bool) -> None:
    found = info(em, include=include, secret_variables=prefix, defaults=defaults)
    plan = planned(em, found)
    assert (plan.error, plan.changed, plan.values["status"]) == (None, False, "in_sync"), plan.values.get("plan")
    assert text(info(em, include=include, secret_variables=prefix, defaults=defaults)) == text(found)


def test_what_it_does_not_tell_it_says(em: Simulator) -> None:
    found = info(em)
    names = [server["name"] for server in found.values["estate"]["servers"]]
    assert names == ["compose-dw", PRD, "replicate-branch", DEV, QAS, "replicate-retired"]
    told: dict[str, list[str]] = {}
    for item in found.values["unread"]:
        told.setdefault(item["server"], []).append(item["part"])
    assert told == UNREAD
    assert [warning.partition(" is ")[0] for warning in found.warnings] == [f"Server {name}" for name in UNREAD]
    assert found.values["not_covered"][PRD]["scheduler"] == 1
    assert {item["setting"] for item in found.values["left_out"]} == {"/description"}
    with_variables = info(em, secret_variables="vault_")
    assert "vault_replicate_prd_1_erp_oracle_password" in with_variables.values["secret_variables"]
    assert all("{{ " + name + " }}" in text(with_variables) for name in with_variables.values["secret_variables"])


def test_a_server_that_was_asked_for_by_name_fails_where_it_cannot_be_read(em: Simulator) -> None:
    failed = info(em, servers=["replicate-retired"])
    assert failed.error is not None
    assert failed.error.facts()["error_code"] == "AEM_SERVER_NOT_MONITORED"
    assert info(em, servers=["replicate-retired"], include=["acl"]).error is None
    missing = info(em, servers=["replicate-qa"])
    assert missing.error is not None
    assert "Did you mean 'replicate-qas'" in missing.error.message


def test_what_a_user_may_not_read_is_told(em: Simulator) -> None:
    found = info(em, aem_username="CORP\\operator")
    assert found.error is None
    assert (QAS, "tasks") in {(item["server"], item["part"]) for item in found.values["unread"]}
    assert all("tasks" not in server for server in found.values["estate"]["servers"])


@pytest.mark.parametrize("method", ["GetServer", "GetServerAcl", "ExportAll", "GetServerDetails", "GetTaskList"])
def test_each_read_that_fails_is_told_and_not_managed(em: Simulator, method: str) -> None:
    fault = {
        "kind": "error",
        "api_method": method,
        "server": QAS,
        "error_code": "AEM_SERVER_NOT_CONNECTED",
        "status": 500,
    }
    em.inject({**fault, "times": None})
    found = info(em, include=list(PARTS))
    assert QAS in {item["server"] for item in found.values["unread"]}
    assert any(QAS in warning for warning in found.warnings)


def test_few_requests_read_it(em: Simulator) -> None:
    assert info(em, servers=[PRD], include=list(PARTS), secret_variables="v_").error is None
    assert sorted(calls(em)) == [
        *("ExportAll", "GetServer", "GetServerAcl", "GetServerDetails", "GetServerList", "GetTaskList"),
    ]
    info(em, servers=[PRD], include=[])
    assert sorted(calls(em)) == ["GetServer", "GetServerList"]


def test_a_server_that_a_play_would_add_is_warned_of_in_check_mode(em: Simulator) -> None:
    found = perform(em, aem_estate_info, check_mode=True, servers=["to come"])
    assert (found.error, found.values["estate"]) == (None, {"servers": []})
    assert "unless an earlier task adds it" in found.warnings[0]


def filled(value: Any) -> Any:
    """A value with secrets in place of references to variables."""
    if isinstance(value, dict):
        return {name: filled(item) for name, item in value.items()}
    if isinstance(value, list):
        return [filled(item) for item in value]
    return re.sub(r"\{\{ (\w+) \}\}", r"value of \1", value) if isinstance(value, str) else value


def test_made_anew_elsewhere_it_is_the_same(em: Simulator, tmp_path: Path) -> None:
    found = info(em, servers=[PRD, DEV], include=["acl", "endpoints", "tasks"], secret_variables="vault_")
    servers = found.values["estate"]["servers"]
    estate = tmp_path / "estate.yml"
    estate.write_text(EMPTY, encoding="utf-8")
    quick = Settings(estate=estate, start_seconds=0.0, stop_seconds=0.0, import_seconds=0.0)
    with Simulator(quick) as twin:
        waits = perform(twin, aem_estate, check_mode=True, servers=copied(servers))
        reasons = [item["reason"].partition(", ")[2] for item in waits.values["changes"]]
        assert reasons == ["a variable that was not evaluated"] * 2
        done = perform(twin, aem_estate, servers=filled(servers))
        assert (done.error, done.values["status"]) == (None, "applied")
        again = info(twin, include=["acl", "endpoints", "tasks"], secret_variables="vault_")
    assert json.dumps(again.values["estate"]) == json.dumps(found.values["estate"])


@settings(database=None, deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
@given(definitions(min_tasks=1), st.sampled_from([None, "vault_"]))
def test_generated_estates_go_round(simulated: Simulator, definition: dict[str, Any], prefix: str | None) -> None:
    simulated.reset()
    with session(simulated) as api:
        sections = {key: definition[SECTIONS][key] for key in ("tasks", "databases")}
        api.import_all(QAS, json.dumps({SECTIONS: sections}))
    found = info(simulated, servers=[QAS], include=["acl", "endpoints", "tasks"], secret_variables=prefix)
    assert CANARY not in text(found)
    servers = copied(found.values["estate"]["servers"])
    done = perform(simulated, aem_estate, servers=servers)
    assert (done.error, done.changed, done.values["status"]) == (None, False, "in_sync"), done.values.get("plan")
    assert text(info(simulated, servers=[QAS], include=["acl", "endpoints", "tasks"], secret_variables=prefix)) == text(
        found
    )
