# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exports of a task or of a whole server (guide 2.23, 2.32), as data or as a file that is only written when it changes.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.files import PRIVATE, check_destination, checksum, write_atomically
from .._core.plan import CREATE, UPDATE, Applied, Change, Result, carry_out
from .._definition import document as definitions
from .._definition.compare import Difference, diff, differences, same_but_volatile
from .._definition.document import Definition
from .._definition.tree import DefinitionError
from .foresight import seen
from .importing import exported, file_content

KIND = "export"

ARGUMENTS: dict[str, dict[str, Any]] = {
    "server": {"type": "str", "required": True},
    "task": {"type": "str"},
    "with_endpoints": {"type": "bool", "default": False},
    "dest": {"type": "path"},
    "mode": {"type": "raw", "default": "0600"},
    "backup": {"type": "bool", "default": False},
}
_ONLY_SECRETS = "(only encrypted secrets)"
_NO_DEFINITION = "(no definition)"
_MOST_MODE = 0o777


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """The export that ``options`` (see ARGUMENTS) ask for, or the file that holds it.

    Raise Refused for a file that cannot be written, before any call.
    """
    server, task, dest = options["server"], options.get("task"), options.get("dest")
    mode = permissions(options.get("mode"))
    if dest:
        check_destination(dest)
    with_endpoints = bool(options.get("with_endpoints"))
    content, warnings = seen(api, lambda: _content(api, server, task, with_endpoints), server, task)
    if content is None:
        return Result(changed=bool(dest), warnings=warnings)
    api_method = "ExportTask" if task else "ExportAll"
    if not dest:
        return Result({"definition": exported(api_method, content).data})
    file = _File(dest, mode, bool(options.get("backup")))
    return file.brought_to(content, api_method, api.check_mode)


def permissions(mode: Any) -> int:
    """The permissions of a file from octal digits, or from the number that YAML makes of them.

    Raise Refused for anything else.
    """
    if mode is None:
        return PRIVATE
    try:
        number = int(mode, 8) if isinstance(mode, str) else mode
    except ValueError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= _MOST_MODE:
        raise Refused(f"mode {mode!r} must be three octal digits in quotes, such as '0600'.")
    return number


def _content(api: Api, server: str, task: str | None, with_endpoints: bool) -> bytes:
    """The export as it goes to a file: of a large server, bytes take much less memory than text."""
    return (api.export_task(server, task, with_endpoints) if task else api.export_all(server)).encode()


class _File(NamedTuple):
    """The file that an export goes to."""

    dest: str
    mode: int
    backup: bool

    def brought_to(self, content: bytes, api_method: str, check_mode: bool) -> Result:
        """Write the file, if the export says something else, and give it its permissions, if it has others."""
        old = file_content(self.dest) if Path(self.dest).exists() else None
        shown = None if old == content else _changed(old, content, api_method)
        if shown is None and old is not None:
            return self._with_mode(checksum(old), check_mode)
        before, after = shown or (None, {})
        action = CREATE if old is None else UPDATE
        change = Change(KIND, f"in {self.dest}", action, before, after, lambda: self._written(content))
        done = carry_out([change], check_mode)
        return done.result(dest=self.dest, checksum=checksum(content), backup_file=done.steps[0].value)

    def _written(self, content: bytes) -> Applied:
        return Applied(value=write_atomically(self.dest, content, self.mode, self.backup))

    def _with_mode(self, digest: str, check_mode: bool) -> Result:
        """Give the file, whose content may stay, its permissions."""
        now = Path(self.dest).stat().st_mode & 0o7777
        if now == self.mode:
            return Result({"dest": self.dest, "checksum": digest})
        before, after = ({"mode": f"{mode:04o}"} for mode in (now, self.mode))
        change = Change(KIND, f"in {self.dest}", UPDATE, before, after, self._opened)
        return carry_out([change], check_mode).result(dest=self.dest, checksum=digest)

    def _opened(self) -> Applied:
        try:
            Path(self.dest).chmod(self.mode)
        except OSError as error:
            raise Refused(f"{self.dest} cannot be given mode {self.mode:04o}: {error.strerror or error}.") from error
        return Applied()


def _changed(old: bytes | None, content: bytes, api_method: str) -> tuple[Plain | None, Plain] | None:
    """Before and after, as they are shown; None where the file differs only in when and where it was made."""
    new = exported(api_method, content)
    if old is None:
        return None, summary(new)
    try:
        there = definitions.read(old)
    except DefinitionError:
        return {"content": _NO_DEFINITION}, summary(new)
    return None if same_but_volatile(there, new) else shown(there, new)


def shown(old: Definition | None, new: Definition) -> tuple[Plain | None, Plain]:
    """Before and after of two exports that say different things: the settings that differ, without secrets.

    Where the old one is None, what the new one holds.
    """
    if old is None:
        return None, summary(new)
    told = diff(_differences(old, new))
    if not told["before"] and not told["after"]:
        return {"content": _ONLY_SECRETS}, {"content": _ONLY_SECRETS + " changed"}
    return told["before"], told["after"]


def _differences(old: Definition, new: Definition) -> list[Difference]:
    """What differs between two exports, also what only the old one has: an import would leave that as it is."""
    found = differences(new, old)
    known = {item.path for item in found}
    gone = [item for item in differences(old, new) if item.path not in known]
    return found + [item._replace(before=item.after, after=item.before) for item in gone]


def summary(definition: Definition) -> Plain:
    """What an export holds: the names of tasks and endpoints, and of the other sections."""
    return {
        "tasks": definition.task_names,
        "endpoints": definition.endpoint_names,
        "sections": [name for name in definition.sections if name not in ("tasks", "databases")],
    }
