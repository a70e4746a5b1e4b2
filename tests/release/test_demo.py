# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ``make demo`` runs, from the plan to the drift, on the collection as it is installed from its archive."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from support.playbooks import ROOT
from support.terminal import plan_of, svg


def test_the_demo_shows_an_estate_from_the_plan_to_the_drift(installed: Path, tmp_path: Path) -> None:
    collection = installed / "ansible_collections/qlik/enterprise_manager"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AEM_", "ANSIBLE_"))}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/tools/demo.py")],
        cwd=collection,
        env={
            **environment,
            "ANSIBLE_COLLECTIONS_PATH": str(installed),
            "ANSIBLE_HOME": str(tmp_path),
            "ANSIBLE_REMOTE_TEMP": "$ANSIBLE_HOME/tmp",
            "PYTHONPATH": str(installed),
        },
        capture_output=True,
        text=True,
        check=False,
        # Five plays, each of which may take as long as one of another test.
        timeout=1500,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert len(re.findall("^=== ", done.stdout, re.MULTILINE)) == 5
    assert "\nchanged=0, " in done.stdout
    report = json.loads((collection / ".build/demo/git/reports/em-demo.json").read_text(encoding="utf-8"))
    assert re.fullmatch("[0-9a-f]{40}", report["commit"])
    assert {(item["name"], item["cause"], item["user"]) for item in report["drift"]} == {
        ("QAS Snowflake", "by hand", "CORP\\designer"),
        ("Nightly 22 shifts", "by hand", "CORP\\operator"),
    }
    # It is read on one screen or two, and shows no secret.
    assert len(done.stdout.splitlines()) < 100
    assert "only-on-the-simulator" not in done.stdout + json.dumps(report)
    # The README shows the plan.
    picture = (ROOT / "docs/images/plan.svg").read_text(encoding="utf-8")
    assert svg(plan_of(done.stdout)) == picture, "run make report"
