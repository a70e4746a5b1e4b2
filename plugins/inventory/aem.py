# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: aem
short_description: Servers and tasks of Qlik Enterprise Manager as an inventory
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
description:
  - Makes a host of each server that Enterprise Manager manages or, with O(hosts=tasks), of each task.
  - The inventory file is named O(ignore:aem.yml) or O(ignore:aem.yaml), or ends in C(.aem.yml) or C(.aem.yaml).
  - Servers are asked side by side in one session, which ends when all is read.
  - A server that Enterprise Manager cannot reach is a host too. Its state is told, and in C(problem) why its tasks are
    not.
  - "Nothing that Enterprise Manager answers is ever treated as a template."
  - "Each host has the variable C(aem_server) with C(name), C(type), C(host), C(port), C(state), C(message),
    C(platform), C(version), C(description), and with O(tasks=true) C(tasks), C(tags) and C(problem). A host that is a
    task has C(aem_task) as well, with C(name), C(state), C(stop_reason), C(message) and C(assigned_tags)."
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
  - qlik.enterprise_manager.aem
options:
  plugin:
    description: Says that the file is of this plugin.
    type: str
    required: true
    choices:
      - qlik.enterprise_manager.aem
      - aem
  hosts:
    description:
      - What is a host.
      - A server is called by its name, and C(ansible_host) is its address. A task is called C(SERVER/TASK).
    type: str
    choices:
      - servers
      - tasks
    default: servers
  servers:
    description: Names of servers, or patterns with C(*), C(?) and C([]). By default all servers are taken.
    type: list
    elements: str
  tasks:
    description:
      - Whether the tasks of each server are read. They give the groups by tag, and the variables C(aem_server.tasks)
        and C(aem_server.tags).
      - They are read in any case with O(hosts=tasks).
    type: bool
    default: true
  group_by:
    description:
      - The groups that are made without being asked for in O(groups) or O(keyed_groups).
      - V(type) gives C(aem_type_replicate) and C(aem_type_compose), V(platform) C(aem_platform_linux), V(state)
        C(aem_state_monitored) for servers and C(aem_task_running) for tasks, V(tag) C(aem_tag_nightly).
    type: list
    elements: str
    choices:
      - type
      - platform
      - state
      - tag
    default:
      - type
      - platform
      - state
      - tag
  aem_url:
    env:
      - name: AEM_URL
  aem_username:
    env:
      - name: AEM_USERNAME
  aem_validate_certs:
    env:
      - name: AEM_VALIDATE_CERTS
  aem_ca_path:
    env:
      - name: AEM_CA_PATH
  aem_client_cert:
    env:
      - name: AEM_CLIENT_CERT
  aem_client_key:
    env:
      - name: AEM_CLIENT_KEY
  aem_timeout:
    env:
      - name: AEM_TIMEOUT
  aem_retries:
    env:
      - name: AEM_RETRIES
  aem_concurrency:
    env:
      - name: AEM_CONCURRENCY
  aem_use_proxy:
    env:
      - name: AEM_USE_PROXY
"""

EXAMPLES = r"""
# prd.aem.yml. This line is all that is needed if AEM_URL, AEM_USERNAME and AEM_PASSWORD are in the environment.
plugin: qlik.enterprise_manager.aem

# The connection can also stand here. A password can be a vault value, or come from a lookup.
aem_url: https://em.example.com
aem_username: CORP\admin
aem_password: "{{ lookup('ansible.builtin.env', 'EM_PASSWORD') }}"

# Production only, with groups and a variable of its own.
servers: ["* PRD *"]
keyed_groups:
  - key: aem_server.version | regex_search('^[0-9]+')
    prefix: replicate
groups:
  not_reached: aem_server.state == 'ERROR'
compose:
  ansible_connection: "'winrm' if aem_server.platform == 'WINDOWS' else 'ssh'"

# A host for each task in place of each server, to work on many tasks side by side.
hosts: tasks

# What was read is kept for ten minutes.
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/aem
cache_timeout: 600
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils._client.api import Api
from ..module_utils._client.connection import Connection, base_url, callers
from ..module_utils._client.http import Session
from ..module_utils._client.transport import REQUESTS_ERROR
from ..module_utils._core.errors import AemError
from ..module_utils._core.files import checksum
from ..module_utils._module import CONNECTION_ARGUMENTS
from ..module_utils._resource.overview import overview

Plain = dict[str, Any]

