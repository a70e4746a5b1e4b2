# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs `ansible-test sanity` on the staged copy of the collection, on every Python of this machine.

    python tests/tools/sanity.py --stage FOLDER --report FOLDER [ARGUMENT OF ANSIBLE-TEST ...]

Three things make ansible-test pass without having looked, or fail without a fault in the collection, so they are
seen to here: shims of version managers on PATH, a download of get-pip.py that many networks do not allow, and
tests that are left out because a program is missing or because no file was found.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import junit

TOOLS = Path(__file__).parent
RUNS = re.compile(r'^Running sanity test "?([\w-]+)"?(?: on (Python [\d.]+))?', re.MULTILINE)
FAULT = re.compile(r"^ERROR: .*", re.MULTILINE)
# ansible-test says these and still answers 0.
NOT_TESTED = re.compile(r"^.*(?:All targets skipped|Required program|No applicable tests).*$", re.MULTILINE)
PIP_SETTING = re.compile(
    r"^[^.]*\.(index-url|extra-index-url|find-links|trusted-host|cert|proxy)='(.*)'$", re.MULTILINE
)


def main() -> int:
    """Run the tests and report them; answers 0 when there were some and all passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stage", type=Path, required=True, help="the copy of the collection")
    parser.add_argument("--report", type=Path, required=True, help="the folder for the report")
    options, passed_on = parser.parse_known_args()

    home = Path(os.environ["HOME"])
    place_get_pip(home / ".ansible/test/cache")
    place_pip_settings(home / ".config/pip/pip.conf")
    started = time.monotonic()
    code, output = run(
        [str(Path(sys.executable).with_name("ansible-test")), "sanity", "--color", "no", *passed_on], options.stage
    )
    outcome = judge(code, output)
    junit.write(options.report / "ansible-test.xml", options.report.name, outcome, time.monotonic() - started)
    failed = [name for name, text in outcome.items() if text is not None]
    print(f"sanity: {len(outcome) - len(failed)} runs passed, {len(failed)} failed {failed or ''}".rstrip(), flush=True)
    return 1 if failed else 0


def place_get_pip(cache: Path) -> None:
    """Put the stand-in for get-pip.py where ansible-test keeps the one it downloads, one for each pip it knows."""
    package = find_spec("ansible_test")
    if package is None or package.submodule_search_locations is None:
        raise SystemExit(f"{sys.executable} has no ansible-test")
    source = Path(package.submodule_search_locations[0], "_internal/python_requirements.py").read_text(encoding="utf-8")
    cache.mkdir(parents=True, exist_ok=True)
    for version in set(re.findall(r"\bpip='([\d.]+)'", source)):
        shutil.copyfile(TOOLS / "get_pip.py", cache / f"get_pip_{version.replace('.', '_')}.py")


def place_pip_settings(path: Path) -> None:
    """Write the user's package index to path: ansible-test drops what the environment says about it."""
    environment = dict(os.environ, HOME=os.environ["EM_USER_HOME"])
    command = [sys.executable, "-m", "pip", "config", "list"]
    settings = subprocess.run(command, env=environment, check=False, capture_output=True, text=True).stdout
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    # Of a setting that is made twice, pip lists the one that counts last.
    lines = [f"{name} = {value}\n" for name, value in dict(PIP_SETTING.findall(settings)).items()]
    path.write_text("[global]\nquiet = 2\n" + "".join(lines), encoding="utf-8")


def real_pythons() -> list[str]:
    """The folders of the Pythons that run by their real path."""
    environment = dict(os.environ, HOME=os.environ["EM_USER_HOME"])
    listed = subprocess.run(
        [str(TOOLS / "pythons.sh")], env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return [str(Path(line.split(" ", 1)[1]).parent) for line in listed.splitlines()]


def run(command: list[str], folder: Path) -> tuple[int, str]:
    """Run the command there, show what it says while it says it; answers its exit code and that text."""
    path = [str(Path(sys.executable).parent), *real_pythons(), "/usr/bin", "/bin"]
    environment = dict(os.environ, PATH=os.pathsep.join(dict.fromkeys(path)))
    said = []
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    return process.returncode, "".join(said)


def judge(code: int, output: str) -> dict[str, str | None]:
    """Each test that ran, with its errors or None; what was left out counts as a failure of its own."""
    parts = RUNS.split(output)
    outcome: dict[str, str | None] = {}
    for test, python, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        faults = "\n".join(FAULT.findall(text))
        outcome[f"{test} on {python}" if python else test] = faults or None
    for line in NOT_TESTED.findall(output):
        outcome[line.strip()] = "was not tested"
    if not outcome or (code != 0 and not any(outcome.values())):
        outcome[f"ansible-test (exit code {code})"] = output[-4000:]
    return outcome


if __name__ == "__main__":
    sys.exit(main())
