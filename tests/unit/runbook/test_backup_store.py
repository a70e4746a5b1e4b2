# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups in a folder: which are kept, which was in force when, and that nothing is stored twice. No network."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import NoAnswer, Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.time import utc, with_z
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import (
    same_but_volatile,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import backup, backup_store
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.backup_store import Backups, Entry, Keep
from support.definitions import SECTIONS

DOWN = "down"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(2, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
DOCUMENTS = st.fixed_dictionaries(
    {SECTIONS: st.dictionaries(st.sampled_from(["one", "two", "three"]), PLAIN)},
    optional={"name": st.text(max_size=2), "_version": PLAIN, "more": PLAIN},
)


def entry(day: float, sign: str = "a") -> Entry:
    """An entry of a day of that year, with content of its own."""
    return Entry(with_z(BEGIN + timedelta(days=day)), "1.2", sign * 64, sign * 64, 1, 0, 0)


class Em:
    """As much of an api as a backup needs: servers that say what a test has them say, or fail."""

    check_mode = False
    session = SimpleNamespace(connection=SimpleNamespace(concurrency=8))

    def __init__(self, *servers: str) -> None:
        self.says: dict[str, Any] = dict.fromkeys(servers, 0)
        self.exports = 0

    def get_server_list(self) -> list[dict[str, Any]]:
        """All servers, monitored ones of Replicate."""
        return [{"name": name, "type": "replicate", "state": "MONITORED", "version": "9"} for name in self.says]

    def export_all(self, server: str) -> str:
        """An export that differs from all others in its volatile keys."""
        self.exports += 1
        says = self.says[server]
        if says is DOWN:
            raise NoAnswer("ExportAll", "nobody there", sent=True)
        task = {"task": {"name": f"Task {says}"}}
        volatile = {"name": f"Export {self.exports}", "_version": {"version": "2024.11"}}
        return json.dumps({**volatile, SECTIONS: {"tasks": [task], "databases": []}})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time that backups are made at, as the only item."""
    times = [BEGIN]
    monkeypatch.setattr(backup, "now", lambda: times[0])
    return times


def back_up(em: Any, path: Path, **options: Any) -> Result:
    """A run; its errors are the test's."""
    given = {"path": str(path), "servers": None, "keep_last": None, "keep_days": None, **options}
    return backup.report(em, given)


@pytest.mark.parametrize(
    ("last", "days", "kept"),
    [
        (None, None, [0, 10, 20, 29]),
        (1, None, [29]),
        (3, None, [10, 20, 29]),
        (9, None, [0, 10, 20, 29]),
        # That of day 20 was in force until day 29.
        (None, 0, [29]),
        (None, 1, [20, 29]),
        (None, 10, [10, 20, 29]),
        (None, 20, [0, 10, 20, 29]),
        (None, 800_000, [0, 10, 20, 29]),
        (None, 2**63 - 1, [0, 10, 20, 29]),
        (2, 10, [10, 20, 29]),
        (3, 1, [10, 20, 29]),
    ],
)
def test_what_is_kept_on_day_30(last: int | None, days: int | None, kept: list[int]) -> None:
    entries = [entry(day) for day in (0, 10, 20, 29)]
    found = Keep(last, days).of(entries, BEGIN + timedelta(days=30))
    assert found == [entry(day) for day in kept]


@given(st.lists(st.integers(0, 50), min_size=1), st.none() | st.integers(1, 9), st.none() | st.integers(0, 60))
def test_the_last_is_always_kept_and_all_that_was_in_force_lately(
    days: list[int], last: int | None, keep_days: int | None
) -> None:
    entries = [entry(day) for day in sorted(days)]
    now = BEGIN + timedelta(days=51)
    kept = Keep(last, keep_days).of(entries, now)
    assert kept[-1] == entries[-1]
    assert len(kept) >= min(last or 1, len(entries))
    if keep_days is not None:
        oldest = max(now - timedelta(days=keep_days), utc(entries[0].time))
        assert backup_store.in_force(kept, oldest) == backup_store.in_force(entries, oldest)


@pytest.mark.parametrize(("options", "words"), [({"keep_last": 0}, "keep_last must be 1"), ({"keep_days": -1}, "0 or")])
def test_retention_that_keeps_nothing_is_refused(options: dict[str, int], words: str) -> None:
    with pytest.raises(Refused, match=words):
        Keep.from_options(options)


def test_what_was_in_force() -> None:
    entries = [entry(1, "a"), entry(2, "b"), entry(2, "c")]
    assert backup_store.in_force(entries, BEGIN) is None
    assert backup_store.in_force(entries, BEGIN + timedelta(days=1.5)) == entries[0]
    assert backup_store.in_force(entries, BEGIN + timedelta(days=2)) == entries[2]


def test_times_grow_whatever_the_clock_says() -> None:
    assert entry(2).after(entry(1)) == entry(2)
    assert entry(2).after(None) == entry(2)
    assert [entry(1).after(entry(day)).time for day in (1, 9)] == ["2026-01-02T00:00:01Z", "2026-01-10T00:00:01Z"]


@given(DOCUMENTS, DOCUMENTS)
def test_a_fingerprint_is_that_of_what_is_said(one: dict[str, Any], other: dict[str, Any]) -> None:
    said = backup_store.fingerprint(read(one))
    assert (said == backup_store.fingerprint(read(other))) == same_but_volatile(read(one), read(other))
    backwards = dict(reversed({**one, "name": "another"}.items()))
    assert said == backup_store.fingerprint(read(backwards))


LONG = "Сервер репликации заказов и счетов в хранилище данных, второй"


@pytest.mark.parametrize("name", ["Replicate PRD 1", "..", ".git", "a/b", "ü %20", "manifest.json", LONG])
def test_any_name_is_one_folder(tmp_path: Path, name: str) -> None:
    folder = Backups(str(tmp_path), name).folder
    assert folder.parent == tmp_path
    assert not folder.name.startswith(".")
    assert back_up(Em(name), tmp_path).error is None
    assert backup_store.servers(str(tmp_path)) == [name]


def test_content_is_stored_once(tmp_path: Path, clock: list[datetime]) -> None:
    em = Em("one")
    backups = Backups(str(tmp_path / "new"), "one")
    told = []
    for number, says in enumerate("AABBA"):
        clock[0] = BEGIN + timedelta(days=number)
        em.says["one"] = says
        done = back_up(em, tmp_path / "new")
        assert done.error is None
        told.append(done.values["servers"][0])
        assert done.changed == bool(done.diff) == (told[-1]["status"] == "stored")
    assert [item["status"] for item in told] == ["stored", "unchanged", "stored", "unchanged", "stored"]
    assert [item["changes"]["tasks"] for item in told[1:3]] == [[], ["Task A", "Task B"]]
    entries = backups.entries()
    assert [item.time[:10] for item in entries] == ["2026-01-01", "2026-01-03", "2026-01-05"]
    assert [item.sha256 for item in entries] == [entries[0].sha256, entries[1].sha256, entries[0].sha256]
    assert len(list((backups.folder / "definitions").iterdir())) == 2
    last_run = json.loads((backups.folder / "last_run.json").read_text(encoding="utf-8"))
    assert last_run == {"time": "2026-01-05T00:00:00Z", "sha256": entries[0].sha256}
    modes = {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()}
    assert modes == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "new").rglob("*") if path.is_dir()} == {0o700}


