# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every code block of README and guides runs against the simulator, in order, with the connection given from outside.

What cannot be run stands here with the reason, and is parsed. A block that is new has to be given its place.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
import yaml

from simulator import Settings, Simulator
from support.commands import printed
from support.guides import Dealt, Given, Run, Shown, Write, blocks, script
from support.playbooks import ROOT, environment

CRON = Shown("a line for cron, whose command stands on the page as well")
OUTPUT = Shown("what is printed")
TESTED = Shown("tests/events runs it in ansible-rulebook")
INSTALLED = Shown("it installs from a registry; tests/release installs the archive")
RELEASE = Shown("it is for who makes a release")
AWX = Shown("tests/release runs ansible-builder, and jobs as AWX does")
STARTED = Shown("the test has started one")
ELSEWHERE = Shown("its servers are those of somebody's company; tests/integration/test_role_promote.py has such ones")

PAGES: dict[str, tuple[Dealt, ...]] = {
    "README.md": (INSTALLED, Given(), Run("-e replicate_password=example")),
    "docs/awx.md": (AWX, AWX, Shown("it needs AWX and its collection"), AWX),
    "docs/backup.md": (
        Run(before="mkdir -p var/backups"),
        Write("inventory.yml"),
        Run(before="mkdir -p var/backups/em"),
        *(CRON, OUTPUT),
        Run(),
        *(OUTPUT, Shown("it needs a remote repository; the role's test commits")),
    ),
    "docs/behaviour.md": (Run("-e vaulted_token=example"),),
    "docs/estate.md": (
        *(Given(), Run(), Run(), Run(), OUTPUT),
        Write("server.yml"),
        Shown("settings of an editor"),
    ),
    "docs/events.md": (TESTED, TESTED, TESTED),
    "docs/failover.md": (
        Write("inventory.yml"),
        Run(),
        *(CRON,),
        Run(),
        *(OUTPUT,),
    ),
    "docs/first-steps.md": (STARTED, Given(), Run(), Write("first.yml"), Run()),
    "docs/inventory.md": (
        Write("prd.aem.yml"),
        Run(),
        *(Write(f"{name}.aem.yml", f"ansible-inventory -i {name}.aem.yml --list > {name}.json") for name in ("a", "b")),
    ),
    "docs/maintenance.md": (
        Run(before="mkdir -p var/lib/aem && echo '[{ansible.builtin.debug: {msg: patched}}]' > patch.yml"),
        Run(before="sed '/name: Patch$/,$d' block-0.yml > stop.yml && ansible-playbook -i localhost, stop.yml"),
        Run(),
        Run(),
    ),
    "docs/promote.md": (
        *(Write("inventory.yml"), Write("uat.yml"), Write("prod.yml"), Write("back.yml")),
        *(
            ELSEWHERE,
            ELSEWHERE,
            OUTPUT,
            Write("tables.csv"),
            Write("tables.yml"),
            ELSEWHERE,
            Write("schedules.yml"),
            OUTPUT,
            CRON,
        ),
    ),
    "docs/releasing.md": (RELEASE, RELEASE, RELEASE),
    "docs/report.md": (
        Run(before="mkdir -p srv/reports"),
        Run(before="mkdir -p estate/localhost/servers && echo 'format: 1' > estate/estate.yml"),
    ),
    "docs/restore.md": (
        Run(
            before="mkdir -p var/backups && ansible-playbook qlik.enterprise_manager.backup -i localhost, -c local"
            " -e backup_path=$PWD/var/backups/em -e backup_servers=replicate-qas"
        ),
        *(Write("some.yml"), Write("secrets.yml"), CRON),
    ),
    "docs/troubleshooting.md": (Given(), Run(), Shown("a line of an inventory")),
}
# tests/release/test_simulator.py runs them from the archive.
ELSE_RUN = {"docs/simulator.md"}
# What is another one where the test runs: the address, the user, files, and seconds that a test does not wait.
SECRETS = ("vault_aem_password", "vaulted_em_password")


def here(text: str, em: Simulator, folder: Path) -> str:
    """A script with the address, the user and the folders of this test in place of those of the reader."""
    text = re.sub(r"https://em[\w.-]*\.example(\.com)?\b", em.url, text)
    text = re.sub(r"(?<![\w.$/])/(?=(var/backups|var/lib|srv|opt)/)", f"{folder}/", text)
    text = text.replace("/etc/ssl/corp-ca.pem", str(em.ca_path))
    text = re.sub(r"CORP\\svc_(ansible|backup|promote)\b", r"CORP\\admin", text)
    return text.replace("settle: 30", "settle: 0")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_has_its_place_and_is_what_it_says(page: str) -> None:
    found = blocks(ROOT / page)
    assert len(found) == len(PAGES[page]), "a block that is new, or gone, is to be given its place in PAGES"
    assert [(block.text, block.problem()) for block in found if block.problem()] == []


def test_no_page_is_left_out() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    with_blocks = {str(page.relative_to(ROOT)) for page in pages if blocks(page)}
    assert with_blocks == set(PAGES) | ELSE_RUN


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder without blanks in its path, as the pages have it."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.parametrize("page", [page for page, dealt in PAGES.items() if any(isinstance(it, Run) for it in dealt)])
def test_the_blocks_run(page: str, folder: Path) -> None:
    (folder / "group_vars").mkdir()
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05)) as em:
        # The page's servers are there to be reached.
        estate = em.estate()
        em.set_estate({**estate, "servers": [one for one in estate["servers"] if one["name"] != "replicate-branch"]})
        secrets = dict.fromkeys(SECRETS, em.password)
        (folder / "group_vars/all.yml").write_text(yaml.safe_dump(secrets), encoding="utf-8")
        programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        # No checkout around the folder is to get the commits of the role backup.
        alone = {"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": programs}
        more = {"ANSIBLE_PYTHON_INTERPRETER": sys.executable, **alone}
        commands = here(script(blocks(ROOT / page), PAGES[page]), em, folder)
        printed(["bash"], folder, environment(em, folder, PYTHONPATH=str(ROOT / "tests"), **more), commands)


def test_the_file_of_a_server_is_one_of_its_schema() -> None:
    schema = json.loads((ROOT / "roles/estate/files/schema/server.json").read_text(encoding="utf-8"))
    (server,) = [block for block in blocks(ROOT / "docs/estate.md") if block.language == "yaml"]
    jsonschema.validate(server.data, schema)
