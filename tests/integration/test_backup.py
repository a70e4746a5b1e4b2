# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backups and restores: what is stored, what comes back, and what a kill or a server that is down leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import (
    same_but_volatile,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.backup_store import Backups
from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_backup,
    aem_endpoint,
    aem_export,
    aem_import,
    aem_restore,
    aem_server,
    aem_task,
)
from simulator import Settings, Simulator
from support.api_calls import DEV, PRD, QAS
from support.definitions import SECTIONS
from support.inprocess import calls, perform
from support.playbooks import COLLECTIONS

NIGHTLY = "Nightly 01 accounts"
NOTHING: dict[str, list[str]] = {"tasks": [], "endpoints": [], "sections": [], "restarted": []}
# Backs up in a process of its own, which is killed before it puts a file into its place for the nth time.
KILLED = """
import json, os, signal, sys
from pathlib import Path
from ansible_collections.qlik.enterprise_manager.plugins.module_utils import _module
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_backup
left, original = int(sys.argv[2]), {name: getattr(Path, name) for name in ("replace", "unlink")}
def step(name):
    def do(*arguments, **named):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return original[name](*arguments, **named)
    return do
Path.replace, Path.unlink = step("replace"), step("unlink")
result = _module.perform(aem_backup.work, json.loads(sys.argv[1]), False, set().update)
assert result.error is None, result.error
"""


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.0)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    simulated.reset()
    yield simulated
    simulated.clear_faults()
    simulated.update_settings(export_style="2023")


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A folder for backups that is not there yet."""
    return str(tmp_path / "backups")


def back_up(em: Simulator, path: str, *servers: str, check_mode: bool = False, **options: Any) -> Result:
    """A backup of some servers, or of all."""
    return perform(em, aem_backup, check_mode, path=path, servers=list(servers) or None, **options)


def restore(em: Simulator, path: str, server: str, check_mode: bool = False, **options: Any) -> Result:
    """A restore."""
    return perform(em, aem_restore, check_mode, path=path, server=server, timeout=20, **options)


def proven(em: Simulator, path: str, server: str, **options: Any) -> Result:
    """A restore in check mode, for real, and again; what the run told."""
    checked = restore(em, path, server, check_mode=True, **options)
    done = restore(em, path, server, **options)
    assert (checked.error, done.error) == (None, None)
    assert (checked.changed, checked.diff, checked.values) == (done.changed, done.diff, done.values)
    again = restore(em, path, server, **options)
    assert (again.error, again.changed, again.values["imported"]) == (None, False, NOTHING)
    return done


def export(em: Simulator, server: str) -> dict[str, Any]:
    """What a server says now."""
    done = perform(em, aem_export, server=server)
    assert done.error is None, done.error
    return dict(done.values["definition"])


def change(em: Simulator, size: int, server: str = QAS, task: str = NIGHTLY) -> None:
    """Another value of one setting of a task, on the server."""
    wanted = perform(em, aem_export, server=server, task=task).values["definition"]
    wanted[SECTIONS]["tasks"][0]["task_settings"]["common_settings"]["lob_max_size"] = size
    done = perform(em, aem_import, server=server, task=task, definition=wanted, force=True)
    assert (done.error, done.changed) == (None, True)


def wipe(em: Simulator, server: str) -> None:
    """Take all tasks and endpoints off a server."""
    definition = export(em, server)
    for task in read(definition).task_names:
        assert perform(em, aem_task, server=server, name=task, state="absent", force=True).error is None
    for endpoint in read(definition).endpoint_names:
        assert perform(em, aem_endpoint, server=server, name=endpoint, state="absent").error is None
    wiped = export(em, server)
    assert (read(wiped).tasks, read(wiped).endpoints) == ([], [])


def states(em: Simulator, server: str) -> dict[str, str]:
    """The states of the tasks of a server."""
    found = next(item for item in em.estate()["servers"] if item["name"] == server)
    return {task["name"]: task.get("state", "STOPPED") for task in found["tasks"]}


def endpoint(em: Simulator, server: str, name: str) -> dict[str, Any]:
    """The settings of an endpoint as the server exports them."""
    found = next(item for item in read(export(em, server)).endpoints if item["name"] == name)
    return dict(found["db_settings"])


def by_server(done: Result) -> dict[str, dict[str, Any]]:
    """What became of each server."""
    return {item["server"]: item for item in done.values["servers"]}


def test_every_server_but_those_without_an_export(em: Simulator, path: str) -> None:
    checked = back_up(em, path, check_mode=True)
    assert not Path(path).exists()
    done = back_up(em, path)
    assert (checked.changed, checked.diff) == (done.changed, done.diff)
    # One of them is down: the others are done, and the run fails.
    assert done.error is not None
    assert done.error.message.startswith("ExportAll of server replicate-branch failed with HTTP 500")
    assert done.error.facts()["error_code"] == "AEM_SERVER_NOT_CONNECTED"
    told = by_server(done)
    assert {name: item["status"] for name, item in told.items()} == {
        PRD: "stored",
        QAS: "stored",
        DEV: "stored",
        "replicate-branch": "failed",
    }
    assert told["replicate-branch"]["error"] == done.error.message
    assert done.values["passed_over"] == [
        {"server": "compose-dw", "reason": "a Compose server has no export"},
        {"server": "replicate-retired", "reason": "it is not monitored"},
    ]
    assert sorted(folder.name for folder in Path(path).iterdir()) == ["Replicate%20PRD%201", DEV, QAS]
    qas = told[QAS]
    endpoints = len(read(export(em, QAS)).endpoints)
    assert (qas["tasks"], qas["endpoints"], qas["version"]) == (26, endpoints, "2024.11.0.285")
    assert len(qas["changes"]["tasks"]) == 26
    (stored,) = Backups(path, QAS).entries()
    assert (qas["sha256"], qas["time"], qas["file"]) == (stored.sha256, stored.time, f"{path}/{QAS}/{stored.file}")
    assert "{Z" not in json.dumps(done.diff)


def test_a_second_run_stores_nothing_and_a_third_what_changed(em: Simulator, path: str) -> None:
    assert back_up(em, path, "replicate-*[as]", "replicate-dev").changed
    em.clear_log()
    again = back_up(em, path, "replicate-*[as]", "replicate-dev")
    assert (again.error, again.changed, again.diff) == (None, False, [])
    assert sorted(calls(em)) == ["ExportAll", "ExportAll", "GetServerList"]
    change(em, 99)
    checked = back_up(em, path, QAS, check_mode=True, keep_last=1)
    done = back_up(em, path, QAS, keep_last=1)
    assert (checked.error, checked.changed, checked.diff) == (None, done.changed, done.diff)
    assert done.diff[0]["after"] == {"tasks": {NIGHTLY: {"task_settings": {"common_settings": {"lob_max_size": 99}}}}}
    told = by_server(done)[QAS]
    assert told["changes"] == {"tasks": [NIGHTLY], "endpoints": [], "sections": []}
    (removed,) = told["removed"]
    assert done.diff[1]["before"]["files"] == [removed]
    assert not Path(removed).exists()


def test_only_a_secret_changes(em: Simulator, path: str) -> None:
    back_up(em, path, PRD)
    changed = perform(
        em, aem_endpoint, server=PRD, name="ORA", settings={"password": "rotated"}, update_secrets="always"
    )
    assert changed.error is None
    done = back_up(em, path, PRD)
    assert by_server(done)[PRD]["changes"]["endpoints"] == ["ORA"]
    assert "{Z" not in json.dumps(done.diff)
    # Secrets are not compared, so nothing would be restored; the backup's own are sent where that is asked for.
    first = Backups(path, PRD).entries()[0]
    backed_up = read(Backups(path, PRD).file(first).read_bytes())
    rotated = endpoint(em, PRD, "ORA")["password"]
    assert not restore(em, path, PRD, time=first.time).changed
    assert endpoint(em, PRD, "ORA")["password"] == rotated
    options = {"server": PRD, "time": first.time, "endpoints": ["ORA"], "tasks": [], "update_secrets": "always"}
    checked = restore(em, path, check_mode=True, **options)
    sent = restore(em, path, **options)
    assert (sent.error, sent.changed, sent.diff) == (None, True, checked.diff)
    shown = {"databases": {"ORA": {"db_settings": {"password": "(sent)"}}}}
    assert sent.diff[0]["after"] == shown
    assert same_but_volatile(read(export(em, PRD)), backed_up)


@pytest.mark.parametrize(
    ("servers", "words"),
    [
        (["compose-dw", QAS], "Server compose-dw: A Compose server has no export."),
        (["replicate-retired", QAS], "ExportAll of server replicate-retired failed"),
        (["replicate-qs", QAS], "Server replicate-qs: There is no server 'replicate-qs'. Did you mean 'replicate-qas'"),
    ],
)
def test_a_server_that_is_named_fails_alone(em: Simulator, path: str, servers: list[str], words: str) -> None:
    done = back_up(em, path, *servers)
    assert done.error is not None
    assert done.error.message.startswith(words)
    assert [item["status"] for item in done.values["servers"]] == ["failed", "stored"]
    assert [folder.name for folder in Path(path).iterdir()] == [QAS]


def test_nothing_to_back_up_is_an_error(em: Simulator, path: str) -> None:
    done = back_up(em, path, "compose*")
    assert done.error is not None
    assert done.error.message == "There is nothing to back up: no server matches compose*."


def test_half_an_export_leaves_the_backups_as_they_were(em: Simulator, path: str) -> None:
    back_up(em, path, QAS)
    before = Backups(path, QAS).entries()
    em.inject({"kind": "truncate", "api_method": "ExportAll", "cut": "json", "times": None})
    done = back_up(em, path, QAS, keep_last=1)
    assert done.error is not None
    assert "no usable answer" in done.error.message
    assert Backups(path, QAS).entries() == before
    assert Backups(path, QAS).is_whole(before[-1])


def test_a_kill_leaves_the_last_good_backup_whole(em: Simulator, path: str) -> None:
    change(em, 98)
    back_up(em, path, QAS)
    backups = Backups(path, QAS)
    (first,) = backups.entries()
    change(em, 99)
    options = {"aem_url": em.url, "aem_username": em.username, "aem_password": em.password, "path": path}
    options.update(aem_ca_path=str(em.ca_path), servers=[QAS], keep_last=1)
    environment = {**os.environ, "PYTHONPATH": str(COLLECTIONS), "NO_PROXY": "127.0.0.1"}
    ends = []
    # The definition, the manifest with it, the manifest without the old one, the old definition, the last run.
    for number in range(1, 7):
        command = [sys.executable, "-c", KILLED, json.dumps(options), str(number)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        ends.append(done.returncode)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr
        entries = backups.entries()
        assert all(map(backups.is_whole, entries)), number
        assert (entries[0] == first) == (number < 4), number
    assert ends[:2] == [-signal.SIGKILL] * 2
    assert ends[-1] == 0
    # The next run leaves nothing over.
    assert not back_up(em, path, QAS, keep_last=1).changed
    (last,) = backups.entries()
    assert last.content != first.content
    names = {file.name for file in backups.folder.rglob("*") if file.is_file()}
    assert names == {"manifest.json", "last_run.json", ".lock", Path(last.file).name}


@pytest.mark.parametrize("style", ["2018", "2021", "2023"])
def test_a_wiped_server_comes_back_as_it_was(em: Simulator, path: str, style: str) -> None:
    em.update_settings(export_style=style)
    before = export(em, PRD)
    assert back_up(em, path, PRD).error is None
    wipe(em, PRD)
    done = proven(em, path, PRD)
    assert done.warnings == []
    assert len(done.values["imported"]["tasks"]) == len(read(before).tasks)
    assert done.values["not_in_backup"] == {"tasks": [], "endpoints": []}
    assert done.values["backup"]["server_version"] == "2023.5.0.322"
    assert same_but_volatile(read(export(em, PRD)), read(before))
    # So the next backup has nothing to store.
    assert not back_up(em, path, PRD).changed


def test_chosen_tasks_and_a_time(em: Simulator, path: str) -> None:
    back_up(em, path, QAS)
    first = Backups(path, QAS).entries()[0]
    change(em, 99)
    change(em, 99, task="Nightly 02 addresses")
    back_up(em, path, QAS)
    assert not restore(em, path, QAS).changed
    manifest = Path(path, QAS, "manifest.json")
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["backups"][0]["time"] = "2026-03-01T00:00:00Z"
    manifest.write_text(json.dumps(data), encoding="utf-8")
    done = proven(em, path, QAS, time="2026-03-07T12:00:00+01:00", tasks=["Nightly 02*"])
    assert done.values["imported"] == {**NOTHING, "tasks": ["Nightly 02 addresses"]}
    assert done.values["backup"]["sha256"] == first.sha256
    early = restore(em, path, QAS, time="2026-02-28")
    assert early.error is not None
    assert "the first is of 2026-03-01T00:00:00Z" in early.error.message


def test_tasks_that_run_need_force_and_run_again(em: Simulator, path: str) -> None:
    back_up(em, path, QAS)
    change(em, 99, task="Nightly 21 returns")
    change(em, 99)
    before = states(em, QAS)
    refused = restore(em, path, QAS)
    assert refused.error is not None
    assert "'Nightly 21 returns' (RUNNING)" in refused.error.message
    done = proven(em, path, QAS, force=True)
    assert done.values["imported"]["tasks"] == [NIGHTLY, "Nightly 21 returns"]
    assert done.values["imported"]["restarted"] == ["Nightly 21 returns"]
    assert states(em, QAS) == before


def test_what_the_backup_does_not_have_is_left_alone_and_told(em: Simulator, path: str) -> None:
    back_up(em, path, DEV)
    for name, server in (("added", DEV), ("added too", DEV)):
        made = perform(
            em, aem_endpoint, server=server, name=name, role="target", type_id="FILE_COMPONENT_TYPE", settings={}
        )
        assert made.error is None
    done = restore(em, path, DEV)
    assert (done.error, done.changed) == (None, False)
    assert done.values["not_in_backup"] == {"tasks": [], "endpoints": ["added", "added too"]}


def test_another_server_keeps_its_own_secrets_and_is_given_those_of_new_endpoints(em: Simulator, path: str) -> None:
    back_up(em, path, PRD)
    perform(em, aem_server, name="other", host="other.example", username="u", password="p", state="present")
    perform(em, aem_import, server="other", definition={SECTIONS: {"databases": [file_endpoint("ORA", "own")]}})
    own = endpoint(em, "other", "ORA")["password"]
    options = {"from_server": PRD, "secrets": {"POS SQL Server": {"password": "given"}}}
    done = proven(em, path, "other", **options)
    assert endpoint(em, "other", "ORA")["password"] == own
    assert endpoint(em, "other", "POS SQL Server")["password"].startswith("{Z")
    # Those of the backup would be worthless there; what comes without is told by name.
    assert "password" not in endpoint(em, "other", "ORA__Standby")
    missing = "Endpoint ORA__Standby comes without password: "
    assert any(warning.startswith(missing) for warning in done.warnings), done.warnings
    assert not any("Endpoint ORA comes" in warning or "POS SQL" in warning for warning in done.warnings)
    assert "given" not in json.dumps([done.diff, done.values, done.warnings])
    always = restore(em, path, "other", update_secrets="always", **options)
    assert (always.error, always.values["imported"]) == (None, {**NOTHING, "endpoints": ["POS SQL Server"]})
    assert always.diff[0]["after"] == {"databases": {"POS SQL Server": {"db_settings": {"password": "(sent)"}}}}


def file_endpoint(name: str, password: str) -> dict[str, Any]:
    """An endpoint of the name, with a secret of its own."""
    settings = {"$type": "OracleSettings", "password": password}
    return {"name": name, "role": "SOURCE", "type_id": "ORACLE_COMPONENT_TYPE", "db_settings": settings}


def test_a_damaged_backup_is_refused(em: Simulator, path: str) -> None:
    back_up(em, path, QAS)
    change(em, 99)
    back_up(em, path, QAS)
    backups = Backups(path, QAS)
    first, second = backups.entries()
    backups.file(second).write_text("{}", encoding="utf-8")
    newest = restore(em, path, QAS, check_mode=True)
    assert newest.error is None
    assert newest.values["backup"]["sha256"] == first.sha256
    assert f"The newest good one is taken, that of {first.time}" in newest.warnings[0]
    asked = restore(em, path, QAS, time=second.time)
    assert asked.error is not None
    assert f"The next older good one is that of {first.time}" in asked.error.message
    backups.file(first).unlink()
    lost = restore(em, path, QAS)
    assert lost.error is not None
    assert "No older one is good." in lost.error.message


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"server": "nowhere"}, f"There is no backup of server nowhere in PATH, which has '{QAS}'."),
        ({"from_server": DEV}, f"There is no backup of server {DEV}"),
        ({"time": "yesterday"}, "time: 'yesterday' is no time such as"),
        ({"tasks": ["Nightly 1"]}, "There is no task 'Nightly 1' in the backup. Did you mean"),
        ({"endpoints": ["x"]}, "There is no endpoint 'x' in the backup."),
        ({"secrets": {"QAS Oracle": "word"}}, "secrets: 'QAS Oracle' must be a dict"),
        ({"ignore": ["x"]}, "is not a JSON pointer"),
        ({"timeout": 0}, "timeout must be 1"),
    ],
)
def test_bad_options_are_refused(em: Simulator, path: str, options: dict[str, Any], words: str) -> None:
    back_up(em, path, QAS)
    em.clear_log()
    done = perform(em, aem_restore, **{"path": path, "server": QAS, **options})
    assert done.error is not None
    assert words.replace("PATH", path) in done.error.message
    assert calls(em) == []


def test_secrets_for_nobody_are_warned_of(em: Simulator, path: str) -> None:
    back_up(em, path, QAS)
    done = restore(em, path, QAS, secrets={"QAS Orakel": {"password": "x"}})
    assert done.warnings == ["secrets has endpoints that the backup does not have: 'QAS Orakel'."]


def test_in_check_mode_a_server_may_be_missing(em: Simulator, path: str) -> None:
    back_up(em, path, QAS)
    checked = restore(em, path, "later", check_mode=True, from_server=QAS)
    assert (checked.error, checked.changed) == (None, True)
    assert len(checked.values["imported"]["tasks"]) == 26
    assert "There is no server later yet." in checked.warnings[0]
