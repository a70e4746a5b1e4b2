# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the simulator in the background, and stops it.

    python background.py start FOLDER TESTS SETTINGS [--timeout SECONDS] [--check]
    python background.py stop FOLDER [--timeout SECONDS] [--check]

TESTS is the folder that the package of the simulator is in, SETTINGS a JSON object with its options by name. FOLDER
holds all there is of one simulator:

    lock            locked by the simulator as long as it runs, so no other process is ever taken for it
    run             what this run needs: who it is, what it announced, the certificate of its authority
    password        of the user whom it announces; made here if it is not there
    connection.yml  the connection as variables, connection.env the same for a shell
    simulator.log   what it has said, of all runs

All but the log and the lock are gone when it is stopped. What came of it is a JSON object on standard output: changed,
told (a list of texts) and, while it runs, url, username, ca_path, control_url, pid and log; or error, with exit code 1.
Nothing here says a password.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

# The role has options of its own for these, or sets them itself.
NOT_SETTINGS = ("port", "estate", "password_file", "ready_file", "verbose")
PASSWORD = "password"
OF_A_RUN = ("run", "connection.yml", "connection.env")
PAUSE = 0.05
SECONDS_TO_ANSWER = 5
LINES_TOLD = 20


class Failed(Exception):
    """It cannot be done; the text says why."""


class Lock:
    """The lock of a folder. It goes on to a process that is given the file, and ends when no process has it open."""

    def __init__(self, folder: Path) -> None:
        self.file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> bool:
        """Whether nobody else has it; then it is ours."""
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


def main(arguments: list[str]) -> int:
    """Do what is asked, and tell what came of it; answers the exit code."""
    options = parser().parse_args(arguments)
    folder: Path = options.folder
    try:
        if options.action == "stop":
            told = stop(folder, options.timeout, options.check)
        else:
            settings = json.loads(options.settings)
            told = start(folder, options.tests, settings, options.timeout, options.check)
    except (Failed, OSError) as error:
        told = {"error": str(error)}
    sys.stdout.write(f"{json.dumps(told)}\n")
    return 1 if "error" in told else 0


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description="Starts the simulator in the background, and stops it.")
    actions = result.add_subparsers(dest="action", required=True)
    for name in ("start", "stop"):
        action = actions.add_parser(name)
        action.add_argument("folder", type=Path)
        if name == "start":
            action.add_argument("tests", type=Path)
            action.add_argument("settings")
        action.add_argument("--timeout", type=float, default=60)
        action.add_argument("--check", action="store_true", help="tell what would be done")
    return result


def start(folder: Path, tests: Path, settings: dict[str, Any], timeout: float, check: bool) -> dict[str, Any]:
    """Start it, or find it running. One that runs with other settings is stopped before.

    Raises Failed.
    """
    deadline = time.monotonic() + timeout
    # What cannot be is refused first.
    wish(folder, tests, settings)
    told: list[str] = []
    if not folder.is_dir():
        if check:
            return {"changed": True, "told": told}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(folder)
    running = running_one(folder, lock, deadline)
    # One that was started meanwhile may have made the password.
    wanted = wish(folder, tests, settings)
    if running is not None and running["wish"] == wanted:
        return result(folder, running, False, told)
    if running is not None:
        told.append(f"The simulator ran with other settings (process {running['pid']}), so it is started anew.")
        if not check:
            end(folder, lock, running["pid"], deadline)
    else:
        told += left_behind(folder, "It is started anew.")
    if check:
        return {"changed": True, "told": told}
    clean(folder, OF_A_RUN)
    return result(folder, launch(folder, lock, tests, settings, wanted, deadline), True, told)


def stop(folder: Path, timeout: float, check: bool) -> dict[str, Any]:
    """Stop it if it runs, and remove what it has left but for the log. Raises Failed."""
    if not (folder / "lock").exists():
        return {"changed": False, "told": []}
    lock = Lock(folder)
    runs = not lock.take()
    told = [] if runs else left_behind(folder, "What it left behind is removed.")
    changed = runs or any((folder / name).exists() for name in (*OF_A_RUN, PASSWORD))
    if not check:
        if runs:
            deadline = time.monotonic() + timeout
            end(folder, lock, process_of(folder, deadline), deadline)
        clean(folder, (*OF_A_RUN, PASSWORD))
    return {"changed": changed, "told": told}


