# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What endpoints name: other endpoints, and the task that writes the log stream they read.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from .._client.api import Api
from .._core.errors import ApiError
from .._definition.document import Definition
from .._definition.references import ENDPOINT, TASK, Reference

UNAUTHORIZED = "UNAUTHORIZED_REQUEST"


def missing(server: str, needed: Sequence[Reference], there: dict[str, Collection[str]]) -> list[str]:
    """A warning of each endpoint or task that is named and that the server does not have.

    ``there`` holds the names that the server has, by kind; a kind that is not in it is not known.
    """
    return [
        f"Endpoint {item.by!r} names {item.kind} {item.name!r} in {'.'.join(item.path)}, which server {server} does not"
        " have."
        for item in needed
        if item.kind in there and item.name not in there[item.kind]
    ]


def look_for_missing(api: Api, server: str, wanted: Definition) -> list[str]:
    """The same for the endpoints of a definition; nothing is looked up where they name nothing else."""
    needed = wanted.needed_by_endpoints
    looks: dict[str, Callable[[], list[str]]] = {
        ENDPOINT: lambda: [str(item["name"]) for item in api.get_endpoint_list(server)],
        TASK: lambda: [str(item["name"]) for item in api.get_task_list(server)],
    }
    found = {kind: _unless_forbidden(looks[kind]) for kind in dict.fromkeys(item.kind for item in needed)}
    return missing(server, needed, {kind: names for kind, names in found.items() if names is not None})


def _unless_forbidden(look: Callable[[], list[str]]) -> Collection[str] | None:
    """What a look finds; None where this user may not look."""
    try:
        return set(look())
    except ApiError as error:
        if error.error_code != UNAUTHORIZED:
            raise
        return None
