# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there after a run, without what differs between two runs that do the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from support.compared import without
from support.offline import Offline

# When something happened, and what follows from that.
_OF_A_RUN = frozenset(
    {"audit_trail", "full_load_start", "full_load_end", "last_connection", "message", "stop_reason", "password_changes"}
    | {"load_start", "load_end"}
)
_NAMED_AFTER = re.compile(r"[0-9a-f]{64}|[0-9]{8}T[0-9]{6}[0-9.]*Z?")
_OF_A_DEFINITION = frozenset({"name", "description"})


def of(em: Offline) -> Any:
    """The estate."""
    estate = em.estate()
    for server in estate["servers"]:
        for key in _OF_A_DEFINITION:
            server.get("definition", {}).pop(key, None)
    return without(estate, _OF_A_RUN)


def running(em: Offline) -> frozenset[tuple[str, str]]:
    """The tasks that run."""
    servers = em.world.estate.servers.values()
    return frozenset(
        (server.name, task.name) for server in servers for task in server.tasks.values() if task.state == "RUNNING"
    )


def files(folder: Path) -> Any:
    """The files of a folder, by name; those that are named after a time or their content by how many they are."""
    names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return sorted(_NAMED_AFTER.sub("*", name) for name in names)
