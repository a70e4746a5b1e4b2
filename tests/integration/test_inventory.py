# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin, as ansible-inventory and a play see it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.qlik.enterprise_manager.plugins.inventory.aem import EXAMPLES
from simulator import Settings, Simulator
from support.playbooks import environment

PLUGIN = "plugin: qlik.enterprise_manager.aem\n"
PRD = "Replicate PRD 1"
VAULT = ("--vault-password-file", "vault-password")
HOSTILE = "{{ lookup('ansible.builtin.pipe', 'echo templated') }}"


@pytest.fixture(scope="module")
def em() -> Iterator[Simulator]:
    """An Enterprise Manager for the tests of this module, which only read."""
    with Simulator(Settings()) as simulator:
        yield simulator


def ansible(em: Simulator, folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A program of Ansible's, in a folder of the test."""
    return subprocess.run(
        [sys.executable, "-m", "ansible", *arguments],
        env=environment(em, folder, **more),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def inventory(em: Simulator, folder: Path, content: str, *arguments: str, **more: str) -> Any:
    """What ansible-inventory lists for a file with that content."""
    (folder / "prd.aem.yml").write_text(content, encoding="utf-8")
    done = ansible(em, folder, "inventory", "-i", "prd.aem.yml", "--list", *arguments, **more)
    assert done.returncode == 0, done.stderr
    return plain(json.loads(done.stdout))


def plain(value: Any) -> Any:
    """What ansible-inventory marks as unsafe, without the mark."""
    if isinstance(value, dict):
        return (
            plain(value["__ansible_unsafe"]) if "__ansible_unsafe" in value else {k: plain(v) for k, v in value.items()}
        )
    return [plain(item) for item in value] if isinstance(value, list) else value


def test_servers_as_hosts(em: Simulator, tmp_path: Path) -> None:
    first = len(em.log())
    found = inventory(em, tmp_path, PLUGIN)
    calls = [entry["api_method"] for entry in em.log()[first:]]
    assert calls.count("Login") == calls.count("Logout") == calls.count("GetServerList") == 1
    assert set(found["aem_type_replicate"]["hosts"]) == {
        PRD,
        "replicate-qas",
        "replicate-dev",
        "replicate-retired",
        "replicate-branch",
    }
    assert found["aem_type_compose"]["hosts"] == ["compose-dw"]
    assert found["aem_platform_windows"]["hosts"] == ["replicate-dev", "compose-dw"]
    assert PRD in found["aem_tag_critical"]["hosts"]
    host = found["_meta"]["hostvars"][PRD]
    assert host["ansible_host"] == host["aem_server"]["host"] == "repl-prd-01.corp.example"
    assert {"name": "ERP to DW", "state": "RUNNING", "assigned_tags": ["erp", "critical"]}.items() <= host[
        "aem_server"
    ]["tasks"][0].items()
    assert "critical" in host["aem_server"]["tags"]


def test_a_server_that_cannot_be_reached_is_a_host(em: Simulator, tmp_path: Path) -> None:
    found = inventory(em, tmp_path, PLUGIN)
    assert found["aem_state_error"]["hosts"] == ["replicate-branch"]
    about = found["_meta"]["hostvars"]["replicate-branch"]["aem_server"]
    assert (about["state"], about["tasks"]) == ("ERROR", [])
    assert about["problem"]


def test_tasks_as_hosts(em: Simulator, tmp_path: Path) -> None:
    found = inventory(em, tmp_path, f"{PLUGIN}hosts: tasks\nservers: ['Replicate*']\ngroup_by: [state]\n")
    assert f"{PRD}/ERP to DW" in found["aem_task_running"]["hosts"]
    host = found["_meta"]["hostvars"][f"{PRD}/ERP to DW"]
    assert host["aem_task"]["name"] == "ERP to DW"
    assert host["aem_server"]["name"] == PRD
    assert {name for name in found if name.startswith("aem_")} <= {"aem_task_running", "aem_task_stopped"}
    assert all(name.startswith(f"{PRD}/") for name in found["_meta"]["hostvars"])


def test_groups_and_variables_of_ones_own(em: Simulator, tmp_path: Path) -> None:
    content = (
        f"{PLUGIN}group_by: []\nstrict: true\ngroups: {{down: aem_server.state == 'ERROR'}}\n"
        "keyed_groups: [{key: aem_server.platform | lower, prefix: runs_on}]\n"
        "compose: {next_port: aem_server.port | int + 1}\n"
    )
    found = inventory(em, tmp_path, content)
    assert found["down"]["hosts"] == ["replicate-branch"]
    assert "compose-dw" in found["runs_on_windows"]["hosts"]
    # Before 2.19, Ansible makes a text of it.
    assert int(found["_meta"]["hostvars"][PRD]["next_port"]) == 444
    assert not any(name.startswith("aem_") for name in found)


def test_strict_tells_of_an_expression_that_fails(em: Simulator, tmp_path: Path) -> None:
    (tmp_path / "prd.aem.yml").write_text(f"{PLUGIN}strict: true\ncompose: {{x: no_such_variable}}\n", encoding="utf-8")
    done = ansible(
        em, tmp_path, "inventory", "-i", "prd.aem.yml", "--list", ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED="true"
    )
    assert done.returncode != 0
    assert "no_such_variable" in done.stderr


def test_the_example_is_an_inventory(em: Simulator, tmp_path: Path) -> None:
    content = EXAMPLES.replace("https://em.example.com", em.url)
    found = inventory(em, tmp_path, content, EM_PASSWORD=em.password, HOME=str(tmp_path))
    assert {one["aem_server"]["name"] for one in found["_meta"]["hostvars"].values()} == {PRD}
    assert "replicate_2023" in found
    assert list((tmp_path / ".cache/aem").iterdir())


def test_a_second_reading_comes_from_the_cache(em: Simulator, tmp_path: Path) -> None:
    content = f"{PLUGIN}cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_connection: {tmp_path / 'kept'}\n"
    first = inventory(em, tmp_path, content)
    asked = len(em.log())
    assert inventory(em, tmp_path, content) == first
    assert len(em.log()) == asked
    (tmp_path / "nothing.yml").write_text("- hosts: all\n  tasks: []\n", encoding="utf-8")
    anew = ansible(em, tmp_path, "playbook", "-i", "prd.aem.yml", "--flush-cache", "--list-hosts", "nothing.yml")
    assert PRD in anew.stdout
    assert len(em.log()) > asked
    assert em.password not in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "kept").iterdir())


