# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PatchEndpoint: all operations or none, on settings only."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from unit.simulator_repository.support import KEY, SERVER, document, endpoint, refusal, thorough

from simulator.repository import Repository, RepositoryError, patch_endpoint
from simulator.repository.secret_values import DEEPEST, unseal

SETTINGS: dict[str, Any] = {
    "port": 1521,
    "on": True,
    "none": None,
    "nested": {"a": {"b": 1}},
    "list": [1, {"x": 1}, 3],
    "a/b": 1,
    "m~n": 2,
    "connectioninfo": {"$type": "MongoInfo", "host": "h"},
    "password": "tiger",
}


def repository() -> Repository:
    return Repository.from_document(document(databases=(endpoint("S", **SETTINGS),)), KEY)


def patched(*operations: Any) -> dict[str, Any]:
    kept = repository()
    patch_endpoint(kept, "S", list(operations), server=SERVER)
    return dict(kept.endpoints["S"]["db_settings"])


def operation(kind: str, path: str, *value: Any) -> dict[str, Any]:
    return {"op": kind, "path": f"/db_settings/{path}", **({"value": value[0]} if value else {})}


def test_add_makes_and_overwrites() -> None:
    assert patched(operation("add", "bucketName", "b"))["bucketName"] == "b"
    assert patched(operation("add", "port", 1))["port"] == 1
    assert patched(operation("add", "nested/a/c", {"d": [1]}))["nested"] == {"a": {"b": 1, "c": {"d": [1]}}}


def test_replace_and_remove() -> None:
    assert patched(operation("replace", "port", None))["port"] is None
    assert "port" not in patched(operation("remove", "port"))
    assert patched(operation("remove", "nested/a/b"))["nested"] == {"a": {}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (operation("add", "list/0", 0), [0, 1, {"x": 1}, 3]),
        (operation("add", "list/3", 4), [1, {"x": 1}, 3, 4]),
        (operation("add", "list/-", 4), [1, {"x": 1}, 3, 4]),
        (operation("add", "list/1/y", 2), [1, {"x": 1, "y": 2}, 3]),
        (operation("replace", "list/2", 9), [1, {"x": 1}, 9]),
        (operation("remove", "list/0"), [{"x": 1}, 3]),
    ],
)
def test_items_of_lists(change: dict[str, Any], expected: list[Any]) -> None:
    assert patched(change)["list"] == expected


def test_escapes_of_a_pointer() -> None:
    settings = patched(operation("replace", "a~1b", 7), operation("replace", "m~0n", 8), operation("add", "~01", 9))
    assert (settings["a/b"], settings["m~n"], settings["~1"]) == (7, 8, 9)


@pytest.mark.parametrize(
    ("path", "value"),
    [("port", 1521), ("port", 1521.0), ("none", None), ("nested", {"a": {"b": 1}}), ("list/1", {"x": 1})],
)
def test_a_test_that_holds(path: str, value: Any) -> None:
    assert patched(operation("test", path, value)) == repository().endpoints["S"]["db_settings"]


def test_a_test_of_the_type_is_no_change() -> None:
    assert patched(operation("test", "$type", "OracleSettings"), operation("test", "connectioninfo/$type", "MongoInfo"))


def test_a_test_of_a_secret_takes_both_forms() -> None:
    sealed = repository().endpoints["S"]["db_settings"]["password"]
    patched(operation("test", "password", "tiger"), operation("test", "password", sealed))


def test_secrets_in_a_patch_are_encrypted() -> None:
    settings = patched(
        operation("replace", "password", "lion"),
        operation("add", "more", {"asm_password": "cat", "plain": "x"}),
        operation("add", "secrets", []),
        operation("add", "secrets/-", "puma"),
    )
    assert unseal(settings["password"], KEY) == "lion"
    assert unseal(settings["more"]["asm_password"], KEY) == "cat"
    assert settings["more"]["plain"] == "x"
    assert unseal(settings["secrets"][0], KEY) == "puma"


def test_operations_see_those_before_them() -> None:
    settings = patched(operation("add", "new", {}), operation("add", "new/x", 1), operation("test", "new", {"x": 1}))
    assert settings["new"] == {"x": 1}


def test_no_operation_is_no_change() -> None:
    assert patched() == repository().endpoints["S"]["db_settings"]


def deep(depth: int) -> Any:
    value: Any = 1
    for _level in range(depth):
        value = {"x": value}
    return value


