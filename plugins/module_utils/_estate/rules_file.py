# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of an estate as a file has them, ``estate.yml``, and as the options of aem_estate.

All functions are pure. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import rules, windows
from .options import Options, Reader
from .place import Path, Place

# The newest form of the folder that this release knows.
FORMAT = 1

_PRUNE = {name: rules.ARGUMENTS[f"prune_{name}"] for name in ("kinds", "max", "max_percent")}
ARGUMENTS: dict[str, dict[str, Any]] = {
    "format": {"type": "int", "required": True},
    "protected": rules.ARGUMENTS["protected"],
    "prune": {"type": "dict", "options": _PRUNE},
    "observe": rules.ARGUMENTS["observe"],
    "ignore": rules.ARGUMENTS["ignore"],
    "windows": windows.ARGUMENT,
    "unmanaged_blocks": {"type": "list", "elements": "str", "choices": list(rules.KINDS), "default": []},
}
OPTIONS = Options.of(ARGUMENTS)


def read(reader: Reader, given: Any) -> dict[str, Any]:
    """The options of aem_estate that the rules of a file are, and what is for the report; what is wrong is noted.

    Whether anything is pruned at all is said by the run, not by the file.
    """
    place = Place()
    if not isinstance(given, Mapping):
        reader.note(place, "The rules must be a mapping, and say format: 1 at least.")
        return {}
    found = given.get("format")
    number = str(found).strip()
    if number.isdecimal() and int(number) > FORMAT:
        reader.note(place.at("format"), f"is {found}, and this release knows no newer one than {FORMAT}. Update it.")
        return {}
    if number.lstrip("-").isdecimal() and int(number) < FORMAT:
        reader.note(place.at("format"), f"is {found}, and there is none but {FORMAT}.")
        return {}
    values = reader.read(OPTIONS, given, place)
    prune = values["prune"] or {name: option["default"] for name, option in _PRUNE.items()}
    return {
        **{f"prune_{name}": prune[name] for name in _PRUNE},
        **{name: values[name] for name in ("protected", "observe", "ignore", "windows", "unmanaged_blocks")},
    }


def way_in_file(way: Path) -> Path:
    """The way in a file to what an option of aem_estate is made of."""
    name, *inner = way
    prune, _sign, key = str(name).partition("_")
    return ("prune", key, *inner) if prune == "prune" and key else way
