# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user can do about an error that Enterprise Manager answers, by its code (docs/error-codes.md has the causes).

Codes that a module takes as no change, or whose own message says all there is to do, have none.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Iterator

_AGAIN = "Run again once the server answers; its own log tells more."
_REPORT = "Please report it, with the output of a run with -vvv."
_CURES = {
    "Run again: it then logs in anew.": ("INVALID_SESSION_ID",),
    # Of a method whose role is known, permissions.py names it instead.
    "The user lacks the role that this needs; the documentation of the module names it.": ("UNAUTHORIZED_REQUEST",),
    _REPORT: ("DESERIALIZE_TO_TYPE", "AEM_MISSING_FIELD", "AEM_NAME_URL_MISMATCH"),
    "Upgrade the server to use this.": ("AEM_METHOD_NOT_SUPPORTED_VERSION",),
    "Register a license in Enterprise Manager, or ask its admin to.": (
        *("LICENSE_NOT_FOUND", "LICENSE_NOT_FOUND_CONTACT_ADMIN", "LICENSE_EVALUATION_EXPIRED"),
        *("LICENSE_TERM_EXPIRED", "LICENSE_INVALID_SIGNATURE", "LICENSE_HOST_MISMATCH"),
    ),
    "Register a valid license with aem_server_license.": (
        *("AEM_SERVER_LICENSE_EXPIRED", "AEM_SERVER_INVALID_LICENSE"),
    ),
    "Give the text of the license file as it came, unchanged.": ("AEM_SRV_LIC_INVALID_FORMAT",),
    "Look at the name; aem_server_info lists the servers.": ("AEM_SERVER_NOT_FOUND",),
    "Set monitored with aem_server, then run again.": ("AEM_SERVER_NOT_MONITORED",),
    "See that the server runs and can be reached, then run again; aem_server_info tells its state.": (
        "AEM_SERVER_NOT_CONNECTED",
    ),
    _AGAIN: (
        *("AEM_GET_SERVER_INNER_ERR", "AEM_PUT_SERVER_INNER_ERR", "AEM_DELETE_SERVER_INNER_ERR"),
        *("AEM_GET_SERVER_ACL_INNER_ERR", "AEM_PUT_SERVER_ACL_INNER_ERR", "AEM_DELETE_SERVER_ACL_INNER_ERR"),
        *("AEM_TABLE_LIST_INNER_ERR", "AEM_TABLE_STATUSES_INNER_ERR", "AEM_PUT_SRV_LIC_INNER_ERR"),
        *("AEM_DELETE_TASK_ERR", "AEM_DELETE_TASK_INNER_ERR", "AEM_PATCH_ENDPOINT_INNER_ERR"),
    ),
    "Look at the name; aem_task_info lists the tasks.": ("AEM_TASK_NOT_FOUND",),
    "Look at the task; a longer timeout may help, then run again.": ("AEM_RUN_TASK_TIMEOUT", "AEM_STOP_TASK_TIMEOUT"),
    "See that its endpoints connect (aem_endpoint_test), then run again.": (
        *("AEM_RUN_TASK_INNER_ERR", "AEM_STOP_TASK_INNER_ERR"),
    ),
    "Stop the task first.": ("AEM_TASK_NOT_STOPPED", "AEM_TASK_NOT_IMPORTABLE", "AEM_IMPORT_TASK_CANNOT_OVERRIDE_TASK"),
    "See that the task runs, and that the table is part of it.": ("AEM_RELOAD_TABLE_ERR", "AEM_UNSPEND_TABLE_ERR"),
    "Look at the name; aem_endpoint_info lists the endpoints.": ("AEM_ENDPOINT_NOT_FOUND",),
    "Ask Replicate servers only.": ("AEM_ENDPOINT_LIST_INNER_ERR",),
    "Remove the tasks that use the endpoint, or give them another one.": (
        *("AEM_ENDPOINT_IS_IN_USE", "AEM_DELETE_ENDPOINT_INNER_ERR"),
    ),
    "aem_failover_check tells what stands against it; look there, then run again.": (
        "AEM_RECONFIGURE_ENDPOINT_INNER_ERR",
    ),
    "A longer timeout may help; see that the Replicate server reaches it.": ("AEM_TEST_ENDPOINT_CONNECTION_TIMEOUT",),
    "See that the task stores changes.": ("AEM_DELETE_OLD_CHANGE_DATA_INNER_ERR",),
    "See that the task partitions its change data.": (
        *("AEM_SET_CHANGE_DATA_RETENTION_BARRIER_INNER_ERR", "AEM_GET_CHANGE_DATA_RETENTION_BARRIER_INNER_ERR"),
    ),
}


def _by_code() -> Iterator[tuple[str, str]]:
    for cure, codes in _CURES.items():
        yield from ((code, cure) for code in codes)


CURES = dict(_by_code())
