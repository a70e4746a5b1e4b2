# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that says why a task of a play has failed."""

from __future__ import annotations

DOCUMENTATION = r"""
name: reason
short_description: Say why a task of a play has failed
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Finds the words for a person in the result of a task that has failed. Of a loop these are the words of the items
    that failed, and of a command those on its standard error too.
positional: _input, task
options:
  _input:
    description: The result, such as C(ansible_failed_result) in a C(rescue).
    type: dict
    required: true
  task:
    description: Name of the task, to begin with.
    type: str
"""

EXAMPLES = r"""
- name: Say what has failed
  ansible.builtin.debug:
    msg: "{{ result | qlik.enterprise_manager.reason('Stop the tasks') }}"
  vars:
    result:
      failed: true
      msg: StopTask got no usable answer.
"""

RETURN = r"""
_value:
  description: The words.
  type: str
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any


def reason(result: Any, task: str | None = None) -> str:
    """The words, each once."""
    words = " ".join(dict.fromkeys(_words(result))) or "It gives no reason."
    return f"{task}: {words}" if task else words


def _words(result: Any) -> Iterator[str]:
    if not isinstance(result, Mapping):
        return
    inner = [item for item in result.get("results") or () if isinstance(item, Mapping) and item.get("failed")]
    found = [text for item in inner for text in _words(item)]
    # What is said of the loop as a whole says nothing about why.
    yield from found or (str(result[key]).strip() for key in ("msg", "stderr") if result.get(key))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"reason": reason}