def test_a_hundred_backups_with_retention(tmp_path: Path, clock: list[datetime]) -> None:
    em = Em("one", "two")
    em.says["two"] = "the same"
    removed: list[str] = []
    for day in range(100):
        clock[0] = BEGIN + timedelta(days=day)
        # A new content every second day, and one that comes back every tenth.
        em.says["one"] = "again" if day % 10 == 0 else day // 2
        em.check_mode = True
        checked = back_up(em, tmp_path, keep_last=3, keep_days=7)
        em.check_mode = False
        done = back_up(em, tmp_path, keep_last=3, keep_days=7)
        assert done.error is None
        assert (checked.changed, checked.diff) == (done.changed, done.diff)
        assert [item["removed"] for item in checked.values["servers"]] == [
            item["removed"] for item in done.values["servers"]
        ]
        removed += done.values["servers"][0]["removed"]
        backups = Backups(str(tmp_path), "one")
        entries = backups.entries()
        assert all(map(backups.is_whole, entries))
        assert {path.name for path in (backups.folder / "definitions").iterdir()} == {
            Path(item.file).name for item in entries
        }
        # What was in force a week ago can be restored.
        week_ago = max(BEGIN, clock[0] - timedelta(days=7))
        assert backup_store.in_force(entries, week_ago) is not None
    assert [item.time[5:10] for item in entries] == ["04-02", "04-03", "04-05", "04-07", "04-09"]
    assert not any(Path(file).exists() for file in removed)
    assert len(removed) > 30
    # A content that never changed is as old as it is, and still there.
    assert [item.time[:10] for item in Backups(str(tmp_path), "two").entries()] == ["2026-01-01"]


