# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must never be printed of a wish for an estate.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._definition import document
from .._definition.secrets import in_clear, names_sealed_in
from .._resource.endpoint_settings import ALWAYS, ON_CREATE

# Of update_password and update_secrets, which sound like secrets and are none.
_WORDS = frozenset({ALWAYS, ON_CREATE})


def secrets_in(servers: Any, export: str = "") -> set[str]:
    """The secrets in clear that a list of servers holds, whatever its shape.

    What an ``export`` shows encrypted is a secret under that name too.
    """
    found = in_clear(servers, sealed=names_sealed_in(export)) - _WORDS
    for server in _objects(servers):
        content = (server["license"] if isinstance(server.get("license"), Mapping) else {}).get("content")
        if content:
            found.add(str(content))
        for task in _objects(server.get("tasks")):
            if isinstance(task.get("definition"), str):
                found |= document.secrets_in(task["definition"], export)
    return found


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (item for item in (value if isinstance(value, list) else []) if isinstance(item, Mapping))
