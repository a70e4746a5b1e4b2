# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection's options, documented once."""

from __future__ import annotations


class ModuleDocFragment:
    """Options, requirements and attributes that every module shares."""

    DOCUMENTATION = r"""
options:
  aem_url:
    description:
      - Address of Enterprise Manager, such as V(https://em.example.com). The path of the API is filled in.
      - If a proxy serves Enterprise Manager under another path, give that path too.
      - If not set, the environment variable E(AEM_URL) is used. One of the two is needed.
    type: str
  aem_username:
    description:
      - User to log in with, as V(DOMAIN\\user) or V(user@domain). Goes with O(aem_password).
      - If not set, the environment variable E(AEM_USERNAME) is used.
    type: str
  aem_password:
    description:
      - Password of O(aem_username). It must not hold a colon.
      - Exactly one of O(aem_password), O(aem_token), O(aem_jwt) and O(aem_session_id) is needed. Only O(aem_session_id)
        may stand beside another, and then counts, so that a session on a task beats the defaults of the play.
      - If none of the four is set, the environment variables E(AEM_PASSWORD), E(AEM_TOKEN), E(AEM_JWT) and
        E(AEM_SESSION_ID) are looked at, of which exactly one must be set.
    type: str
  aem_token:
    description:
      - Personal access token of a user who logs in by OpenID Connect.
    type: str
  aem_jwt:
    description:
      - JSON Web Token to log in with.
    type: str
  aem_session_id:
    description:
      - Session that M(qlik.enterprise_manager.aem_session) has begun. There is no login and no logout then.
      - It beats O(aem_password), O(aem_token) and O(aem_jwt), wherever these are set.
      - A session ends five minutes after its last call. It cannot be renewed here, since no login is known.
    type: str
  aem_validate_certs:
    description:
      - Whether the certificate of Enterprise Manager is verified.
      - If not set, the environment variable E(AEM_VALIDATE_CERTS) is used.
    type: bool
    default: true
  aem_ca_path:
    description:
      - File, or folder made by C(c_rehash), of the authorities that may have signed the certificate of Enterprise
        Manager.
      - If not set, the environment variable E(AEM_CA_PATH) is used, and failing that what Python's requests trusts.
    type: path
  aem_client_cert:
    description:
      - File with a client certificate in PEM format, for a proxy that asks for one.
      - If not set, the environment variable E(AEM_CLIENT_CERT) is used.
    type: path
  aem_client_key:
    description:
      - File with the private key of O(aem_client_cert), if that file does not hold it.
      - If not set, the environment variable E(AEM_CLIENT_KEY) is used.
    type: path
  aem_timeout:
    description:
      - Seconds to wait for the answer to a request. One that has begun to arrive by then must go on to do so, at 256
        KiB a second or faster.
      - A call that waits on the server, such as the stop of a task, gets its own time on top.
      - If not set, the environment variable E(AEM_TIMEOUT) is used.
    type: int
    default: 60
  aem_retries:
    description:
      - How many more times a request is tried when the network or a proxy fails.
      - Only requests that do no harm when they arrive twice are tried again. After any other, the module looks at what
        has become of it.
      - If not set, the environment variable E(AEM_RETRIES) is used.
    type: int
    default: 3
  aem_concurrency:
    description:
      - How many requests a module sends side by side, V(64) at most.
      - If not set, the environment variable E(AEM_CONCURRENCY) is used.
    type: int
    default: 8
  aem_use_proxy:
    description:
      - Whether the proxy of the environment variables E(HTTPS_PROXY) and E(NO_PROXY) is used.
      - With V(false), no other environment variable of Python's requests counts either.
      - If not set, the environment variable E(AEM_USE_PROXY) is used.
    type: bool
    default: true
requirements:
  - python >= 3.9
  - requests >= 2.25.1
"""

    ACTIONGROUP = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/qlik.enterprise_manager.aem) in C(module_defaults) to set the connection once.
    support: full
    membership:
      - qlik.enterprise_manager.aem
"""

    CHANGES = r"""
options: {}
attributes:
  check_mode:
    description: Tells what would change, and changes nothing.
    support: full
  diff_mode:
    description: Shows what changes, or would change in check mode.
    support: full
  idempotent:
    description: A second run changes nothing.
    support: full
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    description: Does the same in check mode, since it only reads.
    support: full
  diff_mode:
    description: Has nothing to show, since it changes nothing.
    support: N/A
  idempotent:
    description: Changes nothing.
    support: full
"""

    CHOICE = r"""
options:
  server:
    description:
      - Name of the server that the tasks are on.
      - Exactly one of O(server) and O(selection) is needed.
    type: str
  tasks:
    description:
      - Names of tasks, or patterns with C(*), C(?) and C([]). A name that no task has is an error, and so is a pattern
        that no task matches, see O(allow_none).
      - A name is found in another case too, as Enterprise Manager does. In patterns, case counts.
      - With O(server), at least one of O(tasks), O(tags) and O(exclude) is needed.
    type: list
    elements: str
  tags:
    description:
      - Tags, of which a task must have one. With O(tasks) as well, a task must match both. A tag that no task has is an
        error, see O(allow_none).
    type: list
    elements: str
  exclude:
    description:
      - Names or patterns, as in O(tasks), of tasks that are left out of what else chooses. Alone, it chooses all
        others.
    type: list
    elements: str
  allow_none:
    description:
      - Whether there may be no such task. Then a pattern or a tag that no task has is warned of, and an empty list is
        taken as it is. Otherwise each is an error, since a typing error must not pass for work that is done.
    type: bool
    default: false
  selection:
    description:
      - Tasks of several servers, in place of O(server), O(tasks), O(tags) and O(exclude).
      - A task that is chosen twice counts once.
    type: list
    elements: dict
    suboptions:
      server:
        description: Name of the server that the tasks are on.
        type: str
        required: true
      tasks:
        description: As O(tasks).
        type: list
        elements: str
      tags:
        description: As O(tags).
        type: list
        elements: str
      exclude:
        description: As O(exclude).
        type: list
        elements: str
"""
