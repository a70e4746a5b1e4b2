# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the work of a module in this process, as its host does it: quick, and with the simulator's faults at hand."""

from __future__ import annotations

from typing import Any

from ansible_collections.qlik.enterprise_manager.plugins.module_utils import _module
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from simulator import Simulator


def perform(em: Simulator, module: Any, check_mode: bool = False, **options: Any) -> Result:
    """The result of a module, with the options that a user gives and the defaults of the rest."""
    declaration = _module.declaration_of(module.main)
    defaults = {name: spec.get("default") for name, spec in declaration.argument_spec().items()}
    connection = {
        "aem_url": em.url,
        "aem_username": em.username,
        "aem_password": em.password,
        "aem_ca_path": str(em.ca_path),
    }
    return _module.perform(declaration.work, {**defaults, **connection, **options}, check_mode, set().update)


def calls(em: Simulator) -> list[str]:
    """The API methods that were called, logins and logouts aside."""
    return [entry["api_method"] for entry in em.log() if entry["api_method"] not in ("Login", "Logout")]
