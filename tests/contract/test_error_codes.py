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
    aem_audit_trail_info,
    aem_change_data,
    aem_change_data_retention,
    aem_endpoint,
    aem_endpoint_failover,
    aem_endpoint_info,
    aem_endpoint_test,
    aem_export,
    aem_import,
    aem_server,
    aem_server_acl,
    aem_server_acl_info,
    aem_server_info,
    aem_server_license,
    aem_session,
    aem_table,
    aem_table_info,
    aem_task,
    aem_task_info,
    aem_task_state,
    aem_task_tables,
)
from simulator import Settings, Simulator
from support.inprocess import perform

CONTRACT = yaml.safe_load((Path(__file__).parent / "methods.yml").read_text(encoding="utf-8"))
METHODS = {method["name"]: method for method in CONTRACT["methods"]}
GENERAL = [error["code"] for error in CONTRACT["general_errors"]]
SERVER = "Replicate PRD 1"
ADMINS = {"users": ["CORP\\admin"], "groups": []}
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
ON_SERVER = {"server": SERVER}
ON_TASK = {**ON_SERVER, "task": "ERP to DW"}
STOCK = {**ON_TASK, "tables": [{"schema": "ERP", "table": "STOCK_MOVEMENTS"}]}
BARRIER = {**ON_TASK, "application": "loader", "retention_point": "2026-01-01"}
STANDBY = {**ON_SERVER, "endpoint": "ORA", "configuration": "Standby", "recycle": False}
SETTINGS = {"cmd.replication_definition": {"replication_environment": {"roll_over_max_age_days": 99}}}

# For each method a module that calls it, with options that make it do so.
CALLED_BY: dict[str, tuple[Any, dict[str, Any]]] = {
    "Login": (aem_session, {}),
    "GetServerList": (aem_server_info, {}),
    # One that is named is not left out where it cannot be read.
    "GetServerDetails": (aem_server_info, {"details": True, "names": [SERVER]}),
    "GetServer": (aem_server, {"name": SERVER}),
    "PutServer": (aem_server, {"name": SERVER, "description": "other"}),
    "DeleteServer": (aem_server, {"name": SERVER, "state": "absent"}),
    "GetServerAcl": (aem_server_acl_info, {"servers": [SERVER]}),
    "PutServerAcl": (aem_server_acl, {"server": SERVER, "admin_role": ADMINS}),
    "DeleteServerAcl": (aem_server_acl, {"server": SERVER, "state": "absent"}),
    "GetTaskList": (aem_task_info, {"servers": [SERVER]}),
    "GetTaskDetails": (
        aem_task_state,
        {"server": SERVER, "tasks": ["Orders to DW"], "state": "started", "wait_for": "full_load"},
    ),
    "RunTask": (aem_task_state, {"server": SERVER, "tasks": ["Orders archive"], "state": "started"}),
    "StopTask": (aem_task_state, {"server": SERVER, "tasks": ["ERP to DW"], "state": "stopped"}),
    "PutServerLicense": (aem_server_license, {**ON_SERVER, "content": "license_type=PAY\nchecksum=X"}),
    "GetTableList": (aem_table_info, {**ON_TASK, "statuses": False}),
    "GetTableStatuses": (aem_table_info, ON_TASK),
    "GetTaskTableSelection": (aem_task_tables, ON_TASK),
    "PutTaskTableSelection": (aem_task_tables, {**ON_TASK, "included_pattern": [{"owner": "A", "name": "B"}]}),
    "ReloadTable": (aem_table, {**STOCK, "state": "reloaded"}),
    "ResumeTable": (aem_table, {**STOCK, "state": "resumed"}),
    "ExportTask": (aem_export, {**ON_SERVER, "task": "ERP to DW"}),
    "ExportAll": (aem_export, ON_SERVER),
    "ImportTask": (aem_import, {**ON_SERVER, "task": "Policies", "src": str(FIXTURES / "export_task_2021.json")}),
    "ImportAll": (aem_import, {**ON_SERVER, "definition": SETTINGS}),
    "DeleteTask": (aem_task, {**ON_SERVER, "name": "Orders archive", "state": "absent"}),
    "GetEndpointList": (aem_endpoint_info, ON_SERVER),
    "PatchEndpoint": (aem_endpoint, {**ON_SERVER, "name": "ORA", "settings": {"archivedLogDestId": 7}}),
    "DeleteEndpoint": (aem_endpoint, {**ON_SERVER, "name": "ORA__Standby", "state": "absent"}),
    "ReconfigureEndpointNoWait": (aem_endpoint_failover, STANDBY),
    "TestEndpoint": (aem_endpoint_test, {**ON_SERVER, "endpoints": ["ORA"]}),
    "DeleteOldChangeData": (aem_change_data, {**ON_TASK, "older_than": "P1D"}),
    "SetChangeDataRetentionBarrier": (aem_change_data_retention, BARRIER),
    "GetChangeDataRetentionBarrier": (aem_change_data_retention, BARRIER),
    "ExportAuditTrail": (aem_audit_trail_info, {"start": "2026-01-01"}),
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
    ("DeleteTask", "AEM_TASK_NOT_FOUND"),
    ("DeleteEndpoint", "AEM_ENDPOINT_NOT_FOUND"),
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


def test_every_method_is_used_by_a_module() -> None:
    assert set(CALLED_BY) | {"Logout"} == set(METHODS)


def test_who_has_to_be_admin_of_enterprise_manager_is_told() -> None:
    for api_method, (module, _unused) in CALLED_BY.items():
        if {"role": "admin", "scope": "enterprise_manager"} in METHODS[api_method]["minimum_role"]:
            assert "Admin on Enterprise Manager" in " ".join(module.DOCUMENTATION.split()), module.__name__


@pytest.mark.parametrize("api_method", [name for name in METHODS if name != "Logout"])
def test_the_module_calls_the_method_and_logs_out(em: Simulator, api_method: str) -> None:
    em.reset()
    module, options = CALLED_BY[api_method]
    perform(em, module, **options)
    methods = [entry["api_method"] for entry in em.log()]
    assert api_method in methods
    assert ("Logout" in methods) == (module is not aem_session)


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
