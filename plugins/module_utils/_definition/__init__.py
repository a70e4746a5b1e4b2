# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON of an export as data: read, asked, compared, retargeted. Pure; it knows no network.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations
