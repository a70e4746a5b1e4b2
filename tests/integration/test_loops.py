# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The items of a loop share a login, which ends with the loop, however that ends."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import Settings, Simulator
from support.playbooks import command, environment, run

READ = "qlik.enterprise_manager.aem_server_acl_info"


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    """One Enterprise Manager for all tests of this module."""
    with Simulator(Settings(start_seconds=0.05, stop_seconds=0.05)) as simulator:
        yield simulator


@pytest.fixture
def em(shared: Simulator) -> Simulator:
    """It, as at the start."""
    shared.reset()
    return shared


def loop(times: int, **options: Any) -> list[dict[str, Any]]:
    """A play's task that reads an ACL so many times."""
    module = {"servers": ["replicate-qas"], **options}
    return [{"name": "Loop", READ: module, "loop": list(range(times))}]


def sessions(em: Simulator) -> tuple[int, int]:
    """How often was logged in with success, and out, once all that was logged in is logged out, or after a while."""
    deadline = time.monotonic() + 20
    while True:
        done = [entry["api_method"] for entry in em.log() if entry["status"] == 200]
        counts = done.count("Login"), done.count("Logout")
        if counts[0] == counts[1] or time.monotonic() > deadline:
            return counts
        time.sleep(0.05)


def test_a_loop_of_50_logs_in_and_out_once(em: Simulator) -> None:
    played = run(em, loop(50))
    assert played.return_code == 0, played.output
    assert sessions(em) == (1, 1)
    assert [entry["api_method"] for entry in em.log()].count("GetServerAcl") == 50


def test_an_item_that_fails_leaves_no_session_open(em: Simulator) -> None:
    played = run(em, [{"name": "Loop", READ: {"servers": ["{{ item }}"]}, "loop": ["replicate-qas", "nowhere", "Z"]}])
    assert played.return_code != 0
    assert sessions(em) == (1, 1)


def test_connections_that_differ_in_a_secret_or_any_option_do_not_share(em: Simulator) -> None:
    other = {"aem_username": "{{ item.0 }}", "aem_password": "{{ item.1 }}", "aem_timeout": "{{ item.2 }}"}
    me = [em.username, em.password, 60]
    wrong = [em.username, "another password", 60]
    task = {
        "name": "Loop",
        READ: {"servers": ["replicate-qas"], **other},
        "loop": [me, me, wrong, wrong, [*me[:2], 61], me],
        "loop_control": {"label": ""},
        "ignore_errors": True,
    }
    played = run(em, [task])
    failed = [bool(item.get("failed")) for item in played["Loop"].result["results"]]
    assert failed == [False, False, True, True, False, False]
    assert sessions(em) == (2, 2)
    refused = [entry for entry in em.log() if entry["api_method"] == "Login" and entry["status"] != 200]
    assert len(refused) == 1


def test_in_check_mode_a_shared_login_writes_nothing(em: Simulator) -> None:
    server = {"name": "new-{{ item }}", "host": "h", "username": r"D\u", "password": "pw"}
    task = {"name": "Loop", "qlik.enterprise_manager.aem_server": server, "loop": [1, 2], "check_mode": True}
    played = run(em, [task])
    assert played["Loop"].changed
    assert [entry for entry in em.log() if entry["writes"]] == []
    assert sessions(em) == (1, 1)


def test_a_session_that_expires_within_a_loop_is_renewed(em: Simulator) -> None:
    em.inject({"kind": "expire_session", "api_method": "GetServerAcl", "skip": 2, "times": 1})
    played = run(em, loop(5))
    assert played.return_code == 0, played.output
    assert [entry["api_method"] for entry in em.log()].count("Login") == 2


def test_strategy_free_leaves_no_session_open(em: Simulator) -> None:
    with tempfile.TemporaryDirectory() as folder:
        playbook = Path(folder) / "play.yml"
        play = {"hosts": "all", "gather_facts": False, "strategy": "free", "tasks": loop(5)}
        playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
        words = command(playbook)
        words[words.index("localhost,")] = "a,b,c"
        done = subprocess.run(
            words, env=environment(em, Path(folder)), check=False, timeout=120, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stdout
    assert sessions(em) == (3, 3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_loop_leaves_no_session_open(em: Simulator, number: signal.Signals) -> None:
    em.inject({"kind": "slow", "api_method": "GetServerAcl", "seconds": 0.2, "times": None})
    with tempfile.TemporaryDirectory() as folder:
        playbook = Path(folder) / "play.yml"
        play = {"hosts": "all", "gather_facts": False, "tasks": loop(500)}
        playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
        process = subprocess.Popen(
            command(playbook),
            env=environment(em, Path(folder)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait_for(lambda: [entry["api_method"] for entry in em.log()].count("GetServerAcl") > 3, process)
        # To the workers too, as a terminal and a service manager do: before 2.19, Ansible does not hand it on.
        os.killpg(process.pid, number)
        process.wait(timeout=60)
        # A worker may take longer to end than what started it.
        wait_for(lambda: sessions(em) == (1, 1))


def wait_for(reached: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until ``reached()``, while the process runs."""
    deadline = time.monotonic() + 120
    while not reached():
        assert process is None or process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_session_that_a_loop_begins_for_others_is_theirs(em: Simulator) -> None:
    tasks = [
        {
            "name": "Begin",
            "qlik.enterprise_manager.aem_session": {},
            "loop": [1, 2],
            "register": "begun",
        },
        {
            "name": "Use",
            "qlik.enterprise_manager.aem_server_info": {"aem_session_id": "{{ item.session_id }}"},
            "loop": "{{ begun.results }}",
        },
    ]
    played = run(em, tasks)
    assert played.return_code == 0, played.output
    assert [entry["api_method"] for entry in em.log()].count("Login") == 2
    assert "Logout" not in [entry["api_method"] for entry in em.log()]
