# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the repository of a server holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .contents import Contents, contents_of, identified
from .errors import InvalidDocument, RepositoryError
from .reading import DEFINITION, definition_of, is_versioned
from .trees import copied

Import = Contents


@dataclass
class Repository:
    """The definitions of one server: tasks and endpoints by name, in the order of an export, and all other sections.

    Definitions are kept as :mod:`.defaults` says, with their secrets encrypted. Functions of this package replace a
    definition, they never change one in place.
    """

    key: str = field(repr=False)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    endpoints: dict[str, dict[str, Any]] = field(default_factory=dict)
    sections: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: dict[str, Any], key: str) -> Repository:
        """The repository that a definition describes, of a server whose encryption key is ``key``.

        ``document`` has the form of an export and is left alone; an empty one makes an empty repository. Without
        ``_version`` it is read with the old defaults, as an import is. An endpoint may have come to be without the
        ``$type`` of its settings, which no import takes. Raises RepositoryError (AEM_IMPORT_INVALID_CONTENT).
        """
        try:
            definition = definition_of(document) if document and document.get(DEFINITION) != {} else {}
            contents = contents_of(definition, key, versioned=is_versioned(document), typed=False)
        except InvalidDocument as error:
            raise RepositoryError("AEM_IMPORT_INVALID_CONTENT", {"message": str(error)}) from error
        tasks = {name: identified(task, None, key) for name, task in contents.tasks.items()}
        return cls(key, tasks, contents.endpoints, contents.sections)

    def clone(self) -> Repository:
        """A copy that shares nothing with this repository."""
        return Repository(self.key, copied(self.tasks), copied(self.endpoints), copied(self.sections))


@dataclass(frozen=True)
class TaskFacts:
    """What the definition of a task says about the task.

    ``tables`` are the explicit ones, as owner and name; ``log_stream_staging`` is the task whose log stream it writes
    or reads, empty without one.
    """

    source: str
    targets: list[str]
    source_type: str
    full_load_enabled: bool
    apply_changes_enabled: bool
    store_changes_enabled: bool
    profile: str
    description: str
    tables: list[tuple[str, str]]
    log_stream_staging: str
