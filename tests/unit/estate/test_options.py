# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options inside options are understood as Ansible understands those of the single modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate import spec as specs
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.options import (
    KNOWN_RULES,
    KNOWN_WORDS,
    Open,
    Options,
    Reader,
    unknown,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.place import Place
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import (
    acl,
    endpoint,
    server,
    table_selection,
    task_definition,
)
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import license as licenses

Arguments = Mapping[str, dict[str, Any]]

MODULES: dict[str, Arguments] = {
    "aem_server": server.ARGUMENTS,
    "aem_server_acl": acl.ARGUMENTS,
    "aem_server_license": licenses.ARGUMENTS,
    "aem_endpoint": endpoint.ARGUMENTS,
    "aem_task": task_definition.ARGUMENTS,
    "aem_task_tables": table_selection.ARGUMENTS,
}
RULES = {"aem_server_license": licenses.RULES, "aem_task": task_definition.RULES}
EVERY_OPTION = [(module, name) for module, arguments in MODULES.items() for name in arguments]
ENTRY = {"owner": "ERP", "name": "%"}
# No dates and no bytes: they reach a module as text.
HOSTILE: list[Any] = [
    *(None, "", " ", "x", "X,y", "0", "5", "5.0", "05", "5.5", "-1", "1e3", "yes", "No", "true", "False", "on", "null"),
    *(0, 1, 5, -7, 5.0, 5.5, True, False),
    *([], ["a"], ["a", 5, None], [[]], [ENTRY], [ENTRY, "owner=A name=B"], [{**ENTRY, "nane": "x"}], [{"owner": "A"}]),
    *({}, {"a": 1}, {"users": "CORP\\a,CORP\\b"}, {"users": None}, {"users": [1], "groups": []}, {"user": []}),
    *("a=1", "a=1 b='c d'", "a", '{"a": 1}', "{'users': ['x']}", "{not json", "~/x", "$HOME/x", "owner=A name=B"),
    *("present", "Present", "absent", "always", "on_create", "replicate", "source", "TABLE", "table"),
]


def by_ansible(module: str, options: Mapping[str, Any]) -> Any:
    """What AnsibleModule makes of options; None where it refuses them."""
    try:
        checked = ArgumentSpecValidator(MODULES[module], **RULES.get(module, {})).validate(deepcopy(dict(options)))
    except TypeError:
        # Ansible stumbles over options inside of what is no mapping.
        return None
    return None if checked.error_messages else checked.validated_parameters


def by_reader(module: str, options: Mapping[str, Any]) -> Any:
    """What the reader makes of them."""
    reader = Reader()
    before = deepcopy(dict(options))
    values = reader.read(Options.of(MODULES[module], RULES.get(module)), options, Place())
    assert options == before
    return None if reader.problems else values


def needed(module: str) -> dict[str, Any]:
    """The options that a module cannot do without."""
    own = {"content": "x"} if module == "aem_server_license" else {}
    return {**{name: "x" for name, option in MODULES[module].items() if option.get("required")}, **own}


@pytest.mark.parametrize(("module", "name"), EVERY_OPTION)
def test_an_option_is_understood_as_by_its_module(module: str, name: str) -> None:
    for value in [*HOSTILE, *(MODULES[module][name].get("choices") or [])]:
        options = {**needed(module), name: value}
        assert by_reader(module, options) == by_ansible(module, options), repr(value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "a", "a,b", "users=x", "HIGH", "view", "5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["users", "groups", "owner", "name", "load_order", "nmae"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(["aem_server_acl", "aem_task_tables"]), st.data())
def test_options_inside_options_are_understood_as_by_their_module(module: str, data: st.DataObject) -> None:
    names = sorted(MODULES[module])
    options = {**needed(module), **data.draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=3))}
    assert by_reader(module, options) == by_ansible(module, options)


def nested(arguments: Arguments) -> Iterator[dict[str, Any]]:
    for option in arguments.values():
        yield option
        yield from nested(option.get("options", {}))


def test_the_specification_says_nothing_that_the_reader_does_not_know() -> None:
    for option in nested(specs.SERVER):
        assert set(option) <= KNOWN_WORDS | set(KNOWN_RULES)
        # YAML 1.1 reads such words as booleans, which Ansible turns back; the reader does not have to.
        assert not {"yes", "no", "on", "off"} & set(option.get("choices") or ())


@pytest.mark.parametrize(
    ("nested_arguments", "module", "above"),
    [
        (specs.SERVER, "aem_server", set()),
        (specs.ACL, "aem_server_acl", {"server"}),
        (specs.LICENSE, "aem_server_license", {"server"}),
        (specs.ENDPOINT, "aem_endpoint", {"server"}),
        (specs.TASK, "aem_task", {"server"}),
        (specs.TABLES, "aem_task_tables", {"server", "task"}),
    ],
)
def test_no_option_of_a_module_is_left_out_or_changed(
    nested_arguments: Arguments, module: str, above: set[str]
) -> None:
    assert {name: nested_arguments.get(name) for name in MODULES[module] if name not in above} == {
        name: option for name, option in MODULES[module].items() if name not in above
    }


def problems(arguments: Arguments, options: Mapping[Any, Any]) -> list[str]:
    reader = Reader()
    reader.read(Options.of(arguments), options, Place("thing"))
    return [str(problem) for problem in reader.problems]


def test_all_problems_are_told_at_once_each_with_its_place() -> None:
    options = {"admin_role": {"user": [], "groups": {"a": 1}}, "purge": "maybe", "state": "here", True: 1}
    known = ", ".join(sorted(acl.ARGUMENTS))
    assert problems(acl.ARGUMENTS, options) == [
        "thing: admin_role.user: is not known. Did you mean users?",
        "thing: admin_role.groups: a mapping is not a list.",
        "thing: purge: 'maybe' is not true or false.",
        "thing: state: 'here' must be one of present, absent.",
        f"thing: True: is not known. These are: {known}.",
        "thing: server is missing.",
    ]


def test_a_bad_item_does_not_hide_another_one() -> None:
    options = {"server": "s", "task": "t", "included_pattern": [5, {"owner": "A"}, {"owner": "A", "name": "B"}]}
    assert problems(table_selection.ARGUMENTS, options) == [
        "thing: included_pattern[0]: 5 is not a mapping.",
        "thing: included_pattern[1]: name is missing.",
    ]


def test_what_is_secret_is_in_no_message() -> None:
    told = problems(endpoint.ARGUMENTS, {"server": "s", "name": "e", "settings": "geheim"})
    assert told == ["thing: settings: what was given is not a mapping."]


def test_a_long_value_is_cut_in_a_message() -> None:
    (told,) = problems(server.ARGUMENTS, {"name": "s", "port": "x" * 999})
    assert len(told) < 150


def test_what_is_open_passes_for_anything() -> None:
    reader = Reader(with_open=True)
    unknown_yet = Open()
    entries = [unknown_yet, {"owner": unknown_yet, "name": "B", "table_type": unknown_yet}]
    options = {"server": unknown_yet, "task": "t", "included_pattern": entries, "purge": unknown_yet}
    values = reader.read(Options.of(table_selection.ARGUMENTS), options, Place())
    assert reader.problems == []
    assert values["purge"] is unknown_yet
    assert reader.known(values["included_pattern"]) == []
    assert reader.has_open(values)
    assert not Reader().has_open(values)


def test_an_unknown_key_is_told_with_the_nearest_one() -> None:
    assert unknown("overides", specs.TASK) == "is not known. Did you mean overrides?"
