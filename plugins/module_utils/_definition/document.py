# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions, the JSON of an export: read, written, and asked for what they say.

A *definition* is the whole document. Its sections (``tasks``, ``databases`` with the endpoints, and others) lie under
``cmd.replication_definition``. All functions are pure: what they are given stays as it is, and what they answer shares
the parts that did not change.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._core.errors import Refused

Plain = dict[str, Any]

SECTIONS = "cmd.replication_definition"
VERSION = "_version"
# Top-level keys that say when and where an export was made.
VOLATILE_KEYS = ("name", "description", VERSION)
TABLE_LISTS = ("explicit_included_tables", "included_pattern", "excluded_pattern")
SOURCE_PLACES = (
    ("task", "source_name"),
    ("source", "rep_source", "source_name"),
    ("source", "rep_source", "database_name"),
    ("source", "source_tables", "name"),
)
TARGET_NAMES = ("task", "target_names")
TARGET_PLACES = (("rep_target", "target_name"), ("rep_target", "database_name"))

_TYPE = "$type"
_BYTE_ORDER_MARK = "\ufeff"
_COMMENT_LINES = re.compile(r"(?:\s*//[^\n]*(?:\n|\Z))+")
_SURROGATE = re.compile("[\ud800-\udfff]|\\\\u[dD][89a-fA-F]")


class DefinitionError(Refused, ValueError):
    """A definition, or what is to be done with it, cannot be right. The message says what and where."""


class TaskEndpoints(NamedTuple):
    """The endpoints that a task names."""

    source: str
    targets: list[str]


def read(text: str | bytes | Mapping[str, Any]) -> Plain:
    """The definition that ``text`` holds.

    Exports of every generation are read: a byte order mark, CRLF and leading ``//`` lines are passed over, bytes may
    be UTF-8 or, as PowerShell writes them, UTF-16. Data that has been read already is only checked.
    Raises DefinitionError for what is no JSON (with line and column), no object, has no sections, or holds tasks or
    endpoints without a name or with the name of another.
    """
    if isinstance(text, Mapping):
        definition: Any = text if isinstance(text, dict) else dict(text)
    else:
        definition = _parsed(_without_comments(_decoded(text)))
    if not isinstance(definition, dict):
        raise DefinitionError("The definition is not a JSON object.")
    _check(definition)
    return definition


def write(definition: Mapping[str, Any]) -> str:
    """The definition as JSON, indented with tabs as an export is, with a newline at its end.

    Keys keep their order, but ``$type`` comes first in its object: a server needs it there.
    """
    buffer = io.StringIO()
    # json.dumps would hold millions of small strings at once.
    json.dump(_type_first(definition), buffer, indent="\t", ensure_ascii=False, allow_nan=False)
    buffer.write("\n")
    return buffer.getvalue()


def sections(definition: Mapping[str, Any]) -> Plain:
    """The sections of a definition by name; raises DefinitionError where there are none."""
    found = definition.get(SECTIONS)
    if not isinstance(found, dict):
        what = "is not an object" if SECTIONS in definition else "is missing"
        raise DefinitionError(f'"{SECTIONS}" {what}. A definition is the JSON that an export gives.')
    return found


def tasks(definition: Mapping[str, Any]) -> list[Plain]:
    """The tasks of a definition."""
    return list(sections(definition).get("tasks") or [])


def endpoints(definition: Mapping[str, Any]) -> list[Plain]:
    """The endpoints that a definition defines, its section ``databases``."""
    return list(sections(definition).get("databases") or [])


def task_name(task: Mapping[str, Any]) -> str:
    """The name of a task."""
    return str(value_at(task, ("task", "name")))


def task_names(definition: Mapping[str, Any]) -> list[str]:
    """The names of the tasks, in their order."""
    return [task_name(task) for task in tasks(definition)]


def endpoint_names(definition: Mapping[str, Any]) -> list[str]:
    """The names of the endpoints that are defined, in their order."""
    return [str(endpoint["name"]) for endpoint in endpoints(definition)]


def unused_endpoints(definition: Mapping[str, Any]) -> list[str]:
    """The endpoints that are defined and that no task names; ImportTask refuses them (guide 2.24)."""
    used = {name for task in tasks(definition) for name in named_endpoints(task)}
    return [name for name in endpoint_names(definition) if name not in used]


