# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook on ten Enterprise Managers: how much is won by Ansible's own forks.

Each is a simulator in a process of its own, started by the role simulator, and a host of the inventory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from support.playbooks import COLLECTIONS

MANAGERS = 10
SECONDS_TO_STOP = 2
ROLE = "qlik.enterprise_manager.simulator"
GROUP = "group/qlik.enterprise_manager.aem"


def inventory(folder: Path) -> dict[str, Any]:
    """Ten hosts, each with a simulator of its own."""
    variables = {
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
        "simulator_path": f"{folder}/{{{{ inventory_hostname }}}}",
        "simulator_settings": {"start_seconds": 0.05, "stop_seconds": SECONDS_TO_STOP},
        "simulator_python": sys.executable,
        "simulator_venv": "",
    }
    return {"all": {"hosts": {f"em-{number}": {} for number in range(MANAGERS)}, "vars": variables}}


def play(state: str) -> list[dict[str, Any]]:
    """A play on every host that brings its nightly tasks into a state."""
    names = ("aem_url", "aem_username", "aem_password", "aem_ca_path", "aem_use_proxy")
    module = {"server": "replicate-qas", "tags": ["nightly"], "state": state}
    return [
        {
            "name": "Nightly tasks",
            "hosts": "all",
            "gather_facts": False,
            "vars_files": ["{{ simulator_path }}/connection.yml"],
            "module_defaults": {GROUP: {name: f"{{{{ {name} }}}}" for name in names}},
            "tasks": [{"name": state, "qlik.enterprise_manager.aem_task_state": module}],
        }
    ]


def run(folder: Path, playbook: str, *arguments: str) -> float:
    """Run a playbook on all hosts; answers the seconds that it took."""
    own = {"ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS), "ANSIBLE_HOME": str(folder / "home")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AEM_", "ANSIBLE_"))}
    command = [sys.executable, "-m", "ansible", "playbook", "-i", str(folder / "hosts.json"), playbook, *arguments]
    began = time.perf_counter()
    done = subprocess.run(command, env=kept | own, check=False, capture_output=True, text=True)
    took = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return took


def stopping(folder: Path, forks: int) -> float:
    """The seconds in which the nightly tasks of all Enterprise Managers are stopped, which run before."""
    run(folder, str(folder / "started.yml"), "--forks", str(MANAGERS))
    return run(folder, str(folder / "stopped.yml"), "--forks", str(forks))


def main() -> None:
    """Measure, and tell the ratio."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hosts.json").write_text(json.dumps(inventory(folder)), encoding="utf-8")
        for state in ("started", "stopped"):
            (folder / f"{state}.yml").write_text(json.dumps(play(state)), encoding="utf-8")
        everywhere = ("-e", "aem_hosts=all", "--forks", str(MANAGERS))
        try:
            run(folder, ROLE, *everywhere)
            one, all_of_them = stopping(folder, 1), stopping(folder, MANAGERS)
        finally:
            run(folder, f"{ROLE}_stop", *everywhere)
    what = f"tasks of {MANAGERS} Enterprise Managers stopped, --forks {MANAGERS} against 1"
    print(f"{what:<72} {all_of_them:6.2f} s  against {one:6.2f} s: {one / all_of_them:5.1f} times as fast")


if __name__ == "__main__":
    main()
