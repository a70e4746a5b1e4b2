# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a user gets it: out of the collection's archive, installed into a path where nothing else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
INSTALLED = Path("ansible_collections/qlik/enterprise_manager")


def galaxy(*arguments: str, folder: Path) -> None:
    """Run ansible-galaxy, which writes nowhere but below ``folder``."""
    environment = {**os.environ, "ANSIBLE_HOME": str(folder / "home"), "ANSIBLE_COLLECTIONS_PATH": str(folder)}
    command = ["ansible-galaxy", "collection", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=120, env=environment)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the collection, installed from its archive."""
    folder = tmp_path_factory.mktemp("installed")
    galaxy("build", "--output-path", str(folder / "dist"), str(ROOT), folder=folder)
    (archive,) = (folder / "dist").glob("*.tar.gz")
    galaxy("install", "--no-deps", "--collections-path", str(folder), str(archive), folder=folder)
    return folder / INSTALLED


def start(tests: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """A simulator with nothing but the installed files to read, begun elsewhere."""
    environment = {**os.environ, "PYTHONPATH": str(tests), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "simulator", *arguments]
    return subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, text=True)


def first_line(process: subprocess.Popen[str]) -> Any:
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def test_it_starts(installed: Path, tmp_path: Path) -> None:
    with start(installed / "tests", tmp_path) as process:
        facts = first_line(process)
        process.terminate()
    assert facts["url"].startswith("https://127.0.0.1:")
    assert process.returncode == 0


def test_a_copy_of_its_estate_starts_wherever_it_lies(installed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mine.yml"
    copy.write_bytes((installed / "tests" / "simulator" / "estate.yml").read_bytes())
    with start(installed / "tests", tmp_path, "--estate", "mine.yml") as process:
        facts = first_line(process)
        process.terminate()
    assert facts["username"] == r"CORP\admin"


def test_what_it_needs_and_what_it_is_explained_by_come_with_it(installed: Path) -> None:
    for file in ("tests/requirements/simulator.txt", "docs/simulator.md", "tests/contract/wire-notes.md"):
        assert (installed / file).is_file()
    assert not (installed / "tests" / "contract" / Path(__file__).name).exists()
