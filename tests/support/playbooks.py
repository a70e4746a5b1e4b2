# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs playbooks as a user does, against a simulator, and tells what each task did and which requests it made."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT / ".build/link"
SESSION_CALLS = frozenset({"Login", "Logout"})


@dataclass(frozen=True)
class Step:
    """What a task of a play did: its result, and the requests that the simulator logged meanwhile."""

    name: str
    status: str
    result: Mapping[str, Any]
    log: Sequence[Mapping[str, Any]]

    @property
    def changed(self) -> bool:
        """Whether the task reported a change."""
        return bool(self.result.get("changed"))

    @property
    def failed(self) -> bool:
        """Whether the task failed."""
        return self.status == "failed"

    @property
    def calls(self) -> list[str]:
        """The API methods that were called, in order."""
        return [str(entry["api_method"]) for entry in self.log]

    @property
    def writes(self) -> list[str]:
        """The API methods that were called and write."""
        return [str(entry["api_method"]) for entry in self.log if entry["writes"]]


@dataclass
class Played:
    """A playbook that was run."""

    steps: list[Step] = field(default_factory=list)
    output: str = ""
    return_code: int = 0

    def __getitem__(self, name: str) -> Step:
        """The first step of that name; of a role's tasks, without the role's name."""
        return self.named(name)[0]

    def named(self, name: str) -> list[Step]:
        """All steps of that name, likewise."""
        return [step for step in self.steps if step.name.rpartition(" : ")[2] == name]


def environment(em: Simulator, folder: Path, **more: str) -> dict[str, str]:
    """What a user of that simulator sets, and folders of Ansible's that a test may write to."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AEM_", "ANSIBLE_"))}
    return {
        **kept,
        "AEM_URL": em.url,
        "AEM_USERNAME": em.username,
        "AEM_PASSWORD": em.password,
        "AEM_CA_PATH": str(em.ca_path),
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests/support/callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "ANSIBLE_COLLECTIONS_PATH": str(COLLECTIONS),
        "ANSIBLE_CONFIG": str(ROOT / "tests/support/ansible.cfg"),
        "ANSIBLE_DEPRECATION_WARNINGS": "false",
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        # Ansible hands this to a shell unquoted: a variable survives a path with spaces, the path would not.
        "ANSIBLE_REMOTE_TEMP": "$ANSIBLE_HOME/tmp",
        "ANSIBLE_NOCOLOR": "true",
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "NO_PROXY": "127.0.0.1,localhost",
        "RECORD_FILE": str(folder / "steps.jsonl"),
        "RECORD_LOG_URL": em.control_url + "/log",
        **more,
    }


def command(playbook: Path | str, *arguments: str) -> list[str]:
    """The command that runs a playbook on localhost."""
    return [
        *(sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "-c", "local"),
        *("-e", json.dumps({"ansible_python_interpreter": sys.executable})),
        str(playbook),
        *arguments,
    ]


def run_file(em: Simulator, playbook: Path | str, *arguments: str, **more_environment: str) -> Played:
    """Run a playbook, a file or the full name of one of the collection, with ``ansible-playbook`` on localhost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        done = subprocess.run(
            command(playbook, *arguments),
            env=environment(em, folder, **more_environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        record = folder / "steps.jsonl"
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    log = {entry["number"]: entry for entry in em.log()}
    steps = []
    for line in map(json.loads, lines):
        entries = [log[number] for number in range(line["first"] + 1, line["last"] + 1) if number in log]
        steps.append(Step(line["name"], line["status"], line["result"], entries))
    return Played(steps, done.stdout + done.stderr, done.returncode)


def kill_when(em: Simulator, reached: Callable[[], bool], playbook: Path | str, *arguments: str) -> None:
    """Run a playbook and kill it, and all that it has started, as soon as ``reached()``, as a crash would."""
    with tempfile.TemporaryDirectory() as name, (Path(name) / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen(
            command(playbook, *arguments), env=environment(em, Path(name)), stdout=output, stderr=output
        )
        try:
            deadline = time.monotonic() + 120
            while not reached():
                if process.poll() is not None or time.monotonic() > deadline:
                    output.seek(0)
                    raise AssertionError(f"The playbook never got there.\n{output.read()}")
                time.sleep(0.02)
        finally:
            _kill(process.pid)
            process.wait()


def _kill(root: int) -> None:
    """End a process and its descendants at once. They are stopped first, so that none starts another meanwhile."""
    found = [root]
    for pid in found:
        os.kill(pid, signal.SIGSTOP)
        found += _children(pid)
    for pid in found:
        os.kill(pid, signal.SIGKILL)


def family(root: int) -> list[int]:
    """A process and its descendants."""
    found = [root]
    for pid in found:
        found += _children(pid)
    return found


def _children(parent: int) -> list[int]:
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name of the program, in parentheses, may hold anything. The parent is the second word after it.
            if int(file.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(file.parent.name))
    return found


def run(em: Simulator, tasks: Sequence[Mapping[str, Any]] | str, *arguments: str, **more_environment: str) -> Played:
    """Run tasks, as data or as YAML."""
    listed = yaml.safe_load(tasks) if isinstance(tasks, str) else list(tasks)
    play = [{"name": "Play", "hosts": "localhost", "gather_facts": False, "tasks": listed}]
    with tempfile.TemporaryDirectory() as name:
        playbook = Path(name) / "playbook.yml"
        playbook.write_text(yaml.safe_dump(play, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return run_file(em, playbook, *arguments, **more_environment)


@dataclass(frozen=True)
class Proof:
    """A task that was run in check mode, for real, and again."""

    check: Step
    run: Step
    again: Step

    def holds(self) -> None:
        """Check mode writes nothing and tells what the run does; the second run finds nothing to do."""
        for step in (self.check, self.run, self.again):
            assert not step.failed, f"{step.name}: {step.result.get('msg')}"
        assert self.check.writes == [], f"{self.check.name} wrote"
        assert self.check.changed == self.run.changed, self.run.name
        assert self.check.result.get("diff") == self.run.result.get("diff"), self.run.name
        assert not self.again.changed, f"{self.again.name} changed again: {self.again.result.get('diff')}"
        assert self.again.writes == [], f"{self.again.name} wrote again"


def prove(em: Simulator, tasks: Sequence[Mapping[str, Any]] | str) -> dict[str, Proof]:
    """Run each task in check mode, for real, and again, all in one play; the proofs by the names of the tasks.

    A task named in ``register`` keeps the result of the run.
    """
    listed = yaml.safe_load(tasks) if isinstance(tasks, str) else list(tasks)
    tripled = []
    for task in listed:
        bare = {key: value for key, value in task.items() if key != "register"}
        tripled += [
            {**bare, "name": f"{task['name']} [check]", "check_mode": True, "diff": True},
            {**task, "name": f"{task['name']} [run]", "diff": True},
            {**bare, "name": f"{task['name']} [again]", "diff": True},
        ]
    played = run(em, tripled)
    try:
        return {
            task["name"]: Proof(*(played[f"{task['name']} [{part}]"] for part in ("check", "run", "again")))
            for task in listed
        }
    except IndexError:
        raise AssertionError(played.output) from None
