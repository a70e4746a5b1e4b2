# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API's enumerations, each in one spelling.

The guide, the vendor's SDK and servers of different years spell them differently, and some answer the integer.
Everything below this module sees the spelling of the SDK; a value that is not known passes through as it came.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any


class Vocabulary:
    """One enumeration: its values by integer, values without one, and other spellings in use (guide 2.40)."""

    def __init__(
        self, by_number: Mapping[int, str], more: tuple[str, ...] = (), aliases: Mapping[str, str] | None = None
    ) -> None:
        self.values = (*by_number.values(), *more)
        self.numbers = {value: number for number, value in by_number.items()}
        self._spellings: dict[str, str] = {value: value for value in self.values}
        self._spellings.update({str(number): value for number, value in by_number.items()})
        self._spellings.update(aliases or {})

    def spelled(self, value: Any) -> Any:
        """The one spelling of ``value``; an unknown value is returned unchanged."""
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            return value
        word = str(value).strip()
        return self._spellings.get(word, self._spellings.get(word.upper().replace(" ", "_").replace("-", "_"), value))

    def choices(self) -> list[str]:
        """The values as users type them: in lower case, other spellings included."""
        words = {spelling for spelling in self._spellings if not spelling.lstrip("-").isdigit()}
        return sorted(word.lower() for word in words)


SERVER_STATE = Vocabulary({0: "NOT_MONITORED", 1: "MONITORED", 2: "ERROR"})
SERVER_PLATFORM = Vocabulary({0: "UNKNOWN", 1: "WINDOWS", 2: "LINUX"})
LICENSE_STATE = Vocabulary(
    {
        0: "VALID_LICENSE",
        1: "INVALID_LICENSE_CHECKSUM",
        2: "EXPIRED_LICENSE",
        3: "NO_LICENSE",
        4: "MACHINE_NOT_LICENSED",
        5: "INVALID_LICENSE",
    },
    aliases={
        "LICENSE_VALID": "VALID_LICENSE",
        "LICENSE_INVALID_CHECKSUM": "INVALID_LICENSE_CHECKSUM",
        "LICENSE_EXPIRED": "EXPIRED_LICENSE",
        "LICENSE_EXPIRED_NO_LICENSE": "EXPIRED_LICENSE",
    },
)
TASK_STATE = Vocabulary(
    {0: "STOPPED", 1: "RUNNING", 2: "ERROR", 3: "RECOVERY"},
    more=("STARTING", "STOPPING", "PAUSED", "NOT_EXIST"),
    aliases={"RECOVERING": "RECOVERY"},
)
STOP_REASON = Vocabulary(
    {
        0: "NONE",
        1: "NORMAL",
        2: "RECOVERABLE_ERROR",
        3: "FATAL_ERROR",
        4: "FULL_LOAD_ONLY_FINISHED",
        5: "STOPPED_AFTER_FULL_LOAD",
        6: "STOPPED_AFTER_CACHED_EVENTS",
        7: "EXPRESS_LICENSE_LIMITS_REACHED",
        8: "STOPPED_AFTER_DDL_APPLY",
        9: "STOPPED_LOW_MEMORY",
        10: "STOPPED_LOW_DISK_SPACE",
    },
    aliases={"STOPPED_LOW_DISK": "STOPPED_LOW_DISK_SPACE"},
)
RUN_OPTION = Vocabulary(
    {
        1: "RESUME_PROCESSING",
        2: "RELOAD_TARGET",
        3: "RESUME_PROCESSING_FROM_TIMESTAMP",
        4: "METADATA_ONLY_RECREATE_ALL_TABLES",
        5: "METADATA_ONLY_CREATE_MISSING_TABLES",
        6: "RECOVER_USING_LOCALLY_STORED_CHECKPOINT",
        7: "RECOVER_USING_CHECKPOINT_STORED_ON_TARGET",
        8: "RESUME_PROCESSING_FROM_POSITION",
    }
)
ENDPOINT_ROLE = Vocabulary({0: "ALL", 1: "SOURCE", 2: "TARGET", 3: "BOTH"})
ENDPOINT_STATE = Vocabulary(
    {0: "UNKNOWN", 1: "CONNECTED", 2: "ERROR"}, aliases={"SUCCESS": "CONNECTED", "FAILURE": "ERROR"}
)
TABLE_STATE = Vocabulary(
    {0: "TABLE_QUEUED", 1: "TABLE_LOADING", 2: "TABLE_COMPLETED", 3: "TABLE_CHANGE_PROCESSING", 4: "TABLE_ERROR"}
)
TABLE_TYPE = Vocabulary({1: "TABLE", 2: "VIEW"})
LOAD_ORDER = Vocabulary(
    {
        -2147483647: "LOWEST",
        -5000: "LOWER",
        -1000: "LOW",
        0: "NORMAL",
        1000: "HIGH",
        5000: "HIGHER",
        2147483647: "HIGHEST",
    }
)

COMPOSE = "compose"
SERVER_TYPES = {"replicate": "AemReplicateServer", COMPOSE: "AemComposeServer"}
ACL_ROLES = ("admin_role", "designer_role", "operator_role", "viewer_role")
SELECTION_LISTS = ("included_pattern", "excluded_pattern", "explicit_included_tables")
SELECTION_KEYS = ("owner", "name", "load_order", "table_type")

SERVER_NOT_FOUND = "AEM_SERVER_NOT_FOUND"
TASK_NOT_FOUND = "AEM_TASK_NOT_FOUND"
ENDPOINT_NOT_FOUND = "AEM_ENDPOINT_NOT_FOUND"
# Enterprise Manager does not reach the server at this time, or has just begun to look after it.
PASSING_ERRORS = frozenset({"AEM_SERVER_NOT_CONNECTED", "AEM_SERVER_NOT_MONITORED"})
TASK_ON_THE_WAY = frozenset({"STARTING", "STOPPING"})
RUN_OPTIONS_WITH_POSITION = frozenset(
    {"RESUME_PROCESSING_FROM_TIMESTAMP", "RESUME_PROCESSING_FROM_POSITION", "RECOVER_USING_CHECKPOINT_STORED_ON_TARGET"}
)


# Digits of other scripts are none here, and what is longer fits into no number of the API (int64).
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_NOT_AVAILABLE = -1


def boolean(value: Any) -> Any:
    """``True`` and ``False`` from JSON booleans and from their words in any case; anything else unchanged."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return value


def integer(value: Any) -> Any:
    """An ``int`` from a number or its digits; anything else, a boolean too, unchanged."""
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return value


def known_number(value: Any) -> int | None:
    """A number that a server tells; None for -1, which says that it is not available (guide 2.8), and for no number."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value != _NOT_AVAILABLE else None


def text(value: Any) -> str:
    """A message, with the word NONE and null as the empty string they stand for."""
    return "" if value is None or value == "NONE" else str(value)
