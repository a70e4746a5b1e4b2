# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the reports of the role estate into one exit code for a pipeline.

    estate_status.py FOLDER HOST [HOST ...] [--commit COMMIT]

0 all is well, 2 there are changes to apply, 3 a person must decide, 1 something failed or a report is missing.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from urllib.parse import quote

CODES = {"valid": 0, "in_sync": 0, "applied": 0, "changes": 2, "blocked": 3, "refused": 3}
# From the best to the worst.
ORDER = (0, 2, 3, 1)


def code_of(path: Path, host: str, commit: str | None) -> tuple[int, str]:
    """The code of one report, and why."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        status, found, of_commit = report["status"], report["host"], report["commit"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return 1, f"no report in {path}: {error}"
    if found != host:
        return 1, f"the report in {path} is of {found}"
    if commit and of_commit != commit:
        return 1, f"the report is of commit {of_commit}"
    return CODES.get(status, 1), str(status)


def main(arguments: list[str]) -> int:
    """Tell of each report, and answer the worst code."""
    parser = argparse.ArgumentParser(description="Turn reports of the role estate into an exit code.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("hosts", nargs="+", metavar="host")
    parser.add_argument("--commit", help="the commit that the reports must be of")
    given = parser.parse_args(arguments)
    codes = []
    for host in given.hosts:
        code, why = code_of(given.folder / f"{quote(host, safe=' ')}.json", host, given.commit)
        sys.stdout.write(f"{host}: {why}\n")
        codes.append(code)
    return max(codes, key=ORDER.index)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
