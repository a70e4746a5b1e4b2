# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks that make way for a change: what is told of them, and what counts as a change. No network, no time."""

from __future__ import annotations

from typing import cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.pausing import Pause, settled
from support.one_task import Server, time_flies


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    time_flies(monkeypatch)


def refused(api_method: str = "ImportTask") -> ApiError:
    """What Enterprise Manager refuses, in words without a full stop."""
    return ApiError(api_method, 500, "AEM_X", "no")


def stopped_for_it(server: Server) -> Pause:
    """The pause of the task of a server that runs, once it is stopped."""
    pause = Pause(cast(Api, server), "s", [{"name": "t", "state": "RUNNING"}], 5)
    pause.stop()
    return pause


def test_the_sentences_of_a_change_that_failed_are_ended() -> None:
    error = stopped_for_it(Server("RUNNING")).ended(refused())
    assert error.message == "ImportTask failed with HTTP 500 AEM_X: no. Task 't' was stopped for it and resumed again."
    error = stopped_for_it(Server("RUNNING", trouble=[None, refused("RunTask")])).ended(refused())
    assert error.message == (
        "ImportTask failed with HTTP 500 AEM_X: no. Task 't' was stopped for it and could not be resumed:"
        " RunTask failed with HTTP 500 AEM_X: no."
    )


def test_a_change_that_may_have_been_done_counts_though_the_tasks_run_again() -> None:
    error = refused()
    error.not_settled()
    assert stopped_for_it(Server("RUNNING")).ended(error).left == Applied(changed=True)
    assert stopped_for_it(Server("RUNNING")).ended(refused()).left == Applied(changed=False)


def test_no_tasks_are_not_asked_for() -> None:
    server = Server(looks=[lambda: pytest.fail("The tasks were read.")])
    assert settled(cast(Api, server), "s", [], 5) == []
