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
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.promotion_tables import (
    collected,
    from_csv,
    from_data,
)
from simulator import Settings, Simulator
from support import roles
from support.commands import printed
from support.guides import (
    Cron,
    Dealt,
    Files,
    Given,
    Printed,
    Run,
    Shown,
    Variables,
    Write,
    blocks,
    not_printed,
    problems_of_cron,
    script,
)
from support.playbooks import ROOT, environment
from support.simulated import ADMIN

SORTED = "python -m json.tool --sort-keys"
OUTPUT = Shown("what is printed")
TESTED = Shown("tests/events runs it in ansible-rulebook")
INSTALLED = Shown("it installs from a registry; tests/release installs the archive")
RELEASE = Shown("it is for who makes a release")
AWX = Shown("tests/release runs ansible-builder, and jobs as AWX does")
IN_AWX = Shown("it needs AWX and its collection; that the files are there is tested below")
SURVEY = Shown("an answer to a survey, which is given to the role's specification below")
STARTED = Shown("the test has started one; tests/integration/test_role_simulator.py does it so")
VARIABLES = Variables("promote")

PAGES: dict[str, tuple[Dealt, ...]] = {
    "README.md": (INSTALLED, Given(), Run("-e replicate_password=example")),
    "docs/awx.md": (AWX, AWX, IN_AWX, SURVEY),
    "docs/backup.md": (
        Run(before="mkdir -p var/backups"),
        Write("inventory.yml"),
        Run(before="mkdir -p var/backups/em"),
        *(Cron(), Files("")),
        Run(),
        *(
            Shown("a message of git; tests/unit/runbook/test_repository.py has others"),
            Shown("it needs a remote repository; the role's test commits"),
        ),
    ),
    "docs/behaviour.md": (Run("-e vaulted_token=example"),),
    "docs/estate.md": (
        *(Given(), Run(), Run(), Run(), OUTPUT),
        Write("server.yml"),
        Write("settings.json", "diff <(jq_ settings.json) <(jq_ adopted/.vscode/settings.json)".replace("jq_", SORTED)),
    ),
    "docs/events.md": (TESTED,) * 4,
    "docs/failover.md": (Write("inventory.yml"), Run(), Cron(), Run(), Printed()),
    "docs/first-steps.md": (INSTALLED, STARTED, Given(), Run(), Write("first.yml"), Run()),
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
        *(Write("inventory.yml"), Write("uat.yml"), Write("prod.yml"), VARIABLES),
        *(Run(), Run(), Printed()),
        *(Write("tables.csv"), Write("tables.yml"), Run(), VARIABLES),
        *(Files("git"), Cron()),
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
        *(Write("some.yml"), Write("secrets.yml"), Cron()),
    ),
    "docs/troubleshooting.md": (
        *(Given(), Run()),
        Write("own.yml", "ansible localhost -c local -e @own.yml -m qlik.enterprise_manager.aem_server_info"),
    ),
}
# tests/release/test_simulator.py runs them from the archive.
ELSE_RUN = {"docs/simulator.md"}
# What is another one where the test runs: the address, the user, files, and seconds that a test does not wait.
SECRETS = ("vault_aem_password", "vaulted_em_password", "vault_em_test_password", "vault_em_prod_password")
# What the servers of a page have, where the simulator's own estate has none of them.
ESTATES = {
    "docs/promote.md": ADMIN
    + r"""servers:
  - name: replicate-dev
    host: repl-dev.corp.example
    endpoints:
      - {name: Core DEV, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //dev:1521/CORE}}
      - {name: Lake DEV, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /dev}}
    tasks:
      - {name: Policies DEV, source: Core DEV, targets: [Lake DEV], explicit_included_tables: [$POLLIB.POL309PF]}
      - {name: Claims DEV, like: Policies DEV, included_pattern: [$POLLIB.CLM%]}
      - {name: Claims Archive DEV, like: Policies DEV}
  - name: replicate-uat
    host: repl-uat.corp.example
    endpoints:
      - {name: Core UAT, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //uat:1521/CORE}}
      - {name: Lake UAT, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /uat}}
    tasks: []
  - name: replicate-prd
    host: repl-prd.corp.example
    endpoints:
      - {name: Core, type_id: ORACLE_COMPONENT_TYPE, db_settings: {server: //prd:1521/CORE}}
      - {name: Lake, type_id: FILE_COMPONENT_TYPE, role: TARGET, db_settings: {csvTargetPath: /prd}}
    tasks:
      - name: Claims
        source: Core
        targets: [Lake]
        explicit_included_tables: [POLLIB.OLD]
        state: RUNNING
      - name: Claims Archive
        like: Claims
        explicit_included_tables: [POLLIB.POL309PF]
        settings: {lob_max_size: 64}
"""
}


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
    for name in ("group_vars", "host_vars"):
        (folder / name).mkdir()
    settings = Settings(start_seconds=0.05, stop_seconds=0.05, import_seconds=0.05)
    if page in ESTATES:
        (folder / "estate.of.page.yml").write_text(ESTATES[page], encoding="utf-8")
        settings = replace(settings, estate=str(folder / "estate.of.page.yml"))
    with Simulator(settings) as em:
        # The page's servers are there to be reached.
        estate = em.estate()
        em.set_estate({**estate, "servers": [one for one in estate["servers"] if one["name"] != "replicate-branch"]})
        given = {**dict.fromkeys(SECRETS, em.password), "promote_state_dir": str(folder / "state")}
        (folder / "group_vars/all.yml").write_text(yaml.safe_dump(given), encoding="utf-8")
        # For one of the hosts, since the files take their time.
        (folder / "host_vars/em-prod.yml").write_text(f"promote_path: {folder}/git\n", encoding="utf-8")
        programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        # No checkout around the folder is to get the commits of the role backup.
        alone = {"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": programs}
        more = {"ANSIBLE_PYTHON_INTERPRETER": sys.executable, **alone}
        found = blocks(ROOT / page)
        commands = here(script(found, PAGES[page]), em, folder)
        said = printed(["bash"], folder, environment(em, folder, PYTHONPATH=str(ROOT / "tests"), **more), commands)
    for number, (block, dealt) in enumerate(zip(found, PAGES[page], strict=True)):
        if isinstance(dealt, Printed):
            assert not_printed(block, said.partition(f"=== block {number}\n")[0]) == []


