# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that makes the name of a thing one of a file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: file_name
short_description: Make the name of a server, a task or an endpoint one of a file
version_added: 0.1.0
author:
  - The qlik.enterprise_manager contributors
description:
  - Percent-encodes what is not ASCII and what has a meaning in paths, so that the file lies in the folder that it is
    meant for, and is not hidden.
  - A name that gets too long for a file is cut, and ends in a checksum then. No two names become the same.
positional: _input
options:
  _input:
    description: The name.
    type: str
    required: true
  longest:
    description: The most bytes that it may have. File systems take 255, with whatever is added to it.
    type: int
    default: 200
"""

EXAMPLES = r"""
- name: Say where a definition is kept
  ansible.builtin.debug:
    msg: "{{ 'DEV in/out' | qlik.enterprise_manager.file_name }}.json"
"""

RETURN = r"""
_value:
  description: A name for a file or a folder.
  type: str
"""

from collections.abc import Callable
from typing import Any


def named(name: Any, longest: int = 200) -> str:
    """The name of a file; whatever ``name`` is counts as text."""
    from ..module_utils._core.files import file_name

    return file_name(str(name), longest=int(longest))


class FilterModule:
    """The filter, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filter by its name."""
        return {"file_name": named}
