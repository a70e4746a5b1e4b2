# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An import changes what it shows and nothing else: passwords and what is ignored stay as the server has them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.plan import Result
from ansible_collections.qlik.enterprise_manager.plugins.modules import (
    aem_backup,
    aem_endpoint,
    aem_endpoint_test,
    aem_export,
    aem_import,
    aem_restore,
    aem_task,
)
from simulator import Settings, Simulator
from support.definitions import SECTIONS
from support.inprocess import calls, perform

QAS, DEV = "replicate-qas", "replicate-dev"
LAKE, TASK = "LAKE", "Nightly 01 accounts"
ROOT = "db_settings"


@pytest.fixture(scope="module")
def simulated() -> Iterator[Simulator]:
    """One simulator for all tests."""
    with Simulator(Settings(start_seconds=0.01, stop_seconds=0.01, import_seconds=0.02)) as simulator:
        yield simulator


@pytest.fixture
def em(simulated: Simulator) -> Simulator:
    """An Enterprise Manager as at its start, and on both servers an endpoint of one name with a password of its own."""
    simulated.reset()
    for server in (QAS, DEV):
        settings = {"csvTargetPath": f"/{server}", "password": f"pw-of-{server}"}
        made = {"server": server, "name": LAKE, "role": "target", "type_id": "FILE_COMPONENT_TYPE"}
        assert perform(simulated, aem_endpoint, **made, settings=settings).error is None
    simulated.clear_log()
    return simulated


def endpoint(em: Simulator, server: str, name: str = LAKE) -> dict[str, Any]:
    """The definition of an endpoint as the server exports it."""
    sections = perform(em, aem_export, server=server).values["definition"][SECTIONS]
    em.clear_log()
    return copy.deepcopy(next(item for item in sections["databases"] if item["name"] == name))


def task(em: Simulator, server: str = QAS) -> dict[str, Any]:
    """The definition of a task with its endpoints."""
    found = perform(em, aem_export, server=server, task=TASK, with_endpoints=True)
    em.clear_log()
    return copy.deepcopy(dict(found.values["definition"]))


def works(em: Simulator, server: str = QAS, name: str = LAKE) -> bool:
    """Whether Enterprise Manager can connect to the endpoint."""
    return perform(em, aem_endpoint_test, server=server, endpoints=[name]).error is None


def imported(em: Simulator, wanted: dict[str, Any], **options: Any) -> Result:
    """An endpoint by aem_import, as check mode and the run tell alike."""
    options = {"server": QAS, "definition": {SECTIONS: {"databases": [wanted]}}, **options}
    checked = perform(em, aem_import, check_mode=True, **options)
    done = perform(em, aem_import, **options)
    assert done.error is None
    assert (checked.changed, checked.diff, checked.warnings) == (done.changed, done.diff, done.warnings)
    return done


def without(settings: dict[str, Any]) -> dict[str, Any]:
    """As one keeps it in git."""
    return {name: value for name, value in settings.items() if name != "password"}


def masked(settings: dict[str, Any]) -> dict[str, Any]:
    """As a tool shows it."""
    return {**settings, "password": "********"}


def emptied(settings: dict[str, Any]) -> dict[str, Any]:
    """As somebody has it who does not know better."""
    return {**settings, "password": ""}


