# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints under another name: what they keep. No network."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.model import EndpointWish
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.rename import with_old_settings
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._estate.site import Site


@pytest.mark.parametrize(
    ("old", "given", "role"),
    [
        ({"role": "SOURCE"}, None, "source"),
        ({"role": "SOURCE"}, "target", "target"),
        ({"role": None}, None, None),
        ({}, None, None),
    ],
)
def test_a_role_is_kept_where_it_is_known(old: dict[str, Any], given: str | None, role: str | None) -> None:
    repository = SimpleNamespace(endpoint=lambda name: old if name == "Old" else None)
    here = cast(Site, SimpleNamespace(reader=SimpleNamespace(repository=lambda: repository)))
    wish = EndpointWish({}, "Old", "endpoint New")
    assert with_old_settings(here, wish, {"name": "New", "role": given})["role"] == role
