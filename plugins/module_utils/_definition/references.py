# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in a definition a task or an endpoint is named: one list, for all who rename, miss, remove or start one.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from .tree import listed, value_at, with_value

TASK = "task"
ENDPOINT = "endpoint"
# Stands for each item of a list.
EACH = "[]"
NOTIFICATIONS = "notifications"
# Where newer servers have the notifications.
NOTIFICATIONS_LIST = "notifications_list"
# Before the name of the endpoint whose credentials are taken.
CREDENTIALS_OF = "ref:"

SOURCE_PLACES = (
    ("task", "source_name"),
    ("source", "rep_source", "source_name"),
    ("source", "rep_source", "database_name"),
    ("source", "source_tables", "name"),
)
TARGET_NAMES = ("task", "target_names")
TARGET_PLACES = (("rep_target", "target_name"), ("rep_target", "database_name"))
STAGING_TASK = ("db_settings", "logstreamstagingtask")


class Place(NamedTuple):
    """A place in a thing of a section; ``kind`` says what is named there, ``prefix`` what stands before the name."""

    kind: str
    path: tuple[str, ...]
    prefix: str = ""


class Reference(NamedTuple):
    """That a thing names another one: the kind and the name of that, and where it is named, in words and as a path."""

    kind: str
    name: str
    section: str
    by: str
    path: tuple[str, ...]


PLACES: dict[str, tuple[Place, ...]] = {
    "tasks": (
        *(Place(ENDPOINT, path) for path in SOURCE_PLACES),
        Place(ENDPOINT, (*TARGET_NAMES, EACH)),
        *(Place(ENDPOINT, ("targets", EACH, *path)) for path in TARGET_PLACES),
    ),
    "databases": (
        Place(ENDPOINT, ("db_settings", "backend_db")),
        Place(ENDPOINT, ("db_settings", "username"), CREDENTIALS_OF),
        Place(TASK, STAGING_TASK),
    ),
    "scheduler": (Place(TASK, ("task",)),),
    # In old exports a notification may name one task without a list.
    NOTIFICATIONS: (Place(TASK, ("tasks", EACH)), Place(TASK, ("tasks",))),
}
# Where in a section its things stand, if not at once.
_LISTS = {"scheduler": "jobs", NOTIFICATIONS: NOTIFICATIONS_LIST}


def things(section: str, content: Any) -> list[Any]:
    """The things of a section: tasks, endpoints, jobs, or notifications, which old servers have as a list at once."""
    return listed(content.get(_LISTS.get(section, "")) if isinstance(content, dict) else content)


def with_things(section: str, content: Any, items: list[Any]) -> Any:
    """The content of a section with other things in it."""
    return {**content, _LISTS[section]: items} if isinstance(content, dict) else items


def label(section: str, thing: Any) -> str:
    """What a thing of a section is called."""
    return str(value_at(thing, ("task", "name") if section == "tasks" else ("name",)))


def references(sections: Mapping[str, Any]) -> Iterator[Reference]:
    """All that is named in the sections of a definition, in their order, as often as it is."""
    for section in PLACES:
        for thing in things(section, sections.get(section)):
            yield from of_thing(section, thing)


def of_thing(section: str, thing: Any) -> Iterator[Reference]:
    """All that one thing of a section names."""
    for kind, path, prefix in PLACES[section]:
        for value in _values(thing, path):
            if isinstance(value, str) and value.startswith(prefix) and value != prefix:
                yield Reference(kind, value[len(prefix) :], section, label(section, thing), path)


def renamed(section: str, thing: Any, names: Mapping[str, Mapping[str, str]]) -> Any:
    """A thing that names others by their new names; ``names`` are maps of old to new names, by kind."""
    for kind, path, prefix in PLACES[section]:
        if names.get(kind):
            new = {prefix + old: prefix + name for old, name in names[kind].items()}
            thing = _renamed_at(thing, path, new)
    return thing


def waves(sections: Mapping[str, Any], tasks: Collection[str]) -> list[list[str]]:
    """The tasks in the order in which they are to be started, side by side within a wave; stopped in reverse.

    A task whose source is a log stream comes after the task that writes that. Those that wait for each other in a
    circle come last.
    """
    writer = {
        label("databases", item): value_at(item, STAGING_TASK)
        for item in things("databases", sections.get("databases"))
    }
    waits_for = {
        label("tasks", task): {writer.get(str(name)) for path in SOURCE_PLACES for name in _values(task, path)}
        for task in things("tasks", sections.get("tasks"))
    }
    left = list(dict.fromkeys(tasks))
    found: list[list[str]] = []
    while left:
        ready = [name for name in left if not (waits_for.get(name, set()) - {name}).intersection(left)] or left
        found.append(ready)
        left = [name for name in left if name not in ready]
    return found


def _values(tree: Any, path: tuple[str, ...]) -> list[Any]:
    if EACH not in path:
        value = value_at(tree, path)
        return [] if value is None else [value]
    at = path.index(EACH)
    return [value for item in listed(value_at(tree, path[:at])) for value in _values(item, path[at + 1 :])]


def _renamed_at(tree: Any, path: tuple[str, ...], names: Mapping[str, str]) -> Any:
    """``tree`` with the name at ``path`` exchanged; the same object where there is nothing to exchange."""
    if not path:
        return names.get(tree, tree) if isinstance(tree, str) else tree
    if path[0] == EACH:
        items = [_renamed_at(item, path[1:], names) for item in listed(tree)]
        changed = any(new is not old for new, old in zip(items, listed(tree)))
        return items if changed else tree
    old = value_at(tree, path[:1])
    new = _renamed_at(old, path[1:], names)
    return tree if new is old else with_value(tree, path[:1], new)
