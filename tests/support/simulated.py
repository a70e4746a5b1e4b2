# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a file of an estate for the simulator begins: with one user, who may do everything."""

from __future__ import annotations

# Users come last, so that a line for another one, or the servers, can follow.
ADMIN = r"""
enterprise_manager:
  acl: {admin_role: {groups: ['CORP\EM Admins']}}
users:
  - {name: 'CORP\admin', password: simulator, groups: ['CORP\EM Admins']}
"""
EMPTY = ADMIN + "servers: []\n"
