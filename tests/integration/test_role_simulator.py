# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role simulator. How it gets its virtual environment is tested with the archive that is released."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from simulator import Simulator
from support.playbooks import ROOT, Played, run, run_file

ROLE = "qlik.enterprise_manager.simulator"
# It is no template, and nothing is to be made of it.
PASSWORD = "{{ 1 }} 'of mine' \"ü"
WHO = {"qlik.enterprise_manager.aem_server_info": {"names": ["replicate-qas"]}}


@pytest.fixture
def options(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """Variables of the role, for the Python that the tests run with."""
    made = {"simulator_path": str(tmp_path / "em"), "simulator_venv": "", "simulator_python": sys.executable}
    yield made
    for lock in tmp_path.glob("em/**/lock"):
        command = [sys.executable, "-I", str(ROOT / "roles/simulator/files/background.py"), "stop", str(lock.parent)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def em() -> Iterator[Simulator]:
    """Another simulator: the one that the environment names, which is not meant."""
    with Simulator() as started:
        yield started


def role(name: str, **variables: Any) -> dict[str, Any]:
    """A step that runs the role."""
    return {"name": name, "ansible.builtin.include_role": {"name": ROLE}, "vars": variables}


def shown(name: str, text: str) -> dict[str, Any]:
    """A step that shows a value."""
    return {"name": name, "ansible.builtin.debug": {"msg": text}}


def play(em: Simulator, steps: list[dict[str, Any]], options: dict[str, Any], *arguments: str) -> Played:
    played = run(em, steps, "-e", json.dumps(options), *arguments)
    assert played.return_code == 0, played.output
    return played


def test_it_is_what_the_next_tasks_connect_to(em: Simulator, options: dict[str, Any], tmp_path: Path) -> None:
    estate = tmp_path / "estate.yml"
    estate.write_text(
        """
        users: [{name: 'CORP\\me'}]
        enterprise_manager: {acl: {admin_role: {users: ['CORP\\me']}}}
        servers: [{name: mine, host: mine.example}]
        """,
        encoding="utf-8",
    )
    given = {
        "simulator_estate": str(estate),
        "simulator_password": PASSWORD,
        "simulator_settings": {"dialect": "guide"},
    }
    connection = {"module_defaults": {"group/qlik.enterprise_manager.aem": "{{ simulator_connection }}"}}
    read = {"qlik.enterprise_manager.aem_server_info": {}, **connection, "register": "found"}
    played = play(
        em,
        [
            role("Start it", **given),
            shown("First", "{{ simulator_result }}"),
            {"name": "Read", **read},
            role("Start it again", **given),
            shown("Second", "{{ simulator_result }}"),
            shown("Facts", "{{ [aem_url == simulator_result.url, aem_ca_path, aem_username, aem_use_proxy] }}"),
            role("Stop it", simulator_state="stopped"),
            shown("Third", "{{ simulator_result }}"),
            role("Stop it again", simulator_state="stopped"),
            shown("Fourth", "{{ simulator_result }}"),
        ],
        options,
    )
    first, second, third, fourth = (played[name].result["msg"] for name in ("First", "Second", "Third", "Fourth"))
    assert [first["changed"], second["changed"], third["changed"], fourth["changed"]] == [True, False, True, False]
    assert first["pid"] == second["pid"]
    assert [server["name"] for server in played["Read"].result["servers"]] == ["mine"]
    assert played["Facts"].result["msg"] == [True, first["ca_path"], "CORP\\me", False]
    assert PASSWORD not in played.output
    assert Path(first["log"]).read_text(encoding="utf-8").count("GetServerList") == 1
    assert em.log() == []


def test_check_mode_starts_nothing(em: Simulator, options: dict[str, Any]) -> None:
    steps = [role("Start it"), shown("Told", "{{ simulator_result.changed }} {{ aem_url is defined }}")]
    played = play(em, steps, options, "--check")
    assert played["Told"].result["msg"] == "True False"
    assert played["Have it running"].changed
    assert not Path(options["simulator_path"]).exists()


def test_hosts_have_one_each_or_share_one(em: Simulator, options: dict[str, Any], tmp_path: Path) -> None:
    """Hosts that nothing connects to: all is done on this machine."""
    inventory = tmp_path / "hosts"
    hosts = "one group=a\ntwo group=b\nthree group=b"
    inventory.write_text(f"[far]\n{hosts}\n[far:vars]\nansible_connection=ssh\n", encoding="utf-8")
    each = {**options, "simulator_path": str(tmp_path / "em" / "{{ group }}"), "aem_hosts": "far"}
    arguments = ("-i", str(inventory), "-e", json.dumps(each))
    played = run_file(em, ROLE, *arguments)
    assert played.return_code == 0, played.output
    started = [step.result["stdout"] for step in played.named("Have it running")]
    assert len({json.loads(text)["pid"] for text in started}) == 2
    assert sorted(json.loads(text)["changed"] for text in started) == [False, True, True]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"aem_url": "https://production.example"}, "aem_url is https://production.example, which beats the https"),
        ({"simulator_state": "absent"}, "value of simulator_state must be one of: started, stopped, got: absent"),
    ],
)
def test_what_cannot_be_fails(em: Simulator, options: dict[str, Any], given: dict[str, Any], text: str) -> None:
    played = run_file(em, ROLE, "-e", json.dumps({**options, **given}))
    assert played.return_code == 2
    assert any(text in str(step.result) for step in played.steps if step.failed), played.output
