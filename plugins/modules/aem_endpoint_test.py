#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_endpoint_test
short_description: Test endpoints of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Has a Replicate server connect to its endpoints, side by side, chosen by name or pattern.
  - A test checks the connection, the permissions of its user and what change processing needs. It changes nothing.
  - Needs the role Operator on the endpoints and, where O(endpoints) holds a pattern, Viewer on all endpoints.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  endpoints:
    description:
      - Names of endpoints, or patterns with C(*), C(?) and C([]). A pattern that no endpoint matches is an error, see
        O(allow_none).
      - In check mode, one that is not there is not tested, since an earlier task of the play may make it. There is a
        warning, and its status is V(UNKNOWN).
    type: list
    elements: str
    required: true
  allow_none:
    description:
      - Whether there may be no such endpoint. Then a pattern that no endpoint matches is warned of, and an empty list
        is taken as it is. Otherwise each is an error.
    type: bool
    default: false
  timeout:
    description:
      - Seconds that the server has for each test.
    type: int
    default: 60
  fail_on_error:
    description:
      - Whether the module fails if the test of an endpoint does. RV(endpoints) is returned in either case.
    type: bool
    default: true
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
  - qlik.enterprise_manager.aem.info
"""

EXAMPLES = r"""
- name: Test two endpoints before a change
  qlik.enterprise_manager.aem_endpoint_test:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    endpoints: [ERP Oracle, DW Snowflake]

- name: Test all endpoints, half a minute each
  qlik.enterprise_manager.aem_endpoint_test:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    endpoints: ["*"]
    timeout: 30
    fail_on_error: false
  register: tests

- name: Name those that cannot be connected to
  ansible.builtin.debug:
    msg: "{{ tests.endpoints | rejectattr('status', 'equalto', 'CONNECTED') | map(attribute='name') }}"
"""

RETURN = r"""
endpoints:
  description: What the test of each endpoint came to.
  type: list
  elements: dict
  returned: when the tests were made, also if they failed
  contains:
    name:
      description: Name of the endpoint.
      type: str
      returned: always
    status:
      description: >-
        V(CONNECTED), V(ERROR), also where Enterprise Manager answered the test with an error, or V(UNKNOWN), also
        where its answer was lost.
      type: str
      returned: always
    message:
      description: What is wrong, else empty.
      type: str
      returned: always
    detailed_message:
      description: More of what is wrong.
      type: str
      returned: always
    error_code:
      description: Error code of Enterprise Manager, such as V(AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT).
      type: str
      returned: when Enterprise Manager answered the test with an error
  sample:
    - name: ERP Oracle
      status: CONNECTED
      message: ""
      detailed_message: ""
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import connection_test


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Test the endpoints."""
    return connection_test.report(api, options)


def main() -> None:
    run_module(work, connection_test.ARGUMENTS)


if __name__ == "__main__":
    main()
