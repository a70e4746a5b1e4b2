#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_session
short_description: Log in to Qlik Enterprise Manager once for many tasks
version_added: 0.1.0
description:
  - Begins a session that other modules of this collection use through O(aem_session_id), or ends one.
  - Without it each task logs in and out by itself. With it a play logs in once.
  - A session is no part of what Enterprise Manager manages, so this module never reports a change, and it does the same
    in check mode.
  - A session ends by itself five minutes after its last call.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  state:
    description:
      - V(present) logs in with a password, a token or a JWT and returns the session.
      - V(absent) ends the session given as O(aem_session_id). One that is over already is no error.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Logs in and out in check mode too, so that the tasks that use the session can be checked.
    support: full
  diff_mode:
    description: Has nothing to show.
    support: N/A
  idempotent:
    description: Every run with O(state=present) begins a new session.
    support: none
notes:
  - Whoever has RV(session_id) can act as the user. Set C(no_log=true) on the task, as in the examples.
seealso:
  - module: qlik.enterprise_manager.aem_server_info
"""

EXAMPLES = r"""
- name: Log in
  qlik.enterprise_manager.aem_session:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
  register: em
  no_log: true

- name: List the servers in that session
  qlik.enterprise_manager.aem_server_info:
    aem_url: https://em.example.com
    aem_session_id: "{{ em.session_id }}"

- name: Log out
  qlik.enterprise_manager.aem_session:
    aem_url: https://em.example.com
    aem_session_id: "{{ em.session_id }}"
    state: absent
"""

RETURN = r"""
session_id:
  description: The session, to be given as O(aem_session_id) to other modules. It is a secret.
  type: str
  returned: when O(state=present)
  sample: J3ckzWibi_w6Fr1G-t003Q
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._client.judging import SESSION_ENDED
from ..module_utils._core.errors import ApiError, Refused
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module

ARGUMENTS = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Log in or out, in check mode too."""
    given = api.session.connection.session_id
    if options["state"] == "present":
        if given:
            raise Refused("state present begins a session: give a password, token or JWT instead of aem_session_id.")
        return Result({"session_id": api.login()}, keeps_session=True)
    if not given:
        raise Refused("state absent needs aem_session_id: the session to end.")
    try:
        api.logout()
    except ApiError as error:
        if error.error_code != SESSION_ENDED:
            raise
    return Result()


def main() -> None:
    run_module(work, ARGUMENTS)


if __name__ == "__main__":
    main()
