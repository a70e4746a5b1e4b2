# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What names endpoints and tasks beside the tasks themselves: settings of endpoints, jobs, notifications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .notices import LIST as NOTICES

# db_settings of an endpoint: another endpoint below it, and the task that writes the log stream it reads.
BACKEND = "backend_db"
STAGING_TASK = "logstreamstagingtask"
# A user name that begins so names the endpoint whose credentials are taken.
_BORROWED = "ref:"

Endpoints = Mapping[str, Mapping[str, Any]]


def named_endpoints(endpoint: Mapping[str, Any]) -> list[str]:
    """The endpoints that the settings of an endpoint name."""
    settings = endpoint["db_settings"]
    user = settings.get("username")
    borrowed = user.removeprefix(_BORROWED) if isinstance(user, str) and user.startswith(_BORROWED) else ""
    return [name for name in (settings.get(BACKEND), borrowed) if isinstance(name, str) and name]


def staging_task(endpoint: Mapping[str, Any]) -> str:
    """The task that writes the log stream which an endpoint reads; empty where it reads none."""
    name = endpoint["db_settings"].get(STAGING_TASK)
    return name if isinstance(name, str) else ""


def naming_endpoint(endpoints: Endpoints, name: str) -> str | None:
    """The first endpoint whose settings name the endpoint ``name``; itself does not count."""
    return next((one for one, found in endpoints.items() if one != name and name in named_endpoints(found)), None)


def reading_endpoint(endpoints: Endpoints, task: str) -> str | None:
    """The first endpoint that reads the log stream which a task writes."""
    return next((name for name, found in endpoints.items() if staging_task(found) == task), None)


def absent_endpoint(imported: Endpoints, known: Iterable[str]) -> tuple[str, str] | None:
    """An imported endpoint and the endpoint it names, which is neither imported nor known; None where all are there."""
    there = {*imported, *known}
    return next(
        ((name, other) for name, found in imported.items() for other in named_endpoints(found) if other not in there),
        None,
    )


def absent_task(imported: Endpoints, known: Iterable[str]) -> tuple[str, str] | None:
    """An imported endpoint and the task whose log stream it reads, which is not known; None where all are there."""
    there = {name.casefold() for name in known}
    wanted = ((name, staging_task(found)) for name, found in imported.items())
    return next(((name, task) for name, task in wanted if task and task.casefold() not in there), None)


def below(names: Iterable[str], endpoints: Endpoints) -> set[str]:
    """The endpoints of these names, and those that they name in turn."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += named_endpoints(endpoints[name]) if name in endpoints else []
    return found


def without_task(sections: dict[str, Any], task: str) -> dict[str, Any]:
    """The sections of a server without the jobs of a task, and without the task in notifications."""
    result = dict(sections)
    jobs = result.get("scheduler", {}).get("jobs", [])
    if any(job.get("task") == task for job in jobs):
        kept = [job for job in jobs if job.get("task") != task]
        result["scheduler"] = {**result["scheduler"], "jobs": kept}
    notices = result.get("notifications", {}).get(NOTICES, [])
    if any(task in notice.get("tasks", []) for notice in notices):
        kept = [_without(notice, task) for notice in notices]
        result["notifications"] = {**result["notifications"], NOTICES: kept}
    return result


def _without(notice: dict[str, Any], task: str) -> dict[str, Any]:
    return {**notice, "tasks": [name for name in notice["tasks"] if name != task]} if "tasks" in notice else notice
