# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task as its definition says: what is wanted, what is there, and the import or removal between them.

Importing goes by guide 2.24, exporting by 2.23, removing by 2.22. This is private to the collection: it may change in
any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import TASK_NOT_FOUND
from .._core.errors import AemError, Refused, none_where
from .._core.plan import CREATE, DELETE, UPDATE, Applied, Change, Plan, removed
from .._definition.compare import Difference, diff, differences
from .._definition.document import Definition, of_sections
from .._definition.owners import unmapped_in
from .._definition.paths import patterns
from .._definition.retarget import retarget
from . import endpoint
from .foresight import seen
from .importing import Import, check_endpoints, document, needed_endpoints, read_task, versioned, would_change
from .pausing import Pause, active, left_over, refusal, resuming, running, settled, told_left_over
from .sending import along, to_send
from .stopped import forget, since
from .switch import Wish

KIND = "task"
ABSENT = "absent"

SOURCE_ARGUMENTS: dict[str, dict[str, Any]] = {
    "definition": {"type": "raw", "no_log": True},
    "src": {"type": "path"},
    "source_endpoint": {"type": "str"},
    "target_endpoint": {"type": "str"},
    "ignore": {"type": "list", "elements": "str", "default": []},
    "force": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 60},
}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", ABSENT], "default": "present"},
    **SOURCE_ARGUMENTS,
    "owners": {"type": "dict"},
    "overrides": {"type": "dict", "no_log": True},
    "with_endpoints": {"type": "bool", "default": False},
    "delete_logs": {"type": "bool", "default": False},
}
# What else AnsibleModule is to check.
RULES: dict[str, Any] = {"mutually_exclusive": [("definition", "src")]}
# What ImportTask takes; a whole server's other sections come with ImportAll.
_SECTIONS_OF_TASK = ("tasks", "databases")
_DROPPED = " The definition has endpoints, which are left out unless with_endpoints is true."


@dataclass(frozen=True)
class How:
    """How a definition is imported. ``timeout`` is in seconds."""

    ignore: Sequence[str] = ()
    force: bool = False
    timeout: int = 60

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> How:
        """Read the options of SOURCE_ARGUMENTS; raise Refused for what is no timeout, and for a bad pointer."""
        timeout = 60 if options.get("timeout") is None else options["timeout"]
        Wish(timeout=timeout).check()
        ignore = options.get("ignore") or ()
        patterns(ignore)
        return cls(ignore, bool(options.get("force")), timeout)


class Prepared(NamedTuple):
    """A definition as it is to be imported, what to warn of, and what to add where it needs an endpoint."""

    definition: Definition
    warnings: list[str]
    hint: str


def plan(api: Api, options: Mapping[str, Any]) -> Plan:
    """The change that brings a task about as ``options`` (see ARGUMENTS) say, and the task after it.

    Raise Refused, before anything is written, for a definition that cannot be imported as this task.
    """
    if options.get("state") == ABSENT:
        return plan_absent(api, options)
    wanted = prepared(options)
    planned = plan_import(api, options["server"], wanted.definition, How.from_options(options), hint=wanted.hint)
    return planned._replace(warnings=[*wanted.warnings, *planned.warnings])


def prepared(options: Mapping[str, Any]) -> Prepared:
    """The definition to be imported, by ``options``. Nothing is looked up."""
    wanted = named(document(options), options["name"])
    hint = ""
    if not options.get("with_endpoints"):
        hint = _DROPPED if wanted.endpoints else ""
        wanted = wanted.without_endpoints()
    wanted = retarget(
        wanted,
        owners=options.get("owners"),
        source=options.get("source_endpoint"),
        target=options.get("target_endpoint"),
    )
    unmapped = unmapped_in(wanted, options.get("owners") or ())
    wanted, warnings = of_task(wanted.with_overrides(options.get("overrides") or {}))
    return Prepared(wanted, [*unmapped, *warnings], hint)


def named(wanted: Definition, name: str) -> Definition:
    """The definition, which must be of the one task ``name``, in whatever case. Raise Refused where it is not."""
    found = wanted.single_task().name
    if found.casefold() != name.casefold():
        raise Refused(
            f"The definition is of task {found!r}, not of {name!r}. The filter qlik.enterprise_manager.retarget gives"
            f" it another name: definition | qlik.enterprise_manager.retarget(name={name!r})."
        )
    return wanted


