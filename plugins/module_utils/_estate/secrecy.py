# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must never be printed of a wish for an estate, and what must not be sent.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._definition import document
from .._definition.secrets import in_clear, names_told_by
from .._resource.endpoint_settings import ALWAYS, ON_CREATE

_REFERENCE = re.compile(r"\s*\{\{\s*\w+\s*\}\}\s*")
# Of update_password and update_secrets, which sound like secrets and are none.
_WORDS = frozenset({ALWAYS, ON_CREATE})


def secrets_in(servers: Any, export: str = "") -> set[str]:
    """The secrets in clear that a list of servers holds, whatever its shape.

    What an ``export`` shows encrypted is a secret under that name too. With one, those that it tells are enough: the
    others are known without, and to look for them in ten thousand tasks at each export takes long.
    """
    told = names_told_by(export)
    if export and not told:
        return set()
    found = in_clear(servers, sealed=told) - _WORDS
    for server in _objects(servers):
        content = (server["license"] if isinstance(server.get("license"), Mapping) else {}).get("content")
        if content:
            found.add(str(content))
        for task in _objects(server.get("tasks")):
            if isinstance(task.get("definition"), str):
                found |= document.secrets_in(task["definition"], export)
    return found


def unevaluated(values: Iterable[Any]) -> str | None:
    """The first of the values that is a reference to a variable, which nobody has evaluated, None where none is.

    What aem_estate_info tells has such in place of secrets. To be sent they are worthless.
    """
    return next((value for value in values if isinstance(value, str) and _REFERENCE.fullmatch(value)), None)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    return (item for item in (value if isinstance(value, list) else []) if isinstance(item, Mapping))
