# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail, as a user reads it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import Settings, Simulator
from support.playbooks import Played, run

# The estate has three records of that day.
DAY = {"start": "2026-10-01", "end": "2026-10-01T23:59:59Z"}


def module(options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    """A task."""
    return {"qlik.enterprise_manager.aem_audit_trail_info": options, **keywords}


@pytest.fixture(scope="module")
def dest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file."""
    return tmp_path_factory.mktemp("audit") / "trail.json"


@pytest.fixture(scope="module")
def played(dest: Path) -> Iterator[Played]:
    """All of it, in one play."""
    to_file = {**DAY, "dest": str(dest)}
    tasks = [
        module(DAY, name="Records"),
        module({"start": "638950632000000000", "end": "638950632999999999"}, name="Ticks"),
        module({"start": "2026-10-01 08:02:41+02:00"}, name="No end"),
        module(to_file, name="File check", check_mode=True),
        module(to_file, name="File"),
        module(to_file, name="File again"),
        module({**to_file, "end": "2026-10-01T06:00:04"}, name="Other content"),
        module({**DAY, "end": "2026-09-30"}, name="end 2026-09-30 is before start", ignore_errors=True),
        module({**DAY, "end": "soon"}, name="end 'soon' must be a UTC time", ignore_errors=True),
        module({**DAY, "dest": str(dest.parent)}, name="is a directory", ignore_errors=True),
        module({**DAY, "dest": str(dest / "x")}, name="there is no directory", ignore_errors=True),
    ]
    with Simulator(Settings()) as em:
        yield run(em, tasks)


def test_records(played: Played) -> None:
    step = played["Records"]
    assert not step.changed
    assert [record["method"] for record in step.result["records"]] == ["PutServer", "StopTask", "RunTask"]
    assert step.calls == ["Login", "ExportAuditTrail", "Logout"]
    assert played["No end"].result["records"][0]["method"] == "RunTask"


def test_ticks_travel_as_they_are(played: Played) -> None:
    step = played["Ticks"]
    assert not step.failed
    query = next(entry["query"] for entry in step.log if entry["api_method"] == "ExportAuditTrail")
    assert query == {"start_timestamp": "638950632000000000", "end_timestamp": "638950632999999999"}


def test_a_file_is_written_where_it_differs(played: Played, dest: Path) -> None:
    changed = [played[name].changed for name in ("File check", "File", "File again", "Other content")]
    assert changed == [True, True, False, True]
    assert [record["method"] for record in json.loads(dest.read_text(encoding="utf-8"))["audit_trail"]] == ["PutServer"]
    assert dest.stat().st_mode & 0o777 == 0o600
    told = played["Other content"].result
    assert (told["dest"], told["checksum"]) == (str(dest), hashlib.sha256(dest.read_bytes()).hexdigest())
    assert "records" not in told


@pytest.mark.parametrize(
    "told",
    [
        "end 2026-09-30 is before start",
        "end 'soon' must be a UTC time",
        "is a directory",
        "there is no directory",
    ],
)
def test_bad_input_is_refused_before_any_call(played: Played, told: str) -> None:
    assert played[told].failed
    assert told in played[told].result["msg"]
    assert played[told].calls == []
