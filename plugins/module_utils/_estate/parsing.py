# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a user gives to the wish for an estate. All that can be wrong with it is told at once, before any request.

Options are read as the single modules read them, and checked by the checks of their planners. A value that is
:class:`.options.Open` is not known yet: it is passed over, and so is a check that would need it.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from .._core.errors import AemError, Refused
from .._core.processes import shared_out
from . import checks, shelf
from . import spec as specs
from .checks import Wish
from .model import EndpointWish, Problem, ServerWish, TaskWish
from .options import Open, Options, Reader
from .place import Place
from .shelf import Shelf

_OF_SERVER = ("renamed_from", "acl", "license", "endpoints", "tasks")
_OF_ENDPOINT = ("renamed_from",)
_OF_TASK = ("tables", "run_state", "first_run", "renamed_from")
_LIST = {"type": "list", "elements": "dict"}

# What is in the lists is read item by item, so that each item can be told by its name.
_SERVERS = Options.of({"servers": {**_LIST, "required": True}})
_SERVER = Options.of({**specs.SERVER, "endpoints": _LIST, "tasks": _LIST})
_ENDPOINT = Options.of(specs.ENDPOINT)
_TASK = Options.of(specs.TASK, specs.TASK_RULES)
# What is a name stands in quotes where YAML would take it for something else: "no", "1.10".
_NAMES = ("name", "renamed_from", "source_endpoint", "target_endpoint")
_MOST_TOLD = 20


@dataclass(frozen=True)
class _Thing(Generic[Wish]):
    """A thing as far as it could be read, where it stands, and whether all of it could be read."""

    place: Place
    wish: Wish
    is_right: bool


@dataclass(frozen=True)
class _Server(_Thing[ServerWish]):
    """A server and what is on it, with the reader that notes the problems with all of these."""

    endpoints: Sequence[_Thing[EndpointWish]]
    tasks: Sequence[_Thing[TaskWish]]
    reader: Reader


def parse(servers: Any, with_open: bool = False) -> tuple[tuple[ServerWish, ...], tuple[Problem, ...]]:
    """The wish that ``servers``, a list of servers as spec.SERVER says, holds, and all problems with it.

    What has problems is in the wish only as far as it could be read: with any problem, nothing may be done. Without
    ``with_open``, nothing in it is Open.
    """
    first, last, kept = Reader(with_open), Reader(with_open), Shelf()
    given = first.read(_SERVERS, {"servers": servers}, Place())["servers"]
    found = [_server(Reader(with_open), item, place, kept) for place, item in _things(Place(), "servers", given)]
    _work_out((task for server in found for task in _of_files(server)), kept)
    for server in found:
        _check(server)
    checks.check_servers(last, [(server.place, server.wish) for server in found])
    readers = (first, *(server.reader for server in found), last)
    return tuple(server.wish for server in found), tuple(problem for one in readers for problem in one.problems)


def refusal(problems: Sequence[Problem]) -> Refused:
    """Problems as one refusal."""
    told = [f"- {problem}" for problem in problems[:_MOST_TOLD]]
    if len(problems) > _MOST_TOLD:
        told.append(f"- and {len(problems) - _MOST_TOLD} more")
    counted = "a problem" if len(problems) == 1 else f"{len(problems)} problems"
    return Refused("\n".join([f"Nothing was changed. The estate has {counted}:", *told]))


def _things(place: Place, kind: str, given: Any) -> list[tuple[Place, Mapping[str, Any]]]:
    """The things of a list that are known, each with its place."""
    items = given if isinstance(given, list) else []
    return [(place.thing(kind, number, item), item) for number, item in enumerate(items) if not isinstance(item, Open)]


