# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is shipped, as it is shipped: the archive of what git has, and an installation of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from support.commands import printed
from support.playbooks import ROOT

INSTALLED = Path("ansible_collections/qlik/enterprise_manager")


def run(*command: str | Path, folder: Path) -> str:
    """Run a command that Ansible's own settings do not reach, and that writes below ``folder``; answers its output."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AEM_", "ANSIBLE_"))}
    own = {"ANSIBLE_HOME": str(folder / "home"), "ANSIBLE_COLLECTIONS_PATH": str(folder)}
    return printed(command, ROOT, kept | own)


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive that ``make build`` makes."""
    folder = tmp_path_factory.mktemp("build")
    stage = folder / "stage" / INSTALLED
    run("tests/tools/stage.sh", stage, folder=folder)
    run("ansible-galaxy", "collection", "build", "--output-path", folder / "dist", stage, folder=folder)
    (built,) = (folder / "dist").glob("*.tar.gz")
    return built


@pytest.fixture(scope="session")
def installed(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of collections with nothing in it but this one, installed from its archive."""
    folder = tmp_path_factory.mktemp("installed")
    run("ansible-galaxy", "collection", "install", "--no-deps", "-p", folder, archive, folder=folder)
    return folder
