# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the endpoints of a definition name is looked for on the server, and only if they name something."""

from __future__ import annotations

from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import ApiError
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import (
    Definition,
    of_sections,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.named import look_for_missing


class Manager:
    """A server with one endpoint and one task; it may forbid to list either."""

    def __init__(self, **forbidden: str) -> None:
        self.forbidden = forbidden
        self.asked: list[str] = []

    def get_endpoint_list(self, _server: str) -> list[dict[str, Any]]:
        """GetEndpointList."""
        return self._answer("endpoint", "E")

    def get_task_list(self, _server: str) -> list[dict[str, Any]]:
        """GetTaskList."""
        return self._answer("task", "T")

    def _answer(self, kind: str, name: str) -> list[dict[str, Any]]:
        self.asked.append(kind)
        if kind in self.forbidden:
            raise ApiError("List", 403, self.forbidden[kind], "no")
        return [{"name": name}]


def told(manager: Manager, definition: Definition) -> list[str]:
    """The warnings, by what is named."""
    return [warning.split("'")[3] for warning in look_for_missing(cast(Api, manager), "s", definition)]


def test_what_is_named_and_not_there_is_told() -> None:
    named = [("backend_db", "E"), ("backend_db", "F"), ("logstreamstagingtask", "T"), ("logstreamstagingtask", "U")]
    one = of_sections(databases=[{"name": str(n), "db_settings": {key: name}} for n, (key, name) in enumerate(named)])
    manager = Manager()
    assert told(manager, one) == ["F", "U"]
    assert manager.asked == ["endpoint", "task"]
    assert told(Manager(endpoint="UNAUTHORIZED_REQUEST"), one) == ["U"]
    with pytest.raises(ApiError):
        told(Manager(task="OTHER"), one)


def test_where_nothing_is_named_nothing_is_asked() -> None:
    manager = Manager()
    assert told(manager, of_sections(databases=[{"name": "A", "db_settings": {"username": "u"}}])) == []
    assert manager.asked == []
