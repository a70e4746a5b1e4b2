# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any value in any option of any module: refused before anything is changed, or sent as it is; nothing else is touched.

The places are those of the argument specs, and of options that work; the values are those of ``support/hostile.py``.
"""

from __future__ import annotations

import fnmatch
import itertools
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.errors import Refused
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plain import plain_value
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._module import declaration_of
from support import hostile
from support.cases import Cases
from support.hosts import HOSTS, MODULES, Hosts, Told, module_named
from support.sandbox import Sandbox

SAMPLE = 4
FAULT = "has met what it did not expect"
THINGS = ("tasks", "endpoints")


def told_well(told: Told) -> None:
    """What is said of a failure is a sentence of ours, and nothing that is printed as it is moves a cursor."""
    assert FAULT not in told.message
    assert "Traceback" not in told.message + told.printed
    assert bool(told.message) or not told.failed
    for text in (told.message, *map(str, told.result.get("warnings", ()))):
        assert not [sign for sign in text if unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp")], text


def texts(options: Any) -> set[str]:
    """All texts in options, in parts too, and what Ansible makes of other values where a text belongs."""
    try:
        whole = set(_texts(plain_value(options)))
    except Refused:
        # Nothing of this is used.
        return set()
    parts = {part for text in whole for part in text.split(",")}
    return whole | parts | {part.strip() for part in parts}


def _texts(value: Any) -> Iterator[str]:
    yield str(value)
    if isinstance(value, dict):
        yield from itertools.chain(*(_texts(item) for pair in value.items() for item in pair))
    elif isinstance(value, list):
        yield from itertools.chain(*map(_texts, value))


def named(estate: dict[str, Any]) -> dict[tuple[str, ...], Any]:
    """The servers, tasks and endpoints of an estate, and what is known of each but for how tasks run."""
    found: dict[tuple[str, ...], Any] = {}
    for server in estate["servers"]:
        found[server["name"],] = {key: value for key, value in server.items() if key not in ("definition", *THINGS)}
        sections = server.get("definition", {}).get("cmd.replication_definition", {})
        for item in sections.get("tasks", ()):
            found[server["name"], "tasks", item["task"]["name"]] = item
        for item in sections.get("databases", ()):
            found[server["name"], "endpoints", item["name"]] = item
    return found


def only_what_was_named(before: dict[str, Any], after: dict[str, Any], options: Any) -> None:
    """Nothing but what the options name, or what fits a pattern in them, is another than before."""
    old, new = named(before), named(after)
    changed = {key for key in {*old, *new} if old.get(key) != new.get(key)}
    patterns = {text.casefold() for text in texts(options)}
    for key in changed:
        for name in (key[0], key[-1]):
            assert any(fnmatch.fnmatchcase(name.casefold(), word) or name.casefold() == word for word in patterns), key


def arrived_intact(hosts: Hosts, before: dict[str, Any], options: Any) -> None:
    """Each name in an address is one that is known, or one that was given, and nothing of it leads elsewhere."""
    known = {part for key in (*named(before), *named(hosts.estate())) for part in key}
    known |= {task["name"] for server in before["servers"] for task in server["tasks"]}
    known |= texts(options)
    for request in hosts.log():
        assert request["api_method"], request["path"]
        segments = request["path"].partition("?")[0].split("/")[4:]
        # The last of an odd number says what is wanted of a server.
        for name in segments[1:4:2] if segments[0] == "servers" else ():
            assert unquote(name) in known or name == "def", request["path"]


def judge(hosts: Hosts, told: Told, before: dict[str, Any], options: Any, check_mode: bool) -> None:
    """Whether a run was a good one."""
    told_well(told)
    arrived_intact(hosts, before, options)
    after = hosts.estate()
    if check_mode or (told.failed and not told.result.get("changed")):
        assert named(after) == named(before)
    assert not check_mode or not [entry for entry in hosts.log() if entry["writes"]]
    only_what_was_named(before, after, options)


def has_path(spec: dict[str, Any], place: hostile.Place) -> bool:
    """Whether a place holds a path, which leads wherever its writer wants."""
    return spec[place[0]]["type"] == "path" or place[0] == "aem_ca_path"


@pytest.mark.parametrize("module", hostile.good(Path()))
def test_what_the_values_are_put_into_works(hosts: Hosts, host: str, module: str, sandbox: Sandbox) -> None:
    hosts.reset()
    options = hostile.good(sandbox.folder)[module]
    if module == "aem_restore":
        hosts.run(host, "aem_backup", {"path": options["path"]})
    told = hosts.run(host, module, options)
    assert not told.failed, told.message
    assert sandbox.strays() == set()


@pytest.mark.parametrize("kind", ["option", "definition"])
def test_a_hostile_value_in_an_option(
    hosts: Hosts, host: str, module: str, sandbox: Sandbox, cases: Cases, kind: str
) -> None:
    spec = declaration_of(module_named(module).main).argument_spec()
    options = hostile.options_of(module, spec, sandbox.folder)
    places = [
        place
        for place in hostile.places(options, spec)
        # The simulator is called directly, whatever the address. Definitions have values of their own.
        if place[0] != "aem_url" and (place[0] != "definition" or len(place) == 1)
    ]
    values = hostile.values() if kind == "option" else hostile.definitions()
    if kind == "definition":
        places = [place for place in places if place[-1] in ("definition", "overrides")]
    every = list(itertools.product(places, range(len(values)), (False, True)))
    hosts.reset()
    before = hosts.estate()
    if module == "aem_restore":
        hosts.run(host, "aem_backup", {"path": options["path"]})
    for place, number, check_mode in cases.some(every, SAMPLE, f"inputs: {module} {kind} {host}"):
        hosts.reset()
        given = hostile.put(options, place, values[number])
        told = hosts.run(host, module, given, check_mode)
        judge(hosts, told, before, given, check_mode)
        assert has_path(spec, place) or sandbox.strays() == set(), place
        if not has_path(spec, place):
            continue
        for stray in sandbox.strays():
            stray.unlink()


TEXT = st.text(max_size=70) | st.sampled_from(hostile.NAMES)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.dates() | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.integers(), inner, max_size=4),
    max_leaves=8,
)


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_value_in_any_option(hosts: Hosts, sandbox: Sandbox, cases: Cases, data: st.DataObject) -> None:
    module, host = data.draw(st.sampled_from(MODULES)), data.draw(st.sampled_from(HOSTS))
    spec = declaration_of(module_named(module).main).arguments
    options = hostile.options_of(module, spec, sandbox.folder)
    free = [place for place in hostile.places(options, spec) if not has_path(spec, place)]
    given_options, check_mode = options, data.draw(st.booleans())
    drawn = data.draw(st.lists(st.sampled_from(free), min_size=1, max_size=2, unique=True)) if free else []
    # What leads to a place is replaced after it.
    for place in sorted(drawn, key=len, reverse=True):
        given_options = hostile.put(given_options, place, data.draw(ANY))
    hosts.reset()
    before = hosts.estate()
    told = hosts.run(host, module, given_options, check_mode)
    cases.counted["inputs: any"] += 1
    judge(hosts, told, before, given_options, check_mode)
    assert sandbox.strays() == set()
