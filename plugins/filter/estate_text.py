# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that writes the report of an estate as text."""

from __future__ import annotations

DOCUMENTATION = r"""
name: estate_text
short_description: Write the report of an estate as JSON, Markdown, JUnit or lines
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Writes a report of P(qlik.enterprise_manager.estate_report#filter) as text.
  - Markdown is for a comment on a merge request. What needs eyes comes first, the rest is folded, and what makes it
    longer than 60,000 characters is left out.
positional: _input, form
options:
  _input:
    description: The report.
    type: dict
    required: true
  form:
    description: The form. With V(lines) it is a list of lines for a screen.
    type: str
    choices: [json, markdown, junit, lines]
    required: true
"""

EXAMPLES = r"""
- name: Show a report
  ansible.builtin.debug:
    msg: "{{ [planned] | qlik.enterprise_manager.estate_report | qlik.enterprise_manager.estate_text('markdown') }}"
  vars:
    planned:
      status: in_sync
      changes: []
      summary: {unchanged: 12}
"""

RETURN = r"""
_value:
  description: The text, or with O(form=lines) the lines.
  type: raw
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

FORMS = {"json": "as_json", "markdown": "as_markdown", "junit": "as_junit", "lines": "as_lines"}


def text(found: Mapping[str, Any], form: str) -> Any:
    """The report in that form; raises AnsibleFilterError for one that there is not."""
    from ..module_utils._estate import report

    if form not in FORMS:
        raise AnsibleFilterError(f"qlik.enterprise_manager.estate_text knows {', '.join(FORMS)}, not {form!r}")
    return getattr(report, FORMS[form])(found)


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"estate_text": text}
