# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two runs at once that replace the same state, and an ACL that shuts out who puts it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from threading import Barrier, local
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import whole_state
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_server_acl, aem_task_tables
from simulator import Settings, Simulator
from support.inprocess import calls, perform

SERVER = "Replicate PRD 1"
TASK = "POS to Kafka"


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One Enterprise Manager for all tests of this module."""
    with Simulator(Settings()) as simulator:
        yield simulator


@pytest.fixture
def em(shared: Simulator) -> Simulator:
    """It, as at the start."""
    shared.reset()
    return shared


def at_once(monkeypatch: pytest.MonkeyPatch, put: str, runs: list[Any]) -> list[Result]:
    """The results of two runs that both have read when the first puts, and both have put when the first looks."""
    both_have_read, both_have_put, own = Barrier(2, timeout=30), Barrier(2, timeout=30), local()
    original = getattr(Api, put)

    def put_together(self: Api, *arguments: Any) -> None:
        first = not hasattr(own, "has_put")
        own.has_put = True
        if first:
            both_have_read.wait()
        original(self, *arguments)
        if first:
            both_have_put.wait()

    monkeypatch.setattr(Api, put, put_together)
    # They run on two machines, which have no lock in common.
    monkeypatch.setattr(whole_state, "alone", lambda *_what: nullcontext())
    monkeypatch.setattr(whole_state, "PAUSE_BEFORE_LOOK", 0)
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda run: run(), runs))


def test_both_members_of_two_runs_survive(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(user: str) -> Result:
        role = {"users": [user], "groups": []}
        return perform(em, aem_server_acl, server=SERVER, viewer_role=role, purge=False)

    results = at_once(monkeypatch, "put_server_acl", [lambda: add("CORP\\ann"), lambda: add("CORP\\bob")])
    assert [(result.error, result.changed) for result in results] == [(None, True), (None, True)]
    there = perform(em, aem_server_acl, server=SERVER).values["acl"]
    assert there["viewer_role"]["users"] == ["CORP\\ann", "CORP\\bob"]
    assert "CORP\\Data Platform" in there["viewer_role"]["groups"]


def test_both_tables_of_two_runs_survive(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def add(name: str) -> Result:
        table = {"owner": "dbo", "name": name}
        return perform(em, aem_task_tables, server=SERVER, task=TASK, explicit_included_tables=[table], purge=False)

    results = at_once(monkeypatch, "put_task_table_selection", [lambda: add("till"), lambda: add("shop")])
    assert [(result.error, result.changed) for result in results] == [(None, True), (None, True)]
    there = perform(em, aem_task_tables, server=SERVER, task=TASK).values["tables"]
    assert {"shop", "till"} <= {table["name"] for table in there["explicit_included_tables"]}


def test_roles_that_two_runs_leave_out_survive(em: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    def give(**roles: list[str]) -> Result:
        return perform(
            em, aem_server_acl, server=SERVER, **{role: {"users": users, "groups": []} for role, users in roles.items()}
        )

    runs = [lambda: give(viewer_role=["CORP\\ann"]), lambda: give(operator_role=["CORP\\bob"])]
    at_once(monkeypatch, "put_server_acl", runs)
    there = perform(em, aem_server_acl, server=SERVER).values["acl"]
    assert (there["viewer_role"]["users"], there["operator_role"]["users"]) == (["CORP\\ann"], ["CORP\\bob"])


def test_two_runs_that_contradict_each_other_do_not_go_on_for_ever(
    em: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Api.put_server_acl

    def and_somebody_else(self: Api, server: str, acl: Any) -> None:
        original(self, server, acl)
        original(self, server, {**acl, "viewer_role": {"users": ["CORP\\theirs"], "groups": []}})

    monkeypatch.setattr(Api, "put_server_acl", and_somebody_else)
    monkeypatch.setattr(whole_state, "PAUSE_BEFORE_LOOK", 0)
    result = perform(em, aem_server_acl, server=SERVER, viewer_role={"users": ["CORP\\ours"], "groups": []})
    assert result.error is not None
    assert f"The ACL of server {SERVER} is not as it was asked for" in result.error.message
    assert result.changed
    assert result.values["acl"]["viewer_role"]["users"] == ["CORP\\theirs"]


def test_who_shuts_himself_out_has_changed_something(em: Simulator) -> None:
    options = {
        "server": "replicate-dev",
        "admin_role": {"users": ["CORP\\somebody.else"], "groups": []},
        "designer_role": {"users": [], "groups": []},
        "disable_inheritance": True,
    }
    check = perform(em, aem_server_acl, check_mode=True, **options)
    assert check.changed
    assert "CORP\\admin, is in no role of it" in check.warnings[0]
    result = perform(em, aem_server_acl, **options)
    assert (result.error, result.changed) == (None, True)
    assert result.values["acl"]["admin_role"]["users"] == ["CORP\\somebody.else"]
    told = " ".join(result.warnings)
    assert "CORP\\admin, is in no role of it" in told
    assert "was changed, but could not be looked at afterwards" in told
    assert calls(em)[-1] == "GetServerAcl"
