# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of the documentation site: every guide and every plugin has one place in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONTENTS: dict[str, Any] = yaml.safe_load((ROOT / "docs/docsite/site.yml").read_text(encoding="utf-8"))


def listed(part: str) -> list[str]:
    """All names of a part of the contents."""
    return [name for names in CONTENTS[part].values() for name in names]


def plugins() -> list[str]:
    """The plugins that users name, and the roles. An action plugin has the page of its module."""
    folders = ("plugins/modules", "plugins/filter", "plugins/inventory", "plugins/lookup")
    files = [path for folder in folders for path in (ROOT / folder).glob("*.py")]
    roles = [path.parent for path in (ROOT / "roles").glob("*/meta")]
    return [path.stem for path in (*files, *roles)]


@pytest.mark.parametrize(
    ("part", "there"), [("guides", [path.stem for path in (ROOT / "docs").glob("*.md")]), ("reference", plugins())]
)
def test_everything_has_one_place(part: str, there: list[str]) -> None:
    assert sorted(listed(part)) == sorted(there)
