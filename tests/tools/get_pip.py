# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a virtual environment for ansible-test where the script that it downloads for this cannot be had.

ansible-test puts pip into its environments with a get-pip.py from a server of the Ansible project. This stands in for
that file: it starts from the pip that Python carries, which then fetches the release that ansible-test asks for.
"""

from __future__ import annotations

import ensurepip
import glob
import os
import subprocess
import sys
import sysconfig

# Debian keeps the wheels outside ensurepip.
FOLDERS = [os.path.join(os.path.dirname(ensurepip.__file__), "_bundled"), sysconfig.get_config_var("WHEEL_PKG_DIR")]


def main(arguments: list[str]) -> int:
    """Install what the arguments name, as get-pip.py would; answers pip's exit code."""
    wheels = [wheel for folder in FOLDERS if folder for wheel in glob.glob(os.path.join(folder, "pip-*.whl"))]
    wanted = [argument for argument in arguments if argument not in {"--no-setuptools", "--no-wheel"}]
    environment = dict(os.environ, PYTHONPATH=wheels[0])
    command = [sys.executable, "-m", "pip", "install", "--quiet", *wanted]
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
