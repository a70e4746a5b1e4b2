# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail: ranges of time, records of any layout, and the file. No network."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import audit

START = "2020-11-15T11:17:05Z"
TICKS = "637410358250000000"


class Manager:
    """An audit trail of one document, and the ranges that it was asked for."""

    def __init__(self, document: str = '{"audit_trail": [{"user": "a"}]}', check_mode: bool = False) -> None:
        self.document = document
        self.check_mode = check_mode
        self.asked: list[tuple[str, str | None]] = []

    def export_audit_trail(self, start: str, end: str | None) -> str:
        """ExportAuditTrail."""
        self.asked.append((start, end))
        return self.document


def report(manager: Manager, **options: Any) -> Any:
    """What the module tells."""
    return audit.report(cast(Api, manager), {"start": START, "end": None, "dest": None, **options})


@pytest.mark.parametrize(
    ("start", "end", "sent"),
    [
        (START, None, (START, None)),
        ("2020-11-15 12:17:05+01:00", "2020-11-16", (START, "2020-11-16T00:00:00Z")),
        (TICKS, START, (TICKS, START)),
        (START, TICKS, (START, TICKS)),
        (f" {TICKS} ", "637410358250082194", (TICKS, "637410358250082194")),
    ],
)
def test_ranges(start: str, end: str | None, sent: tuple[str, str | None]) -> None:
    assert audit.time_range(start, end) == sent


@pytest.mark.parametrize(
    ("start", "end"),
    [(START, "2020-11-15T11:17:04Z"), (TICKS, "637410358249999999"), ("637410358250000001", START)],
)
def test_an_end_before_the_start_is_refused_before_the_call(start: str, end: str) -> None:
    manager = Manager()
    with pytest.raises(Refused, match=r"^end .* is before start "):
        report(manager, start=start, end=end)
    assert manager.asked == []


@pytest.mark.parametrize(("option", "text"), [("start", "P1D"), ("start", ""), ("end", "now"), ("end", "20201115")])
def test_what_is_no_time_is_refused(option: str, text: str) -> None:
    with pytest.raises(Refused, match=rf"^{option} .* must be a UTC time .* or ticks"):
        report(Manager(), **{option: text})


@pytest.mark.parametrize(
    ("document", "records"),
    [
        ('[{"a": 1}, {"a": 2}]', [{"a": 1}, {"a": 2}]),
        ('{"records": [{"a": 1}], "count": 1}', [{"a": 1}]),
        ('{"records": []}', []),
        ('{"a": [1], "b": [2]}', [{"a": [1], "b": [2]}]),
        ('{"a": 1}', [{"a": 1}]),
        ('"text"', ["text"]),
        (" \n", []),
    ],
)
def test_records(document: str, records: list[Any]) -> None:
    assert audit.records(document) == records


def test_without_a_file_there_are_records_and_never_a_change() -> None:
    result = report(Manager())
    assert (result.values, result.changed) == ({"records": [{"user": "a"}]}, False)


def test_a_file_is_written_once(tmp_path: Path) -> None:
    dest = tmp_path / "trail.json"
    manager = Manager()
    first, second = report(manager, dest=str(dest)), report(manager, dest=str(dest))
    assert (first.changed, second.changed) == (True, False)
    assert first.values == {
        "dest": str(dest),
        "checksum": hashlib.sha256(manager.document.encode()).hexdigest(),
    }
    assert dest.read_text(encoding="utf-8") == manager.document
    assert dest.stat().st_mode & 0o777 == 0o600
    manager.document = "[]"
    assert report(manager, dest=str(dest)).changed
    assert dest.read_text(encoding="utf-8") == "[]"


def test_check_mode_writes_no_file(tmp_path: Path) -> None:
    dest = tmp_path / "trail.json"
    assert report(Manager(check_mode=True), dest=str(dest)).changed
    assert not dest.exists()


@pytest.mark.parametrize("document", ['{"audit_trail": [', "[" * 100_000, "[" * 5000 + "]" * 5000, "[NaN]"])
def test_a_broken_document_never_gets_into_the_file(tmp_path: Path, document: str) -> None:
    dest = tmp_path / "trail.json"
    with pytest.raises(NoAnswer, match="broken JSON"):
        report(Manager(document), dest=str(dest))
    assert not dest.exists()


def test_a_file_that_cannot_be_is_refused_before_the_call(tmp_path: Path) -> None:
    manager = Manager()
    with pytest.raises(Refused, match="is a directory"):
        report(manager, dest=str(tmp_path))
    assert manager.asked == []
