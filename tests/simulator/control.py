# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls under /simulator: read the log, read and replace the estate, reset, faults, settings."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

from . import dumping, loading
from .errors import EstateError, FaultError, SettingsError
from .service import JSON_TYPE, TEXT_TYPE, Answer, Request
from .wire import split_target
from .world import World

CONTROL = "simulator"
HELP = {
    "GET /simulator/log": "all requests so far, a JSON list",
    "DELETE /simulator/log": "forget them",
    "GET /simulator/estate": "the present estate as JSON, without secrets; ?format=yaml gives the form of the file",
    "PUT /simulator/estate": "replace the estate; JSON or YAML; who has no credential keeps the one there was",
    "POST /simulator/reset": "the estate as at the start; no sessions, no faults, an empty log",
    "GET /simulator/faults": "the faults that wait for their requests",
    "POST /simulator/faults": "inject a fault, a JSON object (see --help)",
    "DELETE /simulator/faults": "no faults any more",
    "GET /simulator/settings": "the settings",
    "PATCH /simulator/settings": "change settings, a JSON object",
}


class Control:
    """Answers the control calls of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._calls: dict[str, Callable[[Request], Answer]] = {
            "GET log": lambda _request: _data(world.log.entries()),
            "DELETE log": lambda _request: _done(world.log.clear),
            "GET estate": self._get_estate,
            "PUT estate": self._put_estate,
            "POST reset": lambda _request: _done(world.reset),
            "GET faults": lambda _request: _data(world.faults.as_data()),
            "POST faults": self._post_fault,
            "DELETE faults": lambda _request: _done(world.faults.clear),
            "GET settings": lambda _request: _data(dataclasses.asdict(world.settings)),
            "PATCH settings": self._patch_settings,
        }

    def answer(self, request: Request) -> Answer:
        """Do a control call; what cannot be done is 400 with the reason."""
        segments = split_target(request.target).segments[1:]
        call = self._calls.get(f"{request.http} {'/'.join(segments)}")
        if call is None:
            return Answer(404, json.dumps(HELP, indent=1).encode(), JSON_TYPE)
        self.world.catch_up()
        try:
            return call(request)
        except (EstateError, FaultError, SettingsError, TypeError, ValueError) as error:
            return Answer(400, str(error).encode(), TEXT_TYPE)

    def _get_estate(self, request: Request) -> Answer:
        data = dumping.dump(self.world.estate)
        if split_target(request.target).query.get("format") == "yaml":
            return Answer(body=dumping.as_yaml(data).encode(), content_type="application/yaml")
        return _data(data)

    def _put_estate(self, request: Request) -> Answer:
        self.world.begin(loading.load(loading.parse(request.body), previous=self.world.estate))
        return Answer()

    def _post_fault(self, request: Request) -> Answer:
        self.world.faults.add(json.loads(request.body))
        return Answer()

    def _patch_settings(self, request: Request) -> Answer:
        self.world.settings = self.world.settings.changed(**json.loads(request.body))
        return _data(dataclasses.asdict(self.world.settings))


def _data(data: Any) -> Answer:
    return Answer(body=json.dumps(data).encode(), content_type=JSON_TYPE)


def _done(action: Callable[[], None]) -> Answer:
    action()
    return Answer()