def of_task(wanted: Definition) -> tuple[Definition, list[str]]:
    """What ImportTask takes of a definition, and a warning of what it does not.

    Raise Refused for endpoints that the task does not name, and where it does not name the same ones everywhere.
    """
    needed_endpoints(wanted)
    unused = wanted.unused_endpoints
    if unused:
        name = wanted.task_names[0]
        raise Refused(f"The definition has endpoints that task {name!r} does not name: {', '.join(map(repr, unused))}.")
    sections = wanted.sections
    left_out = [name for name, content in sections.items() if name not in _SECTIONS_OF_TASK and content]
    kept = {name: content for name, content in sections.items() if name in _SECTIONS_OF_TASK}
    warnings = [f"A task is imported without {', '.join(left_out)} of its definition."] if left_out else []
    return wanted.with_only(kept), warnings


def plan_import(
    api: Api, server: str, wanted: Definition, how: How, *, hint: str = "", tell: Callable[..., Plain] | None = None
) -> Plan:
    """The import of a definition that ``of_task`` has passed, if the server's task is another.

    ``hint`` is for the message that refuses a definition whose endpoints are not there. ``tell`` makes the ``after``
    of the plan from the differences and the names of the tasks that are restarted; left out, it is ``summary``.
    """
    name = wanted.task_names[0]
    current, no_server = seen(api, lambda: read_task(api, server, name, bool(wanted.endpoints)), server)
    wanted = _spelled_as(wanted, current)
    name = wanted.task_names[0]
    # Without a server, which there is in check mode only, nothing can be looked at.
    present, warnings = (None, no_server) if no_server else with_endpoints_there(api, server, wanted, current)
    found = differences(wanted, present, how.ignore)
    tasks = settled(api, server, [name], how.timeout) if current and (found or since(api, server, [name])) else []
    left = left_over(api, server, tasks)
    restarted = [*left, *(task["name"] for task in active(tasks))] if found and how.force else list(left)
    after, warnings = tell(found, restarted) if tell else summary(wanted, bool(restarted)), [*warnings]
    if not found:
        return Plan(resuming(api, server, left, how.timeout), after, [*warnings, *told_left_over(server, left)])
    sending = to_send(wanted, present, how.ignore, server)
    sent = sending.definition
    if not no_server:
        known = current.single_task().named_endpoints if current else []
        warnings += check_endpoints(api, server, wanted, known, hint)
        sent, more = versioned(api, server, sent)
        warnings += more
    shown = along(found, sending)
    change = change_by_import(api, server, sent, shown, active(tasks), how, is_new=not current, left=list(left))
    return Plan([change], after, [*warnings, *sending.warnings, *told_left_over(server, left)])


def with_endpoints_there(
    api: Api, server: str, wanted: Definition, current: Definition | None
) -> tuple[Definition | None, list[str]]:
    """What the server has of the task and of the endpoints that come with it; and warnings.

    With a task only those endpoints are exported that it names already. An import replaces any that is there.
    """
    there = current.endpoint_names if current else []
    more = [name for name in wanted.endpoint_names if name not in there]
    if not more:
        return current, []
    known = endpoint.read(api, server)
    if known.definition is None:
        hidden = [repr(name) for name in more if known.endpoint(name)]
        told = (
            f"Server {server} has {', '.join(hidden)}, and this user may not read their settings. The import replaces"
            " all of them, secrets too."
        )
        return current, [told] if hidden else []
    found = [item for item in known.definition.endpoints if item["name"] in more]
    base = current or of_sections()
    return (base.with_sections(databases=[*base.endpoints, *found]) if found else current), []


def _spelled_as(wanted: Definition, current: Definition | None) -> Definition:
    """The definition with the name of its task as the server spells it, which finds names whatever their case."""
    name = current.single_task().name if current else wanted.task_names[0]
    return wanted if name == wanted.task_names[0] else retarget(wanted, name=name)


