# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change data and retention barriers, as a user declares them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from simulator import Settings, Simulator
from support.playbooks import Played, Proof, prove, run

SERVER = "Replicate PRD 1"
# Task ERP to DW has a barrier of warehouse-loader, POS to Kafka has none.
TASKS = """
- name: Set the only barrier
  qlik.enterprise_manager.aem_change_data_retention:
    server: Replicate PRD 1
    task: POS to Kafka
    application: loader
    retention_point: "2026-06-30T16:15:00Z"
- name: Say the same in another zone
  qlik.enterprise_manager.aem_change_data_retention:
    server: Replicate PRD 1
    task: POS to Kafka
    application: loader
    retention_point: "2026-06-30 18:15:00+02:00"
- name: Move it
  qlik.enterprise_manager.aem_change_data_retention:
    server: Replicate PRD 1
    task: POS to Kafka
    application: loader
    retention_point: "2026-07-31T00:00:00"
- name: Remove it
  qlik.enterprise_manager.aem_change_data_retention:
    server: Replicate PRD 1
    task: POS to Kafka
    application: loader
    state: absent
- name: Set one before all others
  qlik.enterprise_manager.aem_change_data_retention:
    server: Replicate PRD 1
    task: ERP to DW
    application: loader
    retention_point: "2026-06-30T16:15:00Z"
"""
NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager."""
    with Simulator(Settings()) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def proofs(em: Simulator) -> dict[str, Proof]:
    """The tasks above, each in check mode, for real and again."""
    return prove(em, TASKS)


@pytest.mark.parametrize("name", NAMES)
def test_check_run_and_run_again(proofs: dict[str, Proof], name: str) -> None:
    proofs[name].holds()


@pytest.mark.parametrize("name", NAMES)
def test_what_changes(proofs: dict[str, Proof], name: str) -> None:
    run_of = proofs[name].run
    assert run_of.changed == (name != "Say the same in another zone")
    assert run_of.result["certain"] is True
    assert "warnings" not in run_of.result


def test_what_is_told_of_a_barrier(proofs: dict[str, Proof]) -> None:
    moved = {"application": "loader", "retention_point": "2026-07-31T00:00:00Z"}
    assert proofs["Move it"].run.result["barrier"] == moved
    assert proofs["Move it"].check.result["barrier"] == moved
    assert "earliest" not in proofs["Set the only barrier"].run.result
    assert proofs["Remove it"].run.result["earliest"] == moved
    assert "barrier" not in proofs["Remove it"].run.result
    assert proofs["Remove it"].run.result["diff"]["before"] == moved
    assert proofs["Set one before all others"].run.result["earliest"]["application"] == "warehouse-loader"


def module(which: str, options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task with options for task ERP to DW."""
    own = {"server": SERVER, "task": "ERP to DW", **options}
    return {f"qlik.enterprise_manager.{which}": own, "diff": True, **keywords}


@pytest.fixture(scope="module")
def uncertain() -> Iterator[tuple[Simulator, Played]]:
    """What cannot be known, on an Enterprise Manager of its own; deletions, bad input."""
    late = {"application": "loader", "retention_point": "2027-01-01T00:00:00Z"}
    absent = {"application": "loader", "state": "absent"}
    tasks = [
        module("aem_change_data_retention", late, name="Set check", check_mode=True),
        module("aem_change_data_retention", late, name="Set run"),
        module("aem_change_data_retention", absent, name="Remove check", check_mode=True),
        module("aem_change_data_retention", absent, name="Remove run"),
        module("aem_change_data", {"older_than": "P30D"}, name="Delete check", check_mode=True),
        module("aem_change_data", {"older_than": "P30D"}, name="Delete run"),
        module("aem_change_data", {"older_than": "2026-01-01 01:00:00+01:00", "task": "POS to Kafka"}, name="By time"),
    ]
    bad: dict[str, tuple[str, dict[str, Any]]] = {
        "older_than 'a month'": ("aem_change_data", {"older_than": "a month"}),
        "retention_point 'P1D'": ("aem_change_data_retention", {**late, "retention_point": "P1D"}),
        "missing: retention_point": ("aem_change_data_retention", {"application": "loader"}),
        "application must not be empty": ("aem_change_data_retention", {**absent, "application": ""}),
    }
    tasks += [module(which, options, name=told, ignore_errors=True) for told, (which, options) in bad.items()]
    with Simulator(Settings()) as em:
        yield em, run(em, tasks)


@pytest.mark.parametrize("what", ["Set", "Remove"])
def test_what_cannot_be_known_is_done_and_told(uncertain: tuple[Simulator, Played], what: str) -> None:
    check, done = (uncertain[1][f"{what} {part}"] for part in ("check", "run"))
    for step in (check, done):
        assert (step.failed, step.changed, step.result["certain"]) == (False, True, False)
        assert "cannot be known" in str(step.result["warnings"])
    assert check.writes == []
    assert done.writes == ["SetChangeDataRetentionBarrier"]
    assert check.result["diff"] == done.result["diff"]


def test_a_deletion_is_a_change_each_time(uncertain: tuple[Simulator, Played]) -> None:
    em, played = uncertain
    check, done, by_time = (played[name] for name in ("Delete check", "Delete run", "By time"))
    assert (check.writes, check.changed, check.result["diff"]) == ([], True, done.result["diff"])
    assert (done.writes, done.changed, done.result["older_than"]) == (["DeleteOldChangeData"], True, "P30D")
    assert "has a retention barrier at 2026-10-31T23:00:00Z" in str(done.result["warnings"])
    assert by_time.result["older_than"] == "2026-01-01T00:00:00Z"
    assert "warnings" not in by_time.result
    tasks = {task["name"]: task for server in em.estate()["servers"] for task in server.get("tasks", [])}
    assert [deletion["requested"] for deletion in tasks["ERP to DW"]["deletions"]] == ["P30D"]
    assert tasks["ERP to DW"]["barriers"] == {"warehouse-loader": "2026-10-31T23:00:00Z"}


@pytest.mark.parametrize(
    "told",
    ["older_than 'a month'", "retention_point 'P1D'", "missing: retention_point", "application must not be empty"],
)
def test_bad_input_is_refused_before_any_call(uncertain: tuple[Simulator, Played], told: str) -> None:
    step = uncertain[1][told]
    assert step.failed
    assert told in step.result["msg"]
    assert step.calls == []
