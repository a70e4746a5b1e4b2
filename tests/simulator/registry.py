# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which function answers which API method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .call import Call

# What it returns: JSON data, a text to be sent as it is, or None for an empty answer.
Handler = Callable[[Call], Any]
HANDLERS: dict[str, Handler] = {}


def answers(name: str) -> Callable[[Handler], Handler]:
    """Register a function, plain or async, as the one that answers the API method ``name``."""

    def register(handler: Handler) -> Handler:
        if name in HANDLERS:
            raise ValueError(f"{name} is answered twice.")
        HANDLERS[name] = handler
        return handler

    return register
