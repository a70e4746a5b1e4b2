# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of a definition: what it is called, the endpoints and the tables that it names.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .references import SOURCE_PLACES, TARGET_NAMES, TARGET_PLACES, of_thing
from .tree import DefinitionError, Plain, listed, value_at

# The names that stand in each place.
Places = dict[tuple[str, ...], list[Any]]

# What identifies a task on its server, and on no other.
UUID = ("task_settings", "common_settings", "task_uuid")
TABLE_LISTS = ("explicit_included_tables", "included_pattern", "excluded_pattern")


class TaskEndpoints(NamedTuple):
    """The endpoints that a task names."""

    source: str
    targets: list[str]


@dataclass(frozen=True)
class Task:
    """A task as an export has it. ``data`` is shared with its definition, and never changed."""

    data: Plain = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the task."""
        return str(value_at(self.data, ("task", "name")))

    def endpoints(self) -> TaskEndpoints:
        """The source and the targets of the task.

        Raises DefinitionError unless all seven places where a task names them are there and agree; an import would
        fail with AEM_IMPORT_TASK_ENDPOINT_DIFFER.
        """
        sources: Places = {place: [value_at(self.data, place)] for place in SOURCE_PLACES}
        targets: Places = {TARGET_NAMES: listed(value_at(self.data, TARGET_NAMES))}
        for place in TARGET_PLACES:
            targets[("targets[]", *place)] = [value_at(item, place) for item in listed(self.data.get("targets"))]
        source = self._agreed("source", sources)
        return TaskEndpoints(source[0], self._agreed("target", targets))

    @property
    def named_endpoints(self) -> list[str]:
        """Every name that the task gives for an endpoint, once, whether its seven places agree or not."""
        return list(dict.fromkeys(found.name for found in of_thing("tasks", self.data)))

    @property
    def tables(self) -> dict[str, list[Plain]]:
        """The table selection: the tables, or patterns, of each of the TABLE_LISTS, empty ones too."""
        selection = value_at(self.data, ("source", "source_tables"))
        return {name: listed(value_at(selection, (name,))) for name in TABLE_LISTS}

    def _agreed(self, role: str, places: Places) -> list[str]:
        """The names that stand in all of the ``places``, in the order of the first."""
        first, wanted = next(iter(places.items()))
        for place, names in places.items():
            if place != first and names == wanted:
                continue
            if not names or not all(isinstance(name, str) and name for name in names):
                raise DefinitionError(f"Task {self.name!r} names no {role} endpoint in {'.'.join(place)}.")
            if sorted(names) != sorted(wanted):
                raise DefinitionError(
                    f"Task {self.name!r} names its {role} endpoint differently: {', '.join(map(repr, wanted))} in "
                    f"{'.'.join(first)}, {', '.join(map(repr, names))} in {'.'.join(place)}."
                )
        return list(wanted)
