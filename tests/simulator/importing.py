# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports: what they bring is there some time after the call has returned (guide 2.24, 2.33)."""

from __future__ import annotations

from . import wire
from .call import Call
from .errors import ApiError
from .model import Server, Task
from .repository import Import, RepositoryError, apply_import, plan_import
from .world import World

_NEEDED_VERSION = (5, 2)
_OTHER_NAME = "AEM_IMPORT_TASK_NAME_DIFFER"


def require_version(call: Call, server: Server) -> None:
    """That the server knows exports and imports. Raises ApiError (AEM_METHOD_NOT_SUPPORTED_VERSION)."""
    if server.version_number() < _NEEDED_VERSION:
        raise ApiError("AEM_METHOD_NOT_SUPPORTED_VERSION", method=call.method.name)


def planned_task(call: Call, server: Server) -> Import:
    """What ImportTask would bring. Raises RepositoryError.

    The name of a new task is known to nobody but the document: of the readings of the name in the path the one
    counts that it has.
    """
    *others, last = dict.fromkeys([call.names["task"], *wire.readings(call.params["task"])])
    for name in others:
        try:
            imported = _planned(call, server, name)
        except RepositoryError as error:
            if error.code != _OTHER_NAME:
                raise
        else:
            call.names["task"] = name
            return imported
    imported = _planned(call, server, last)
    call.names["task"] = last
    return imported


def planned_all(call: Call, server: Server) -> Import:
    """What ImportAll would bring. Raises RepositoryError."""
    return _planned(call, server, None)


def schedule(world: World, server: Server, imported: Import) -> None:
    """Let an import become visible when the settings say so."""

    def arrive(_at: float) -> None:
        apply_import(server.repository, imported)
        for name in imported.tasks:
            server.tasks.setdefault(name, Task(name))

    world.timeline.at(world.clock.monotonic() + world.settings.import_seconds, arrive)
    world.catch_up()


def _planned(call: Call, server: Server, task: str | None) -> Import:
    return plan_import(server.repository, call.body, server=server.name, task=task, running=server.active_tasks())
