# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request that is to be made, and what it is about in words.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from .._core.errors import Refused

JSON = "json"
TEXT = "text"
NOTHING = "nothing"

_THINGS = {"tasks": "task", "endpoints": "endpoint"}


@dataclass(frozen=True)
class Call:
    """One request to be made.

    ``path`` holds the segments after the API's base and ``query`` the parameters, neither encoded yet; a parameter
    that is None is left out. ``blocks`` is how many seconds the server may take on purpose before it answers.
    A ``repeatable`` call does no harm when it is sent again after a lost answer. ``session`` binds the call to the
    session of that number. ``answer`` is what comes back: JSON, TEXT or NOTHING.
    """

    api_method: str
    http: str
    path: tuple[str, ...]
    query: Mapping[str, Any] = field(default_factory=dict)
    body: str | None = None
    answer: str = JSON
    writes: bool = False
    repeatable: bool = True
    blocks: float = 0
    session: int | None = None

    def target(self) -> str:
        """Path and query, each value percent-encoded once, every reserved character included.

        Raise Refused for a name that no address can hold.
        """
        wrong = next((segment for segment in self.path if segment in ("", ".", "..")), None)
        if wrong is not None:
            raise Refused(f"{self.api_method}: {wrong!r} is a name that no address can hold.")
        path = "/".join(self._encoded(segment) for segment in self.path)
        given = {key: value for key, value in self.query.items() if value is not None}
        query = "&".join(f"{key}={self._encoded(_word(value))}" for key, value in given.items())
        return f"{path}?{query}" if query else path

    def content(self) -> bytes | None:
        """The body as it travels; raise Refused for text that is not Unicode. A GET has none."""
        if self.http == "GET":
            return None
        try:
            return (self.body or "").encode()
        except UnicodeEncodeError as error:
            raise Refused(f"{self.api_method}: half a surrogate pair is no text that can be sent.") from error

    def about(self) -> str:
        """What the call is about, such as ``task T on server S``; empty where that is Enterprise Manager itself."""
        if len(self.path) < 2 or self.path[0] != "servers":
            return ""
        server = f"server {self.path[1]}"
        thing = _THINGS.get(self.path[2]) if len(self.path) > 3 else None
        return f"{thing} {self.path[3]} on {server}" if thing else server

    def _encoded(self, value: str) -> str:
        try:
            return quote(value, safe="")
        except UnicodeEncodeError as error:
            raise Refused(f"{self.api_method}: {value!r} holds half a surrogate pair, so it is no name.") from error


def _word(value: Any) -> str:
    """A query value as it travels: booleans in lower case."""
    return str(value).lower() if isinstance(value, bool) else str(value)
