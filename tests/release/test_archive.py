# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in the archive: all that is on the list, and nothing else."""

from __future__ import annotations

import re
import tarfile
from pathlib import Path

import yaml

from support.playbooks import ROOT

MANIFEST = (ROOT / "tests/release/manifest.txt").read_text(encoding="utf-8").splitlines()[1:]


def expression(pattern: str) -> re.Pattern[str]:
    """The paths of a line of the list; a star stands for no slash."""
    return re.compile(re.escape(pattern).replace(r"\*", "[^/]+"))


def files(archive: Path) -> list[str]:
    """The paths in an archive."""
    with tarfile.open(archive) as opened:
        return [member.name for member in opened if member.isfile()]


def test_nothing_is_shipped_or_left_out_by_chance(archive: Path) -> None:
    patterns = {line: expression(line) for line in MANIFEST}
    there = files(archive)
    added = [name for name in there if not any(pattern.fullmatch(name) for pattern in patterns.values())]
    missing = [line for line, pattern in patterns.items() if not any(map(pattern.fullmatch, there))]
    assert (added, missing) == ([], []), "build_ignore of galaxy.yml, or tests/release/manifest.txt"


def test_a_star_stands_for_one_folder() -> None:
    assert expression("roles/*/tasks/*.yml").fullmatch("roles/report/tasks/main.yml")
    assert not expression("roles/*.yml").fullmatch("roles/report/tasks/main.yml")


def test_the_definition_of_the_environment_takes_the_archive_that_is_built(archive: Path) -> None:
    definition = yaml.safe_load((ROOT / "execution-environment.yml").read_text(encoding="utf-8"))
    (source,) = definition["additional_build_files"]
    assert source["src"] == f".build/dist/{archive.name}"
