# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at tasks again and again, and tells what happened; remembers it across restarts where a file is named.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .._client.api import Api
from .._client.http import Session
from .._client.normalise import Plain
from .._core.errors import AemError, Refused
from .._core.files import read_text, write_atomically
from .task_watch import Watch, events, look, remembered

ENTERPRISE_MANAGER = "enterprise_manager"
_FORMAT = 1


class Watcher:
    """One Enterprise Manager that is watched.

    ``connect`` makes a session. ``memory_file`` is where the memory is kept, None to keep it in this process only.
    Raises Refused for a file that holds something else.
    """

    def __init__(self, connect: Callable[[], Session], watch: Watch, memory_file: str | None = None) -> None:
        self._connect = connect
        self._watch = watch
        self._file = memory_file
        self._session: Session | None = None
        self._next: Plain = {}
        # Servers that were there once. A name that is none of them is a mistake.
        self._known: set[str] = set()
        self._memory: Plain = {"format": _FORMAT, "answers": True, "servers": None, **_read(memory_file)}

    def step(self) -> list[Plain]:
        """Look once; what happened since the last look. It counts as told after :meth:`told` only.

        An Enterprise Manager that does not answer is an event, once; so is one that answers again. Raises Refused for
        what no further look would mend: a name in ``servers`` that no server has had since this began.
        """
        before = self._memory["servers"]
        self._known.update(before or ())
        try:
            now = look(self._api(), self._watch, self._known)
        except Refused:
            raise
        except AemError as error:
            self.close()
            self._next = {**self._memory, "answers": False}
            return [_answers(False, error.message)] if self._memory["answers"] else []
        self._next = {**self._memory, "answers": True, "servers": remembered(before, now)}
        back = [] if self._memory["answers"] else [_answers(True, "")]
        return [*back, *events(before, now, self._watch)]

    def told(self) -> None:
        """The events of the last step were handed on: remember them. Raises Refused where that cannot be written."""
        if self._file and self._next != self._memory:
            write_atomically(self._file, json.dumps(self._next, ensure_ascii=False))
        self._memory = self._next

    def close(self) -> None:
        """End the session; the next step begins another."""
        if self._session:
            self._session.close()
            self._session = None

    def _api(self) -> Api:
        if not self._session:
            self._session = self._connect()
        return Api(self._session)


def _answers(does: bool, message: str) -> Plain:
    before, after = ("UNREACHABLE", "REACHABLE") if does else ("REACHABLE", "UNREACHABLE")
    return {"event": ENTERPRISE_MANAGER, "before": before, "after": after, "message": message}


def _read(path: str | None) -> Mapping[str, Any]:
    """The memory that a file holds; nothing where there is no such file yet."""
    if not path:
        return {}
    try:
        text = read_text(path)
    except Refused as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return {}
        raise
    try:
        memory = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} is not a memory of events: {error}. Name another file, or remove this one.") from error
    if not isinstance(memory, dict) or memory.get("format") != _FORMAT or "servers" not in memory:
        raise Refused(f"{path} is not a memory of events of this release. Name another file, or remove this one.")
    return memory
