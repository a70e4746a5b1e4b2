# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What this machine remembers of the tasks that it has stopped for a change, until they run again.

Enterprise Manager tells that a task is stopped, but not by whom, nor that it is to run again. So there is a file for
each such task in a folder of Ansible's own. It is written before the task is told to stop, and removed once the task
runs again or somebody wants it stopped. What it says decides nothing but that: a task that is found running needs none.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timezone

from .._client.api import Api
from .._core.errors import AemError, ended
from .._core.notes import Notes
from .._core.time import with_z

# Who comes back later than that has other plans with the task.
LASTS = 7 * 24 * 3600.0
_NOTES = Notes("stopped", LASTS)


def remember(api: Api, server: str, tasks: Sequence[str]) -> Sequence[str]:
    """Note that the tasks are going to be stopped; a warning where that cannot be noted."""
    try:
        for task in tasks:
            said = {"url": _address(api), "server": server, "task": task, "since": with_z(datetime.now(timezone.utc))}
            _NOTES.write(_about(api, server, task), said)
    except AemError as error:
        told = "If the tasks cannot be resumed, a later run will not know that they were stopped."
        return (f"{ended(error.message)} {told}",)
    return ()


def forget(api: Api, server: str, tasks: Collection[str]) -> None:
    """Note that the tasks run again, or are to stay stopped."""
    for task in tasks:
        _NOTES.drop(_about(api, server, task))


def since(api: Api, server: str, tasks: Collection[str]) -> dict[str, str]:
    """Those of the tasks that were stopped and not resumed, as far as noted, each with the UTC time of that."""
    if not _NOTES.are_there():
        return {}
    noted = _NOTES.read_all({task: _about(api, server, task) for task in tasks})
    return {task: str(said["since"]) for task, said in noted.items() if "since" in said}


def _about(api: Api, server: str, task: str) -> list[str]:
    # Enterprise Manager finds names whatever their case.
    return [_address(api), server.casefold(), task.casefold()]


def _address(api: Api) -> str:
    return api.session.connection.base_url
