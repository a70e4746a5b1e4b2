# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All of an Enterprise Manager as one wish: read, planned, approved, applied.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations
