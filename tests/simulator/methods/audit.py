# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ExportAuditTrail (guide 2.25)."""

from __future__ import annotations

import json
from datetime import datetime

from .. import times
from ..audit import as_dict
from ..call import Call
from ..errors import ApiError
from ..registry import answers


@answers("ExportAuditTrail")
def export_audit_trail(call: Call) -> str:
    """The audit records of a time range, both ends included; without an end up to the latest."""
    start = _time(call.given("start_timestamp", _is_time))
    end = _time(call.given("end_timestamp", _is_time)) if call.query.get("end_timestamp") else None
    if end is not None and end < start:
        raise ApiError("AEM_EXPORT_INNER_ERR")
    # A timestamp names a whole second, and the records of that second belong to it.
    records = [
        as_dict(entry)
        for entry in call.world.estate.audit_trail
        if entry.timestamp >= start and (end is None or entry.timestamp.replace(microsecond=0) <= end)
    ]
    return json.dumps({"audit_trail": records}, ensure_ascii=False, indent=1)


def _is_time(text: str) -> bool:
    return times.timestamp(text) is not None or times.ticks(text) is not None


def _time(text: str) -> datetime:
    found = times.timestamp(text) or times.ticks(text)
    if found is None:
        raise ApiError("AEM_INVALID_TIMESTAMP_FORMAT")
    return found
