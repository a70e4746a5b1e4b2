# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turn the reports of the role estate into one exit code for a pipeline.

    estate_status.py FOLDER HOST [HOST ...] [--commit COMMIT] [--begun-after TIME]

0 all is well, 2 there are changes to apply, 3 a person must decide, 1 something failed or a report is missing.
It needs nothing but Python. A report is known by the host that it is of, whatever its file is called. TIME is as
"date -u +%FT%TZ" tells it: an older report is that of another run, and a run that ends before its first task leaves it.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

CODES = {"valid": 0, "in_sync": 0, "applied": 0, "changes": 2, "blocked": 3, "refused": 3}
TIME = "%Y-%m-%dT%H:%M:%SZ"
# From the best to the worst.
ORDER = (0, 2, 3, 1)


def reports(folder: Path) -> dict[str, dict[str, Any]]:
    """The reports in a folder, by host."""
    found = filter(None, map(report_in, sorted(folder.glob("*.json"))))
    return {report["host"]: report for report in found}


def report_in(path: Path) -> dict[str, Any] | None:
    """Host, status, commit and begin of the report in a file; one that holds none is told."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        told = {name: report[name] for name in ("status", "commit")}
        return {"host": str(report["host"]), "begun": str(report.get("begun") or ""), **told}
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"{path} is no report: {error!r}\n")
        return None


def code_of(report: dict[str, Any] | None, commit: str | None, begun_after: str | None) -> tuple[int, str]:
    """The code of one report, and why."""
    if report is None:
        return 1, "no report"
    if commit and report["commit"] != commit:
        return 1, f"the report is of commit {report['commit']}"
    # Both are in UTC and written alike, so text is compared as times are.
    if begun_after and report["begun"] < begun_after:
        return 1, f"the report is of a run that began at {report['begun'] or 'a time that it does not tell'}"
    return CODES.get(str(report["status"]), 1), str(report["status"])


def time_of(text: str) -> str:
    """A time in UTC, as reports write it; raises ValueError for any other text."""
    return datetime.strptime(text, TIME).replace(tzinfo=timezone.utc).strftime(TIME)


def main(arguments: list[str]) -> int:
    """Tell of each report, and answer the worst code."""
    parser = argparse.ArgumentParser(description="Turn reports of the role estate into an exit code.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("hosts", nargs="+", metavar="host")
    parser.add_argument("--commit", help="the commit that the reports must be of")
    parser.add_argument("--begun-after", type=time_of, metavar="time", help="when the run had not begun yet, in UTC")
    try:
        given = parser.parse_args(arguments)
    except SystemExit as stop:
        # Its own code for wrong arguments is 2, which would be taken for changes.
        return 0 if stop.code == 0 else 1
    found, codes = reports(given.folder), []
    for host in given.hosts:
        code, why = code_of(found.get(host), given.commit, given.begun_after)
        sys.stdout.write(f"{host}: {why}\n")
        codes.append(code)
    return max(codes, key=ORDER.index)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
