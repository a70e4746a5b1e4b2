# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with 500 tasks, whose export has more than 20 MB: modules that read it whole stay in bounded memory."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.files import checksum
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.backup_store import Backups
from simulator import Settings, Simulator
from support.api_calls import FIXTURES
from support.definitions import SECTIONS
from support.playbooks import COLLECTIONS

SERVERS = ["large", "larger"]
MOST_MEMORY_MB = 300
# Runs in a process of its own: what a process tells is the most memory that it has ever used.
MEASURED = """
import importlib, json, resource, sys
base = "ansible_collections.qlik.enterprise_manager.plugins"
_module = importlib.import_module(f"{base}.module_utils._module")
module = importlib.import_module(f"{base}.modules.{sys.argv[1]}")
result = _module.perform(module.work, json.loads(sys.argv[2]), False, set().update)
assert result.error is None, result.error
print(result.changed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


@pytest.fixture(scope="module")
def em(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """An Enterprise Manager with two such servers."""
    folder = tmp_path_factory.mktemp("large")
    (folder / "large.json").write_text(json.dumps(large_document()), encoding="utf-8")
    common = {"username": "u", "password": "p", "definitions": ["large.json"]}
    estate = {
        "users": [{"name": r"CORP\admin", "password": "simulator"}],
        "enterprise_manager": {"acl": {"admin_role": {"users": [r"CORP\admin"]}}},
        "servers": [{"name": name, "host": f"{name}.example", **common} for name in SERVERS],
    }
    (folder / "estate.yml").write_text(json.dumps(estate), encoding="utf-8")
    with Simulator(Settings(estate=str(folder / "estate.yml"))) as simulator:
        yield simulator


def large_document() -> dict[str, Any]:
    """A document of 500 tasks, with a name that takes more than one byte a letter."""
    document = json.loads((FIXTURES / "export_all.json").read_text(encoding="utf-8"))
    content = document[SECTIONS]
    tasks = []
    for number in range(500):
        task = copy.deepcopy(content["tasks"][0])
        task["task"].update(name=f"Task {number}", description="表")
        task["source"]["source_tables"]["explicit_included_tables"] = [
            {"owner": "ERP", "name": f"TABLE_{number}_{table}", "estimated_size": 1000 + table, "orig_db_id": 0}
            for table in range(300)
        ]
        tasks.append(task)
    content["tasks"] = tasks
    return dict(document)


def measured(em: Simulator, module: str, **options: Any) -> tuple[bool, int]:
    """Whether a module reports a change, and the most memory that its process used, in MB."""
    given = {"aem_url": em.url, "aem_username": em.username, "aem_password": em.password}
    given.update(aem_ca_path=str(em.ca_path), **options)
    # Started by a shell: a process begins with what the one that started it has used at most.
    shell = ["sh", "-c", '"$@"; exit $?', "sh"]
    command = [*shell, sys.executable, "-c", MEASURED, module, json.dumps(given)]
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    changed, memory = done.stdout.split()
    return changed == "True", int(memory)


def change_each_task(file: Path) -> bytes:
    """Have another setting in each task of an export; what it says then."""
    text = file.read_text(encoding="utf-8").replace('"lob_max_size": 64', '"lob_max_size": 65')
    file.write_text(text, encoding="utf-8")
    return text.encode()


def test_an_export(em: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "export.json"
    told = []
    for _what in ("a new file", "the same but for its time", "another setting in each task"):
        told.append(measured(em, "aem_export", server="large", dest=str(dest)))
        if len(told) == 2:
            change_each_task(dest)
    assert dest.stat().st_size > 20_000_000
    assert [changed for changed, _memory in told] == [True, False, True]
    assert all(memory < MOST_MEMORY_MB for _changed, memory in told), told


def test_backups_side_by_side(em: Simulator, tmp_path: Path) -> None:
    options = {"path": str(tmp_path), "servers": SERVERS}
    told = [measured(em, "aem_backup", **options)]
    for server in SERVERS:
        backups = Backups(str(tmp_path), server)
        (entry,) = backups.entries()
        assert entry.size > 20_000_000
        content = change_each_task(backups.file(entry))
        backups.store(content, [entry._replace(sha256=checksum(content), content="0" * 64)])
    told.append(measured(em, "aem_backup", **options))
    assert [changed for changed, _memory in told] == [True, True]
    assert all(memory < MOST_MEMORY_MB for _changed, memory in told), told
