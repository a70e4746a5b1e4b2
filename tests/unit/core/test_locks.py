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


def test_a_file_system_without_locks_is_used_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_arguments: Any) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    locks.release(locks.take(str(tmp_path / "lock")))


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(locks.Unusable) as unusable:
        locks.take(str(tmp_path))
    assert unusable.value.reason == "Is a directory"
