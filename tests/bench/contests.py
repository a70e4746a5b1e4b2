# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who does what against whom. Each contest is run as often as is asked for, in turns, and the best of each counts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import estates
from .arena import WORKERS, Arena, Measured, arena
from .estates import Size

EMPTY, FLOOR, ESTATE, LOOP, URI = "empty play", "bare script", "aem_estate", "loop of modules", "loop of uri"
CARELESS = "careless script"
# With more requests at once than aem_concurrency lets by default.
WIDE = 32
WIDE_FLOOR, WIDE_ESTATE = f"bare script, {WIDE} at once", f"aem_estate, {WIDE} at once"
OF_JSON = "aem_estate of JSON"
# What Ansible takes for the same variables, before a module begins.
READING = "play that reads the estate"
ACLS, TASKS, CHANGES, LARGE, SERVERS = "acls", "tasks", "changes", "large", "servers"
# How many items of a slow contestant are measured; the rest is extrapolated.
MOST_ITEMS = {LOOP: 100, URI: 20}
TASKS_EACH = 10
LARGE_SIZE = Size(200, 50)
LOOPED_SERVERS = Size(100)
MODULE = "qlik.enterprise_manager"

Contestant = Callable[[Arena], Measured]


@dataclass(frozen=True)
class Contest:
    """What is measured: of which kind, at which size, with which latency in milliseconds, and what each took."""

    kind: str
    size: Size
    latency: int
    took: Mapping[str, Measured]


def all_contests(kinds: Iterable[str], servers: Iterable[int], latencies: list[int], repeat: int) -> list[Contest]:
    """Measure the contests of these kinds, those of several sizes at these numbers of servers."""
    sizes = sorted(servers)
    found = []
    for kind in kinds:
        for size in SIZES[kind](sizes):
            say(f"{kind}: {size.servers} servers, {size.tasks} tasks each")
            with arena(size) as ground:
                found += [measured(kind, ground, latency, repeat) for latency in latencies]
    return found


def measured(kind: str, ground: Arena, latency: int, repeat: int) -> Contest:
    """One contest: its contestants in turns, the best of each. What is slow has one turn."""
    ground.em.update_settings(latency_seconds=latency / 1000)
    best: dict[str, Measured] = {}
    for turn in range(repeat):
        for name, contestant in CONTESTANTS[kind].items():
            if turn and name in MOST_ITEMS and kind != SERVERS:
                continue
            took = contestant(ground)
            say(f"  {latency:2} ms  {name:16} {took.seconds:7.2f} s  {took.requests:6} requests  {took.memory:4.0f} MB")
            if name not in best or took.seconds < best[name].seconds:
                best[name] = took
    whole = {name: _whole(took, best[EMPTY], ground.size, kind, name) for name, took in best.items()}
    return Contest(kind, ground.size, latency, whole)


def say(line: str) -> None:
    """Tell how far it is; a run takes a while."""
    print(line, file=sys.stderr, flush=True)


def _whole(took: Measured, empty: Measured, size: Size, kind: str, name: str) -> Measured:
    """What all items would take, where fewer were measured."""
    if took.of is None:
        return took
    items = _items(kind, name, size)
    each = (took.seconds - empty.seconds) / took.of
    each_processor = (took.processor - empty.processor) / took.of
    return replace(
        took,
        seconds=empty.seconds + each * items,
        processor=empty.processor + each_processor * items,
        requests=round(took.requests / took.of * items),
        of=None if took.of == items else took.of,
    )


def _items(kind: str, name: str, size: Size) -> int:
    """How many items a loop has."""
    return size.servers * size.tasks if (kind, name) == (TASKS, LOOP) else size.servers


def _empty(ground: Arena) -> Measured:
    return ground.play([])


def _floor(*calls: str, workers: int = WORKERS, in_turn: bool = False) -> Contestant:
    def run(ground: Arena) -> Measured:
        reads = [f"servers/{name}{call}" for name in ground.size.names for call in calls]
        return ground.floor(reads, workers, in_turn)

    return run


def _reading(ground: Arena) -> Measured:
    return ground.play([{"name": "Estate", "ansible.builtin.assert": {"that": "estate | length > 0"}}])


def _estate(ground: Arena) -> Measured:
    return ground.play([_bring_about()])


def _wide_estate(ground: Arena) -> Measured:
    return ground.play([_bring_about(aem_concurrency=WIDE)])


def _estate_of_json(ground: Arena) -> Measured:
    with ground.in_json():
        return _estate(ground)


