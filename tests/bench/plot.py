# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws seconds by number of servers as SVG. It is run by a Python that has matplotlib.

    python plot.py FILE < lines

The lines are JSON: for each name of a contestant, a list of servers, seconds, and whether these are extrapolated.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# Colours that people who see few colours tell apart (Okabe and Ito).
COLOURS = {"bare script": "#666666", "aem_estate": "#0072b2", "loop of modules": "#e69f00", "loop of uri": "#d55e00"}
MARKS = {"bare script": "s", "aem_estate": "o", "loop of modules": "^", "loop of uri": "D"}
SETTINGS: dict[str, Any] = {
    # The same measures give the same bytes.
    "svg.hashsalt": "qlik.enterprise_manager",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.spines.right": False,
    "axes.spines.top": False,
}


def main(file: Path, lines: dict[str, list[tuple[int, float, bool]]]) -> None:
    """Draw the lines, both axes logarithmic: what is linear has the slope of the others."""
    with mpl.rc_context(SETTINGS):
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.subplots()
        for name, points in lines.items():
            servers, seconds = [point[0] for point in points], [point[1] for point in points]
            style = "--" if any(point[2] for point in points) else "-"
            label = f"{name}, extrapolated" if style == "--" else name
            axes.plot(servers, seconds, style, color=COLOURS[name], marker=MARKS[name], label=label)
            axes.annotate(
                f"{seconds[-1]:,.1f} s",
                (servers[-1], seconds[-1]),
                xytext=(8, -4),
                textcoords="offset points",
                color=COLOURS[name],
            )
        axes.set(xscale="log", yscale="log", xlabel="servers with an ACL each", ylabel="seconds")
        axes.set_xticks(ticks := [point[0] for point in next(iter(lines.values()))], [f"{tick:,}" for tick in ticks])
        axes.minorticks_off()
        axes.yaxis.set_major_formatter("{x:g}")
        axes.grid(visible=True, color="#dddddd")
        axes.margins(x=0.12)
        axes.legend(frameon=False)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.load(sys.stdin))
