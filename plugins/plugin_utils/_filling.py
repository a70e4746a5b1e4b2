# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the texts of an estate stand for: expressions evaluated by Ansible, or only looked at.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleError
from jinja2 import Environment
from jinja2.exceptions import TemplateSyntaxError

from ..module_utils._core.errors import Refused
from ..module_utils._core.plain import plain_value
from ..module_utils._estate.options import Open
from ._folder import NotFilled
from ._yaml import Literal, Vaulted

try:
    from ansible.template import trust_as_template
except ImportError:
    # Before ansible-core 2.19 any text is trusted.
    def trust_as_template(value: Any) -> Any:
        """The text as it is."""
        return value


_SIGNS = ("{{", "{%", "{#")
# A variable and nothing else.
_REFERENCE = re.compile(r"\{\{ (\w+) \}\}")
_OMITTED = "AnsibleValueOmittedError"


def is_expression(text: str) -> bool:
    """Whether there is anything to evaluate in a text."""
    return not isinstance(text, Literal) and any(sign in text for sign in _SIGNS)


def unevaluated(text: str) -> Any:
    """For a look without variables and secrets: an expression is Open if it could be evaluated.

    Raise NotFilled for one that no variable could make right.
    """
    if isinstance(text, Vaulted):
        return Open()
    if not is_expression(text):
        return str(text)
    try:
        Environment(autoescape=True).parse(str(text))
    except TemplateSyntaxError as error:
        raise NotFilled(f"The expression cannot be understood: {_sentence(error.message or '')}") from error
    return Open()


class Evaluation:
    """Evaluates texts with the variables of a host."""

    def __init__(self, templar: Any, loader: Any, variables: dict[str, Any], stand_ins: Iterable[str] = ()) -> None:
        """``stand_ins`` are names of variables in place of which, where there are none, other text stands."""
        self._templar = templar
        self._loader = loader
        # Before ansible-core 2.19 what is omitted is a word that nobody would write.
        self._omitted = variables.get("omit")
        self._stand_ins = frozenset(stand_ins).difference(variables)

    def __call__(self, text: str) -> Any:
        """What a text stands for. An expression that is all of it keeps its type; what is omitted is None.

        Raise NotFilled where a variable is not defined, or a vault cannot be opened.
        """
        if isinstance(text, Vaulted):
            return self._decrypted(text)
        if self._stand_ins and not isinstance(text, Literal):
            text = _REFERENCE.sub(self._stood_in_for, text)
        if not is_expression(text):
            return str(text)
        try:
            found = plain_value(self._templar.template(trust_as_template(str(text))))
        except AnsibleError as error:
            if type(error).__name__ == _OMITTED:
                return None
            raise NotFilled(f"The expression cannot be evaluated: {_told(error)}") from error
        except Refused as refused:
            raise NotFilled(refused.message) from refused
        return None if found == self._omitted and found is not None else found

    def _stood_in_for(self, found: re.Match[str]) -> str:
        return f"value of {found[1]}" if found[1] in self._stand_ins else found[0]

    def _decrypted(self, text: str) -> str:
        try:
            return str(self._loader._vault.decrypt(str(text).encode()).decode("utf-8"))
        except AnsibleError as error:
            raise NotFilled(f"The value cannot be decrypted: {_told(error)}") from error


def _told(error: AnsibleError) -> str:
    """What an error of Ansible says, in one line."""
    return _sentence(str(getattr(error, "message", "") or error))


def _sentence(text: str) -> str:
    return text.strip().splitlines()[0].rstrip(".") + "." if text.strip() else "nobody says why."
