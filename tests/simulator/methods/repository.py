# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ExportAll and ImportAll (guide 2.32, 2.33)."""

from __future__ import annotations

from .. import importing
from ..call import Call
from ..exporting import exported
from ..registry import answers
from ..rules import require_role_on_each


@answers("ExportAll")
def export_all(call: Call) -> str:
    """Every definition of a server; refused as a whole if the caller may not export one of them."""
    server = call.server()
    importing.require_version(call, server)
    for rule in call.method.minimum_role:
        if rule.scope == "all_tasks":
            require_role_on_each(call, rule.role, "task", list(server.repository.tasks))
        if rule.scope == "all_endpoints":
            require_role_on_each(call, rule.role, "endpoint", list(server.repository.endpoints))
    return exported(call.world, server)


@answers("ImportAll")
def import_all(call: Call) -> None:
    """Merge definitions into those of a server; they become visible some time later."""
    server = call.server()
    importing.require_version(call, server)
    importing.schedule(call.world, server, importing.planned_all(call, server))
