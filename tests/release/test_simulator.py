# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator in somebody's own project, as docs/simulator.md shows it: from the archive, and from the wheel."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.commands import printed
from support.playbooks import ROOT

PAGE = (ROOT / "docs/simulator.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
FILES = {
    name: text for _kind, text in BLOCKS for name in re.findall(r"\A# ([\w./-]+\.(?:yml|py))$", text, re.MULTILINE)
}
INSTALL = "ansible-galaxy collection install qlik.enterprise_manager"
START = "ansible-playbook qlik.enterprise_manager.simulator "
STOP = "ansible-playbook qlik.enterprise_manager.simulator_stop "
CONNECTION = (".simulator/connection.env", ".simulator/connection.yml")


def blocks(kind: str) -> list[str]:
    """The blocks of a language that are no files."""
    return [text for found, text in BLOCKS if found == kind and text not in FILES.values()]


def pipeline(name: str) -> dict[str, Any]:
    """A pipeline of the page."""
    return dict(yaml.safe_load(FILES[name]))


def surroundings() -> dict[str, str]:
    """What surrounds a user who has set nothing for this collection, and whose own settings of pip apply."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AEM_", "ANSIBLE_", "PYTEST_"))}
    kept.setdefault("PIP_CACHE_DIR", str(ROOT / ".build/cache/pip"))
    home = Path(os.environ.get("EM_USER_HOME", os.environ["HOME"]))
    for settings in (home / ".config/pip/pip.conf", home / ".pip/pip.conf"):
        if settings.exists():
            kept.setdefault("PIP_CONFIG_FILE", str(settings))
    return kept


def venv(folder: Path, *packages: str | Path) -> Path:
    """An empty virtual environment, and what is installed in it by the pip of the tests; answers its folder bin."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", folder / "bin/python", "install", "--quiet"]
    command = [*pip, "--disable-pip-version-check", "--constraint", "tests/requirements/constraints.txt", *packages]
    subprocess.run(command, check=True, cwd=ROOT, env=surroundings())
    return folder / "bin"


def shell(script: str, folder: Path, path: Path, **more: str) -> str:
    """Run a script as a pipeline does, in a project, with the programs of an environment; answers its output."""
    own = {"HOME": str(folder.parent), "PATH": f"{path}{os.pathsep}{os.environ['PATH']}", **more}
    return printed(["bash", "-eo", "pipefail", "-c", script], folder, surroundings() | own)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the files that the page shows."""
    folder = tmp_path_factory.mktemp("home") / "a project"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def users(project: Path) -> Path:
    """The environment of somebody who has installed what the README says."""
    return venv(project.parent / "venv", "ansible-core", "requests")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that ``make build`` makes."""
    folder = tmp_path_factory.mktemp("wheel")
    tool = runpy.run_path(str(ROOT / "tests/tools/wheel.py"))
    return Path(tool["build"](ROOT, folder / "build", folder / "dist"))


@pytest.fixture(scope="session")
def packed(project: Path, wheel: Path) -> Path:
    """An environment with the wheel and pytest, and nothing of the collection."""
    return venv(project.parent / "wheel-venv", wheel, "pytest")


