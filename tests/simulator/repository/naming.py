# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The seven places where a task names its endpoints."""

from __future__ import annotations

from typing import Any

from .trees import value_at

_SOURCE_PLACES = (
    ("source", "rep_source", "source_name"),
    ("source", "rep_source", "database_name"),
    ("source", "source_tables", "name"),
)
_TARGET_PLACES = (("rep_target", "target_name"), ("rep_target", "database_name"))


def source_of(task: dict[str, Any]) -> str:
    """The source endpoint of a task."""
    return str(task["task"]["source_name"])


def targets_of(task: dict[str, Any]) -> list[str]:
    """The target endpoints of a task."""
    return list(task["task"]["target_names"])


def names_agree(task: dict[str, Any]) -> bool:
    """Whether all seven places are there and name the same endpoints."""
    source, targets = source_of(task), sorted(targets_of(task))
    if any(value_at(task, path) != source for path in _SOURCE_PLACES):
        return False
    return all(_targets_at(task, path) == targets for path in _TARGET_PLACES)


def _targets_at(task: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    return sorted(str(value_at(target, path)) for target in task.get("targets", []))
