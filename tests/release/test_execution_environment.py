# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment: what the collection says it needs, and that ansible-builder makes its context."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import yaml

from support.playbooks import ROOT

DEFINITION = "execution-environment.yml"


def builder(*arguments: str, folder: Path) -> str:
    """Run ansible-builder in a folder; answers what it printed."""
    command = ["ansible-builder", *arguments]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_it_needs_is_read_from_the_installed_collection(installed: Path) -> None:
    needed = yaml.safe_load(builder("introspect", str(installed), folder=installed))
    python = [line.split("  #")[0] for line in needed["python"]]
    assert python == (ROOT / "requirements.txt").read_text(encoding="utf-8").split()
    system = {line.split("  #")[0] for line in needed["system"]}
    assert system == {
        *("git [platform:rpm]", "git [platform:dpkg]"),
        *("procps-ng [platform:rpm]", "procps [platform:dpkg]"),
    }


def test_what_the_roles_run_is_in_it() -> None:
    """Whatever the roles call by its name is a package of the environment, or part of any system."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "roles").glob("*/tasks/*.yml"))
    called = {line.partition("argv: [")[2].split(",")[0] for line in text.splitlines() if "argv: [" in line}
    of_ansible = '"{{ ansible_playbook_python }}"'
    assert called <= {"git", "ps", of_ansible}


def test_its_context_is_made(archive: Path, tmp_path: Path) -> None:
    shutil.copyfile(ROOT / DEFINITION, tmp_path / DEFINITION)
    (tmp_path / ".build/dist").mkdir(parents=True)
    shutil.copy(archive, tmp_path / ".build/dist")
    builder("create", "--output-filename", "Containerfile", folder=tmp_path)
    context = tmp_path / "context"
    assert (context / "_build/collections" / archive.name).is_file()
    requirements = yaml.safe_load((context / "_build/requirements.yml").read_text(encoding="utf-8"))
    assert requirements["collections"] == [{"name": f"collections/{archive.name}", "type": "file"}]
    steps = (context / "Containerfile").read_text(encoding="utf-8")
    base = yaml.safe_load((ROOT / DEFINITION).read_text(encoding="utf-8"))["images"]["base_image"]["name"]
    assert f'ARG EE_BASE_IMAGE="{base}"' in steps
    assert "ansible-galaxy collection install" in steps


def test_the_definition_of_the_guide_differs_in_where_the_collection_comes_from(tmp_path: Path) -> None:
    guide = (ROOT / "docs/awx.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    own = yaml.safe_load((ROOT / DEFINITION).read_text(encoding="utf-8"))
    own.pop("additional_build_files")
    own["dependencies"]["galaxy"] = {"collections": [{"name": "qlik.enterprise_manager"}]}
    assert yaml.safe_load(guide) == own
    (tmp_path / DEFINITION).write_text(guide, encoding="utf-8")
    builder("create", folder=tmp_path)
