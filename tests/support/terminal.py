# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A picture of what the demo prints as its plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

WIDTH = 116
SIGNS = {"+": "#7ee787", "~": "#e3b341", "-": "#ff7b72", ">": "#79c0ff"}
LINE = 19
LETTER = 8.43


def plan_of(output: str) -> list[str]:
    """The lines of the first step of the demo: the command, and the plan. What differs from run to run is left out."""
    step = output.split("=== 1. ")[1].split("\n=== 2. ", maxsplit=1)[0].splitlines()[1:]
    # The id of a plan is another one for another address.
    step = [re.sub(r"\bPlan [0-9a-f]{8}\b", "Plan 6e62d2be", line) for line in step]
    lines = [re.sub(r"https://127\.0\.0\.1:\d+/\S*", "https://em.example.com", line).rstrip() for line in step]
    again = re.compile(r"Plan \w+ of |\d+ requests, ")
    return [line for line in lines if not again.match(line)]


def svg(lines: Sequence[str]) -> str:
    """The lines as they stand in a terminal, which is as wide as most screens show it."""
    width, height = round(WIDTH * LETTER) + 40, len(lines) * LINE + 40
    size = f'width="{width}" height="{height}"'
    texts = [
        f'<text x="20" y="{30 + number * LINE}" fill="{colour(line)}">{kept(clipped(line))}</text>'
        for number, line in enumerate(lines)
        if line
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {size}>',
            "<title>The plan of the demo</title>",
            f'<rect {size} rx="8" fill="#0d1117"/>',
            '<g font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
            *texts,
            "</g>",
            "</svg>",
            "",
        ]
    )


def kept(line: str) -> str:
    """A line as text of a picture, where blanks beside each other would be one."""
    return escape(line, quote=False).replace(" ", "\N{NO-BREAK SPACE}")


def clipped(line: str) -> str:
    """A line that ends where the terminal does."""
    return line if len(line) <= WIDTH else line[: WIDTH - 2] + " …"


def colour(line: str) -> str:
    """The colour of a line, by its sign."""
    if line.startswith("$"):
        return "#8b949e"
    return SIGNS.get(line.strip()[:1], "#e6edf3") if line.startswith("  ") else "#e6edf3"
