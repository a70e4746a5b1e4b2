# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as those have them who are asked."""

from __future__ import annotations

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.select import ByName, chosen


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["ERP to DW", "POS"], ["erp TO dw"], ["ERP to DW"]),
        (["ERP", "erp"], ["erp", "ERP"], ["ERP", "erp"]),
        (["ERP", "erp"], ["erp"], ["erp"]),
        (["ERP"], ["other"], []),
        # A pattern is one in its own case.
        (["ERP 1"], ["erp *"], []),
        (["ERP 1", "ERP 2"], ["ERP *"], ["ERP 1", "ERP 2"]),
        (["a*", "ab"], ["A*"], ["a*"]),
        (["ERP"], [], []),
        (["Straße"], ["STRASSE"], ["Straße"]),
    ],
)
def test_names_are_found_whatever_their_case(names: list[str], wanted: list[str], found: list[str]) -> None:
    assert chosen(names, wanted) == found


def test_nothing_wanted_means_all() -> None:
    assert chosen(["a"], None) == ["a"]


def test_a_thing_is_found_by_its_name_and_else_in_another_case() -> None:
    things = ByName([("Ora", 1), ("ORA", 2), ("Straße", 3)], lambda thing: thing[0])
    assert [things[name][1] for name in ("Ora", "ORA", "ora", "STRASSE")] == [1, 2, 1, 3]
    assert things.get("other") is None
    assert "oRa" in things
    assert (list(things), things.namesakes()) == (["Ora", "ORA", "Straße"], ["ORA"])