def change_by_import(
    api: Api,
    server: str,
    sent: Definition,
    found: Sequence[Difference],
    tasks: Sequence[Mapping[str, Any]],
    how: How,
    *,
    is_new: bool,
    left: Collection[str] = (),
) -> Change:
    """The change that imports the one task of ``sent``, which differs from the server's by what was ``found``.

    What is ``sent`` comes from :func:`.sending.to_send`, so that nothing is overwritten that was not compared.
    ``tasks`` holds the task, as GetTaskList has it, where it runs and has to be stopped for it, which is refused unless
    it is to be forced. ``left`` names it where an earlier run has stopped it.
    """
    shown = diff(found)
    action, before = (CREATE, None) if is_new else (UPDATE, shown["before"])
    importing = _import(api, server, sent, Pause(api, server, tasks, how.timeout, left), how, len(found))
    refused = refusal(server, tasks, how.force, "imported", would_change(found))
    name = sent.task_names[0]
    return Change(KIND, name, action, before, shown["after"], importing.apply, refused, server)


def summary(wanted: Definition, restarted: bool = False) -> Plain:
    """What a result tells of a task: its name, its endpoints, how many tables it names, whether it was restarted."""
    task = wanted.single_task()
    named_endpoints = task.endpoints()
    return {
        "name": task.name,
        "source_endpoint": named_endpoints.source,
        "target_endpoints": named_endpoints.targets,
        "tables": len(task.tables["explicit_included_tables"]),
        "restarted": restarted,
    }


def plan_absent(api: Api, options: Mapping[str, Any]) -> Plan:
    """The removal of a task, if it is there."""
    server, name, how = options["server"], options["name"], How.from_options(options)
    task, warnings = seen(api, lambda: _details(api, server, name), server)
    if task is None:
        return Plan([], None, warnings)
    name = str(task.get("name") or name)
    tasks = running(api, server, [name], how.timeout)
    state = tasks[0]["state"] if tasks else task["state"]
    return Plan([change_by_removal(api, server, name, state, tasks, how, bool(options.get("delete_logs")))])


def change_by_removal(
    api: Api,
    server: str,
    name: str,
    state: str,
    tasks: Sequence[Mapping[str, Any]],
    how: How,
    delete_logs: bool = False,
) -> Change:
    """The change that removes a task, which is in that state; ``tasks`` as for ``change_by_import``."""
    removal = _Removal(api, server, name, delete_logs, Pause(api, server, tasks, how.timeout))
    before, refused = {"name": name, "state": state}, refusal(server, tasks, how.force, "removed")
    return Change(KIND, name, DELETE, before, None, removal.apply, refused, server)


def _import(api: Api, server: str, wanted: Definition, pause: Pause, how: How, changes: int) -> Import:
    """The import of a definition with one task; ``pause`` holds the task where it runs, for so many ``changes``."""
    name, text = wanted.task_names[0], wanted.write()
    return Import(
        api_method="ImportTask",
        send=lambda: api.import_task(server, name, text),
        remaining=lambda: differences(wanted, read_task(api, server, name, bool(wanted.endpoints)), how.ignore),
        tasks=[name],
        pause=pause,
        timeout=how.timeout,
        changes=changes,
    )


@dataclass(frozen=True)
class _Removal:
    """Deleting one task, which is stopped first where it runs."""

    api: Api
    server: str
    name: str
    delete_logs: bool
    pause: Pause

    def apply(self) -> Applied:
        """Stop the task and delete it; where it cannot be deleted, it runs again."""
        self.pause.stop()
        try:
            deleted = self._delete()
        except AemError as error:
            raise self.pause.ended(error) from error.__cause__
        forget(self.api, self.server, [self.name])
        return deleted

    def _delete(self) -> Applied:
        return removed(
            lambda: self.api.delete_task(self.server, self.name, self.delete_logs),
            TASK_NOT_FOUND,
            lambda: _details(self.api, self.server, self.name) is not None,
        )


def _details(api: Api, server: str, name: str) -> Plain | None:
    """What GetTaskDetails answers of a task, None where there is none."""
    return none_where(TASK_NOT_FOUND, lambda: api.get_task_details(server, name))
