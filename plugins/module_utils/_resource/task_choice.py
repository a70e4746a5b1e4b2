# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Choosing tasks by name, pattern or tag, on one server or on several.

What chooses no task is a mistake, unless it is said to be none: a typing error must not pass for work that is done.
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
from .._core.select import chosen, fruitless, is_pattern, missing
from .foresight import seen, to_come, unless_made

_NAMES: dict[str, Any] = {"type": "list", "elements": "str"}
_BY = ("tasks", "tags", "exclude")
_ONE_SERVER = ("server", *_BY)

CHOICE_ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str"},
    **dict.fromkeys(_BY, _NAMES),
    "selection": {
        "type": "list",
        "elements": "dict",
        "options": {"server": {"type": "str", "required": True}, **dict.fromkeys(_BY, _NAMES)},
        "required_one_of": [_BY],
    },
    "allow_none": {"type": "bool", "default": False},
}
# For those modules that start and look at what somebody has written down, maybe long ago.
SKIP_ARGUMENT: dict[str, dict[str, Any]] = {"skip_missing": {"type": "bool", "default": False}}
CHOICE_EXCLUSIVE = [(option, "selection") for option in _ONE_SERVER]
CHOICE_RULES: dict[str, Any] = {
    "required_one_of": [("server", "selection"), (*_BY, "selection")],
    "mutually_exclusive": CHOICE_EXCLUSIVE,
}
# What a task is that an import has just made.
_NEW: Plain = {"state": "STOPPED", "stop_reason": "NONE", "message": "", "assigned_tags": []}
_ALLOW = "Set allow_none to true if there may be none."


@dataclass
class Selected:
    """The tasks that a module works on, and what it should warn of.

    ``to_come`` are those of the tasks that are not there yet, in check mode only.
    """

    tasks: list[Plain]
    warnings: list[str] = field(default_factory=list)
    to_come: list[Plain] = field(default_factory=list)


@dataclass(frozen=True)
class Choice:
    """Which tasks of a server are meant: by name or pattern, by tag, and which of them are not.

    Where tasks need not be ``known``, the names are those of tasks that may be there. With ``skip`` a name that no task
    has is left out with a warning. With ``allow_none`` what chooses no task is a warning and not an error.
    """

    server: str
    names: Sequence[str] | None = None
    tags: Sequence[str] | None = None
    exclude: Sequence[str] | None = None
    known: bool = True
    skip: bool = False
    allow_none: bool = False

    def of(self, tasks: Iterable[Plain]) -> list[Plain]:
        """Those of the tasks that are meant."""
        return matching(tasks, self.names, self.tags, self.exclude)

    def coming(self, names: Sequence[str] | None) -> list[Plain]:
        """Tasks of these names, patterns aside, as an import would have left them."""
        return [{**_NEW, "name": name} for name in names or () if not is_pattern(name)]

    def checked(self, api: Api, listed: Sequence[Plain]) -> Selected:
        """What is meant of the tasks that a server lists; raise Refused for names and patterns that no task has."""
        there, where = [task["name"] for task in listed], f" on server {self.server}"
        gone: list[str] = []
        warnings: list[str] = []
        if self.known and not self.skip:
            gone, warnings = to_come(api, "task", there, self.names, where)
            warnings = [*warnings, *to_come(api, "task", there, self.exclude, where)[1]]
        elif self.skip and missing(there, self.names):
            words = ", ".join(map(repr, missing(there, self.names)))
            warnings = [f"There is no task {words}{where} any more, so it is left out."]
        found, coming = self.of(listed), self.coming(gone)
        empty = self._empty()
        nothing = "" if empty else self._nothing(listed, bool(found or coming))
        if empty and not self._lenient:
            words = f"{' and '.join(empty)} is an empty list, so no task{where} is chosen."
            warnings = [*warnings, *unless_made(api, f"{words} {_ALLOW}")]
        elif nothing:
            warnings = [*warnings, *([nothing] if self._lenient else unless_made(api, f"{nothing} {_ALLOW}"))]
        return Selected([*found, *coming], warnings, coming)

    @property
    def _lenient(self) -> bool:
        return self.allow_none or self.skip

    def _empty(self) -> list[str]:
        """The lists that are empty, and so choose nothing; no names are none that must be known."""
        empty = {"tasks": self.known and self.names == [], "tags": self.tags == []}
        return [what for what, is_empty in empty.items() if is_empty]

    def _nothing(self, listed: Sequence[Plain], any_found: bool) -> str:
        """What chooses nothing, a part of the choice or all of it, in words; else an empty string."""
        where = f"on server {self.server}"
        tags = {tag for task in listed for tag in task["assigned_tags"]}
        there = [task["name"] for task in listed]
        nothing = {
            "tasks": fruitless(there, self.names),
            "tags": [tag for tag in self.tags or () if tag not in tags],
        }
        if any(nothing.values()):
            return f"No task {where} matches {_words(nothing)}."
        if any_found or self.skip or not self.known:
            return ""
        matches = (
            f"matches {_words({'tasks': self.names, 'tags': self.tags})}" if self.names or self.tags else "is left"
        )
        return f"No task {where} {matches}{f', without {_listed(self.exclude)}' if self.exclude else ''}."


