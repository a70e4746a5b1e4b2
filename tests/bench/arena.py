# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where contestants meet: one simulated estate, one declared, and a stopwatch for whatever is run against them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulator import Settings, Simulator
from support.playbooks import command, environment

from . import estates
from .estates import Size

HERE = Path(__file__).parent
# What aem_concurrency is by default.
WORKERS = 8
LONGEST_SECONDS = 900
_CHANGED = re.compile(r"changed=(\d+)")


@dataclass(frozen=True)
class Measured:
    """What a run took: seconds of the clock and of the processor, MB of its largest process, requests, logins.

    ``of`` is how many items were measured, where the rest is extrapolated from these.
    """

    seconds: float
    processor: float
    memory: float
    requests: int
    logins: int
    of: int | None = None


class Failed(Exception):
    """A contestant did not do what it was to be measured at."""


class Arena:
    """An estate that is simulated, and declared in a folder beside the playbooks that are run."""

    def __init__(self, em: Simulator, size: Size, folder: Path) -> None:
        self.em = em
        self.size = size
        self.folder = folder
        self._simulated = estates.simulated(size)
        self._began = 0
        em.set_estate(self._simulated)
        em.username, em.password = estates.ADMIN, "simulator"
        self.declare()

    def declare(self, changed: bool = False) -> None:
        """Declare the estate as it is, or ``changed``, in variables of the group that Ansible reads once."""
        group = self.folder / "group_vars"
        group.mkdir(exist_ok=True)
        (self.folder / "definitions").mkdir(exist_ok=True)
        estates.declare(self.size, group / "all.yml", self.folder / "definitions", changed)

    @contextmanager
    def in_json(self) -> Iterator[None]:
        """Have the declared estate in JSON in place of YAML meanwhile."""
        usual, other = (self.folder / "group_vars" / name for name in ("all.yml", "all.json"))
        content = usual.read_text(encoding="utf-8")
        other.write_text(json.dumps(yaml.load(content, Loader=yaml.CSafeLoader), indent=1), encoding="utf-8")
        usual.unlink()
        try:
            yield
        finally:
            other.unlink()
            usual.write_text(content, encoding="utf-8")

    def reset(self) -> None:
        """Have the estate as it was at the beginning."""
        self.em.set_estate(self._simulated)

    def play(self, tasks: Sequence[Mapping[str, Any]], changes: bool = False) -> Measured:
        """Run tasks as a playbook, which must change something or nothing, as is said."""
        playbook = self.folder / "playbook.yml"
        play = {"name": "Bench", "hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}
        playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        output, measured = self.timed(command(playbook))
        changed = _CHANGED.search(output)
        if tasks and (changed is None or bool(int(changed.group(1))) != changes):
            raise Failed(output[-2000:])
        return measured

    def floor(
        self,
        reads: Sequence[str],
        workers: int = WORKERS,
        in_turn: bool = False,
        body: Mapping[str, Any] | None = None,
        looks: bool = True,
    ) -> Measured:
        """Run the bare script, see floor.py: side by side as an estate does, which lists the servers first, or not."""
        work = {
            "url": self.em.url,
            "ca_path": str(self.em.ca_path),
            "username": self.em.username,
            "password": self.em.password,
            "workers": 1 if in_turn else workers,
            "first": [] if in_turn else ["servers"],
            "reads": list(reads),
            "body": body,
            "looks": looks,
        }
        return self.timed([sys.executable, str(HERE / "floor.py")], json.dumps(work))[1]

    def timed(self, words: Sequence[str], given: str = "") -> tuple[str, Measured]:
        """Run a command with ``given`` as its input; its output, and what it took."""
        # Without the callback that tests look at a run with, which asks the simulator after each task, and with Ansible
        # as it comes.
        quiet = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.default", "ANSIBLE_CONFIG": ""}
        self.em.clear_log()
        with tempfile.TemporaryDirectory() as name:
            told = Path(name) / "told.json"
            done = subprocess.run(
                # Started by a shell: a process begins with what the one that started it has used at most.
                ["sh", "-c", '"$@"; exit $?', "sh", sys.executable, str(HERE / "stopwatch.py"), str(told), *words],
                env=environment(self.em, Path(name), **quiet),
                input=given,
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST_SECONDS,
            )
            if done.returncode:
                raise Failed((done.stdout + done.stderr)[-2000:])
            taken = json.loads(told.read_text(encoding="utf-8"))
        log = self.em.log()
        logins = sum(entry["api_method"] == "Login" for entry in log)
        return done.stdout, Measured(**taken, requests=len(log), logins=logins)


@contextmanager
def arena(size: Size) -> Iterator[Arena]:
    """An arena for estates of a size."""
    with Simulator(Settings()) as em, tempfile.TemporaryDirectory() as folder:
        yield Arena(em, size, Path(folder))
