# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hypothesis strategies for what users write and what servers hold."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.vocabulary import ACL_ROLES
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import acl as planner
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._resource import server

PEOPLE = [f"{domain}\\{name}" for domain in ("CORP", "Lab") for name in ("Ann", "bob", "Çelik", "d.e f", "G_1")]
NAMES = st.text(string.ascii_letters + string.digits + " ._-", min_size=1, max_size=64).filter(
    lambda name: name.strip(" .") == name
)
USERNAMES = st.text(
    st.characters(exclude_categories=("C", "Z"), exclude_characters='/[]:;|=+*?<>"'), min_size=1, max_size=104
)


@st.composite
def acls(draw: st.DrawFn) -> dict[str, Any]:
    """An ACL as a server may hold it: each name in one place."""
    places = [(role, kind) for role in ACL_ROLES for kind in ("users", "groups")]
    acl = {**planner.empty(), "disable_inheritance": draw(st.booleans())}
    for name in PEOPLE:
        place = draw(st.one_of(st.none(), st.sampled_from(places)))
        if place:
            role, kind = place
            acl[role] = {**acl[role], kind: sorted([*acl[role][kind], name], key=str.casefold)}
    return acl


@st.composite
def acl_options(draw: st.DrawFn) -> dict[str, Any]:
    """The options of an ACL as a user may give them: some roles, in any spelling, names twice or in two roles too."""
    names = st.sampled_from(PEOPLE).flatmap(lambda name: st.sampled_from([name, name.lower(), name.upper()]))
    members = st.lists(names, max_size=3)
    role = st.one_of(st.none(), st.fixed_dictionaries({"users": members, "groups": st.lists(names, max_size=1)}))
    options = {name: draw(role) for name in ACL_ROLES}
    options["disable_inheritance"] = draw(st.one_of(st.none(), st.booleans()))
    options["purge"] = draw(st.booleans())
    return options


@st.composite
def server_options(draw: st.DrawFn, name: str = "s") -> dict[str, Any]:
    """The options of a server as a user may give them, enough to create it."""
    optional = {
        "type": st.sampled_from(["replicate", "compose"]),
        "port": st.integers(1, 65535),
        "description": st.text(st.characters(exclude_categories=("C",)), max_size=250),
        "verify_server_certificate": st.booleans(),
        "monitored": st.booleans(),
    }
    options: dict[str, Any] = dict.fromkeys(server.ARGUMENTS)
    options.update({key: draw(st.one_of(st.none(), values)) for key, values in optional.items()})
    options.update(name=name, state="present", host=draw(NAMES), username=draw(USERNAMES), password="secret")
    options["update_password"] = "on_create"
    return options
