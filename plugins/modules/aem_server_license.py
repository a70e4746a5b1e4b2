#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_server_license
short_description: Register the license of a server of Qlik Enterprise Manager
version_added: 0.1.0
description:
  - Registers a license on a Replicate server. A license that is registered already is no change.
  - Enterprise Manager tells of a registered license only its dates and its state. A license counts as registered when
    its C(issue_date) and C(expiration_date) are those of the server and the server calls its license valid.
  - A license that does not name both dates cannot be compared. It is sent each time, which counts as a change, and the
    module warns.
  - Needs the role Admin on the server.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  server:
    description:
      - Name of the server.
    type: str
    required: true
  content:
    description:
      - The license itself, the text of its file. It is never shown.
      - Exactly one of O(content) and O(src) is needed.
    type: str
  src:
    description:
      - File with the license, in UTF-8, on the machine where the module runs.
    type: path
  force:
    description:
      - Whether the license is sent even if it seems to be registered, which counts as a change each time.
    type: bool
    default: false
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Tells whether the license would be registered, and registers nothing.
    support: full
  diff_mode:
    description: Shows the dates and the state, never the license itself.
    support: full
  idempotent:
    description: Licenses are told apart by their dates alone. See the description for what cannot be compared.
    support: partial
notes:
  - Before ansible-core 2.19, a template that makes a license in JSON makes data of it, all of which counts as secret
    then. The license is sent as it should be, but its dates are masked in the result. Use O(src) to see them.
seealso:
  - module: qlik.enterprise_manager.aem_server
  - module: qlik.enterprise_manager.aem_server_info
    description: Tells with O(qlik.enterprise_manager.aem_server_info#module:details=true) when licenses end.
"""

EXAMPLES = r"""
- name: Register a license
  qlik.enterprise_manager.aem_server_license:
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    server: Replicate PRD 1
    content: |
      #
      # Replicate license
      #
      license_type=EVALUATION_LICENSE
      licensed_to=Example Corp
      licensed_by=licensing
      serial_no=90000412
      expiration_date=2030-06-30
      source_types=
      target_types=
      features=
      version=2024.11
      issue_date=2026-07-01
      checksum=A1B2C-3D4E5-F6G7H-8J9K0
  register: registered

- name: Fail if it ends within a month
  ansible.builtin.assert:
    that: registered.license.days_to_expiration | int > 30
"""

RETURN = r"""
license:
  description:
    - The license as GetServerDetails answers it after the run.
    - In check mode, where the license would be registered, the dates that it says and the state V(VALID_LICENSE).
  type: dict
  returned: success
  contains:
    issue_date:
      description: Date on which the license was issued.
      type: str
      returned: always
    expiration:
      description: Date on which the license expires, empty if it does not.
      type: str
      returned: always
    state:
      description: >-
        V(VALID_LICENSE), V(INVALID_LICENSE_CHECKSUM), V(EXPIRED_LICENSE), V(NO_LICENSE), V(MACHINE_NOT_LICENSED) or
        V(INVALID_LICENSE).
      type: str
      returned: always
    days_to_expiration:
      description: Days until the license expires.
      type: int
      returned: when the server was asked for it, so not in check mode where the license would be registered
  sample:
    issue_date: "2026-07-01"
    expiration: "2030-06-30"
    state: VALID_LICENSE
    days_to_expiration: 1315
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._client.api import Api
from ..module_utils._core.plan import Result
from ..module_utils._module import run_module
from ..module_utils._resource import license as licenses
from ..module_utils._resource.whole_state import fulfil


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Plan one license and carry the plan out; what the server tells afterwards beats what was planned."""
    return fulfil(licenses.plan(api, options), api.check_mode, returned_as="license")


def main() -> None:
    run_module(work, licenses.ARGUMENTS, **licenses.RULES)


if __name__ == "__main__":
    main()
