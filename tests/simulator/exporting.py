# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions as text, as the settings want them (guide 2.23, 2.32)."""

from __future__ import annotations

from . import repository as definitions
from .model import Server
from .world import World


def exported(world: World, server: Server, task: str | None = None, *, with_endpoints: bool = False) -> str:
    """The definition of one task, or of everything that the server has."""
    style, now = world.settings.export_style, world.clock.now()
    if task is None:
        return definitions.export_all(server.repository, style=style, host=server.host, now=now, version=server.version)
    return definitions.export_task(
        server.repository,
        task,
        with_endpoints=with_endpoints,
        style=style,
        host=server.host,
        now=now,
        version=server.version,
    )
