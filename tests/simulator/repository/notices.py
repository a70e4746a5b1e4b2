# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notifications of a definition: a list in exports of older servers, an object that holds it since 2022.

They are kept as today's servers have them. Both shapes are taken from whoever imports them.
"""

from __future__ import annotations

from typing import Any

from .errors import InvalidDocument

SECTION = "notifications"
LIST = "notifications_list"


def kept(given: Any) -> dict[str, Any]:
    """The section as it is kept, given in either shape. Raises InvalidDocument for another one."""
    if isinstance(given, list):
        given = {LIST: given}
    if not isinstance(given, dict):
        raise InvalidDocument(f'"{SECTION}" is neither a list nor an object.')
    if not isinstance(given.get(LIST, []), list):
        raise InvalidDocument(f'"{SECTION}.{LIST}" is not a list.')
    return given


def as_list(sections: dict[str, Any]) -> dict[str, Any]:
    """The sections of a server as older servers write them."""
    if SECTION not in sections:
        return sections
    return {**sections, SECTION: sections[SECTION].get(LIST, [])}
