# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of one server made those of another: checked all at once, before anything is changed.

All functions are pure; what is wrong is answered, not raised, so that a user sees all of it at once.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, NamedTuple

from .._core.files import file_name
from .._core.select import is_pattern
from .._definition import secrets
from .._definition.document import Definition
from .._definition.owners import owners_in, schemas_in, unmapped_in
from .._definition.retarget import retarget
from .._definition.tree import DefinitionError, Plain
from .promotion_tables import Selections, with_tables

_EITHER = ("BOTH", "ALL")
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Places:
    """The two servers: their names, their tasks as GetTaskList has them, the endpoints of the target.

    ``same`` says that both are one server.
    """

    source: str
    target: str
    same: bool = False
    source_tasks: Sequence[Mapping[str, Any]] = ()
    target_tasks: Sequence[Mapping[str, Any]] = ()
    endpoints: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Wish:
    """What is to become of the tasks.

    ``names`` are the names and patterns that were asked for. ``endpoints``, ``owners`` and ``schemas`` are maps of old
    names to new ones, ``rename`` has a regular expression ``pattern`` and its ``replacement``. ``task_overrides`` and
    ``tables`` are by the name of the task on the source.
    """

    names: Sequence[str] = ()
    endpoints: Mapping[str, str] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Any] = field(default_factory=dict)
    task_overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tables: Selections = field(default_factory=dict)


class Promotion(NamedTuple):
    """A task of the source, and its definition for the target."""

    source: str
    exported: Definition
    definition: Definition

    @property
    def name(self) -> str:
        """The name of the task on the target."""
        return self.definition.task_names[0]


class Promotions(NamedTuple):
    """The tasks that can be promoted, what is wrong, and what a user should know."""

    tasks: list[Promotion]
    problems: list[str]
    notes: list[str]


def promotions(exports: Iterable[Definition], wish: Wish, places: Places) -> Promotions:
    """The tasks of ``exports``, each the export of one task, made as wished for the target."""
    exported = {export.single_task().name: export for export in exports}
    wish, problems = _usable(wish)
    problems += _missing(exported, wish, places)
    outcomes = [_promotion(name, export, wish) for name, export in exported.items()]
    problems += [outcome for outcome in outcomes if isinstance(outcome, str)]
    made = [outcome for outcome in outcomes if isinstance(outcome, Promotion)]
    problems += _names_that_clash(made, places) + _missing_endpoints(made, wish, places)
    return Promotions(made, problems, _notes(exported, wish))


def row(promotion: Promotion, places: Places) -> Plain:
    """What a user is told of a promotion before it is done."""
    task = promotion.definition.single_task()
    endpoints, tables = task.endpoints(), task.tables
    return {
        "source": promotion.source,
        "name": promotion.name,
        "exists": promotion.name in {str(there["name"]) for there in places.target_tasks},
        "source_endpoint": endpoints.source,
        "target_endpoints": endpoints.targets,
        "tables": len(tables["explicit_included_tables"]),
        "patterns": len(tables["included_pattern"]) + len(tables["excluded_pattern"]),
    }


def files(promotion: Promotion, wish: Wish, places: Places) -> dict[str, str]:
    """The export and the definition for the target as files for git: the same export gives the same files.

    The contents, without secrets in clear, are by paths, in which names are quoted so that any name can be one.
    """
    added = (wish.overrides, wish.task_overrides.get(promotion.source, {}))
    has_secrets = any(secrets.in_clear(dict(overrides)) for overrides in added)
    promoted = promotion.definition.masked() if has_secrets else promotion.definition
    return {
        _path("exported", places.source, promotion.source): _lasting(promotion.exported).write(),
        _path("promoted", places.target, promotion.name): _lasting(promoted).write(),
    }


def _path(folder: str, server: str, task: str) -> str:
    return "/".join((folder, file_name(server), f"{file_name(task)}.json"))


def _lasting(definition: Definition) -> Definition:
    """A definition without the name and time of its export."""
    return definition.without_label()


def _usable(wish: Wish) -> tuple[Wish, list[str]]:
    """The wish without maps and a pattern that cannot be right, and what is wrong with them."""
    problems: list[str] = []
    usable: dict[str, Any] = {}
    for label in ("endpoints", "owners", "schemas"):
        names: Mapping[str, str] = getattr(wish, label)
        wrong = [old for old, new in names.items() if not isinstance(new, str) or not new]
        problems += [f"In {label}, {old!r} must become a name, not {names[old]!r}." for old in wrong]
        usable[label] = {old: new for old, new in names.items() if old not in wrong}
    no_settings = [name for name, settings in wish.task_overrides.items() if not isinstance(settings, Mapping)]
    problems += [f"task_overrides of {name!r} are no settings." for name in no_settings]
    usable["task_overrides"] = {
        name: wish.task_overrides[name] for name in wish.task_overrides if name not in no_settings
    }
    usable["rename"] = wish.rename
    try:
        renamed(wish.rename, "")
    except DefinitionError as error:
        problems.append(error.message)
        usable["rename"] = {}
    return replace(wish, **usable), problems


def renamed(rename: Mapping[str, str], name: str) -> str:
    """The new name of a task. Raises DefinitionError for a pattern that is none, or a replacement that does not fit."""
    if not rename:
        return name
    try:
        return re.sub(rename["pattern"], rename["replacement"], name)
    except (re.error, IndexError) as error:
        told = f"{rename['pattern']!r} with replacement {rename['replacement']!r}"
        raise DefinitionError(f"rename: {told} is no regular expression: {error}.") from error


