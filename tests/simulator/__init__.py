# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An embedded Enterprise Manager: all methods of its API, stateful, over TLS, for tests and demonstrations.

    with Simulator(Settings(start_seconds=0.1)) as em:
        ...  # em.url, em.ca_path, em.username, em.password

On the command line: ``python -m simulator --help``.
"""

from __future__ import annotations

from .errors import EstateError, FaultError, SettingsError
from .runner import Simulator
from .settings import Settings

__all__ = ["EstateError", "FaultError", "Settings", "SettingsError", "Simulator"]
