# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints: which there are, deleting one, and taking over the settings of another (guide 2.28, 2.30, 2.31, A)."""

from __future__ import annotations

from typing import Any

from . import kinds
from .errors import RepositoryError
from .model import Repository
from .naming import source_of, targets_of
from .references import naming_endpoint
from .secret_values import sealed_values, unseal
from .trees import copied

_ORACLE = "ORACLE_COMPONENT_TYPE"


def endpoint_list(repository: Repository) -> list[dict[str, Any]]:
    """The items of GetEndpointList: name, description, role, type and is_licensed."""
    return [
        {
            "name": name,
            "description": str(endpoint.get("description") or ""),
            "role": endpoint["role"],
            "type": endpoint_type(repository, name),
            "is_licensed": endpoint.get("is_licensed", True) is not False,
        }
        for name, endpoint in repository.endpoints.items()
    ]


def endpoint_type(repository: Repository, endpoint: str) -> str:
    """The type of an endpoint as the API names it, such as ORACLE; empty for one that is not there."""
    return kinds.short(_type_id(repository, endpoint))


def endpoint_label(repository: Repository, endpoint: str) -> str:
    """The type of an endpoint as people read it, such as Oracle; empty for one that is not there."""
    return kinds.label(_type_id(repository, endpoint))


def tasks_using(repository: Repository, endpoint: str) -> list[str]:
    """The tasks that have ``endpoint`` as their source or as a target."""
    return [
        name for name, task in repository.tasks.items() if endpoint == source_of(task) or endpoint in targets_of(task)
    ]


def delete_endpoint(repository: Repository, endpoint: str, *, server: str) -> None:
    """Take an endpoint out. Raises RepositoryError: AEM_ENDPOINT_NOT_FOUND, AEM_ENDPOINT_IS_IN_USE.

    It is in use by tasks, and by endpoints whose settings name it.
    """
    require_endpoint(repository, endpoint, server)
    if tasks_using(repository, endpoint) or naming_endpoint(repository.endpoints, endpoint) is not None:
        raise RepositoryError("AEM_ENDPOINT_IS_IN_USE", {"endpoint": endpoint, "server": server})
    del repository.endpoints[endpoint]


def reconfigure(repository: Repository, endpoint: str, configuration: str, *, server: str) -> None:
    """Give an Oracle source the settings of its donor ``<endpoint>__<configuration>``, secrets included.

    Where there is no such donor, ``<endpoint>_<configuration>`` is one: the guide prints both forms (A.1). Raises
    RepositoryError: AEM_ENDPOINT_NOT_FOUND, AEM_MISSING_FIELD without a configuration, and
    AEM_RECONFIGURE_ENDPOINT_INNER_ERR for another kind of endpoint, without donor, or with one of another kind.
    """
    receiver = require_endpoint(repository, endpoint, server)
    if not configuration:
        raise RepositoryError(
            "AEM_MISSING_FIELD", {"fieldName": "configuration", "endpoint": endpoint, "server": server}
        )
    names = [f"{endpoint}{separator}{configuration}" for separator in ("__", "_")]
    donor = next((repository.endpoints[name] for name in names if name in repository.endpoints), None)
    problem = _mismatch(receiver, donor, names[0])
    if donor is None or problem:
        raise RepositoryError(
            "AEM_RECONFIGURE_ENDPOINT_INNER_ERR", {"endpoint": endpoint, "server": server, "message": problem}
        )
    repository.endpoints[endpoint] = {**receiver, "db_settings": copied(donor["db_settings"])}


def secrets_are_usable(repository: Repository, endpoint: str) -> bool:
    """Whether this server can read every secret of an endpoint; one without secrets has no unusable one.

    Raises RepositoryError (AEM_ENDPOINT_NOT_FOUND).
    """
    settings = require_endpoint(repository, endpoint)["db_settings"]
    return all(unseal(value, repository.key) is not None for value in sealed_values(settings))


def require_endpoint(repository: Repository, endpoint: str, server: str = "") -> dict[str, Any]:
    """The definition of an endpoint. Raises RepositoryError (AEM_ENDPOINT_NOT_FOUND)."""
    if endpoint not in repository.endpoints:
        raise RepositoryError("AEM_ENDPOINT_NOT_FOUND", {"endpoint": endpoint, "server": server})
    return repository.endpoints[endpoint]


def _type_id(repository: Repository, endpoint: str) -> str:
    return str(repository.endpoints.get(endpoint, {}).get("type_id", ""))


def _mismatch(receiver: dict[str, Any], donor: dict[str, Any] | None, name: str) -> str:
    """Why the settings of ``donor`` cannot be taken over; empty if they can."""
    if receiver["type_id"] != _ORACLE or receiver["role"] == "TARGET":
        return "Only Oracle source endpoints can be reconfigured."
    if donor is None:
        return f"Endpoint {name} could not be found."
    if (donor["type_id"], donor["role"]) != (receiver["type_id"], receiver["role"]):
        return f"Endpoint {name} is of another type or role."
    return ""
