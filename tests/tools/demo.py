# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows an estate in git on an embedded Enterprise Manager: planned, applied, applied again, changed by hand, told.

    PYTHONPATH=.build/link python tests/tools/demo.py

It is what `make demo` runs, from the top of the checkout. Of each run it shows the command and the report. It fails
when a run does not end as it should, or writes what it should not, and it always ends the Enterprise Manager that it
started.
"""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import shutil
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
from typing import Any, NoReturn

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.report import as_lines

EXAMPLE = Path("docs/examples/demo")
PLACE = Path(".build/demo")
FOLDER = PLACE / "git"
LOG = PLACE / "simulator.log"
REPORT = FOLDER / "reports/em-demo.json"
PLAYBOOK = "qlik.enterprise_manager.estate"
INVENTORY = ("-i", "inventory.yml")
TAG = "estate/em-demo"
SECONDS_TO_START = 30
# Long enough to be real, short enough not to be waited for.
SIMULATOR_ARGUMENTS = ("--start-seconds", "0.2", "--stop-seconds", "0.2")
# They write no more than the session they begin and end.
SESSION_METHODS = ("Login", "Logout")
RECAP = re.compile(r"^\S+\s+: ok=\d+\s+changed=(\d+)\s", re.MULTILINE)
COLOURS = {"+": "32", "~": "33", "-": "31", ">": "36", "x": "35"}

REAL = """
On your own Enterprise Manager: docs/estate.md shows how to begin. The commands are the ones above, with

    export ANSIBLE_COLLECTIONS_PATH="$PWD/.build/link"
    export AEM_URL=https://em.example.com AEM_USERNAME='DOMAIN\\user'
    read -rsp 'Password: ' AEM_PASSWORD && export AEM_PASSWORD
    export AEM_CA_PATH=/path/to/ca.pem    # if its certificate is signed by an authority of your own"""


@dataclass(frozen=True)
class Step:
    """One run of a playbook: its title, its arguments, and how it has to end.

    ``status`` is that of the report, None where the run makes none. ``changes`` says whether a task must report a
    change, None that it does not matter; ``writes`` whether a request may write.
    """

    title: str
    arguments: tuple[str, ...]
    status: str | None
    writes: bool
    changes: bool | None


STEPS = (
    Step("The plan", (PLAYBOOK, "--tags", "plan"), "changes", writes=False, changes=None),
    Step("Apply it", (PLAYBOOK, "--tags", "apply"), "applied", writes=True, changes=True),
    Step(
        "Apply it again: nothing is left to do", (PLAYBOOK, "--tags", "apply"), "in_sync", writes=False, changes=False
    ),
    Step("Meanwhile, two people change things by hand", ("by_hand.yml",), None, writes=True, changes=True),
    Step("What differs, and who made it so", (PLAYBOOK, "--tags", "drift"), "changes", writes=False, changes=None),
)


class DemoError(Exception):
    """A step did not do what it should."""


def main() -> int:
    """Run the steps; answers 0 when each did what it should."""
    signal.signal(signal.SIGTERM, end)
    started = time.monotonic()
    try:
        with enterprise_manager() as em:
            print(f"An embedded Enterprise Manager runs at {em['url']}")
            print(f"The estate is in {EXAMPLE}, copied to {FOLDER}, which is a git repository.")
            make_repository()
            for number, step in enumerate(STEPS, start=1):
                run(number, step, em)
    except DemoError as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        return 1
    print(f"\nThat took {time.monotonic() - started:.0f} s. Everything is still in {FOLDER}, the reports too.")
    print(REAL)
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


def make_repository() -> None:
    """Have the estate as a git repository of its own, with one commit."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    shutil.copytree(EXAMPLE, FOLDER)
    (FOLDER / ".gitignore").write_text("reports\n", encoding="utf-8")
    git("init", "-q", "-b", "main")
    git("add", "-A")
    git("commit", "-q", "-m", "The estate")


def git(*arguments: str) -> None:
    """Run git in that repository, whatever the settings of the user say."""
    identity = ("-c", "user.name=Demo", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(
        ["git", "-C", str(FOLDER), *identity, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DemoError(f"git {arguments[0]}: {done.stderr.strip()}")


def run(number: int, step: Step, em: Mapping[str, str]) -> None:
    """Run one step, show what came of it, and hold it to what it promises. Raises DemoError where it breaks that."""
    command = ("ansible-playbook", *INVENTORY, *step.arguments)
    print(coloured(f"\n=== {number}. {step.title}", "1"))
    print(coloured(f"$ {shlex.join(command)}", "2"), flush=True)
    control(em, "DELETE", "log")
    REPORT.unlink(missing_ok=True)
    started = time.monotonic()
    code, output = play(step.arguments, em)
    seconds = time.monotonic() - started
    recap = [int(changed) for changed in RECAP.findall(output)]
    if code != 0 or not recap:
        raise DemoError(f"ansible-playbook ended with exit code {code}\n{output}")
    log = control(em, "GET", "log")
    writes = sum(entry["writes"] and entry["api_method"] not in SESSION_METHODS for entry in log)
    for line in lines_of(output):
        print(line)
    told = f"{writes} of them write" if writes else "none of them writes"
    # A plan counts as a change what it would change.
    changed = "" if step.changes is None else f"changed={sum(recap)}, "
    print(coloured(f"{changed}{len(log)} requests, {told}, {seconds:.1f} s", "2"))
    check(step, sum(recap), writes)
    if step.status == "applied":
        git("tag", TAG)


def check(step: Step, changed: int, writes: int) -> None:
    """Raise DemoError where a step did not end as it should."""
    if writes and not step.writes:
        raise DemoError(f"{writes} requests of this run write, and none should")
    if step.changes is not None and bool(changed) != step.changes:
        raise DemoError(f"changed={changed}, which should {'not ' if step.changes else ''}be 0")
    if step.status:
        status = json.loads(REPORT.read_text(encoding="utf-8"))["status"]
        if status != step.status:
            raise DemoError(f"the report says {status}, and should say {step.status}")


def play(arguments: tuple[str, ...], em: Mapping[str, str]) -> tuple[int, str]:
    """Run ansible-playbook in the repository; answers its exit code and what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AEM_")}
    environment |= {f"AEM_{name.upper()}": em[name] for name in ("url", "username", "password", "ca_path")}
    environment |= {"ANSIBLE_NOCOLOR": "true", "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"}
    done = subprocess.run(
        [sys.executable, "-m", "ansible", "playbook", *INVENTORY, *arguments],
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def lines_of(output: str) -> Iterator[str]:
    """What is shown of a run: its report, or where it made none, the names of its tasks."""
    if REPORT.exists():
        for line in as_lines(json.loads(REPORT.read_text(encoding="utf-8"))):
            yield coloured(line, COLOURS.get(line.strip()[:1], "")) if line.startswith("  ") else line
    else:
        yield from (f"  {name}" for name in re.findall(r"^TASK \[(.*?)\]", output, re.MULTILINE))


def control(em: Mapping[str, str], method: str, what: str) -> Any:
    """Ask the simulator itself, beside the API that it simulates; answers the JSON of its answer, if there is one."""
    request = urllib.request.Request(f"{em['control_url']}/{what}", method=method)
    tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=em["ca_path"]))
    opener = urllib.request.build_opener(tls, urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def coloured(text: str, colour: str) -> str:
    """The text in a colour, where it goes to a terminal that wants colours."""
    wanted = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"\x1b[{colour}m{text}\x1b[0m" if colour and wanted else text


if __name__ == "__main__":
    sys.exit(main())
