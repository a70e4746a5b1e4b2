# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports, as data and as files that are written when they say something else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_export, aem_import
from simulator import Settings, Simulator
from support.definitions import SECTIONS
from support.inprocess import calls, perform
from support.playbooks import prove

SERVER, QAS = "Replicate PRD 1", "replicate-qas"
NIGHTLY = "Nightly 01 accounts"
LOB = ("task_settings", "common_settings", "lob_max_size")


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(import_seconds=0.0)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Iterator[Simulator]:
    """An Enterprise Manager as at its start."""
    simulated.reset()
    yield simulated
    simulated.clear_faults()
    simulated.update_settings(export_style="2023")


def exporting(em: Simulator, check_mode: bool = False, **options: Any) -> Result:
    """What the module does."""
    return perform(em, aem_export, check_mode, **{"server": QAS, **options})


def change(em: Simulator, size: int, **task: str) -> None:
    """Another value of one setting of a task, on the server."""
    wanted = exporting(em, task=NIGHTLY).values["definition"]
    wanted[SECTIONS]["tasks"][0]["task_settings"]["common_settings"]["lob_max_size"] = size
    wanted[SECTIONS]["tasks"][0]["task"].update(task)
    done = perform(em, aem_import, server=QAS, definition=wanted)
    assert (done.error, done.changed) == (None, True)


def proven(em: Simulator, **options: Any) -> Result:
    """The module in check mode, for real, and again; what the run told."""
    dest = Path(options["dest"])
    old = dest.read_bytes() if dest.exists() else None
    checked = exporting(em, check_mode=True, **options)
    assert (dest.read_bytes() if dest.exists() else None) == old
    done = exporting(em, **options)
    assert (checked.error, checked.changed, checked.diff) == (None, done.changed, done.diff)
    assert done.error is None
    content = dest.read_bytes()
    assert done.values["checksum"] == hashlib.sha256(content).hexdigest()
    again = exporting(em, **options)
    assert (again.error, again.changed, again.diff) == (None, False, [])
    assert again.values["checksum"] == done.values["checksum"]
    assert dest.read_bytes() == content
    return done


@pytest.mark.parametrize("style", ["2018", "2021", "2023"])
def test_data(em: Simulator, style: str) -> None:
    em.update_settings(export_style=style)
    everything = exporting(em)
    assert (everything.error, everything.changed) == (None, False)
    assert calls(em) == ["ExportAll"]
    assert len(everything.values["definition"][SECTIONS]["tasks"]) == 26
    assert len(everything.values["definition"][SECTIONS]["databases"]) == 5
    for with_endpoints, endpoints in ((False, 0), (True, 2)):
        task = exporting(em, task=NIGHTLY, with_endpoints=with_endpoints).values["definition"]
        assert len(task[SECTIONS]["tasks"]) == 1
        assert len(task[SECTIONS].get("databases", [])) == endpoints


@pytest.mark.parametrize("style", ["2018", "2021", "2023"])
@pytest.mark.parametrize("task", [None, NIGHTLY])
def test_a_file(em: Simulator, tmp_path: Path, style: str, task: str | None) -> None:
    em.update_settings(export_style=style)
    dest = tmp_path / "export.json"
    done = proven(em, dest=str(dest), task=task)
    assert done.changed
    assert dest.stat().st_mode & 0o777 == 0o600
    (shown,) = done.diff
    assert shown["before"] == ""
    assert NIGHTLY in shown["after"]["tasks"]
    assert list(tmp_path.iterdir()) == [dest]
    # What was written can be read again.
    assert not perform(em, aem_import, server=QAS, src=str(dest), task=task).changed


