# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change data: what is sent, and what can be known of a barrier when only the earliest is told. No network."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError, NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import change_data

APRIL, MAY, JUNE = (f"2026-0{month}-01T00:00:00Z" for month in (4, 5, 6))


class Manager:
    """One task, and what was asked of it. ``barrier`` is what GetChangeDataRetentionBarrier answers, or its error."""

    def __init__(self, application: str = "", point: str = "", check_mode: bool = False) -> None:
        self.barrier: Any = {"application": application, "retention_point": point}
        self.check_mode = check_mode
        self.sent: list[tuple[str, ...]] = []
        self.trouble: list[Exception] = []

    def get_change_data_retention_barrier(self, _server: str, _task: str) -> dict[str, str]:
        """GetChangeDataRetentionBarrier."""
        if isinstance(self.barrier, Exception):
            raise self.barrier
        return dict(self.barrier)

    def set_change_data_retention_barrier(self, *arguments: str) -> None:
        """SetChangeDataRetentionBarrier."""
        self.sent.append(arguments)

    def delete_old_change_data(self, *arguments: str) -> None:
        """DeleteOldChangeData."""
        self.sent.append(arguments)
        if self.trouble:
            raise self.trouble.pop(0)


def barrier(manager: Manager, point: str | None = None, application: str = "ours", state: str = "present") -> Any:
    """The plan for the barrier of an application on task t."""
    options = {"server": "s", "task": "t", "application": application, "state": state, "retention_point": point}
    return change_data.plan_barrier(cast(Api, manager), options)


def deletion(manager: Manager, older_than: str) -> Any:
    """The plan of a deletion on task t."""
    options = {"server": "s", "task": "t", "older_than": older_than}
    return change_data.plan_deletion(cast(Api, manager), options)


@pytest.mark.parametrize(
    ("earliest", "wanted", "action", "certain"),
    [
        (("", ""), MAY, "create", True),
        (("", "0001-01-01T00:00:00Z"), MAY, "create", True),
        (("ours", MAY), MAY, None, True),
        (("ours", "2026-05-01T00:00:00"), "2026-05-01T02:00:00+02:00", None, True),
        (("ours", MAY), JUNE, "update", True),
        (("ours", "soon"), MAY, "update", True),
        (("theirs", MAY), APRIL, "update", True),
        (("theirs", MAY), MAY, "update", False),
        (("theirs", MAY), JUNE, "update", False),
        (("Ours", MAY), MAY, "update", False),
        (("theirs", "soon"), APRIL, "update", False),
        (("", ""), None, None, True),
        (("ours", MAY), None, "delete", True),
        (("theirs", MAY), None, "delete", False),
        (("OURS", MAY), None, "delete", False),
    ],
)
def test_what_can_be_known(earliest: tuple[str, str], wanted: str | None, action: str | None, certain: bool) -> None:
    planned = barrier(Manager(*earliest), wanted, state="present" if wanted else "absent")
    assert [change.action for change in planned.plan.changes] == ([action] if action else [])
    assert planned.certain is certain
    assert ["cannot be known" in warning for warning in planned.plan.warnings] == ([] if certain else [True])


def test_what_is_shown() -> None:
    planned = barrier(Manager("ours", "2026-05-01T00:00:00"), JUNE)
    assert planned.earliest == {"application": "ours", "retention_point": MAY}
    assert planned.plan.after == {"application": "ours", "retention_point": JUNE}
    change = planned.plan.changes[0]
    assert change.label() == "retention barrier of ours on task t of server s"
    assert (change.before, change.after) == (planned.earliest, planned.plan.after)
    unknown = barrier(Manager("theirs", MAY), state="absent")
    assert unknown.plan.changes[0].before == {"application": "ours", "retention_point": "(not known)"}
    assert (unknown.plan.changes[0].after, unknown.plan.after) == (None, None)
    assert MAY in unknown.plan.warnings[0]
    assert "theirs" in unknown.plan.warnings[0]
    nothing = barrier(Manager(), state="absent")
    assert nothing.earliest is None


