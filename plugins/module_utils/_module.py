# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares: the connection's options, one session, and how a result or an error reaches Ansible.

A module's work is a function of its options and the api, which knows whether this is check mode and then refuses to
write. It knows no AnsibleModule, so that a module process and Ansible's own worker can both host it.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib

from ._api import Api
from ._connection import SECRETS, Connection
from ._errors import AemError
from ._http import REQUESTS_ERROR, Session
from ._plan import Result

Work = Callable[[Mapping[str, Any], Api], Result]


def _with_environment(name: str, **spec: Any) -> dict[str, Any]:
    return {**spec, "fallback": (env_fallback, [name.upper()])}


CONNECTION_ARGUMENTS: dict[str, dict[str, Any]] = {
    "aem_url": _with_environment("aem_url", type="str", required=True),
    "aem_username": _with_environment("aem_username", type="str"),
    # These four have no fallback of Ansible's: one that is given as an option must beat all of the environment.
    **{name: {"type": "str", "no_log": True} for name in SECRETS},
    "aem_validate_certs": _with_environment("aem_validate_certs", type="bool", default=True),
    "aem_ca_path": _with_environment("aem_ca_path", type="path"),
    "aem_client_cert": _with_environment("aem_client_cert", type="path"),
    "aem_client_key": _with_environment("aem_client_key", type="path", no_log=False),
    "aem_timeout": _with_environment("aem_timeout", type="int", default=60),
    "aem_retries": _with_environment("aem_retries", type="int", default=3),
    "aem_concurrency": _with_environment("aem_concurrency", type="int", default=8),
    "aem_use_proxy": _with_environment("aem_use_proxy", type="bool", default=True),
}


def run_module(
    work: Work, arguments: Mapping[str, Any], secrets_in: Callable[[Any], set[str]] | None = None, **specification: Any
) -> None:
    """Host ``work`` in a module process: read the options, do the work, tell Ansible.

    ``arguments`` is the argument spec without the connection, ``specification`` what else AnsibleModule takes.
    With ``secrets_in``, an option of type dict or raw that is ``no_log`` is kept out of Ansible's log as a whole, while
    in the result only the secrets in it are hidden.
    """
    module = AnsibleModule(
        argument_spec={**CONNECTION_ARGUMENTS, **arguments}, supports_check_mode=True, **specification
    )
    if REQUESTS_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_ERROR)
    if secrets_in:
        module.no_log_values = _secrets_of(module.params, arguments, secrets_in)
    result = perform(work, module.params, module.check_mode, module.no_log_values.update)
    for warning in result.warnings:
        module.warn(warning)
    told = {**result.values, "changed": result.changed}
    if module._diff and result.diff:
        told["diff"] = result.diff[0] if len(result.diff) == 1 else result.diff
    if result.error:
        module.fail_json(msg=result.error.message, **{**told, **result.error.facts()})
    module.exit_json(**told)


def _secrets_of(
    options: Mapping[str, Any], arguments: Mapping[str, Any], secrets_in: Callable[[Any], set[str]]
) -> set[str]:
    secrets: set[str] = set()
    for name, spec in {**CONNECTION_ARGUMENTS, **arguments}.items():
        value = options.get(name)
        if spec.get("no_log") is True and value:
            secrets |= secrets_in(value) if spec["type"] in ("dict", "raw") else {str(value)}
    return secrets


def perform(
    work: Work, options: Mapping[str, Any], check_mode: bool, keep_secret: Callable[[Iterable[str]], None]
) -> Result:
    """Do ``work`` in a session of its own, which ends with it. An AemError becomes the error of the result.

    ``keep_secret`` is told whatever must never be printed, as soon as it is known.
    """
    try:
        connection = Connection.from_options(options)
    except AemError as error:
        return Result(error=error)
    keep_secret(connection.secrets())
    session = Session(connection, read_only=check_mode)
    result = Result()
    try:
        result = work(options, Api(session))
    except AemError as error:
        result = Result(error=error)
    finally:
        if not result.keeps_session:
            keep_secret(session.secrets())
        session.close(keep=result.keeps_session)
    result.warnings = [*dict.fromkeys(session.warnings), *result.warnings]
    return result
