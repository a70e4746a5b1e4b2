# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail: who has last changed a thing, and when.

Nobody has written down what a record looks like, so it is read by the words in it. All functions are pure. This is
private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from .item import ACL, ENDPOINT, LICENSE, RUN_STATE, SERVER, TABLES, TASK

# The methods of the API that change a thing of each kind.
_METHODS = {
    SERVER: {"putserver"},
    ACL: {"putserveracl", "deleteserveracl"},
    LICENSE: {"putserverlicense"},
    ENDPOINT: {"patchendpoint", "deleteendpoint", "reconfigureendpointnowait", "importtask", "importall"},
    # The selection of tables is a part of the definition.
    TASK: {"importtask", "importall", "deletetask", "puttasktableselection"},
    TABLES: {"importtask", "importall", "deletetask", "puttasktableselection"},
    RUN_STATE: {"runtask", "stoptask", "deletetask"},
}
# What is done to a server takes all with it that is there; no thing is named then.
_DELETES_ALL, _IMPORTS_ALL = "deleteserver", "importall"
_OF_SERVERS = frozenset({SERVER, ACL, LICENSE})

_USER = re.compile(r"user|account|who", re.IGNORECASE)
_TIME = re.compile(r"time|date", re.IGNORECASE)
_RESULT = re.compile(r"result|status", re.IGNORECASE)
_METHOD = re.compile(r"method|action|operation", re.IGNORECASE)
_ONE_WORD = re.compile(r"(?:\w+\.)*(\w+)")
_SUCCESS = re.compile(r"succe|^ok$", re.IGNORECASE)


class _Entry(NamedTuple):
    """What a record tells: all its texts and the method in lower case, no method where it tells none."""

    words: frozenset[str]
    method: str | None
    user: str
    time: str


class Trail:
    """What records of the audit trail tell, of calls that have succeeded."""

    def __init__(self, records: Iterable[Any]) -> None:
        self._entries = list(filter(None, map(_entry, records)))

    def culprit(self, server: str, kind: str, name: str) -> tuple[str, str] | None:
        """Who has last changed a thing of a server, and when."""
        found = None
        for entry in self._entries:
            if _is_about(entry, server.casefold(), kind, name.casefold()) and (found is None or entry.time >= found[1]):
                found = (entry.user, entry.time)
        return found


def _is_about(entry: _Entry, server: str, kind: str, name: str) -> bool:
    if server not in entry.words:
        return False
    if entry.method is None:
        # Of a server's own things, a record without a method could be about any, or about something on the server.
        return kind not in _OF_SERVERS and name in entry.words
    if entry.method == _DELETES_ALL:
        return True
    if entry.method not in _METHODS.get(kind, ()):
        return False
    return kind in _OF_SERVERS or entry.method == _IMPORTS_ALL or name in entry.words


def _entry(record: Any) -> _Entry | None:
    """What a record tells; None for one of a call that failed, or that names nobody."""
    if not isinstance(record, Mapping):
        return None
    result, user = _value(record, _RESULT), _value(record, _USER)
    if not user or (result is not None and not _SUCCESS.search(str(result))):
        return None
    method = _ONE_WORD.fullmatch(str(_value(record, _METHOD) or "").strip())
    words = frozenset(word.casefold() for word in _texts(record))
    return _Entry(words, method[1].casefold() if method else None, str(user), str(_value(record, _TIME)))


def _value(record: Mapping[str, Any], name: re.Pattern[str]) -> Any:
    return next((value for key, value in record.items() if name.search(str(key)) and value), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value