@pytest.fixture
def announced(packed: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the console script says of the simulator, while it runs."""
    program = [packed / "enterprise-manager-simulator"]
    with subprocess.Popen(program, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield dict(json.loads(process.stdout.readline()))
        process.terminate()


def test_the_pipelines_run_the_same_commands_and_so_does_who_has_none() -> None:
    gitlab = pipeline(".gitlab-ci.yml")["playbooks"]
    steps = pipeline(".github/workflows/playbooks.yml")["jobs"]["playbooks"]["steps"]
    runs = [step["run"].splitlines() for step in steps if "run" in step]
    assert runs == [gitlab["script"], gitlab["after_script"]]
    by_hand = [line for text in blocks("shell") for line in text.splitlines() if "simulator_path" in line]
    assert by_hand == [line for lines in runs for line in lines if line.startswith((START, STOP))]


def test_a_pipeline(project: Path, users: Path, archive: Path) -> None:
    """In an empty environment, from the installed archive: start it, run a playbook twice, stop it."""
    job = pipeline(".gitlab-ci.yml")["playbooks"]
    packages, install, *script = job["script"]
    assert packages == "pip install ansible-core requests"
    assert install == INSTALL
    shell(f'{INSTALL.rpartition(" ")[0]} "{archive}"', project, users)
    try:
        said = shell("\n".join(script), project, users)
        assert "changed=1" in said
        assert re.search("changed=0 .*failed=0", (project / "second.txt").read_text(encoding="utf-8"))
        assert [(project / name).stat().st_mode & 0o777 for name in CONNECTION] == [0o600, 0o600]
    finally:
        shell("\n".join(job["after_script"]), project, users)
    assert not any((project / name).exists() for name in CONNECTION)
    (log,) = job["artifacts"]["paths"]
    assert "StopTask" in (project / log).read_text(encoding="utf-8")


def test_the_tests_of_the_page(project: Path, packed: Path, users: Path) -> None:
    (command,) = [text for text in blocks("shell") if text.startswith("pytest ")]
    said = shell(command, project, packed, PATH=os.pathsep.join(map(str, (packed, users, os.environ["PATH"]))))
    assert "2 passed" in said


def test_the_console_script(announced: dict[str, str], packed: Path, project: Path, tmp_path: Path) -> None:
    (example,) = [json.loads(text) for text in blocks("json") if "ca_path" in text]
    assert list(example) == list(announced)
    (help_text,) = [text for text in blocks("shell") if "--help" in text]
    usage = shell(help_text, project, packed)
    assert usage.startswith("usage: enterprise-manager-simulator [-h]")
    for option in re.findall(r"`--([a-z-]+)", PAGE):
        assert f"--{option} " in usage
    controls = [text for text in blocks("shell") if text.startswith("curl ")]
    facts = {"AEM_URL": announced["url"], "AEM_CA_PATH": announced["ca_path"], "NO_PROXY": "127.0.0.1"}
    assert [shell(text, tmp_path, packed, **facts).splitlines()[-1][:2] for text in controls[:1]] == ["[]"]
    for text in controls[1:]:
        shell(text.replace("curl ", "curl --fail ", 1), tmp_path, packed, **facts)
    for fault in [text for text in blocks("json") if '"kind"' in text]:
        control = f'curl --fail --cacert "$AEM_CA_PATH" -X POST "$AEM_URL/simulator/faults" -d \'{fault}\''
        shell(control, tmp_path, packed, **facts)


def test_the_program_of_the_page(packed: Path, tmp_path: Path) -> None:
    (program,) = blocks("python")
    assert "https://127.0.0.1:" in shell(f"python - <<'END'\n{program}\nEND", tmp_path, packed)


def test_every_block_of_the_page_is_run() -> None:
    """What the tests above take from the page is all that is there."""
    assert {kind for kind, _text in BLOCKS} == {"json", "python", "shell", "yaml"}
    assert blocks("yaml") == []
    assert len(blocks("python")) == 1
    first_words = {
        line.split()[0] for text in blocks("shell") for line in text.splitlines() if not line.startswith(" ")
    }
    assert first_words == {"ansible-playbook", ".", "pytest", "enterprise-manager-simulator", "curl"}
    assert sorted(FILES) == [
        ".github/workflows/playbooks.yml",
        ".gitlab-ci.yml",
        "site.yml",
        "tests/conftest.py",
        "tests/estate.yml",
        "tests/test_site.py",
    ]


def test_the_wheel_is_the_simulator_of_this_collection(wheel: Path) -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    assert wheel.name == f"enterprise_manager_simulator-{version}-py3-none-any.whl"
