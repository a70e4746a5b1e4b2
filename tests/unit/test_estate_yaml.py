# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The YAML of an estate is read as a person wrote it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils._yaml import Literal, Unreadable, Vaulted, read

TEXT = """\
name: repl-prd-1
port: 3552
tasks:
  - name: ERP to DW
    overrides:
      task_settings: {common_settings: {lob_max_size: 64}}
  - {name: Old Claims, state: absent}
password: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  6162
note: !unsafe "{{ braces }}"
"""

# Each line has nine times as much as the one before.
LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{after}: &{after} [{','.join([f'*{before}'] * 9)}]\n" for before, after in itertools.pairwise("abcdefghi")
)
MERGED_LAUGHS = LAUGHS.replace("[x,x,x,x,x,x,x,x,x]", "{x: 1}").replace("[*", "{<<: [*").replace("]", "]}")


def test_it_is_data() -> None:
    data = read(TEXT).data
    assert (data["name"], data["port"]) == ("repl-prd-1", 3552)
    assert data["tasks"][1] == {"name": "Old Claims", "state": "absent"}
    assert isinstance(data["password"], Vaulted)
    assert isinstance(data["note"], Literal)
    assert data["note"] == "{{ braces }}"
    assert not isinstance(data["name"], Literal)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("port",), 2),
        (("tasks",), 3),
        (("tasks", 0), 4),
        (("tasks", 0, "overrides", "task_settings", "common_settings", "lob_max_size"), 6),
        (("tasks", 1, "state"), 7),
        # What is not there has the line of what is nearest.
        (("tasks", 1, "src"), 7),
        (("tasks", 9), 3),
        (("port", "x"), 2),
    ],
)
def test_a_line_is_found_by_the_way_that_leads_there(path: tuple[Any, ...], line: int) -> None:
    assert read(TEXT).line(path) == line


def test_what_is_unsafe_is_so_all_through() -> None:
    data = read("a: !unsafe\n  b: ['{{ x }}', 5]\n").data
    assert isinstance(data["a"]["b"][0], Literal)
    assert data["a"]["b"][1] == 5


def test_anchors_and_merges_are_understood() -> None:
    data = read("base: &base {a: 1, b: 2}\nown:\n  <<: *base\n  b: 3\nagain: *base\n").data
    assert data["own"] == {"a": 1, "b": 3}
    assert data["again"] == data["base"]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 1, "The file is empty."),
        ("# nothing\n", 1, "The file is empty."),
        ("a: 1\nb: 2\na: 3\n", 3, "a is given twice."),
        ("t:\n  - {x: 1,\n     x: 2}\n", 3, "x is given twice."),
        ("a: 1\n---\nb: 2\n", 2, "This is no YAML"),
        ("a: [1\nb: 2\n", 2, "This is no YAML"),
        ("a:\n\t- b\n", 2, "This is no YAML"),
        ("a: !env HOME\n", 1, "The tag !env is not known."),
        ("a: &x [*x]\n", 1, "This is within itself"),
        ("a: &x {<<: *x}\n", 1, "This is within itself"),
        ("a:\n  b: " + "[" * 100_000, 2, "This is within itself, or nested too deeply."),
        (LAUGHS, 1, "The file holds more than 2000000 values."),
        (MERGED_LAUGHS, 8, "The file holds more than 2000000 values."),
        ("[a]: 1\n", 1, "A key must be text."),
        ("a: *missing\n", 1, "This is no YAML"),
        ("a: \x07\n", 1, "This is no YAML"),
        ("a: !vault [x]\n", 1, "The tag !vault goes with text only."),
        ("a:\n  b: !list [x]\n", 2, "The tag !list is not known."),
        ("a: 1\nb: !!int x\n", 2, "This is no YAML"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(text: str, line: int, told: str) -> None:
    with pytest.raises(Unreadable) as error:
        read(text)
    assert (error.value.line, error.value.message[: len(told)]) == (line, told)


def test_the_deepest_nesting_ends_in_a_message() -> None:
    with pytest.raises(Unreadable):
        read("[" * 5000 + "]" * 5000)


DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs", "Cc"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc {}%:#'\"", min_size=1), inner, max_size=3),
    max_leaves=10,
)


@given(DATA.filter(lambda data: data is not None))
def test_any_data_comes_back(data: Any) -> None:
    assert read(yaml.safe_dump(data, allow_unicode=True)).data == data
