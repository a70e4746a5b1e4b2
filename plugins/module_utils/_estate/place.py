# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in a wish something stands, for messages, and as the keys that lead there.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Union

# The keys and numbers that lead somewhere.
Path = tuple[Union[str, int], ...]


@dataclass(frozen=True)
class Place:
    """A place, as ``servers[3] repl-prd-1, tasks[2] ERP to DW: tables.included_pattern[0].name``.

    ``things`` says the part before the colon: lists of things that have names; ``path`` leads there, and ``within`` on
    from there.
    """

    things: str = ""
    path: Path = ()
    within: Path = ()

    def thing(self, kind: str, number: int, item: Any) -> Place:
        """The place of one of a list of things with names."""
        name = item.get("name") if isinstance(item, dict) else None
        label = f"{kind}[{number}] {name}" if isinstance(name, (str, int)) else f"{kind}[{number}]"
        return Place(f"{self.things}, {label}" if self.things else label, (*self.path, kind, number))

    def at(self, *keys: str | int) -> Place:
        """A place further within."""
        return Place(self.things, self.path, (*self.within, *keys))

    @property
    def full_path(self) -> Path:
        """All that leads here."""
        return (*self.path, *self.within)

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.things, path_told(self.within))))


def path_told(path: Path) -> str:
    """Keys and numbers as text: ``tables.included_pattern[0].name``."""
    told = ""
    for key in path:
        told += f"[{key}]" if isinstance(key, int) else f".{key}" if told else key
    return told