def test_every_line_for_cron_runs_what_there_is() -> None:
    lines = [
        block.text
        for page, dealt in PAGES.items()
        for block, what in zip(blocks(ROOT / page), dealt, strict=True)
        if isinstance(what, Cron)
    ]
    assert len(lines) >= 4
    assert [problem for line in lines for problem in problems_of_cron(line)] == []


def test_what_the_play_for_awx_reads_is_there() -> None:
    play = blocks(ROOT / "docs/awx.md")[PAGES["docs/awx.md"].index(IN_AWX)]
    *_types, templates = play.data[0]["tasks"]
    names = re.findall(r"lookup\('ansible\.builtin\.file', '([^']+)'\)", play.text)
    names += [f"surveys/{item}.json" for item in templates["loop"]]
    names += [f"project/{item}.yml" for item in templates["loop"]]
    assert len(names) == 14
    assert [name for name in names if not (ROOT / "docs/examples/awx" / name).is_file()] == []


def test_an_answer_to_the_survey_is_one_that_the_role_takes() -> None:
    answer = blocks(ROOT / "docs/awx.md")[PAGES["docs/awx.md"].index(SURVEY)]
    assert roles.problems("failover", {"failover_endpoints": answer.data}) == []


def test_every_file_of_variables_is_one_that_the_role_takes() -> None:
    given = [
        (what.role, block.data)
        for page, dealt in PAGES.items()
        for block, what in zip(blocks(ROOT / page), dealt, strict=True)
        if isinstance(what, Variables)
    ]
    assert given
    assert [problem for role, data in given for problem in roles.problems(role, data)] == []


def test_the_two_files_of_tables_say_the_same() -> None:
    dealt = zip(blocks(ROOT / "docs/promote.md"), PAGES["docs/promote.md"], strict=True)
    files = {what.name: block for block, what in dealt if isinstance(what, Write)}
    in_csv, wrong_in_csv = collected(from_csv(files["tables.csv"].text, "tables.csv")[0])
    in_yaml, wrong_in_yaml = collected(from_data(files["tables.yml"].data, "tables.yml")[0])
    assert (wrong_in_csv, wrong_in_yaml) == ([], [])
    assert in_yaml["Policies DEV"] == in_csv["Policies DEV"]


def test_the_file_of_a_server_is_one_of_its_schema() -> None:
    schema = json.loads((ROOT / "roles/estate/files/schema/server.json").read_text(encoding="utf-8"))
    (server,) = [block for block in blocks(ROOT / "docs/estate.md") if block.language == "yaml"]
    jsonschema.validate(server.data, schema)
