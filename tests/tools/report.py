# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report of the simulator's estate, a picture of its page, and one of the plan of the demo.

    PYTHONPATH=tests:.build/link python tests/tools/report.py FOLDER PICTURES

The role and the demo run as a user runs them. The pictures are report.png and plan.svg.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from simulator import Settings, Simulator
from support.browser import started
from support.playbooks import run_file
from support.terminal import plan_of, svg

SIZE = {"width": 1280, "height": 900}


def main(folder: Path, pictures: Path) -> int:
    """Make all of them; answers what the program ends with."""
    options = {"report_path": str(folder.resolve()), "report_title": "Production"}
    with Simulator(Settings()) as em:
        played = run_file(em, "qlik.enterprise_manager.report", "-e", json.dumps(options))
    if played.return_code:
        print(played.output)
        return 1
    with started() as browser:
        page = browser.new_page(viewport=SIZE)
        page.goto((folder / "report.html").resolve().as_uri())
        page.locator("summary").nth(1).click()
        page.screenshot(path=pictures / "report.png")
    demo = subprocess.run([sys.executable, "tests/tools/demo.py"], check=True, stdout=subprocess.PIPE, text=True)
    (pictures / "plan.svg").write_text(svg(plan_of(demo.stdout)), encoding="utf-8")
    print(f"{folder / 'report.html'}, {pictures / 'report.png'} and {pictures / 'plan.svg'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
