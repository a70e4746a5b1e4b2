# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The log of requests, to be read back."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

MOST_ENTRIES = 100_000
LONGEST_BODY = 100_000


@dataclass(slots=True)
class Entry:
    """One request. ``path`` is the raw request target, ``query`` decoded once; secrets are masked.

    ``api_method`` is None where there was no route; ``session`` is a label, never a token; ``fault`` the kind of the
    fault that met the request; ``done`` whether its work was carried out, be the answer lost or not.
    """

    number: int
    api_method: str | None
    http: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    status: int = 0
    error_code: str | None = None
    session: str | None = None
    user: str | None = None
    writes: bool = False
    done: bool = False
    fault: str | None = None
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


class RequestLog:
    """The last entries, in the order in which the requests came."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)
        self._count = 0

    def begin(self, http: str, path: str) -> Entry:
        """A new entry, to be filled as the request is worked on."""
        self._count += 1
        entry = Entry(self._count, None, http, path)
        self._entries.append(entry)
        return entry

    def entries(self) -> list[dict[str, Any]]:
        """All entries as plain data."""
        return [entry.as_dict() for entry in self._entries]

    def clear(self) -> None:
        """Forget all entries; numbers begin anew."""
        self._entries.clear()
        self._count = 0
