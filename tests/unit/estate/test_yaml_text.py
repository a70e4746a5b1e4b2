# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Data as YAML: read again it is the same, and looks as a person would write it."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.variables import Reference
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.yaml_text import written
from ansible_collections.qlik.enterprise_manager.plugins.plugin_utils import _yaml

WORDS = ["yes", "No", "null", "~", "=", "<<", "1e5", "0x1f", "0o7", "1:30", "2026-11-28", ".inf", "- a", "a: b", "a #b"]
TEXTS = st.one_of(
    st.text(), st.sampled_from([*WORDS, "{{ x }}", "{% x %}", "!x", "&a", "*a", "'", '"', "\ufeff", "\x85"])
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_read_again_it_is_the_same(data: dict[str, Any]) -> None:
    text = written(data)
    assert _yaml.read(text).data == data

    class Loader(yaml.SafeLoader):
        """Python's own reader, which Ansible uses where the faster one is missing."""

    Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(node))
    loader = Loader(text)
    assert loader.get_single_data() == data


def test_it_looks_as_a_person_would_write_it() -> None:
    data = {
        "name": "ERP to DW",
        "user": "CORP\\svc",
        "empty": {},
        "live": "{{ h }}",
        "secret": Reference.to("vault_x"),
        "list": [{"a": 1, "b": [True, None]}, ["x"]],
        "huge": 1e22,
    }
    assert written(data) == (
        "name: ERP to DW\n"
        "user: CORP\\svc\n"
        "empty: {}\n"
        'live: !unsafe "{{ h }}"\n'
        'secret: "{{ vault_x }}"\n'
        "list:\n"
        "  - a: 1\n"
        "    b:\n"
        "      - true\n"
        "      - null\n"
        "  - - x\n"
        "huge: 1.0e+22\n"
    )
    found = _yaml.read(written(data)).data
    assert isinstance(found["live"], _yaml.Literal)
    assert not isinstance(found["secret"], _yaml.Literal)
