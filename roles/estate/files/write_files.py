# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the files of a report in one step, for their owner only.

    write_files.py FOLDER < '{"name": "text", ...}'

Standard input is JSON, the text of each file by its name, and they are written in that order. The folder is made if
there is none. A reader sees the old text or the new one, never half of it.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write(path: Path, text: str) -> None:
    """Write one file, or leave what is there."""
    name = f".{path.name[:100]}."
    with NamedTemporaryFile("w", encoding="utf-8", newline="", prefix=name, dir=path.parent, delete=False) as file:
        beside = Path(file.name)
        try:
            file.write(text)
            file.flush()
            beside.replace(path)
        except BaseException:
            with suppress(OSError):
                beside.unlink()
            raise


def main(folder: Path, text: str) -> int:
    """Write all of them; what cannot be written is told."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in json.loads(text).items():
            write(folder / name, content)
    except OSError as error:
        sys.stderr.write(f"The report cannot be written to {folder}: {error.strerror}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.stdin.buffer.read().decode("utf-8")))
