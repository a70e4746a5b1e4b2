# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of servers, tasks and endpoints that become names of files: each its own, in its folder, and found again.

What is asked of each: no file leaves its folder, no two things have one, what others have there stays, every name is
one that all file systems take, and whoever reads finds what was written.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.qlik.enterprise_manager.plugins.lookup import estate_folder
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.files import file_name, name_of
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.notes import Notes
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.time import utc
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import read
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook import backup_store, promotion
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.failover_check import record_path
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._filling import Evaluation
from simulator import dumping, loading
from simulator.settings import PACKAGED_ESTATE
from support.api_calls import one_task
from support.cases import Cases
from support.hostile_names import FILE_NAMES, SERVER_NAMES, fits_everywhere, server
from support.hosts import Hosts
from support.sandbox import Sandbox

THE_ONE, PLAIN = "repl-one", "plain"
ODD = ("\u202egnirts", "\u200b", "\ufeffmark", "\u202etxt.exe")
# Those that a thing of a server may have: no control, not nothing, and neither of the two that are ways in a path.
NAMES_OF_THINGS = [name for name in FILE_NAMES if (name.isprintable() or name in ODD) and name.strip(" .")]
# Those that are text, with no half of a character.
TEXTS = [name for name in FILE_NAMES if name.encode("utf-8", "ignore").decode() == name]
MOST = 6


@pytest.fixture(scope="module")
def things(cases: Cases) -> list[str]:
    """Names of tasks and endpoints, those that a server tells apart: it makes no difference between cases."""
    apart = {name.casefold(): name for name in NAMES_OF_THINGS}
    return [PLAIN, *cases.some(list(apart.values()), 12, "files: things")]


@pytest.fixture(scope="module")
def strange(things: list[str]) -> Iterator[Hosts]:
    """Both hosts of modules, on a simulator whose servers, tasks and endpoints have such names."""
    packaged = loading.load_file(PACKAGED_ESTATE)
    known = dumping.dump(packaged)
    servers = [server(known, THE_ONE, "one.example", things)]
    servers += [server(known, name, f"h{number}.example") for number, name in enumerate(SERVER_NAMES)]
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Hosts(monkeypatch, loading.load({**known, "servers": servers}, previous=packaged))


@pytest.fixture(autouse=True)
def _others(sandbox: Sandbox) -> Iterator[None]:
    """Files of somebody else, in and around the folder, which stay as they are."""
    inside = {sandbox.folder / name: name for name in ("a", "x.yml", ".lock", "-rf", "..json")}
    files = {**inside, sandbox.root / "passwd": "root", sandbox.home / ".profile": "x"}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    yield
    assert {path: path.read_text(encoding="utf-8") for path in files} == files
    assert sandbox.strays() == {path for path in files if path not in inside}


def parts(files: Sequence[str]) -> set[str]:
    """All names of files and folders in some paths."""
    return {part for file in files for part in Path(file).parts}


def written(sandbox: Sandbox, below: str) -> list[str]:
    """The files below a folder of the sandbox, from there."""
    return [str(Path(file).relative_to(below)) for file in sandbox.contents() if Path(file).parts[0] == below]


@pytest.mark.parametrize("longest", [40, 110, 200])
@pytest.mark.parametrize("safe", [" ", ""])
def test_each_name_has_a_file_of_its_own(cases: Cases, longest: int, safe: str) -> None:
    files = {name: file_name(name, safe=safe, longest=longest) for name in FILE_NAMES}
    cases.counted["files: names"] += len(files)
    assert len(set(files.values())) == len(files)
    for name, file in files.items():
        assert len(file) <= longest, name
        assert fits_everywhere(file), name
        assert fits_everywhere(f"{file}.json"), name
        assert name_of(file) in (name, None) or not name.isprintable(), name


