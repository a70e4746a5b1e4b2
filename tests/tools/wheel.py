# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a wheel of the simulator: enterprise-manager-simulator, with a console script of that name and pytest fixtures.

    python tests/tools/wheel.py SOURCE BUILD DIST

SOURCE is a checkout or a copy of it. BUILD gets a pyproject.toml that takes the simulator from there as it is, and
DIST the wheel. Its version is that of the collection.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

PACKAGE = "enterprise_manager_simulator"
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "enterprise-manager-simulator"
version = "{version}"
description = "An embedded Qlik Enterprise Manager to test playbooks and scripts against"
requires-python = ">=3.11"
license = "GPL-3.0-or-later"
license-files = ["LICENSE"]
authors = [{{name = "The qlik.enterprise_manager contributors"}}]
keywords = ["qlik", "replicate", "ansible", "pytest", "testing"]
classifiers = ["Framework :: Pytest", "Topic :: Software Development :: Testing"]
dependencies = {dependencies}

[project.scripts]
enterprise-manager-simulator = "{package}.__main__:main"

[project.entry-points.pytest11]
enterprise_manager_simulator = "{package}.pytest_plugin"

[tool.hatch.build.targets.wheel]
bypass-selection = true
core-metadata-version = "2.4"

[tool.hatch.build.targets.wheel.force-include]
"{source}/tests/simulator" = "{package}"
"{source}/tests/contract/methods.yml" = "{package}/methods.yml"
"""
PIN = re.compile(r"^([\w.-]+)==((\d+)\.\S+)$", re.MULTILINE)


def dependencies(source: Path) -> list[str]:
    """What the simulator needs: at least what it is tested with, and nothing of the next major release."""
    pins = PIN.findall((source / "tests/requirements/simulator.txt").read_text(encoding="utf-8"))
    return [f"{name}>={version},<{int(major) + 1}" for name, version, major in pins]


def pyproject(source: Path) -> str:
    """The text of the pyproject.toml that builds the wheel of a checkout."""
    galaxy = yaml.safe_load((source / "galaxy.yml").read_text(encoding="utf-8"))
    return PYPROJECT.format(
        version=galaxy["version"], dependencies=dependencies(source), package=PACKAGE, source=source.as_posix()
    )


def build(source: Path, folder: Path, dist: Path) -> Path:
    """Build the wheel; answers where it is."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(pyproject(source), encoding="utf-8")
    shutil.copyfile(source / "LICENSE", folder / "LICENSE")
    dist.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(dist)]
    subprocess.run(command, cwd=folder, check=True)
    return next(dist.glob(f"{PACKAGE}-*.whl"))


if __name__ == "__main__":
    print(build(*(Path(argument).resolve() for argument in sys.argv[1:4])))
