# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time changes a thing, and no lock outlives who had it. No network."""

from __future__ import annotations

import fcntl
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Event

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import alone
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused

EM = "https://em.example"


def test_fifty_at_once_take_turns() -> None:
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        with alone.alone(EM, "The ACL of server one"):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(work, range(50)))
    assert most == [1] * 50


def test_who_waits_too_long_says_why_and_later_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.05)
    begun, over = Event(), Event()

    def hold() -> None:
        with alone.alone(EM, "The ACL of server one"):
            begun.set()
            over.wait(30)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        begun.wait(30)
        told = "The ACL of server one was not changed: another run on this machine"
        with pytest.raises(Refused, match=told), alone.alone(EM, "The ACL of server one"):
            raise AssertionError("Both are inside.")
        over.set()
        held.result()
    with alone.alone(EM, "The ACL of server one"):
        assert [path.suffix for path in alone.own_folder("locks").iterdir()] == [".lock"]


def test_nobody_waits_for_who_changes_another_thing_and_no_file_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alone, "PATIENCE", 0.0)
    with ExitStack() as held:
        for number in range(300):
            held.enter_context(alone.alone(EM, f"The ACL of server {number}"))
        assert len(list(alone.own_folder("locks").iterdir())) == 300
    assert list(alone.own_folder("locks").iterdir()) == []


def test_where_no_lock_can_be_had_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    monkeypatch.setenv("ANSIBLE_HOME", str(file))
    with alone.alone(EM, "one"):
        assert [path.name for path in tmp_path.iterdir()] == ["file"]

    def unknown(_handle: int, _how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setenv("ANSIBLE_HOME", str(tmp_path))
    monkeypatch.setattr(fcntl, "flock", unknown)
    with alone.alone(EM, "one"):
        assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "qlik.enterprise_manager"]
