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
from importlib import import_module
from pathlib import Path

# Of the collection that this script is in, whatever folder that lies in.
PLUGINS = Path(__file__).resolve().parents[3] / "plugins"


def main(folder: str, text: str) -> int:
    """Write all of them; what cannot be written is told."""
    sys.path.insert(0, str(PLUGINS))
    files = import_module("module_utils._core.files")
    try:
        files.make_folder(folder)
        for name, content in json.loads(text).items():
            files.write_atomically(str(Path(folder, name)), content)
    except files.Refused as refused:
        reason = getattr(refused.__cause__, "strerror", None) or refused
        sys.stderr.write(f"The report cannot be written to {folder}: {reason}.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.stdin.buffer.read().decode("utf-8")))
