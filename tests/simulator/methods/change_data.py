# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change data: deletion and retention barriers (guide 2.37 to 2.39)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from .. import times, wire
from ..call import Call
from ..errors import ApiError
from ..model import Task
from ..registry import answers

_DELETE_BODY = "AemDeleteOldDataReq"
# The guide names the type so, the SDK of 2021 sends this.
_DELETE_BODY_OF_SDK = "AemDeleteOldChangeDataReq"
_BARRIER_BODY = "AemSetChangeDataRetentionBarrierReq"


@answers("DeleteOldChangeData")
def delete_old_change_data(call: Call) -> None:
    """Delete processed partitions; with a barrier up to that, whatever is asked for. An idle task does it later."""
    task = call.task()
    body = wire.json_object(call.body, _DELETE_BODY, call.method.body_keys)
    wire.typed(body, _DELETE_BODY, _DELETE_BODY_OF_SDK)
    wanted = wire.text(body, "timestamp_or_offset", _DELETE_BODY)
    if not wanted:
        raise ApiError("AEM_MISSING_FIELD", fieldName="timestamp_or_offset")
    limit = _limit(wanted, call.world.clock.now())
    barrier = earliest(task)
    up_to = limit if barrier is None else barrier[1]
    task.deletions.append({"requested": wanted, "up_to": times.written(up_to), "pending": not task.active})


@answers("SetChangeDataRetentionBarrier")
def set_barrier(call: Call) -> None:
    """Set the barrier of an application, or remove it by an empty retention point."""
    task = call.task()
    body = _barrier_body(call)
    application = wire.text(body, "application", _BARRIER_BODY)
    if not application:
        raise ApiError("AEM_MISSING_FIELD", fieldName="application")
    given = wire.text(body, "retention_point", _BARRIER_BODY)
    if not given:
        task.barriers.pop(application, None)
        return
    point = times.timestamp(given)
    if point is None:
        raise ApiError("AEM_INVALID_TIMESTAMP_FORMAT")
    task.barriers[application] = point


@answers("GetChangeDataRetentionBarrier")
def get_barrier(call: Call) -> dict[str, str]:
    """The earliest barrier and whose it is; empty strings if there is none."""
    barrier = earliest(call.task())
    if barrier is None:
        return {"application": "", "retention_point": ""}
    return {"application": barrier[0], "retention_point": times.written(barrier[1])}


def earliest(task: Task) -> tuple[str, datetime] | None:
    """The application with the earliest barrier of a task, and the barrier."""
    return min(task.barriers.items(), key=lambda item: item[1], default=None)


def _limit(wanted: str, now: datetime) -> datetime:
    """The time before which partitions may go. Raises ApiError (AEM_INVALID_TIMESTAMP_OR_OFFSET_FORMAT)."""
    point = times.timestamp(wanted)
    if point is not None:
        return point
    offset = times.duration(wanted)
    if offset is None:
        raise ApiError("AEM_INVALID_TIMESTAMP_OR_OFFSET_FORMAT")
    return now - min(offset, now - datetime.min.replace(tzinfo=now.tzinfo) - timedelta(days=1))


def _barrier_body(call: Call) -> dict[str, Any]:
    """The body as JSON, or as the lines ``name=value`` that the guide prints as well (contract: barrier-body)."""
    body = call.body
    if not body.lstrip().startswith(b"{") and b"=" in body:
        lines = [line.partition("=") for line in body.decode("utf-8", "replace").splitlines() if line.strip()]
        body = json.dumps({name.strip(): value.strip() for name, _unused, value in lines}).encode()
    return wire.typed(wire.json_object(body, _BARRIER_BODY, call.method.body_keys), _BARRIER_BODY)
