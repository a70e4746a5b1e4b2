# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every error code that the contract documents for a method reaches the user of the module that calls the method."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_server,
    aem_server_acl,
    aem_server_acl_info,
    aem_server_info,
    aem_session,
    aem_task_info,
    aem_task_state,
)
from simulator import Settings, Simulator
from support.inprocess import perform

CONTRACT = yaml.safe_load((Path(__file__).parent / "methods.yml").read_text(encoding="utf-8"))
METHODS = {method["name"]: method for method in CONTRACT["methods"]}
GENERAL = [error["code"] for error in CONTRACT["general_errors"]]
SERVER = "Replicate PRD 1"
ADMINS = {"users": ["CORP\\admin"], "groups": []}

# For each method a module that calls it, with options that make it do so.
CALLED_BY: dict[str, tuple[Any, dict[str, Any]]] = {
    "Login": (aem_session, {}),
    "GetServerList": (aem_server_info, {}),
    "GetServerDetails": (aem_server_info, {"details": True}),
    "GetServer": (aem_server, {"name": SERVER}),
    "PutServer": (aem_server, {"name": SERVER, "description": "other"}),
    "DeleteServer": (aem_server, {"name": SERVER, "state": "absent"}),
    "GetServerAcl": (aem_server_acl_info, {"servers": [SERVER]}),
    "PutServerAcl": (aem_server_acl, {"server": SERVER, "admin_role": ADMINS}),
    "DeleteServerAcl": (aem_server_acl, {"server": SERVER, "state": "absent"}),
    "GetTaskList": (aem_task_info, {"servers": [SERVER]}),
    "GetTaskDetails": (aem_task_info, {"servers": [SERVER], "details": True}),
    "RunTask": (aem_task_state, {"server": SERVER, "tasks": ["Orders archive"], "state": "started"}),
    "StopTask": (aem_task_state, {"server": SERVER, "tasks": ["ERP to DW"], "state": "stopped"}),
}
# These say that things are as they should be, or that somebody else was faster, or that a new session is needed.
OVERCOME = {
    ("GetServer", "AEM_SERVER_NOT_FOUND"),
    ("DeleteServer", "AEM_SERVER_NOT_FOUND"),
    ("GetServerAcl", "AEM_SERVER_HAS_NO_ACL"),
    ("DeleteServerAcl", "AEM_SERVER_HAS_NO_ACL"),
    ("RunTask", "AEM_TASK_ALREADY_RUNNING"),
    ("RunTask", "AEM_TASK_IN_RECOVERY"),
    ("StopTask", "AEM_TASK_ALREADY_STOPPED"),
    *((name, "INVALID_SESSION_ID") for name in METHODS if name != "Login"),
}
CASES = [
    (name, code)
    for name in CALLED_BY
    for code in dict.fromkeys([*(error["code"] for error in METHODS[name]["errors"]), *GENERAL])
    if (name, code) not in OVERCOME
]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01)) as simulator:
        yield simulator


@pytest.mark.parametrize(("api_method", "code"), CASES)
def test_a_documented_error_is_told(em: Simulator, api_method: str, code: str) -> None:
    em.reset()
    em.inject({"kind": "error", "api_method": api_method, "error_code": code})
    module, options = CALLED_BY[api_method]
    result = perform(em, module, **options)
    assert result.error is not None
    facts = result.error.facts()
    assert (facts["api_method"], facts["error_code"]) == (api_method, code)
    assert facts["status"] >= 400
    assert code in result.error.message
    assert facts["error_message"] in result.error.message


@pytest.mark.parametrize(
    ("api_method", "code"), sorted(OVERCOME & {(name, code) for name in CALLED_BY for code in GENERAL})
)
def test_what_is_overcome_is_no_error(em: Simulator, api_method: str, code: str) -> None:
    if (api_method, code) == ("GetServer", "AEM_SERVER_NOT_FOUND"):
        return
    em.reset()
    em.inject({"kind": "error", "api_method": api_method, "error_code": code})
    module, options = CALLED_BY[api_method]
    assert perform(em, module, **options).error is None
