# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that is shared out to several processes comes to the same as work that is done in one.

Each case runs in a program of its own, since those that run tests have more than one thread.
"""

from __future__ import annotations

import sys

import pytest

from support.programs import run_alone

BEGINNING = """
import json, os, signal, sys, threading
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core import processes
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.processes import shared_out

os.sched_getaffinity = lambda pid: {0, 1, 2}
ME = os.getpid()
ITEMS = list(range(2000))
ROOM = 10**6

def word(item):
    return b"%d" % item

def by(item):
    return b"%d" % os.getpid()

def is_clean():
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return FILES == os.listdir("/proc/self/fd")

FILES = os.listdir("/proc/self/fd")
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is one process")


def alone(source: str) -> None:
    """Run statements after those of the beginning."""
    run_alone(BEGINNING, source)


def test_the_results_come_in_the_order_of_the_items() -> None:
    alone("""
assert shared_out(word, ITEMS, ROOM) == [b"%d" % item for item in ITEMS]
assert is_clean()
""")


def test_many_items_are_shared_out_and_few_are_not() -> None:
    alone("""
assert len(set(shared_out(by, ITEMS, ROOM))) == 3
assert set(shared_out(by, ITEMS[:999], ROOM)) == {b"%d" % ME}
assert shared_out(by, [], ROOM) == []
""")


def test_no_more_processes_are_begun_than_there_are_processors() -> None:
    alone("""
os.sched_getaffinity = lambda pid: {0}
assert set(shared_out(by, ITEMS, ROOM)) == {b"%d" % ME}
os.sched_getaffinity = lambda pid: set(range(64))
assert processes.processes_for(10**6) == processes.MOST_PROCESSES
""")


def test_a_process_with_other_threads_is_not_copied() -> None:
    alone("""
end = threading.Event()
other = threading.Thread(target=end.wait)
other.start()
found = set(shared_out(by, ITEMS, ROOM))
end.set()
other.join()
assert found == {b"%d" % ME}
""")


def test_what_a_process_that_was_killed_has_not_done_is_done_here() -> None:
    alone("""
def dies(item):
    if os.getpid() != ME and item > 1500:
        os.kill(os.getpid(), signal.SIGKILL)
    return word(item)

assert shared_out(dies, ITEMS, ROOM) == [b"%d" % item for item in ITEMS]
assert is_clean()
""")


@pytest.mark.parametrize("call", ["fork", "pipe"])
def test_what_no_process_can_be_begun_for_is_done_here(call: str) -> None:
    alone(f"""
def refuses():
    raise OSError(11, "Resource temporarily unavailable")

os.{call} = refuses
assert shared_out(by, ITEMS, ROOM) == [b"%d" % ME] * len(ITEMS)
assert is_clean()
""")


@pytest.mark.parametrize("item", [0, 1, 1999])
def test_what_the_work_raises_is_raised(item: int) -> None:
    alone(f"""
def fails(item):
    if item == {item}:
        raise ValueError(item)
    return word(item)

try:
    shared_out(fails, ITEMS, ROOM)
except ValueError as error:
    assert error.args == ({item},)
else:
    raise AssertionError
assert is_clean()
""")


def test_nothing_that_a_process_does_at_its_end_is_done_by_its_copies() -> None:
    alone("""
import atexit, multiprocessing.util
def end():
    if os.getpid() != ME:
        print("the end of a copy")
atexit.register(end)
multiprocessing.util.Finalize(None, end, exitpriority=1)
sys.stdout.write("")
shared_out(word, ITEMS, ROOM)
""")


def test_once_the_room_is_used_up_no_more_is_worked_out() -> None:
    alone("""
found = shared_out(lambda item: bytes(100), ITEMS, 30_000)
kept = [item for item in found if item is not None]
assert 300 <= len(kept) <= 303 and found[-1] is None
assert shared_out(lambda item: bytes(100), ITEMS[:10], 250)[3:] == [None] * 7
""")
