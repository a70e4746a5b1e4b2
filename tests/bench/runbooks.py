# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runbooks against what a user would pick instead, each as a ratio of two things done in the same run."""

from __future__ import annotations

import copy
import http.client
import json
import ssl
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from urllib.parse import urlsplit

from simulator import Settings, Simulator
from support.playbooks import Played, run, run_file

SERVER = "replicate-qas"
TASKS_AT_ONCE = 20
TASKS_FAILED_OVER = 50
SECTIONS = "cmd.replication_definition"


def seconds(work: Callable[[], object]) -> float:
    """How long ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def tell(what: str, ours: float, theirs: float) -> None:
    """Print a comparison."""
    print(f"{what:<72} {ours:6.2f} s  against {theirs:6.2f} s: {theirs / ours:5.1f} times as fast")


def task_state(names: list[str], state: str, parallel: int) -> list[dict[str, object]]:
    """A play that brings tasks into a state."""
    module = {"server": SERVER, "tasks": names, "state": state, "parallel": parallel}
    return [{"name": state, "qlik.enterprise_manager.aem_task_state": module}]


def stopping_side_by_side() -> None:
    """Twenty tasks that each need two seconds to stop: all at once against one after the other."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=2)) as em:
        server = next(server for server in em.estate()["servers"] if server["name"] == SERVER)
        names = [task["name"] for task in server["tasks"]][:TASKS_AT_ONCE]
        run(em, task_state(names, "started", 64))
        at_once = seconds(lambda: run(em, task_state(names, "stopped", 64)))
        run(em, task_state(names, "started", 64))
        in_turn = seconds(lambda: run(em, task_state(names, "stopped", 1)))
        tell(f"{len(names)} tasks that each need 2 s stopped by one playbook", at_once, in_turn)


def failing_over() -> None:
    """Fifty tasks that each need two seconds to stop and two to start: the role failover against the sum of these."""
    with Simulator(Settings(start_seconds=2, stop_seconds=2)) as em, tempfile.TemporaryDirectory() as folder:
        estate = em.estate()
        server = next(server for server in estate["servers"] if server["name"] == "Replicate PRD 1")
        definitions = server["definition"][SECTIONS]["tasks"]
        model = next(task for task in definitions if task["task"]["name"] == "Orders to DW")
        for number in range(TASKS_FAILED_OVER - 2):
            task = copy.deepcopy(model)
            task["task"]["name"] = f"Orders {number}"
            definitions.append(task)
            server["tasks"].append({"name": f"Orders {number}", "state": "RUNNING"})
        em.set_estate(estate)
        switch = {"server": server["name"], "endpoint": "ORA", "configuration": "Standby"}
        options = json.dumps({"failover_endpoints": [switch], "failover_dir": folder, "failover_latency": 60})
        # Without the callback that tests look at a run with, which asks the simulator after each task.
        quiet = {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.default"}
        played: list[Played] = []
        took = seconds(lambda: played.append(run_file(em, "qlik.enterprise_manager.failover", "-e", options, **quiet)))
        if played[0].return_code:
            raise SystemExit(played[0].output)
        stopped = [entry for entry in em.log() if entry["api_method"] == "StopTask"]
        tell(f"{len(stopped)} tasks failed over by one playbook, 2 s to stop, 2 s to start", took, 4.0 * len(stopped))


def one_session_for_many_tasks() -> None:
    """Ten servers checked by ten tasks: one session handed on against a login and a logout each."""
    module = {"name": SERVER, "description": "measured"}
    within = {**module, "aem_session_id": "{{ em.session_id }}"}
    looped = [{"name": "Server", "qlik.enterprise_manager.aem_server": module} for _unused in range(10)]
    handed_on = [
        {"name": "Log in", "qlik.enterprise_manager.aem_session": {}, "register": "em"},
        *[{"name": "Server", "qlik.enterprise_manager.aem_server": within} for _unused in range(10)],
    ]
    with Simulator(Settings()) as em:
        run(em, looped[:1])
        em.clear_log()
        run(em, looped)
        each = len(em.log())
        em.clear_log()
        run(em, handed_on)
        print(f"{'10 servers checked that are as they should be':<72} {len(em.log())} requests against {each}")


def within_the_worker() -> None:
    """Ten calls of a module within Ansible's worker, against ten processes."""
    calls = [{"name": "Look", "qlik.enterprise_manager.aem_server_info": {"names": [SERVER]}} for _unused in range(10)]
    with Simulator(Settings()) as em:
        run(em, calls[:1])
        here = seconds(lambda: run(em, calls))
        processes = seconds(lambda: run(em, calls, "-e", "aem_in_worker=false"))
        tell("A playbook of 10 module calls, without processes of their own", here, processes)


def throughput() -> None:
    """Requests a second that the simulator answers to two clients, each in a process of its own."""
    with Simulator(Settings()) as em, ProcessPoolExecutor(2) as pool:
        count = 2000
        arguments = [(em.url, str(em.ca_path), em.username, em.password, count)] * 2
        list(pool.map(ask, [(*first, 10) for *first, _unused in arguments]))
        took = seconds(lambda: list(pool.map(ask, arguments)))
        print(f"{'GetTaskDetails over TLS, two clients on one machine':<72} {2 * count / took:6.0f} requests a second")


def ask(arguments: tuple[str, str, str, str, int]) -> None:
    """Ask for the details of a task so many times over one connection."""
    url, ca_path, username, password, count = arguments
    parts = urlsplit(url)
    connection = http.client.HTTPSConnection(
        str(parts.hostname), parts.port, context=ssl.create_default_context(cafile=ca_path)
    )
    base = "/attunityenterprisemanager/api/v1"
    credential = b64encode(f"{username}:{password}".encode()).decode()
    connection.request("GET", f"{base}/login", headers={"Authorization": f"Basic {credential}"})
    answer = connection.getresponse()
    answer.read()
    headers = {"EnterpriseManager.APISessionID": str(answer.headers["EnterpriseManager.APISessionID"])}
    for _unused in range(count):
        connection.request("GET", f"{base}/servers/{SERVER}/tasks", headers=headers)
        connection.getresponse().read()


def main() -> None:
    """Measure everything."""
    stopping_side_by_side()
    failing_over()
    one_session_for_many_tasks()
    within_the_worker()
    throughput()
