# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the virtual environment of the simulator, or leaves it alone where it is as wanted.

    python environment.py VENV REQUIREMENTS CONSTRAINTS [--check]

It is made of the Python that runs this, and made again when that or one of the two files has changed. Two that want the
same one wait for each other. What came of it is a JSON object on standard output: changed, or error with exit code 1.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

OLDEST = (3, 11)
# What a user has set for other work must not steer pip away from the environment.
IN_THE_WAY = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PYTHONHOME", "PYTHONPATH")


class Failed(Exception):
    """It cannot be done; the text says why."""


def main(arguments: list[str]) -> int:
    """Make it, and tell what came of it; answers the exit code."""
    parser = argparse.ArgumentParser(description="Makes the virtual environment of the simulator.")
    for name in ("venv", "requirements", "constraints"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--check", action="store_true", help="tell whether it would be made")
    options = parser.parse_args(arguments)
    told: dict[str, object]
    try:
        told = {"changed": have(options.venv, options.requirements, options.constraints, options.check)}
    except (Failed, OSError) as error:
        told = {"error": str(error)}
    sys.stdout.write(f"{json.dumps(told)}\n")
    return 1 if "error" in told else 0


def have(venv: Path, requirements: Path, constraints: Path, check: bool) -> bool:
    """Have the environment; answers whether anything was to be done. Raises Failed."""
    if sys.version_info < OLDEST:
        raise Failed(
            f"The simulator needs Python {'.'.join(map(str, OLDEST))} or newer. {sys.executable} is "
            f"{'.'.join(map(str, sys.version_info[:2]))}; simulator_python names another one."
        )
    files = "".join(path.read_text(encoding="utf-8") for path in (requirements, constraints))
    recipe = f"{venv} of {Path(sys.executable).resolve()} {sys.version}\n{files}"
    stamp = venv / "made-of"
    if not is_made(stamp, recipe) and not check:
        venv.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Path(f"{venv}.lock").open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return not is_made(stamp, recipe) and make(venv, requirements, constraints, stamp, recipe)
    return not is_made(stamp, recipe)


def is_made(stamp: Path, recipe: str) -> bool:
    """Whether the environment is there, whole and as wanted."""
    try:
        return stamp.read_text(encoding="utf-8") == recipe
    except OSError:
        return False


def make(venv: Path, requirements: Path, constraints: Path, stamp: Path, recipe: str) -> bool:
    """Make it anew. Raises Failed."""
    if venv.exists() and not (venv / "pyvenv.cfg").exists():
        raise Failed(f"simulator_venv: {venv} is there and is no virtual environment.")
    shutil.rmtree(venv, ignore_errors=True)
    run("-m", "venv", venv, program=sys.executable)
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    run(*pip, "-r", requirements, "-c", constraints, program=venv / "bin/python")
    stamp.write_text(recipe, encoding="utf-8")
    return True


def run(*arguments: str | Path, program: str | Path) -> None:
    """Run Python; what it says is told only if it fails. Raises Failed."""
    command: Sequence[str] = [str(program), *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if name not in IN_THE_WAY}
    done = subprocess.run(
        command, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        raise Failed(f"{' '.join(command)} failed: {done.stdout.strip()}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
