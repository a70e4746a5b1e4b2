# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A large repository is no more work per task than a small one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from unit.simulator_repository.support import KEY, SERVER, WRITTEN, document, endpoint, estate, import_all, task

from simulator.repository import Repository, export_all, plan_import


def large(tasks: int, tables: int) -> dict[str, Any]:
    content = [task(f"Task {number}") for number in range(tasks)]
    listed = [{"owner": "A", "name": f"TABLE_{number}", "estimated_size": number} for number in range(tables)]
    for item in content:
        item["source"]["source_tables"]["explicit_included_tables"] = listed
    return document(*content, databases=(endpoint("S"), endpoint("T", "TARGET")))


def calls_made_by(act: Callable[[], object]) -> int:
    """How many Python functions ``act`` calls: a measure of work that does not depend on the machine."""
    count = 0

    def counted(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event == "call"

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        act()
    finally:
        sys.setprofile(before)
    return count


def test_work_grows_with_the_size() -> None:
    def work(tasks: int) -> int:
        text = json.dumps(large(tasks, tables=5))
        repository = estate()

        def both_ways() -> None:
            import_all(repository, text)
            export_all(repository, style="2018", **WRITTEN)

        return calls_made_by(both_ways)

    assert work(400) < 4.5 * work(100)


def test_a_repository_of_five_hundred_tasks() -> None:
    content = json.dumps(large(500, tables=400))
    repository = Repository.from_document({}, KEY)
    plan = plan_import(repository, content, server=SERVER, task=None, running={"another"})
    assert len(plan.tasks) == 500
    import_all(repository, content)
    text = export_all(repository, style="2021", **WRITTEN)
    assert len(text) > 19_000_000
