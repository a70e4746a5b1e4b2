# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing an endpoint by a JSON Patch (guide 2.29; RFC 6902 and RFC 6901 for what the guide leaves open)."""

from __future__ import annotations

import re
from typing import Any

from .endpoints import require_endpoint
from .errors import InvalidDocument, PatchError, RepositoryError
from .model import Repository
from .secret_values import sealed_copy
from .trees import copied, equal, has, value_at

_ROOT = "db_settings"
_END_OF_LIST = "-"
_INDEX = re.compile(r"0|[1-9][0-9]*")
# The type of a setting object cannot be changed; endpoints that run in Java have theirs one level down.
_READ_ONLY = (("$type",), ("connectioninfo", "$type"))


def patch_endpoint(repository: Repository, endpoint: str, operations: list[Any], *, server: str) -> None:
    """Do all operations on the settings of an endpoint, or none.

    Secrets that come in clear are encrypted. A test of a secret holds for its clear text and for its encrypted form.
    Raises RepositoryError: AEM_ENDPOINT_NOT_FOUND, DESERIALIZE_TO_TYPE for what is no list of objects,
    AEM_PATCH_ENDPOINT_INNER_ERR for an operation that cannot be done.
    """
    definition = require_endpoint(repository, endpoint, server)
    if not isinstance(operations, list) or not all(isinstance(operation, dict) for operation in operations):
        raise RepositoryError(
            "DESERIALIZE_TO_TYPE",
            {
                "endpoint": endpoint,
                "server": server,
                "type": "JsonPatchDocument",
                "message": "The patch is not a list of operations.",
            },
        )
    before = definition["db_settings"]
    after = copied(before)
    try:
        for operation in operations:
            _apply(after, operation, repository.key)
        _require_same_types(before, after)
        after = sealed_copy(after, repository.key)
    except (PatchError, InvalidDocument) as error:
        raise RepositoryError(
            "AEM_PATCH_ENDPOINT_INNER_ERR", {"endpoint": endpoint, "server": server, "message": str(error)}
        ) from error
    repository.endpoints[endpoint] = {**definition, "db_settings": after}


def _apply(settings: dict[str, Any], operation: dict[str, Any], key: str) -> None:
    kind, path = operation.get("op"), _pointer(operation.get("path"))
    if not isinstance(kind, str) or kind not in _OPERATIONS:
        raise PatchError(f"Operation {kind!r} is not supported.")
    if kind != "test" and path in _READ_ONLY:
        raise PatchError(f"{operation['path']} is read-only.")
    value = None
    if kind != "remove":
        if "value" not in operation:
            raise PatchError(f"Operation {kind} has no value.")
        value = sealed_copy(operation["value"], key, _member_name(path))
    container = _container(settings, path)
    _OPERATIONS[kind](container, path[-1], value)


def _pointer(path: Any) -> tuple[str, ...]:
    """The names below the settings that a JSON pointer leads through."""
    if not isinstance(path, str) or not path.startswith("/"):
        raise PatchError("The path is not a JSON pointer.")
    if re.search(r"~(?![01])", path):
        raise PatchError(f"{path} holds a ~ that escapes nothing.")
    root, *names = [token.replace("~1", "/").replace("~0", "~") for token in path[1:].split("/")]
    if root != _ROOT or not names or not names[0]:
        raise PatchError(f"{path} does not lead to a setting of {_ROOT}.")
    return tuple(names)


def _member_name(path: tuple[str, ...]) -> str:
    """The name that a value will stand under: that of its list, for an item."""
    return next((name for name in reversed(path) if name != _END_OF_LIST and not _INDEX.fullmatch(name)), "")


def _container(settings: dict[str, Any], path: tuple[str, ...]) -> Any:
    container: Any = settings
    for name in path[:-1]:
        container = _below(container, name)
    return container


def _below(container: Any, name: str) -> Any:
    if isinstance(container, list):
        return container[_index(name, len(container))]
    if isinstance(container, dict) and name in container:
        return container[name]
    raise PatchError(f"There is no {name}.")


def _index(name: str, length: int) -> int:
    if not _INDEX.fullmatch(name) or int(name) >= length:
        raise PatchError(f"There is no item {name}.")
    return int(name)


def _add(container: Any, name: str, value: Any) -> None:
    if isinstance(container, list):
        at = len(container) if name == _END_OF_LIST else _index(name, len(container) + 1)
        container.insert(at, value)
    elif isinstance(container, dict):
        container[name] = value
    else:
        raise PatchError(f"{name} cannot be added to a plain value.")


def _replace(container: Any, name: str, value: Any) -> None:
    _below(container, name)
    container[int(name) if isinstance(container, list) else name] = value


def _remove(container: Any, name: str, _value: Any) -> None:
    _below(container, name)
    del container[int(name) if isinstance(container, list) else name]


def _test(container: Any, name: str, value: Any) -> None:
    if not equal(_below(container, name), value):
        raise PatchError(f"{name} has another value.")


_OPERATIONS = {"add": _add, "replace": _replace, "remove": _remove, "test": _test}


def _require_same_types(before: dict[str, Any], after: dict[str, Any]) -> None:
    """That no type was changed by replacing or removing what it stands in."""
    for path in _READ_ONLY:
        if has(before, path) and not equal(value_at(before, path), value_at(after, path)):
            raise PatchError(f"{'/'.join(path)} is read-only.")
