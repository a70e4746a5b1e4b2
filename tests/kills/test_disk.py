# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that gets full and folders that may not be written: what was good stays, and the next run does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator import Simulator
from support.cases import Cases
from support.children import FULL, NOT_ALLOWED, Nursery, Trouble
from support.scenarios import SCENARIOS, running
from support.workbench import Workbench

ERRORS = {"full": FULL, "not allowed": NOT_ALLOWED}
# In bytes: nothing at all, a part of a note or a manifest, a part of an export.
LIMITS = (0, 20, 500, 3000, 9000)
WRITE = [name for name in SCENARIOS if name not in ("acl", "failover", "tables")]


def check(bench: Workbench, done: Mapping[str, Any], before: Mapping[str, bytes]) -> None:
    """What a run on a bad disk may leave: an error or warning that names a path, tasks that run, and whole files."""
    told = [done["error"], *done["warnings"]]
    assert not done["failed"] or any(str(bench.folder) in str(words) for words in told), told
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