def _server(reader: Reader, given: Mapping[str, Any], place: Place, kept: Shelf) -> _Server:
    values, is_right = _read(reader, _SERVER, given, place)
    name = values["name"]
    endpoints = [_endpoint(reader, item, name, at) for at, item in _things(place, "endpoints", values["endpoints"])]
    tasks = [_task(reader, item, name, at, kept) for at, item in _things(place, "tasks", values["tasks"])]
    wish = ServerWish(
        name=name,
        options=_own(values, _OF_SERVER),
        given=frozenset(key for key, value in given.items() if value is not None),
        acl=_nested(values["acl"], server=name),
        license=_nested(values["license"], server=name),
        endpoints=tuple(item.wish for item in endpoints) if isinstance(values["endpoints"], list) else None,
        tasks=tuple(item.wish for item in tasks) if isinstance(values["tasks"], list) else None,
        renamed_from=values["renamed_from"],
        place=str(place),
    )
    return _Server(place, wish, is_right, endpoints, tasks, reader)


def _endpoint(reader: Reader, given: Mapping[str, Any], server: Any, place: Place) -> _Thing[EndpointWish]:
    values, is_right = _read(reader, _ENDPOINT, given, place)
    wish = EndpointWish({"server": server, **_own(values, _OF_ENDPOINT)}, values["renamed_from"], str(place))
    return _Thing(place, wish, is_right)


def _task(reader: Reader, given: Mapping[str, Any], server: Any, place: Place, kept: Shelf) -> _Thing[TaskWish]:
    values, is_right = _read(reader, _TASK, given, place)
    wish = TaskWish(
        options={"server": server, **_own(values, _OF_TASK)},
        tables=_nested(values["tables"], server=server, task=values["name"]),
        run_state=values["run_state"],
        first_run=values["first_run"],
        renamed_from=values["renamed_from"],
        place=str(place),
        shelf=kept,
    )
    return _Thing(place, wish, is_right)


def _of_files(server: _Server) -> Iterable[TaskWish]:
    """The tasks of a server whose definitions come from files, as far as all of them is known."""
    for task in server.tasks:
        wish = task.wish
        if task.is_right and wish.is_of_file and not wish.absent and not server.reader.has_open(wish.options):
            yield wish


def _work_out(wishes: Iterable[TaskWish], kept: Shelf) -> None:
    """Work definitions out that come from files, side by side, and keep them for the checks, and for the plan."""
    waiting = list(wishes)
    for wish, packed in zip(waiting, shared_out(_packed, waiting, shelf.ROOM)):
        kept.put(wish.place, packed)


def _packed(wish: TaskWish) -> bytes | None:
    """A definition as it is kept; None where there is none, of which the check will tell."""
    try:
        return shelf.packed(wish.prepared())
    except AemError:
        return None


def _check(server: _Server) -> None:
    """Note what cannot be right with a server and what is on it, of what could be read."""
    reader = server.reader
    for endpoint in server.endpoints:
        if endpoint.is_right:
            checks.check_endpoint(reader, endpoint.wish, endpoint.place)
    for task in server.tasks:
        if task.is_right:
            checks.check_task(reader, task.wish, task.place)
    if server.is_right:
        checks.check_server(reader, server.wish, server.place)
    checks.check_lists(
        reader,
        [(endpoint.place, endpoint.wish) for endpoint in server.endpoints],
        [(task.place, task.wish) for task in server.tasks],
    )


def _read(reader: Reader, options: Options, given: Mapping[str, Any], place: Place) -> tuple[dict[str, Any], bool]:
    """The options of one thing, and whether all of them could be read."""
    before = len(reader.problems)
    values = reader.read(options, given, place)
    for key in _NAMES:
        if isinstance(given.get(key), (bool, float)):
            reader.note(place.at(key), f"is {given[key]}, which YAML makes of a word without quotes. Put it in quotes.")
    return values, len(reader.problems) == before


def _own(values: Mapping[str, Any], without: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in without}


def _nested(values: Any, **above: Any) -> dict[str, Any] | None:
    return {**above, **values} if isinstance(values, dict) else None
