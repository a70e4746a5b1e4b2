# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is interrupted, starved and run twice at once: one piece of work of each kind, and what there is in the end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_backup, aem_export, aem_import, aem_report
from simulator import Settings, Simulator
from support.definitions import SECTIONS, copied
from support.estates import adopted, part
from support.inprocess import perform

PRD, QAS = "Replicate PRD 1", "replicate-qas"
TASK = "ERP to DW"
NIGHTLY, RUNS, GOES = "Nightly 01 accounts", "Nightly 21 returns", "Nightly 02 addresses"
QUICK = Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.01, load_seconds=0.01)
# Seconds. Nothing takes so long here, and what another run has undone meanwhile is waited for in vain.
TIMEOUT = 8
LOB = {"task_settings": {"common_settings": {"lob_max_size": 128}}}

# What no two runs have the same, or what passes by itself.
_VOLATILE = frozenset(
    {"name", "description", "_version", "task_uuid", "audit_trail", "full_load_start", "full_load_end", "guid"}
    | {"load_start", "load_end", "memory_mb", "password_changes", "last_connection", "deletions", "rows"}
)


@dataclass(frozen=True)
class Scenario:
    """A module, and the options with which it has something to do.

    ``options`` puts an Enterprise Manager that is as at its start, and a folder, in the state to begin from. ``again``
    says whether a second run finds nothing to do.
    """

    name: str
    module: str
    options: Callable[[Simulator, Path], dict[str, Any]]
    again: bool = True


def end_state(em: Simulator) -> dict[str, Any]:
    """All that an Enterprise Manager has, without what two runs never have the same, and without what secrets are."""
    estate = em.estate()
    return {server["name"]: {**_plain(server), "tasks": _tasks(server)} for server in estate["servers"]}


def _tasks(server: dict[str, Any]) -> dict[str, Any]:
    return {task["name"]: _plain({**task, "tables": _tables(task)}) for task in server["tasks"]}


def _tables(task: dict[str, Any]) -> list[str]:
    return sorted(f"{table.get('schema')}.{table.get('table')}" for table in task["tables"])


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in sorted(value.items()) if key not in _VOLATILE}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    # Sealed anew with each import.
    return "{sealed}" if isinstance(value, str) and value.startswith("{Z") else value


def running(em: Simulator) -> set[tuple[str, str]]:
    """The tasks that run, each with its server."""
    return {
        (server["name"], task["name"])
        for server in em.estate()["servers"]
        for task in server["tasks"]
        if task["state"] in ("RUNNING", "STARTING", "RECOVERY")
    }


def run_twice(em: Simulator) -> list[str]:
    """What was done twice although once is enough: tasks that ran were run, tables were loaded anew."""
    stopped: dict[tuple[str, str], bool] = {}
    found = []
    for entry in em.log():
        # A proxy's page with 200 stands in the log, too, and nothing was done.
        if not entry["done"] or entry["status"] != 200 or entry["api_method"] not in ("RunTask", "StopTask"):
            continue
        key = entry["path"].partition("?")[0]
        if entry["api_method"] == "StopTask":
            stopped[key] = True
        elif not stopped.pop(key, True):
            found.append(f"{key} was run while it ran")
        else:
            stopped[key] = False
        if "RELOAD" in json.dumps(entry["query"]):
            found.append(f"{key} was loaded anew")
    return found


def _task_force(em: Simulator, _folder: Path) -> dict[str, Any]:
    definition = perform(em, aem_export, server=PRD, task=TASK).values["definition"]
    given = copied(definition)
    return {"server": PRD, "name": TASK, "definition": given, "overrides": LOB, "force": True, "timeout": TIMEOUT}


def _import(em: Simulator, _folder: Path) -> dict[str, Any]:
    return {"server": QAS, "definition": _changed(em), "force": True, "timeout": TIMEOUT}


def _changed(em: Simulator) -> dict[str, Any]:
    """What the server says, with another value of a setting of a task that is at rest and of two that run."""
    wanted = copied(perform(em, aem_export, server=QAS).values["definition"])
    for task in wanted[SECTIONS]["tasks"]:
        if task["task"]["name"] in (NIGHTLY, RUNS, "Nightly 22 shifts"):
            task["task_settings"].setdefault("common_settings", {})["lob_max_size"] = 99
    return wanted


