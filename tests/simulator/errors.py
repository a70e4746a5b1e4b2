# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulator raises."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """The API refuses a call: ``code`` is an error code of the guide, ``fields`` fill its message template."""

    def __init__(self, code: str, **fields: Any) -> None:
        super().__init__(f"{code} {fields}")
        self.code = code
        self.fields = fields


class EstateError(ValueError):
    """An estate is not of the schema; the text names the place."""


class SettingsError(ValueError):
    """A setting is unknown or has a value that it cannot have."""


class FaultError(ValueError):
    """A fault to inject is not one."""
