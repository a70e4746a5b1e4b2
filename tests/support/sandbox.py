# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for a module to write to, and a look at what it left in them."""

from __future__ import annotations

from pathlib import Path


class Sandbox:
    """``folder`` is where files are asked for; ``home`` and ``here``, the present folder, lie beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "asked for"
        self.home = root / "home"
        # As deep as a name may climb that has two dots in it a few times.
        self.here = root / "a/b/c"
        for folder in (self.folder, self.home, self.here):
            folder.mkdir(parents=True)

    def strays(self) -> set[Path]:
        """The files that are not below ``folder``."""
        return {path for path in self.root.rglob("*") if path.is_file() and self.folder not in path.parents}

    def contents(self) -> dict[str, bytes]:
        """All files below ``folder``, by their path from there."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}
