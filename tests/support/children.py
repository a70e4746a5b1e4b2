# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Does the work of a module in a process of its own: to be killed and starved in, without a playbook's seconds.

Children are forked off a process that has imported everything and has one thread only, so that one costs milliseconds.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ansible_collections.qlik.enterprise_manager.plugins.module_utils import _module
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import http
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import concurrent
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import importing, switch, whole_state
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import failover
from simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
MODULES = "ansible_collections.qlik.enterprise_manager.plugins.modules"
PATIENCE = 60.0
FULL, NOT_ALLOWED = errno.ENOSPC, errno.EACCES

# What changes something in the file system, by the names that Python gives it for auditors.
_EVENTS = frozenset({"open", "os.mkdir", "os.remove", "os.rename", "os.chmod"})
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass(frozen=True)
class Trouble:
    """What befalls a child: at its step ``at`` in the file system below ``below``, from 0 on, a signal or an ``error``.

    From there on each step has the error, but to remove something. ``limit`` is how many bytes a file may have, as on a
    full disk.
    """

    below: str = ""
    at: int = -1
    signal: int = 0
    error: int = 0
    limit: int = -1


@dataclass
class Child:
    """A child that runs or has run: how it ended, as a return code of :mod:`subprocess`, and its result, if any."""

    nursery: Nursery
    pid: int
    said: Path
    code: int | None = None

    def send(self, number: int) -> None:
        """Send it a signal, if it still runs."""
        if self.code is None:
            os.kill(self.pid, number)

    def ended(self, patience: float = PATIENCE) -> bool:
        """Whether it ends within so many seconds."""
        if self.code is None:
            self.code = self.nursery.ask({"wait": self.pid, "patience": patience})
        return self.code is not None

    def result(self) -> dict[str, Any]:
        """What it did, once it ended: ``changed``, ``error``, ``values`` and ``warnings``.

        ``steps`` are those in the file system below the folder of its trouble, and ``failed`` those that had an error.
        """
        if not self.ended():
            self.send(signal.SIGKILL)
            raise AssertionError("It did not end.")
        assert self.code == 0, f"It ended with {self.code}."
        return dict(json.loads(self.said.read_text(encoding="utf-8")))


@dataclass
class Nursery:
    """The process that children are forked off, as a context manager; their results lie in ``folder``."""

    folder: Path
    _process: subprocess.Popen[str] = field(init=False)
    _numbers: count[int] = field(default_factory=count)

    def __enter__(self) -> Self:
        paths = os.pathsep.join([str(ROOT / ".build/link"), str(ROOT / "tests")])
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from support.children import serve; serve()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()

    def ask(self, request: Mapping[str, Any]) -> Any:
        """What the process answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def start(
        self, em: Simulator, module: str, options: Mapping[str, Any], home: Path, trouble: Trouble | None = None
    ) -> Child:
        """Let a child do the work of a module with these options; ``home`` is ANSIBLE_HOME."""
        connection = {
            "aem_url": em.url,
            "aem_username": em.username,
            "aem_password": em.password,
            "aem_ca_path": str(em.ca_path),
        }
        said = self.folder / f"{next(self._numbers)}.json"
        request = {
            "module": module,
            "options": {**connection, **options},
            "home": str(home),
            "said": str(said),
            "trouble": asdict(trouble or Trouble()),
        }
        return Child(self, int(self.ask(request)), said)

    def run(self, em: Simulator, module: str, options: Mapping[str, Any], home: Path) -> dict[str, Any]:
        """Do the same undisturbed; the result."""
        return self.start(em, module, options, home).result()


def serve() -> None:
    """Be the process that children are forked off: a request a line, an answer a line."""
    for file in sorted((ROOT / "plugins/modules").glob("aem_*.py")):
        import_module(f"{MODULES}.{file.stem}")
    for line in sys.stdin:
        request = json.loads(line)
        answer = _waited(request["wait"], request["patience"]) if "wait" in request else _forked(request)
        print(json.dumps(answer), flush=True)


def _waited(pid: int, patience: float) -> int | None:
    """The return code of a child; None where it has not ended in time."""
    deadline = time.monotonic() + patience
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > deadline:
            return None
        time.sleep(0.002)


def _forked(request: Mapping[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    # Whatever happens here, this copy must not go on to serve.
    code = 1
    try:
        # Nothing that it says may be taken for an answer.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        code = _worked(request)
    finally:
        os._exit(code)


def _worked(request: Mapping[str, Any]) -> int:
    os.environ["ANSIBLE_HOME"] = request["home"]
    _hurry()
    trouble = Trouble(**request["trouble"])
    steps = _Steps(trouble)
    declaration = _module.declaration_of(import_module(f"{MODULES}.{request['module']}").main)
    options = {name: spec.get("default") for name, spec in declaration.argument_spec().items()} | request["options"]
    if trouble.below:
        sys.addaudithook(steps)
    if trouble.limit >= 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (trouble.limit, resource.RLIM_INFINITY))
    result = _module.perform(declaration.work, options, False, _ignored)
    steps.over = True
    if trouble.limit >= 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    said = {
        "changed": result.changed,
        "error": result.error.message if result.error else None,
        "values": result.values,
        "warnings": list(result.warnings),
        "steps": steps.told,
        "failed": steps.failed,
    }
    Path(request["said"]).write_text(json.dumps(said, default=str), encoding="utf-8")
    return 0


def _ignored(_secrets: Any) -> None:
    return


def _hurry() -> None:
    """The same patience, in smaller steps."""
    for place, name, value in (
        (http, "LONGEST_PAUSE", 0.02),
        (switch, "LOOK_AFTER_LOST_ANSWER", 0.3),
        (importing, "LOOK_AFTER_LOST_ANSWER", 0.3),
        (concurrent, "FIRST_PAUSE", 0.02),
        (concurrent, "LONGEST_PAUSE", 0.1),
        (whole_state, "PAUSE_BEFORE_LOOK", 0.02),
        (failover, "SETTLE", 0.1),
    ):
        setattr(place, name, value)


class _Steps:
    """Counts what is done in the file system, and lets a signal or an error come in between."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        self.told: list[str] = []
        self.failed: list[str] = []
        self.over = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.over or event not in _EVENTS or not self._is_meant(event, arguments):
            return
        at, trouble = len(self.told), self.trouble
        self.told.append(f"{event} {arguments[0]}")
        if trouble.signal and at == trouble.at:
            os.kill(os.getpid(), trouble.signal)
        if trouble.error and 0 <= trouble.at <= at and event != "os.remove":
            self.failed.append(self.told[-1])
            raise OSError(trouble.error, os.strerror(trouble.error), str(arguments[0]))

    def _is_meant(self, event: str, arguments: tuple[Any, ...]) -> bool:
        if not isinstance(arguments[0], (str, bytes)):
            return False
        reads = event == "open" and not int(arguments[2] or 0) & _FOR_WRITING
        return not reads and os.fsdecode(arguments[0]).startswith(self.trouble.below)
