# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON as servers of different years print it. Both forms indent with tabs; they differ in lists and empty objects."""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import Any

_LINE = "\n"


def spread(value: Any, margin: str = _LINE) -> str:
    """A line for every member and item, ``name: value`` with a blank, empty objects and lists on one line."""
    if isinstance(value, dict) and value:
        inner = margin + "\t"
        members = [f"{encode_basestring(name)}: {spread(below, inner)}" for name, below in value.items()]
        return "{" + inner + ("," + inner).join(members) + margin + "}"
    if isinstance(value, list) and value:
        inner = margin + "\t"
        return "[" + inner + ("," + inner).join([spread(item, inner) for item in value]) + margin + "]"
    return _scalar(value)


def packed(value: Any, margin: str = _LINE) -> str:
    """A line for every member, a tab after its colon, lists on the line of their name, empty objects on two lines."""
    if isinstance(value, dict):
        inner = margin + "\t"
        members = [f"{encode_basestring(name)}:\t{packed(below, inner)}" for name, below in value.items()]
        return "{" + inner + ("," + inner).join(members) + margin + "}" if members else "{" + margin + "}"
    if isinstance(value, list):
        return "[" + ", ".join([packed(item, margin + "\t") for item in value]) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    return encode_basestring(value) if isinstance(value, str) else json.dumps(value)
