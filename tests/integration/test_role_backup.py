# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role backup as people schedule it: by its playbook, with a server that is down, and with git."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_backup, aem_export
from simulator import Settings, Simulator
from support.api_calls import NIGHTLY, PRD, QAS
from support.definitions import SECTIONS
from support.inprocess import perform
from support.playbooks import run, run_file
from support.roles import as_text, numbers

PLAYBOOK = "qlik.enterprise_manager.backup"
ROLE = {"ansible.builtin.include_role": {"name": PLAYBOOK}}


@pytest.fixture
def em() -> Iterator[Simulator]:
    """An Enterprise Manager with a server that is down."""
    with Simulator(Settings(import_seconds=0.0)) as simulator:
        yield simulator


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has never set git up."""
    (tmp_path / "home").mkdir()
    return {"HOME": str(tmp_path / "home"), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)}


def git(path: Path, *arguments: str) -> list[str]:
    """What git says of a folder, in lines."""
    command = ["git", "-c", "safe.directory=*", "-C", str(path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()


def definition(em: Simulator, size: int) -> Any:
    """The definition of a task, with another value of one setting."""
    wanted = perform(em, aem_export, server=QAS, task=NIGHTLY).values["definition"]
    wanted[SECTIONS]["tasks"][0]["task_settings"]["common_settings"]["lob_max_size"] = size
    return wanted


def test_a_night_with_a_server_that_is_down(em: Simulator, tmp_path: Path, home: dict[str, str]) -> None:
    path = tmp_path / "backups"
    given = {"backup_path": str(path), "backup_keep_last": 5, "backup_git": {"commit": True, "author_name": "Night"}}
    checked = run_file(em, PLAYBOOK, "--check", "--diff", "-e", json.dumps(given), **home)
    assert not path.exists()
    assert "would be stored" in checked.output
    path.mkdir()
    (path / "notes.txt").write_text("of the user", encoding="utf-8")
    played = run_file(em, PLAYBOOK, "-e", json.dumps(given), **home)
    # The others are stored, committed and told, and the run fails at its end.
    for done in (checked, played):
        assert done.return_code != 0
        assert [step for step in done.steps if step.failed] == done.named("Back the servers up"), done.output
    report = played["Keep what has become of it"].result["ansible_facts"]["backup_report"]
    assert report["failed"] == ["replicate-branch"]
    assert [item["status"] for item in report["servers"]] == ["stored", "stored", "stored", "failed"]
    told = played["Tell what has become of it"].result["msg"]
    assert told[0].startswith(f"{PRD}: stored, 6 tasks, ")
    failed = "replicate-branch: FAILED, its older backups are as they were. ExportAll of server replicate-branch failed"
    assert told[3].startswith(failed)
    assert told[4] == "compose-dw: passed over, a Compose server has no export"
    assert git(path, "log", "--format=%an <%ae> %s") == [
        f"Night <backup@localhost> Backup of {PRD}, replicate-qas, replicate-dev"
    ]
    assert report["commit"] == git(path, "rev-parse", "--short", "HEAD")[0]
    body = git(path, "log", "--format=%b")
    assert body[1].startswith("replicate-qas: tasks Nightly 01 accounts, Nightly 02 addresses,")
    assert "and 16 more; endpoints QAS Oracle, " in body[1]
    files = git(path, "ls-files")
    assert len(files) == 6
    assert {Path(file).name for file in files if "definitions" not in file} == {"manifest.json"}
    own = [file for folder in path.glob("repl*") for file in folder.rglob("*") if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in own} == {0o600}
    assert not [file for file in (path / ".git/objects").rglob("*") if file.is_file() and file.stat().st_mode & 0o077]


def test_what_changes_is_named_and_what_does_not_is_not_committed(
    em: Simulator, tmp_path: Path, home: dict[str, str]
) -> None:
    # The user's own repository, with something that is staged already.
    git(tmp_path, "init", "--quiet")
    (tmp_path / "staged.txt").write_text("of the user", encoding="utf-8")
    git(tmp_path, "add", "staged.txt")
    path = tmp_path / "backups"
    # Of a run that was killed before it could commit.
    assert perform(em, aem_backup, path=str(path), servers=[QAS]).error is None
    given = {
        "backup_path": str(path),
        "backup_servers": [QAS],
        "backup_keep_days": "0",
        "backup_git": {"commit": "yes"},
    }
    change = {"qlik.enterprise_manager.aem_import": {"server": QAS, "task": NIGHTLY, "definition": definition(em, 99)}}
    played = run(em, [ROLE, change, ROLE, ROLE], "-e", json.dumps(given), **home)
    assert played.return_code == 0, played.output
    assert git(tmp_path, "log", "--format=%s%n%b", "--reverse") == [
        "Backup of an earlier run, which did not come to its end",
        "",
        "Backup of replicate-qas",
        f"replicate-qas: tasks {NIGHTLY}; old backups removed: 1",
    ]
    steps = played.named("Back the servers up")
    assert [step.changed for step in steps] == [False, True, False]
    last = played.steps[played.steps.index(steps[-1]) :]
    assert not any(step.changed for step in last)
    # What was removed is out of the folder, and in the history.
    assert len(git(tmp_path, "ls-files", "backups")) == 2
    assert git(tmp_path, "status", "--porcelain", "--untracked-files=no") == ["A  staged.txt"]


def test_text_means_what_it_says(em: Simulator, tmp_path: Path, home: dict[str, str]) -> None:
    given = {"backup_path": str(tmp_path / "backups"), "backup_servers": QAS, "backup_git": "commit=false"}
    played = run_file(em, PLAYBOOK, "-e", json.dumps(given), *as_text("backup", backup_keep_last="3"), **home)
    assert played.return_code == 0, played.output
    assert not (tmp_path / "backups/.git").exists()


@pytest.mark.parametrize("number", numbers("backup"))
def test_a_number_that_cannot_be_meant_is_refused_before_any_call(em: Simulator, tmp_path: Path, number: str) -> None:
    refused = run_file(em, PLAYBOOK, "-e", f"backup_path={tmp_path}", "-e", f"{number}=-1")
    assert refused.return_code != 0
    assert f"{number.removeprefix('backup_')} must be" in refused.output
    assert em.log() == []


@pytest.mark.parametrize(
    ("hindrance", "words"),
    [
        ("password", "Login failed with HTTP 401 UNAUTHORIZED_REQUEST"),
        ("server", "refused"),
        ("parent", "cannot be made: there is no directory"),
    ],
)
def test_why_nothing_was_backed_up_is_told(em: Simulator, tmp_path: Path, hindrance: str, words: str) -> None:
    path = tmp_path / ("none/backups" if hindrance == "parent" else "backups")
    wrong = {
        "password": {"AEM_PASSWORD": "wrong"},
        "server": {"AEM_URL": "https://127.0.0.1:1", "AEM_RETRIES": "0"},
        "parent": {},
    }
    given = {"backup_path": str(path), "backup_git": {"commit": True}}
    played = run_file(em, PLAYBOOK, "-e", json.dumps(given), **wrong[hindrance])
    assert [step for step in played.steps if step.failed] == [played["Back the servers up"]], played.output
    (told,) = played["Tell what has become of it"].result["msg"]
    assert told.startswith("Nothing was backed up: ")
    assert words in told
    report = played["Keep what has become of it"].result["ansible_facts"]["backup_report"]
    assert words in report["failure"]


def test_a_repository_that_ignores_the_folder_is_left_alone(
    em: Simulator, tmp_path: Path, home: dict[str, str]
) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / ".gitignore").write_text("/backups\n", encoding="utf-8")
    path = tmp_path / "backups"
    given = {"backup_path": str(path), "backup_servers": [QAS], "backup_git": {"commit": True}}
    for _night in range(2):
        played = run_file(em, PLAYBOOK, "-e", json.dumps(given), **home)
        assert played.return_code == 0, played.output
    assert git(path, "log", "--format=%s") == [f"Backup of {QAS}"]
    assert git(path, "rev-parse", "--show-toplevel") == [str(path)]
    assert git(tmp_path, "rev-list", "--all") == []


def test_a_first_backup_that_cannot_be_stored_does_not_keep_the_others_from_the_commit(
    em: Simulator, tmp_path: Path, home: dict[str, str]
) -> None:
    path = tmp_path / "backups"
    (path / "Replicate%20PRD%201").mkdir(parents=True)
    (path / "Replicate%20PRD%201/definitions").write_text("in the way", encoding="utf-8")
    given = {"backup_path": str(path), "backup_servers": [PRD, QAS], "backup_git": {"commit": True}}
    played = run_file(em, PLAYBOOK, "-e", json.dumps(given), **home)
    assert played.return_code != 0
    told = played["Tell what has become of it"].result["msg"]
    assert "definitions cannot be made" in told[0]
    assert told[1].startswith(f"{QAS}: stored, ")
    assert git(path, "log", "--format=%s") == [f"Backup of {QAS}"]


def programs(folder: Path, *running: str) -> str:
    """A PATH with a ps that tells of these programs and no others."""
    folder.mkdir(exist_ok=True)
    (folder / "ps").write_text("#!/bin/sh\necho " + "; echo ".join(["init", *running]) + "\n", encoding="utf-8")
    (folder / "ps").chmod(0o700)
    return f"{folder}:{os.environ['PATH']}"


def test_the_lock_of_a_git_that_was_killed_is_removed_and_that_of_another_is_not(
    em: Simulator, tmp_path: Path, home: dict[str, str]
) -> None:
    path = tmp_path / "backups"
    given = {"backup_path": str(path), "backup_servers": [QAS], "backup_git": {"commit": True}}
    git(tmp_path, "init", "--quiet", str(path))
    lock = path / ".git/index.lock"
    lock.write_text("", encoding="utf-8")
    busy = {**home, "PATH": programs(tmp_path / "bin", "/usr/bin/git")}
    played = run_file(em, PLAYBOOK, "-e", json.dumps(given), **busy)
    assert played.return_code != 0
    assert "Add what has changed: " in played["Fail, since what is stored is not committed"].result["msg"]
    assert "index.lock" in str(played["Tell what has become of it"].result["msg"])
    assert lock.exists()
    # One that is older than an hour is of a killed one, whatever runs.
    os.utime(lock, (1, 1))
    played = run_file(em, PLAYBOOK, "-e", json.dumps(given), **busy)
    assert played.return_code == 0, played.output
    (path / ".git/refs/heads/kept.lock").write_text("", encoding="utf-8")
    lock.write_text("", encoding="utf-8")
    change = {"qlik.enterprise_manager.aem_import": {"server": QAS, "task": NIGHTLY, "definition": definition(em, 99)}}
    quiet = {**home, "PATH": programs(tmp_path / "bin", "gitea")}
    played = run(em, [change, ROLE], "-e", json.dumps(given), **quiet)
    assert played.return_code == 0, played.output
    assert len(git(path, "log", "--format=%s")) == 2
    assert list((path / ".git").rglob("*.lock")) == []
