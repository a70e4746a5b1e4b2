# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read of files is kept for when it is planned, as far as there is room."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition import document
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.parsing import parse
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.shelf import Shelf, packed
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import importing
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource.task_definition import Prepared
from support.definitions import SECTIONS, export


def prepared(**task: Any) -> Prepared:
    """What is to be imported, of a definition with one task."""
    definition = document.of_sections(tasks=[{"task": {"name": "Orders"}, **task}])
    return Prepared(definition, ["a warning"], "a hint")


def test_what_is_kept_is_the_same() -> None:
    shelf = Shelf()
    shelf.put("here", packed(prepared(number=1, text="ß", yes=True, nothing=None)))
    assert shelf.look_up("here") == prepared(number=1, text="ß", yes=True, nothing=None)
    assert ("here" in shelf, "elsewhere" in shelf) == (True, False)
    assert shelf.look_up("elsewhere") is None


def test_what_has_no_room_is_not_kept() -> None:
    shelf = Shelf(room=500)
    shelf.put("large", packed(prepared(text="x" * 600)))
    shelf.put("first", packed(prepared(text="x" * 200)))
    shelf.put("second", packed(prepared(text="x" * 200)))
    assert [bool(shelf.look_up(place)) for place in ("large", "first", "second")] == [False, True, False]


def test_what_is_no_plain_data_is_not_kept() -> None:
    class Text(str):
        __slots__ = ()

    shelf = Shelf()
    assert packed(prepared(text=Text("of Ansible"))) is None
    shelf.put("here", None)
    assert shelf.look_up("here") is None


def test_a_file_is_read_once_to_be_checked_and_planned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document_of_task = export("export_task_2021.json")
    name = document_of_task[SECTIONS]["tasks"][0]["task"]["name"]
    file = tmp_path / "task.json"
    file.write_text(json.dumps(document_of_task), encoding="utf-8")
    read: list[str] = []
    content = importing.file_content
    monkeypatch.setattr(importing, "file_content", lambda path: read.append(path) or content(path))
    (server,), problems = parse([{"name": "s", "tasks": [{"name": name, "src": str(file)}]}])
    assert not problems
    (task,) = server.tasks or ()
    first = task.prepared()
    assert (first.definition.task_names, task.prepared()) == ([name], first)
    assert read == [str(file)]
