# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a server in an estate: those of the single modules, one inside the other.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._client.vocabulary import RUN_OPTION, RUN_OPTIONS_WITH_POSITION
from .._resource import acl, endpoint, server, table_selection, task_definition
from .._resource import license as licenses
from .._resource.switch import STARTED, STOPPED

Arguments = dict[str, dict[str, Any]]

_RENAMED_FROM: dict[str, Any] = {"type": "str"}
# A task that never ran has no position to go on from, and none can be given.
FIRST_RUNS = [word for word in RUN_OPTION.choices() if word.upper() not in RUN_OPTIONS_WITH_POSITION]


def _without(arguments: Mapping[str, dict[str, Any]], *names: str) -> Arguments:
    return {name: spec for name, spec in arguments.items() if name not in names}


ACL: Arguments = _without(acl.ARGUMENTS, "server")
LICENSE: Arguments = _without(licenses.ARGUMENTS, "server")
TABLES: Arguments = _without(table_selection.ARGUMENTS, "server", "task")
ENDPOINT: Arguments = {**_without(endpoint.ARGUMENTS, "server"), "renamed_from": _RENAMED_FROM}
TASK: Arguments = {
    **_without(task_definition.ARGUMENTS, "server"),
    "tables": {"type": "dict", "options": TABLES},
    "run_state": {"type": "str", "choices": [STARTED, STOPPED]},
    "first_run": {"type": "str", "choices": FIRST_RUNS},
    "renamed_from": _RENAMED_FROM,
}
# What else AnsibleModule would be told to check.
TASK_RULES = task_definition.RULES
SERVER: Arguments = {
    **server.ARGUMENTS,
    "renamed_from": _RENAMED_FROM,
    "acl": {"type": "dict", "options": ACL},
    "license": {"type": "dict", "options": LICENSE, **licenses.RULES},
    "endpoints": {"type": "list", "elements": "dict", "options": ENDPOINT},
    "tasks": {"type": "list", "elements": "dict", "options": TASK, **TASK_RULES},
}
