# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of the documentation that are held against the contract of the API."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.basic import missing_required_lib

ROOT = Path(__file__).resolve().parents[2]
CONTRACT: dict[str, Any] = yaml.safe_load((ROOT / "tests/contract/methods.yml").read_text(encoding="utf-8"))
PERMISSIONS = runpy.run_path(str(ROOT / "tests/tools/permissions.py"))


def test_permissions_are_those_of_the_contract() -> None:
    assert (ROOT / "docs/permissions.md").read_text(encoding="utf-8") == PERMISSIONS["page"]()


def test_permissions_are_of_every_module_that_asks_the_api_and_of_every_method() -> None:
    actions = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["aem"]
    assert sorted(PERMISSIONS["MODULES"]) == sorted(actions)
    methods = {name for parts in PERMISSIONS["MODULES"].values() for part in parts for name in part}
    assert methods == {method["name"] for method in CONTRACT["methods"]}


def codes() -> set[str]:
    """Every error code that the contract knows."""
    documented = [*CONTRACT["general_errors"], *(error for method in CONTRACT["methods"] for error in method["errors"])]
    return {error["code"] for error in documented}


@pytest.mark.parametrize("code", sorted(codes()))
def test_every_error_code_has_its_cause_and_cure(code: str) -> None:
    rows = (ROOT / "docs/error-codes.md").read_text(encoding="utf-8").splitlines()
    (row,) = [row for row in rows if f"`{code}`" in row.split(" | ")[0]]
    _codes, cause, cure = row.strip("| ").split(" | ")
    assert len(cause) > 10
    assert len(cure) > 5


def test_there_is_no_error_code_that_nobody_knows() -> None:
    told = set(re.findall(r"^\| (`.*?`) \|", (ROOT / "docs/error-codes.md").read_text(encoding="utf-8"), re.MULTILINE))
    named = {code for cell in told for code in re.findall(r"`([A-Z_]+)`", cell)}
    assert named == codes()


def test_what_a_missing_library_is_told_by_is_a_heading() -> None:
    page = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    headings = [line.strip("# `") for line in page.splitlines() if line.startswith("## `Failed to import")]
    assert [missing_required_lib("requests").startswith(heading) for heading in headings] == [True]
