# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that nobody wants to see in a folder, what a file may be called everywhere, and servers of such things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from support import hostile
from support.api_calls import DEV, endpoint, one_task
from support.definitions import SECTIONS

# What a file system, a shell, git or Windows takes for something else; names that differ in case or in form only; names
# that would be one if signs were taken away from them; and names that are long in bytes.
FILE_NAMES = [
    *dict.fromkeys(
        [
            *hostile.NAMES,
            *("Case", "case", "CASE", "stra\u00dfe", "strasse", "\ufb01le", "file", "\u00c5", "A\u030a", "\u212b"),
            *("nul", "NUL", "COM1.txt", "aux .json", "lpt9", "CONIN$", "x.yml", "X.YAML", ".yml", "a.", "a..", "a "),
            *("a", " a", "-", "--", "--rf", "...", ".git", ".hidden", "a%2Fb", "a%2fb", "a%252Fb", "a_b", "a b", "%~"),
            *("%~0000000000000000", "x" * 182 + "%~0", "a<b>", "a\x01b", "manifest.json", "definitions", ".lock"),
            *("\U0001f600" * 64, "\U0001f600" * 63 + "\U0001f601", "\u0416" * 50, "\u0416" * 49 + "\u0417"),
            *("\u202etxt.exe", "\u0627\u0644\u0639", "x" * 200, "x" * 199 + "y", "x" * 201, "x" * 201 + "y"),
        ]
    )
]
# What Enterprise Manager takes for the name of a server; one or two dots cannot be asked for, since they are ways.
SERVER_NAMES = [
    *("...", "-rf", "con", "NUL.json", "COM1", "x.yml", "X.YAML", "x", "shared", ".git", ".lock", "aux .x"),
    *("x" * 64, "a.", "a", "manifest.json", "servers", "estate.yml"),
]
_NOT_ON_WINDOWS = re.compile(r'[<>:"/\\|?*\x00-\x1f]|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)[. ]*(\.|$)', re.IGNORECASE)


def fits_everywhere(file: str) -> bool:
    """Whether a file may have that name on all systems that check repositories out, and is no option of a command."""
    fine = file.isascii() and file.isprintable() and not file.startswith("-")
    return fine and 0 < len(file) <= 255 and not _NOT_ON_WINDOWS.search(file)


def server(known: dict[str, Any], name: str, host: str, things: Sequence[str] = ()) -> dict[str, Any]:
    """A server like the one of development among ``known``, with a task and an endpoint of each of the names."""
    dev = next(item for item in known["servers"] if item["name"] == DEV)
    sections = dev["definition"][SECTIONS]
    tasks = [one_task(thing, "DEV Oracle", "DEV null")[SECTIONS]["tasks"][0] for thing in things]
    databases = [*sections["databases"], *(endpoint(thing) for thing in things)]
    definition = {**dev["definition"], SECTIONS: {"tasks": tasks, "databases": databases}}
    kept = {key: value for key, value in dev.items() if key not in ("tasks", "endpoints", "guid")}
    return {**kept, "name": name, "host": host, "definition": definition}
