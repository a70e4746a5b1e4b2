# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a command that must succeed, as somebody at a terminal does."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def printed(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], given: str | None = None
) -> str:
    """What a command prints in a folder, errors included; ``given`` is what it reads. It has fifteen minutes."""
    done = subprocess.run(
        [str(part) for part in command],
        input=given,
        cwd=folder,
        env=environment,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
