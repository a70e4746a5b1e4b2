# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tables a task has: names and patterns with %, the only wildcard, case-sensitive (guide 2.18, 2.20)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .model import QUEUED, Server, Table, Task
from .repository import get_selection, task_facts


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("%"))), re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Whether a name is, or fits, a pattern."""
    return _compiled(pattern).fullmatch(name) is not None


def selected(selection: dict[str, list[dict[str, Any]]]) -> Callable[[tuple[str, str]], bool]:
    """Whether a selection takes a table, given as schema and name. An explicit one cannot be excluded."""
    explicit = {(item["owner"], item["name"]) for item in selection["explicit_included_tables"]}

    def fits(key: tuple[str, str], patterns: str) -> bool:
        return any(matches(item["owner"], key[0]) and matches(item["name"], key[1]) for item in selection[patterns])

    return lambda key: key in explicit or (fits(key, "included_pattern") and not fits(key, "excluded_pattern"))


def follow_definition(server: Server, task: Task, state: str = QUEUED) -> None:
    """Give a task the tables that its definition selects, out of what it has and what its source is known to have.

    New ones begin in ``state``. A definition that selects nothing leaves the tables as they are.
    """
    selection = get_selection(server.repository, task.name)
    if not any(selection.values()):
        return
    wanted = selected(selection)
    facts = task_facts(server.repository, task.name)
    known = {table.key: table for table in task.tables}
    keys = dict.fromkeys([*known, *facts.tables, *server.endpoint(facts.source).tables])
    task.tables = [known.get(key) or Table(*key, state=state) for key in keys if wanted(key)]
