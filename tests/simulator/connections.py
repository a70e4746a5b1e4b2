# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which endpoints a server can connect to: those on hosts that can be reached."""

from __future__ import annotations

import re
from typing import Any

from .model import Estate, Server, Task
from .repository import task_facts

_WORDS = re.compile(r"[\w.-]+")


def unreachable_host(estate: Estate, server: Server, endpoint: str) -> str | None:
    """The first host in the settings of an endpoint that cannot be reached, None where there is none."""
    unreachable = {host.casefold() for host in estate.unreachable_hosts}
    settings = server.repository.endpoints.get(endpoint, {}).get("db_settings") or {}
    named = (word for value in settings.values() for word in _words(value))
    return next((word for word in named if word in unreachable), None)


def trouble_of_task(estate: Estate, server: Server, task: Task) -> str:
    """Why a Replicate task cannot connect to one of its endpoints; empty where it can."""
    if not server.is_replicate or task.name not in server.repository.tasks:
        return ""
    facts = task_facts(server.repository, task.name)
    for endpoint in (facts.source, *facts.targets):
        host = unreachable_host(estate, server, endpoint)
        if host:
            return f"Cannot connect to endpoint {endpoint}: host {host} cannot be reached"
    return ""


def _words(value: Any) -> list[str]:
    return _WORDS.findall(value.casefold()) if isinstance(value, str) else []
