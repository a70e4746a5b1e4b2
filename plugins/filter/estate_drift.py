# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that tells the causes of drift."""

from __future__ import annotations

DOCUMENTATION = r"""
name: estate_drift
short_description: Tell who or what made an estate differ from git
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Compares the plan of git as it is with the plan of git as it was last applied. What both would change, a hand has
    changed; the audit trail tells whose. Both are planned with the variables of today, so of what git says with
    variables it is left open, unless the audit trail tells.
  - It reads the definitions that O(places) name, to tell lines in them.
  - It is what the stage C(drift) of the role P(qlik.enterprise_manager.estate#role) is made of.
positional: _input, applied, places, records, applied_servers
options:
  _input:
    description: The changes that M(qlik.enterprise_manager.aem_estate) would make.
    type: list
    elements: dict
    required: true
  applied:
    description:
      - The changes that it would make by git as it was last applied. If not set, causes are not known.
    type: list
    elements: dict
  places:
    description:
      - Where things stand, as P(qlik.enterprise_manager.estate_folder#lookup) returns it with its option C(lines).
    type: list
    elements: dict
    default: []
  records:
    description: Records of the audit trail, as M(qlik.enterprise_manager.aem_audit_trail_info) returns them.
    type: list
    elements: raw
    default: []
  applied_servers:
    description:
      - The servers that O(applied) speaks of, where not all could be read. If not set, it speaks of all.
    type: list
    elements: str
"""

EXAMPLES = r"""
- name: Tell the cause of each difference
  ansible.builtin.debug:
    msg: "{{ changes | qlik.enterprise_manager.estate_drift(applied=changes) | map(attribute='cause') }}"
  vars:
    changes:
      - {server: PRD, kind: server, name: PRD, action: update, before: {description: x}, after: {description: y}}
"""

RETURN = r"""
_value:
  description:
    - For each change C(server), C(kind), C(name), C(cause) and C(advice), and where it is known C(user), C(time),
      C(file), C(line) and C(take_over), the settings to change in git if the hand was right, each with C(setting),
      C(value), C(file), C(line), C(written), the value as it would stand there, and C(template), what git says where
      that is made of variables. There is no C(advice) on what could not be compared.
  type: list
  elements: dict
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any


def drift(
    changes: Sequence[Mapping[str, Any]],
    applied: Sequence[Mapping[str, Any]] | str | None = None,
    places: Sequence[Mapping[str, Any]] | None = None,
    records: Sequence[Any] | None = None,
    applied_servers: Sequence[str] | str | None = None,
) -> list[dict[str, Any]]:
    """The causes."""
    from ..module_utils._estate.drift import causes

    # Before ansible-core 2.19 a variable that is none arrives as an empty text.
    then, servers = (None if isinstance(value, str) else value for value in (applied, applied_servers))
    return causes(changes, then, places or (), records or (), servers, _text)


# The settings of a task come one after the other.
@lru_cache(maxsize=1)
def _text(path: str) -> str | None:
    """The text of a file, None where it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"estate_drift": drift}