def _promotion(name: str, export: Definition, wish: Wish) -> Promotion | str:
    """A task made as wished, or what is wrong with it."""
    try:
        return Promotion(name, export, _made(name, export, wish))
    except DefinitionError as error:
        return f"Task {name!r}: {error.message}"


def _made(name: str, export: Definition, wish: Wish) -> Definition:
    """The definition of a task for the target: the section of the task, and no other."""
    definition = export.with_only({"tasks": [task.data for task in export.tasks]})
    if name in wish.tables:
        definition = with_tables(definition, wish.tables[name])
    named = definition.single_task().named_endpoints
    definition = retarget(
        definition,
        endpoints={old: new for old, new in wish.endpoints.items() if old in named},
        owners=wish.owners,
        schemas=wish.schemas,
        name=_good_name(renamed(wish.rename, name)),
    )
    for overrides in (wish.overrides, wish.task_overrides.get(name)):
        definition = definition.with_overrides(overrides or {})
    definition.single_task().endpoints()
    return definition


def _good_name(name: str) -> str:
    if not name.strip() or name != name.strip() or _NOT_IN_NAMES.search(name):
        raise DefinitionError(
            f"{name!r} cannot be the new name: it is empty, or has blanks around it or line ends in it."
        )
    return name


def _missing(exported: Mapping[str, Definition], wish: Wish, places: Places) -> list[str]:
    """Problems with tasks that were asked for, and that the source does not have."""
    known = dict.fromkeys(str(task["name"]) for task in places.source_tasks)
    asked = {
        "task": [name for name in wish.names if not is_pattern(name)],
        "task with overrides": wish.task_overrides,
        "task with tables": wish.tables,
    }
    problems = [
        f"There is no {what} {name!r} on server {places.source}.{_hint(name, known)}"
        for what, names in asked.items()
        for name in names
        if name not in known
    ]
    if not exported and not problems:
        problems.append(f"No task on server {places.source} is chosen.")
    return problems


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _names_that_clash(made: Sequence[Promotion], places: Places) -> list[str]:
    """Problems with new names: two tasks with the same one, or one that would overwrite what is promoted."""
    by_name: dict[str, list[str]] = {}
    for promotion in made:
        by_name.setdefault(promotion.name, []).append(promotion.source)
    problems = [f"{_tasks(sources)} would all be {name!r}." for name, sources in by_name.items() if len(sources) > 1]
    if places.same:
        own = {promotion.source for promotion in made}
        problems += [
            f"{_tasks(sources)} would overwrite task {name!r} of the same server, which is promoted itself."
            for name, sources in by_name.items()
            if name in own
        ]
    return problems


def _missing_endpoints(made: Sequence[Promotion], wish: Wish, places: Places) -> list[str]:
    """Problems with endpoints that the tasks name, and that the target has not, or has in another role."""
    needed: dict[tuple[str, str], list[str]] = {}
    for promotion in made:
        endpoints = promotion.definition.single_task().endpoints()
        for role, name in (("source", endpoints.source), *(("target", name) for name in endpoints.targets)):
            needed.setdefault((role, name), []).append(promotion.source)
    # One whose role is not told may be either.
    roles = {str(endpoint["name"]): str(endpoint.get("role") or _EITHER[0]) for endpoint in places.endpoints}
    mapped = {new: old for old, new in wish.endpoints.items()}
    problems = []
    for (role, name), tasks in needed.items():
        there = roles.get(name)
        if there is None:
            came = f"endpoints maps {mapped[name]!r} to it" if name in mapped else "endpoints does not map it"
            problems.append(
                f"Server {places.target} has no {role} endpoint {name!r}, for {_tasks(tasks)} ({came})."
                + _hint(name, [other for other, its in roles.items() if its in (role.upper(), *_EITHER)])
            )
        elif there not in (role.upper(), *_EITHER):
            wrong = f"is a {there.lower()}, and {_tasks(tasks)} would have it as {role}"
            problems.append(f"Endpoint {name!r} of server {places.target} {wrong}.")
    return problems


def _notes(exported: Mapping[str, Definition], wish: Wish) -> list[str]:
    """What was given and is used for no task: one file of variables may serve many runs, so this is no problem."""
    tasks = [export.single_task() for export in exported.values()]
    owners = {key[0] for name in exported for entries in wish.tables.get(name, {}).values() for key in entries}
    used = {
        "endpoints": {name for task in tasks for name in task.named_endpoints},
        "owners": owners.union(*(owners_in(task, wish.owners) for task in tasks)),
        "schemas": {name for task in tasks for name in schemas_in(task, wish.schemas)},
        "task_overrides": set(exported),
        "tables": set(exported),
    }
    notes = []
    for label, names in used.items():
        unused = [name for name in getattr(wish, label) if name not in names]
        if unused:
            notes.append(f"No task that is promoted uses these of {label}: {', '.join(unused)}.")
    if wish.rename and not any(renamed(wish.rename, name) != name for name in exported):
        notes.append(f"rename: the pattern {wish.rename['pattern']!r} changes no name.")
    return notes + [warning for export in exported.values() for warning in unmapped_in(export, wish.owners)]


def _tasks(names: Sequence[str]) -> str:
    """Tasks as the subject of a sentence."""
    return f"{'task' if len(names) == 1 else 'tasks'} {', '.join(map(repr, names))}"