def single_task(definition: Mapping[str, Any], name: str | None = None) -> Plain:
    """The one task of a definition; with ``name``, the one of that name.

    Raises DefinitionError if there is none, more than one (ImportTask takes no more), or one of another name.
    """
    found = tasks(definition)
    if len(found) != 1:
        has = f"{len(found)} tasks ({', '.join(map(repr, task_names(definition)[:5]))})" if found else "no task"
        raise DefinitionError(f"The definition has {has}; it must have exactly one.")
    if name is not None and task_name(found[0]) != name:
        raise DefinitionError(f"The definition is of task {task_name(found[0])!r}, not of {name!r}.")
    return found[0]


def endpoints_of(task: Mapping[str, Any]) -> TaskEndpoints:
    """The source and the targets of a task.

    Raises DefinitionError unless all seven places where a task names them are there and agree; an import would fail
    with AEM_IMPORT_TASK_ENDPOINT_DIFFER.
    """
    sources = {".".join(place): [value_at(task, place)] for place in SOURCE_PLACES}
    targets = {".".join(TARGET_NAMES): _listed(value_at(task, TARGET_NAMES))}
    for place in TARGET_PLACES:
        targets[f"targets[].{'.'.join(place)}"] = [value_at(item, place) for item in _listed(task.get("targets"))]
    source = _agreed(task, "source", sources)
    return TaskEndpoints(source[0], _agreed(task, "target", targets))


def named_endpoints(task: Mapping[str, Any]) -> list[str]:
    """Every name that a task gives for an endpoint, once, whether its seven places agree or not."""
    names = [value_at(task, place) for place in SOURCE_PLACES]
    names += _listed(value_at(task, TARGET_NAMES))
    names += [value_at(target, place) for target in _listed(task.get("targets")) for place in TARGET_PLACES]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def tables(task: Mapping[str, Any]) -> dict[str, list[Plain]]:
    """The table selection of a task: the tables, or patterns, of each of the TABLE_LISTS, empty ones too."""
    selection = value_at(task, ("source", "source_tables"))
    return {name: _listed(value_at(selection, (name,))) for name in TABLE_LISTS}


def server_version(definition: Mapping[str, Any]) -> str | None:
    """The version of the server that wrote a definition, such as 2023.5.0.322; None where it does not say."""
    version = value_at(definition, (VERSION, "version"))
    return version if isinstance(version, str) and version else None


def with_version(definition: Mapping[str, Any], version: str) -> Plain:
    """The definition with ``version`` as the version that wrote it, if it does not say one.

    A server reads a definition without a version with defaults of old, so it gets the version of the server that it
    is going to. Raises DefinitionError if ``version`` does not begin with a number.
    """
    if definition.get(VERSION):
        return dict(definition)
    match = re.match(r"\d+(?:\.\d+)*", version)
    if not match:
        raise DefinitionError(f"{version!r} is not the version of a server.")
    numbers = [int(part) for part in match.group().split(".")]
    described = {
        "version": match.group(),
        "version_major": numbers[0],
        "version_minor": numbers[1] if len(numbers) > 1 else 0,
        "version_revision": numbers[-1] if len(numbers) > 2 else 0,
    }
    return {VERSION: described, **{key: value for key, value in definition.items() if key != VERSION}}


def with_sections(definition: Mapping[str, Any], **changed: Any) -> Plain:
    """The definition with other contents in the sections that are named."""
    return {**definition, SECTIONS: {**sections(definition), **changed}}


def without_endpoints(definition: Mapping[str, Any]) -> Plain:
    """The definition without its endpoints, so that importing it leaves those of the server as they are."""
    kept = {name: value for name, value in sections(definition).items() if name != "databases"}
    return {**definition, SECTIONS: kept}


def with_overrides(definition: Mapping[str, Any], overrides: Mapping[str, Any]) -> Plain:
    """The definition with ``overrides`` merged into its one task, see :func:`merge`.

    Raises DefinitionError if there is not exactly one task, or if the overrides would rename it.
    """
    task = single_task(definition)
    merged = merge(task, overrides)
    if value_at(merged, ("task", "name")) != task_name(task):
        raise DefinitionError(f"The overrides must not change the name of task {task_name(task)!r}.")
    return with_sections(definition, tasks=[merged])


