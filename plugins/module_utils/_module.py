# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares: the connection's options, one session, and how a result or an error reaches Ansible.

A module's work is a function of its options and the api, which knows whether this is check mode and then refuses to
write. It knows no AnsibleModule, so that a module process (here) and Ansible's own worker (``plugin_utils/_worker.py``)
can both host it.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ansible.module_utils.basic import AnsibleModule, env_fallback, missing_required_lib
from ansible.module_utils.common.validation import check_type_dict, check_type_list

from ._client.api import Api
from ._client.connection import SECRETS, Connection, url_secrets
from ._client.http import Login, Session
from ._client.nearest import ask_for_nearest
from ._client.transport import REQUESTS_ERROR
from ._core.display import forms, printable, shown
from ._core.errors import AemError, Refused
from ._core.garbage import seldom_looked_for
from ._core.plain import plain
from ._core.plan import Result

Work = Callable[[Mapping[str, Any], Api], Result]

_LONGEST_FAULT = 500


def _with_environment(name: str, **spec: Any) -> dict[str, Any]:
    return {**spec, "fallback": (env_fallback, [name.upper()])}


CONNECTION_ARGUMENTS: dict[str, dict[str, Any]] = {
    # It is needed. That is told by the connection, which knows the variable of the environment too.
    "aem_url": _with_environment("aem_url", type="str"),
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


@dataclass(frozen=True)
class Declaration:
    """What a module is, for whoever hosts it.

    ``arguments`` is the argument spec without the connection, ``rules`` what else AnsibleModule takes.
    With ``secrets_in``, an option of type dict, list or raw that is ``no_log`` is kept out of Ansible's log as a whole,
    while in the result only the secrets in it are hidden; the text of an export may tell it of more of them.
    """

    work: Work
    arguments: Mapping[str, dict[str, Any]]
    secrets_in: Callable[[Any, str], set[str]] | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)

    def argument_spec(self) -> dict[str, dict[str, Any]]:
        """The argument spec, connection included."""
        return {**CONNECTION_ARGUMENTS, **self.arguments}

    def secrets_of(self, options: Mapping[str, Any], export: str = "") -> set[str] | None:
        """The secrets in ``options``, by an ``export`` too; None where those that Ansible finds by itself are right."""
        if not self.secrets_in:
            return None
        secrets: set[str] = set()
        for name, spec in self.argument_spec().items():
            value = options.get(name)
            if spec.get("no_log") is True and value:
                secrets |= self.secrets_in(value, export) if spec["type"] in ("dict", "list", "raw") else {str(value)}
        return secrets


def refuse_unfit(arguments: Mapping[str, dict[str, Any]], options: Mapping[str, Any]) -> None:
    """Raise Refused where options that have options of their own are given as what can be no such thing.

    Ansible takes note of that too, and then stumbles over it.
    """
    for name, spec in arguments.items():
        given = options.get(name)
        if "options" not in spec or given is None:
            continue
        try:
            for item in check_type_list(given) if spec["type"] == "list" else [given]:
                if item is not None:
                    refuse_unfit(spec["options"], check_type_dict(item))
        except TypeError as error:
            what = "a list of dictionaries" if spec["type"] == "list" else "a dictionary"
            raise Refused(f"{name} must be {what}: {printable(str(error))}.") from error


class Lender(Protocol):
    """Who has logins that outlive one piece of work."""

    def login(self, connection: Connection) -> Login | None:
        """The login for a connection; None where the work is to log in and out for itself."""

    def forget(self, connection: Connection) -> None:
        """Never lend the login of that connection again: somebody else has it now."""


class Fault(AemError):
    """Something that this collection should have told in better words: a bug, wherever it is."""

    def __init__(self, name: str, fault: BaseException, hidden: Iterable[str]) -> None:
        frames = traceback.extract_tb(fault.__traceback__)
        where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        told = shown(f"{type(fault).__name__}: {fault}", hidden, _LONGEST_FAULT)
        super().__init__(
            f"{name} has met what it did not expect{where}, {told}. This is a fault of the collection: please report"
            " it, with this message."
        )


_declared: ContextVar[list[Declaration] | None] = ContextVar("_declared", default=None)


def declaration_of(main: Callable[[], None]) -> Declaration:
    """What the ``main`` of a module declares. It is not run."""
    declared: list[Declaration] = []
    token = _declared.set(declared)
    try:
        main()
    finally:
        _declared.reset(token)
    return declared[0]


