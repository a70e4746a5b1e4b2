# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the collection at work on an embedded Enterprise Manager: apply, apply again, stop and start tasks.

    python tests/tools/demo.py

It is what `make demo` runs, from the top of the checkout. It fails when the second run writes or changes anything, and
it always ends the Enterprise Manager that it started.
"""

from __future__ import annotations

import json
import os
import re
import select
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

INVENTORY = "playbooks/inventory/hosts.yml"
ESTATE = "playbooks/demo.yml"
VARIABLES = "playbooks/vars/demo_estate.yml"
TASKS = "playbooks/demo_tasks.yml"
LOG = Path(".build/demo/simulator.log")
SECONDS_TO_START = 30
# Long enough to be seen, short enough not to be waited for.
SIMULATOR_ARGUMENTS = ("--start-seconds", "0.2", "--stop-seconds", "0.2")
# They write no more than the session they begin and end.
SESSION_METHODS = ("Login", "Logout")
RECAP = re.compile(r"^\S+\s+: ok=\d+\s+changed=(\d+)\s", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")

REAL = """
On your own Enterprise Manager: edit {variables}, which is the estate, then

    export ANSIBLE_COLLECTIONS_PATH="$PWD/.build/link"
    export AEM_URL=https://em.example.com AEM_USERNAME='DOMAIN\\user'
    read -rsp 'Password: ' AEM_PASSWORD && export AEM_PASSWORD
    export AEM_CA_PATH=/path/to/ca.pem    # if its certificate is signed by an authority of your own
    .build/demo-venv/bin/ansible-playbook -i {inventory} {estate} --check --diff

and once more without --check when you like what you see."""


@dataclass(frozen=True)
class Step:
    """One run of a playbook: its title, its arguments, whether it may write, and whether it must change something."""

    title: str
    arguments: tuple[str, ...]
    may_write: bool
    must_change: bool


@dataclass(frozen=True)
class Done:
    """What a step did: tasks that changed something, requests, those of them that write, seconds."""

    step: Step
    changed: int
    requests: int
    writes: int
    seconds: float


STEPS = (
    Step("Bring it about", (ESTATE, "--diff"), True, True),
    Step("The same again: nothing is left to change", (ESTATE, "--diff"), False, False),
    Step("Stop tasks and start them", (TASKS,), True, True),
)


class DemoError(Exception):
    """A step did not do what it should."""


def main() -> int:
    """Run the steps; answers 0 when each did what it should."""
    signal.signal(signal.SIGTERM, end)
    try:
        with enterprise_manager() as em:
            headline(f"An embedded Enterprise Manager runs at {em['url']}")
            done = [run(step, em) for step in STEPS]
    except DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    headline("What happened")
    for number, item in enumerate(done, start=1):
        writes = f"{item.writes} of them write" if item.writes else "none of them writes"
        print(f"{number}. {item.step.title}")
        print(f"   changed={item.changed}, {item.requests} requests, {writes}, {item.seconds:.1f} s")
    print(REAL.format(estate=ESTATE, variables=VARIABLES, inventory=INVENTORY))
    return 0


def end(number: int, _frame: FrameType | None) -> NoReturn:
    """End on a signal as on an error, so that the simulator is ended too."""
    sys.exit(128 + number)


@contextmanager
def enterprise_manager() -> Iterator[dict[str, str]]:
    """The simulator while it runs, as the JSON object of its first line. Raises DemoError when it does not start."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, PYTHONPATH="tests")
    with LOG.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *SIMULATOR_ARGUMENTS],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        try:
            yield first_line(process)
        finally:
            process.terminate()
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def first_line(process: subprocess.Popen[str]) -> dict[str, str]:
    """The JSON object that the simulator prints when it is ready."""
    assert process.stdout is not None
    ready = select.select([process.stdout], [], [], SECONDS_TO_START)[0]
    line = process.stdout.readline() if ready else ""
    try:
        facts: dict[str, str] = json.loads(line)
    except json.JSONDecodeError:
        said = LOG.read_text(encoding="utf-8").strip()
        raise DemoError(f"the simulator did not start.\n{said}") from None
    return facts


def run(step: Step, em: Mapping[str, str]) -> Done:
    """Run one step and hold it to what it promises. Raises DemoError where it does not keep to it."""
    headline(step.title)
    control(em, "DELETE", "log")
    started = time.monotonic()
    code, output = play(step.arguments, em)
    seconds = time.monotonic() - started
    recap = [int(changed) for changed in RECAP.findall(output)]
    if code != 0 or not recap:
        raise DemoError(f"ansible-playbook ended with exit code {code}")
    log = control(em, "GET", "log")
    done = Done(
        step,
        changed=sum(recap),
        requests=len(log),
        writes=sum(entry["writes"] and entry["api_method"] not in SESSION_METHODS for entry in log),
        seconds=seconds,
    )
    if done.writes and not step.may_write:
        raise DemoError(f"{done.writes} requests of this run write, and none should")
    if bool(done.changed) != step.must_change:
        raise DemoError(f"changed={done.changed}, which should {'not ' if step.must_change else ''}be 0")
    return done


def play(arguments: tuple[str, ...], em: Mapping[str, str]) -> tuple[int, str]:
    """Run ansible-playbook and show what it prints; answers its exit code and that text without colours."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AEM_")}
    environment |= {f"AEM_{name.upper()}": em[name] for name in ("url", "username", "password", "ca_path")}
    environment["ANSIBLE_CALLBACK_RESULT_FORMAT"] = "yaml"
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        environment["ANSIBLE_FORCE_COLOR"] = "true"
    command = [sys.executable, "-m", "ansible", "playbook", "-i", INVENTORY, *arguments]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        output = "".join(shown(process.stdout))
    return process.returncode, COLOUR.sub("", output)


def shown(stream: IO[str] | None) -> Iterator[str]:
    """The lines of a stream, each printed as it comes."""
    for line in stream or ():
        print(line, end="", flush=True)
        yield line


def control(em: Mapping[str, str], method: str, what: str) -> Any:
    """Ask the simulator itself, beside the API that it simulates; answers the JSON of its answer, if there is one."""
    request = urllib.request.Request(f"{em['control_url']}/{what}", method=method)
    tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=em["ca_path"]))
    opener = urllib.request.build_opener(tls, urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def headline(text: str) -> None:
    """Print a line that stands out."""
    print(f"\n=== {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
