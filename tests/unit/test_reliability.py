# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of figures: it is what the last whole runs of the large suites have counted, and none found a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import reliability
from support.reliability import Figures, Table

FIGURES = Figures(
    name="example",
    place=1,
    title="Broken pencils",
    command="make pencils",
    what="pencils",
    tried=1200,
    wrong=0,
    text="Each was broken twice.\n",
    tables=[Table(("pencil", "ends"), [("red", 2), ("blue", 1002)], "By colour")],
)


def test_the_page_is_what_its_figures_give() -> None:
    assert reliability.PAGE.read_text(encoding="utf-8") == reliability.page(reliability.kept())


def test_every_suite_tried_something_and_nothing_went_wrong() -> None:
    suites = reliability.kept()
    assert [suite.name for suite in suites if suite.tried < 1] == []
    assert {suite.name: suite.wrong for suite in suites if suite.wrong} == {}


def test_a_table_has_a_cell_for_each_column() -> None:
    tables = [table for suite in reliability.kept() for table in suite.tables]
    assert [row for table in tables for row in table.rows if len(row) != len(table.columns)] == []


def test_figures_are_kept_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reliability, "FIGURES", tmp_path / "figures")
    monkeypatch.setattr(reliability, "PAGE", tmp_path / "page.md")
    reliability.publish(FIGURES)
    assert [(suite.name, suite.tables[0].rows) for suite in reliability.kept()] == [
        ("example", [["red", 2], ["blue", 1002]])
    ]
    told = reliability.PAGE.read_text(encoding="utf-8")
    assert "| [Broken pencils](#broken-pencils) | 1,200 pencils | 0 | `make pencils` |" in told
    assert "## Broken pencils\n\nEach was broken twice.\n\n### By colour\n" in told
    assert told.endswith("| pencil | ends |\n| --- | --- |\n| red | 2 |\n| blue | 1,002 |\n")


def test_sections_stand_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reliability, "FIGURES", tmp_path)
    monkeypatch.setattr(reliability, "PAGE", tmp_path / "page.md")
    for place, name in ((3, "a"), (1, "b"), (2, "c")):
        reliability.publish(Figures(name, place, name.upper(), "make it", "things", 1, 0, "Text."))
    headings = [line for line in reliability.PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings == ["## B", "## C", "## A"]