def merge(base: Any, overrides: Any) -> Any:
    """``base`` with ``overrides`` in it, as RFC 7386 merges: objects key by key, lists replaced, null removes a key."""
    if not isinstance(overrides, Mapping):
        return overrides
    merged = dict(base) if isinstance(base, Mapping) else {}
    for key, value in overrides.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def value_at(tree: Any, path: tuple[str, ...]) -> Any:
    """What ``path`` leads to through objects, or None where it leads nowhere."""
    for name in path:
        if not isinstance(tree, dict):
            return None
        tree = tree.get(name)
    return tree


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _agreed(task: Mapping[str, Any], role: str, places: Mapping[str, list[Any]]) -> list[str]:
    """The names that stand in all of the ``places``, in the order of the first."""
    first, wanted = next(iter(places.items()))
    for place, names in places.items():
        if not names or not all(isinstance(name, str) and name for name in names):
            raise DefinitionError(f"Task {task_name(task)!r} names no {role} endpoint in {place}.")
        if sorted(names) != sorted(wanted):
            raise DefinitionError(
                f"Task {task_name(task)!r} names its {role} endpoint differently: {', '.join(map(repr, wanted))} in "
                f"{first}, {', '.join(map(repr, names))} in {place}."
            )
    return list(wanted)


def _decoded(text: str | bytes) -> str:
    if isinstance(text, bytes):
        try:
            text = text.decode(json.detect_encoding(text))
        except UnicodeDecodeError as error:
            raise DefinitionError(
                f"The definition is not {error.encoding.upper()} text: byte {error.start} is not valid in it."
            ) from error
    return text[1:] if text.startswith(_BYTE_ORDER_MARK) else text


def _without_comments(text: str) -> str:
    match = _COMMENT_LINES.match(text)
    if not match:
        return text
    # Their line ends stay, so that an error names the line of the file.
    return "\n" * match.group().count("\n") + text[match.end() :]


def _parsed(text: str) -> Any:
    if not text.strip():
        raise DefinitionError("The definition is empty.")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_number)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except DefinitionError:
        raise
    except json.JSONDecodeError as error:
        raise DefinitionError(
            f"The definition is no valid JSON: line {error.lineno}, column {error.colno}: {error.msg}."
        ) from error
    except UnicodeEncodeError as error:
        raise DefinitionError("The definition holds half a character (an unpaired surrogate).") from error
    except (RecursionError, ValueError) as error:
        raise DefinitionError("The definition is nested too deeply or holds a number that is too long.") from error
    return value


def _object(pairs: list[tuple[str, Any]]) -> Plain:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _value in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise DefinitionError(f"Key {twice!r} stands twice in one object of the definition (keys: {sorted(result)}).")
    return result


def _refuse_constant(name: str) -> Any:
    raise DefinitionError(f"The definition holds {name}, which is no JSON.")


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise DefinitionError(f"The definition holds {digits}, which is out of range.")
    return value


def _check(definition: Plain) -> None:
    found = sections(definition)
    _check_named(found.get("tasks"), "tasks", ("task", "name"))
    _check_named(found.get("databases"), "databases", ("name",))


def _check_named(items: Any, section: str, path: tuple[str, ...]) -> None:
    if items is not None and not isinstance(items, list):
        raise DefinitionError(f'"{section}" of the definition is not a list.')
    kind = "task" if section == "tasks" else "endpoint"
    seen: dict[str, int] = {}
    for index, item in enumerate(items or []):
        name = value_at(item, path)
        if not isinstance(name, str) or not name:
            raise DefinitionError(f"/{SECTIONS}/{section}/{index}/{'/'.join(path)} is not the name of a {kind}.")
        if name in seen:
            raise DefinitionError(f"The definition has two {kind}s {name!r}: items {seen[name]} and {index}.")
        seen[name] = index


def _type_first(value: Any) -> Any:
    """``value`` with each ``$type`` at the front of its object; parts where it is there already are shared."""
    if isinstance(value, dict):
        changed = {key: _type_first(item) for key, item in value.items()}
        if _TYPE in changed and next(iter(changed)) != _TYPE:
            return {_TYPE: changed[_TYPE], **changed}
        return changed if any(changed[key] is not item for key, item in value.items()) else value
    if isinstance(value, list):
        items = [_type_first(item) for item in value]
        return items if any(one is not other for one, other in zip(items, value)) else value
    return value