def test_a_file_that_says_something_else(em: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "export.json"
    exporting(em, dest=str(dest))
    old = dest.read_bytes()
    change(em, 99)
    done = proven(em, dest=str(dest), backup=True)
    (shown,) = done.diff
    task = {"task_settings": {"common_settings": {"lob_max_size": 99}}}
    assert shown["after"] == {"tasks": {NIGHTLY: task}}
    assert Path(done.values["backup_file"]).read_bytes() == old
    assert sorted(tmp_path.iterdir()) == sorted([dest, Path(done.values["backup_file"])])


def test_a_task_that_is_gone_and_one_that_is_new(em: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "export.json"
    exporting(em, dest=str(dest))
    document = json.loads(dest.read_text(encoding="utf-8"))
    document[SECTIONS]["tasks"][0]["task"]["name"] = "Gone"
    document[SECTIONS]["error_behavior"] = {"policy": "gone"}
    dest.write_text(json.dumps(document), encoding="utf-8")
    (shown,) = proven(em, dest=str(dest)).diff
    assert list(shown["before"]["tasks"]) == ["Gone"]
    assert shown["before"]["error_behavior"] == {"policy": "gone"}
    assert list(shown["after"]["tasks"]) == [NIGHTLY]


def test_only_a_secret_changes(em: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "export.json"
    assert exporting(em, server=SERVER, dest=str(dest)).changed
    document = json.loads(dest.read_text(encoding="utf-8"))
    database = document[SECTIONS]["databases"][0]["db_settings"]
    assert database["password"].startswith("{Z")
    database["password"] = "{Z00FF}"
    dest.write_text(json.dumps(document), encoding="utf-8")
    done = proven(em, server=SERVER, dest=str(dest))
    assert done.changed
    assert "{Z" not in json.dumps(done.diff)
    assert done.diff[0]["after"] == {"content": "(only encrypted secrets) changed"}


def test_time_host_and_version_are_no_change(em: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "export.json"
    exporting(em, dest=str(dest))
    document = json.loads(dest.read_text(encoding="utf-8"))
    document.update(name="another", description="another", _version={"version": "1.2.3"})
    text = "// Host name: other\n" + json.dumps(document, sort_keys=True)
    dest.write_text(text, encoding="utf-8")
    assert not proven(em, dest=str(dest)).changed
    assert dest.read_text(encoding="utf-8") == text


def reordered(document: Any) -> Any:
    """An export with its tasks, endpoints and tables the other way round."""
    sections = document[SECTIONS]
    for task in sections["tasks"]:
        for tables in task["source"]["source_tables"].values():
            if isinstance(tables, list):
                tables.reverse()
    for name in ("tasks", "databases"):
        sections[name].reverse()
    return document


@pytest.mark.parametrize("style", ["2018", "2021", "2023"])
def test_the_order_of_tasks_endpoints_and_tables_is_no_change(em: Simulator, tmp_path: Path, style: str) -> None:
    em.update_settings(export_style=style)
    dest = tmp_path / "export.json"
    document = reordered(exporting(em).values["definition"])
    text = json.dumps(document)
    dest.write_text(text, encoding="utf-8")
    assert not proven(em, dest=str(dest), mode=f"{dest.stat().st_mode & 0o777:o}").changed
    assert dest.read_text(encoding="utf-8") == text


def test_a_difference_in_any_section_is_a_change_whatever_the_order(em: Simulator, tmp_path: Path) -> None:
    dest = tmp_path / "export.json"
    sections = list(exporting(em).values["definition"][SECTIONS])
    for name in [*sections, "error_behavior", "unheard_of"]:
        document = reordered(exporting(em).values["definition"])
        section = document[SECTIONS].setdefault(name, {})
        if isinstance(section, list):
            section.append({**(section[0] if section else {}), "name": "gone"})
        else:
            section["gone"] = 1
        dest.write_text(json.dumps(document), encoding="utf-8")
        assert proven(em, dest=str(dest)).changed, name


@pytest.mark.parametrize("content", ["", "no definition", '{"a": 1}'])
def test_a_file_that_is_no_definition(em: Simulator, tmp_path: Path, content: str) -> None:
    dest = tmp_path / "export.json"
    dest.write_text(content, encoding="utf-8")
    done = proven(em, dest=str(dest))
    assert done.diff[0]["before"] == {"content": "(no definition)"}


@pytest.mark.parametrize(("mode", "expected"), [("0640", 0o640), (0o644, 0o644), (None, 0o600)])
def test_permissions(em: Simulator, tmp_path: Path, mode: Any, expected: int) -> None:
    dest = tmp_path / "export.json"
    exporting(em, dest=str(dest), mode="0400")
    done = proven(em, dest=str(dest), mode=mode)
    assert (done.changed, dest.stat().st_mode & 0o777) == (True, expected)
    assert done.diff[0]["before"] == {"mode": "0400"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dest": "{tmp}/none/export.json"}, "no directory {tmp}/none"),
        ({"dest": "{tmp}"}, "is a directory"),
        ({"dest": "{tmp}/x", "mode": "u=rw"}, "mode 'u=rw' must be three octal digits"),
        ({"dest": "{tmp}/x", "mode": 644}, "mode 644 must be"),
        ({"dest": "{tmp}/x", "mode": True}, "mode True must be"),
    ],
)
def test_bad_options_are_refused_before_any_call(
    em: Simulator, tmp_path: Path, options: dict[str, Any], words: str
) -> None:
    given = {**options, "dest": options["dest"].replace("{tmp}", str(tmp_path))}
    done = exporting(em, **given)
    assert done.error is not None
    assert words.replace("{tmp}", str(tmp_path)) in done.error.message
    assert em.log() == []


@pytest.mark.parametrize("kind", ["drop_after", "html", "status"])
def test_a_read_is_tried_again(em: Simulator, tmp_path: Path, kind: str) -> None:
    em.inject({"kind": kind, "api_method": "ExportAll"})
    done = exporting(em, dest=str(tmp_path / "export.json"))
    assert (done.error, done.changed) == (None, True)


def test_half_an_export_is_not_written(em: Simulator, tmp_path: Path) -> None:
    em.inject({"kind": "truncate", "api_method": "ExportAll", "cut": "json", "times": None})
    done = exporting(em, dest=str(tmp_path / "export.json"))
    assert done.error is not None
    assert done.error.message.startswith("ExportAll of server replicate-qas got no usable answer")
    assert list(tmp_path.iterdir()) == []


def test_in_check_mode_the_task_may_be_missing(em: Simulator, tmp_path: Path) -> None:
    checked = exporting(em, check_mode=True, task="later", dest=str(tmp_path / "x"))
    assert (checked.error, checked.changed) == (None, True)
    assert "no task later on server replicate-qas yet" in checked.warnings[0]
    done = exporting(em, task="later")
    assert done.error is not None
    assert done.error.facts()["error_code"] == "AEM_TASK_NOT_FOUND"


def test_playbooks(em: Simulator, tmp_path: Path) -> None:
    proofs = prove(
        em,
        [
            {
                "name": "Back up",
                "qlik.enterprise_manager.aem_export": {
                    "server": QAS,
                    "dest": str(tmp_path / "all.json"),
                    "mode": "0640",
                },
            },
            {"name": "Data", "qlik.enterprise_manager.aem_export": {"server": QAS, "task": NIGHTLY}},
        ],
    )
    for proof in proofs.values():
        proof.holds()
    assert (tmp_path / "all.json").stat().st_mode & 0o777 == 0o640
    assert proofs["Data"].run.result["definition"][SECTIONS]["tasks"][0]["task"]["name"] == NIGHTLY
