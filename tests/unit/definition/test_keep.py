# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not compared is not overwritten: an import leaves it as the server has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.compare import differences
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.document import (
    Definition,
    of_sections,
    read,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.keep import Kept, keep_theirs
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.paths import pointer
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._definition.secrets import (
    MASK,
    is_sealed,
    masked,
)
from support.definitions import SECTIONS, copied, definitions, export, leaves, thorough, with_value

OWN, FOREIGN = "{ZA11}", "{ZA22}"
E = "/databases/E/db_settings"


def endpoint(name: str = "E", **db_settings: Any) -> Definition:
    """A definition of one endpoint."""
    return of_sections(databases=[{"name": name, "db_settings": db_settings}])


def task(tables: list[str], **more: Any) -> Definition:
    """A definition of one task."""
    listed = [{"owner": "O", "name": name} for name in tables]
    source = {"source_tables": {"explicit_included_tables": listed}}
    return of_sections(tasks=[{"task": {"name": "T"}, "source": source, **more}])


def settings(kept: Kept) -> Any:
    """The settings of the endpoint that is sent."""
    return kept.definition.endpoints[0]["db_settings"]


@given(definitions())
@thorough
def test_where_nothing_differs_the_document_is_sent_as_it_is(one: dict[str, Any]) -> None:
    document = read(one)
    for present in (document, read(copied(one))):
        kept = keep_theirs(document, present)
        assert kept.definition is document
        assert kept[1:] == ([], [], [])


@given(definitions(min_tasks=1), st.data())
@thorough
def test_what_is_ignored_stays_as_the_server_has_it(one: dict[str, Any], data: st.DataObject) -> None:
    before = copied(one)
    places = [leaf for leaf in leaves(one[SECTIONS]) if isinstance(leaf[2], int) and not isinstance(leaf[2], bool)]
    assume(places)
    steps, tokens, value = data.draw(st.sampled_from(places))
    theirs = read(with_value(one, (SECTIONS, *steps), value + 1))
    ignore = [pointer(tokens)]
    kept = keep_theirs(read(one), theirs, ignore)
    assert differences(read(one), theirs, ignore) == differences(kept.definition, theirs, ignore) == []
    assert differences(kept.definition, theirs) == []
    assert one == before


@given(definitions(), st.sampled_from([None, MASK, FOREIGN, ""]))
@thorough
def test_a_secret_that_the_document_does_not_have_stays(one: dict[str, Any], instead: str | None) -> None:
    theirs = read(with_secrets(one, OWN))
    kept = keep_theirs(read(with_secrets(one, instead)), theirs)
    assert kept.definition.sealed_secrets == theirs.sealed_secrets
    assert sorted(kept.kept) == sorted(theirs.sealed_secrets)
    assert (kept.left_out, kept.foreign) == ([], [])


def with_secrets(value: Any, secret: str | None) -> Any:
    """``value`` with a secret in place of each encrypted one, without them where that is None."""
    if isinstance(value, dict):
        pairs = {name: with_secrets(item, secret) for name, item in value.items()}
        return {name: item for name, item in pairs.items() if item is not None}
    if isinstance(value, list):
        return [with_secrets(item, secret) for item in value]
    return secret if is_sealed(value) else value


def test_a_secret_in_clear_is_sent() -> None:
    kept = keep_theirs(endpoint(password="new", server="a"), endpoint(password=OWN, server="b"))
    assert settings(kept) == {"password": "new", "server": "a"}
    assert kept.kept == []


def test_what_cannot_be_kept_is_told() -> None:
    there = keep_theirs(endpoint(password=MASK, other=FOREIGN, server="a"), endpoint(server="b"))
    assert settings(there) == {"other": FOREIGN, "server": "a"}
    assert there[1:] == ([], [f"{E}/password"], [f"{E}/other"])
    for present in (None, of_sections(), endpoint("F", password=OWN, other=OWN)):
        new = keep_theirs(endpoint(password=MASK, other=FOREIGN, server="a"), present)
        assert settings(new) == {"other": FOREIGN, "server": "a"}
        assert new[1:] == ([], [f"{E}/password"], [f"{E}/other"])


def test_a_secret_that_comes_as_another_goes_is_no_standstill() -> None:
    kept = keep_theirs(endpoint(old=MASK), endpoint(password=OWN))
    assert settings(kept) == {"password": OWN}
    assert settings(keep_theirs(endpoint(more={}, none=None), endpoint(more={"a": 1}))) == {"more": {}, "none": None}


def test_a_secret_below_a_setting_that_the_document_does_not_have_stays() -> None:
    kept = keep_theirs(endpoint(), endpoint(more={"password": OWN, "port": 1}, list=[]))
    assert settings(kept) == {"more": {"password": OWN}}
    assert kept.kept == [f"{E}/more/password"]


def test_secrets_in_lists_stay() -> None:
    kept = keep_theirs(
        endpoint(x=[MASK, "a"], y=[FOREIGN], z=[{"name": "n"}]),
        endpoint(x=[OWN, "b"], y=[OWN, OWN], z=[{"name": "n", "pwd": OWN}]),
    )
    assert settings(kept) == {"x": [OWN, "a"], "y": [FOREIGN], "z": [{"name": "n", "pwd": OWN}]}
    assert kept.kept == [f"{E}/x/0", f"{E}/z/n/pwd"]
    assert kept.foreign == [f"{E}/y/0"]


def test_a_secret_within_other_text_stays_where_the_rest_is_the_same() -> None:
    theirs = endpoint(options="Timeout=5;Password=tiger", more=f"a;pwd={OWN}")
    kept = keep_theirs(read(masked(theirs.data)), theirs)
    assert kept.definition == theirs
    assert differences(read(masked(theirs.data)), theirs) == []
    other = keep_theirs(endpoint(options=f"Timeout=6;Password={MASK}"), theirs)
    assert other.foreign == [f"{E}/options"]


def test_what_the_server_fills_in_stays_and_is_not_told() -> None:
    common = {"common_settings": {"task_uuid": "theirs"}}
    theirs = task([], task_settings=common, loggers={"$type": "L", "level": 1})
    theirs.data[SECTIONS]["tasks"][0]["source"]["source_tables"]["explicit_included_tables"] = [
        {"owner": "O", "name": "A", "estimated_size": 7, "load_order": 3}
    ]
    ours = {"common_settings": {"task_uuid": "ours", "lob_max_size": 3}}
    kept = keep_theirs(task(["A"], task_settings=ours, loggers={"level": 2}), theirs)
    sent = kept.definition.single_task()
    assert sent.data["task_settings"] == {"common_settings": {"task_uuid": "theirs", "lob_max_size": 3}}
    assert sent.tables["explicit_included_tables"] == [{"owner": "O", "name": "A", "estimated_size": 7}]
    assert sent.data["loggers"] == {"level": 2, "$type": "L"}
    assert kept[1:] == ([], [], [])


@pytest.mark.parametrize(
    ("ignore", "tables"),
    [
        ("/source/source_tables/explicit_included_tables", ["B", "C"]),
        ("/source/source_tables/explicit_included_tables/O.A", ["B"]),
        ("/source/source_tables/explicit_included_tables/O.C", ["A", "B", "C"]),
        ("/tasks/T/source", ["B", "C"]),
        ("/other", ["A", "B"]),
    ],
)
def test_ignored_tables_stay(ignore: str, tables: list[str]) -> None:
    wanted, present = task(["A", "B"]), task(["B", "C"])
    kept = keep_theirs(wanted, present, [ignore])
    sent = kept.definition.single_task().tables["explicit_included_tables"]
    assert [table["name"] for table in sent] == tables
    assert differences(kept.definition, present) == differences(wanted, present, [ignore])


def test_a_new_task_is_made_as_it_is_written() -> None:
    wanted = task(["A"], task_settings={"common_settings": {"lob_max_size": 9}})
    assert keep_theirs(wanted, of_sections(), ["/task_settings"]).definition is wanted
    assert keep_theirs(wanted, of_sections(), ["/tasks/T"]).definition.tasks == []


def test_nothing_is_added_to_what_is_merged() -> None:
    present = export("export_all.json")
    kept = keep_theirs(of_sections(scheduler={"jobs": []}), read(present))
    assert kept.definition.sections == {"scheduler": {"jobs": []}}


def test_secrets_in_json_within_text_stay() -> None:
    theirs = endpoint(info='{"host": "a", "password": "lion", "more": {"token": "{ZA11}"}}', other='{"pwd": "x"}')
    wanted = endpoint(info='{"host": "b", "more": {"token": "{ZA22}"}}')
    kept = keep_theirs(wanted, theirs)
    info = json.loads(settings(kept)["info"])
    assert info == {"host": "b", "more": {"token": "{ZA11}"}, "password": "lion"}
    assert json.loads(settings(kept)["other"]) == {"pwd": "x"}
    assert sorted(kept.kept) == [f"{E}/info/more/token", f"{E}/info/password", f"{E}/other/pwd"]
    assert settings(keep_theirs(wanted, theirs, ["/db_settings/info"]))["info"] == settings_of(theirs)["info"]
    assert keep_theirs(theirs, read(copied(theirs.data))).definition is theirs


def settings_of(one: Definition) -> Any:
    """The settings of the endpoint of a definition."""
    return one.endpoints[0]["db_settings"]


@given(definitions(min_tasks=1), definitions(min_tasks=1))
@thorough
def test_what_is_compared_is_sent_as_it_is_written(one: dict[str, Any], other: dict[str, Any]) -> None:
    # The same names, so that all there is meets something else.
    for section in ("tasks", "databases"):
        for mine, theirs in zip(one[SECTIONS][section], other[SECTIONS][section], strict=False):
            if section == "tasks":
                theirs["task"]["name"] = mine["task"]["name"]
            else:
                theirs["name"] = mine["name"]
    names = [item["name"] for item in other[SECTIONS]["databases"]]
    tasks = [item["task"]["name"] for item in other[SECTIONS]["tasks"]]
    assume(len(set(names)) == len(names) and len(set(tasks)) == len(tasks))
    wanted, present = read(one), read(other)
    kept = keep_theirs(wanted, present)
    left, expected = ({item.path: item for item in differences(each, present)} for each in (kept.definition, wanted))
    assert left == expected
    again = keep_theirs(kept.definition, present)
    assert again.definition == kept.definition
    assert again.kept == []
