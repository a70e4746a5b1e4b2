# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be set about a simulator. Each setting is a command line option and can be changed while it runs."""

from __future__ import annotations

import dataclasses
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import SettingsError

PACKAGED_ESTATE = Path(__file__).resolve().parent / "estate.yml"
DIALECTS = ("sdk", "guide")
EXPORT_STYLES = ("2018", "2021", "2023")
# What belongs to the start.
FIXED = ("host", "port", "estate")


def _told(text: str, choices: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the command line tells of a setting, as metadata of its field."""
    return {"help": text, "choices": choices}


@dataclass(frozen=True)
class Settings:
    """The settings of a simulator; all times are in seconds. Raises SettingsError for a value that cannot be."""

    host: str = field(default="127.0.0.1", metadata=_told("address to listen on"))
    port: int = field(default=0, metadata=_told("port to listen on; 0 takes a free one"))
    estate: str = field(default=str(PACKAGED_ESTATE), metadata=_told("YAML file with the estate to begin with"))
    latency_seconds: float = field(default=0.0, metadata=_told("pause before every answer of the API"))
    session_seconds: float = field(default=300.0, metadata=_told("a session ends so long after its last request"))
    start_seconds: float = field(default=0.5, metadata=_told("how long a task is STARTING"))
    stop_seconds: float = field(default=0.5, metadata=_told("how long a task is STOPPING"))
    state_seconds: float = field(
        default=0.0,
        metadata=_told("how long the states of tasks that are told lag behind, up to 30 on real servers"),
    )
    memory_seconds: float = field(default=0.0, metadata=_told("how long memory_mb lags behind a task's state"))
    import_seconds: float = field(default=0.5, metadata=_told("until an imported task or endpoint becomes visible"))
    load_seconds: float = field(default=0.5, metadata=_told("how long a table, or a full load, is loading"))
    test_seconds: float = field(default=0.0, metadata=_told("how long TestEndpoint takes to connect"))
    export_style: str = field(
        default="2023", metadata=_told("generation of servers whose exports are imitated", EXPORT_STYLES)
    )
    dialect: str = field(
        default="sdk",
        metadata=_told("spelling of answers: as the Python SDK reads them, or as the guide prints them", DIALECTS),
    )

    def __post_init__(self) -> None:
        for item in dataclasses.fields(self):
            self._check(item)

    def _check(self, item: dataclasses.Field[Any]) -> None:
        value: Any = getattr(self, item.name)
        kind: type[Any] = type(item.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
            object.__setattr__(self, item.name, value)
        if item.name == "estate" and isinstance(value, Path):
            value = str(value)
            object.__setattr__(self, item.name, value)
        if not isinstance(value, kind) or isinstance(value, bool) != (kind is bool):
            raise SettingsError(f"{item.name} is a {kind.__name__}, not {value!r}.")
        most = 65535 if item.name == "port" else sys.float_info.max
        if kind in (int, float) and not 0 <= value <= most:
            raise SettingsError(f"{item.name} cannot be {value}.")
        choices = item.metadata["choices"]
        if choices and value not in choices:
            raise SettingsError(f"{item.name} is one of {', '.join(choices)}, not {value!r}.")

    def changed(self, **changes: Any) -> Settings:
        """Settings with ``changes``; host, port and estate belong to the start. Raises SettingsError."""
        names = {item.name for item in dataclasses.fields(self)}
        for name in changes:
            if name not in names:
                raise SettingsError(f"There is no setting {name}.")
            if name in FIXED:
                raise SettingsError(f"{name} cannot be changed while the simulator runs.")
        return dataclasses.replace(self, **changes)
