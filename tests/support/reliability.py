# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes docs/reliability.md from the figures that large suites leave behind, one file each in tests/figures.

A suite that was run as a whole calls :func:`publish` with what it has counted. The page holds nothing else, and a test
compares it with the figures. ``PYTHONPATH=tests python -m support.reliability`` writes the page anew.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "tests/figures"
PAGE = ROOT / "docs/reliability.md"

HEAD = """\
# Reliability

What was done to this collection to make it fail, and what came of it. All of it ran against
[the embedded Enterprise Manager](simulator.md), and the figures below were written by those runs. *Wrong* counts what
did not end as it should; each section says what it should.
"""


@dataclass(frozen=True)
class Table:
    """A table of the page: ``rows`` hold a text or a number for each of the ``columns``."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    heading: str = ""


@dataclass(frozen=True)
class Figures:
    """What a suite has counted.

    ``name`` is that of its file, ``place`` where its section stands on the page, lowest first. ``command`` runs it all.
    ``tried`` of ``what``, such as ``cells``, were tried, and ``wrong`` of them did not end as they should.
    ``text`` is Markdown without headings: what was done, and what counts as right.
    """

    name: str
    place: int
    title: str
    command: str
    what: str
    tried: int
    wrong: int
    text: str
    tables: Sequence[Table] = field(default=())


def publish(figures: Figures) -> None:
    """Keep the figures of a suite in place of its last ones, and write the page."""
    FIGURES.mkdir(exist_ok=True)
    data = json.dumps(dataclasses.asdict(figures), ensure_ascii=False, indent=1)
    (FIGURES / f"{figures.name}.json").write_text(data + "\n", encoding="utf-8")
    PAGE.write_text(page(kept()), encoding="utf-8")


def kept() -> list[Figures]:
    """The figures of all suites, in the order of the page."""
    read = [json.loads(path.read_text(encoding="utf-8")) for path in FIGURES.glob("*.json")]
    suites = [Figures(**{**data, "tables": [Table(**table) for table in data["tables"]]}) for data in read]
    return sorted(suites, key=lambda suite: (suite.place, suite.name))


def page(suites: Sequence[Figures]) -> str:
    """The page that the figures give."""
    overview = Table(
        ("what", "tried", "wrong", "run it with"),
        [(_link(suite), f"{suite.tried:,} {suite.what}", suite.wrong, f"`{suite.command}`") for suite in suites],
    )
    return "\n".join([HEAD, *_table(overview), *(line for suite in suites for line in _section(suite))])


def _section(suite: Figures) -> Iterable[str]:
    yield from (f"## {suite.title}", "", suite.text.strip(), "")
    for table in suite.tables:
        yield from (f"### {table.heading}", "") if table.heading else ()
        yield from _table(table)


def _table(table: Table) -> list[str]:
    rows = [table.columns, ["---"] * len(table.columns), *table.rows]
    return [*(f"| {' | '.join(map(_cell, row))} |" for row in rows), ""]


def _cell(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _link(suite: Figures) -> str:
    return f"[{suite.title}](#{suite.title.lower().replace(' ', '-')})"


if __name__ == "__main__":
    PAGE.write_text(page(kept()), encoding="utf-8")
