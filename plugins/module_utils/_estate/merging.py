# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One definition out of all that is said of a task: ``definition``, then ``owners``, ``overrides`` and ``tables``.

Each beats the one before it, so a setting has one writer. All functions are pure, but that a file of a definition is
read. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .._client.normalise import Plain
from .._client.vocabulary import SELECTION_KEYS
from .._definition import secrets
from .._definition.document import Definition
from .._definition.task import Task
from .._definition.tree import with_value
from .._resource import table_selection
from .._resource.endpoint_settings import ROOT
from .._resource.task_definition import Prepared
from .model import EndpointWish, TaskWish

_SOURCE_TABLES = ("source", "source_tables")


def prepared(wish: TaskWish, endpoints: Sequence[EndpointWish] | None) -> Prepared:
    """The definition of a task as it is to be imported.

    An endpoint that stands in it and in the list of ``endpoints`` too is that of the list. Raise Refused for what
    cannot be imported.
    """
    found = wish.prepared()
    definition = found.definition
    if definition.endpoints and endpoints:
        listed = {endpoint.name.casefold() for endpoint in endpoints}
        kept = [item for item in definition.endpoints if item["name"].casefold() not in listed]
        definition = definition.with_sections(databases=kept) if kept else definition.without_endpoints()
    if wish.tables is not None:
        definition = with_tables(definition, wish.tables)
    return found._replace(definition=definition)


def with_tables(definition: Definition, options: Mapping[str, Any]) -> Definition:
    """The definition with the tables of ``options``, those of aem_task_tables; a list that is left out stays.

    With ``purge`` a list is exactly what is given, without it what the definition has stays too.
    """
    task = definition.single_task()
    selection = dict(task.data["source"]["source_tables"])
    for name, present in task.tables.items():
        given = table_selection.given_entries(name, options.get(name))
        if given is not None:
            entries = table_selection.wanted(given, present, options.get("purge", True))
            selection[name] = [_without_defaults(entry) for entry in entries]
    return definition.with_task(with_value(task.data, _SOURCE_TABLES, selection))


def with_masked_secrets(definition: Definition, endpoints: Collection[str]) -> Definition:
    """The definition with masks in place of the secrets of those endpoints: what is masked stays."""
    if not endpoints:
        return definition
    masked = [
        {**item, ROOT: secrets.masked(item.get(ROOT) or {})} if item["name"] in endpoints else item
        for item in definition.endpoints
    ]
    return definition.with_sections(databases=masked)


def selection_of(task: Task) -> dict[str, list[Plain]]:
    """The tables of a task of an export, in the form of GetTaskTableSelection."""
    return {name: [_selected(entry) for entry in entries] for name, entries in task.tables.items()}


def sorted_selection(selection: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Plain]]:
    """A selection in the form in which two are compared."""
    return {
        name: sorted((_selected(entry) for entry in selection[name]), key=lambda entry: (entry["owner"], entry["name"]))
        for name in sorted(selection)
    }


def _selected(entry: Mapping[str, Any]) -> Plain:
    full = {**table_selection.DEFAULTS, **entry}
    return {key: full[key] for key in SELECTION_KEYS}


def _without_defaults(entry: Mapping[str, Any]) -> Plain:
    defaults = table_selection.DEFAULTS
    return {key: value for key, value in entry.items() if key not in defaults or value != defaults[key]}
