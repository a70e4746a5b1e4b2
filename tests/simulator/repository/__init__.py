# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The repository of one Replicate server, and what the API does with definitions.

Functions over plain data: no network, no file, no clock, no chance. What the API would refuse raises
:class:`RepositoryError` with the error code of the API guide.
"""

from __future__ import annotations

from .endpoints import (
    delete_endpoint,
    endpoint_label,
    endpoint_list,
    endpoint_type,
    reconfigure,
    secrets_are_usable,
    tasks_using,
)
from .errors import RepositoryError
from .exporting import STYLES, document_of, export_all, export_task
from .importing import apply_import, plan_import
from .model import Import, Repository, TaskFacts
from .patching import patch_endpoint
from .selection import get_selection, put_selection
from .tasks import delete_task, task_facts

__all__ = [
    "STYLES",
    "Import",
    "Repository",
    "RepositoryError",
    "TaskFacts",
    "apply_import",
    "delete_endpoint",
    "delete_task",
    "document_of",
    "endpoint_label",
    "endpoint_list",
    "endpoint_type",
    "export_all",
    "export_task",
    "get_selection",
    "patch_endpoint",
    "plan_import",
    "put_selection",
    "reconfigure",
    "secrets_are_usable",
    "task_facts",
    "tasks_using",
]
