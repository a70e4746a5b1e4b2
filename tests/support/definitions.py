# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis strategies for definitions as servers write them, and ways to change one. All are small but complete."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

FIXTURES = Path(__file__).parents[1] / "fixtures"
EXPORTS = ("export_all.json", "export_task_2018.json", "export_task_2021.json", "export_task_windows.json")
SECTIONS = "cmd.replication_definition"
CANARY = "CANARY"
SEALED = "{ZCA4A27CA4A27}"
UUID = "0b0b6d0e-6a2d-5c47-9d6d-1f1a0a6f7a11"

# No file is left behind, and no example is too slow for a slow machine.
thorough = settings(deadline=None, database=None, max_examples=60)

NAMES = st.text("abcXYZ019 _-.%$/~äß#", min_size=1, max_size=12).filter(lambda name: name.strip() == name)
OWNERS = st.text("ABCdbo$_ö", min_size=1, max_size=6)
WORDS = st.text("abcdefgh XYZ_-/.", min_size=1, max_size=10).filter(lambda word: word.strip() == word)
NUMBERS = st.integers(1, 100_000)
SECRETS = st.one_of(st.just(SEALED), st.integers(0, 99).map(lambda number: f"{CANARY}{number}"))


def optional(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of these keys."""
    return st.fixed_dictionaries({}, optional=values)


def named(items: st.SearchStrategy[Any], max_size: int = 3) -> st.SearchStrategy[list[Any]]:
    """A list of objects, each with another name."""
    return st.lists(items, max_size=max_size, unique_by=lambda item: item["name"])


COMMON_SETTINGS = optional(
    lob_max_size=NUMBERS,
    batch_apply_timeout=st.sampled_from([30, 60]),
    full_load_enabled=st.booleans(),
    status_table_enabled=st.booleans(),
    some_undocumented_enabled=st.booleans(),
    change_table_settings=optional(table_suffix=WORDS, header_columns_settings=optional(operation=st.booleans())),
    customized_charset_settings=st.fixed_dictionaries({"validation": st.fixed_dictionaries({"sub_char": st.just(0)})}),
    task_uuid=st.just(UUID),
    audit_table_settings=st.just({}),
)
TARGET_SETTINGS = optional(
    default_schema=OWNERS,
    control_schema=OWNERS,
    max_transaction_size=st.sampled_from([10000, 50000]),
    handle_drop_ddl=st.booleans(),
    queue_settings=optional(message_shape=optional(include_headers=st.booleans())),
)
TASK_SETTINGS = optional(
    common_settings=COMMON_SETTINGS,
    target_settings=TARGET_SETTINGS,
    sorter_settings=optional(local_transactions_storage=optional(memory_limit_total=st.sampled_from([1024, 4096]))),
    full_load_sub_tasks=st.integers(4, 6),
)
ENDPOINT_SETTINGS = optional(
    server=WORDS,
    username=WORDS,
    password=SECRETS,
    asm_password=SECRETS,
    adlsclientappkey=SECRETS,
    port=NUMBERS,
    useLogminerReader=st.booleans(),
    somethingOdd=st.just(SEALED),
    additionalConnectionProperties=st.one_of(WORDS, st.just(f"ssl=true;PWD={CANARY}0;x=1")),
)
TABLE = st.fixed_dictionaries(
    {"owner": OWNERS, "name": WORDS},
    optional={
        "estimated_size": NUMBERS,
        "orig_db_id": st.just(0),
        "load_order": st.sampled_from([0, 1000, -5000]),
        "validation_sampling_percentage": st.integers(0, 2),
    },
)
TABLES = st.lists(TABLE, max_size=4, unique_by=lambda table: (table["owner"], table["name"]))
COLUMNS = st.lists(
    st.fixed_dictionaries({"column_name": WORDS, "action": st.sampled_from(["DROP", "ADD"])}), max_size=2
)


@st.composite
def manipulations(draw: st.DrawFn, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is done to some of the tables."""
    found = []
    for table in tables:
        if draw(st.booleans()):
            changed = {"owner": table["owner"], "name": table["name"], "transform_columns": draw(COLUMNS)}
            changed.update(
                draw(optional(new_owner_name=OWNERS, source_table_settings=st.just({"unload_segments": {}})))
            )
            found.append({"name": f"{table['owner']}.{table['name']}", "table_manipulation": changed})
    return found


@st.composite
def tasks(draw: st.DrawFn, name: str, sources: list[str], targets: list[str]) -> dict[str, Any]:
    """A task with one of the sources and some of the targets."""
    source = draw(st.sampled_from(sources))
    to = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2, unique=True))
    selection: dict[str, Any] = {"name": source}
    for kind in ("explicit_included_tables", "included_pattern", "excluded_pattern"):
        if draw(st.booleans()):
            selection[kind] = draw(TABLES)
    task = {
        "task": {"name": name, "source_name": source, "target_names": to},
        "source": {
            "rep_source": {"source_name": source, "database_name": source},
            "source_tables": selection,
        },
        "targets": [
            {"rep_target": {"target_name": target, "target_state": "DISABLED", "database_name": target}}
            for target in to
        ],
        "task_settings": draw(TASK_SETTINGS),
    }
    task["task"].update(draw(optional(description=WORDS)))
    if changed := draw(manipulations(selection.get("explicit_included_tables", []))):
        task["manipulations"] = changed
    task.update(
        draw(
            optional(
                loggers=st.just({"$type": "RepTaskLoggers", "SOURCE_CAPTURE": "DETAILED_DEBUG"}),
                error_behavior=optional(apply_error_behavior=optional(delete_policy=st.just("IGNORE_RECORD"))),
                unheard_of=st.recursive(WORDS | NUMBERS | st.booleans(), lambda inner: optional(a=inner, b=inner)),
            )
        )
    )
    return task


