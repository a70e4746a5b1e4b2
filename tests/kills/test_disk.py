# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that gets full and folders that may not be written: what was good stays, and the next run does the rest."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator import Simulator
from support.cases import Cases
from support.children import FULL, NOT_ALLOWED, Nursery, Trouble
from support.role_runs import PATIENCE, ROLES, RoleRun
from support.scenarios import QUICK, SCENARIOS, running
from support.workbench import Workbench

ERRORS = {"full": FULL, "not allowed": NOT_ALLOWED}
# In bytes: nothing at all, a part of a note or a manifest, a part of an export.
LIMITS = (0, 20, 500, 3000, 9000)
WRITE = [name for name in SCENARIOS if name not in ("acl", "failover", "tables")]


def check(bench: Workbench, done: Mapping[str, Any], before: Mapping[str, bytes]) -> None:
    """What a run on a bad disk may leave: an error or warning that names a path, tasks that run, and whole files."""
    told = [done["error"], *done["warnings"]]
    # A lock that cannot be had is gone without, as on a file system that knows none.
    missing = [step for step in done["failed"] if "/locks" not in step]
    assert not missing or any(str(bench.folder) in str(words) for words in told), told
    assert bench.ran <= running(bench.em)
    assert bench.left_half() == []
    bench.files_are_whole()
    after = bench.contents()
    # Files that belong together take their places one after the other, and a full disk does not hinder that.
    took_their_places = done["failed"] and done["failed"][0].startswith("os.rename")
    if done["error"] and "backup" not in bench.scenario.name and not took_their_places:
        assert {name: after.get(name) for name in before} == before


@pytest.mark.parametrize("name", WRITE)
def test_a_step_in_the_file_system_fails_and_all_after_it(
    em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str
) -> None:
    bench = Workbench(em, nursery, SCENARIOS[name], tmp_path)
    steps = bench.healthy()[1]
    every = [(number, error) for number in range(steps) for error in ERRORS]
    for number, error in cases.some(every, 1, f"bad disk: {name}"):
        bench.begin()
        before = bench.contents()
        trouble = Trouble(below=str(bench.folder), at=number, error=ERRORS[error])
        check(bench, bench.start(trouble).result(), before)
        bench.finish()
        bench.judge()


@pytest.mark.parametrize("name", WRITE)
def test_no_file_may_have_more_bytes(em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str) -> None:
    bench = Workbench(em, nursery, SCENARIOS[name], tmp_path)
    bench.healthy()
    for limit in cases.some(LIMITS, 1, f"bad disk: {name}"):
        bench.begin()
        before = bench.contents()
        done = bench.start(Trouble(limit=limit)).result()
        if limit in LIMITS[:2]:
            assert any(str(bench.folder) in str(words) for words in (done["error"], *done["warnings"])), done
        check(bench, done, before)
        bench.finish()
        bench.judge()


@pytest.mark.parametrize(("name", "place"), [("backup", "backups"), ("report", "report"), ("record", "records")])
def test_a_file_where_a_folder_should_be(
    em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path, name: str, place: str
) -> None:
    bench = Workbench(em, nursery, SCENARIOS[name], tmp_path)
    bench.begin()
    cases.some([place], 1, f"bad disk: {name}")
    path = bench.folder / place
    if path.is_dir():
        path.rename(bench.folder / "aside")
    path.write_text("old", encoding="utf-8")
    done = bench.start().result()
    assert str(path) in str(done["error"])
    assert (done["changed"], path.read_text(encoding="utf-8")) == (False, "old")


def test_git_on_a_full_disk(cases: Cases, tmp_path: Path, git_step: str) -> None:
    cases.some([git_step], 1, "bad disk: git")
    git = shutil.which("git")
    assert git is not None
    program = tmp_path / "bin/git"
    program.parent.mkdir()
    full = f'case " $* " in *" {git_step} "*) ulimit -f 0;; esac'
    program.write_text(f'#!/bin/sh\n{full}\nexec {git} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    with Simulator(QUICK) as em:
        run = RoleRun(em, ROLES["backup"], tmp_path)
        before = run.start(PATH=f"{program.parent}:{os.environ['PATH']}").wait(PATIENCE)
        assert before != 0
        assert "What is stored will be committed by the next run." in run.output()
        repository = run.folder / "backups"
        for lock in (repository / ".git").rglob("*.lock"):
            # Another git may run on this machine meanwhile, whose lock a young one could be.
            os.utime(lock, (1, 1))
        run.finish()
    assert len(_said(git, repository, "log", "--format=%s")) == 1
    assert _said(git, repository, "status", "--porcelain", "--", "*/manifest.json", "*/definitions") == []


def _said(git: str, repository: Path, *arguments: str) -> list[str]:
    """What git says, in lines."""
    command = [git, "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
