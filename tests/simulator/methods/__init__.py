# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API methods, one function each. Importing this package registers them all: HANDLERS is complete then."""

from __future__ import annotations

from ..registry import HANDLERS
from . import acl, audit, change_data, endpoints, licenses, repository, servers, sessions, tables, tasks

__all__ = [
    "HANDLERS",
    "acl",
    "audit",
    "change_data",
    "endpoints",
    "licenses",
    "repository",
    "servers",
    "sessions",
    "tables",
    "tasks",
]
