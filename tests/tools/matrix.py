# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs unit tests, integration tests and sanity tests on other releases of ansible-core.

    python tests/tools/matrix.py [--parts unit,integration,sanity] [-k EXPRESSION] [RELEASE ...]

The release "lowest" is not among those that are tested where none is named: the oldest ansible-core and the oldest
requests that the collection says it takes.

Each release gets a virtual environment in .build/matrix/RELEASE, on the first Python in its list that is on this
machine and that pip accepts. A release none of whose Pythons is here is reported, and is no failure.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from junit import Count, count

TOOLS = Path(__file__).parent
STAGE = Path(".build/stage/ansible_collections/qlik/enterprise_manager")
TESTS = Path("tests/requirements/tests.txt")
SIMULATOR = Path("tests/requirements/simulator.txt")
# Each release with the Pythons to try in turn, so that together they take in all that the controller may run on.
LOWEST = "lowest"
PARTS = ("unit", "integration", "sanity")
RELEASES = {
    LOWEST: ("3.11", "3.12"),
    "2.16": ("3.11", "3.12"),
    "2.17": ("3.12", "3.11"),
    "2.18": ("3.13", "3.12", "3.11"),
    "2.20": ("3.12", "3.13"),
    "2.21": ("3.13", "3.12"),
}


def asked(arguments: Sequence[str]) -> argparse.Namespace:
    """What the command line asks for: ``releases``, ``parts`` and an ``expression`` that chooses tests, or ends."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("releases", nargs="*", metavar="RELEASE", help=f"one of {', '.join(RELEASES)}")
    parser.add_argument("--parts", default=",".join(PARTS), help="those that are run, of %(default)s")
    parser.add_argument("-k", dest="expression", help="which tests of unit and integration, as pytest has it")
    options = parser.parse_args(arguments)
    options.parts = options.parts.split(",")
    for what, given, known in (("release", options.releases, RELEASES), ("part", options.parts, PARTS)):
        if unknown := [name for name in given if name not in known]:
            parser.error(f"no {what} is {', '.join(unknown)}; there are {', '.join(known)}")
    options.releases = options.releases or [release for release in RELEASES if release != LOWEST]
    if options.releases == [LOWEST] and options.parts == ["sanity"]:
        parser.error("the lowest release has no part sanity; release 2.16 has it")
    return options


def main(arguments: Sequence[str]) -> int:
    """Test the releases; answers 0 when no test failed and each release with a Python here was tested."""
    options = asked(arguments)
    pythons = real_pythons()
    lines = []
    failed = False
    for release in options.releases:
        print(f"\n=== ansible-core {release}", flush=True)
        present = [version for version in RELEASES[release] if version in pythons]
        if not present:
            lines.append(f"{release:6} not tested: none of Python {', '.join(RELEASES[release])} is here")
            continue
        made = next((version for version in present if make_environment(release, pythons[version])), None)
        if made is None:
            lines.append(f"{release:6} FAILED  could not be installed on Python {', '.join(present)}")
            failed = True
            continue
        line, passed = test(release, made, commands(release, options.parts, options.expression))
        lines.append(line)
        failed = failed or not passed
    print("\n=== ansible-core\n" + "\n".join(lines), flush=True)
    return 1 if failed else 0


def real_pythons() -> Mapping[str, str]:
    """The path of each Python that runs, by its version."""
    environment = dict(os.environ, HOME=os.environ.get("EM_USER_HOME", os.environ["HOME"]))
    listed = subprocess.run(
        [str(TOOLS / "pythons.sh")], env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    return dict(line.split(" ", 1) for line in listed.splitlines())


def folder_of(release: str) -> Path:
    """Where the environment of a release lies."""
    return Path(".build/matrix", release)


def make_environment(release: str, python: str) -> bool:
    """Make the environment of a release, unless it is there; answers whether pip could."""
    requirements = folder_of(release) / "requirements.txt"
    requirements.parent.mkdir(parents=True, exist_ok=True)
    lists = [requirements, TESTS, SIMULATOR]
    if release == LOWEST:
        requirements.write_text(lowest(), encoding="utf-8")
        lists = [requirements, SIMULATOR]
    else:
        requirements.write_text(f"ansible-core=={release}.*\nshellcheck-py\n", encoding="utf-8")
    command = [TOOLS / "venv.sh", folder_of(release) / "venv", *lists]
    environment = dict(os.environ, PYTHON=python)
    return subprocess.run([str(part) for part in command], env=environment, check=False).returncode == 0


def lowest() -> str:
    """The oldest releases that meta/runtime.yml and requirements.txt take, and what the tests need beside them."""
    core = re.findall(r'requires_ansible: ">=([\d.]+)"', Path("meta/runtime.yml").read_text(encoding="utf-8"))
    floors = [
        f"ansible-core=={core[0]}",
        Path("requirements.txt").read_text(encoding="utf-8").strip().replace(">=", "=="),
    ]
    tests = TESTS.read_text(encoding="utf-8").splitlines()
    others = [line for line in tests if line and not line.startswith(("#", "-r", "requests=="))]
    return "\n".join([*floors, *others, ""])


def commands(release: str, parts: Sequence[str], expression: str | None) -> Mapping[str, list[str]]:
    """The command of each part for a release. The lowest has no sanity: release 2.16 has the same ansible-test."""
    python = str(Path.cwd() / folder_of(release) / "venv/bin/python")
    reports = reports_of(release)
    pytest = [python, "-m", "pytest", "-q", "-n", os.environ.get("WORKERS", "2"), "--dist", "loadfile"]
    pytest += [f"--basetemp=.build/tmp/matrix-{release}", *(["-k", expression] if expression else [])]
    known = {
        "unit": [*pytest, "tests/unit", f"--junitxml={reports}/unit.xml"],
        "integration": [*pytest, "tests/integration", f"--junitxml={reports}/integration.xml"],
        "sanity": [python, str(TOOLS / "sanity.py"), "--stage", str(STAGE), "--report", str(reports)],
    }
    return {name: known[name] for name in parts if (release, name) != (LOWEST, "sanity")}


def reports_of(release: str) -> Path:
    """Where the reports of a release lie."""
    return Path(".build/reports", f"matrix-{release}")


def test(release: str, python: str, commands: Mapping[str, Sequence[str]]) -> tuple[str, bool]:
    """Run the commands of one release; answers a line for the table, and whether all passed."""
    programs = Path.cwd() / folder_of(release) / "venv/bin"
    reports = reports_of(release)
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    Path(".build/tmp").mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ, PATH=f"{programs}{os.pathsep}{os.environ['PATH']}")
    started = time.monotonic()
    codes = {
        name: subprocess.run(command, env=environment, check=False).returncode for name, command in commands.items()
    }
    bad = [name for name, code in codes.items() if code != 0]
    total: Count = count(reports)
    verdict = f"FAILED in {', '.join(bad)}" if bad else f"ok: {', '.join(codes)}"
    seconds = time.monotonic() - started
    line = f"{release:6} on Python {python}: {total.passed} passed, {total.failed} failed, {seconds:.0f} s  {verdict}"
    return line, not bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