REFUSED: list[dict[str, Any]] = [
    operation("move", "port") | {"from": "/db_settings/on"},
    operation("copy", "port") | {"from": "/db_settings/on"},
    operation("Replace", "port", 1),
    {"path": "/db_settings/port", "value": 1},
    {"op": ["add"], "path": "/db_settings/port", "value": 1},
    {"op": "add", "value": 1},
    {"op": "add", "path": 7, "value": 1},
    {"op": "add", "path": "", "value": {}},
    {"op": "add", "path": "/", "value": 1},
    {"op": "add", "path": "db_settings/port", "value": 1},
    {"op": "replace", "path": "/db_settings", "value": {}},
    {"op": "replace", "path": "/db_settings/", "value": {}},
    {"op": "replace", "path": "/name", "value": "X"},
    {"op": "replace", "path": "/role", "value": "TARGET"},
    {"op": "add", "path": "/db_settingsx/port", "value": 1},
    operation("add", "port"),
    operation("replace", "port"),
    operation("test", "port"),
    operation("replace", "absent", 1),
    operation("remove", "absent"),
    operation("test", "absent", None),
    operation("add", "absent/below", 1),
    operation("add", "port/below", 1),
    operation("remove", "port/below"),
    operation("replace", "none/below", 1),
    operation("add", "list/4", 1),
    operation("add", "list/01", 1),
    operation("add", "list/+1", 1),
    operation("add", "list/x", 1),
    operation("replace", "list/3", 1),
    operation("replace", "list/-", 1),
    operation("remove", "list/-"),
    operation("remove", "list/٣"),
    operation("test", "list/-1", 3),
    operation("add", "a~2b", 1),
    operation("add", "ends~", 1),
    operation("test", "port", "1521"),
    operation("test", "port", 1522),
    operation("test", "on", 1),
    operation("test", "list", [1]),
    operation("test", "nested", {"a": {}}),
    operation("test", "password", "lion"),
    operation("replace", "$type", "Other"),
    operation("replace", "$type", "OracleSettings"),
    operation("add", "$type", "Other"),
    operation("remove", "$type"),
    operation("replace", "connectioninfo/$type", "Other"),
    operation("replace", "connectioninfo", {"$type": "Other"}),
    operation("replace", "connectioninfo", 7),
    operation("remove", "connectioninfo"),
    operation("add", "deep", deep(DEEPEST + 1)),
]
FAILED = ("AEM_PATCH_ENDPOINT_INNER_ERR", {"endpoint": "S", "server": SERVER})


@pytest.mark.parametrize("change", REFUSED)
def test_a_refused_operation_changes_nothing(change: dict[str, Any]) -> None:
    kept = repository()
    before = kept.clone()
    with pytest.raises(RepositoryError) as error:
        patch_endpoint(kept, "S", [operation("replace", "port", 1), change], server=SERVER)
    assert refusal(error) == FAILED
    assert kept == before
    assert "lion" not in error.value.fields["message"]


def test_depth_cannot_be_reached_in_steps() -> None:
    half = deep(DEEPEST - 2)
    path = "deep" + "/x" * (DEEPEST - 2)
    with pytest.raises(RepositoryError):
        patched(operation("add", "deep", half), operation("replace", path, half))


@pytest.mark.parametrize("operations", [{}, "text", None, [1], [[]]])
def test_what_is_no_patch(operations: Any) -> None:
    with pytest.raises(RepositoryError) as error:
        patch_endpoint(repository(), "S", operations, server=SERVER)
    assert error.value.code == "DESERIALIZE_TO_TYPE"


def test_an_endpoint_that_is_not_there() -> None:
    with pytest.raises(RepositoryError) as error:
        patch_endpoint(repository(), "X", [], server=SERVER)
    assert refusal(error) == ("AEM_ENDPOINT_NOT_FOUND", {"endpoint": "X", "server": SERVER})


values = some.sampled_from([1, "v", None, True, [], {}, {"b": 2}, [1, 2], "tiger"])
tokens = some.sampled_from([*SETTINGS, "$type", "a", "b", "x", "0", "1", "-", "9", "new", "a~1b", "m~0n", "~", ""])
operations_of_any_kind = some.fixed_dictionaries(
    {
        "op": some.sampled_from(["add", "replace", "remove", "test", "move"]),
        "path": some.lists(tokens, max_size=3).map(lambda names: "/".join(["/db_settings", *names])),
    },
    optional={"value": values},
)


@thorough
@given(operations=some.lists(operations_of_any_kind, max_size=5))
def test_a_patch_is_done_whole_or_not_at_all(operations: list[dict[str, Any]]) -> None:
    """Operation by operation on another repository: the patch fails just where one of them would."""
    whole, single = repository(), repository()
    before = whole.clone()
    try:
        for change in operations:
            patch_endpoint(single, "S", [change], server=SERVER)
        alone_all_succeed = True
    except RepositoryError:
        alone_all_succeed = False
    if alone_all_succeed:
        patch_endpoint(whole, "S", operations, server=SERVER)
        assert whole == single
    else:
        with pytest.raises(RepositoryError):
            patch_endpoint(whole, "S", [*operations, operation("remove", "never there")], server=SERVER)
        assert whole == before
    assert whole.endpoints["S"]["db_settings"]["$type"] == "OracleSettings"
