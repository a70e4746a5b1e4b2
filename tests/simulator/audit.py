# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail: who wrote what (guide 2.25)."""

from __future__ import annotations

from .call import Call
from .model import AuditRecord

MOST_RECORDS = 100_000


def record(call: Call, error_code: str | None) -> None:
    """Remember a call that wrote, or would have; the oldest records make room."""
    trail = call.world.estate.audit_trail
    if len(trail) >= MOST_RECORDS:
        del trail[: MOST_RECORDS // 10]
    trail.append(
        AuditRecord(
            timestamp=call.world.clock.now(),
            user=call.session.user if call.session else "",
            method=call.method.name,
            server=call.names.get("server", ""),
            object=call.names.get("task") or call.names.get("endpoint") or "",
            result=error_code or "SUCCESS",
        )
    )


def as_dict(entry: AuditRecord) -> dict[str, str]:
    """A record as ExportAuditTrail and an estate show it."""
    return {
        "timestamp": f"{entry.timestamp:%Y-%m-%dT%H:%M:%SZ}",
        "user": entry.user,
        "method": entry.method,
        "server": entry.server,
        "object": entry.object,
        "result": entry.result,
    }
