# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module of this collection in Ansible's own worker where that makes no difference but to the time it takes.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase

from ..module_utils._client.transport import REQUESTS_ERROR
from ..module_utils._core.display import printable
from ..module_utils._core.errors import Refused
from ..module_utils._core.garbage import seldom_looked_for
from ..module_utils._core.plain import plain
from ..module_utils._module import Declaration, declaration_of, refuse_unfit
from . import _worker
from ._logins import logins_of_this_process

COLLECTION = "qlik.enterprise_manager"
# A variable that a user can set to false.
SWITCH = "aem_in_worker"
# A variable that is there for each item of a loop.
LOOPS = "ansible_loop_var"
# The verbosity from which on Ansible shows the options of a module.
SHOWS_OPTIONS = 3


def admitted(declaration: Declaration, options: Mapping[Any, Any]) -> dict[str, Any]:
    """The options of a task as plain data. Raise Refused for what neither a module nor Ansible could cope with.

    An option that is null is one that is not given. Ansible would count it as given where one of several is needed.
    """
    given = plain(options)
    known = declaration.argument_spec()
    given = {name: value for name, value in given.items() if value is not None or name not in known}
    refuse_unfit(declaration.arguments, given)
    return given


def on_one_line(result: Mapping[str, Any]) -> dict[str, Any]:
    """A result whose message moves no cursor: what Ansible refuses by itself, it quotes as it is."""
    message = result.get("msg")
    if not result.get("failed") or not isinstance(message, str) or printable(message) == message:
        return dict(result)
    # Newer releases of Ansible print what stands in this in place of the message.
    return {**{key: value for key, value in result.items() if key != "exception"}, "msg": printable(message)}


class WorkerAction(ActionBase):
    """The action plugin of every module."""

    TRANSFERS_FILES = False
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    @seldom_looked_for()
    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module of the task: here, or as any module is run."""
        variables = task_vars or {}
        name = self._task.action.rpartition(".")[2]
        module = import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{name}")
        declaration = declaration_of(module.main)
        try:
            self._task.args = admitted(declaration, self._task.args)
        except Refused as refused:
            return {"failed": True, "changed": False, "msg": refused.message}
        if not self._may_run_here(variables):
            return on_one_line(self._as_any_module(variables))
        super().run(tmp, variables)
        return _worker.run(
            f"{COLLECTION}.{name}",
            declaration,
            self._task.args,
            check_mode=self._task.check_mode,
            with_diff=self._task.diff,
            with_options=self._display.verbosity >= SHOWS_OPTIONS,
            lender=logins_of_this_process() if LOOPS in variables else None,
        )

    def _may_run_here(self, variables: dict[str, Any]) -> bool:
        """Whether a process of its own would be of the same machine, user and environment, and would end in time."""
        return (
            self._connection.transport == "local"
            and not self._play_context.become
            and not self._task.async_val
            and not any(self._task.environment or ())
            and not REQUESTS_ERROR
            # There, what looks up a proxy must not be called after a fork.
            and sys.platform != "darwin"
            and boolean(variables.get(SWITCH, True), strict=False)
        )

    def _as_any_module(self, variables: dict[str, Any]) -> dict[str, Any]:
        normal = self._shared_loader_obj.action_loader.get(
            "ansible.legacy.normal",
            task=self._task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        return dict(normal.run(task_vars=variables))
