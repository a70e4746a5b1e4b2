# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to modules when the network, a proxy, the session or the server fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import switch
from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_server,
    aem_server_acl,
    aem_server_info,
    aem_task_state,
)
from simulator import Settings, Simulator
from support.inprocess import calls, perform

TASK = "POS to Kafka"
SERVER = "Replicate PRD 1"


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same patience, in smaller steps."""
    monkeypatch.setattr(http, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(switch, "LOOK_AFTER_LOST_ANSWER", 0.5)
    monkeypatch.setattr(concurrent, "FIRST_PAUSE", 0.05)


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One Enterprise Manager for all tests of this module."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05)) as simulator:
        yield simulator


@pytest.fixture
def em(shared: Simulator) -> Simulator:
    """It, as at the start."""
    shared.reset()
    return shared


def sessions_left(em: Simulator) -> int:
    """Logins that were not followed by a logout."""
    methods = [entry["api_method"] for entry in em.log() if entry["status"] == 200]
    return methods.count("Login") - methods.count("Logout")


LOST = [
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 504},
    {"kind": "html", "status": 502},
    {"kind": "html", "status": 200},
    {"kind": "truncate"},
    {"kind": "truncate", "cut": "json"},
]
IDS = ["-".join(map(str, fault.values())) for fault in LOST]


@pytest.mark.parametrize("fault", LOST, ids=IDS)
def test_a_read_is_tried_again(em: Simulator, fault: dict[str, Any]) -> None:
    em.inject({**fault, "api_method": "GetServerList", "times": 2})
    result = perform(em, aem_server_info)
    assert result.error is None
    assert result.values["servers"]
    assert calls(em) == ["GetServerList"] * 3
    assert len(result.warnings) >= 1
    assert sessions_left(em) == 0


@pytest.mark.parametrize("fault", LOST, ids=IDS)
def test_a_lost_put_of_a_whole_state_is_tried_again(em: Simulator, fault: dict[str, Any]) -> None:
    em.inject({**fault, "api_method": "PutServerAcl"})
    options = {"server": SERVER, "admin_role": {"users": ["CORP\\admin"], "groups": []}}
    result = perform(em, aem_server_acl, **options)
    assert result.error is None
    assert result.changed
    assert not perform(em, aem_server_acl, **options).changed


@pytest.mark.parametrize("fault", LOST, ids=IDS)
@pytest.mark.parametrize(
    ("first", "then", "api_method"), [("stopped", "started", "RunTask"), ("started", "stopped", "StopTask")]
)
def test_a_lost_run_or_stop_is_settled_by_looking(
    em: Simulator, fault: dict[str, Any], first: str, then: str, api_method: str
) -> None:
    perform(em, aem_task_state, server=SERVER, tasks=[TASK], state=first)
    em.clear_log()
    em.inject({**fault, "api_method": api_method})
    result = perform(em, aem_task_state, server=SERVER, tasks=[TASK], state=then, timeout=2)
    if fault.get("status") == 504 and api_method == "RunTask":
        # Who waited in between has waited long enough; the server may still be at work.
        assert result.error is not None
        assert "was not run again, since the server may still be about to run it" in result.error.message
        assert (result.changed, calls(em).count(api_method)) == (True, 1)
        return
    assert result.error is None, result.error
    assert result.values["tasks"][0]["after"] == ("RUNNING" if then == "started" else "STOPPED")
    assert result.changed
    done_before_the_loss = fault["kind"] in ("drop_after", "truncate")
    assert calls(em).count(api_method) == (1 if done_before_the_loss else 2)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
def test_a_lost_reload_is_never_sent_twice(em: Simulator, kind: str) -> None:
    perform(em, aem_task_state, server=SERVER, tasks=["ERP to DW"], state="stopped")
    em.clear_log()
    em.inject({"kind": kind, "api_method": "RunTask"})
    result = perform(em, aem_task_state, server=SERVER, tasks=["ERP to DW"], run_option="reload_target")
    assert calls(em).count("RunTask") == 1
    if kind == "drop_after":
        assert result.values["tasks"][0]["after"] == "RUNNING"
    else:
        assert result.error is not None
        assert "It was not run again" in result.error.message


@pytest.mark.parametrize("fault", LOST, ids=IDS)
def test_a_lost_delete_is_settled_by_looking(em: Simulator, fault: dict[str, Any]) -> None:
    em.inject({**fault, "api_method": "DeleteServer"})
    result = perform(em, aem_server, name="replicate-dev", state="absent")
    assert result.error is None, result.error
    assert "replicate-dev" not in [server["name"] for server in em.estate()["servers"]]


@pytest.mark.parametrize(
    ("module", "options"),
    [
        (aem_server_info, {"details": True, "connection": True, "names": ["replicate-*"]}),
        (aem_server, {"name": "replicate-dev", "description": "changed"}),
        (aem_server_acl, {"server": SERVER, "admin_role": {"users": ["CORP\\admin"], "groups": []}}),
        (aem_task_state, {"server": SERVER, "tasks": [TASK], "state": "stopped"}),
    ],
)
@pytest.mark.parametrize("skip", [0, 1, 2])
def test_a_session_that_expires_is_renewed_unnoticed(
    em: Simulator, module: Any, options: dict[str, Any], skip: int
) -> None:
    em.inject({"kind": "expire_session", "api_method": "*", "skip": skip + 1})
    result = perform(em, module, **options)
    assert result.error is None, result.error


def test_a_password_identifier_of_an_old_session_is_fetched_again(em: Simulator) -> None:
    em.inject({"kind": "expire_session", "api_method": "PutServer"})
    result = perform(em, aem_server, name="replicate-dev", description="changed")
    assert result.error is None
    assert calls(em) == ["GetServer", "PutServer", "GetServer", "PutServer"]
    assert not perform(em, aem_server, name="replicate-dev", description="changed").changed


def test_one_of_many_fails_and_the_others_are_done(em: Simulator) -> None:
    perform(em, aem_task_state, server=SERVER, tasks=["*"], state="stopped")
    em.inject({"kind": "error", "api_method": "RunTask", "error_code": "AEM_RUN_TASK_INNER_ERR", "task": TASK})
    result = perform(em, aem_task_state, server=SERVER, tasks=["ERP to DW", TASK], state="started")
    assert result.error is not None
    assert result.error.facts()["error_code"] == "AEM_RUN_TASK_INNER_ERR"
    told = {task["name"]: task for task in result.values["tasks"]}
    assert (told[TASK]["after"], told[TASK]["changed"]) == ("STOPPED", False)
    assert "AEM_RUN_TASK_INNER_ERR" in told[TASK]["error"]
    assert (told["ERP to DW"]["after"], told["ERP to DW"]["changed"]) == ("RUNNING", True)
    assert result.changed
    assert sessions_left(em) == 0


def test_nobody_there(em: Simulator) -> None:
    result = perform(em, aem_server_info, aem_url="https://127.0.0.1:9", aem_retries=1)
    assert result.error is not None
    assert "refused" in result.error.message
    assert result.error.facts()["api_method"] == "Login"


@pytest.mark.parametrize("parallel", [1, 4])
def test_one_task_that_fails_holds_no_other_up(em: Simulator, parallel: int) -> None:
    fault = {"kind": "error", "api_method": "StopTask", "error_code": "AEM_STOP_TASK_INNER_ERR", "times": None}
    em.inject({**fault, "task": TASK})
    options = {"server": SERVER, "tasks": ["*"], "state": "stopped", "parallel": parallel}
    result = perform(em, aem_task_state, **options)
    assert result.error is not None
    ended = {task["name"]: task["after"] for task in result.values["tasks"]}
    assert {name for name, state in ended.items() if state == "RUNNING"} == {TASK}
    assert len(ended) > 2


@pytest.mark.parametrize("parallel", [0, -1])
def test_no_task_at_a_time_is_refused(em: Simulator, parallel: int) -> None:
    result = perform(em, aem_task_state, server=SERVER, tasks=["*"], state="stopped", parallel=parallel)
    assert result.error is not None
    assert result.error.message == f"parallel must be 1 or more, not {parallel}."
    assert calls(em) == []