@pytest.mark.parametrize("kept", [without, masked, emptied, dict])
def test_an_endpoint_keeps_its_password(em: Simulator, kept: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    before = endpoint(em, QAS)
    # Of the other server, so that a password that is in it is good there only.
    wanted = endpoint(em, DEV)
    wanted[ROOT] = kept({**wanted[ROOT], "csvTargetPath": "/new"})
    done = imported(em, wanted)
    assert (done.changed, done.warnings) == (True, [])
    assert done.diff[0]["after"] == {"databases": {LAKE: {ROOT: {"csvTargetPath": "/new"}}}}
    after = endpoint(em, QAS)
    assert after[ROOT] == {**before[ROOT], "csvTargetPath": "/new"}
    assert works(em)
    assert not imported(em, wanted).changed


def test_a_password_in_clear_is_sent_and_shown_so(em: Simulator) -> None:
    before = endpoint(em, QAS)
    wanted = {**before, ROOT: {**before[ROOT], "csvTargetPath": "/new", "password": "another"}}
    done = imported(em, wanted)
    assert done.diff[0]["after"]["databases"][LAKE][ROOT] == {"csvTargetPath": "/new", "password": "(sent)"}
    assert done.diff[0]["before"]["databases"][LAKE][ROOT]["password"] == "(unchanged)"
    assert endpoint(em, QAS)[ROOT]["password"] != before[ROOT]["password"]
    # A password is never compared, so it is no reason for an import.
    assert not imported(em, {**wanted, ROOT: {**wanted[ROOT], "password": "a third"}}).changed


def test_a_password_of_a_new_endpoint_is_shown_as_sent_unless_it_is_not(em: Simulator) -> None:
    wanted = endpoint(em, QAS)
    new = {**wanted, "name": "LAKE 2", ROOT: {**wanted[ROOT], "password": "in clear"}}
    sealed = {**wanted, "name": "LAKE 3"}
    done = imported(em, new)
    shown = done.diff[0]["after"]["databases"]["LAKE 2"][ROOT]
    assert (shown["password"], shown["csvTargetPath"]) == ("(sent)", "/replicate-qas")
    assert "in clear" not in str(done.diff)
    foreign = imported(em, sealed).diff[0]["after"]["databases"]["LAKE 3"][ROOT]
    assert foreign["password"] == "********"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (
            dict,
            "Endpoint NEW is sent with password as it was encrypted. That is good only if server replicate-qas did it",
        ),
        (masked, "Endpoint NEW is sent without password: a mask stands in place of it. Give it in clear."),
    ],
)
def test_what_cannot_be_kept_is_warned_of(
    em: Simulator, kept: Callable[[dict[str, Any]], dict[str, Any]], told: str
) -> None:
    wanted = endpoint(em, DEV)
    done = imported(em, {**wanted, "name": "NEW", ROOT: kept(wanted[ROOT])})
    assert done.changed
    assert [warning[: len(told)] for warning in done.warnings] == [told]


def test_what_is_ignored_is_left_as_it_is(em: Simulator) -> None:
    before = endpoint(em, QAS)
    wanted = {**before, "description": "new", ROOT: {**before[ROOT], "csvTargetPath": "/elsewhere"}}
    pointer = "/databases/*/db_settings/csvTargetPath"
    done = imported(em, wanted, ignore=[pointer])
    assert done.diff[0]["after"] == {"databases": {LAKE: {"description": "new"}}}
    assert endpoint(em, QAS) == {**before, "description": "new"}
    left_out = {**wanted, "description": "newer", ROOT: without(wanted[ROOT])}
    del left_out[ROOT]["csvTargetPath"]
    imported(em, left_out, ignore=[pointer])
    assert endpoint(em, QAS) == {**before, "description": "newer"}


def test_what_is_ignored_of_a_task_is_left_as_it_is(em: Simulator) -> None:
    wanted = task(em)
    common = wanted[SECTIONS]["tasks"][0]["task_settings"].setdefault("common_settings", {})
    common["lob_max_size"] = 64
    common["batch_apply_timeout"] = 99
    ignore = ["/task_settings/common_settings/batch_apply_timeout"]
    done = perform(em, aem_task, server=QAS, name=TASK, definition=wanted, ignore=ignore)
    assert (done.error, done.changed) == (None, True)
    there = task(em)[SECTIONS]["tasks"][0]["task_settings"]["common_settings"]
    assert there["lob_max_size"] == 64
    assert there.get("batch_apply_timeout") is None
    assert "batch_apply_timeout" not in str(done.diff)


