# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold before a method is worked on: its minimum role, and a server that can do the work."""

from __future__ import annotations

from .call import Call
from .contract import UNAUTHORIZED, Method, MinimumRole
from .errors import ApiError

# Any level will do for these two (guide 4.3; contract: login-role). Login itself sees to it.
_FOR_EVERYBODY = ("Login", "Logout")
_NEEDS_CONNECTION = ("license", "tasks", "tables", "endpoints", "repository", "change_data")
_NO_PERMISSION = {"all_endpoints": "_NO_PERMISSION_ON_ENDPOINT", "all_tasks": "_NO_PERMISSION_ON_TASK"}
_VALID = "VALID"
_WITH_ENDPOINTS = "the document contains endpoints"


def require_module_license(call: Call) -> None:
    """That Enterprise Manager's own license holds. Raises ApiError (LICENSE_...)."""
    state = call.world.estate.module_license
    if state == _VALID or call.method.name in _FOR_EVERYBODY or call.user is None:
        return
    code = f"LICENSE_{state}"
    if code == "LICENSE_NOT_FOUND" and not call.may("admin", "enterprise_manager"):
        code = "LICENSE_NOT_FOUND_CONTACT_ADMIN"
    raise ApiError(code, Module="Replication Management")


def require_roles(call: Call) -> None:
    """That the caller has every minimum role of the method, except those that hang on the body.

    Raises ApiError: UNAUTHORIZED_REQUEST, or the method's own code for missing permissions on tasks or endpoints.
    """
    if call.method.name in _FOR_EVERYBODY:
        return
    is_new = call.find_server() is None
    for rule in call.method.minimum_role:
        if rule.when == _WITH_ENDPOINTS or (rule.when == "server is new" and not is_new):
            continue
        if rule.when == "server exists" and is_new:
            continue
        _require(call, rule)


def require_roles_for_endpoints(call: Call) -> None:
    """That the caller has the roles that the method asks for if its document contains endpoints."""
    for rule in call.method.minimum_role:
        if rule.when == _WITH_ENDPOINTS:
            _require(call, rule)


def require_role_on_each(call: Call, role: str, scope: str, names: list[str]) -> None:
    """That the caller has ``role`` on each task or endpoint (``scope``) of these names."""
    for name in names:
        if not call.may(role, scope, name):
            raise ApiError(refusal(call.method, f"all_{scope}s"))


def require_ready_server(call: Call) -> None:
    """That the server is there, monitored, connected and licensed, as far as the method needs it.

    Raises ApiError: AEM_SERVER_NOT_MONITORED, AEM_SERVER_NOT_CONNECTED, AEM_SERVER_LICENSE_EXPIRED,
    AEM_SERVER_INVALID_LICENSE; for a method that Compose servers do not have the code of :func:`unsupported`.
    """
    if call.method.group not in _NEEDS_CONNECTION:
        return
    server = call.server()
    state = call.world.estate.state_of(server)
    if state == "NOT_MONITORED":
        raise ApiError("AEM_SERVER_NOT_MONITORED")
    if state == "ERROR":
        raise ApiError("AEM_SERVER_NOT_CONNECTED", message=unreachable(server.host, server.port))
    if call.method.replicate_only and not server.is_replicate:
        message = "This is not supported for Compose servers."
        raise ApiError(unsupported(call.method), message=message)
    if call.method.group != "license":
        _require_license(server.license.state_at(call.world.clock.now().date()))


def unreachable(host: str, port: int) -> str:
    """Why a server is in ERROR."""
    return f"Failed to connect to {host}, port {port}."


def unsupported(method: Method) -> str:
    """The code for a method that the kind of server does not have: the one of its codes that fits best."""
    for part in ("METHOD_NOT_SUPPORTED", "_INNER_ERR", "TABLE_ERR", "_NOT_FOUND"):
        found = next((code for code in method.errors if part in code), None)
        if found:
            return found
    return "AEM_METHOD_NOT_SUPPORTED_VERSION"


def refusal(method: Method, scope: str) -> str:
    """The code for a role that is missing on ``scope``."""
    ending = _NO_PERMISSION.get(scope, UNAUTHORIZED)
    return next((code for code in method.errors if code.endswith(ending)), UNAUTHORIZED)


def _require(call: Call, rule: MinimumRole) -> None:
    if not call.may(rule.role, rule.scope, call.names.get(rule.scope)):
        raise ApiError(refusal(call.method, rule.scope))


def _require_license(state: str) -> None:
    if state == "EXPIRED_LICENSE":
        raise ApiError("AEM_SERVER_LICENSE_EXPIRED")
    if state != "VALID_LICENSE":
        raise ApiError("AEM_SERVER_INVALID_LICENSE")
