# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hours in one process, and fifty at once: sessions, sockets, threads, descriptors and memory do not grow."""

from __future__ import annotations

import gc
import threading
import time
import tracemalloc
from pathlib import Path

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.connection import Connection
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.http import Session
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.task_watch import KINDS, Watch
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.watcher import Watcher
from ansible_collections.qlik.enterprise_manager.plugins.modules import aem_server_acl, aem_task_info
from simulator import Simulator
from support.cases import Cases
from support.children import Nursery
from support.inprocess import perform
from support.scenarios import PRD

SESSION = 300
LOOKS_IN_A_SESSION = 10
# Bytes that the collection's own code may hold more than before: caches and interned names.
SLACK = 200_000


class Holding:
    """What this process holds; the simulator in it is included, so its connections have to be closed."""

    def __init__(self) -> None:
        gc.collect()
        self.descriptors = len(list(Path("/proc/self/fd").iterdir()))
        self.threads = threading.active_count()
        mine = tracemalloc.Filter(True, "*/module_utils/*")
        found = tracemalloc.take_snapshot().filter_traces([mine]).statistics("filename")
        self.memory = sum(item.size for item in found)

    def grew_by(self, now: Holding) -> tuple[int, int, bool]:
        """Descriptors, threads, and whether it is more memory than may be."""
        return (
            max(0, now.descriptors - self.descriptors),
            max(0, now.threads - self.threads),
            now.memory - self.memory > SLACK,
        )


def settled(before: Holding) -> tuple[int, int, bool]:
    """How much is held more, once the simulator has seen that connections are closed."""
    deadline = time.monotonic() + 10
    while before.grew_by(Holding()) != (0, 0, False) and time.monotonic() < deadline:
        time.sleep(0.1)
    return before.grew_by(Holding())


def logins(em: Simulator) -> tuple[int, int]:
    """How many logins and logouts there were."""
    methods = [entry["api_method"] for entry in em.log()]
    return methods.count("Login"), methods.count("Logout")


def test_the_event_source_watches_for_hours(em: Simulator, cases: Cases) -> None:
    looks = 2400 if cases.whole else 30
    cases.counted["looks of the event source"] += looks
    options = {"aem_url": em.url, "aem_username": em.username, "aem_password": em.password}
    connection = Connection.from_options({**options, "aem_ca_path": em.ca_path}, {})
    watched = Watch(servers=[PRD], tasks=None, tags=None, kinds=KINDS, latency=600, license_days=[1])
    watcher = Watcher(lambda: Session(connection, read_only=True), watched)
    tracemalloc.start()
    watcher.step()
    watcher.told()
    watcher.close()
    before = Holding()
    em.clear_log()
    begun = 0
    for number in range(looks):
        assert [event for event in watcher.step() if event["event"] == "enterprise_manager"] == []
        watcher.told()
        # Every so often somebody slept for longer than a session lives.
        em.advance(SESSION + 1 if number % LOOKS_IN_A_SESSION == LOOKS_IN_A_SESSION - 1 else 29)
        if number % 100 == 99:
            begun += logins(em)[0]
            em.clear_log()
    watcher.close()
    begun += logins(em)[0]
    assert begun == looks // LOOKS_IN_A_SESSION
    assert logins(em)[1] <= 1
    grown = settled(before)
    tracemalloc.stop()
    assert grown == (0, 0, False)


def test_thousands_of_calls_in_one_process(em: Simulator, cases: Cases) -> None:
    calls = 1500 if cases.whole else 20
    cases.counted["modules in one process"] += calls
    tracemalloc.start()
    perform(em, aem_task_info, servers=[PRD])
    before = Holding()
    em.clear_log()
    ended = (0, 0)
    for number in range(calls):
        assert perform(em, aem_task_info, servers=[PRD]).error is None
        if number % 100 == 99 or number == calls - 1:
            ended = (ended[0] + logins(em)[0], ended[1] + logins(em)[1])
            em.clear_log()
    assert ended == (calls, calls)
    grown = settled(before)
    tracemalloc.stop()
    assert grown == (0, 0, False)


def test_fifty_workers_read_what_one_does(em: Simulator, cases: Cases) -> None:
    cases.counted["workers at once"] += 50
    one, fifty = (perform(em, aem_task_info, details=True, aem_concurrency=number) for number in (1, 50))
    assert (one.error, fifty.error) == (None, None)
    assert [task["name"] for task in one.values["tasks"]] == [task["name"] for task in fifty.values["tasks"]]
    assert logins(em) == (2, 2)


def test_many_processes_add_a_member_each(em: Simulator, nursery: Nursery, cases: Cases, tmp_path: Path) -> None:
    users = [f"CORP\\user{number}" for number in range(50 if cases.whole else 8)]
    cases.counted["processes at once"] += len(users)
    children = [
        nursery.start(
            em,
            "aem_server_acl",
            {"server": PRD, "purge": False, "viewer_role": {"users": [user], "groups": []}},
            tmp_path,
        )
        for user in users
    ]
    done = [child.result() for child in children]
    assert [one["error"] for one in done if one["error"]] == []
    there = perform(em, aem_server_acl, server=PRD).values["acl"]["viewer_role"]["users"]
    assert set(users) <= set(there)
