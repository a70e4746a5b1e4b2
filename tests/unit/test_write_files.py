# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that writes the files of a report."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "roles/estate/files/write_files.py"


def write(folder: Path, texts: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(folder)], input=json.dumps(texts), check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def test_all_are_written_for_their_owner_and_none_else(tmp_path: Path) -> None:
    folder = tmp_path / "not there/yet"
    texts = {"a.md": "Größe\r\n", "a.json": "{}", f"{'n' * 250}.xml": ""}
    assert write(folder, texts) == (0, "")
    assert {path.name: path.read_bytes().decode("utf-8") for path in folder.iterdir()} == texts
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_what_is_there_is_replaced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("a longer text than the new one")
    (tmp_path / "other").write_text("stays")
    assert write(tmp_path, {"a.json": "new"}) == (0, "")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"a.json": "new", "other": "stays"}


def test_what_cannot_be_written_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    code, told = write(tmp_path, {"a.md": "written", "a.json": "not written"})
    assert (code, told) == (1, f"The report cannot be written to {tmp_path}: Is a directory.\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.md"]
    (tmp_path / "file").write_text("")
    assert write(tmp_path / "file", {})[1] == f"The report cannot be written to {tmp_path / 'file'}: File exists.\n"
