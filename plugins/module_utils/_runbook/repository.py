# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository of a server, all that it defines: what a document would change in it, and the import of that.

Exporting goes by guide 2.32, importing by 2.33. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.plan import UPDATE, Change, Plan
from .._definition.compare import Difference, diff, differences
from .._definition.document import Definition
from .._definition.retarget import retarget
from .._definition.task import Task
from .._resource.foresight import seen
from .._resource.importing import (
    Import,
    check_endpoints,
    document,
    needed_endpoints,
    read_all,
    versioned,
    would_change,
)
from .._resource.pausing import Pause, active, left_over, refusal, resuming, settled, told_left_over
from .._resource.sending import along, to_send, with_sealed
from .._resource.stopped import since
from .._resource.task_definition import SOURCE_ARGUMENTS, How, named, of_task, plan_import

KIND = "definitions of server"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str"},
    **SOURCE_ARGUMENTS,
}
_NAMED: dict[str, Callable[[Plain], str]] = {
    "tasks": lambda task: Task(task).name,
    "databases": lambda endpoint: str(endpoint["name"]),
}


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The import that ``options`` (see ARGUMENTS) ask for, if it changes anything; and what it imports.

    Raise Refused, before anything is written, for a definition that cannot be imported.
    """
    server, task, how = options["server"], options.get("task"), How.from_options(options)
    wanted = document(options)
    if options.get("source_endpoint") or options.get("target_endpoint"):
        wanted = retarget(wanted, source=options.get("source_endpoint"), target=options.get("target_endpoint"))
    if task is None:
        return plan_all(api, server, wanted, how)
    taken, warnings = of_task(named(wanted, task))
    planned = plan_import(api, server, taken, how, tell=imported)
    return planned._replace(warnings=[*warnings, *planned.warnings])


def plan_all(api: Api, server: str, wanted: Definition, how: How) -> Plan:
    """The import of those definitions of a document that differ from the server's."""
    if not any(wanted.sections.values()):
        raise Refused("The definition is empty: it has no task, no endpoint and no setting.")
    current, warnings = seen(api, lambda: read_all(api, server), server)
    planned = compare(api, server, wanted, current, how)
    return planned._replace(warnings=[*warnings, *planned.warnings])


def compare(
    api: Api,
    server: str,
    wanted: Definition,
    current: Definition | None,
    how: How,
    also: Sequence[Difference] = (),
    *,
    of_server: bool = False,
    sealed: Definition | None = None,
) -> Plan:
    """As ``plan_all``, for what ``read`` has answered; None where there is no server yet, in check mode.

    ``also`` are differences that a comparison cannot know, such as of secrets. ``of_server`` says that encrypted
    secrets in the document are known to be the server's own; still it keeps those that it has now. ``sealed`` is a
    document whose encrypted secrets it is to get instead.
    """
    found = [*differences(wanted, current, how.ignore), *also]
    part = differing(wanted, found)
    needed_endpoints(part)
    sending = to_send(part, current, how.ignore, server, of_server=of_server)
    part = with_sealed(sending.definition, sealed) if sealed else sending.definition
    tasks, left = _at_work(api, server, wanted, part, current, how)
    restarted = [*left, *(task["name"] for task in tasks)] if how.force else list(left)
    after, warnings = imported(found, restarted), told_left_over(server, left)
    if not found:
        return Plan(resuming(api, server, left, how.timeout), after, warnings)
    if current is not None:
        missing = check_endpoints(api, server, part, current.endpoint_names)
        part, more = versioned(api, server, part)
        warnings = [*missing, *more, *sending.warnings, *warnings]
    # Tasks that only have to be resumed are, whatever becomes of the import.
    pause = Pause(api, server, tasks, how.timeout, list(left))
    shown, importing = diff(along(found, sending)), _import(api, server, part, pause, how)
    refused = refusal(server, tasks, how.force, "imported", would_change(found))
    change = Change(KIND, server, UPDATE, shown["before"], shown["after"], importing.apply, refused)
    return Plan([change], after, warnings)


def _at_work(
    api: Api, server: str, wanted: Definition, part: Definition, current: Definition | None, how: How
) -> tuple[list[Plain], dict[str, str]]:
    """Of the tasks that are imported those that run, and of all that are wanted those that were left stopped."""
    there = set(current.task_names if current else ())
    imported_tasks, noted = (
        there.intersection(part.task_names),
        since(api, server, there.intersection(wanted.task_names)),
    )
    if not imported_tasks and not noted:
        return [], {}
    tasks = settled(api, server, {*imported_tasks, *noted}, how.timeout)
    return [task for task in active(tasks) if task["name"] in imported_tasks], left_over(api, server, tasks)


def differing(wanted: Definition, found: Sequence[Difference]) -> Definition:
    """The part of a document that an import is needed for.

    Tasks and endpoints that are as the document says stay out of it: a server takes no task that runs, not even
    unchanged, and an endpoint would get the document's secrets.
    """
    names = {section: {item.name for item in found if item.section == section} for section in _NAMED}
    kept: Plain = {}
    for section, content in wanted.sections.items():
        if section in _NAMED:
            items = [item for item in content or [] if _NAMED[section](item) in names[section]]
            if items:
                kept[section] = items
        elif any(item.section == section for item in found):
            kept[section] = content
    return wanted.with_only(kept)


def imported(found: Sequence[Difference], restarted: Collection[str] = ()) -> Plain:
    """What a result tells of an import: the tasks, the endpoints and the other sections that differ."""
    return {
        "tasks": list(dict.fromkeys(item.task for item in found if item.task)),
        "endpoints": list(dict.fromkeys(item.endpoint for item in found if item.endpoint)),
        "sections": list(dict.fromkeys(item.section for item in found if item.section not in _NAMED)),
        "restarted": list(restarted),
    }


def _import(api: Api, server: str, part: Definition, pause: Pause, how: How) -> Import:
    """The import of a document; ``pause`` holds those of its tasks that run."""
    text = part.write()
    return Import(
        api_method="ImportAll",
        send=lambda: api.import_all(server, text),
        remaining=lambda: differences(part, read_all(api, server), how.ignore),
        tasks=part.task_names,
        pause=pause,
        timeout=how.timeout,
    )
