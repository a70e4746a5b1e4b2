# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a report: JSON, a CSV for each list, and a page that holds the data.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.files import make_folder, write_together
from .._core.plan import Result
from .._resource.export import permissions
from .._resource.foresight import to_come
from .report import read
from .report_findings import findings, matrix

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "page": {"type": "str"},
    "title": {"type": "str", "default": "Enterprise Manager"},
    "servers": {"type": "list", "elements": "str"},
    "drift": {"type": "list", "elements": "str", "default": []},
    "mode": {"type": "raw", "default": "0640"},
}
LISTS = ("servers", "tasks", "tables", "endpoints", "findings")

# Where a page takes its data.
PLACE = '<script type="application/json" id="data">null</script>'
# A spreadsheet takes what begins with one of these for a formula.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def write(api: Api, options: Mapping[str, Any], now: str) -> Result:
    """Read what ``options`` (see ARGUMENTS) ask for, and write the files; ``now`` is the time that they tell.

    In check mode nothing is written. Raise Refused, before anything is read, for a folder that cannot be, and for a
    page that has no place for data.
    """
    folder, page = options["path"], options["page"]
    if not api.check_mode:
        make_folder(folder)
    if page is not None and page.count(PLACE) != 1:
        raise Refused(f"The page must have one place for the data: {PLACE}")
    mode = permissions(options["mode"])
    servers, warnings = _there(api, options["servers"])
    told = read(api, servers)
    url = urlsplit(api.session.connection.base_url)
    address = f"{url.scheme}://{url.netloc}"
    about = {"title": options["title"], "address": address, "time": now, "drift": list(options["drift"])}
    data = {**about, **told, "findings": findings(told), "matrix": matrix(told["tasks"])}
    contents = files(data, page)
    if not api.check_mode:
        write_together(folder, contents, mode)
    counts = {kind: len(data[kind]) for kind in ("servers", "tasks", "tables", "endpoints")}
    looks = [{"kind": item["kind"], "title": item["title"], "count": len(item["items"])} for item in data["findings"]]
    values = {
        "path": folder,
        "files": sorted(contents),
        "counts": counts,
        "findings": looks,
        "problems": told["problems"],
    }
    return Result(values, changed=True, warnings=warnings)


def _there(api: Api, wanted: Sequence[str] | None) -> tuple[Sequence[str] | None, list[str]]:
    """The wanted servers, in check mode without those that an earlier task of the play would have added; warnings."""
    if wanted is None or not api.check_mode:
        return wanted, []
    gone, warnings = to_come(api, "server", [server["name"] for server in api.get_server_list()], wanted, "")
    return [word for word in wanted if word not in gone], warnings


def files(data: Mapping[str, Any], page: str | None) -> dict[str, str]:
    """The content of each file by its name."""
    contents = {"report.json": json.dumps(data, ensure_ascii=False, indent=1) + "\n"}
    for kind in LISTS:
        rows = _flat(data["findings"]) if kind == "findings" else data[kind]
        contents[f"{kind}.csv"] = as_csv(rows)
    if page is not None:
        contents["report.html"] = page.replace(PLACE, PLACE.replace("null", _embedded(_for_page(data))))
    return contents


def as_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV with a head. What a spreadsheet would take for a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text)
    columns = list(rows[0]) if rows else []
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value))
    if isinstance(value, str) and value.startswith(_FORMULAS):
        return f"'{value}"
    return value


def _flat(found: Sequence[Plain]) -> list[Plain]:
    return [{"kind": finding["kind"], **item} for finding in found for item in finding["items"]]


def _for_page(data: Mapping[str, Any]) -> Plain:
    """What the page shows; the settings of endpoints are only compared."""
    return {key: value for key, value in data.items() if key != "endpoints"}


def _embedded(data: Mapping[str, Any]) -> str:
    """Data as JSON within a page, where no text can end the element that it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