def choose(api: Api, options: Mapping[str, Any], timeout: float = 0, known: bool = True) -> Selected:
    """The tasks that ``options`` (see CHOICE_ARGUMENTS) choose, each once, with the ``server`` that it is on.

    Servers are asked side by side. Tasks that are starting or stopping are waited for, up to ``timeout`` seconds. In
    check mode, names that no task has are those of tasks to come. For ``known`` and ``skip_missing`` see Choice.
    """
    selection = options["selection"]
    rules = {
        "known": known,
        "skip": bool(options.get("skip_missing")),
        "allow_none": bool(options.get("allow_none")),
    }
    parts: Sequence[Mapping[str, Any]] = [options] if selection is None else selection
    choices = [
        Choice(part["server"], part.get("tasks"), part.get("tags"), part.get("exclude"), **rules) for part in parts
    ]
    found = all_of(lambda choice: select(api, choice, timeout), choices, api.session.connection.concurrency)
    warnings = [warning for part in found for warning in part.warnings]
    if not choices and known and not (rules["skip"] or rules["allow_none"]):
        warnings += unless_made(api, f"selection is an empty list, so no task is chosen. {_ALLOW}")
    return Selected(
        _once(task for part in found for task in part.tasks),
        warnings,
        _once(task for part in found for task in part.to_come),
    )


def select(api: Api, choice: Choice, timeout: float = 0) -> Selected:
    """The tasks of one server that are meant, each with that ``server``, as for :func:`choose`."""
    listed, warnings = seen(api, lambda: api.get_task_list(choice.server), choice.server)
    if listed is None:
        found = Selected(choice.coming(choice.names), warnings)
        found.to_come = found.tasks
    else:
        found = choice.checked(api, listed)
    if not _are_settled(found.tasks):
        tasks, _in_time = wait_until(lambda: choice.of(api.get_task_list(choice.server)), _are_settled, timeout)
        found.tasks = [*tasks, *found.to_come]
    with_server = {"server": choice.server}
    return Selected(
        [{**with_server, **task} for task in found.tasks],
        found.warnings,
        [{**with_server, **task} for task in found.to_come],
    )


def matching(
    tasks: Iterable[Plain],
    names: Sequence[str] | None,
    tags: Sequence[str] | None,
    exclude: Sequence[str] | None = None,
) -> list[Plain]:
    """Those tasks that have one of the names or match a pattern, have one of the tags, and are not in ``exclude``.

    None leaves all. Names are found whatever their case, patterns are not.
    """
    listed = list(tasks)
    everything = [task["name"] for task in listed]
    left = chosen(everything, exclude or ())
    named = set(chosen(everything, names)).difference(left)
    return [
        task
        for task in listed
        if task["name"] in named and (tags is None or set(tags).intersection(task["assigned_tags"]))
    ]


def _are_settled(tasks: Iterable[Plain]) -> bool:
    return not any(task["state"] in TASK_ON_THE_WAY for task in tasks)


def _once(tasks: Iterable[Plain]) -> list[Plain]:
    """Each task once, also where its server was named twice, in another case."""
    kept: dict[tuple[str, str], Plain] = {}
    for task in tasks:
        kept.setdefault((task["server"].casefold(), task["name"]), task)
    return list(kept.values())


def _words(wanted: Mapping[str, Sequence[str] | None]) -> str:
    return " and ".join(f"{what} {_listed(words)}" for what, words in wanted.items() if words)


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
