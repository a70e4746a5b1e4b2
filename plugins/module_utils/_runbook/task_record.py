# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that remembers which tasks ran before a runbook stopped them, so that exactly these are brought back.

It is written before the first task is stopped and removed when the last one runs again. A run that finds the file was
interrupted: it adds the tasks that run now, and takes none away.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.files import check_destination, make_folder, read_text, remove, write_atomically
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Plan
from .._core.time import with_z
from .._resource.task_choice import CHOICE_ARGUMENTS, choose

KIND = "record"
PRESENT = "present"
ABSENT = "absent"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
    **CHOICE_ARGUMENTS,
    "include_failed": {"type": "bool", "default": False},
    "facts": {"type": "dict", "default": {}},
}

# A task that is starting is meant to run, one that is stopping is not.
_MEANT_TO_RUN = frozenset({"RUNNING", "RECOVERY", "STARTING"})


class Record(NamedTuple):
    """What a file remembers: since when, which tasks (``server`` and ``name``), and the facts of the first run."""

    begun: str
    tasks: list[Plain]
    facts: Plain

    def selection(self) -> list[Plain]:
        """The tasks as an option ``selection`` takes them: an item for each server."""
        servers = dict.fromkeys(task["server"] for task in self.tasks)
        return [
            {"server": server, "tasks": [task["name"] for task in self.tasks if task["server"] == server]}
            for server in servers
        ]

    def names(self) -> list[str]:
        """The tasks, as a person reads them."""
        return [f"{task['name']} on {task['server']}" for task in self.tasks]


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change to the file that ``options`` (see ARGUMENTS) ask for, and the result after it.

    Raise Refused, before any call, for a file that is there and is no record, and for one that cannot be written.
    """
    path = options["path"]
    there = read(path)
    if options["state"] == ABSENT:
        return _plan_absent(path, there)
    if Path(path).parent.is_dir():
        check_destination(path)
    selected = choose(api, options, known=False)
    states = _MEANT_TO_RUN | {"ERROR"} if options["include_failed"] else _MEANT_TO_RUN
    running = [task for task in selected.tasks if task["state"] in states]
    wanted = added(there, running, options["facts"] or {}, with_z(datetime.now(timezone.utc)))
    result = _result(wanted, interrupted=there is not None)
    if wanted == there:
        return Plan([], result)
    action = CREATE if there is None else UPDATE
    before = {"tasks": there.names()} if there else None
    return Plan([Change(KIND, path, action, before, {"tasks": wanted.names()}, lambda: _write(path, wanted))], result)


def read(path: str) -> Record | None:
    """The record in a file, None where there is no file. Raise Refused for a file that is no record."""
    if not Path(path).exists():
        return None
    try:
        found = json.loads(read_text(path))
        tasks = [{"server": str(task["server"]), "name": str(task["name"])} for task in found["tasks"]]
        return Record(str(found["begun"]), tasks, dict(found["facts"]))
    except (ValueError, TypeError, KeyError) as error:
        raise Refused(
            f"{path} is no record of tasks. If it is the rest of an interrupted run, look which tasks have to run;"
            " then remove the file."
        ) from error


def added(there: Record | None, tasks: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], now: str) -> Record:
    """The record with ``tasks`` that are meant to run. What it says already stays."""
    running = [{"server": task["server"], "name": task["name"]} for task in tasks]
    if there is None:
        return Record(now, running, dict(facts))
    more = [task for task in running if task not in there.tasks]
    return Record(there.begun, there.tasks + more, {**facts, **there.facts})


def _plan_absent(path: str, there: Record | None) -> Plan:
    if there is None:
        return Plan([], {"tasks": [], "selection": [], "facts": {}, "interrupted": False})
    change = Change(KIND, path, DELETE, {"tasks": there.names()}, None, lambda: _remove(path))
    return Plan([change], _result(there, interrupted=True))


def _result(record: Record, interrupted: bool) -> Plain:
    told = {"tasks": record.tasks, "selection": record.selection(), "facts": record.facts}
    return {**told, "begun": record.begun, "interrupted": interrupted}


def _write(path: str, record: Record) -> Applied:
    make_folder(str(Path(path).parent))
    write_atomically(path, json.dumps(record._asdict(), indent=2, ensure_ascii=False) + "\n")
    return Applied()


def _remove(path: str) -> Applied:
    return Applied(changed=remove(path))
