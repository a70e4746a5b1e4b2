# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup that reads the folder of an estate."""

from __future__ import annotations

DOCUMENTATION = r"""
name: estate_folder
short_description: Read the folder of an estate
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
description:
  - Reads the rules and the files of servers in the folder of an estate, on the controller, as options of
    M(qlik.enterprise_manager.aem_estate). It reads files only.
  - The rules are in C(estate.yml), the servers in C(<host>/servers/*.yml) and C(shared/servers/*.yml), a file each.
    C(src) of a task or of a license is taken from the folder of the file. What leads out of the repository is
    refused, or without one, out of the folder above that of the estate. See the role
    P(qlik.enterprise_manager.estate#role).
  - Values are evaluated after a file was read, with the variables of the host. An expression that is all of a value
    keeps its type. What is tagged C(!unsafe) is not evaluated, what is tagged C(!vault) is decrypted. Definitions in
    files of their own are data, and never evaluated.
  - Whatever is wrong is told with file, line and key, and with the nearest known key. Where anything is wrong, there
    are no RV(_raw.servers), unless O(partial) asks for those that are right.
options:
  _terms:
    description:
      - The folder. There is one.
    type: list
    elements: path
    required: true
  host:
    description:
      - The Enterprise Manager whose servers are read beside the shared ones. An empty text stands for all of them,
        which goes with O(offline=true) only.
    type: str
    default: ""
  servers:
    description:
      - Names or patterns of servers. The files of all of them are read and checked, and those that match are returned.
    type: list
    elements: str
  offline:
    description:
      - Whether expressions are only looked at and secrets left alone, so that neither variables nor passwords of vaults
        are needed. Nothing but problems is returned then.
    type: bool
    default: false
  stand_ins:
    description:
      - Names of variables in place of which some text stands where the host has none of that name, so that a folder can
        be planned whose secrets are not at hand. Only an expression that is such a name and nothing else is meant.
    type: list
    elements: str
    default: []
  partial:
    description:
      - Whether the servers whose files are right are returned where other files are not, beside the problems of these.
    type: bool
    default: false
  lines:
    description:
      - Whether the places tell the line of each key, and what git says of those that are made of variables.
    type: bool
    default: false
"""

EXAMPLES = r"""
- name: Look whether a folder is right, without any variable
  ansible.builtin.assert:
    that: (lookup('qlik.enterprise_manager.estate_folder', 'estate', offline=true)).problems == []

- name: Plan what it says
  qlik.enterprise_manager.aem_estate:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    servers: "{{ lookup('qlik.enterprise_manager.estate_folder', 'estate', host=inventory_hostname).servers }}"
  check_mode: true
"""

RETURN = r"""
_raw:
  description: What the folder says.
  type: dict
  contains:
    servers:
      description: The servers, as M(qlik.enterprise_manager.aem_estate) takes them.
      type: list
      elements: dict
    rules:
      description:
        - The rules, as options of M(qlik.enterprise_manager.aem_estate), C(protected), C(observe), C(ignore),
          C(windows), C(prune_kinds), C(prune_max), C(prune_max_percent) and C(known_servers), which are those of all
          files. And C(unmanaged_blocks), which is for the report.
      type: dict
    places:
      description: Where each thing stands, with C(server), C(kind), C(name), C(file) and C(line).
      type: list
      elements: dict
    problems:
      description: What is wrong, with C(file), C(line), C(key), C(message), and all of it in C(text).
      type: list
      elements: dict
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ..plugin_utils import _folder
from ..plugin_utils._filling import Evaluation, unevaluated


class LookupModule(LookupBase):
    """The lookup, for Ansible."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """What the folder of the one term says."""
        self.set_options(var_options=variables, direct={"_terms": terms, **kwargs})
        if len(terms) != 1:
            raise AnsibleError(f"qlik.enterprise_manager.estate_folder reads one folder, not {len(terms)}")
        root, host = Path(terms[0]).expanduser().absolute(), self.get_option("host")
        if self.get_option("offline"):
            return [looked_at(root, host)]
        if not host:
            raise AnsibleError("qlik.enterprise_manager.estate_folder needs the host, unless it is offline")
        evaluation = Evaluation(self._templar, self._loader, variables or {}, self.get_option("stand_ins"))
        if self.get_option("partial"):
            return [partly_evaluated(root, host, evaluation, self.get_option("servers"))]
        return [evaluated(root, host, evaluation, self.get_option("servers"), self.get_option("lines"))]


def evaluated(
    root: Path, host: str, fill: Evaluation, chosen: Sequence[str] | None = None, with_lines: bool = False
) -> dict[str, Any]:
    """What the folder says of a host, all values evaluated; nothing but problems where there are any."""
    found = _folder.read(root, host, fill, chosen)
    if found.troubles:
        return _told([], {}, [], found.troubles)
    return _told(found.servers, found.rules, found.places(with_lines), [])


def partly_evaluated(root: Path, host: str, fill: Evaluation, chosen: Sequence[str] | None = None) -> dict[str, Any]:
    """The servers whose files are right, and what is wrong with the others."""
    found = _folder.read(root, host, fill, chosen)
    wrong = {trouble.file for trouble in found.troubles}
    return _told([file.data for file in found.files if file.name not in wrong], {}, [], found.troubles)


def looked_at(root: Path, host: str = "") -> dict[str, Any]:
    """What is wrong with the folder, as far as a look tells without variables; for all hosts where none is given."""
    hosts = [host] if host else _folder.hosts_of(root) or [""]
    folders = [_folder.read(root, name, unevaluated, with_open=True) for name in hosts]
    # What is shared is read for each of them.
    return _told([], {}, [], dict.fromkeys(trouble for folder in folders for trouble in folder.troubles))


def _told(
    servers: list[dict[str, Any]],
    rules: dict[str, Any],
    places: list[dict[str, Any]],
    troubles: Iterable[_folder.Trouble],
) -> dict[str, Any]:
    problems = [trouble.told() for trouble in troubles]
    return {"servers": servers, "rules": rules, "places": places, "problems": problems}
