# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was meant, where Enterprise Manager says that there is no such server, task or endpoint.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from .._core.errors import AemError, ApiError, TooLittle
from .._core.select import did_you_mean
from .api import Api
from .vocabulary import ENDPOINT_NOT_FOUND, SERVER_NOT_FOUND, TASK_NOT_FOUND

_CODES = (SERVER_NOT_FOUND, TASK_NOT_FOUND, ENDPOINT_NOT_FOUND)


def ask_for_nearest(api: Api, error: AemError) -> None:
    """Let an error that says that a name is not there also ask whether one near to it was meant.

    Of an error that sums up others the first such one counts. Nothing is added where the names cannot be read.
    """
    known = (ApiError, TooLittle)
    told = [one for one in (error, *error.causes) if isinstance(one, known) and one.error_code in _CODES]
    if not told:
        return
    try:
        question = did_you_mean(*_names(api, told[0]))
    except AemError:
        return
    error.message = " ".join(filter(None, (error.message, question)))


def _names(api: Api, error: ApiError | TooLittle) -> tuple[str, list[str]]:
    """The name that was not found, and the names that there are; none where the call named nothing."""
    path = error.path
    if error.error_code == SERVER_NOT_FOUND and len(path) > 1:
        return path[1], [str(server["name"]) for server in api.get_server_list()]
    if error.error_code == TASK_NOT_FOUND and len(path) > 3:
        return path[3], [str(task["name"]) for task in api.get_task_list(path[1])]
    if error.error_code == ENDPOINT_NOT_FOUND and len(path) > 3:
        return path[3], [str(endpoint["name"]) for endpoint in api.get_endpoint_list(path[1])]
    return "", []