def test_what_is_promoted_and_recorded_stays_in_its_folder(sandbox: Sandbox, cases: Cases) -> None:
    definition = read(one_task("x", "DEV Oracle", "DEV null"))
    made: list[str] = []
    for name in FILE_NAMES:
        of_name = definition.with_task({**definition.tasks[0].data, "task": {"name": name or "none"}})
        places = promotion.Places(f"a{name}", name)
        made += promotion.files(promotion.Promotion(name, of_name, of_name), promotion.Wish(), places)
        made.append(record_path("records", {"server": name, "endpoint": name}))
        cases.counted["files: paths"] += 3
    assert len(set(made)) == len(made)
    assert all(map(fits_everywhere, parts(made)))
    assert {path.partition("/")[0] for path in made} == {"exported", "promoted", "records"}
    assert {len(Path(path).parts) for path in made} == {3}
    for path in made:
        (sandbox.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (sandbox.folder / path).touch(exist_ok=False)


def test_each_server_has_backups_of_its_own(sandbox: Sandbox, cases: Cases) -> None:
    path = str(sandbox.folder / "backups")
    names = cases.some(list(filter(None, TEXTS)), 20, "files: backups")
    for name in names:
        backups = backup_store.Backups(path, name)
        assert backups.entries() == []
        with backups.locked():
            content = json.dumps(name).encode()
            moment = utc("2026-03-07T11:19:03Z")
            entry = backup_store.new_entry(content, moment, says=name, version=None, tasks=0, endpoints=0)
            backups.store(content, [entry])
            backups.note_run(moment, entry)
            backups.tidy([entry])
    assert backup_store.servers(path) == sorted(names)
    for name in names:
        backups = backup_store.Backups(path, name)
        (entry,) = backups.entries()
        assert backups.is_whole(entry)
        assert (entry.content, json.loads(backups.file(entry).read_bytes())) == (name, name)
    assert all(map(fits_everywhere, parts(written(sandbox, "backups"))))


def test_each_name_has_a_note_of_its_own(sandbox: Sandbox, cases: Cases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_HOME", str(sandbox.folder / "home"))
    notes = Notes("stopped", lasts=60)
    for number, name in enumerate(TEXTS):
        notes.write(["https://em.example", "repl", name], {"number": number})
    cases.counted["files: notes"] += len(TEXTS)
    files = written(sandbox, "home")
    assert len(files) == len(TEXTS)
    assert all(map(fits_everywhere, parts(files)))
    for number, name in enumerate(TEXTS):
        assert notes.read(["https://em.example", "repl", name]) == {"number": number}
        notes.drop(["https://em.example", "repl", name])
    assert written(sandbox, "home") == []


def adopted(hosts: Hosts, host: str, sandbox: Sandbox) -> dict[str, Any]:
    """The options of aem_estate that a folder holds after the servers were adopted into it."""
    root = sandbox.folder / "estate"
    options = {"path": str(root), "environment": "prd"}
    told = hosts.run(host, "aem_estate_adopt", options)
    assert not told.failed, told.message
    assert told.result["changed"]
    assert not hosts.run(host, "aem_estate_adopt", options).result["changed"]
    loader, variables = DataLoader(), dict.fromkeys(told.result["secret_variables"], "secret-word")
    found = estate_folder.evaluated(root, "prd", Evaluation(Templar(loader, variables), loader, variables))
    assert found["problems"] == []
    return {"servers": found["servers"]}


def test_what_was_adopted_is_read_again(
    strange: Hosts, host: str, sandbox: Sandbox, cases: Cases, things: list[str]
) -> None:
    strange.reset()
    wish = adopted(strange, host, sandbox)
    named = {item["name"]: item for item in wish["servers"]}
    assert set(named) == {THE_ONE, *SERVER_NAMES}
    tasks = {task["name"]: task["src"] for task in named[THE_ONE]["tasks"]}
    assert set(tasks) == set(things)
    assert len(set(tasks.values())) == len(tasks)
    for name, src in tasks.items():
        assert read(Path(src).read_bytes()).task_names == [name]
    cases.counted[f"files: adopted {host}"] += len(tasks) + len(named)
    files = [file for file in written(sandbox, "estate") if file.startswith("prd/servers/")]
    assert all(map(fits_everywhere, parts(files)))
    assert len({file.casefold() for file in files}) == len(files)
    told = strange.run(host, "aem_estate", wish, check_mode=True)
    assert not told.failed, told.message
    assert not told.result["changed"], told.result.get("diff")


def test_servers_of_any_name_are_backed_up(strange: Hosts, host: str, sandbox: Sandbox, cases: Cases) -> None:
    strange.reset()
    options = {"path": str(sandbox.folder / "backups")}
    told = strange.run(host, "aem_backup", options)
    assert not told.failed, told.message
    assert backup_store.servers(options["path"]) == sorted([THE_ONE, *SERVER_NAMES])
    files = written(sandbox, "backups")
    assert all(map(fits_everywhere, parts(files)))
    cases.counted[f"files: backed up {host}"] += len(SERVER_NAMES) + 1
    assert not strange.run(host, "aem_backup", options).result["changed"]
    for name in cases.some(SERVER_NAMES, 2, f"files: restored {host}"):
        restored = strange.run(host, "aem_restore", {**options, "server": name, "timeout": 3}, check_mode=True)
        assert not restored.failed, restored.message
        assert not restored.result["changed"]


def test_a_task_of_any_name_goes_to_a_file_and_back(
    strange: Hosts, host: str, sandbox: Sandbox, cases: Cases, things: list[str]
) -> None:
    strange.reset()
    for name in cases.some(things, MOST, f"files: exported {host}"):
        dest = sandbox.folder / f"{file_name(name)}.json"
        before = sandbox.contents()
        told = strange.run(host, "aem_export", {"server": THE_ONE, "task": name, "dest": str(dest)})
        assert not told.failed, (name, told.message)
        now = sandbox.contents()
        assert {file for file in now if now[file] != before.get(file)} == {dest.name}
        assert read(dest.read_bytes()).task_names == [name]
        again = strange.run(host, "aem_import", {"server": THE_ONE, "src": str(dest), "timeout": 3})
        assert (again.failed, again.result["changed"]) == (False, False), (name, again.message)


def test_a_path_of_any_name_is_written_as_it_is_or_refused(
    strange: Hosts, host: str, sandbox: Sandbox, cases: Cases
) -> None:
    modules: dict[str, tuple[str, dict[str, Any]]] = {
        "aem_export": ("dest", {"server": THE_ONE, "task": PLAIN}),
        "aem_task_record": ("path", {"server": THE_ONE, "tasks": [PLAIN]}),
        "aem_audit_trail_info": ("dest", {"start": "2020-01-01"}),
    }
    folder = sandbox.folder / "new"
    folder.mkdir()
    every = [
        (module, name) for module in modules for name in FILE_NAMES if not set("/$") & set(name) and name.strip(".")
    ]
    strange.reset()
    for module, name in cases.some(every, MOST, f"files: paths {host}"):
        option, more = modules[module]
        path = f"{folder}/{name}"
        told = strange.run(host, module, {**more, option: path})
        files = list(folder.iterdir())
        if told.failed:
            assert files == []
            assert option in told.message or str(folder) in told.message, told.message
            assert len(name.encode("utf-8", "surrogatepass")) > 200 or not name.isprintable() or not name, name
            continue
        assert [str(file) for file in files] == [path]
        files[0].unlink()