def test_a_damaged_backup_is_made_again_and_told(tmp_path: Path, clock: list[datetime]) -> None:
    em = Em("one")
    for says in "AB":
        em.says["one"] = says
        back_up(em, tmp_path)
    backups = Backups(str(tmp_path), "one")
    first, second = backups.entries()
    backups.file(second).write_text("{}", encoding="utf-8")
    assert backups.newest_good(backups.entries()) == first
    clock[0] += timedelta(days=1)
    done = back_up(em, tmp_path, keep_last=1)
    assert done.error is None
    assert "is lost" in done.warnings[0]
    (only,) = backups.entries()
    assert only.content == second.content
    assert backups.is_whole(only)
    assert list((backups.folder / "definitions").iterdir()) == [backups.file(only)]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"backups": [{"time": "x"}]}', '{"backups": 1}'])
def test_a_broken_manifest_is_left_alone(tmp_path: Path, text: str) -> None:
    em = Em("one", "two")
    back_up(em, tmp_path)
    manifest = tmp_path / "one/manifest.json"
    manifest.write_text(text, encoding="utf-8")
    before = {path: path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()}
    em.says.update(one="new", two="new")
    done = back_up(em, tmp_path, keep_last=1)
    assert done.error is not None
    assert "is no manifest of backups" in done.error.message
    assert [item["status"] for item in done.values["servers"]] == ["failed", "stored"]
    assert {path: path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()} == before


def test_a_manifest_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    back_up(Em("one"), tmp_path)
    manifest = tmp_path / "one/manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["backups"][0]["sha256"] = "../../../somewhere"
    manifest.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(Refused, match="is no SHA-256"):
        Backups(str(tmp_path), "one").entries()


def test_one_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    em = Em("one", "two", "three")
    back_up(em, tmp_path)
    em.says.update(one=DOWN, two="new", three="new")
    done = back_up(em, tmp_path, keep_last=1)
    assert done.error is not None
    assert done.error.message.startswith("Server one: ExportAll got no usable answer: nobody there. ")
    assert done.error.facts()["api_method"] == "ExportAll"
    assert done.changed
    assert [item["status"] for item in done.values["servers"]] == ["failed", "stored", "stored"]
    assert [len(Backups(str(tmp_path), name).entries()) for name in em.says] == [1, 1, 1]
    em.says["two"] = DOWN
    both = back_up(em, tmp_path)
    assert both.error is not None
    assert both.error.message.startswith("2 of 3 failed. Server one: ExportAll")


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    em = Em("one")
    with Backups(str(tmp_path), "one").locked():
        done = back_up(em, tmp_path)
        assert done.error is not None
        assert "Another run is writing" in done.error.message
    assert back_up(em, tmp_path).error is None


