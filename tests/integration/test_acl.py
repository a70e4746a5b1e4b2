# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACLs, as a user declares them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from simulator import Settings, Simulator
from support.playbooks import Proof, prove, run

TASKS = r"""
- name: Make an ACL
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    admin_role:
      users: ['CORP\admin', 'CORP\Ann']
      groups: ['CORP\Replicate Admins']
    operator_role:
      groups: ['CORP\Night Shift']
- name: Say the same in another order and case
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    admin_role:
      users: ['corp\ANN', 'corp\Admin']
      groups: ['corp\replicate admins']
- name: Add a viewer
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    viewer_role:
      users: ['CORP\Bob']
    purge: false
- name: Replace a role and leave the others
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    admin_role:
      users: ['CORP\admin']
- name: Empty a role
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    viewer_role: {}
- name: Inherit no more
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    disable_inheritance: true
- name: Remove the ACL
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-qas
    state: absent
"""
NAMES = [line.removeprefix("- name: ") for line in TASKS.splitlines() if line.startswith("- name: ")]


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager on which replicate-qas has no ACL of its own."""
    with Simulator(Settings()) as simulator:
        run(simulator, [{"qlik.enterprise_manager.aem_server_acl": {"server": "replicate-qas", "state": "absent"}}])
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
    assert proofs[name].run.changed == (name != "Say the same in another order and case")


def test_roles_that_are_left_out_stay(proofs: dict[str, Proof]) -> None:
    acl = proofs["Replace a role and leave the others"].run.result["acl"]
    assert acl["admin_role"] == {"users": ["CORP\\admin"], "groups": []}
    assert acl["operator_role"] == {"users": [], "groups": ["CORP\\Night Shift"]}
    assert acl["viewer_role"] == {"users": ["CORP\\Bob"], "groups": []}


def test_acls_are_listed(em: Simulator) -> None:
    played = run(
        em,
        """
        - name: All
          qlik.enterprise_manager.aem_server_acl_info:
        - name: One
          qlik.enterprise_manager.aem_server_acl_info:
            servers: [replicate-dev]
        """,
    )
    assert len(played["All"].result["acls"]) > 3
    assert played["One"].calls == ["Login", "GetServerAcl", "Logout"]
    assert [acl["server"] for acl in played["One"].result["acls"]] == ["replicate-dev"]


def test_bad_names_are_refused_before_anything_is_written(em: Simulator) -> None:
    bad = {
        "no domain": {"viewer_role": {"users": ["bob"]}},
        "two roles": {"viewer_role": {"users": ["CORP\\bob"]}, "admin_role": {"users": ["corp\\BOB"]}},
        "user and group": {"viewer_role": {"users": ["CORP\\bob"], "groups": ["CORP\\Bob"]}},
    }
    tasks = [
        {
            "name": name,
            "qlik.enterprise_manager.aem_server_acl": {"server": "replicate-dev", **options},
            "ignore_errors": True,
        }
        for name, options in bad.items()
    ]
    played = run(em, tasks)
    for step in played.steps:
        assert step.failed
        assert step.writes == []
    assert "DOMAIN\\name" in played["no domain"].result["msg"]
    assert "twice" in played["two roles"].result["msg"]
    assert [played[name].calls for name in bad] == [[], [], []]


EMPTY = r"""
- name: Empty what the levels above define
  qlik.enterprise_manager.aem_server_acl: &empty
    server: replicate-dev
    admin_role: {}
    disable_inheritance: true
- name: Say it again
  qlik.enterprise_manager.aem_server_acl: *empty
- name: Say it in check mode
  qlik.enterprise_manager.aem_server_acl: *empty
  check_mode: true
- name: Replace
  qlik.enterprise_manager.aem_server_acl:
    server: replicate-dev
    admin_role:
      users: ['CORP\admin', 'CORP\leaver']
- name: Empty what a run has filled
  qlik.enterprise_manager.aem_server_acl: *empty
"""


def test_a_role_that_the_levels_above_fill_is_told_as_it_is(em: Simulator) -> None:
    played = run(em, EMPTY, "--diff")
    first, again, check, _replaced, last = played.steps
    from_above = {"users": ["CORP\\admin"], "groups": ["CORP\\EM Admins"]}
    assert [step.changed for step in (first, again, check, last)] == [True, False, False, True]
    assert [step.result["acl"]["admin_role"] for step in (first, again, check, last)] == [from_above] * 4
    assert first.result["diff"]["after"]["admin_role"] == "(those of the levels above)"
    assert "diff" not in again.result
    assert "fills admin_role from the levels above" in str(first.result["warnings"])
    assert "can only be known by putting the ACL again" in str(check.result["warnings"])
    assert check.writes == []


def test_in_check_mode_the_server_may_be_still_to_come(em: Simulator) -> None:
    task = r"""
        - name: ACL of a server to come
          qlik.enterprise_manager.aem_server_acl:
            server: to-come
            admin_role:
              users: ['CORP\admin']
        """
    check = run(em, task, "--check").steps[0]
    assert check.changed
    assert "no server to-come yet" in str(check.result["warnings"])
    real = run(em, task).steps[0]
    assert (real.failed, real.result["error_code"]) == (True, "AEM_SERVER_NOT_FOUND")