def _restore(em: Simulator, folder: Path) -> dict[str, Any]:
    assert perform(em, aem_backup, path=str(folder / "backups"), servers=[QAS]).error is None
    assert perform(em, aem_import, server=QAS, definition=_changed(em), force=True, timeout=TIMEOUT).error is None
    return {"path": str(folder / "backups"), "server": QAS, "force": True, "timeout": TIMEOUT}


def wished(em: Simulator) -> dict[str, Any]:
    """A wish in which something of each kind is to be done."""
    wish = adopted(em, QAS)
    wish.update(description="other", acl={"viewer_role": {"users": ["CORP\\v"], "groups": []}})
    part(wish, "endpoints", "QAS Snowflake")["settings"]["server"] = "other.example"
    files = {"role": "target", "type_id": "FILE_COMPONENT_TYPE", "settings": {"csvTargetPath": "/data/2"}}
    wish["endpoints"].append({"name": "QAS files 2", **files})
    part(wish, "tasks", NIGHTLY).update(target_endpoint="QAS files 2", run_state="started")
    part(wish, "tasks", RUNS).update(overrides=LOB, force=True, timeout=TIMEOUT)
    part(wish, "tasks", GOES)["state"] = "absent"
    tables = {"included_pattern": [{"owner": "A", "name": "%"}]}
    name = "Nightly 03 branches"
    wish["tasks"] = [*(task for task in wish["tasks"] if task["name"] != name), {"name": name, "tables": tables}]
    return wish


def _estate(em: Simulator, _folder: Path) -> dict[str, Any]:
    return {"servers": [wished(em)]}


def _backup(_em: Simulator, folder: Path) -> dict[str, Any]:
    return {"path": str(folder / "backups"), "servers": [PRD, QAS], "keep_last": 3}


def _backup_of_changes(em: Simulator, folder: Path) -> dict[str, Any]:
    options = {**_backup(em, folder), "keep_last": 1}
    assert perform(em, aem_backup, **options).error is None
    assert perform(em, aem_import, server=QAS, definition=_changed(em), force=True, timeout=TIMEOUT).error is None
    return options


def _report(em: Simulator, folder: Path) -> dict[str, Any]:
    options = {"path": str(folder / "report"), "servers": [QAS]}
    assert perform(em, aem_report, **options, title="the last one").error is None
    return options


def _export(_em: Simulator, folder: Path) -> dict[str, Any]:
    (folder / "out.json").write_text("old", encoding="utf-8")
    return {"server": QAS, "dest": str(folder / "out.json"), "backup": True}


def _record(_em: Simulator, folder: Path) -> dict[str, Any]:
    return {"path": str(folder / "records/record.json"), "server": QAS, "tasks": ["*"]}


def _failover(_em: Simulator, _folder: Path) -> dict[str, Any]:
    return {"server": PRD, "endpoint": "ORA", "configuration": "Standby", "timeout": TIMEOUT}


def _restart(_em: Simulator, _folder: Path) -> dict[str, Any]:
    return {"server": QAS, "tags": ["nightly"], "state": "restarted", "only_running": True, "timeout": TIMEOUT}


def _acl(_em: Simulator, _folder: Path) -> dict[str, Any]:
    return {"server": PRD, "viewer_role": {"users": ["CORP\\ann"], "groups": []}, "purge": False}


def _tables_of_task(_em: Simulator, _folder: Path) -> dict[str, Any]:
    table = {"owner": "dbo", "name": "till"}
    return {"server": PRD, "task": "POS to Kafka", "explicit_included_tables": [table], "purge": False}


SCENARIOS = {
    one.name: one
    for one in (
        Scenario("task_force", "aem_task", _task_force),
        Scenario("import", "aem_import", _import),
        Scenario("restore", "aem_restore", _restore),
        Scenario("estate", "aem_estate", _estate),
        Scenario("failover", "aem_endpoint_failover", _failover),
        Scenario("restart", "aem_task_state", _restart, again=False),
        Scenario("backup", "aem_backup", _backup),
        Scenario("next_backup", "aem_backup", _backup_of_changes),
        Scenario("report", "aem_report", _report, again=False),
        Scenario("export", "aem_export", _export),
        Scenario("record", "aem_task_record", _record),
        Scenario("acl", "aem_server_acl", _acl),
        Scenario("tables", "aem_task_tables", _tables_of_task),
    )
}


def files_below(folder: Path) -> Iterator[Path]:
    """All files below a folder."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())
