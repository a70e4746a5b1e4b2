# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder of an estate in a git repository, and a simulator that it is about."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulator import Settings, Simulator

from .playbooks import Played, run_file
from .simulated import ADMIN

PLAYBOOK = "qlik.enterprise_manager.estate"
ONE, TWO = "repl-one", "repl-two"
SIMULATED = (
    ADMIN
    + r"""
  - {name: 'CORP\hand', password: by-hand, groups: ['CORP\EM Admins']}
servers:
  - name: repl-one
    host: one.corp.example
    username: CORP\svc
    password: example
    endpoints:
      - {name: Core, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //one:1521/CORE, password: canary-one}}
      - {name: Lake, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /one}}
    tasks:
      - {name: Claims, source: Core, targets: [Lake], explicit_included_tables: [LIB.CLAIM], state: RUNNING}
      - {name: Old, like: Claims, state: STOPPED}
  - name: repl-two
    host: two.corp.example
    license: {issue_date: 2026-02-01, days_to_expiration: 12}
    username: CORP\svc
    password: example
    endpoints:
      - {name: Core, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //two:1521/CORE}}
      - {name: Lake, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /two}}
    tasks:
      - {name: Claims, source: Core, targets: [Lake], explicit_included_tables: [LIB.CLAIM], state: RUNNING}
"""
)
# What the simulator has, but for the descriptions of the servers.
FILES = {
    "estate.yml": "format: 1\n",
    "localhost/servers/one.yml": (
        "name: repl-one\n"
        "description: '{{ purpose }}'\n"
        "endpoints:\n"
        "  - name: Core\n"
        "    settings:\n"
        "      server: //one:1521/CORE\n"
        "tasks:\n"
        "  - name: Claims\n"
        "    run_state: started\n"
        "port: '{{ port_of_one | default(omit) }}'\n"
    ),
    "shared/servers/two.yml": "name: repl-two\ndescription: the second\n",
}


def simulated(folder: Path) -> Simulator:
    """A simulator that begins with SIMULATED, which is written into a folder. Nothing takes long on it."""
    estate = folder / "simulated.yml"
    estate.write_text(SIMULATED, encoding="utf-8")
    return Simulator(Settings(estate=estate, start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02))


class Repository:
    """The folder of an estate in a git repository, and what the role says of it."""

    def __init__(self, em: Simulator, root: Path, files: Mapping[str, str]) -> None:
        root.mkdir(exist_ok=True)
        self.em = em
        self.root = root
        self.reports = root.parent / "reports"
        self.backups = root.parent / "backups"
        self.write(files)
        self.git("init", "-q", "-b", "main")
        self.commit("Begin")

    def write(self, files: Mapping[str, str]) -> None:
        """Write files below the folder of the estate."""
        for name, text in files.items():
            path = self.root / "estate" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def git(self, *arguments: str) -> str:
        """Run git in the repository."""
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.root), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, message: str) -> str:
        """Commit everything; the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def play(self, stage: str, *arguments: str, **variables: Any) -> Played:
        """Run the playbook; the log begins with it."""
        self.em.clear_log()
        given = {
            "estate_path": str(self.root / "estate"),
            "estate_stage": stage,
            "estate_report": str(self.reports),
            "estate_backup_path": str(self.backups),
            "purpose": "the first",
            **variables,
        }
        self.reports.mkdir(exist_ok=True)
        return run_file(self.em, PLAYBOOK, "-e", json.dumps(given), *arguments)

    @property
    def report(self) -> dict[str, Any]:
        """The JSON report."""
        return dict(json.loads((self.reports / "localhost.json").read_text(encoding="utf-8")))

    def statuses(self) -> list[tuple[str, ...]]:
        """Of each change of the report: server, kind, name and status."""
        return [tuple(change[key] for key in ("server", "kind", "name", "status")) for change in self.report["changes"]]


def writes(em: Simulator) -> list[str]:
    """The calls that write, in order."""
    return [entry["api_method"] for entry in em.log() if entry["writes"]]


def description(em: Simulator, server: str) -> str:
    """What a server is described as."""
    found = next(item for item in em.estate()["servers"] if item["name"] == server)
    return str(found["description"])
