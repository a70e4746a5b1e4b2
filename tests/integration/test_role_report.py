# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role report, as a user runs its playbook."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import Settings, Simulator
from support.estate_folder import FILES as ESTATE
from support.estate_folder import SIMULATED, Repository
from support.playbooks import Played, run_file

PLAYBOOK = "qlik.enterprise_manager.report"
FILES = ["endpoints.csv", "findings.csv", "report.html", "report.json", "servers.csv", "tables.csv", "tasks.csv"]
PRD = "Replicate PRD 1"


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module, which only read."""
    with Simulator(Settings()) as simulator:
        yield simulator


def report(em: Simulator, folder: Path, *flags: str, **options: Any) -> Played:
    """Run the playbook."""
    em.clear_log()
    given = {"report_path": str(folder), **{f"report_{name}": value for name, value in options.items()}}
    return run_file(em, PLAYBOOK, "-e", json.dumps(given), *flags)


def test_the_whole_estate_without_a_secret(em: Simulator, tmp_path: Path) -> None:
    played = report(em, tmp_path / "report", title="Production", drift=["~ acl of replicate-qas"])
    assert played.return_code == 0, played.output
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "report").iterdir()} == {0o640}
    data = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))
    assert (data["title"], data["address"], data["drift"]) == ("Production", em.url, ["~ acl of replicate-qas"])
    task = next(item for item in data["tasks"] if (item["server"], item["name"]) == (PRD, "ERP to DW"))
    assert (task["state"], task["tags"], task["tables_in_error"]) == ("RUNNING", ["erp", "critical"], 2)
    assert (task["source_type"].lower(), task["total_latency"]) == ("oracle", 3)
    assert {"schema": "ERP", "table": "INVOICES", "server": PRD, "task": "ERP to DW"} in data["tables"]
    unused = next(item for item in data["findings"] if item["kind"] == "unused")
    assert all("__" not in item["name"] for item in unused["items"])
    everything = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "report").iterdir())
    assert "not-a-secret" not in everything
    assert "{Z" not in everything
    calls = [entry["api_method"] for entry in em.log()]
    assert calls.count("Login") == calls.count("Logout") == 1
    assert not any(entry["writes"] for entry in em.log())
    assert calls.count("GetTaskDetails") == len(data["tasks"])


def test_a_viewer_gets_a_report_that_says_what_it_lacks(tmp_path: Path) -> None:
    with Simulator(Settings()) as em:
        played = run_file(em, PLAYBOOK, "-e", json.dumps({"report_path": str(tmp_path)}), AEM_USERNAME=r"CORP\viewer")
    assert played.return_code == 0, played.output
    data = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert data["tasks"]
    assert any("ExportAll" in problem and "only names and types are told" in problem for problem in data["problems"])
    assert {item["used_by"] for item in data["endpoints"] if item["server"] == PRD} == {None}


def test_one_server_and_check_mode(em: Simulator, tmp_path: Path) -> None:
    played = report(em, tmp_path / "report", "--check", servers=["replicate-q*"])
    assert played.return_code == 0, played.output
    assert not (tmp_path / "report").exists()
    assert played["Write the report"].result["counts"]["servers"] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"servers": ["replicate-qa"]}, "replicate-qa"),
        ({"mode": "rw"}, "mode"),
        ({"path": "/dev/null/report"}, "cannot be made"),
    ],
)
def test_what_cannot_be_is_told(em: Simulator, tmp_path: Path, options: dict[str, Any], words: str) -> None:
    played = report(em, tmp_path / "report", **options)
    assert played.return_code != 0
    assert words in played["Write the report"].result["msg"]


def test_what_differs_from_the_estate_in_git(tmp_path: Path) -> None:
    simulated = tmp_path / "simulated.yml"
    simulated.write_text(SIMULATED, encoding="utf-8")
    with Simulator(Settings(estate=simulated)) as em:
        repository = Repository(em, tmp_path / "git", ESTATE)
        folder = str(repository.root / "estate")
        played = report(em, tmp_path / "report", "-e", "purpose=first", estate=folder, drift=["by hand"])
        assert played.return_code == 0, played.output
        assert not any(entry["writes"] for entry in em.log())
        drift = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))["drift"]
        assert drift[0] == "by hand"
        assert any("description" in line for line in drift)
        assert any("repl-two" in line for line in drift)

        repository.write({"estate.yml": "format: 1\nformatt: 2\n"})
        played = report(em, tmp_path / "report", estate=folder)
        assert played.return_code == 0, played.output
        data = json.loads((tmp_path / "report/report.json").read_text(encoding="utf-8"))
        assert any("formatt" in line for line in data["drift"])
        assert len(data["servers"]) == 2