def _bring_about(**options: Any) -> dict[str, Any]:
    return {"name": "Estate", f"{MODULE}.aem_estate": {"servers": "{{ estate }}", **options}}


def _changing_floor(looks: bool) -> Contestant:
    def run(ground: Arena) -> Measured:
        ground.reset()
        reads = [f"servers/{name}?action=acl" for name in ground.size.names]
        return ground.floor(reads, body=estates.put_acl(changed=True), looks=looks)

    return run


def _changing_estate(ground: Arena) -> Measured:
    ground.reset()
    ground.declare(changed=True)
    return ground.play([_bring_about()], changes=True)


def _loop(module: str, items: str, **options: str) -> Contestant:
    """A loop of a module within Ansible's worker."""

    def run(ground: Arena) -> Measured:
        task = {
            "name": "Loop",
            f"{MODULE}.{module}": options,
            "loop": f"{{{{ ({items})[:{MOST_ITEMS[LOOP]}] }}}}",
            "loop_control": {"label": "{{ (item.0 | default(item)).name }}"},
        }
        took = ground.play([task])
        each = ground.size.tasks if "subelements" in items else 1
        return replace(took, of=min(ground.size.servers * each, MOST_ITEMS[LOOP]))

    return run


def _uri(action: str) -> Contestant:
    """A loop of ansible.builtin.uri that reads the same, within one session, and compares nothing."""

    def run(ground: Arena) -> Measured:
        base = f"{ground.em.url}/attunityenterprisemanager/api/v1"
        login = {
            "url": f"{base}/login",
            "url_username": ground.em.username,
            "url_password": ground.em.password,
            "force_basic_auth": True,
            "ca_path": str(ground.em.ca_path),
        }
        session = {"EnterpriseManager.APISessionID": "{{ em['enterprisemanager.apisessionid'] }}"}
        read = {
            "url": f"{base}/servers/{{{{ item.name | urlencode }}}}?action={action}",
            "headers": session,
            "ca_path": str(ground.em.ca_path),
        }
        tasks = [
            {"name": "Log in", "ansible.builtin.uri": login, "register": "em"},
            {
                "name": "Read",
                "ansible.builtin.uri": read,
                "loop": f"{{{{ estate[:{MOST_ITEMS[URI]}] }}}}",
                "loop_control": {"label": "{{ item.name }}"},
            },
        ]
        took = ground.play(tasks)
        return replace(took, of=min(ground.size.servers, MOST_ITEMS[URI]))

    return run


_OF_ACLS = "{{ item.acl[%r] }}"

CONTESTANTS: dict[str, dict[str, Contestant]] = {
    ACLS: {
        EMPTY: _empty,
        FLOOR: _floor("?action=acl"),
        ESTATE: _estate,
        WIDE_FLOOR: _floor("?action=acl", workers=WIDE),
        WIDE_ESTATE: _wide_estate,
        LOOP: _loop(
            "aem_server_acl",
            "estate",
            server="{{ item.name }}",
            **{role: _OF_ACLS % role for role in estates.ACL},
        ),
        URI: _uri("acl"),
    },
    TASKS: {
        EMPTY: _empty,
        FLOOR: _floor("?action=acl", "?action=export"),
        ESTATE: _estate,
        LOOP: _loop(
            "aem_task",
            "estate | subelements('tasks')",
            server="{{ item.0.name }}",
            name="{{ item.1.name }}",
            src="{{ item.1.src }}",
        ),
        URI: _uri("export"),
    },
    CHANGES: {
        EMPTY: _empty,
        FLOOR: _changing_floor(looks=True),
        CARELESS: _changing_floor(looks=False),
        ESTATE: _changing_estate,
    },
    LARGE: {
        EMPTY: _empty,
        READING: _reading,
        FLOOR: _floor("?action=acl", "?action=export"),
        ESTATE: _estate,
        OF_JSON: _estate_of_json,
    },
    SERVERS: {
        EMPTY: _empty,
        FLOOR: _floor("/def", in_turn=True),
        LOOP: _loop("aem_server", "estate", name="{{ item.name }}", host="{{ item.name }}.corp.example"),
    },
}
SIZES: dict[str, Callable[[list[int]], list[Size]]] = {
    ACLS: lambda servers: [Size(number) for number in servers],
    TASKS: lambda servers: [Size(number, TASKS_EACH) for number in servers],
    CHANGES: lambda servers: [Size(number) for number in servers],
    LARGE: lambda _servers: [LARGE_SIZE],
    SERVERS: lambda _servers: [LOOPED_SERVERS],
}
