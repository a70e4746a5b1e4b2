# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody should look at although no plan changes it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.attention import licenses


@pytest.mark.parametrize(
    ("license_facts", "days"),
    [
        ({"days_to_expiration": 31}, []),
        ({"days_to_expiration": 30}, [30]),
        ({"days_to_expiration": 0}, [0]),
        # It has ended some days ago.
        ({"days_to_expiration": -5}, [-5]),
        ({"days_to_expiration": -1}, []),
        ({"days_to_expiration": -1, "state": "EXPIRED_LICENSE"}, [None]),
        (None, []),
    ],
)
def test_a_license_near_its_end(license_facts: dict[str, Any] | None, days: list[int | None]) -> None:
    found = licenses([{"name": "s", "details": {"license": license_facts}}], 30)
    assert [item["days"] for item in found] == days
