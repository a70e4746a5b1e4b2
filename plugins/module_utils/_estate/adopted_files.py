# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that say what an Enterprise Manager has, as the role estate reads them.

All functions are pure. Paths are told from the folder of the estate, with slashes.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._client.normalise import Plain
from .._core.files import file_name
from .._definition.document import Definition
from . import yaml_text
from .rules_file import FORMAT

RULES = "estate.yml"
SCHEMAS = ".schema"
EDITOR = ".vscode/settings.json"
SERVERS = "servers"
VAULT = "vault.yml.example"

# What the role takes for the file of a server, so no folder may be called so.
ENDINGS = (".yml", ".yaml")
_SCHEMA_LINE = "# yaml-language-server: $schema={}\n"
_RULES_HEAD = (
    "# The rules of this estate. Servers that stand under observe are planned and reported, and never written: taking\n"
    "# one off is how git takes over. docs/estate.md of qlik.enterprise_manager tells of all rules.\n"
)
_VAULT_HEAD = (
    "---\n# Copy it to host_vars/{host}/vault.yml, fill in what is to be sent, and encrypt it with ansible-vault.\n"
    "# Secrets are sent when a thing is made, and later only where a run names it.\n"
)
_EDITOR = {"yaml.customTags": ["!vault scalar", "!unsafe scalar"], "yaml.yamlVersion": "1.1"}


def server_file(environment: str, server: str) -> str:
    """The file of a server."""
    return f"{environment}/{SERVERS}/{file_name(server)}.yml"


def server_folder(environment: str, server: str) -> str:
    """The folder of the definitions that only this server has."""
    name = file_name(server)
    stem, dot, ending = name.rpartition(".")
    return f"{environment}/{SERVERS}/" + (f"{stem}%2E{ending}" if f"{dot}{ending}".lower() in ENDINGS else name)


def of_server(environment: str, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The files of a server, which is given as an option of aem_estate: its own, and one for each definition."""
    folder = server_folder(environment, options["name"])
    beside = folder.rpartition("/")[2]
    tasks = []
    for task in options.get("tasks") or ():
        if "definition" not in task:
            tasks.append(task)
            continue
        file = f"{file_name(task['name'])}.json"
        tasks.append({name if name != "definition" else "src": value for name, value in task.items()})
        tasks[-1]["src"] = f"{beside}/{file}"
        yield f"{folder}/{file}", Definition(task["definition"]).write()
    shown = {**options, "tasks": tasks} if "tasks" in options else options
    head = _SCHEMA_LINE.format("../../.schema/server.json")
    yield server_file(environment, options["name"]), head + yaml_text.written(shown)


def rules(servers: Iterable[str]) -> str:
    """The rules of the folder: all servers are observed."""
    names = sorted({_as_pattern(name) for name in servers}, key=lambda name: (name.casefold(), name))
    data: Plain = {"format": FORMAT, "observe": names}
    return _SCHEMA_LINE.format(f"{SCHEMAS}/rules.json") + _RULES_HEAD + yaml_text.written(data)


def vault(environment: str, names: Iterable[str]) -> str:
    """An example of a vault, with the names of all secrets and without any value."""
    data = dict.fromkeys(sorted(set(names)), "")
    return _VAULT_HEAD.format(host=environment) + (yaml_text.written(data) if data else "{}\n")


def editor() -> str:
    """The settings of an editor, so that it knows the tags of Ansible."""
    return json.dumps(_EDITOR, indent=2) + "\n"


def _as_pattern(name: str) -> str:
    """A pattern that only this name matches."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)
