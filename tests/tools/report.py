# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the report of the simulator's estate, and a picture of its page.

    PYTHONPATH=tests python tests/tools/report.py FOLDER PICTURE

The role runs as a user runs it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from simulator import Settings, Simulator
from support.playbooks import run_file

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SIZE = {"width": 1280, "height": 900}


def main(folder: Path, picture: Path) -> int:
    """Make both; answers what the program ends with."""
    options = {"report_path": str(folder.resolve()), "report_title": "Production"}
    with Simulator(Settings()) as em:
        played = run_file(em, "qlik.enterprise_manager.report", "-e", json.dumps(options))
    if played.return_code:
        print(played.output)
        return 1
    program = next(filter(None, map(shutil.which, PROGRAMS)))
    # Chromium's own sandbox does not work for root, who is who runs it in a container.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=arguments) as browser,
    ):
        page = browser.new_page(viewport=SIZE)
        page.goto((folder / "report.html").resolve().as_uri())
        page.locator("summary").nth(1).click()
        picture.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=picture)
    print(f"{folder / 'report.html'} and {picture}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
