# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lock is of one run, and no longer than that run."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import locks

HOLDER = """
import fcntl, sys, time
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(600)
"""


def test_the_second_is_told_who_has_it(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    handle = locks.take(path, said="process 1 of a")
    with pytest.raises(locks.Busy) as busy:
        locks.take(path)
    assert busy.value.holder == "process 1 of a"
    locks.release(handle)
    locks.release(locks.take(path))


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    handle = locks.take(path, said="the first, with many words")
    timer = threading.Timer(0.3, locks.release, [handle])
    timer.start()
    second = locks.take(path, wait=60, said="the second")
    assert Path(path).read_text(encoding="utf-8") == "the second"
    locks.release(second)
    timer.join()


def test_a_killed_process_has_it_no_more(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with subprocess.Popen([sys.executable, "-c", HOLDER, path], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(locks.Busy):
            locks.take(path)
        process.send_signal(signal.SIGKILL)
        process.wait()
    locks.release(locks.take(path))


def test_a_process_that_the_holder_has_started_does_not_keep_it(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    handle = locks.take(path)
    kept = os.dup(handle)
    locks.release(handle)
    locks.release(locks.take(path))
    os.close(kept)


def test_nobody_has_the_lock_of_a_file_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "lock"
    first = locks.take(str(path))
    opened = os.open(path, os.O_RDWR)
    locks.release(first, str(path))
    assert not path.exists()
    handles = iter([opened])
    real = os.open
    monkeypatch.setattr(os, "open", lambda *arguments: next(handles, None) or real(*arguments))
    second = locks.take(str(path), wait=60)
    with pytest.raises(locks.Busy):
        locks.take(str(path))
    assert os.path.samestat(path.stat(), os.fstat(second))
    locks.release(second, str(path))


def test_the_file_of_another_lock_is_not_removed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    first = locks.take(str(path))
    path.unlink()
    second = locks.take(str(path))
    locks.release(first, str(path))
    with pytest.raises(locks.Busy):
        locks.take(str(path))
    locks.release(second)


def test_many_that_remove_the_file_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_PAUSE", 0.0001)
    path, inside, most = str(tmp_path / "lock"), set(), []

    def work(number: int) -> None:
        for _time in range(30):
            handle = locks.take(path, wait=60)
            inside.add(number)
            most.append(len(inside))
            inside.remove(number)
            locks.release(handle, path)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(12)))
    assert most == [1] * 360
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_locks_is_used_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_arguments: Any) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    locks.release(locks.take(str(tmp_path / "lock")))


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(locks.Unusable) as unusable:
        locks.take(str(tmp_path))
    assert unusable.value.reason == "Is a directory"
