# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of the module of this name. It is the same for all of them."""

from __future__ import annotations

from ..plugin_utils._action import WorkerAction


class ActionModule(WorkerAction):
    """Runs the module within Ansible's worker, where that makes no difference but to the time it takes."""
