# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once: the second runs whole while the first waits for an answer, at each of its requests in turn.

They come to what both want, or one says why not; and no member, no table and no task is lost in silence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_task_tables
from simulator import Simulator
from support.cases import Cases
from support.children import Nursery
from support.inprocess import perform
from support.scenarios import PRD, SCENARIOS, Scenario, end_state, run_twice, running
from support.workbench import Workbench

Options = dict[str, Any]
SHOP = {"owner": "dbo", "name": "shop"}


def same(options: Options) -> Options:
    """The second run wants what the first does."""
    return options


def other_member(options: Options) -> Options:
    """The second run adds another member."""
    return {**options, "viewer_role": {"users": ["CORP\\bob"], "groups": []}}


def other_role(options: Options) -> Options:
    """The second run replaces another role."""
    others = {name: value for name, value in options.items() if name != "viewer_role"}
    return {**others, "operator_role": {"users": ["CORP\\bob"], "groups": []}, "purge": True}


def other_table(options: Options) -> Options:
    """The second run adds another table."""
    return {**options, "explicit_included_tables": [SHOP]}


def members(em: Simulator) -> list[str]:
    """Those of the new members that there are."""
    acl = end_state(em)[PRD]["acl"]
    found = {user for role in ("viewer_role", "operator_role") for user in acl[role]["users"]}
    return sorted(found & {"CORP\\ann", "CORP\\bob"})


def tables(em: Simulator) -> list[str]:
    """Those of the new tables that there are."""
    there = perform(em, aem_task_tables, server=PRD, task="POS to Kafka").values["tables"]
    found = {table["name"] for table in there["explicit_included_tables"]}
    return sorted(found & {"shop", "till"})


ADDING: dict[str, tuple[str, Callable[[Options], Options], Callable[[Simulator], list[str]]]] = {
    "members": ("acl", other_member, members),
    "roles": ("acl", other_role, members),
    "tables": ("tables", other_table, tables),
}
# The second run of a pair, where it is another one than the first.
PAIRS = [
    *((name, name) for name in SCENARIOS if name not in ("acl", "tables", "record", "export")),
    ("estate", "import"),
    ("import", "estate"),
    ("restore", "backup"),
    ("failover", "task_force"),
    ("task_force", "restart"),
    ("estate", "report"),
]


def interleaved(bench: Workbench, second: Scenario, options: Options, number: int) -> list[Mapping[str, Any]]:
    """The results of both runs: the second is made while the first waits for the answer of that request."""
    bench.em.inject({"kind": "hold", "skip": number})
    first = bench.start()
    while not bench.em.held() and not first.ended(0):
        time.sleep(0.002)
    then = bench.nursery.start(bench.em, second.module, options, bench.home)
    # Who waits for the first one, which waits for us, has waited long enough.
    then.ended(3)
    bench.em.clear_faults()
    return [first.result(), then.result()]


@pytest.mark.parametrize("name", ADDING)
def test_what_both_add_is_there(em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str) -> None:
    scenario, change, found = ADDING[name]
    bench = Workbench(em, nursery, SCENARIOS[scenario], tmp_path)
    requests = bench.healthy()[0]
    for number in cases.some(range(requests), 1, f"pair: {name}"):
        bench.begin()
        done = interleaved(bench, bench.scenario, change(bench.options), number)
        wanted = ["shop", "till"] if scenario == "tables" else ["CORP\\ann", "CORP\\bob"]
        assert ([one["error"] for one in done], found(em)) == ([None, None], wanted)


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_two_runs_converge(
    em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str, other: str
) -> None:
    bench = Workbench(em, nursery, SCENARIOS[name], tmp_path)
    requests = bench.healthy()[0]
    for number in cases.some(range(requests), 1, f"pair: {name} and {other}"):
        bench.begin()
        options = bench.options if name == other else SCENARIOS[other].options(em, bench.folder)
        em.clear_log()
        done = interleaved(bench, SCENARIOS[other], options, number)
        assert run_twice(em) == []
        assert bench.left_half() == []
        # Who could not do it says why, and finds it possible later.
        assert all(one["error"] is None or len(one["error"]) > 20 for one in done)
        bench.files_are_whole()
        if any(one["error"] for one in done):
            bench.finish()
        if name == other:
            assert end_state(em) == bench.wanted, done
        assert bench.ran <= running(em), done
