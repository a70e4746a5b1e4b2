# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs as AWX runs them: ansible-runner, the project, credential and surveys of docs/examples/awx, no container."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import Settings, Simulator
from support.awx import EXAMPLES, injected, load


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for all jobs, that reaches all its servers."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05)) as em:
        estate = em.estate()
        reached = [server for server in estate["servers"] if server["name"] != "replicate-branch"]
        em.set_estate({**estate, "servers": reached})
        yield em


@pytest.fixture
def job(em: Simulator, installed: Path, tmp_path: Path) -> Path:
    """The folder of a job, with the project and its inventory, and the environment that the credential makes."""
    folder = tmp_path / "job"
    shutil.copytree(EXAMPLES / "project", folder / "project")
    inventory = yaml.safe_load((folder / "project/inventory.yml").read_text(encoding="utf-8"))
    variables = inventory["all"]["hosts"]["em-prd"]
    variables |= {name: str(tmp_path / Path(path).name) for name, path in variables.items()}
    (folder / "inventory").mkdir()
    (folder / "inventory/hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    credential = {
        "url": em.url,
        "username": em.username,
        "password": em.password,
        "ca_certificates": Path(em.ca_path).read_text(encoding="utf-8"),
    }
    (folder / "env").mkdir()
    environment = injected(credential, folder / "env") | {
        "ANSIBLE_COLLECTIONS_PATH": str(installed),
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "temporary"),
        "ANSIBLE_REMOTE_TEMP": "$ANSIBLE_HOME/tmp",
        "NO_PROXY": "127.0.0.1",
    }
    (folder / "env/envvars").write_text(json.dumps(environment), encoding="utf-8")
    return folder


def answers(role: str, **given: str) -> dict[str, Any]:
    """What a survey makes variables of: what was answered, else what it suggests, else an empty text."""
    found: dict[str, Any] = {}
    for question in load(f"surveys/{role}.json")["spec"]:
        name = question["variable"]
        if name in given or "default" in question or question["type"] == "text":
            found[name] = given.get(name, question.get("default", ""))
    return found


def run(job: Path, playbook: str, variables: dict[str, Any], *arguments: str) -> dict[str, Any]:
    """Run a playbook of the project with ansible-runner; answers the events of its tasks, by their names."""
    (job / "env/extravars").write_text(json.dumps(variables), encoding="utf-8")
    command = ["ansible-runner", "run", str(job), "-p", playbook, "--ident", "job", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    artifacts = job / "artifacts/job"
    assert done.returncode == 0, done.stdout + done.stderr
    secret = json.loads((job / "env/envvars").read_text(encoding="utf-8"))["AEM_PASSWORD"]
    assert secret not in json.loads((artifacts / "command").read_text(encoding="utf-8"))["command"]
    assert secret not in done.stdout
    events = [json.loads(file.read_text(encoding="utf-8")) for file in (artifacts / "job_events").glob("*.json")]
    shutil.rmtree(artifacts)
    return {
        event["event_data"]["task"]: event["event_data"].get("res") or {}
        for event in sorted(events, key=lambda event: event["counter"])
        if event["event"] == "runner_on_ok"
    }


def test_a_backup_a_rehearsal_of_a_restore_and_a_report_with_no_question_answered(job: Path) -> None:
    playbooks = [{"ansible.builtin.import_playbook": f"{name}.yml"} for name in ("backup", "restore", "report")]
    (job / "project/all.yml").write_text(yaml.safe_dump(playbooks), encoding="utf-8")
    variables = answers("backup") | answers("restore", restore_server="replicate-qas") | answers("report")
    results = run(job, "all.yml", variables)
    assert len(results["Back the servers up"]["servers"]) == 3
    assert results["Show what the restore would change"]["changed"] is False
    report = json.loads((job.parent / "report/report.json").read_text(encoding="utf-8"))
    assert report["title"] == "em-prd"
    assert len(report["servers"]) > 1


def test_a_plan_is_handed_on_to_who_applies_it(job: Path) -> None:
    servers = job / "project/estate/em-prd/servers"
    servers.mkdir(parents=True)
    (job / "project/estate/estate.yml").write_text("format: 1\n", encoding="utf-8")
    (servers / "qas.yml").write_text("{name: replicate-qas, description: Tests}\n", encoding="utf-8")
    planned = run(job, "estate.yml", answers("estate"))
    plan = planned["Give the id of the plan to the next nodes of the workflow"]["ansible_stats"]["data"]
    assert plan["estate_plan_id"]
    applied = run(job, "estate.yml", answers("estate", estate_stage="apply") | plan)
    assert applied["Put the report together"]["ansible_facts"]["estate_result"]["status"] == "applied"


def test_an_answer_names_the_endpoints_to_fail_over(job: Path) -> None:
    answer = "- {server: replicate-qas, endpoint: QAS Oracle, configuration: Standby}"
    results = run(job, "failover.yml", answers("failover", failover_answer=answer), "--cmdline=--check")
    assert results["Look whether the endpoints are ready"]["endpoints"][0]["needed"]
