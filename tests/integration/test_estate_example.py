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
GITLAB = yaml.safe_load((EXAMPLE / ".gitlab-ci.yml").read_text(encoding="utf-8"))
GITHUB = yaml.safe_load((EXAMPLE / ".github/workflows/estate.yml").read_text(encoding="utf-8"))
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
    assert {"validate", "plan", "apply", "drift"} <= set(GITLAB)
    assert set(GITHUB["on"]) == {"pull_request", "push", "schedule"}


# What a step of a pipeline calls beside Python: commands that tell their arguments, one a line.
STUB = """#!/bin/sh
printf '%s\\n' "$@" > {name}.called
echo c0ffee
"""


def called(step: str, folder: Path, shell: str, **variables: str) -> tuple[int, list[str], str]:
    """The code of a step of a pipeline, the arguments that Ansible got, and what went wrong; nothing else happens."""
    commands = folder / "bin"
    commands.mkdir(exist_ok=True)
    for name in ("ansible-playbook", "git"):
        (folder / f"{name}.called").unlink(missing_ok=True)
        (commands / name).write_text(STUB.format(name=name), encoding="utf-8")
        (commands / name).chmod(0o700)
    path = f"{commands}:{Path(sys.executable).parent}:/usr/bin:/bin"
    status = str(ROOT / "roles/estate/files/estate_status.py")
    given = {"PATH": path, "STATUS": status, "GITHUB_STEP_SUMMARY": "summary.md", **variables}
    done = subprocess.run(
        [shell, "-e", "-c", step], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=60
    )
    told = folder / "ansible-playbook.called"
    return done.returncode, told.read_text(encoding="utf-8").splitlines() if told.exists() else [], done.stderr


def written(reports: Path, status: str, plan_id: str | None = None) -> None:
    """Have the report of em-dev, of the commit that git tells."""
    reports.mkdir(exist_ok=True)
    found = {"status": status, "host": "em-dev", "commit": "c0ffee", "plan_id": plan_id}
    (reports / "em-dev.json").write_text(json.dumps(found), encoding="utf-8")
    (reports / "em-dev.md").write_text("shown", encoding="utf-8")


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_gitlab_applies_nothing_without_the_id_of_a_plan(tmp_path: Path, shell: str) -> None:
    step = GITLAB["apply"]["script"][0]
    for variables in ({}, {"PLAN_ID": ""}):
        code, arguments, told = called(step, tmp_path, shell, **variables)
        assert (code != 0, arguments) == (True, [])
        assert "the first line of reports/<host>.md" in told
    code, arguments, _told = called(step, tmp_path, shell, PLAN_ID="7c41d09e")
    assert code == 0
    assert "estate_plan_id=7c41d09e" in arguments


def test_github_applies_what_was_shown_once_it_is_approved(tmp_path: Path) -> None:
    plan, apply = GITHUB["jobs"]["plan"], GITHUB["jobs"]["apply"]
    assert (apply["needs"], apply["if"]) == ("plan", "${{ github.event_name == 'push' }}")
    assert (apply["environment"], plan.get("environment")) == ("${{ matrix.host }}", None)
    (kept,) = (step["with"] for step in plan["steps"] if "upload-artifact" in step.get("uses", ""))
    (got,) = (step["with"] for step in apply["steps"] if "download-artifact" in step.get("uses", ""))
    assert kept["name"] == got["name"]
    assert [job for job in (plan, apply) if "--tags apply" in json.dumps(job)] == [apply]

    written(tmp_path / kept["path"], "applied")
    (step,) = (step["run"] for step in apply["steps"] if "--tags apply" in step.get("run", ""))
    for plan_id, code in (("7c41d09e.00ff", 0), (None, 1)):
        # It stands apart, so that it is never taken for the report of what was applied.
        written(tmp_path / got["path"], "changes", plan_id)
        ended, arguments, _told = called(step, tmp_path, "bash", HOST="em-dev")
        assert (min(ended, 1), f"estate_plan_id={plan_id}" in arguments) == (code, plan_id is not None)


@pytest.mark.parametrize(
    ("event", "fine"), [("push", ("changes", "blocked")), ("pull_request", ("changes",)), ("schedule", ())]
)
def test_github_takes_a_plan_for_no_failure_that_somebody_will_see(
    tmp_path: Path, event: str, fine: tuple[str, ...]
) -> None:
    (step,) = (step for step in GITHUB["jobs"]["plan"]["steps"] if "--tags" in step.get("run", ""))
    codes = {"push": "2 3", "pull_request": "2", "schedule": ""}
    assert (
        step["env"]["FINE"] == "${{ " + "github.event_name == 'push' && '2 3' || "
        "github.event_name == 'pull_request' && '2' || ''" + " }}"
    )
    for status in ("in_sync", "changes", "blocked", "failed"):
        written(tmp_path / "reports", status)
        ended, _arguments, _told = called(step["run"], tmp_path, "bash", HOST="em-dev", STAGE="plan", FINE=codes[event])
        assert (ended == 0) == (status in ("in_sync", *fine)), status
