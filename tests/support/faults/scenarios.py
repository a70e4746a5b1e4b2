# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules as they are run in the matrix: each in the ways that make different requests.

What requests a scenario makes is not written here: it is read off the log of a run in which nothing goes wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_audit_trail_info,
    aem_backup,
    aem_change_data,
    aem_change_data_retention,
    aem_endpoint,
    aem_endpoint_failover,
    aem_endpoint_info,
    aem_endpoint_test,
    aem_estate,
    aem_estate_adopt,
    aem_estate_info,
    aem_export,
    aem_failover_check,
    aem_import,
    aem_report,
    aem_restore,
    aem_server,
    aem_server_acl,
    aem_server_acl_info,
    aem_server_info,
    aem_server_license,
    aem_session,
    aem_table,
    aem_table_info,
    aem_task,
    aem_task_health,
    aem_task_info,
    aem_task_record,
    aem_task_state,
    aem_task_tables,
)
from support.api_calls import FIXTURES, NIGHTLY, PRD, QAS, TASK, endpoint, one_task
from support.definitions import SECTIONS
from support.inprocess import perform
from support.offline import Offline

DEV = "replicate-dev"
RETURNS, SHIFTS = "Nightly 21 returns", "Nightly 22 shifts"
LOB = {"task_settings": {"common_settings": {"lob_max_size": 128}}}
# In options it stands for the folder of a run.
FOLDER = "FOLDER"
ORA = {"server": PRD, "endpoint": "ORA", "configuration": "Standby"}
TIMEOUT = 20

Options = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """A module and its options, on an Enterprise Manager and in a folder that are prepared first.

    ``makes`` answers options that are found there, once; ``begins`` those that each run needs anew. With ``anew`` the
    module does its work each time that it is run.
    """

    name: str
    module: Any
    options: Mapping[str, Any]
    prepare: Callable[[Offline, Path], None] = lambda _em, _folder: None
    makes: Callable[[Offline], Options] = lambda _em: {}
    begins: Callable[[Offline], Options] = lambda _em: {}
    anew: bool = False
    keeps_session: bool = False
    role: str = ""

    @property
    def of(self) -> str:
        """The module or the role that it belongs to, by name."""
        return self.role or str(self.module.__name__.rpartition(".")[2])


def _done(em: Offline, module: Any, **options: Any) -> Mapping[str, Any]:
    result = perform(em, module, **options)
    assert result.error is None, result.error
    em.settle()
    return result.values


def _changed_definition(em: Offline) -> Options:
    """What the server says of a task that runs, and one setting changed in it."""
    found = copy.deepcopy(_done(em, aem_export, server=PRD, task=TASK)["definition"])
    settings = found[SECTIONS]["tasks"][0]["task_settings"].setdefault("common_settings", {})
    settings["lob_max_size"] = 128
    return {"definition": found}


def _definition(em: Offline) -> Options:
    return {"definition": _done(em, aem_export, server=PRD, task=TASK)["definition"]}


def _moved_on(em: Offline, folder: Path) -> None:
    """A backup of a server, and something that has changed since: a task that runs, and an endpoint."""
    _done(em, aem_backup, path=str(folder / "backups"), servers=[QAS])
    _done(em, aem_endpoint, server=QAS, name="QAS Snowflake", settings={"server": "other.example"}, timeout=TIMEOUT)
    found = copy.deepcopy(_done(em, aem_export, server=QAS, task=RETURNS)["definition"])
    _done(em, aem_task, server=QAS, name=RETURNS, definition=found, overrides=LOB, force=True, timeout=TIMEOUT)


def _recorded(em: Offline, folder: Path) -> None:
    """A record of two tasks that ran, which have been stopped since."""
    record = {"path": str(folder / "ran.json"), "server": QAS, "tasks": [RETURNS, SHIFTS]}
    _done(em, aem_task_record, **record)
    _done(em, aem_task_state, server=QAS, tasks=[RETURNS, SHIFTS], state="stopped", timeout=TIMEOUT)


def _running(em: Offline, folder: Path) -> None:
    """A record of two tasks that run again."""
    _done(em, aem_task_record, path=str(folder / "ran.json"), server=QAS, tasks=[RETURNS, SHIFTS])


def _stopped(em: Offline, _folder: Path) -> None:
    _done(em, aem_task_state, server=PRD, tasks=[TASK, "POS to Kafka"], state="stopped", timeout=TIMEOUT)


def _with_barrier(em: Offline, _folder: Path) -> None:
    _done(em, aem_change_data_retention, server=PRD, task=TASK, application="a", retention_point="2026-10-01T00:00:00Z")


def _session(em: Offline) -> Options:
    """A session that has been begun."""
    user = em.world.estate.user(em.username)
    assert user is not None
    return {"aem_session_id": em.world.sessions.open(user)[0]}


