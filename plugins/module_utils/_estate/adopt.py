# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of aem_estate_adopt: what an Enterprise Manager has becomes files of an estate's folder.

Servers are read side by side, and each is kept in files at once, so that a large estate need not fit into memory.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._core.errors import Refused
from .._core.files import read_text, same_content
from .._core.plan import CREATE, UPDATE, Applied, Change, Result
from .._core.plan import carry_out as carried_out
from . import adopted_files as files
from . import info
from .adopted_folder import MANIFEST, Manifest, Steps, Waiting, carry_out, manifest_of, steps, waiting
from .dump import Dumped

ARGUMENTS: dict[str, dict[str, Any]] = {
    "path": {"type": "path", "required": True},
    "environment": {"type": "str", "required": True},
    **info.ARGUMENTS,
    # It sounds like a secret and is none.
    "secret_variables": {"type": "str", "default": "vault_", "no_log": False},
    "schemas": {"type": "path"},
}
KIND = "folder"
_SHARED = "shared"
_SCHEMAS = ("server.json", "rules.json")
_NAME = re.compile(r"""^["']?name["']?[ \t]*:[ \t]+(.+?)[ \t]*(?:[ \t]#.*)?$""", re.MULTILINE)


@dataclass(frozen=True)
class _Adopted:
    """What became of one server: found, and whether its files are kept as they are, since not all could be read."""

    found: Dumped
    is_kept: bool


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Have the folder that ``options`` (see ARGUMENTS) ask for.

    Raise Refused, before anything is written, for a folder that has files in these places that it has not written.
    """
    environment, root = _checked(options["environment"]), Path(options["path"])
    schemas = _schemas(options.get("schemas"))
    with waiting(root, api.check_mode) as held:
        before = manifest_of(root)
        found = info.read(options, api, partial(_adopted, before, environment, held), is_watched=True)
        after = _after(before, environment, found)
        for path, content in _shared(environment, after, schemas):
            held.put(path, content)
        gone = _gone(before, environment, held.digests, found)
        _refuse_twice(root, environment, found, {*held.digests, *before.files})
        needed = steps(root, before, held.digests, gone)
        left = {path: digest for path, digest in before.files.items() if path not in gone}
        manifest = Manifest({**left, **held.digests}, after)
        change = _change(root, needed, held, before, manifest)
        result = carried_out([change] if change else [], api.check_mode).result(**_told(root, needed, found))
    result.values["secret_variables"] = sorted({name for names in after[environment].values() for name in names})
    result.warnings = [*found.warnings, *result.warnings]
    return result


def _checked(environment: str) -> str:
    """The environment, which is the name of a folder."""
    if not environment or environment == _SHARED or environment.startswith(".") or set(environment) & {"/", "\\", "\0"}:
        raise Refused(
            f"environment {environment!r} must be the name of a folder, not {_SHARED}, and not begin with a dot."
        )
    return environment


def _schemas(folder: str | None) -> dict[str, str]:
    return {name: read_text(str(Path(folder) / name)) for name in _SCHEMAS} if folder else {}


def _adopted(before: Manifest, environment: str, held: Waiting, found: Dumped) -> _Adopted:
    """Keep the files of a server. One that was adopted and cannot be read as a whole now stays as it was."""
    # What a killed run has written is not known to be whole: its secrets are on no list.
    is_known = found.name in before.environments.get(environment, {})
    if found.options is not None and not (found.unread and is_known):
        for path, content in files.of_server(environment, found.options):
            held.put(path, content)
    is_kept = bool(found.unread) and is_known
    found.options = {} if found.options is not None else None
    return _Adopted(found, is_kept)


def _after(before: Manifest, environment: str, found: info.Found) -> dict[str, Any]:
    """The secrets of each server, by environment: of those that were read, and of those that were left as they are."""
    known = before.environments.get(environment, {})
    servers = {name: names for name, names in known.items() if name in found.listed}
    for adopted in found.servers:
        server = adopted.found
        if server.options is None and not adopted.is_kept:
            servers.pop(server.name, None)
        elif not adopted.is_kept:
            servers[server.name] = sorted(set(server.secrets))
    if not servers:
        raise Refused("There is nothing to adopt: no server could be read.")
    return {**before.environments, environment: dict(sorted(servers.items()))}


def _shared(environment: str, after: Mapping[str, Any], schemas: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The files that are of no single server."""
    yield files.RULES, files.rules(name for servers in after.values() for name in servers)
    names: Iterable[str] = (name for secrets in after[environment].values() for name in secrets)
    yield f"{environment}/{files.VAULT}", files.vault(environment, names)
    yield files.EDITOR, files.editor()
    for name, content in schemas.items():
        yield f"{files.SCHEMAS}/{name}", content


def _gone(before: Manifest, environment: str, new: Mapping[str, str], found: info.Found) -> list[str]:
    """The files of servers and tasks that are there no more. What was not read is not gone."""
    read = {adopted.found.name for adopted in found.servers if not adopted.is_kept}
    kept = [name for name in found.listed if name not in read]
    own_files = {files.server_file(environment, name) for name in kept}
    folders = tuple(f"{files.server_folder(environment, name)}/" for name in kept)
    inside = f"{environment}/{files.SERVERS}/"
    old = [path for path in before.files if path.startswith(inside) and path not in new]
    return [path for path in old if path not in own_files and not path.startswith(folders)]


def _refuse_twice(root: Path, environment: str, found: info.Found, own: Collection[str]) -> None:
    """Raise Refused for a server that a file of somebody else has: two files of one are an error to whoever reads them.

    ``own`` are the paths of files that are or were adopted.
    """
    names = {adopted.found.name.casefold() for adopted in found.servers if adopted.found.options is not None}
    for folder in (environment, _SHARED):
        for path in sorted((root / folder / files.SERVERS).glob("*")):
            if path.suffix.lower() in files.ENDINGS and str(path.relative_to(root)) not in own:
                name = _name_in(path)
                if name.casefold() in names:
                    raise Refused(
                        f"Nothing was written. Server {name} is in {path} already, which is not from here. Take it out"
                        " there, or adopt into another folder and compare."
                    )


def _name_in(path: Path) -> str:
    """The name that a file gives its server, as far as that can be told without a parser of YAML; else nothing."""
    try:
        found = _NAME.search(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return found[1].strip("\"'") if found else ""


def _change(root: Path, needed: Steps, held: Waiting, before: Manifest, after: Manifest) -> Change | None:
    """The change of the folder; None where everything is as it should be."""
    if not needed and same_content(str(root / MANIFEST), after.text()):
        return None

    def apply() -> Applied:
        carry_out(root, needed, held, before, after)
        return Applied()

    told = {"written": needed.written, "removed": needed.removed}
    return Change(KIND, str(root), UPDATE if before.files else CREATE, None, told, apply)


def _told(root: Path, needed: Steps, found: info.Found) -> Plain:
    return {
        "path": str(root),
        "written": needed.written,
        "removed": needed.removed,
        "servers": [item.found.name for item in found.servers if item.found.options is not None and not item.is_kept],
        **info.besides([adopted.found for adopted in found.servers]),
    }
