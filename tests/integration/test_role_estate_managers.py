# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role estate with two Enterprise Managers in one run: each has its plan, its report and its drift."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_server
from simulator import Simulator
from support.estate_folder import ONE, TWO, Repository, description, simulated, writes
from support.inprocess import perform
from support.playbooks import ROOT, Played

DEV, PRD = "em-dev", "em-prd"
FILES = {
    "estate.yml": "format: 1\n",
    f"{DEV}/servers/one.yml": f"name: {ONE}\ndescription: only there\n",
    "shared/servers/two.yml": f"name: {TWO}\ndescription: '{{{{ purpose }}}}'\n",
}
Managers = dict[str, Simulator]


@pytest.fixture
def managers(tmp_path: Path) -> Iterator[Managers]:
    """Two Enterprise Managers that begin alike."""
    with simulated(tmp_path) as dev, simulated(tmp_path) as prd:
        yield {DEV: dev, PRD: prd}


@pytest.fixture
def estate(managers: Managers, tmp_path: Path) -> Repository:
    """A repository that is about both."""
    return Repository(managers[DEV], tmp_path / "git", FILES)


def play(estate: Repository, managers: Managers, stage: str) -> Played:
    """Run the playbook for both, as an inventory says where they are."""
    hosts = {
        name: {"aem_url": em.url, "aem_ca_path": str(em.ca_path), "aem_retries": 0, "its_purpose": f"of {name}"}
        for name, em in managers.items()
    }
    common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory = estate.root.parent / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": common}}), encoding="utf-8")
    given = {"aem_hosts": ",".join(managers), "purpose": "{{ its_purpose }}"}
    return estate.play(stage, "-i", str(inventory), **given)


def reports(estate: Repository) -> dict[str, dict[str, Any]]:
    """The reports by host."""
    found = {name: estate.reports / f"{name}.json" for name in (DEV, PRD)}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in found.items()}


def statuses(estate: Repository) -> dict[str, str]:
    """The status of each report."""
    return {name: str(report["status"]) for name, report in reports(estate).items()}


def test_each_is_planned_applied_and_watched_by_itself(estate: Repository, managers: Managers) -> None:
    assert play(estate, managers, "plan").return_code == 0
    planned = reports(estate)
    assert {name: [change["name"] for change in found["changes"]] for name, found in planned.items()} == {
        DEV: [ONE, TWO],
        PRD: [TWO],
    }
    assert planned[DEV]["plan_id"] != planned[PRD]["plan_id"]
    for name, em in managers.items():
        assert planned[name]["url"].startswith(em.url)
        assert writes(em) == []

    played = play(estate, managers, "apply")
    assert (played.return_code, statuses(estate)) == (0, {DEV: "applied", PRD: "applied"}), played.output
    assert [description(em, TWO) for em in managers.values()] == [f"of {DEV}", f"of {PRD}"]
    assert [description(em, ONE) for em in managers.values()] == ["only there", ""]

    for name in managers:
        estate.git("tag", f"estate/{name}")
    hand = {"aem_username": "CORP\\hand", "aem_password": "by-hand"}
    assert perform(managers[PRD], aem_server, name=TWO, description="by hand", **hand).error is None
    played = play(estate, managers, "drift")
    assert (played.return_code, statuses(estate)) == (0, {DEV: "in_sync", PRD: "changes"}), played.output
    found = reports(estate)
    assert found[DEV]["drift"] == []
    (drifted,) = found[PRD]["drift"]
    assert (drifted["cause"], drifted["user"]) == ("by hand", "CORP\\hand")
    # What the one has and its own folder has not is no matter of the other.
    assert [[item["name"] for item in found[name]["unmanaged"]] for name in managers] == [[], [ONE]]


def test_one_that_is_down_stops_no_other(estate: Repository, managers: Managers) -> None:
    managers[DEV].inject({"kind": "drop_before", "times": None})
    played = play(estate, managers, "apply")
    assert (played.return_code, statuses(estate)) == (2, {DEV: "failed", PRD: "applied"}), played.output
    assert "Login" in reports(estate)[DEV]["message"]
    assert description(managers[PRD], TWO) == f"of {PRD}"
    # A pipeline that asks for both is told the worse.
    script = [sys.executable, str(ROOT / "roles/estate/files/estate_status.py"), str(estate.reports), DEV, PRD]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, f"{DEV}: failed\n{PRD}: applied\n")
