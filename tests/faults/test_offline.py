# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Enterprise Manager without sockets, on which the matrix runs, fails as one behind sockets does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import NoAnswer
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_server_info, aem_task_state
from simulator import Settings, Simulator
from support.faults.kinds import KINDS, SLOW
from support.inprocess import calls, perform
from support.offline import REFUSE, offline

FAULTS = [
    {**kind.fault, "seconds": 1.5} if kind.fault.get("seconds") == SLOW else dict(kind.fault)
    for kind in KINDS
    if kind.fault["kind"] != "expire_session"
]
RUN = {"server": "Replicate PRD 1", "tasks": ["Orders archive"], "state": "started", "timeout": 20}


@pytest.fixture(scope="module")
def sockets() -> Iterator[Simulator]:
    """An Enterprise Manager behind sockets."""
    with Simulator(Settings(start_seconds=0.01)) as em:
        yield em


def told(em: Any, fault: dict[str, Any], **more: Any) -> tuple[object, ...]:
    """What a look comes to that meets a fault: what kind of error, and its words without the address."""
    options = {"aem_retries": 0, "aem_timeout": 1, **more}
    if fault["kind"] != REFUSE or hasattr(em, "attempts"):
        em.inject({"api_method": "GetServerList", **fault} if fault["kind"] != REFUSE else {**fault, "times": None})
    error = perform(em, aem_server_info, **options).error
    em.clear_faults()
    assert error is not None
    settled = (error.sent, error.timed_out) if isinstance(error, NoAnswer) else ()
    return type(error), settled, error.passing, error.facts(), error.message.replace("127.0.0.1:9", "em.example.com")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
def test_a_fault_is_told_alike(sockets: Simulator, fault: dict[str, Any]) -> None:
    nobody = {"aem_url": "https://127.0.0.1:9"} if fault["kind"] == REFUSE else {}
    behind_sockets = told(sockets, fault, **nobody)
    with offline(Settings()) as em:
        assert told(em, fault) == behind_sockets


def test_a_task_is_run_alike(sockets: Simulator) -> None:
    done = perform(sockets, aem_task_state, **RUN)
    with offline(Settings()) as em:
        same = perform(em, aem_task_state, **RUN)
        assert (same.error, same.changed, same.diff) == (done.error, done.changed, done.diff)
        assert calls(em) == calls(sockets)[-len(calls(em)) :]
        assert em.clock.seconds > 1000
