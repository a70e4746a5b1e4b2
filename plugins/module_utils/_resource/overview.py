# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All servers with all their tasks, as whoever watches an Enterprise Manager wants them.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._client.api import Api
from .._client.normalise import Plain
from .._core.concurrent import all_of
from .._core.errors import ApiError
from .._core.select import chosen, refuse_missing


def overview(
    api: Api, wanted: Sequence[str] | None = None, tasks: bool = True, known: Iterable[str] = ()
) -> list[Plain]:
    """The servers that ``wanted`` (names or patterns, None for all) chooses, as GetServerList has them (guide 2.13).

    With ``tasks`` each has its ``tasks``, as GetTaskList has them (2.16), read side by side. Where a server does not
    tell them, because it cannot be reached, is not monitored or not this user's to see, there are none, and
    ``problem`` says why; else ``problem`` is empty. Raises Refused for a name that no server has, unless it is among
    ``known``, the names of servers that were there.
    """
    servers = {server["name"]: server for server in api.get_server_list()}

    def completed(name: str) -> Plain:
        try:
            return {**servers[name], "tasks": api.get_task_list(name), "problem": ""}
        except ApiError as error:
            return {**servers[name], "tasks": [], "problem": error.message}

    refuse_missing("server", [*servers, *known], wanted)
    names = chosen(servers, wanted)
    if not tasks:
        return [servers[name] for name in names]
    return all_of(completed, names, api.session.connection.concurrency)
