# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing tasks by name, pattern or tag, on one server or on several.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import TASK_ON_THE_WAY
from .._core.concurrent import all_of, wait_until
from .._core.select import as_spelled, chosen, missing, refuse_missing

_NAMES: dict[str, Any] = {"type": "list", "elements": "str"}
_ONE_SERVER = ("server", "tasks", "tags")

CHOICE_ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str"},
    "tasks": _NAMES,
    "tags": _NAMES,
    "selection": {
        "type": "list",
        "elements": "dict",
        "options": {"server": {"type": "str", "required": True}, "tasks": _NAMES, "tags": _NAMES},
        "required_one_of": [("tasks", "tags")],
    },
}
# For those modules that start and look at what somebody has written down, maybe long ago.
SKIP_ARGUMENT: dict[str, dict[str, Any]] = {"skip_missing": {"type": "bool", "default": False}}
CHOICE_EXCLUSIVE = [(option, "selection") for option in _ONE_SERVER]
CHOICE_RULES: dict[str, Any] = {
    "required_one_of": [("server", "selection"), ("tasks", "tags", "selection")],
    "mutually_exclusive": CHOICE_EXCLUSIVE,
}


@dataclass
class Selected:
    """The tasks that a module works on, and what it should warn of."""

    tasks: list[Plain]
    warnings: list[str] = field(default_factory=list)


def choose(api: Api, options: Mapping[str, Any], timeout: float = 0, known: bool = True) -> Selected:
    """The tasks that ``options`` (see CHOICE_ARGUMENTS) choose, each once, with the ``server`` that it is on.

    Servers are asked side by side. ``timeout`` and ``known`` are as for :func:`select`, and with ``skip_missing`` among
    the options a name that no task has is left out with a warning.
    """
    skip = bool(options.get("skip_missing"))
    selection = options["selection"]
    parts = [{name: options[name] for name in _ONE_SERVER}] if selection is None else selection

    def of_part(part: Mapping[str, Any]) -> Selected:
        found = select(api, part["server"], part.get("tasks"), part.get("tags"), timeout, known, skip)
        return Selected([{"server": part["server"], **task} for task in found.tasks], found.warnings)

    found = all_of(of_part, parts, api.session.connection.concurrency)
    once = {(task["server"], task["name"]): task for part in found for task in part.tasks}
    return Selected(list(once.values()), [warning for part in found for warning in part.warnings])


def select(
    api: Api,
    server: str,
    names: Sequence[str] | None,
    tags: Sequence[str] | None,
    timeout: float = 0,
    known: bool = True,
    skip: bool = False,
) -> Selected:
    """The tasks of a server that have one of the names (or match one of the patterns) and one of the tags.

    Tasks that are starting or stopping are waited for, up to ``timeout`` seconds. Raise Refused for a name that no
    task has, unless not all of them need be ``known``, or those that are not are to be told and left out (``skip``).
    """

    def look() -> list[Plain]:
        return matching(api.get_task_list(server), names, tags)

    def settled(tasks: list[Plain]) -> bool:
        return not any(task["state"] in TASK_ON_THE_WAY for task in tasks)

    everything = api.get_task_list(server)
    there = [task["name"] for task in everything]
    # The server finds names whatever their case, but commands want its own spelling.
    names = as_spelled(there, names)
    gone = missing(there, names) if skip else []
    if known and not skip:
        refuse_missing("task", there, names, f" on server {server}")
    found = matching(everything, names, tags)
    if not settled(found):
        found = wait_until(look, settled, timeout)[0]
    if gone:
        words = f"There is no task {', '.join(map(repr, gone))} on server {server} any more, so it is left out."
        return Selected(found, [words])
    if found or not known:
        return Selected(found)
    wanted = " and ".join(f"{what} {', '.join(given)}" for what, given in (("tasks", names), ("tags", tags)) if given)
    return Selected([], [f"No task on server {server} matches {wanted}."])


def matching(tasks: Iterable[Plain], names: Sequence[str] | None, tags: Sequence[str] | None) -> list[Plain]:
    """Those tasks that have one of the names or match a pattern, and have one of the tags; None leaves all.

    Names are found whatever their case, patterns are not.
    """
    listed = list(tasks)
    there = [task["name"] for task in listed]
    named = set(chosen(there, as_spelled(there, names)))
    return [
        task
        for task in listed
        if task["name"] in named and (tags is None or set(tags).intersection(task["assigned_tags"]))
    ]
