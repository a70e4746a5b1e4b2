# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints: list, patch, delete, reconfigure, test (guide 2.28 to 2.31, 2.36)."""

from __future__ import annotations

from typing import Any

from .. import dialect, wire
from .. import repository as definitions
from ..call import Call
from ..connections import unreachable_host
from ..errors import ApiError
from ..model import RUNNING, ConnectionTest, Server
from ..registry import answers
from ..transitions import stop

DEFAULT_TIMEOUT = 60
TIMED_OUT = "TIMEOUT"

_PATCH = "JsonPatchDocument"
_FOREIGN_SECRET = ConnectionTest(
    "ERROR", "Cannot connect to the endpoint.", "A secret of the endpoint cannot be decrypted on this server."
)


@answers("GetEndpointList")
def get_endpoint_list(call: Call) -> dict[str, Any]:
    """The endpoints of a server, without their settings."""
    return {"endpointList": definitions.endpoint_list(call.server().repository)}


@answers("PatchEndpoint")
def patch_endpoint(call: Call) -> None:
    """Change settings of an endpoint by a JSON Patch, all of it or nothing."""
    server = call.server()
    operations = wire.json_body(call.body, _PATCH)
    for operation in operations if isinstance(operations, list) else []:
        # `from` belongs to move and copy, which are refused for what they are.
        wire.checked(operation, _PATCH, [*call.method.body_keys, "from"])
    definitions.patch_endpoint(server.repository, call.names["endpoint"], operations, server=server.name)


@answers("DeleteEndpoint")
def delete_endpoint(call: Call) -> None:
    """Delete an endpoint that no task uses."""
    server, endpoint = call.server(), call.names["endpoint"]
    definitions.delete_endpoint(server.repository, endpoint, server=server.name)
    server.endpoints.pop(endpoint, None)


@answers("ReconfigureEndpointNoWait")
def reconfigure_endpoint(call: Call) -> None:
    """Give an endpoint the settings of another; tasks that ran are stopped and resumed after the call."""
    server, endpoint = call.server(), call.names["endpoint"]
    known = server.repository.endpoints

    def has_donor(configuration: str) -> bool:
        return any(f"{endpoint}{mark}{configuration}" in known for mark in ("__", "_"))

    configuration = call.given("configuration", has_donor)
    recycle = wire.boolean(call.query, "recycle", default=True)
    definitions.reconfigure(server.repository, endpoint, configuration, server=server.name)
    if recycle:
        for name in definitions.tasks_using(server.repository, endpoint):
            if name in server.tasks and server.tasks[name].state in (RUNNING, "RECOVERY"):
                stop(call.world, server, server.tasks[name], restart=True)
    # The guide prints these two headers of the answer.
    call.answer_headers.update({"Application-Status": "200", "Application-Message": "OK"})


@answers("TestEndpoint")
async def test_endpoint(call: Call) -> dict[str, str]:
    """Connect to an endpoint and tell how that went."""
    server, endpoint = call.server(), call.endpoint()
    timeout = wire.seconds(call.query, "timeout", DEFAULT_TIMEOUT)
    result = endpoint.test_result or _natural_result(call, server)
    seconds = call.settings.test_seconds if endpoint.test_seconds is None else endpoint.test_seconds
    if result.status == TIMED_OUT or seconds > timeout:
        await call.world.clock.sleep(min(seconds, timeout))
        raise ApiError("AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT")
    if seconds:
        await call.world.clock.sleep(seconds)
    return dialect.endpoint_test(call.dialect, result.status, result.message, result.detailed_message)


def _natural_result(call: Call, server: Server) -> ConnectionTest:
    """How a test ends that nobody has said anything about: well, unless its host or a secret is not good here."""
    endpoint = call.names["endpoint"]
    host = unreachable_host(call.world.estate, server, endpoint)
    if host:
        return ConnectionTest("ERROR", "Cannot connect to the endpoint.", f"Host {host} cannot be reached.")
    if definitions.secrets_are_usable(server.repository, endpoint):
        return ConnectionTest("CONNECTED")
    return _FOREIGN_SECRET
