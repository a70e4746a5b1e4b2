# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that remembers which tasks ran before a runbook stopped them, so that exactly these are brought back.

It is written before the first task is stopped and removed when the last one runs again. A run that finds the file was
interrupted: it adds the tasks that run now, and takes none away. What the file says else is the earlier run's, and does
not count where the file is of something else; its tasks do, since they ran, and something has stopped them.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.files import (
    beside,
    check_destination,
    make_folder,
    read_text,
    refuse_special,
    refusing,
    remove,
    write_atomically,
)
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Plan
from .._core.time import with_z
from .._resource.task_choice import CHOICE_ARGUMENTS, choose

KIND = "record"
PRESENT = "present"
READ = "read"
BROUGHT_BACK = "brought_back"
ABSENT = "absent"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "state": {"type": "str", "choices": [PRESENT, READ, BROUGHT_BACK, ABSENT], "default": PRESENT},
    **CHOICE_ARGUMENTS,
    "of": {"type": "dict", "default": {}},
    "include_failed": {"type": "bool", "default": False},
    "facts": {"type": "dict", "default": {}},
}

# A task that is starting is meant to run, one that is stopping is not.
_MEANT_TO_RUN = frozenset({"RUNNING", "RECOVERY", "STARTING"})


class Record(NamedTuple):
    """What a file remembers: since when, which tasks (``server`` and ``name``), and the facts of the first run.

    ``of`` is what the file is of; where it is empty nobody has said so.
    """

    begun: str
    tasks: list[Plain]
    facts: Plain
    of: Plain

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

    def is_of(self, what: Mapping[str, Any]) -> bool:
        """Whether the file is of ``what``, or may be since one of both does not say."""
        return not self.of or not what or self.of == what

    def aside(self, path: str) -> str:
        """The file beside ``path`` that keeps the record where another one takes its place."""
        target = Path(path)
        return beside(str(target.with_name(target.stem)), f".{re.sub('[^0-9TZ]', '', self.begun)}.aside")


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change to the file that ``options`` (see ARGUMENTS) ask for, and the result after it.

    Raise Refused, before any call, for a file that is there and is no record, and for one that cannot be written.
    """
    path = options["path"]
    there = read(path)
    if options["state"] == READ:
        return Plan([], _result(there, interrupted=True) if there else _nothing())
    if options["state"] != PRESENT:
        return _plan_less(path, there, keep=options["state"] == BROUGHT_BACK)
    if _is_there(Path(path).parent):
        check_destination(path)
    selected = choose(api, options, known=False)
    states = _MEANT_TO_RUN | {"ERROR"} if options["include_failed"] else _MEANT_TO_RUN
    running = [task for task in selected.tasks if task["state"] in states]
    wanted = added(there, running, options["facts"] or {}, with_z(datetime.now(timezone.utc)), options["of"] or {})
    old = there if there and not there.is_of(wanted.of) else None
    result = {**_result(wanted, interrupted=there is not None), "set_aside": old and old.aside(path)}
    warnings = [*selected.warnings, *([_set_aside(path, old)] if old else [])]
    if wanted == there:
        return Plan([], result, warnings)
    action = CREATE if there is None else UPDATE
    before = {"tasks": there.names()} if there else None
    change = Change(KIND, path, action, before, {"tasks": wanted.names()}, lambda: _write(path, wanted, old))
    return Plan([change], result, warnings)


def read(path: str) -> Record | None:
    """The record in a file, None where there is no file. Raise Refused for a file that is no record."""
    if not _is_there(Path(path)):
        return None
    refuse_special(path)
    try:
        found = json.loads(read_text(path))
        tasks = [{"server": str(task["server"]), "name": str(task["name"])} for task in found["tasks"]]
        return Record(str(found["begun"]), tasks, dict(found["facts"]), dict(found.get("of") or {}))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(
            f"{path} is no record of tasks. If it is the rest of an interrupted run, look which tasks have to run;"
            " then remove the file."
        ) from error


def added(
    there: Record | None,
    tasks: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Any],
    now: str,
    of: Mapping[str, Any] | None = None,
) -> Record:
    """The record with ``tasks`` that are meant to run. What it says already stays, unless it is of something else."""
    what = dict(of or {})
    running = [{"server": task["server"], "name": task["name"]} for task in tasks]
    if there is None:
        return Record(now, running, dict(facts), what)
    everything = there.tasks + [task for task in running if task not in there.tasks]
    if not there.is_of(what):
        return Record(now, everything, dict(facts), what)
    return Record(there.begun, everything, {**facts, **there.facts}, there.of or what)


def _plan_less(path: str, there: Record | None, keep: bool) -> Plan:
    """Take the file away, or with ``keep`` only the tasks in it."""
    if there is None:
        return Plan([], _nothing())
    result = _result(there, interrupted=True)
    if not keep:
        change = Change(KIND, path, DELETE, {"tasks": there.names()}, None, lambda: _remove(path))
        return Plan([change], result)
    if not there.tasks:
        return Plan([], result)
    less = there._replace(tasks=[])
    change = Change(KIND, path, UPDATE, {"tasks": there.names()}, {"tasks": []}, lambda: _write(path, less))
    return Plan([change], _result(less, interrupted=True))


def _is_there(path: Path) -> bool:
    with refusing(f"{path} cannot be looked at"):
        return path.exists()


def _set_aside(path: str, old: Record) -> str:
    was = ", ".join(f"{key} {value}" for key, value in old.of.items())
    tasks = f"; tasks that it has still to bring back are kept: {', '.join(old.names())}" if old.tasks else ""
    return (
        f"The record {path} was of something else ({was}), begun {old.begun}. It is kept as {old.aside(path)}{tasks}."
    )


def _nothing() -> Plain:
    return {"tasks": [], "selection": [], "facts": {}, "interrupted": False}


def _result(record: Record, interrupted: bool) -> Plain:
    told = {"tasks": record.tasks, "selection": record.selection(), "facts": record.facts}
    return {**told, "begun": record.begun, "interrupted": interrupted}


def _write(path: str, record: Record, old: Record | None = None) -> Applied:
    """Write the record, and before it the old one that is set aside."""
    make_folder(str(Path(path).parent))
    if old:
        _put(old.aside(path), old)
    _put(path, record)
    return Applied()


def _put(path: str, record: Record) -> None:
    write_atomically(path, json.dumps(record._asdict(), indent=2, ensure_ascii=False) + "\n")


def _remove(path: str) -> Applied:
    return Applied(changed=remove(path))
