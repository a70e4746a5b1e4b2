# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts the work of a module in Ansible's own worker process, where no new process has to be started for it.

Options are read, checked and kept secret as AnsibleModule does it. This is private to the collection: it may change in
any release.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from ..module_utils._core.display import forms, printable
from ..module_utils._module import Declaration, Lender, perform, told_to_ansible


def run(
    name: str,
    declaration: Declaration,
    options: Mapping[str, Any],
    check_mode: bool,
    with_diff: bool,
    with_options: bool = False,
    lender: Lender | None = None,
) -> dict[str, Any]:
    """The result of the module ``name`` with the ``options`` of a task, plain data, as the task reports it.

    ``with_options`` adds the options as they were understood, without secrets, for a run that tells everything.
    ``lender`` has a login for several of these.
    """
    checked = ArgumentSpecValidator(declaration.argument_spec(), **declaration.rules).validate(dict(options))
    params, secrets = checked.validated_parameters, checked._no_log_values
    own = declaration.secrets_of(params)
    if own is not None:
        secrets = own
    if checked.errors.errors:
        told: dict[str, Any] = {"failed": True, "msg": printable(_refusal(name, checked.errors))}
    else:
        result = perform(
            declaration.work,
            params,
            check_mode,
            secrets.update,
            known=set(secrets),
            lender=lender,
            border=name,
            given=lambda export: declaration.secrets_of(params, export) or set(),
        )
        told = told_to_ansible(result, with_diff)
        if result.error:
            told["failed"] = True
        if result.warnings:
            told["warnings"] = [printable(warning) for warning in result.warnings]
    if with_options:
        told["invocation"] = {"module_args": params}
    return dict(remove_values(told, secrets | forms(secrets)))


def _refusal(name: str, errors: Any) -> str:
    first = errors[0]
    if isinstance(first, UnsupportedError):
        return f"Unsupported parameters for ({name}) module: {errors.msg}"
    return str(errors.msg)
