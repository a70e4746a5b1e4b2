# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What cannot be right with a wish whose options could be read: the checks of the single planners, and of the whole.

A check is given what is known, and left out where what is :class:`.options.Open` would decide. Files of definitions and
licenses are read; no network. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from .._client.vocabulary import SELECTION_LISTS
from .._core.errors import AemError
from .._definition.document import Definition
from .._definition.secrets import UNUSABLE, is_unusable
from .._resource import acl, endpoint, endpoint_settings, server, table_selection, task_definition
from .._resource import license as licenses
from .model import EndpointWish, ServerWish, TaskWish
from .options import Open, Reader
from .place import Place

Wish = TypeVar("Wish", ServerWish, EndpointWish, TaskWish)
Found = Sequence[tuple[Place, Wish]]

_ON_A_SERVER = ("acl", "license", "endpoints", "tasks", "renamed_from")
_ON_A_TASK = ("tables", "run_state", "first_run", "renamed_from")
_NEED_A_DEFINITION = ("source_endpoint", "target_endpoint", "owners", "overrides", "with_endpoints", "ignore")


def check_servers(reader: Reader, found: Found[ServerWish]) -> None:
    """Note names that several servers have, now or before."""
    _check_names(reader, found)


def check_lists(reader: Reader, endpoints: Found[EndpointWish], tasks: Found[TaskWish]) -> None:
    """Note names that are there twice on a server, and tasks whose endpoints are to go."""
    _check_names(reader, endpoints)
    _check_names(reader, tasks)
    going = {str(wish.options["name"]).casefold() for _place, wish in endpoints if wish.absent}
    for place, wish in tasks if going else ():
        named = [] if wish.absent else sorted(_endpoints_of(reader, wish))
        for name in (name for name in named if name.casefold() in going):
            reader.note(place, f"needs endpoint {name}, which the list of endpoints declares absent.")


def check_server(reader: Reader, wish: ServerWish, place: Place) -> None:
    """Note what cannot be right with a server, its ACL and its license."""
    if wish.absent:
        for name in _given(wish, _ON_A_SERVER):
            reader.note(place.at(name), "does not go with state absent.")
        return
    _run(reader, place, server.check, wish.options)
    _check_usable(reader, wish.options["password"], place.at("password"))
    if wish.acl is not None:
        _run(reader, place.at("acl"), acl.check_names, wish.acl)
    if wish.license is not None and wish.license.get("content") is not None:
        _check_usable(reader, wish.license["content"], place.at("license", "content"))
    if wish.license is not None and not reader.has_open(wish.license):
        _run(reader, place.at("license"), licenses.text_of, wish.license)


def check_endpoint(reader: Reader, wish: EndpointWish, place: Place) -> None:
    """Note what cannot be right with an endpoint."""
    if wish.absent:
        if wish.renamed_from is not None:
            reader.note(place.at("renamed_from"), "does not go with state absent.")
        return
    _run(reader, place, endpoint.check, wish.options)
    for path, problem in endpoint_settings.unusable_secrets(wish.options["settings"]):
        reader.note(place.at("settings", *path), problem)


def check_task(reader: Reader, wish: TaskWish, place: Place) -> None:
    """Note what cannot be right with a task, its definition and its tables."""
    _run(reader, place, task_definition.How.from_options, wish.options)
    if not wish.options["name"]:
        reader.note(place.at("name"), "must not be empty.")
    if wish.absent:
        for name in _given(wish, _ON_A_TASK):
            reader.note(place.at(name), "does not go with state absent.")
        return
    for path, value, _is_secret in endpoint_settings.texts(wish.options["overrides"]):
        _check_usable(reader, value, place.at("overrides", *path))
    if not wish.has_definition:
        for name in _NEED_A_DEFINITION:
            if wish.options[name]:
                reader.note(place.at(name), "changes a definition; give definition or src too.")
    elif not reader.has_open(wish.options):
        _run(reader, place, TaskWish.check_definition, wish)
    for name in SELECTION_LISTS if wish.tables else ():
        given = reader.known((wish.tables or {})[name])
        _run(reader, place.at("tables"), partial(table_selection.given_entries, name), given)


def _check_names(reader: Reader, found: Sequence[tuple[Place, Any]]) -> None:
    """Note names that stand for two things, and renames that say no single thing. Case makes no difference."""
    first: dict[str, Place] = {}
    for place, wish in found:
        name = wish.options["name"]
        if isinstance(name, str) and first.setdefault(name.casefold(), place) is not place:
            reader.note(place.at("name"), f"{name!r} is given twice: it is that of {first[name.casefold()]} too.")
    before: dict[str, Place] = {}
    for place, wish in found:
        old = wish.renamed_from
        if not isinstance(old, str):
            continue
        where = place.at("renamed_from")
        if old.casefold() in first:
            reader.note(where, f"{old!r} is a name that {first[old.casefold()]} has.")
        elif before.setdefault(old.casefold(), place) is not place:
            reader.note(where, f"{old!r} cannot become two things: it is given for {before[old.casefold()]} too.")


def _endpoints_of(reader: Reader, wish: TaskWish) -> set[str]:
    """The endpoints that a task will name, as far as its options tell."""
    if wish.has_definition and not reader.has_open(wish.options):
        try:
            definition: Definition = wish.prepared().definition
        except AemError:
            return set()
        named = definition.single_task().endpoints()
        return {named.source, *named.targets}
    return {name for name in (wish.options["source_endpoint"], wish.options["target_endpoint"]) if name}


def _given(wish: ServerWish | TaskWish, names: Collection[str]) -> Iterator[str]:
    return (name for name in names if getattr(wish, name) is not None)


def _run(reader: Reader, place: Place, check: Callable[[Any], Any], options: Any) -> None:
    """Run the check of a planner on what is known; what it refuses is a problem."""
    if isinstance(options, Mapping) and reader.with_open:
        if any(isinstance(options.get(name), Open) for name in ("name", "server")):
            return
        options = {name: None if isinstance(value, Open) else reader.known(value) for name, value in options.items()}
    try:
        check(options)
    except AemError as error:
        # Most messages begin with the option that they are about.
        name, _space, told = error.message.partition(" ")
        is_named = isinstance(options, Mapping) and options.get(name) is not None
        reader.note(*((place.at(name), told) if is_named else (place, error.message)))


def _check_usable(reader: Reader, value: Any, place: Place) -> None:
    if isinstance(value, str) and is_unusable(value):
        reader.note(place, UNUSABLE)