def run_module(
    work: Work,
    arguments: Mapping[str, dict[str, Any]],
    secrets_in: Callable[[Any, str], set[str]] | None = None,
    **rules: Any,
) -> None:
    """Declare a module, see :class:`Declaration`, and run it in this process, unless somebody only asks for that."""
    declaration = Declaration(work, arguments, secrets_in, rules)
    declared = _declared.get()
    if declared is None:
        _run_here(declaration)
    else:
        declared.append(declaration)


@seldom_looked_for()
def _run_here(declaration: Declaration) -> None:
    """Host a module in a process of its own: read the options, do the work, tell Ansible."""
    module = AnsibleModule(
        argument_spec=declaration.argument_spec(), supports_check_mode=True, **dict(declaration.rules)
    )
    if REQUESTS_ERROR:
        module.fail_json(msg=missing_required_lib("requests"), exception=REQUESTS_ERROR)
    secrets = declaration.secrets_of(module.params)
    if secrets is not None:
        module.no_log_values = secrets
    try:
        options = plain(module.params)
    except AemError as error:
        module.fail_json(msg=error.message)
    result = perform(
        declaration.work,
        options,
        module.check_mode,
        module.no_log_values.update,
        known=module.no_log_values,
        border=module._name,
        given=lambda export: declaration.secrets_of(options, export) or set(),
    )
    module.no_log_values |= forms(module.no_log_values)
    for warning in result.warnings:
        module.warn(printable(warning))
    told = told_to_ansible(result, module._diff)
    if result.error:
        module.fail_json(**told)
    module.exit_json(**told)


def told_to_ansible(result: Result, with_diff: bool) -> dict[str, Any]:
    """A result as Ansible takes it, warnings aside; ``msg`` and the facts of the error are there where it failed.

    What Ansible prints as it is, is on one line and has no control characters.
    """
    told = {**result.values, "changed": result.changed}
    if with_diff and result.diff:
        entries = [_headed(entry) for entry in result.diff]
        told["diff"] = entries[0] if len(entries) == 1 else entries
    # What a module says in a field goes before a fact of the same name, such as the HTTP status.
    return {**result.error.facts(), **told, "msg": printable(result.error.message)} if result.error else told


def _headed(entry: Mapping[str, Any]) -> dict[str, Any]:
    headers = {key: printable(value) for key, value in entry.items() if key.endswith("_header")}
    return {**entry, **headers}


def _nothing(_export: str) -> Iterable[str]:
    return ()


def _noting(
    session: Session, given: Callable[[str], Iterable[str]], keep_secret: Callable[[Iterable[str]], None]
) -> Callable[[str], None]:
    """Keep secret from now on what an export tells to be one."""

    def note(export: str) -> None:
        secrets = set(given(export))
        session.hide(secrets)
        keep_secret(secrets)

    return note


def perform(
    work: Work,
    options: Mapping[str, Any],
    check_mode: bool,
    keep_secret: Callable[[Iterable[str]], None],
    *,
    known: Iterable[str] = (),
    lender: Lender | None = None,
    border: str = "",
    given: Callable[[str], Iterable[str]] = _nothing,
) -> Result:
    """Do ``work`` in a session, which ends with it unless it is lent. An AemError becomes the error of the result.

    ``keep_secret`` is told whatever must never be printed, as soon as it is known; ``known`` are the secrets that the
    host knows already, and ``given`` says what of the options is one by the text of an export. With ``border``, the
    name of the module, any other exception becomes an error too.
    """
    keep_secret(url_secrets(options))
    session: Session | None = None
    result = Result()
    try:
        connection = Connection.from_options(options)
        keep_secret(connection.secrets())
        session = Session(connection, read_only=check_mode, login=lender.login(connection) if lender else None)
        session.hide(known)
        result = _done(work, options, Api(session, _noting(session, given, keep_secret)))
    except AemError as error:
        result = Result(error=error)
    except Exception as fault:
        if not border:
            raise
        hidden = session.login.hidden if session else forms(known)
        result = Result(error=Fault(border, fault, hidden), changed=bool(session and session.wrote))
    finally:
        if session:
            _end(session, result, keep_secret, lender)
    if session:
        result.warnings = [*dict.fromkeys(session.warnings), *result.warnings]
    return result


def _done(work: Work, options: Mapping[str, Any], api: Api) -> Result:
    """What ``work`` returns, or the error that it ends in."""
    try:
        result = work(options, api)
    except AemError as error:
        result = Result(error=error)
    if result.error:
        ask_for_nearest(api, result.error)
    return result


def _end(session: Session, result: Result, keep_secret: Callable[[Iterable[str]], None], lender: Lender | None) -> None:
    if not result.keeps_session:
        keep_secret(session.secrets())
    elif lender:
        lender.forget(session.connection)
    session.close(keep=result.keeps_session)