def test_what_is_kept_is_of_one_address_one_user_and_one_wish(em: Simulator, tmp_path: Path) -> None:
    content = f"{PLUGIN}cache: true\ncache_plugin: ansible.builtin.jsonfile\ncache_connection: {tmp_path / 'kept'}\n"
    inventory(em, tmp_path, f"{content}tasks: false\n")
    found = inventory(em, tmp_path, f"{content}hosts: tasks\n")
    assert f"{PRD}/ERP to DW" in found["_meta"]["hostvars"]
    assert set(inventory(em, tmp_path, f"{content}servers: ['compose*']\n")["_meta"]["hostvars"]) == {"compose-dw"}
    inventory(em, tmp_path, content)
    asked = len(em.log())
    # What was kept needs no password; with one, it is of whom that is.
    assert PRD in inventory(em, tmp_path, content, AEM_PASSWORD="")["_meta"]["hostvars"]
    assert len(em.log()) == asked
    (tmp_path / "prd.aem.yml").write_text(content, encoding="utf-8")
    for other in ({"AEM_URL": "https://127.0.0.1:9"}, {"AEM_USERNAME": "CORP\\other"}, {"AEM_URL": "nonsense://em"}):
        done = ansible(em, tmp_path, "inventory", "-i", "prd.aem.yml", "--list", **other)
        assert PRD not in done.stdout
    assert "aem_url must be of the form" in done.stderr


def test_a_password_from_a_vault_and_a_template(em: Simulator, tmp_path: Path) -> None:
    (tmp_path / "vault-password").write_text("only-for-tests", encoding="utf-8")
    sealed = ansible(em, tmp_path, "vault", "encrypt_string", *VAULT, em.password, "--name", "aem_password")
    assert sealed.returncode == 0, sealed.stderr
    content = f"{PLUGIN}{sealed.stdout}aem_username: \"{{{{ lookup('ansible.builtin.env', 'EM_USER') }}}}\"\n"
    without = {"AEM_PASSWORD": "wrong", "AEM_USERNAME": "CORP\\wrong", "EM_USER": em.username}
    assert PRD in inventory(em, tmp_path, content, *VAULT, **without)["_meta"]["hostvars"]


def test_a_login_that_is_refused_says_so_without_the_password(em: Simulator, tmp_path: Path) -> None:
    (tmp_path / "prd.aem.yml").write_text(PLUGIN, encoding="utf-8")
    done = ansible(em, tmp_path, "inventory", "-i", "prd.aem.yml", "--list", "-vvv", AEM_PASSWORD="canary-wrong")
    # Ansible breaks its lines.
    assert "Login failed with HTTP" in " ".join(done.stderr.split())
    assert "canary-wrong" not in done.stdout + done.stderr


@pytest.mark.parametrize(("name", "is_taken"), [("aem.yml", True), ("x.aem.yaml", True), ("x.yml", False)])
def test_files_are_known_by_their_names(em: Simulator, tmp_path: Path, name: str, is_taken: bool) -> None:
    (tmp_path / name).write_text(PLUGIN, encoding="utf-8")
    done = ansible(
        em, tmp_path, "inventory", "-i", name, "--graph", ANSIBLE_INVENTORY_ENABLED="qlik.enterprise_manager.aem"
    )
    assert (PRD in done.stdout) == is_taken


def test_a_play_over_it_and_nothing_of_an_answer_is_templated(tmp_path: Path) -> None:
    estate = {
        "users": [{"name": r"CORP\admin", "password": "simulator"}],
        "enterprise_manager": {"acl": {"admin_role": {"users": [r"CORP\admin"]}}},
        "servers": [{"name": "one", "host": "one.corp.example", "description": HOSTILE}],
    }
    (tmp_path / "estate.yml").write_text(yaml.safe_dump(estate), encoding="utf-8")
    (tmp_path / "prd.aem.yml").write_text(PLUGIN, encoding="utf-8")
    (tmp_path / "play.yml").write_text(
        "- hosts: aem_type_replicate\n  gather_facts: false\n  connection: local\n  tasks:\n"
        "    - ansible.builtin.debug: {msg: 'It is told {{ aem_server.description }}'}\n",
        encoding="utf-8",
    )
    with Simulator(Settings(estate=tmp_path / "estate.yml")) as em:
        done = ansible(em, tmp_path, "playbook", "-i", "prd.aem.yml", "play.yml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It is told {{ lookup(" in done.stdout
    assert "told templated" not in done.stdout
