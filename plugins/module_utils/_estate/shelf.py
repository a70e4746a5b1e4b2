# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions that were read of files and checked, kept for when they are planned, as many as are good for the memory.

They are kept packed: a tenth of the size, and unpacked in a tenth of the time that reading and checking takes.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import marshal

from .._definition.document import Definition
from .._resource.task_definition import Prepared

# In bytes. Ten thousand tasks of a few kilobytes fit; of larger ones, those that come last are read again.
ROOM = 48 * 1024 * 1024


def packed(prepared: Prepared) -> bytes | None:
    """A definition as it is kept; None where it is more than plain data."""
    try:
        return marshal.dumps((prepared.definition.data, prepared.warnings, prepared.hint))
    except ValueError:
        return None


class Shelf:
    """Holds what is to be imported by the place of the wish. Only one thread may put; any number may look up."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._packed: dict[str, bytes] = {}

    def put(self, place: str, packed: bytes | None) -> None:
        """Keep what was ``packed``, if there is room; None is nothing."""
        if packed is not None and len(packed) <= self._room:
            self._room -= len(packed)
            self._packed[place] = packed

    def __contains__(self, place: str) -> bool:
        """Whether anything is kept there."""
        return place in self._packed

    def look_up(self, place: str) -> Prepared | None:
        """What is kept there, None where there is nothing."""
        packed = self._packed.get(place)
        if packed is None:
            return None
        data, warnings, hint = marshal.loads(packed)
        return Prepared(Definition(data), warnings, hint)
