# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong with definitions."""

from __future__ import annotations


class RepositoryError(Exception):
    """The API refuses a call: ``code`` is an error code of the guide, ``fields`` fill its message template."""

    def __init__(self, code: str, fields: dict[str, str]) -> None:
        super().__init__(f"{code} {fields}")
        self.code = code
        self.fields = fields


class EmptyDocument(ValueError):
    """A document says nothing; which error code that is depends on the method."""


class InvalidDocument(ValueError):
    """A document is no definition; which error code that is depends on the method."""


class PatchError(ValueError):
    """An operation of a JSON Patch cannot be done."""


def task_not_found(task: str) -> RepositoryError:
    """The error for a task that is not there; the caller knows the name of the server."""
    return RepositoryError("AEM_TASK_NOT_FOUND", {"task": task})
