# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check mode of a whole play: what an earlier task of it would have made is not there yet.

A module cannot know what the tasks before it would have done. So in check mode, and only there, a server, a task or an
endpoint that is named and is not there is taken as there, as an earlier task would have left it; a warning says that a
run needs it. Whatever else would stop a run stops check mode too.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from .._client.api import Api
from .._client.vocabulary import ENDPOINT_NOT_FOUND, SERVER_NOT_FOUND, TASK_NOT_FOUND
from .._core.errors import ApiError, Refused
from .._core.select import missing, there_is_no

T = TypeVar("T")


def seen(
    api: Api, look: Callable[[], T], server: str, task: str | None = None, endpoint: str | None = None
) -> tuple[T | None, list[str]]:
    """What ``look`` reads of the server, or of the task or the endpoint on it, and no warnings.

    In check mode, where there is no such thing: None, and a warning that a run needs it. A run raises the ApiError.
    """
    what = {
        SERVER_NOT_FOUND: f"server {server}",
        TASK_NOT_FOUND: f"task {task} on server {server}",
        ENDPOINT_NOT_FOUND: f"endpoint {endpoint} on server {server}",
    }
    try:
        return look(), []
    except ApiError as error:
        if not api.check_mode or error.error_code not in what:
            raise
        return None, [_needed(f"There is no {what[error.error_code]} yet.")]


def to_come(
    api: Api, kind: str, names: Iterable[str], wanted: Sequence[str] | None, where: str
) -> tuple[list[str], list[str]]:
    """The wanted names, not patterns, that are none of ``names``, and a warning of them.

    They are taken as there in check mode only: a run raises Refused.
    """
    present = list(names)
    gone = list(dict.fromkeys(missing(present, wanted)))
    return gone, unless_made(api, there_is_no(kind, gone, present, where)) if gone else []


def unless_made(api: Api, problem: str, mends: str = "adds it") -> list[str]:
    """A warning of what a run would be refused for, unless an earlier task of the play ``mends`` it.

    A run raises Refused.
    """
    if not api.check_mode:
        raise Refused(problem)
    return [_needed(problem, mends)]


def _needed(problem: str, mends: str = "adds it") -> str:
    return f"{problem} A run would fail, unless an earlier task {mends}."
