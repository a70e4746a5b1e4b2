# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aem_estate as a user calls it: in the worker and in a process of its own, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Settings, Simulator
from support.playbooks import prove, run

ESTATE = r"""
- name: The estate
  qlik.enterprise_manager.aem_estate:
    servers:
      - name: replicate-qas
        description: Quality assurance, orders
        acl: {admin_role: {users: ['CORP\admin']}, operator_role: {groups: ['CORP\Night Shift']}}
        endpoints:
          - {name: QAS Oracle, settings: {server: //other:1521/QAS, password: geheim-1}}
          - name: QAS SQL
            role: source
            type_id: SQL_SERVER_COMPONENT_TYPE
            settings: {$type: SqlserverSettings, server: sql, password: geheim-2}
        tasks:
          - {name: Nightly 01 accounts, run_state: started}
          - {name: Nightly 24 taxes, state: absent, force: "yes"}
      - name: replicate-new
        host: repl-new.corp.example
        port: "3552"
        username: CORP\svc
        password: geheim-3
        endpoints: []
        tasks: []
"""


@pytest.fixture
def em() -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.01)) as simulator:
        yield simulator


@pytest.mark.parametrize("in_worker", [True, False])
def test_check_run_and_run_again(em: Simulator, in_worker: bool) -> None:
    tasks = ESTATE + f"  vars: {{aem_in_worker: {str(in_worker).lower()}}}\n"
    proof = prove(em, tasks)["The estate"]
    proof.holds()
    assert (proof.check.result["status"], proof.run.result["status"], proof.again.result["status"]) == (
        "changes",
        "applied",
        "in_sync",
    )
    assert proof.check.result["plan_id"] == proof.run.result["plan_id"]
    assert [change["name"] for change in proof.run.result["changes"]] == [
        "replicate-qas",
        "replicate-qas",
        "QAS Oracle",
        "QAS SQL",
        "Nightly 01 accounts",
        "Nightly 24 taxes",
        "replicate-new",
    ]
    for step in (proof.check, proof.run, proof.again):
        assert "geheim" not in str(step.result)
        assert [call for call in step.calls if call in ("Login", "Logout")] == ["Login", "Logout"]


def test_everything_that_is_wrong_is_told_before_the_first_request(em: Simulator) -> None:
    servers = [
        {"name": "a", "acl": {"admin_role": {"user": []}}, "tasks": [{"name": "T", "run_stat": "started"}]},
        {"name": "A", "port": 99999, "password": "geheim-1"},
    ]
    played = run(em, [{"name": "Wrong", "qlik.enterprise_manager.aem_estate": {"servers": servers}}])
    step = played["Wrong"]
    assert step.failed
    assert step.result["status"] == "refused"
    for words in (
        "servers[0] a: acl.admin_role.user: is not known",
        "servers[0] a, tasks[0] T: run_stat: is not known",
        "port: 99999",
        "given twice",
    ):
        assert words in step.result["msg"]
    assert (step.log, "geheim" in played.output) == ([], False)


def test_rules_that_cannot_be_right_are_refused(em: Simulator) -> None:
    options = {"servers": [], "ignore": [{"tasks": ["*"], "why": "team", "until": "soon"}]}
    step = run(em, [{"name": "Wrong", "qlik.enterprise_manager.aem_estate": options}])["Wrong"]
    assert (step.failed, step.result["status"]) == (True, "refused")
    assert "until must be a date" in step.result["msg"]
    assert step.log == []
