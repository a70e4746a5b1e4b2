# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Events of the tasks of Qlik Enterprise Manager, for Event-Driven Ansible."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

DOCUMENTATION = r"""
---
short_description: Events of the tasks of Qlik Enterprise Manager
description:
  - Looks at the tasks of chosen servers again and again, and emits an event for what happened since the last look.
  - No event comes twice. Where memory_file is named, what happened while the rulebook was not running comes when it
    runs again, as far as Enterprise Manager shows it.
  - An Enterprise Manager that does not answer, a session that expired or a slow answer ends nothing. The next look is
    tried as any other, and there is an event when it stops answering and one when it answers again.
  - A name in servers that no server has ends the source with a message. That of a server which is removed while the
    source runs does not; there is an event.
  - "An event is C(event.aem) with C(event), C(server), C(before), C(after) and C(message), and where it is of a task
    C(task) and C(tags). C(event.aem.event) is server_state, task_state (with C(stop_reason)), latency (with C(above)
    and C(limit)), data_errors, table_error (with C(table)), full_load, license or enterprise_manager."
options:
  aem_url:
    description: Address of Enterprise Manager, else E(AEM_URL). All options of the connection are as in the modules.
    type: str
  aem_username:
    description: User to log in with, else E(AEM_USERNAME).
    type: str
  aem_password:
    description: Password of the user, else E(AEM_PASSWORD). Also aem_token and aem_jwt.
    type: str
  servers:
    description: Names of servers, or patterns. By default all.
    type: list
    elements: str
  tasks:
    description: Names of tasks, or patterns. By default all.
    type: list
    elements: str
  tags:
    description: Tags, of which a task must have one.
    type: list
    elements: str
  watch:
    description:
      - Which events are emitted; by default all. With server_state and task_state alone, one request a server is
        enough, else there are one or two a task.
    type: list
    elements: str
  interval:
    description: Seconds from the end of a look to the next.
    type: int
    default: 30
  latency:
    description: Total latency in seconds from which on there is an event; another one comes when it is below again.
    type: int
    default: 600
  license_days:
    description: Days before the end of a license on which there is an event.
    type: list
    elements: int
    default: [30, 7, 1]
  memory_file:
    description: File in which is kept what was seen, so that nothing is lost or told twice when the rulebook restarts.
    type: str
"""

EXAMPLES = r"""
- name: Watch the tasks that matter
  qlik.enterprise_manager.aem_tasks:
    aem_url: https://em.example.com
    aem_username: CORP\watcher
    aem_password: "{{ em_password }}"
    tags: [critical]
    interval: 30
    memory_file: /var/lib/eda/em-prd.json
"""

ROOT = Path(__file__).absolute().parents[4]
LIBRARY = "qlik_enterprise_manager_of_the_collection"
NAMES: dict[str, Any] = {"type": "list", "elements": "str"}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "servers": NAMES,
    "tasks": NAMES,
    "tags": NAMES,
    "watch": NAMES,
    "interval": {"type": "int", "default": 30},
    "latency": {"type": "int", "default": 600},
    "license_days": {"type": "list", "elements": "int", "default": [30, 7, 1]},
    "memory_file": {"type": "str"},
}


def library(name: str) -> ModuleType:
    """A module of the collection's own library.

    A rulebook runs this file by its path, outside of Ansible's import of collections.
    """
    if LIBRARY not in sys.modules:
        package = ModuleType(LIBRARY)
        package.__path__ = [str(ROOT / "plugins" / "module_utils")]
        sys.modules[LIBRARY] = package
    return import_module(f"{LIBRARY}.{name}")


def options_of(args: Mapping[str, Any]) -> dict[str, Any]:
    """The options, those of the connection from the environment where they are not given, as the modules read them.

    Raises ValueError, with all that is wrong, for what cannot be.
    """
    spec = {**library("_module").CONNECTION_ARGUMENTS, **ARGUMENTS}
    # The rulebook adds options of its own to every source.
    known = {name: value for name, value in args.items() if name in spec or not name.startswith("eda_")}
    checked = ArgumentSpecValidator(spec).validate(known)
    if checked.error_messages:
        raise ValueError(f"aem_tasks: {' '.join(checked.error_messages)}")
    options = dict(checked.validated_parameters)
    if options["interval"] < 1:
        raise ValueError(f"aem_tasks: interval must be 1 second or more, not {options['interval']}.")
    return options


def watcher(options: Mapping[str, Any]) -> Any:
    """The watcher that ``options`` ask for. Raises ValueError for what cannot be."""
    http, watching = library("_client.http"), library("_runbook.task_watch")
    if library("_client.transport").REQUESTS_ERROR:
        raise ValueError("aem_tasks needs the Python library requests.")
    try:
        connection = library("_client.connection").Connection.from_options(options)
        watch = watching.Watch(
            servers=options["servers"],
            tasks=options["tasks"],
            tags=options["tags"],
            kinds=watching.KINDS if options["watch"] is None else options["watch"],
            latency=options["latency"],
            license_days=options["license_days"],
        )
        connect = partial(http.Session, connection, read_only=True)
        return library("_runbook.watcher").Watcher(connect, watch, options["memory_file"])
    except library("_core.errors").AemError as error:
        raise ValueError(f"aem_tasks: {error.message}") from error


async def watch(
    queue: Any, watched: Any, interval: float, sleep: Callable[[float], Any] = asyncio.sleep, looks: int = 0
) -> None:
    """Put events into ``queue`` until it is cancelled, or after so many ``looks`` if they are not 0."""
    done = 0
    try:
        while True:
            for event in await asyncio.to_thread(watched.step):
                await queue.put({"aem": event})
            await asyncio.to_thread(watched.told)
            done += 1
            if done == looks:
                return
            await sleep(interval)
    finally:
        await asyncio.shield(asyncio.to_thread(watched.close))


async def main(queue: Any, args: dict[str, Any]) -> None:
    """Watch until the rulebook ends. Raises ValueError for what cannot be."""
    options = options_of(args)
    watched = watcher(options)
    try:
        await watch(queue, watched, options["interval"])
    except library("_core.errors").AemError as error:
        raise ValueError(f"aem_tasks: {error.message}") from error
