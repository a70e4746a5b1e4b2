# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A setting that a server does not keep is sent once, and told as not taken from then on."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.api import Api
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import not_taken
from simulator import Settings, Simulator
from support.estates import adopted, brought_about, part, proven, session, told, writes

QAS, RUNS = "replicate-qas", "Nightly 21 returns"
# As a server does it that keeps everything.
PATCH = Api.patch_endpoint
COMMON = ("task_settings", "common_settings")


@pytest.fixture
def em(monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """An Enterprise Manager whose servers answer well, and keep no ``lob_max_size`` and no ``csvTargetPath``."""
    import_task = Api.import_task

    def imported(self: Api, server: str, name: str, text: Any) -> None:
        document = json.loads(text)
        for task in document["cmd.replication_definition"]["tasks"]:
            task["task_settings"]["common_settings"].pop("lob_max_size", None)
        import_task(self, server, name, json.dumps(document))

    def patched(self: Api, server: str, name: str, patch: Any) -> None:
        PATCH(self, server, name, [item for item in patch if item["path"] != "/db_settings/csvTargetPath"])

    monkeypatch.setattr(Api, "import_task", imported)
    monkeypatch.setattr(Api, "patch_endpoint", patched)
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.01)) as simulator:
        yield simulator


def wished(em: Simulator, size: int = 64, path: str = "/new") -> dict[str, Any]:
    """A wish of which a task and an endpoint do not keep a setting; the log begins after it."""
    found = adopted(em, QAS)
    overrides = {COMMON[0]: {COMMON[1]: {"lob_max_size": size}}}
    part(found, "tasks", RUNS).update(overrides=overrides, force=True, timeout=1)
    part(found, "endpoints", "QAS files")["settings"]["csvTargetPath"] = path
    em.clear_log()
    return found


def test_it_is_told_and_then_neither_sent_nor_a_change(em: Simulator) -> None:
    wish = wished(em)
    done = proven(em, wish)
    assert told(done, "name", "status") == [("QAS files", "done"), (RUNS, "done")]
    assert sum("That is remembered" in warning for warning in done.warnings) == 2, done.warnings
    again = brought_about(em, wish, check_mode=True)
    assert (again.values["status"], again.values["summary"]["not_taken"], again.warnings) == ("in_sync", 2, [])
    (line,) = [line for line in again.values["plan"] if "Not taken by the servers: 2 settings" in line]
    assert f"task {RUNS} of {QAS}: tasks.{RUNS}.task_settings.common_settings.lob_max_size" in line
    assert f"endpoint QAS files of {QAS}: settings.csvTargetPath" in line


def test_it_is_sent_again_where_git_or_the_server_has_another_value(em: Simulator) -> None:
    brought_about(em, wished(em))
    assert told(brought_about(em, wished(em, size=65), check_mode=True), "name") == [(RUNS,)]
    with session(em) as api:
        by_hand = [{"op": "replace", "path": "/db_settings/csvTargetPath", "value": "/hand"}]
        PATCH(api, QAS, "QAS files", by_hand)
    assert told(brought_about(em, wished(em), check_mode=True), "name") == [("QAS files",)]


def test_it_is_sent_with_what_else_has_changed(em: Simulator) -> None:
    brought_about(em, wished(em))
    wish = wished(em)
    part(wish, "tasks", RUNS)["overrides"][COMMON[0]][COMMON[1]]["history_timeslot"] = 7
    assert told(proven(em, wish), "name", "status") == [(RUNS, "done")]


def test_it_is_tried_again_after_a_while(em: Simulator) -> None:
    wish = wished(em)
    brought_about(em, wish)
    old = time.time() - not_taken.LASTS - 1
    for path in (Path(os.environ["ANSIBLE_HOME"]) / "qlik.enterprise_manager/not_taken").iterdir():
        os.utime(path, (old, old))
    assert told(brought_about(em, wish, check_mode=True), "name") == [("QAS files",), (RUNS,)]


def test_without_a_place_to_remember_it_that_is_warned_of(em: Simulator, tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path / "file"))
    wish = wished(em)
    for _run in range(2):
        done = brought_about(em, wish)
        assert (done.error, len(told(done))) == (None, 2)
        assert any("is sent to it again by each run" in warning for warning in done.warnings)
    assert "ImportTask" in writes(em)


def test_a_secret_is_in_no_note(em: Simulator) -> None:
    wish = wished(em)
    part(wish, "endpoints", "QAS files")["settings"]["password"] = "geheim-1"
    brought_about(em, wish, send_secrets=["*/QAS files"])
    for path in (Path(os.environ["ANSIBLE_HOME"]) / "qlik.enterprise_manager").rglob("*.json"):
        assert "geheim" not in path.read_text(encoding="utf-8")
