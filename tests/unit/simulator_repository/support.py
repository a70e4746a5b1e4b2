# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small definitions, and the real ones of ``tests/fixtures``, for the tests of the repository."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from simulator.repository import Repository, RepositoryError, apply_import, plan_import

FIXTURES = Path(__file__).parents[2] / "fixtures"
KEY = "key of this server"
NOW = datetime(2026, 3, 4, 5, 6, 7, 89012, tzinfo=UTC)
VERSION = {"version": "2023.5.0.322", "version_major": 2023, "version_minor": 5, "version_revision": 322}
WRITTEN: dict[str, Any] = {"host": "repl.corp.example", "now": NOW, "version": "2023.5.0.322"}
SERVER = "QA"

# No file is left behind, and no example is too slow for a slow machine.
thorough = settings(deadline=None, database=None, max_examples=150)


def endpoint(name: str, role: str = "SOURCE", kind: str = "ORACLE", **db_settings: Any) -> dict[str, Any]:
    """The definition of an endpoint."""
    return {
        "name": name,
        "role": role,
        "is_licensed": True,
        "type_id": f"{kind}_COMPONENT_TYPE",
        "db_settings": {"$type": f"{kind.title()}Settings", "server": "db1", **db_settings},
        "override_properties": {},
    }


def task(name: str, source: str = "S", targets: tuple[str, ...] = ("T",), **common_settings: Any) -> dict[str, Any]:
    """The definition of a task with one table."""
    return {
        "task": {"name": name, "source_name": source, "target_names": list(targets)},
        "source": {
            "rep_source": {"source_name": source, "database_name": source},
            "source_tables": {"name": source, "explicit_included_tables": [{"owner": "A", "name": "B"}]},
        },
        "targets": [{"rep_target": {"target_name": target, "database_name": target}} for target in targets],
        "task_settings": {"common_settings": dict(common_settings)},
    }


def document(*tasks: dict[str, Any], databases: tuple[dict[str, Any], ...] = (), **sections: Any) -> dict[str, Any]:
    """A document of today's servers."""
    definition = {"tasks": list(tasks), "databases": list(databases), **sections}
    return {"_version": dict(VERSION), "cmd.replication_definition": definition}


def estate(*tasks: dict[str, Any], **sections: Any) -> Repository:
    """A repository with the endpoints S and T and, unless others are given, the task One."""
    databases = (endpoint("S", password="tiger"), endpoint("T", "TARGET", "SNOWFLAKE"))
    return Repository.from_document(document(*(tasks or (task("One"),)), databases=databases, **sections), KEY)


def import_all(repository: Repository, content: Any, running: tuple[str, ...] = ()) -> None:
    """ImportAll of data or text."""
    _import(repository, content, None, running)


def import_task(repository: Repository, name: str, content: Any, running: tuple[str, ...] = ()) -> None:
    """ImportTask of data or text."""
    _import(repository, content, name, running)


def _import(repository: Repository, content: Any, name: str | None, running: tuple[str, ...]) -> None:
    text = content if isinstance(content, (str, bytes)) else json.dumps(content)
    planned = plan_import(repository, text, server=SERVER, task=name, running=set(running))
    apply_import(repository, planned)


def data_of(text: str) -> dict[str, Any]:
    """The JSON of an export, comment or not."""
    return dict(json.loads(text[text.index("{") :]))


def definition_of(text: str) -> dict[str, Any]:
    """The sections of an export."""
    return dict(data_of(text)["cmd.replication_definition"])


def fixture_document(name: str) -> dict[str, Any]:
    """A file of ``tests/fixtures`` as data."""
    return data_of((FIXTURES / name).read_text(encoding="utf-8-sig"))


def refusal(error: pytest.ExceptionInfo[RepositoryError]) -> tuple[str, dict[str, str]]:
    """Code and fields of what was raised; the words of a message are nobody's business."""
    fields = {key: value for key, value in error.value.fields.items() if key != "message"}
    return error.value.code, fields