@pytest.mark.parametrize(
    ("state", "point", "sent"),
    [("present", "2026-06-01 01:00:00+01:00", JUNE), ("absent", None, ""), ("absent", MAY, "")],
)
def test_what_is_sent(state: str, point: str | None, sent: str) -> None:
    manager = Manager("ours", MAY)
    barrier(manager, point, state=state).plan.changes[0].apply()
    assert manager.sent == [("s", "t", "ours", sent)]


@pytest.mark.parametrize("point", ["soon", "P1D", "", None, "637410358250082194"])
def test_a_point_that_is_no_time_is_refused(point: str | None) -> None:
    with pytest.raises(Refused, match=r"retention_point .* must be a UTC time such as 2026-03-07T11:19:03Z"):
        barrier(Manager(), point)


def test_an_application_needs_a_name() -> None:
    with pytest.raises(Refused, match="application must not be empty"):
        barrier(Manager(), MAY, application=" ")


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("P1M3DT1H2M", "P1M3DT1H2M"),
        (" P30D ", "P30D"),
        ("2026-05-01T02:00:00+02:00", MAY),
        ("2026-05-01T00:00:00", MAY),
        ("2026-05-01", MAY),
    ],
)
def test_how_old(given: str, sent: str) -> None:
    manager = Manager()
    planned = deletion(manager, given)
    assert (planned.after, planned.warnings) == (sent, [])
    assert planned.changes[0].after == {"older_than": sent}
    planned.changes[0].apply()
    assert manager.sent == [("s", "t", sent)]


@pytest.mark.parametrize("given", ["", "yesterday", "P", "30D", "637410358250082194", "-P1D", "2026-13-01T00:00:00Z"])
def test_an_age_that_is_neither_is_refused(given: str) -> None:
    with pytest.raises(
        Refused, match=r"older_than .* must be a UTC time .* or an ISO 8601 duration such as P1M3DT1H2M"
    ):
        deletion(Manager(), given)


def test_a_barrier_beats_the_age_and_that_is_told() -> None:
    warnings = deletion(Manager("theirs", MAY), "P1D").warnings
    assert len(warnings) == 1
    assert f"has a retention barrier at {MAY}, of application theirs" in warnings[0]


def test_a_barrier_that_cannot_be_read_does_not_matter() -> None:
    manager = Manager()
    manager.barrier = ApiError("G", 500, "AEM_GET_CHANGE_DATA_RETENTION_BARRIER_INNER_ERR", "no")
    assert deletion(manager, "P1D").warnings == []
    manager.barrier = ApiError("G", 500, "AEM_SERVER_NOT_CONNECTED", "no")
    with pytest.raises(ApiError, match="AEM_SERVER_NOT_CONNECTED"):
        deletion(manager, "P1D")


@pytest.mark.parametrize("sent", [True, False])
def test_a_lost_deletion_is_asked_for_once_and_may_have_been_done(sent: bool) -> None:
    manager = Manager()
    manager.trouble = [NoAnswer("DeleteOldChangeData", "cut", sent=sent)]
    with pytest.raises(NoAnswer) as caught:
        deletion(manager, "P1D").changes[0].apply()
    assert len(manager.sent) == 1
    assert ("may have been deleted" in caught.value.message) == sent
    assert (caught.value.left == Applied()) == sent


def test_a_task_that_is_yet_to_be_imported() -> None:
    missing = ApiError("G", 500, "AEM_TASK_NOT_FOUND", "no")
    manager = Manager(check_mode=True)
    manager.barrier = missing
    planned = barrier(manager, MAY)
    assert (planned.plan.changes[0].action, planned.certain) == ("create", True)
    assert planned.plan.warnings[0].startswith("There is no task t on server s yet.")
    assert deletion(manager, "P1D").warnings[0].startswith("There is no task t on server s yet.")
    manager.check_mode = False
    with pytest.raises(ApiError, match="AEM_TASK_NOT_FOUND"):
        barrier(manager, MAY)
