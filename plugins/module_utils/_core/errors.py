# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, in the words that a user reads.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class AemError(Exception):
    """The root of every error that ends in a message for the user.

    ``left`` is for a change that failed half way: what it had done by then. ``passing`` says that the same may well
    go better some seconds later. ``warnings`` is the list that a user hears of where the error was overcome.
    """

    passing = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.left: Any = None
        self.warnings: list[str] | None = None

    def overcome(self, how: str) -> None:
        """Tell the user of an error that does no harm any more: ``how`` is a sentence after its message."""
        if self.warnings is not None:
            self.warnings.append(f"{self.message} {how}")

    def facts(self) -> dict[str, Any]:
        """The fields that a failed result carries beside ``msg``."""
        return {}


class Refused(AemError):
    """What was asked for cannot be right; nothing has been changed."""


class ApiError(AemError):
    """Enterprise Manager answered a call with an error (guide 2.4)."""

    def __init__(
        self,
        api_method: str,
        status: int,
        error_code: str,
        error_message: str,
        hint: str = "",
        *,
        passing: bool = False,
    ) -> None:
        told = error_message or "no message"
        label = f" {error_code}" if error_code else ""
        super().__init__(f"{api_method} failed with HTTP {status}{label}: {told}" + (f" {hint}" if hint else ""))
        self.api_method = api_method
        self.status = status
        self.error_code = error_code
        self.error_message = error_message
        self.passing = passing

    def facts(self) -> dict[str, Any]:
        """``api_method``, ``status``, ``error_code`` and ``error_message``."""
        return {
            "api_method": self.api_method,
            "status": self.status,
            "error_code": self.error_code,
            "error_message": self.error_message,
        }


def none_where(error_code: str, look: Callable[[], T]) -> T | None:
    """What ``look`` returns, or None where it ends in an ApiError with that code: there is no such thing."""
    try:
        return look()
    except ApiError as error:
        if error.error_code != error_code:
            raise
        return None


class NoAnswer(AemError):
    """A call got no answer that can be used, so only a look can tell whether its work was done.

    ``sent`` is False when the request certainly never reached Enterprise Manager. With ``timed_out`` it was waited for
    as long as agreed, so the work may still be under way: what is not seen yet may come later. Most of it passes, but
    for what is wrong with the address or a certificate.
    """

    def __init__(
        self,
        api_method: str,
        problem: str,
        *,
        sent: bool,
        status: int | None = None,
        timed_out: bool = False,
        passing: bool = True,
    ) -> None:
        super().__init__(f"{api_method} got no usable answer: {problem}.")
        self.passing = passing
        self.api_method = api_method
        self.problem = problem
        self.sent = sent
        self.status = status
        self.timed_out = timed_out

    def facts(self) -> dict[str, Any]:
        """``api_method`` and the HTTP ``status``, if there was one."""
        return {"api_method": self.api_method, "status": self.status}


class TaskFailed(AemError):
    """A call on a task was answered, but the task is not where it was to go."""

    def __init__(self, api_method: str, message: str, error_message: str) -> None:
        super().__init__(message)
        self.api_method = api_method
        self.error_message = error_message

    def facts(self) -> dict[str, Any]:
        """``api_method``, and what the server or the task says as ``error_message``."""
        return {"api_method": self.api_method, "error_message": self.error_message}


class ManyFailed(AemError):
    """Several of many things failed; the facts are those of the first. It passes where all of them do."""

    def __init__(self, errors: Sequence[AemError], tried: int) -> None:
        super().__init__(f"{len(errors)} of {tried} failed. " + " ".join(error.message for error in errors))
        self.first = errors[0]
        self.passing = all(error.passing for error in errors)

    def facts(self) -> dict[str, Any]:
        """The facts of the first error."""
        return self.first.facts()


class SessionChanged(AemError):
    """The session that a call was bound to has ended; what it carried must be fetched again."""

    def __init__(self, api_method: str) -> None:
        super().__init__(f"{api_method} was not sent: the session that it belongs to ended meanwhile. Run it again.")


class WriteInCheckMode(Exception):
    """A call that writes was about to leave in check mode: a fault of this collection."""