SERVER_FACTS = ("name", "type", "host", "port", "state", "message", "platform", "version", "description")
TASK_FACTS = ("name", "state", "stop_reason", "message", "assigned_tags")
FILES = ("aem.yml", "aem.yaml")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The inventory of one Enterprise Manager."""

    NAME = "qlik.enterprise_manager.aem"

    def verify_file(self, path: str) -> bool:
        """Whether a file is named as one of this plugin."""
        name = path.rpartition("/")[2]
        named = name in FILES or name.endswith(tuple(f".{ending}" for ending in FILES))
        return bool(super().verify_file(path)) and named

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Read Enterprise Manager, or what was kept of an earlier reading, and add hosts, variables and groups."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        self.load_cache_plugin()
        keeps = self.get_option("cache")
        try:
            options = {name: self._told(name) for name in CONNECTION_ARGUMENTS}
            keys = self._keys(path, options) if keeps else []
            kept = (self._cache.get(key) for key in keys if cache)
            servers = next((found for found in kept if found is not None), None)
            if servers is None:
                servers = self._read(options)
                if keeps:
                    self._cache[keys[0]] = servers
        except AemError as error:
            raise AnsibleParserError(error.message) from error
        for server in servers:
            for host, variables, groups in self._hosts(server):
                self._add(host, wrap_var(variables), groups)

    def _keys(self, path: str, options: Mapping[str, Any]) -> list[str]:
        """The keys that what is read may be kept under: they stand for all that it depends on, and for no secret.

        There are several where nothing is given to log in with, which what was kept can do without.
        """
        address = base_url(options["aem_url"] or "")
        asked = [address, self.get_option("servers"), self._needs_tasks()]
        return [f"{self.get_cache_key(path)}_{checksum(json.dumps([who, *asked]))}" for who in callers(options)]

    def _needs_tasks(self) -> bool:
        return bool(self.get_option("tasks") or self.get_option("hosts") == "tasks")

    def _read(self, options: Mapping[str, Any]) -> list[Plain]:
        """The servers that are asked for, with their tasks where these are."""
        if REQUESTS_ERROR:
            raise AnsibleParserError(f"{self.NAME} needs the Python library requests.")
        session = Session(Connection.from_options(options), read_only=True)
        try:
            return overview(Api(session), self.get_option("servers"), self._needs_tasks())
        finally:
            session.close()

    def _told(self, name: str) -> Any:
        """An option of the connection. What the user wrote may be a template; vault values come in clear."""
        value = self.get_option(name)
        if value is None or isinstance(value, (bool, int)):
            return value
        return str(self.templar.template(value))

    def _hosts(self, server: Plain) -> Iterator[tuple[str, Plain, list[str]]]:
        """Name, variables and groups of each host that a server gives."""
        about = {name: server.get(name) for name in SERVER_FACTS}
        if "tasks" in server:
            tasks = [{name: task.get(name) for name in TASK_FACTS} for task in server["tasks"]]
            tags = sorted({tag for task in tasks for tag in task["assigned_tags"]})
            about.update(tasks=tasks, tags=tags, problem=server.get("problem", ""))
        if self.get_option("hosts") == "servers":
            yield server["name"], {"ansible_host": server.get("host"), "aem_server": about}, self._groups(about)
            return
        around = {name: value for name, value in about.items() if name not in ("tasks", "tags")}
        for task in about["tasks"]:
            yield (
                f"{server['name']}/{task['name']}",
                {"aem_server": around, "aem_task": task},
                self._groups(about, task),
            )

    def _groups(self, server: Mapping[str, Any], task: Mapping[str, Any] | None = None) -> list[str]:
        """The groups of a host that are made by themselves."""
        state = ("state", server["state"]) if task is None else ("task", task["state"])
        tags = server.get("tags", []) if task is None else task["assigned_tags"]
        found = {
            "type": [("type", server["type"])],
            "platform": [("platform", server["platform"])],
            "state": [state],
            "tag": [("tag", tag) for tag in tags],
        }
        pairs = [pair for kind in self.get_option("group_by") for pair in found[kind]]
        return [f"aem_{kind}_{value}".lower() for kind, value in pairs if value]

    def _add(self, host: str, variables: Mapping[str, Any], groups: list[str]) -> None:
        self.inventory.add_host(host)
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        for group in groups:
            self.inventory.add_child(self.inventory.add_group(self._sanitize_group_name(group)), host)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)
