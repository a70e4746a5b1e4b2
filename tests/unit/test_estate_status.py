# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script that makes an exit code of reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.files import file_name

SCRIPT = Path(__file__).resolve().parents[2] / "roles/estate/files/estate_status.py"


def code(folder: Path, *arguments: str) -> int:
    return subprocess.run(
        [sys.executable, str(SCRIPT), str(folder), *arguments], check=False, capture_output=True
    ).returncode


def write(folder: Path, host: str, status: str, commit: str = "abc") -> None:
    (folder / f"{file_name(host)}.json").write_text(json.dumps({"status": status, "host": host, "commit": commit}))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        *[("valid", 0), ("in_sync", 0), ("applied", 0), ("changes", 2), ("blocked", 3), ("refused", 3)],
        *[("failed", 1), ("something new", 1)],
    ],
)
def test_a_status_is_a_code(tmp_path: Path, status: str, expected: int) -> None:
    write(tmp_path, "em-prd", status)
    assert code(tmp_path, "em-prd") == expected


def test_no_report_is_an_error(tmp_path: Path) -> None:
    assert code(tmp_path, "em-prd") == 1
    (tmp_path / "em-prd.json").write_text('{"status": "in_sync"')
    assert code(tmp_path, "em-prd") == 1
    (tmp_path / "em-prd.json").write_text("[]")
    assert code(tmp_path, "em-prd") == 1


def test_the_worst_of_several_counts(tmp_path: Path) -> None:
    for host, status in (("a", "in_sync"), ("b", "changes"), ("c", "blocked"), ("d", "failed")):
        write(tmp_path, host, status)
    assert [code(tmp_path, *hosts) for hosts in ("a", "ab", "abc", "abcd", "ae")] == [0, 2, 3, 1, 1]


def test_a_report_of_an_older_run_is_an_error(tmp_path: Path) -> None:
    report = {"status": "applied", "host": "em-prd", "commit": "abc", "begun": "2026-03-07T01:00:07Z"}
    (tmp_path / "em-prd.json").write_text(json.dumps(report))
    times = ("2026-03-07T01:00:06Z", "2026-03-07T01:00:07Z", "2026-03-07T01:00:08Z", "yesterday", "")
    assert [code(tmp_path, "em-prd", "--begun-after", time) for time in times] == [0, 0, 1, 1, 1]
    write(tmp_path, "em-qas", "applied")
    assert code(tmp_path, "em-qas", "--begun-after", "2026-03-07T01:00:08Z") == 1


def test_a_report_of_another_commit_or_host_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "em-prd", "in_sync", commit="abc")
    assert code(tmp_path, "em-prd", "--commit", "abc") == 0
    assert code(tmp_path, "em-prd", "--commit", "def") == 1
    (tmp_path / "em-qas.json").write_text((tmp_path / "em-prd.json").read_text())
    assert code(tmp_path, "em-qas") == 1


@pytest.mark.parametrize("host", ["em prd", "aux", ".em", "em.", "-em", "x" * 210, "é" * 100])
def test_a_report_is_found_whatever_its_file_is_called(tmp_path: Path, host: str) -> None:
    write(tmp_path, host, "changes")
    (tmp_path / "other.json").write_text('{"host": ["em prd"]}')
    assert code(tmp_path, "--commit", "abc", "--", host) == 2
    assert code(tmp_path, "--", host, "another") == 1


def test_wrong_arguments_are_not_taken_for_changes(tmp_path: Path) -> None:
    assert [code(tmp_path), code(tmp_path, "em", "--comit", "x"), code(tmp_path, "--help")] == [1, 1, 0]
