# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in the files of an estate its things stand. This is private to the collection: it may change in any release."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ._yaml import Document

# What a server has in lists, and what it has once.
THINGS = ("endpoints", "tasks")
ALONE = ("acl", "license")


def places(
    file: str, root: Path, data: Mapping[str, Any], document: Document, with_lines: bool
) -> Iterator[dict[str, Any]]:
    """Where each thing of the file of a server stands: ``server``, ``kind``, ``name``, ``file`` and ``line``.

    Files are told from ``root``. With lines, ``lines`` says where each of its keys does, by its way from the thing, as
    a JSON pointer, and ``src`` which file its definition is in.
    """
    server = data.get("name")

    def place(kind: str, name: Any, way: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        found = {"server": server, "kind": kind, "name": name, "file": file, "line": document.line(way)}
        if not with_lines:
            return found
        src = value.get("src")
        told = {} if not isinstance(src, str) else {"src": src.removeprefix(f"{root}{os.sep}")}
        return {**found, "lines": dict(_lines(document, way, value)), **told}

    own = {key: value for key, value in data.items() if key not in (*ALONE, *THINGS)}
    yield place("server", server, (), own)
    for kind in ALONE:
        if isinstance(data.get(kind), dict):
            yield place(kind, server, (kind,), data[kind])
    for kind in THINGS:
        for number, item in enumerate(data.get(kind) or ()):
            yield place(kind[:-1], item.get("name"), (kind, number), item)


def _lines(document: Document, way: tuple[str | int, ...], value: Any, inner: str = "") -> Iterator[Any]:
    """The line of each key below ``way``, by a JSON pointer from there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        step = key if isinstance(key, int) and isinstance(value, list) else str(key)
        below = f"{inner}/{str(key).replace('~', '~0').replace('/', '~1')}"
        yield below, document.line((*way, step))
        yield from _lines(document, (*way, step), item, below)
