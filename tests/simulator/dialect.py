# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two spellings of answers: as the vendor's Python SDK reads them (``sdk``), or as the guide prints them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from .contract import load_contract

GUIDE = "guide"
# The guide knows no states on the way: a task counts as stopped until it runs, and as running until it has stopped.
_AT_REST = {"STARTING": "STOPPED", "STOPPING": "RUNNING"}
_SERVER_TYPES = {"replicate": "REPLICATE", "compose": "COMPOSE"}
# What a task says in the guide when it has nothing to say (guide 2.16, sample).
_NO_MESSAGE = "NONE"
_COMPOSE_TASKS = {
    "DATA_MART": "AemComposeDMTaskInfoDetailed",
    "DATA_STORAGE": "AemComposeDLTaskInfoDetailed",
    "COMPACTOR": "AemComposeDLTaskInfoDetailed",
}


@lru_cache(maxsize=512)
def spelled(dialect: str, enum: str, value: str) -> str:
    """A value of an enumeration, given in the SDK's spelling, as ``dialect`` spells it."""
    if dialect != GUIDE:
        return value
    for entry in load_contract().enum(enum):
        if entry["sdk"] == value:
            return entry.get("rest_inferred") or entry["rest"] or value
    return value


def task_state(dialect: str, state: str) -> str:
    """The state of a task."""
    if dialect == GUIDE:
        state = _AT_REST.get(state, state)
    return spelled(dialect, "task_state", state)


def message(dialect: str, text: str) -> str:
    """The message of a task; servers leave it empty where the guide prints a word."""
    return text or (_NO_MESSAGE if dialect == GUIDE else "")


def replicate_task_type(dialect: str) -> dict[str, str]:
    """The member with which the details of a Replicate task say what they are."""
    return {"type": "ReplicateTaskInfoDetailed"} if dialect == GUIDE else {"$type": "AemReplicateTaskInfoDetailed"}


def compose_task_type(dialect: str, profile: str) -> dict[str, str]:
    """The same of a Compose task; the guide tells its kinds apart."""
    if dialect != GUIDE:
        return {"$type": "AemComposeTaskInfoDetailed"}
    return {"$type": _COMPOSE_TASKS.get(profile, "AemComposeDWTaskInfoDetailed")}


def server_type(dialect: str, kind: str) -> dict[str, str]:
    """The member ``type`` that servers have for the SDK of 2021 beside their ``$type``."""
    return {} if dialect == GUIDE else {"type": _SERVER_TYPES[kind]}


def flag(dialect: str, value: bool) -> bool | str:
    """A boolean of GetServer, which the guide prints as a word."""
    return str(value).lower() if dialect == GUIDE else value


def server_details(dialect: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """GetServerDetails in its wrapper."""
    if dialect != GUIDE:
        # The SDK names the summary differently from the guide. Nobody has told which name its servers send.
        return {"server_details": {**details, "aem_tasks_summary": details["task_summary"]}}
    configuration = dict(details["configuration"])
    configuration["username"] = configuration.pop("user_name")
    return {"serverDetails": {**details, "configuration": configuration}}


def endpoint_test(dialect: str, status: str, message: str, detailed_message: str) -> dict[str, str]:
    """The answer of TestEndpoint."""
    if dialect == GUIDE:
        first = {"requeststate": "SUCCESS" if status == "CONNECTED" else "FAILURE"}
    else:
        first = {"status": status}
    return {**first, "message": message, "detailed_message": detailed_message}
