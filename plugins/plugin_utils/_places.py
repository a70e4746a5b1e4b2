# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where in the files of an estate its things stand. This is private to the collection: it may change in any release."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..module_utils._definition.paths import pointer
from ..module_utils._estate.variables import EXPRESSIONS
from ._yaml import Document, Literal, Vaulted

# What a server has in lists, and what it has once.
THINGS = ("endpoints", "tasks")
ALONE = ("acl", "license")


def places(
    file: str, root: Path, data: Mapping[str, Any], document: Document, with_lines: bool
) -> Iterator[dict[str, Any]]:
    """Where each thing of the file of a server stands: ``server``, ``kind``, ``name``, ``file`` and ``line``.

    Files are told from ``root``. With lines, ``lines`` says where each of its keys does, by its way from the thing, as
    a JSON pointer, ``templates`` the text of those whose value is made of variables, likewise, and ``src`` which file
    its definition is in, ``src_path`` being all of its path.
    """
    server = data.get("name")

    def place(kind: str, name: Any, way: tuple[str | int, ...], value: Any) -> dict[str, Any]:
        found = {"server": server, "kind": kind, "name": name, "file": file, "line": document.line(way)}
        if not with_lines:
            return found
        src = value.get("src")
        told = {} if not isinstance(src, str) else {"src": src.removeprefix(f"{root}{os.sep}"), "src_path": src}
        templates = dict(_templates(_unfilled(document.data, way)))
        return {**found, "lines": dict(_lines(document, way, value)), "templates": templates, **told}

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
        below = f"{inner}{pointer([str(key)])}"
        yield below, document.line((*way, step))
        yield from _lines(document, (*way, step), item, below)


def _unfilled(data: Any, way: tuple[str | int, ...]) -> Any:
    """What a file itself says at the end of a way, or where an expression stands for the rest of it."""
    for step in way:
        if isinstance(data, dict):
            data = data[step]
        elif isinstance(data, list):
            data = data[int(step)]
        else:
            break
    return data


def _templates(value: Any, inner: str = "") -> Iterator[tuple[str, str]]:
    """The texts that are made of variables or come out of a vault, by a JSON pointer."""
    if isinstance(value, Vaulted):
        yield inner, "!vault"
    elif isinstance(value, str) and not isinstance(value, Literal) and any(sign in value for sign in EXPRESSIONS):
        yield inner, str(value)
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _templates(item, f"{inner}{pointer([str(key)])}")
