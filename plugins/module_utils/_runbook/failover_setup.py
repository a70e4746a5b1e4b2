# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a source that can fail over is made of (guide 2.31 and appendix A): the live endpoint and its configurations.

A *configuration* of a live endpoint is another endpoint, the donor, named ``<endpoint>__<configuration>``. The live
endpoint takes the donor's settings over. Which one is active nobody records, so it is known by comparing settings.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import ENDPOINT_ROLE
from .._core.errors import Refused
from .._core.select import did_you_mean
from .._definition.compare import Difference, differences
from .._definition.document import Definition, of_settings
from .._definition.references import waves
from .._resource import endpoint_settings as settings
from .._resource.foresight import seen, unless_made
from .._resource.importing import read_all

T = TypeVar("T")

ORACLE = "ORACLE_COMPONENT_TYPE"
# The guide prints the first in its rule and the second in its examples (A.1).
SEPARATORS = ("__", "_")
# What a switch is made of.
WHICH = ("server", "endpoint", "configuration")
SWITCHES_ARGUMENT: dict[str, Any] = {
    "type": "list",
    "elements": "dict",
    "options": {name: {"type": "str", "required": True} for name in WHICH},
}


class DonorFailed(Refused):
    """The endpoint of the wanted configuration did not pass its test, so nothing was changed."""

    def __init__(self, donor: str, tested: Mapping[str, Any]) -> None:
        words = tested["message"] or tested["detailed_message"] or "it gives no reason"
        if tested["detailed_message"] and tested["detailed_message"] != words:
            words = f"{words} {tested['detailed_message']}"
        super().__init__(f"Endpoint {donor} failed its test, so nothing was changed: it is {tested['status']}. {words}")
        self.words = words

    def facts(self) -> dict[str, Any]:
        """``api_method`` and what the test says as ``error_message``."""
        return {"api_method": "TestEndpoint", "error_message": self.words}


class NoEndpoint(Refused):
    """The live endpoint, or the one of its configuration, is not there. An earlier task of a play may add it."""


@dataclass(frozen=True)
class Setup:
    """A live endpoint and the donors of its configurations, by the names of these.

    ``waves`` tells for each of its tasks in which wave of all tasks of the server it is started: a task that writes a
    log stream before those that read from it. They are stopped the other way round.
    """

    live: Plain
    donors: dict[str, Plain]
    tasks: list[str]
    waves: dict[str, int]

    def active(self) -> list[str]:
        """The configurations that the live endpoint has the settings of: one, none, or several that are alike."""
        return [name for name, donor in self.donors.items() if not settings_that_differ(donor, self.live)]


def setup(definition: Definition, server: str, endpoint: str) -> Setup:
    """What an export says of a live endpoint.

    Raise NoEndpoint where it is not there, Refused where it cannot be reconfigured (guide 2.31).
    """
    defined = {item["name"]: item for item in definition.endpoints}
    live = defined.get(endpoint)
    if live is None:
        near = did_you_mean(endpoint, defined)
        raise NoEndpoint(" ".join(filter(None, (f"There is no endpoint {endpoint} on server {server}.", near))))
    role = ENDPOINT_ROLE.spelled(live.get("role"))
    if role == "TARGET":
        raise Refused(f"Endpoint {endpoint} has role {role}; only source endpoints can be reconfigured.")
    if live.get("type_id") != ORACLE:
        raise Refused(f"Endpoint {endpoint} is of type {live.get('type_id')}; only {ORACLE} can be reconfigured.")
    donors: dict[str, Plain] = {}
    for separator in SEPARATORS:
        for name, item in defined.items():
            configuration = name[len(endpoint + separator) :]
            if name.startswith(endpoint + separator) and configuration and not configuration.startswith("_"):
                donors.setdefault(configuration, item)
    tasks = definition.tasks_using(endpoint)
    in_waves = enumerate(waves(definition.sections, definition.task_names))
    return Setup(live, donors, tasks, {name: number for number, wave in in_waves for name in wave if name in tasks})


def donor_of(found: Setup, server: str, configuration: str) -> Plain:
    """The donor of a configuration; raise NoEndpoint where there is none, Refused where it does not fit."""
    name = found.live["name"]
    donor = found.donors.get(configuration)
    if donor is None:
        has = ", ".join(found.donors) or "none"
        raise NoEndpoint(
            f"Endpoint {name} on server {server} has no configuration {configuration!r}; it has {has}. Create a source"
            f" endpoint of type {ORACLE} named {name}{SEPARATORS[0]}{configuration} for it."
        )
    for key in ("type_id", "role"):
        if donor.get(key) != found.live.get(key):
            raise Refused(
                f"Endpoint {donor['name']} has {key} {donor.get(key)} and {name} has {found.live.get(key)}; the"
                " endpoint of a configuration must be of the same type and role."
            )
    return donor


def settings_that_differ(donor: Mapping[str, Any], live: Mapping[str, Any]) -> list[Difference]:
    """What a live endpoint would get from a donor. Secrets are not compared."""
    wanted, current = (of_settings(item.get(settings.ROOT) or {}) for item in (donor, live))
    return differences(wanted, current)


def look(api: Api, server: str, endpoint: str) -> Setup:
    """How a live endpoint and its configurations are set up on the server now. Raise as :func:`setup`."""
    return setup(read_all(api, server), server, endpoint)


def expected(api: Api, server: str, find: Callable[[], T]) -> tuple[T | None, list[str]]:
    """What ``find`` finds of the endpoints of a server, and no warnings.

    In check mode, where an earlier task of the play may be the one that makes them: None, and a warning.
    """
    try:
        return seen(api, find, server)
    except NoEndpoint as missing:
        return None, unless_made(api, missing.message)


def test_donor(api: Api, server: str, donor: str, timeout: int) -> None:
    """Let the server connect to the endpoint of a configuration; raise DonorFailed where it cannot."""
    tested = api.test_endpoint(server, donor, timeout)
    if tested["status"] != "CONNECTED":
        raise DonorFailed(donor, tested)


def alike(found: Setup, wanted: str, active: Sequence[str]) -> list[str]:
    """A warning where other ``active`` configurations cannot be told from the wanted one, else none."""
    others = [name for name in active if name != wanted] if wanted in active else []
    if not others:
        return []
    named = ", ".join(others)
    name = found.live["name"]
    return [f"{wanted} and {named} of endpoint {name} are the same but for their secrets. {wanted} is taken as active."]


def check_switches(options: Mapping[str, Any]) -> list[Plain]:
    """The switches that ``options`` ask for, as ``server``, ``endpoint`` and ``configuration``.

    Raise Refused where an endpoint is to be switched twice.
    """
    switches = options["switches"]
    if switches is None:
        return [{name: options[name] for name in WHICH}]
    endpoints = [(switch["server"], switch["endpoint"]) for switch in switches]
    twice = next((pair for pair in endpoints if endpoints.count(pair) > 1), None)
    if twice:
        raise Refused(f"Endpoint {twice[1]} on server {twice[0]} is in switches more than once.")
    return list(switches)
