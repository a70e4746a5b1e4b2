# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PutServerAcl, GetServerAcl, DeleteServerAcl (guide 2.10, 2.12, 2.15)."""

from __future__ import annotations

from typing import Any

from .. import acl_rules
from ..call import Call
from ..errors import ApiError
from ..model import ROLES
from ..permissions import has_admin, levels
from ..registry import answers


@answers("PutServerAcl")
def put_server_acl(call: Call) -> None:
    """Replace the explicit ACL of a server."""
    server, estate = call.server(), call.world.estate
    wanted = acl_rules.read(call.body, call.method.body_keys)
    above = levels(estate, "all_servers", server)
    if wanted.disable_inheritance:
        acl_rules.copy_missing_roles(wanted, above)
    if not has_admin([wanted, *above]):
        raise ApiError("AEM_NO_ADMIN_ON_SERVER")
    server.acl = wanted


@answers("GetServerAcl")
def get_server_acl(call: Call) -> dict[str, Any]:
    """The explicit ACL, without what is inherited."""
    acl = call.server().acl
    if acl is None:
        raise ApiError("AEM_SERVER_HAS_NO_ACL")
    roles = {
        f"{role}_role": {
            "users": [{"name": name} for name in acl.roles[role].users],
            "groups": [{"name": name} for name in acl.roles[role].groups],
        }
        for role in ROLES
    }
    return {**roles, "disable_inheritance": acl.disable_inheritance}


@answers("DeleteServerAcl")
def delete_server_acl(call: Call) -> None:
    """Remove the explicit ACL; the server then inherits everything."""
    server = call.server()
    if server.acl is None:
        raise ApiError("AEM_SERVER_HAS_NO_ACL")
    server.acl = None
