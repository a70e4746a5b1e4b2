# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server under another name: whatever fails on the way, it is there in the end, or told with its ACL. No network."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import AemError, ApiError, NoAnswer
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Applied
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.exchange import _Exchange
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.site import Site
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import acl

OLD, NEW = "OLD", "NEW"
ACL = {**acl.empty(), "designer_role": {"users": ["CORP\\ann"], "groups": []}}
DONE_BUT_LOST, LOST = "done but lost", "lost"
TO_DO = (
    'Give this as its acl, and run again: {"designer_role": {"users": ["CORP\\\\ann"], "groups": []},'
    ' "disable_inheritance": false}'
)


class Manager:
    """Servers that have one host and port. ``trouble`` holds what happens to the next calls of a method."""

    def __init__(self, **trouble: list[Any]) -> None:
        self.servers: dict[str, Any] = {OLD: ACL}
        self.session = SimpleNamespace(connection=SimpleNamespace(base_url="https://em"))
        self.trouble = trouble

    def delete_server(self, name: str) -> None:
        """DeleteServer."""
        self._do("DeleteServer", lambda: self.servers.pop(self._there(name)))

    def put_server(self, name: str, _properties: Any) -> None:
        """PutServer; host and port are unique."""

        def work() -> None:
            if set(self.servers) - {name}:
                raise ApiError("PutServer", 500, "AEM_X", f"host and port are those of {', '.join(self.servers)}")
            self.servers.setdefault(name, None)

        self._do("PutServer", work)

    def get_server(self, name: str) -> dict[str, Any]:
        """GetServer."""
        self._do("GetServer", lambda: None)
        return {"name": self._there(name)}

    def put_server_acl(self, name: str, wanted: Any) -> None:
        """PutServerAcl."""
        self._do("PutServerAcl", lambda: self.servers.update({self._there(name): wanted}))

    def get_server_acl(self, name: str) -> Any:
        """GetServerAcl."""
        found = self.servers[self._there(name)]
        if found is None:
            raise ApiError("GetServerAcl", 500, acl.HAS_NO_ACL, "it has none")
        return found

    def _there(self, name: str) -> str:
        if name not in self.servers:
            raise ApiError("GetServer", 500, "AEM_SERVER_NOT_FOUND", "it is not there")
        return name

    def _do(self, api_method: str, work: Any) -> None:
        trouble = self.trouble.get(api_method) or [None]
        met = trouble.pop(0)
        if isinstance(met, AemError):
            raise met
        if met != LOST:
            work()
        if met is not None:
            lost = NoAnswer(api_method, "cut", sent=True)
            lost.not_settled()
            raise lost


def refused(api_method: str) -> ApiError:
    """What Enterprise Manager refuses, in words without a full stop."""
    return ApiError(api_method, 500, "AEM_REFUSED", "no")


def exchange(manager: Manager, explicit: Any = ACL) -> _Exchange:
    """The exchange of the names of the only server."""
    return _Exchange(cast(Site, SimpleNamespace(api=manager, name=NEW)), OLD, {}, {}, explicit)


def failure(manager: Manager, explicit: Any = ACL) -> AemError:
    """The error that it ends in."""
    with pytest.raises(AemError) as caught:
        exchange(manager, explicit).apply()
    assert re.search(r"no [A-Z]", caught.value.message) is None
    return caught.value


@pytest.mark.parametrize(
    "trouble",
    [
        {},
        {"DeleteServer": [DONE_BUT_LOST]},
        {"DeleteServer": [LOST]},
        {"DeleteServer": [LOST, DONE_BUT_LOST]},
        {"PutServer": [DONE_BUT_LOST]},
        {"PutServerAcl": [DONE_BUT_LOST]},
    ],
)
def test_what_is_done_in_the_end_is_no_failure(trouble: dict[str, list[Any]]) -> None:
    manager = Manager(**trouble)
    assert exchange(manager).apply().changed
    assert manager.servers == {NEW: ACL}


def test_a_removal_that_is_refused_has_changed_nothing() -> None:
    manager = Manager(DeleteServer=[refused("DeleteServer")])
    error = failure(manager)
    assert (error.message, error.left) == (refused("DeleteServer").message, None)
    assert manager.servers == {OLD: ACL}


@pytest.mark.parametrize(
    "trouble",
    [
        {"DeleteServer": [LOST, LOST]},
        {"DeleteServer": [DONE_BUT_LOST], "GetServer": [refused("GetServer")]},
        {"PutServer": [refused("PutServer")]},
        {"PutServer": [LOST]},
        {"PutServer": [refused("PutServer"), DONE_BUT_LOST], "PutServerAcl": [DONE_BUT_LOST]},
    ],
)
def test_where_it_cannot_be_had_it_is_there_as_it_was(trouble: dict[str, list[Any]]) -> None:
    manager = Manager(**trouble)
    error = failure(manager)
    assert error.message.endswith(". Server OLD was added again under its old name.")
    assert error.left == Applied(changed=False)
    assert manager.servers == {OLD: ACL}


def test_without_its_acl_it_is_told_that_it_is_there_and_what_its_acl_was() -> None:
    manager = Manager(PutServerAcl=[refused("PutServerAcl")])
    error = failure(manager)
    assert error.message == (
        f"PutServerAcl failed with HTTP 500 AEM_REFUSED: no. Server OLD is there as NEW now, without its ACL. {TO_DO}"
    )
    assert error.left == Applied()
    assert manager.servers == {NEW: None}


def test_without_its_acl_under_its_old_name_that_is_told_too() -> None:
    manager = Manager(PutServer=[refused("PutServer")], PutServerAcl=[refused("PutServerAcl")])
    error = failure(manager)
    assert "Server OLD was added again under its old name, without its ACL: PutServerAcl failed" in error.message
    assert error.message.endswith(f"no. {TO_DO}")
    assert (error.left, manager.servers) == (Applied(), {OLD: None})


@pytest.mark.parametrize(("explicit", "to_do"), [(ACL, TO_DO), (None, "Run again.")])
def test_where_it_is_there_under_no_name_that_is_told(explicit: Any, to_do: str) -> None:
    manager = Manager(PutServer=[refused("PutServer")] * 2)
    error = failure(manager, explicit)
    assert "Server OLD is removed and could not be added again: PutServer failed" in error.message
    assert error.message.endswith(f"no. {to_do}")
    assert (error.left, manager.servers) == (Applied(), {})


def test_where_nobody_can_look_that_is_told() -> None:
    manager = Manager(PutServer=[DONE_BUT_LOST], GetServer=[refused("GetServer")])
    error = failure(manager)
    assert "Whether server NEW is there could not be seen: GetServer failed" in error.message
    assert "Server OLD is removed and could not be added again: PutServer failed" in error.message
    assert (error.left, manager.servers) == (Applied(), {NEW: None})