_ACL = {role: {"users": [], "groups": []} for role in ("designer_role", "operator_role")}
_ADMINS = {"users": ["CORP\\admin"], "groups": ["CORP\\EM Admins"]}
_NEW_SERVER = {"name": "replicate-new", "host": "new.corp.example", "username": "CORP\\svc", "password": "not-a-secret"}
_ESTATE: list[Any] = [
    {
        "name": QAS,
        "description": "Changed",
        "acl": {"viewer_role": {"users": ["CORP\\viewer"], "groups": []}},
        "endpoints": [
            {"name": "QAS Snowflake", "settings": {"server": "other.example"}},
            {"name": "QAS files", "state": "absent"},
            {
                "name": "QAS files 2",
                "role": "target",
                "type_id": "FILE_COMPONENT_TYPE",
                "settings": {"csvTargetPath": "/data/2"},
            },
        ],
        "tasks": [
            {"name": NIGHTLY, "run_state": "started"},
            {"name": RETURNS, "overrides": LOB, "force": True, "timeout": TIMEOUT},
            {"name": "Nightly 02 addresses", "state": "absent"},
            {"name": "Nightly 03 branches", "tables": {"included_pattern": [{"owner": "A", "name": "%"}]}},
        ],
    },
    {**_NEW_SERVER, "license": {"content": (FIXTURES / "license.txt").read_text(encoding="utf-8")}},
]


def _estate(em: Offline) -> Options:
    """A wish in which there is something of each kind to do."""
    wish = copy.deepcopy(_ESTATE)
    task = next(item for item in wish[0]["tasks"] if item["name"] == RETURNS)
    task["definition"] = _done(em, aem_export, server=QAS, task=RETURNS)["definition"]
    return {"servers": wish}


