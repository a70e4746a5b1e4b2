# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GetServerList, GetServerDetails, GetServer, PutServer, DeleteServer (guide 2.8, 2.9, 2.11, 2.13, 2.14)."""

from __future__ import annotations

from typing import Any

from .. import dialect, putting, server_views
from ..call import Call
from ..model import COMPOSE, REPLICATE
from ..registry import answers

_TYPES = {REPLICATE: "AemReplicateServer", COMPOSE: "AemComposeServer"}


@answers("GetServerList")
def get_server_list(call: Call) -> dict[str, Any]:
    """All servers, in any state."""
    servers = call.world.estate.servers.values()
    return {"serverList": [server_views.info(call.world, server) for server in servers]}


@answers("GetServerDetails")
def get_server_details(call: Call) -> dict[str, Any]:
    """One server with its license, tasks and resources."""
    return dialect.server_details(call.dialect, server_views.details(call.world, call.server()))


@answers("GetServer")
def get_server(call: Call) -> dict[str, Any]:
    """The connection properties of a server; the password is an identifier."""
    server = call.server()
    assert call.session is not None
    return {
        "$type": _TYPES[server.kind],
        **dialect.server_type(call.dialect, server.kind),
        "name": server.name,
        "description": server.description,
        "host": server.host,
        "port": str(server.port),
        "username": server.username,
        "password": call.session.password_identifier(server.name),
        "verify_server_certificate": dialect.flag(call.dialect, server.verify_server_certificate),
        "monitored": dialect.flag(call.dialect, server.monitored),
    }


@answers("PutServer")
def put_server(call: Call) -> None:
    """Add a server, or replace the connection properties of one."""
    kinds = {type_name: kind for kind, type_name in _TYPES.items()}
    putting.put(call, putting.read(call, kinds))


@answers("DeleteServer")
def delete_server(call: Call) -> None:
    """Forget a server. Its definitions, its tasks and its license are its own, and are there if it is added again."""
    server = call.world.estate.servers.pop(call.server().name)
    call.world.estate.removed[server.host.casefold(), server.port] = server
