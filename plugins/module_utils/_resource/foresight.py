# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode of a whole play: an earlier task would have made the server or the task that is looked at.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .._client.api import Api
from .._client.vocabulary import SERVER_NOT_FOUND
from .._core.errors import ApiError

T = TypeVar("T")

TASK_NOT_FOUND = "AEM_TASK_NOT_FOUND"


def seen(api: Api, look: Callable[[], T], server: str, task: str | None = None) -> tuple[T | None, list[str]]:
    """What ``look`` reads of the server, or of the task on it, and no warnings.

    In check mode, where there is no such server or task: None, and a warning that a run needs it. A run raises the
    ApiError.
    """
    what = {SERVER_NOT_FOUND: f"server {server}", TASK_NOT_FOUND: f"task {task} on server {server}"}
    try:
        return look(), []
    except ApiError as error:
        if not api.check_mode or error.error_code not in what:
            raise
        return None, [f"There is no {what[error.error_code]} yet. A run would fail, unless an earlier task adds it."]
