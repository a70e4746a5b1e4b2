# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names as those have them who are asked."""

from __future__ import annotations

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._core.select import as_spelled


@pytest.mark.parametrize(
    ("names", "wanted", "found"),
    [
        (["ERP to DW", "POS"], ["erp TO dw"], ["ERP to DW"]),
        (["ERP", "erp"], ["erp", "ERP"], ["erp", "ERP"]),
        # Nobody can know which one is meant.
        (["ERP", "erp"], ["Erp"], ["Erp"]),
        (["ERP"], ["other"], ["other"]),
        # A pattern is one in its own case.
        (["ERP 1"], ["erp *"], ["erp *"]),
        (["ERP"], [], []),
        (["Straße"], ["STRASSE"], ["Straße"]),
    ],
)
def test_names_are_found_whatever_their_case(names: list[str], wanted: list[str], found: list[str]) -> None:
    assert as_spelled(names, wanted) == found


def test_nothing_wanted_stays_nothing() -> None:
    assert as_spelled(["a"], None) is None
