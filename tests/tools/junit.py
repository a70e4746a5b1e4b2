# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of checks as JUnit XML: written here, read back with those of pytest, added up."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Count:
    """How many tests passed, failed (or ended in an error) and were skipped."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Count) -> Count:
        """The two taken together."""
        return Count(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


def write(path: Path, name: str, failures: dict[str, str | None], seconds: float) -> None:
    """Write one suite to path.

    failures has each check's name, with what it said when it failed and None when it passed.
    """
    failed = sum(text is not None for text in failures.values())
    suite = ET.Element(
        "testsuite",
        {"name": name, "tests": str(len(failures)), "failures": str(failed), "errors": "0", "skipped": "0"},
    )
    suite.set("time", f"{seconds:.3f}")
    for check, text in failures.items():
        case = ET.SubElement(suite, "testcase", {"classname": name, "name": check})
        if text is not None:
            ET.SubElement(case, "failure").text = _printable(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def count(folder: Path) -> Count:
    """What all reports of a folder say together. A folder without a report counts nothing."""
    total = Count()
    for path in sorted(folder.glob("*.xml")):
        for suite in ET.parse(path).getroot().iter("testsuite"):
            tests, failures, errors, skipped = (
                int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")
            )
            failed = failures + errors
            total += Count(tests - failed - skipped, failed, skipped)
    return total


def _printable(text: str) -> str:
    """The text without the control characters that XML cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\n\t")
