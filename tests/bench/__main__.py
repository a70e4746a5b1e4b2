# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures what the collection promises about speed, each as a ratio of two things done in the same run.

    make bench                                         # all of it, which takes a quarter of an hour
    make bench ARGS="--kinds acls --estates 10,100"    # a part, which is only printed, unless --write is given too

It changes nothing outside simulators of its own. Seconds are of this machine; the ratios are what to quote. A whole run
writes docs/performance.md and its picture.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import forks, page, runbooks
from .contests import ACLS, CHANGES, ESTATE, FLOOR, LARGE, LOOP, SERVERS, TASKS, URI, Contest, all_contests
from .targets import judged

RUNBOOKS = "runbooks"
FORKS = "forks"
KINDS = (SERVERS, ACLS, CHANGES, LARGE, TASKS)
PAGE = Path("docs/performance.md")
PICTURE = Path("docs/images/performance.svg")
PLOTTER = Path(".build/bench-venv/bin/python")


def numbers(text: str) -> list[int]:
    """Numbers that are separated by commas."""
    return [int(word) for word in text.split(",")]


def words(text: str) -> list[str]:
    """Words that are separated by commas."""
    return text.split(",")


def options() -> argparse.Namespace:
    """What is to be measured."""
    parser = argparse.ArgumentParser(prog="make bench", description="Measure how fast the collection is.")
    parser.add_argument("--kinds", type=words, help=f"of {', '.join((RUNBOOKS, FORKS, *KINDS))}; all by default")
    parser.add_argument("--estates", type=numbers, help="numbers of servers; 10,100,1000 by default")
    parser.add_argument("--latency", type=numbers, help="in milliseconds; 0,20 by default")
    parser.add_argument("--write", action="store_true", help="write the page of a part, too")
    parser.add_argument("--repeat", type=int, default=3, help="turns of what is quick (3)")
    return parser.parse_args()


def main() -> None:
    """Measure, tell, and write the page where everything was measured."""
    chosen = options()
    kinds = chosen.kinds or [RUNBOOKS, FORKS, *KINDS]
    if RUNBOOKS in kinds:
        runbooks.main()
    if FORKS in kinds:
        forks.main()
    contests = all_contests(
        [kind for kind in KINDS if kind in kinds],
        chosen.estates or [10, 100, 1000],
        chosen.latency or [0, 20],
        chosen.repeat,
    )
    promises = judged(contests)
    for promise in promises:
        print(f"{'met' if promise.met else 'NOT MET':8} {promise.what}: {promise.measured} ({promise.limit})")
    is_part = chosen.kinds or chosen.estates or chosen.latency
    if is_part and not chosen.write:
        print("\n".join(page.measures([contest]) for contest in contests))
    else:
        PAGE.write_text(page.page(contests, promises), encoding="utf-8")
        draw(contests)
        print(f"{PAGE} and {PICTURE} are written.")


def draw(contests: Sequence[Contest]) -> None:
    """Draw the picture of the page."""
    found = [contest for contest in contests if (contest.kind, contest.latency) == (ACLS, 20)]
    lines = {
        name: [(item.size.servers, item.took[name].seconds, item.took[name].of is not None) for item in found]
        for name in (found[0].took if found else ())
        if name in (FLOOR, ESTATE, LOOP, URI)
    }
    subprocess.run(
        [PLOTTER, Path(__file__).parent / "plot.py", PICTURE], input=json.dumps(lines), text=True, check=True
    )


if __name__ == "__main__":
    main()