def moved_to_lake(em: Simulator) -> dict[str, Any]:
    """A task whose target is the endpoint, with the endpoint as the other server has it."""
    wanted = task(em)
    target = wanted[SECTIONS]["tasks"][0]["task"]["target_names"][0]
    moved = perform(em, aem_task, server=QAS, name=TASK, definition=wanted, target_endpoint=LAKE)
    assert moved.error is None
    wanted = task(em)
    databases = wanted[SECTIONS]["databases"]
    assert target not in [item["name"] for item in databases]
    wanted[SECTIONS]["databases"] = [endpoint(em, DEV) if item["name"] == LAKE else item for item in databases]
    return wanted


def test_an_endpoint_that_comes_with_its_task_keeps_its_password(em: Simulator) -> None:
    before = endpoint(em, QAS)
    wanted = moved_to_lake(em)
    done = perform(em, aem_task, server=QAS, name=TASK, definition=wanted, with_endpoints=True)
    assert (done.error, done.changed, done.warnings) == (None, True, [])
    after = endpoint(em, QAS)
    assert after[ROOT] == {**before[ROOT], "csvTargetPath": f"/{DEV}"}
    assert works(em)


def test_an_endpoint_that_comes_with_a_new_task_keeps_its_password(em: Simulator) -> None:
    before = endpoint(em, QAS)
    wanted = moved_to_lake(em)
    assert perform(em, aem_task, server=QAS, name=TASK, state="absent").error is None
    options = {"server": QAS, "name": TASK, "definition": wanted, "with_endpoints": True}
    checked = perform(em, aem_task, check_mode=True, **options)
    em.clear_log()
    done = perform(em, aem_task, **options)
    assert (done.error, done.changed, done.warnings, done.diff) == (None, True, [], checked.diff)
    shown = done.diff[0]["after"]["databases"]
    assert shown == {LAKE: {ROOT: {"csvTargetPath": f"/{DEV}"}}}
    assert endpoint(em, QAS)[ROOT]["password"] == before[ROOT]["password"]
    assert works(em)
    em.clear_log()
    assert not perform(em, aem_task, **options).changed
    assert calls(em) == ["ExportTask"]


def test_where_endpoints_may_not_be_read_that_is_warned_of(em: Simulator) -> None:
    wanted = moved_to_lake(em)
    assert perform(em, aem_task, server=QAS, name=TASK, state="absent").error is None
    em.inject({"kind": "error", "api_method": "ExportAll", "error_code": "UNAUTHORIZED_REQUEST", "times": None})
    options = {"server": QAS, "name": TASK, "definition": wanted, "with_endpoints": True}
    checked = perform(em, aem_task, check_mode=True, **options)
    em.clear_faults()
    assert (
        f"'{LAKE}', and this user may not read their settings. The import replaces all of them" in checked.warnings[0]
    )


@pytest.mark.parametrize(("update_secrets", "back"), [("on_create", False), ("always", True)])
def test_a_restore_brings_an_old_password_back_where_it_is_asked_to(
    em: Simulator, tmp_path: Path, update_secrets: str, back: bool
) -> None:
    assert perform(em, aem_backup, path=str(tmp_path), servers=[QAS]).error is None
    old = endpoint(em, QAS)
    options = {"server": QAS, "name": LAKE, "settings": {"csvTargetPath": "/new", "password": "rotated"}}
    assert perform(em, aem_endpoint, **options, update_secrets="always").error is None
    rotated = endpoint(em, QAS)
    assert rotated[ROOT]["password"] != old[ROOT]["password"]
    restore = {"path": str(tmp_path), "server": QAS, "endpoints": [LAKE], "update_secrets": update_secrets}
    done = perform(em, aem_restore, **restore)
    assert (done.error, done.changed, done.warnings) == (None, True, [])
    expected = old if back else {**old, ROOT: {**old[ROOT], "password": rotated[ROOT]["password"]}}
    assert endpoint(em, QAS) == expected
    assert works(em)
