# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of single settings of a definition: defaults, and what is no reason for a change.

Places are pointers as in :mod:`.paths`, with ``*`` for any name.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .paths import ANY, tokens_of
from .tree import listed, without

_TASK = "/tasks/*"
_SETTINGS = f"{_TASK}/task_settings"
_COMMON = f"{_SETTINGS}/common_settings"
_SORTER = f"{_SETTINGS}/sorter_settings"
_TARGET = f"{_SETTINGS}/target_settings"
_TABLE = f"{_TASK}/source/source_tables/*/*"
_ENDPOINT = "/databases/*"

# A server leaves a setting at its default out of an export. Only defaults that are known for certain stand here: a
# wrong one would hide a change that is needed, a missing one only makes a definition that spells it out import again.
DEFAULTS: dict[str, Any] = {
    f"{_TASK}/task/description": "",
    f"{_SETTINGS}/full_load_sub_tasks": 5,
    f"{_COMMON}/lob_max_size": 8,
    f"{_COMMON}/history_timeslot": 5,
    f"{_COMMON}/batch_apply_timeout_min": 1,
    f"{_COMMON}/batch_apply_timeout": 30,
    f"{_COMMON}/batch_apply_memory_limit": 500,
    f"{_COMMON}/full_load_enabled": True,
    f"{_COMMON}/apply_changes_enabled": True,
    f"{_COMMON}/batch_apply_enabled": True,
    f"{_COMMON}/exception_table_enabled": True,
    f"{_COMMON}/status_table_enabled": False,
    f"{_COMMON}/suspended_tables_table_enabled": False,
    f"{_COMMON}/history_table_enabled": False,
    f"{_COMMON}/recovery_table_enabled": False,
    f"{_COMMON}/customized_charset_settings/validation/sub_char": 0,
    f"{_SORTER}/transaction_consistency_timeout": 600,
    f"{_SORTER}/local_transactions_storage/memory_limit_total": 1024,
    f"{_SORTER}/local_transactions_storage/memory_keep_time": 60,
    f"{_TARGET}/max_transaction_size": 10000,
    f"{_TARGET}/min_transaction_size": 1000,
    f"{_TARGET}/statements_cache_size": 50,
    f"{_TARGET}/handle_drop_ddl": True,
    f"{_TARGET}/handle_truncate_ddl": True,
    f"{_TARGET}/handle_column_ddl": True,
    f"{_TARGET}/artifacts_cleanup_enabled": True,
    f"{_TABLE}/estimated_size": 0,
    f"{_TABLE}/orig_db_id": 0,
    f"{_TABLE}/load_order": 0,
    f"{_TABLE}/table_type": "TABLE",
    f"{_TABLE}/validation_sampling_percentage": 0,
    f"{_ENDPOINT}/description": "",
    f"{_ENDPOINT}/override_properties/name": "default",
}

# Never compared: each server has its own.
VOLATILE = (
    f"{_COMMON}/task_uuid",
    f"{_ENDPOINT}/is_licensed",
)

# Filled in by the server: compared where a document says them, no difference where it does not.
FILLED_IN = (
    f"{_TABLE}/estimated_size",
    f"{_TABLE}/orig_db_id",
    f"{_TASK}/targets/*/rep_target/target_state",
)

# Lists of plain values whose order means nothing.
UNORDERED = (
    f"{_TASK}/task/target_names",
    "/notifications/*/tasks",
    "/notifications/notifications_list/*/tasks",
)


@dataclass
class Rule:
    """What is known of one place, and of the places below it."""

    default: Any = None
    volatile: bool = False
    filled_in: bool = False
    unordered: bool = False
    below: dict[str, Rule] = field(default_factory=dict)

    def at(self, token: str) -> Rule:
        """The rule for what is called ``token`` at this place."""
        return self.below.get(token) or self.below.get(ANY) or _NONE


_NONE = Rule()
# By section, what is volatile in each of its things.
_VOLATILE = {
    section: [tokens[2:] for tokens in map(tokens_of, VOLATILE) if tokens[0] == section]
    for section in ("tasks", "databases")
}


def lasting(section: str, content: Any) -> Any:
    """The content of a section without what is volatile in its things."""
    for path in _VOLATILE.get(section, ()):
        content = [without(thing, path) for thing in listed(content)]
    return content


def _place(path: str) -> Rule:
    rule = RULES
    for token in tokens_of(path):
        rule = rule.below.setdefault(token, Rule())
    return rule


def _fill() -> None:
    for path, default in DEFAULTS.items():
        _place(path).default = default
    for path in VOLATILE:
        _place(path).volatile = True
    for path in FILLED_IN:
        _place(path).filled_in = True
    for path in UNORDERED:
        _place(path).unordered = True


RULES = Rule()
_fill()