def _modules() -> list[Scenario]:
    task = {"server": PRD, "task": TASK}
    two = {"server": PRD, "tasks": [TASK, "POS to Kafka"], "timeout": TIMEOUT}
    return [
        Scenario("audit trail", aem_audit_trail_info, {"start": "2026-01-01T00:00:00Z"}),
        Scenario("audit trail, file", aem_audit_trail_info, {"start": "2026-01-01T00:00:00Z", "dest": "FOLDER/a.csv"}),
        Scenario("backup", aem_backup, {"path": "FOLDER/backups", "servers": [PRD, QAS]}),
        Scenario("change data", aem_change_data, {**task, "older_than": "P1M"}, anew=True),
        Scenario(
            "retention",
            aem_change_data_retention,
            {**task, "application": "reporting", "retention_point": "2026-10-01T00:00:00Z"},
        ),
        Scenario(
            "no retention",
            aem_change_data_retention,
            {**task, "application": "a", "state": "absent"},
            _with_barrier,
            anew=True,
        ),
        Scenario(
            "endpoint changed",
            aem_endpoint,
            {"server": PRD, "name": "ORA__Standby", "settings": {"username": "OTHER"}, "timeout": TIMEOUT},
        ),
        Scenario(
            "endpoint created",
            aem_endpoint,
            {
                "server": QAS,
                "name": "New files",
                "role": "target",
                "type_id": "FILE_COMPONENT_TYPE",
                "settings": {"csvTargetPath": "/data/new"},
                "timeout": TIMEOUT,
            },
        ),
        Scenario("endpoint deleted", aem_endpoint, {"server": QAS, "name": "QAS files", "state": "absent"}),
        Scenario("failover", aem_endpoint_failover, {**ORA, "test": True, "timeout": TIMEOUT}),
        Scenario("failover, tasks recycled", aem_endpoint_failover, {**ORA, "recycle": True, "timeout": TIMEOUT}),
        Scenario("endpoints", aem_endpoint_info, {"server": PRD, "settings": True}),
        Scenario("endpoints tested", aem_endpoint_test, {"server": QAS, "endpoints": ["QAS *"], "timeout": TIMEOUT}),
        Scenario("estate", aem_estate, {}, makes=_estate),
        Scenario("estate read", aem_estate_info, {"servers": [QAS]}),
        Scenario("estate adopted", aem_estate_adopt, {"path": "FOLDER/estate", "environment": "em", "servers": [QAS]}),
        Scenario("task exported", aem_export, {"server": PRD, "task": TASK, "dest": "FOLDER/task.json"}),
        Scenario("server exported", aem_export, {"server": PRD}),
        Scenario("failover checked", aem_failover_check, {"switches": [ORA], "records": "FOLDER/records"}),
        Scenario(
            "import over a running task",
            aem_import,
            {"server": PRD, "force": True, "timeout": TIMEOUT},
            makes=_changed_definition,
        ),
        Scenario(
            "import of a new task",
            aem_import,
            {
                "server": QAS,
                "definition": one_task(
                    "Imported", "QAS Oracle", "New files", databases=[endpoint("New files", "TARGET")]
                ),
                "timeout": TIMEOUT,
            },
        ),
        Scenario("report", aem_report, {"path": "FOLDER/report", "servers": [PRD, "compose-dw"]}, anew=True),
        Scenario(
            "restore",
            aem_restore,
            {"path": "FOLDER/backups", "server": QAS, "force": True, "timeout": TIMEOUT},
            _moved_on,
        ),
        Scenario(
            "restore of a task",
            aem_restore,
            {"path": "FOLDER/backups", "server": QAS, "tasks": [RETURNS], "force": True, "timeout": TIMEOUT},
            _moved_on,
        ),
        Scenario("server created", aem_server, _NEW_SERVER),
        Scenario("server changed", aem_server, {"name": DEV, "description": "Changed"}),
        Scenario("server deleted", aem_server, {"name": DEV, "state": "absent"}),
        Scenario("ACL", aem_server_acl, {"server": PRD, "admin_role": _ADMINS, **_ACL}),
        Scenario("no ACL", aem_server_acl, {"server": PRD, "state": "absent"}),
        Scenario("ACLs", aem_server_acl_info, {"servers": [PRD, QAS]}),
        Scenario("servers", aem_server_info, {"names": [PRD, DEV], "details": True, "connection": True}),
        Scenario("license", aem_server_license, {"server": QAS, "src": str(FIXTURES / "license.txt")}),
        Scenario("session begun", aem_session, {"state": "present"}, keeps_session=True, anew=True),
        Scenario("session ended", aem_session, {"state": "absent"}, begins=_session),
        Scenario(
            "tables reloaded",
            aem_table,
            {
                **task,
                "state": "reloaded",
                "tables": [{"schema": "ERP", "table": "INVOICES"}, {"schema": "ERP", "table": "ORDERS"}],
            },
            anew=True,
        ),
        Scenario(
            "table resumed",
            aem_table,
            {**task, "state": "resumed", "tables": [{"schema": "ERP", "table": "STOCK_MOVEMENTS"}]},
        ),
        Scenario("tables", aem_table_info, {**task, "statuses": False}),
        Scenario("table statuses", aem_table_info, {**task, "statuses": True}),
        Scenario(
            "task changed while it runs",
            aem_task,
            {"server": PRD, "name": TASK, "overrides": LOB, "force": True, "timeout": TIMEOUT},
            makes=_definition,
        ),
        Scenario(
            "task created",
            aem_task,
            {
                "server": QAS,
                "name": "Imported",
                "definition": one_task("Imported", "QAS Oracle", "QAS Snowflake"),
                "timeout": TIMEOUT,
            },
        ),
        Scenario(
            "running task deleted",
            aem_task,
            {"server": QAS, "name": RETURNS, "state": "absent", "force": True, "timeout": TIMEOUT},
        ),
        Scenario("health", aem_task_health, {"server": QAS, "tasks": [RETURNS], "latency": 60, "settle": 1}),
        Scenario("tasks", aem_task_info, {"servers": [PRD, QAS], "tags": ["critical"], "details": True}),
        Scenario("record", aem_task_record, {"path": "FOLDER/ran.json", "server": QAS, "tasks": ["*"]}),
        Scenario(
            "record brought back", aem_task_record, {"path": "FOLDER/ran.json", "state": "brought_back"}, _running
        ),
        Scenario("tasks started", aem_task_state, {**two, "state": "started"}, _stopped),
        Scenario("tasks stopped", aem_task_state, {**two, "state": "stopped"}),
        Scenario("tasks restarted", aem_task_state, {**two, "state": "restarted"}, anew=True),
        Scenario(
            "tasks restarted that ran",
            aem_task_state,
            {**two, "state": "restarted", "only_running": True},
            anew=True,
        ),
        Scenario(
            "tasks run again",
            aem_task_state,
            {"server": QAS, "tasks": [RETURNS, SHIFTS], "state": "started", "to_run_again": True, "timeout": TIMEOUT},
            _recorded,
        ),
        Scenario(
            "target reloaded and waited for",
            aem_task_state,
            {
                "server": QAS,
                "tasks": [NIGHTLY],
                "run_option": "reload_target",
                "wait_for": "full_load",
                "timeout": TIMEOUT,
            },
        ),
        Scenario(
            "table selection",
            aem_task_tables,
            {"server": QAS, "task": NIGHTLY, "explicit_included_tables": [{"owner": "QAS", "name": "ACCOUNTS"}]},
        ),
    ]


MODULES = _modules()