@st.composite
def endpoints(draw: st.DrawFn, name: str, role: str) -> dict[str, Any]:
    """An endpoint."""
    kind = "ORACLE" if role == "SOURCE" else "SNOWFLAKE"
    return {
        "name": name,
        "role": role,
        "is_licensed": True,
        "type_id": f"{kind}_COMPONENT_TYPE",
        "db_settings": {"$type": f"{kind.title()}Settings", **draw(ENDPOINT_SETTINGS)},
        "override_properties": draw(st.sampled_from([{}, {"name": "default"}])),
    }


@st.composite
def definitions(draw: st.DrawFn, min_tasks: int = 0, max_tasks: int = 3) -> dict[str, Any]:
    """A whole definition, as ExportAll gives it."""
    sources = draw(st.lists(NAMES.map(lambda name: f"S {name}"), min_size=1, max_size=2, unique=True))
    targets = draw(st.lists(NAMES.map(lambda name: f"T {name}"), min_size=1, max_size=2, unique=True))
    names = draw(st.lists(NAMES, min_size=min_tasks, max_size=max_tasks, unique=True))
    content: dict[str, Any] = {
        "tasks": [draw(tasks(name, sources, targets)) for name in names],
        "databases": [
            *(draw(endpoints(name, "SOURCE")) for name in sources),
            *(draw(endpoints(name, "TARGET")) for name in targets),
        ],
    }
    some = st.lists(st.sampled_from(names), max_size=2, unique=True) if names else st.just([])
    notification = st.fixed_dictionaries({"name": WORDS, "enabled": st.booleans(), "tasks": some})
    job = st.fixed_dictionaries({"name": WORDS, "task": st.sampled_from(names or ["none"]), "schedule": WORDS})
    content.update(
        draw(
            optional(
                replication_environment=optional(enable_auto_roll_over=st.booleans(), roll_over_max_age_days=NUMBERS),
                notifications=named(notification),
                error_behavior=st.just({}),
                scheduler=st.fixed_dictionaries({"jobs": named(job)}),
                disk_utilization_configuration=optional(is_enabled=st.booleans(), high_storage_percent=NUMBERS),
            )
        )
    )
    stamp = optional(
        name=WORDS,
        description=WORDS,
        _version=st.just(
            {"version": "2021.5.0.745", "version_major": 2021, "version_minor": 5, "version_revision": 745}
        ),
    )
    return {**draw(stamp), SECTIONS: content}


def copied(value: Any) -> Any:
    """A copy that shares nothing."""
    return json.loads(json.dumps(value))


def export(name: str) -> dict[str, Any]:
    """A file of ``tests/fixtures`` as data."""
    text = (FIXTURES / name).read_text(encoding="utf-8-sig")
    return dict(json.loads(text[text.index("{") :]))


def shuffled(value: Any, draw: st.DrawFn, key: str = "") -> Any:
    """``value`` with the keys of each object, and the items of each list that is a set, in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name], draw, name) for name in draw(st.permutations(list(value)))}
    if isinstance(value, list):
        items = [shuffled(item, draw, key) for item in value]
        return items if key == "transform_columns" else draw(st.permutations(items))
    return value


def leaves(value: Any, path: tuple[Any, ...] = (), named_path: tuple[str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The plain values in ``value``: for each its path, the path that a pointer has, and the value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*path, key), (*named_path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, (*path, number), (*named_path, label(item, number)))
    else:
        yield path, named_path, value


def label(item: Any, number: int) -> str:
    """How an item of a list is called in a pointer."""
    if not isinstance(item, dict):
        return str(number)
    if "name" in item:
        return f"{item['owner']}.{item['name']}" if "owner" in item else str(item["name"])
    if "task" in item:
        return str(item["task"]["name"])
    return str(item["rep_target"]["target_name"]) if "rep_target" in item else str(number)


def with_value(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of ``tree`` with ``value`` at ``path``."""
    changed = copied(tree)
    inside = changed
    for step in path[:-1]:
        inside = inside[step]
    inside[path[-1]] = value
    return changed
