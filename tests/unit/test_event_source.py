# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event source as a rulebook calls it: its options, and its loop with a clock of the test's own."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path
from typing import Any

import pytest
import yaml

from simulator import Settings, Simulator

FILE = Path(__file__).resolve().parents[2] / "extensions/eda/plugins/event_source/aem_tasks.py"
SOURCE = runpy.run_path(str(FILE))
CONNECTION = {"aem_url": "https://em.example.com", "aem_username": "CORP\\admin", "aem_password": "canary"}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"intervall": 3}, "intervall"),
        ({"interval": 0}, "interval must be 1 second"),
        ({"interval": "soon"}, "interval"),
        ({"watch": ["tasks"]}, "watch must name"),
        ({"latency": -1}, "latency"),
        ({"aem_url": "http://em.example.com"}, "aem_url"),
        ({"aem_token": "canary"}, "exactly one of"),
        ({"memory_file": "/nowhere/at/all/memory.json", "license_days": ["x"]}, "license_days"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(args: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        SOURCE["watcher"](SOURCE["options_of"]({**CONNECTION, **args}))
    assert "canary" not in str(refused.value)


def test_documentation_and_options_are_the_same() -> None:
    documented = yaml.safe_load(SOURCE["DOCUMENTATION"])["options"]
    own = {name: spec for name, spec in documented.items() if not name.startswith("aem_")}
    assert set(own) == set(SOURCE["ARGUMENTS"])
    for name, spec in SOURCE["ARGUMENTS"].items():
        assert {key: own[name].get(key) for key in spec} == spec
    example = yaml.safe_load(SOURCE["EXAMPLES"])[0]["qlik.enterprise_manager.aem_tasks"]
    assert set(example) <= set(SOURCE["ARGUMENTS"]) | set(CONNECTION)


def test_the_connection_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CONNECTION.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.setenv("AEM_TIMEOUT", "7")
    options = SOURCE["options_of"]({"eda_feedback_queue": object()})
    assert (options["aem_url"], options["aem_timeout"], options["interval"]) == ("https://em.example.com", 7, 30)


def test_looks_events_and_the_end_of_the_session() -> None:
    slept: list[float] = []

    async def play(em: Simulator) -> list[dict[str, Any]]:
        connection = {"aem_url": em.url, "aem_username": em.username, "aem_password": em.password}
        options = SOURCE["options_of"]({**connection, "aem_ca_path": str(em.ca_path), "servers": ["replicate-qas"]})
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

        async def sleep(seconds: float) -> None:
            """Let a task be stopped, and a session end, between two looks."""
            slept.append(seconds)
            estate = em.estate()
            server = next(item for item in estate["servers"] if item["name"] == "replicate-qas")
            server["tasks"][0]["state"] = "ERROR"
            em.set_estate(estate)

        await SOURCE["watch"](queue, SOURCE["watcher"](options), 30, sleep, looks=3)
        return [queue.get_nowait() for _event in range(queue.qsize())]

    with Simulator(Settings()) as em:
        found = asyncio.run(play(em))
        calls = [entry["api_method"] for entry in em.log()]
    states = [event["aem"] for event in found if event["aem"]["event"] == "task_state"]
    assert [(event["before"], event["after"]) for event in states] == [("STOPPED", "ERROR")]
    assert slept == [30, 30]
    assert calls.count("GetServerList") == 3
    assert calls[-1] == "Logout"


def test_a_server_that_is_not_there_ends_it_and_one_that_is_removed_does_not() -> None:
    async def sleep(_seconds: float) -> None:
        """Have a server be gone after the first look."""
        estate = em.estate()
        estate["servers"] = [item for item in estate["servers"] if item["name"] != "replicate-qas"]
        em.set_estate(estate)

    async def play(servers: list[str], looks: int) -> list[Any]:
        connection = {"aem_url": em.url, "aem_username": em.username, "aem_password": em.password}
        options = SOURCE["options_of"]({**connection, "aem_ca_path": str(em.ca_path), "servers": servers})
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        await SOURCE["watch"](queue, SOURCE["watcher"](options), 1, sleep, looks)
        events = [queue.get_nowait()["aem"] for _event in range(queue.qsize())]
        return [(event["event"], event.get("server"), event["after"]) for event in events]

    with Simulator(Settings()) as em:
        assert asyncio.run(play(["replicate-qas"], 3)) == [("server_state", "replicate-qas", "NOT_EXIST")]
        args = {"aem_url": em.url, "aem_username": em.username, "aem_password": em.password}
        given = {**args, "aem_ca_path": str(em.ca_path), "servers": ["replicate-qs"]}
        with pytest.raises(ValueError, match=r"aem_tasks: There is no server 'replicate-qs'\."):
            asyncio.run(SOURCE["main"](asyncio.Queue(), given))
        assert em.log()[-1]["api_method"] == "Logout"