@pytest.mark.parametrize("hindrance", ["lock", "manifest"])
def test_a_file_that_cannot_be_opened_fails_its_server_alone(tmp_path: Path, hindrance: str) -> None:
    em = Em("one", "two")
    (tmp_path / "one").mkdir()
    if hindrance == "lock":
        (tmp_path / "one/.lock").mkdir()
    else:
        os.mkfifo(tmp_path / "one/manifest.json")
    done = back_up(em, tmp_path)
    assert done.error is not None
    assert done.error.message.startswith(f"Server one: {tmp_path}/one/")
    assert [item["status"] for item in done.values["servers"]] == ["failed", "stored"]


def test_a_first_backup_that_cannot_be_stored_is_told_without_a_file(tmp_path: Path) -> None:
    em = Em("one", "two")
    (tmp_path / "one").mkdir()
    (tmp_path / "one/definitions").write_text("in the way", encoding="utf-8")
    done = back_up(em, tmp_path)
    assert done.error is not None
    assert "one/definitions cannot be made" in done.error.message
    first, second = done.values["servers"]
    assert (first["status"], "file" in first) == ("failed", False)
    assert (second["status"], Path(second["file"]).is_file()) == ("stored", True)
    assert not (tmp_path / "one/manifest.json").exists()


@pytest.mark.parametrize("status", ["stored", "unchanged"])
def test_a_backup_is_told_as_stored_whatever_comes_after_it(tmp_path: Path, status: str) -> None:
    em, run = Em("one"), tmp_path / "one/last_run.json"
    if status == "unchanged":
        back_up(em, tmp_path)
        run.unlink()
    run.mkdir(parents=True)
    (tmp_path / f"one/definitions/{'a' * 64}.json").mkdir(parents=True)
    done = back_up(em, tmp_path)
    assert (done.error, done.changed) == (None, status == "stored")
    [server] = done.values["servers"]
    assert server["status"] == status
    assert Path(server["file"]).is_file()
    assert [entry.time for entry in Backups(str(tmp_path), "one").entries()] == [server["time"]]
    old, last = done.warnings
    assert old.startswith(f"The backup of server one is good all the same: {tmp_path}/one/definitions/aaa")
    assert f"{run} cannot be written" in last


@pytest.mark.parametrize("link", ["one", "one/definitions"])
def test_nothing_is_removed_behind_a_symbolic_link(tmp_path: Path, clock: list[datetime], link: str) -> None:
    em, path = Em("one"), tmp_path / "backups"
    back_up(em, path)
    elsewhere = tmp_path / "elsewhere"
    (path / link).rename(elsewhere)
    (path / link).symlink_to(elsewhere)
    of_others = path / f"one/definitions/{'0' * 64}.json"
    of_others.write_text("of others", encoding="utf-8")
    clock[0] += timedelta(days=1)
    em.says["one"] = "new"
    done = back_up(em, path, keep_last=1)
    assert done.error is None
    assert of_others.exists()
    assert done.values["servers"][0]["removed"] == []
    assert "is a symbolic link, so no file behind it is removed" in done.warnings[0]
    assert len(Backups(str(path), "one").entries()) == 1


def test_files_that_are_not_ours_stay(tmp_path: Path) -> None:
    em = Em("one")
    back_up(em, tmp_path)
    folder = tmp_path / "one"
    notes = [folder / "notes.txt", folder / "definitions/notes.json", folder / ".hidden"]
    left = [folder / f"definitions/{'0' * 64}.json", folder / f"definitions/.{'0' * 64}.json.x1", folder]
    left[2] = folder / ".manifest.json.abc"
    for file in [*notes, *left]:
        file.write_text("x", encoding="utf-8")
    assert not back_up(em, tmp_path).changed
    assert [file.exists() for file in notes] == [True] * 3
    assert [file.exists() for file in left] == [False] * 3


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("none/backups", "there is no directory"),
        ("file", "is no directory"),
        ("x" * 300, "cannot be looked at: File name too long"),
    ],
)
def test_a_folder_that_cannot_be_is_refused_before_any_call(tmp_path: Path, path: str, words: str) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    em = Em("one")
    with pytest.raises(Refused, match=words):
        back_up(em, tmp_path / path)
    assert em.exports == 0
