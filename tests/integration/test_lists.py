# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists of many servers, of which one or another cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_endpoint_info,
    aem_server,
    aem_server_acl_info,
    aem_server_info,
    aem_task_info,
)
from simulator import Settings, Simulator
from support.compared import without
from support.inprocess import calls, perform

SERVER = "replicate-qas"
TASK = "Nightly 01 accounts"
LISTS: list[Any] = [
    (aem_task_info, "GetTaskList", {}, "servers", "Viewer on all tasks of the server"),
    (aem_server_acl_info, "GetServerAcl", {}, "servers", "Operator on the server"),
    (aem_server_info, "GetServerDetails", {"details": True}, "names", "Viewer on the server"),
    (aem_server_info, "GetServer", {"connection": True}, "names", "Operator on the server"),
]
IDS = [api_method for _module, api_method, *_rest in LISTS]


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One Enterprise Manager for all tests of this module."""
    with Simulator(Settings()) as simulator:
        yield simulator


@pytest.fixture
def em(shared: Simulator) -> Simulator:
    """It, as at the start."""
    shared.reset()
    return shared


def refuse(em: Simulator, api_method: str, code: str, **more: str) -> None:
    """Have the server answer an error for good."""
    fault = {"kind": "error", "api_method": api_method, "error_code": code, "times": None, "server": SERVER}
    em.inject({**fault, **more})


@pytest.mark.parametrize(("module", "api_method", "options", "names", "role"), LISTS, ids=IDS)
@pytest.mark.parametrize("code", ["UNAUTHORIZED_REQUEST", "AEM_SERVER_NOT_CONNECTED"])
def test_one_server_that_cannot_be_read_does_not_hide_the_others(
    em: Simulator, module: Any, api_method: str, options: dict[str, Any], names: str, role: str, code: str
) -> None:
    whole = perform(em, module, **options)
    refuse(em, api_method, code)
    result = perform(em, module, **options)
    assert result.error is None
    (told,) = set(result.warnings) - set(whole.warnings)
    forbidden = f"Server {SERVER} is left out: reading it needs the role {role}, which this user has not."
    assert told == forbidden if code == "UNAUTHORIZED_REQUEST" else told.startswith(f"Server {SERVER} is left out: ")
    # That of a server that is connected is now.
    (values,), (there,) = (without([*found.values.values()], ["last_connection"]) for found in (whole, result))
    assert there == [
        item for item in values if item.get("server", item["name" if names == "names" else "server"]) != SERVER
    ]
    assert there
    named = perform(em, module, **options, **{names: [SERVER, "replicate-d*"]})
    assert named.error is not None
    assert named.error.facts()["error_code"] == code


@pytest.mark.parametrize(("module", "api_method", "options", "names", "role"), LISTS, ids=IDS)
def test_a_session_that_has_ended_is_not_taken_for_a_server(
    em: Simulator, module: Any, api_method: str, options: dict[str, Any], names: str, role: str
) -> None:
    refuse(em, api_method, "INVALID_SESSION_ID")
    result = perform(em, module, **options)
    assert (names, role, result.error is None) == (names, role, False)


def test_a_task_that_vanishes_meanwhile_is_left_out(em: Simulator) -> None:
    refuse(em, "GetTaskDetails", "AEM_TASK_NOT_FOUND", task=TASK)
    result = perform(em, aem_task_info, servers=[SERVER], details=True)
    assert result.error is None
    assert f"Task {TASK} on server {SERVER} is left out" in result.warnings[0]
    assert len(result.values["tasks"]) > 3
    assert TASK not in [task["name"] for task in result.values["tasks"]]


def test_a_task_that_may_not_be_read_is_left_out_unless_it_is_named(em: Simulator) -> None:
    refuse(em, "GetTaskDetails", "UNAUTHORIZED_REQUEST", task=TASK)
    result = perform(em, aem_task_info, servers=[SERVER], tasks=["Nightly*"], details=True)
    assert result.error is None
    assert "needs the role Viewer on the task" in result.warnings[0]
    assert perform(em, aem_task_info, servers=[SERVER], tasks=[TASK], details=True).error is not None


def test_tasks_can_be_left_out_of_a_list(em: Simulator) -> None:
    result = perform(em, aem_task_info, servers=[SERVER], exclude=["nightly 01 ACCOUNTS", "Nightly 0[2-9]*"])
    assert TASK not in [task["name"] for task in result.values["tasks"]]
    assert result.values["tasks"]


def test_a_server_that_is_mistyped_is_told(em: Simulator) -> None:
    result = perform(em, aem_server_info, names=["replicate-qsa", "x*"])
    assert result.values["servers"] == []
    assert "There is no server 'replicate-qsa'. Did you mean 'replicate-qas'" in result.warnings[0]
    assert result.warnings[1:] == ["No server matches x*."]
    refused = perform(em, aem_task_info, servers=["replicate-qsa", "x*"])
    assert refused.error is not None
    assert "Did you mean 'replicate-qas'" in refused.error.message


def test_a_task_that_is_mistyped_is_told(em: Simulator) -> None:
    named = perform(
        em, aem_task_info, servers=[SERVER], tasks=[TASK.upper(), "Nightly 1 accounts", "x*"], states=["error"]
    )
    assert named.warnings[-1].startswith(
        f"There is no task 'Nightly 1 accounts' on server {SERVER}. Did you mean '{TASK}'"
    )
    everywhere = perform(em, aem_task_info, tasks=[TASK, "nothing of the kind"])
    assert [task["name"] for task in everywhere.values["tasks"]] == [TASK]
    (told,) = [warning for warning in everywhere.warnings if "There is no task" in warning]
    assert told.startswith("There is no task 'nothing of the kind' on any of ")


def test_an_endpoint_that_is_mistyped_is_told(em: Simulator) -> None:
    result = perform(em, aem_endpoint_info, server="replicate-dev", names=["DEV oracle", "DEV nul", "x*"])
    assert [item["name"] for item in result.values["endpoints"]] == ["DEV Oracle"]
    (told,) = result.warnings
    assert told.startswith("There is no endpoint 'DEV nul' on server replicate-dev. Did you mean 'DEV null'")


def test_a_server_in_another_case_is_the_server(em: Simulator) -> None:
    assert [server["name"] for server in perform(em, aem_server_info, names=["REPLICATE-qas"]).values["servers"]] == [
        SERVER
    ]
    assert calls(em)[-1] == "GetServerList"
    assert perform(em, aem_server, name=SERVER).changed is False
