# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes one report of what the runs of aem_estate came to."""

from __future__ import annotations

DOCUMENTATION = r"""
name: estate_report
short_description: Make one report of what the planning or applying of an estate came to
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Puts results of M(qlik.enterprise_manager.aem_estate), one or one for each server, together into one report.
  - It is what the role P(qlik.enterprise_manager.estate#role) is made of.
positional: _input, about, places
options:
  _input:
    description: Results of M(qlik.enterprise_manager.aem_estate), also of calls that failed.
    type: list
    elements: dict
    required: true
  about:
    description:
      - What is known of the run, such as C(host), C(stage), C(commit), C(begun) and C(ended), C(problems) of the
        folder, and C(failure).
    type: dict
    default: {}
  places:
    description:
      - Where things stand, as P(qlik.enterprise_manager.estate_folder#lookup) returns it.
    type: list
    elements: dict
    default: []
seealso:
  - plugin: qlik.enterprise_manager.estate_text
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Say what came of it
  ansible.builtin.debug:
    msg: "{{ ([planned] | qlik.enterprise_manager.estate_report({'host': 'em-prd'})).status }}"
  vars:
    planned:
      status: in_sync
      changes: []
      summary: {unchanged: 12}
"""

RETURN = r"""
_value:
  description: The report. C(status) says what came of it.
  type: dict
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def made(
    results: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any] | None = None,
    places: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """The report."""
    from ..module_utils._estate.report import report

    return report(about or {}, results, places or ())


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"estate_report": made}
