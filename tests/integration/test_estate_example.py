# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of an estate: validated without anything, and applied twice on a simulator."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from simulator import Settings, Simulator
from support.playbooks import environment
from support.simulated import EMPTY

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE, DEMO = ROOT / "docs/examples/estate", ROOT / "docs/examples/demo"
PLAYBOOK = "qlik.enterprise_manager.estate"
VAULT = {"vault_aem_password": "simulator", "vault_repl_1_password": "example", "vault_erp_password": "canary-erp"}


def play(em: Simulator, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the playbook as the example's README says."""
    given = {"estate_report": str(folder / "reports"), "aem_url": em.url, "aem_username": "CORP\\admin"}
    given["ansible_python_interpreter"] = sys.executable
    command = [sys.executable, "-m", "ansible", "playbook", PLAYBOOK, "-e", json.dumps({**given, **VAULT}), *arguments]
    with tempfile.TemporaryDirectory() as name:
        return subprocess.run(
            command,
            cwd=folder,
            env=environment(em, Path(name)),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


def report(folder: Path, host: str) -> dict[str, Any]:
    return dict(json.loads((folder / f"reports/{host}.json").read_text(encoding="utf-8")))


def test_the_example_is_valid_and_comes_about_once(tmp_path: Path) -> None:
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder)
    (folder / "reports").mkdir()
    estate = tmp_path / "estate.yml"
    estate.write_text(EMPTY, encoding="utf-8")
    settings = Settings(estate=estate, start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02)
    with Simulator(settings) as em:
        done = play(em, folder, "-i", "localhost,", "-c", "local", "--tags", "validate", "-e", "estate_environment=")
        assert done.returncode == 0, done.stdout + done.stderr
        assert (report(folder, "localhost")["status"], em.log()) == ("valid", [])
        for expected in ("applied", "in_sync"):
            done = play(em, folder, "-i", "inventory.yml", "--limit", "em-prd", "--tags", "apply")
            assert done.returncode == 0, done.stdout + done.stderr
            assert report(folder, "em-prd")["status"] == expected
            assert "canary-erp" not in done.stdout + json.dumps(report(folder, "em-prd"))
        servers = {server["name"]: server for server in em.estate()["servers"]}
        assert sorted(servers) == ["repl-1", "repl-audit"]
        (task,) = servers["repl-1"]["tasks"]
        assert task["state"] == "RUNNING"


@pytest.mark.parametrize("example", [EXAMPLE, DEMO], ids=["example", "demo"])
def test_the_files_are_as_the_schemas_say(example: Path) -> None:
    for schema, pattern in (("server.json", "estate/*/servers/*.yml"), ("rules.json", "estate/estate.yml")):
        text = (ROOT / "roles/estate/files/schema" / schema).read_text(encoding="utf-8")
        validator = Draft7Validator(json.loads(text))
        files = sorted(example.glob(pattern))
        assert files
        for file in files:
            assert list(validator.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))) == [], file


def test_the_vault_names_all_secrets() -> None:
    for file in EXAMPLE.glob("host_vars/*/vault.yml.example"):
        assert set(yaml.safe_load(file.read_text(encoding="utf-8"))) == set(VAULT)


def test_the_pipelines_are_yaml() -> None:
    gitlab = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert {"validate", "plan", "apply", "drift"} <= set(gitlab)
    github = yaml.safe_load((EXAMPLE / ".github/workflows/estate.yml").read_text(encoding="utf-8"))
    assert set(github["on"]) == {"pull_request", "push", "schedule"}