def wish(folder: Path, tests: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """What tells one simulator from another: itself, its settings, its estate and its password. Raises Failed."""
    for name in settings.get("more", {}):
        if name in NOT_SETTINGS or not re.fullmatch("[a-z_]+", name):
            raise Failed(f"simulator_settings: {name} is no setting, or has an option of its own.")
    estate = settings["estate"]
    try:
        content = Path(estate).read_bytes() if estate else b""
    except OSError as error:
        raise Failed(f"simulator_estate: {estate} cannot be read: {error.strerror}.") from error
    with suppress(FileNotFoundError):
        content += (folder / PASSWORD).read_bytes()
    return {"tests": str(tests), "settings": settings, "content": hashlib.sha256(content).hexdigest()}


def options_of(folder: Path, settings: dict[str, Any]) -> list[str]:
    """The command line of the simulator. There is no secret in it."""
    given = {"port": settings["port"], **settings.get("more", {})}
    if settings["estate"]:
        given["estate"] = settings["estate"]
    files = {"password-file": folder / PASSWORD, "ready-file": folder / "run/ready.json"}
    named = {**{name.replace("_", "-"): value for name, value in given.items()}, **files}
    return [f"--{name}={value}" for name, value in named.items()] + ["--verbose"]


def launch(
    folder: Path, lock: Lock, tests: Path, settings: dict[str, Any], wanted: dict[str, Any], deadline: float
) -> dict[str, Any]:
    """Start a process that outlives this one and has the lock, and wait until it answers. Raises Failed."""
    run = folder / "run"
    run.mkdir(mode=0o700)
    password = folder / PASSWORD
    if not password.exists():
        write(password, secrets.token_urlsafe(18))
        wanted = wish(folder, tests, settings)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AEM_", "PYTHON"))}
    environment.update(PYTHONPATH=str(tests), PYTHONDONTWRITEBYTECODE="1", TMPDIR=str(run))
    file = os.open(folder / "simulator.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(file, "ab") as log:
        begin = log.tell()
        process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *options_of(folder, settings)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[lock.file],
            start_new_session=True,
        )
    write(run / "process.json", json.dumps({"pid": process.pid, "wish": wanted}))
    try:
        while not answers(facts := announced(folder)):
            if process.poll() is not None:
                raise Failed(f"The simulator did not start. {reason(folder, begin)}")
            rest(deadline, f"The simulator was not ready in time; see {folder / 'simulator.log'}.")
    except BaseException:
        process.kill()
        process.wait()
        clean(folder, OF_A_RUN)
        raise
    write_connection(folder, facts)
    return {"pid": process.pid, "wish": wanted, "announced": facts}


def running_one(folder: Path, lock: Lock, deadline: float) -> dict[str, Any] | None:
    """The simulator that runs, once it is ready. If there is none, the lock is taken. Raises Failed."""
    while not lock.take():
        identity, facts = known(folder / "run/process.json"), announced(folder)
        if identity and (folder / "connection.yml").exists() and answers(facts):
            return {**identity, "announced": facts}
        rest(deadline, f"The simulator that runs in {folder} does not answer; see {folder / 'simulator.log'}.")
    return None


def process_of(folder: Path, deadline: float) -> int:
    """The number of the process that has the lock. Raises Failed."""
    while not (identity := known(folder / "run/process.json")):
        rest(deadline, f"A simulator runs in {folder}, and nothing says which process it is.")
    return int(identity["pid"])


def known(file: Path) -> dict[str, Any]:
    """What a file of a run says; nothing if it is not there."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def announced(folder: Path) -> dict[str, Any]:
    """What the simulator announced; nothing as long as it has not."""
    return known(folder / "run/ready.json")


def answers(facts: dict[str, Any]) -> bool:
    """Whether it answers over TLS with a certificate of the authority that it announced."""
    if not facts:
        return False
    try:
        tls = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=facts["ca_path"]))
        opener = urllib.request.build_opener(tls, urllib.request.ProxyHandler({}))
        with opener.open(f"{facts['control_url']}/settings", timeout=SECONDS_TO_ANSWER):
            return True
    except OSError:
        return False


def end(folder: Path, lock: Lock, pid: int, deadline: float) -> None:
    """End a process, politely at first, and take the lock that it had. Raises Failed."""
    halfway = time.monotonic() + max(deadline - time.monotonic(), 0) / 2
    for number, until in ((signal.SIGTERM, halfway), (signal.SIGKILL, deadline)):
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        while time.monotonic() < until:
            if lock.take():
                return
            time.sleep(PAUSE)
    if not lock.take():
        raise Failed(f"Process {pid}, the simulator of {folder}, did not end.")


def left_behind(folder: Path, consequence: str) -> list[str]:
    """What is to be told of a simulator that nobody has stopped and that is gone."""
    identity = known(folder / "run/process.json")
    if not identity:
        return []
    said = f"The simulator of {folder} (process {identity['pid']}) was gone without being stopped."
    return [f"{said} {consequence} See {folder / 'simulator.log'}."]


def clean(folder: Path, names: tuple[str, ...]) -> None:
    """Remove files and folders, those that are there."""
    for path in (folder / name for name in names):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def reason(folder: Path, begin: int) -> str:
    """Why it ended, as it said itself, else the end of its log."""
    with (folder / "simulator.log").open("rb") as log:
        log.seek(begin)
        lines = log.read().decode("utf-8", "replace").splitlines()
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            return str(json.loads(line)["error"])
    return "\n".join(lines[-LINES_TOLD:])


def rest(deadline: float, text: str) -> None:
    """Wait a little; raises Failed with the text when there is no time left."""
    if time.monotonic() >= deadline:
        raise Failed(text)
    time.sleep(PAUSE)


def write_connection(folder: Path, facts: dict[str, Any]) -> None:
    """Write the connection for Ansible and for a shell."""
    connection = {f"aem_{name}": str(facts[name]) for name in ("url", "username", "password", "ca_path")}
    # Nothing in it is a template, whatever the password is.
    lines = [f"{name}: !unsafe {json.dumps(value, ensure_ascii=False)}\n" for name, value in connection.items()]
    write(folder / "connection.yml", "".join(["---\n", *lines, "aem_use_proxy: false\n"]))
    exports = [f"export {name.upper()}={shlex.quote(value)}\n" for name, value in connection.items()]
    write(folder / "connection.env", "".join([*exports, "export AEM_USE_PROXY=false\n"]))


def write(path: Path, text: str) -> None:
    """Write a file that its owner alone may read, as a whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(text)
    unfinished.replace(path)


def result(folder: Path, running: dict[str, Any], changed: bool, told: list[str]) -> dict[str, Any]:
    """What is told of a simulator that runs."""
    facts = {name: running["announced"][name] for name in ("url", "username", "ca_path", "control_url", "pid")}
    return {"changed": changed, "told": told, "log": str(folder / "simulator.log"), **facts}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
