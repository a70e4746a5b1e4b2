# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The audit trail: a range of time, and the records of its document (guide 2.25).

The guide does not print the layout of the document. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._client.api import Api
from .._client.judging import parsed
from .._core.errors import NoAnswer, Refused
from .._core.files import check_destination, checksum, same_content, write_atomically
from .._core.plan import Result
from .._core.time import ticks, utc, with_z

ARGUMENTS: dict[str, dict[str, Any]] = {
    "start": {"type": "str", "required": True},
    "end": {"type": "str"},
    "dest": {"type": "path"},
}


def report(api: Api, options: Mapping[str, Any]) -> Result:
    """The records of the range in ``options`` (see ARGUMENTS), or the file ``dest`` that holds the document.

    The file is written only where its content differs, and not in check mode.
    """
    start, end = time_range(options["start"], options.get("end"))
    dest = options.get("dest")
    if dest:
        check_destination(dest)
    document = api.export_audit_trail(start, end)
    found = records(document)
    if not dest:
        return Result({"records": found})
    changed = not same_content(dest, document)
    if changed and not api.check_mode:
        write_atomically(dest, document)
    return Result({"dest": dest, "checksum": checksum(document)}, changed)


def time_range(start: str, end: str | None) -> tuple[str, str | None]:
    """Both ends of a range as the API takes them: ticks as they are, times with Z.

    Raise Refused for what is no time, and for an end before the start.
    """
    sent_start, from_ticks = _end_of_range("start", start)
    if end is None:
        return sent_start, None
    sent_end, to_ticks = _end_of_range("end", end)
    if to_ticks < from_ticks:
        raise Refused(f"end {end} is before start {start}.")
    return sent_start, sent_end


def records(document: str) -> list[Any]:
    """The records of a document: the list that it is, or the only list in it, else the document as one record.

    Raise NoAnswer for what is no JSON; a document without anything has no records.
    """
    if not document.strip():
        return []
    try:
        content = parsed(document)
    except ValueError as error:
        raise NoAnswer("ExportAuditTrail", f"broken JSON: {error}", sent=True) from error
    if isinstance(content, list):
        return content
    lists = [value for value in content.values() if isinstance(value, list)] if isinstance(content, dict) else []
    return lists[0] if len(lists) == 1 else [content]


def _end_of_range(option: str, text: str) -> tuple[str, int]:
    """One end of a range as it is sent, and its ticks."""
    words = text.strip()
    try:
        number = ticks(words)
    except ValueError:
        raise Refused(
            f"{option} {text!r} must be a UTC time such as 2026-03-07T11:19:03Z, or ticks such as 637410358250082194."
        ) from None
    return (words if words.isdigit() else with_z(utc(words))), number
