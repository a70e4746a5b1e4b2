# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can go wrong, in the words that a user reads.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
# What a text looks like where it is shown, cut to so many characters.
Shown = Callable[[str, "int | None"], str]

_LONGEST_CODE = 100
_LONGEST_MESSAGE = 4000
_LONGEST_QUOTE = 120
_EARLIER_TRY = "An earlier try got no answer, and may have been done."
_MAY_BE_DONE = "It may have been done all the same."
_UNREACHED = "See that Enterprise Manager runs, and that aem_url is where it can be reached."
_TOO_SLOW = "A longer aem_timeout may help."
_BROKEN = "Look at Enterprise Manager, and at what stands between it and here, then run again."


class AemError(Exception):
    """The root of every error that ends in a message for the user.

    ``left`` is for a change that failed half way: what it had done by then. Who sets it counts what nobody knows.
    ``passing`` says that the same may well go better some seconds later. ``unsettled`` says that a call that writes may
    have done its work all the same: what nobody knows counts as a change. ``advice`` is the end of the message where
    that says what to do in general. ``warnings`` is the list that a user hears of where the error was overcome.
    ``causes`` holds the errors that this one sums up.
    """

    passing = False
    unsettled = False
    advice = ""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
        self.left: Any = None
        self.causes: Sequence[AemError] = ()
        self.warnings: list[str] | None = None

    def __str__(self) -> str:
        """The message, as it is now."""
        return self.message

    def __repr__(self) -> str:
        """The message, as it is now, and what kind of error it is."""
        return f"{type(self).__name__}({self.message!r})"

    def add(self, sentence: str) -> None:
        """Tell more, after what the message says already."""
        self.message = f"{ended(self.message)} {sentence}"

    def overcome(self, how: str) -> None:
        """Tell the user of an error that does no harm any more: ``how`` is a sentence after its message."""
        if self.warnings is not None:
            self.warnings.append(f"{ended(self.message.removesuffix(self.advice))} {how}")

    def facts(self) -> dict[str, Any]:
        """The fields that a failed result carries beside ``msg``."""
        return {}


class Refused(AemError):
    """What was asked for cannot be right; nothing has been changed."""


class TooLittle(Refused):
    """What is not there was given too little to be made, so its name may be a slip of the pen.

    ``error_code`` and ``path`` are as those of a call that did not find it.
    """

    def __init__(self, message: str, error_code: str, path: tuple[str, ...]) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.path = path


class ApiError(AemError):
    """Enterprise Manager answered a call, which was ``about`` something, with an error (guide 2.4).

    ``path`` holds the segments of the address that was called, names as they are.
    """

    def __init__(
        self,
        api_method: str,
        status: int,
        error_code: str,
        error_message: str,
        hint: str = "",
        *,
        about: str = "",
        passing: bool = False,
    ) -> None:
        super().__init__("")
        self.api_method = api_method
        self.status = status
        self.error_code = error_code
        self.error_message = error_message
        self.hint = self.advice = hint
        self.about = about
        self.passing = passing
        self.path: tuple[str, ...] = ()
        self.message = self._words()

    def _words(self) -> str:
        told = self.error_message or "no message"
        label = f" {self.error_code}" if self.error_code else ""
        words = f"{_of(self.api_method, self.about)} failed with HTTP {self.status}{label}: {told}"
        more = [_EARLIER_TRY, self.hint] if self.unsettled else [self.hint]
        return " ".join(filter(None, [ended(words), *more])) if any(more) else words

    def not_settled(self) -> None:
        """Tell that an earlier try of the call, which writes, had no answer."""
        self.unsettled = True
        self.message = self._words()

    def with_hint(self, hint: str) -> ApiError:
        """The same error with another hint."""
        told = self.error_message
        return ApiError(
            self.api_method, self.status, self.error_code, told, hint, about=self.about, passing=self.passing
        )

    def show(self, about: str, shown: Shown) -> None:
        """Say what it was about, and let ``shown`` take out of the server's words what must not be seen."""
        self.about = shown(about, None)
        self.error_code = shown(self.error_code, _LONGEST_CODE)
        self.error_message = shown(self.error_message, _LONGEST_MESSAGE)
        self.message = self._words()

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
    for what is wrong with the address or a certificate. ``quote`` is what somebody else said, as much as fits.
    ``advice`` stands at the end; without one it follows from the rest, unless ``problem`` tells what to do.
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
        quote: str = "",
        advice: str | None = None,
    ) -> None:
        super().__init__("")
        self.api_method = api_method
        self.sent = sent
        self.status = status
        self.timed_out = timed_out
        self.passing = passing
        self._problem, self._quote = problem, quote
        self.advice = self._general_advice() if advice is None else advice
        self.show("", lambda text, longest: text[:longest])

    def show(self, about: str, shown: Shown) -> None:
        """Say what it was about, and let ``shown`` take out of others' words what must not be seen, and cut them."""
        quoted = f": {shown(self._quote, _LONGEST_QUOTE)}" if self._quote else ""
        self.problem = (shown(self._problem, _LONGEST_MESSAGE) + quoted).rstrip().rstrip(".")
        self._of = _of(self.api_method, shown(about, None))
        self.message = self._words()

    def not_settled(self) -> None:
        """Tell that the call writes, and may have done so."""
        self.sent = self.unsettled = True
        self.message = self._words()

    def _words(self) -> str:
        words = ended(f"{self._of} got no usable answer: {self.problem}")
        return " ".join(filter(None, [words, _MAY_BE_DONE if self.unsettled else "", self.advice]))

    def _general_advice(self) -> str:
        if not self.passing:
            return ""
        return _TOO_SLOW if self.timed_out else _BROKEN if self.sent else _UNREACHED

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
        super().__init__(f"{len(errors)} of {tried} failed. {told_once(errors)}")
        self.causes = errors
        self.passing = all(error.passing for error in errors)
        self.unsettled = any(error.unsettled for error in errors)

    def facts(self) -> dict[str, Any]:
        """The facts of the first error."""
        return self.causes[0].facts()


class SessionChanged(AemError):
    """The session that a call was bound to has ended; what it carried must be fetched again."""

    def __init__(self, api_method: str, about: str = "") -> None:
        told = "was not sent: the session that it belongs to ended meanwhile. Run it again."
        super().__init__(f"{_of(api_method, about)} {told}")
        self.api_method = api_method

    def facts(self) -> dict[str, Any]:
        """``api_method``."""
        return {"api_method": self.api_method}


class WriteInCheckMode(Exception):
    """A call that writes was about to leave in check mode: a fault of this collection."""


def may_have_changed(error: BaseException) -> bool:
    """Whether an error, or one that it came of, is of a call that writes and may have done its work."""
    causes: BaseException | None = error
    while causes is not None:
        if isinstance(causes, AemError) and causes.unsettled:
            return True
        causes = causes.__cause__ or causes.__context__
    return False


def told_once(errors: Sequence[AemError]) -> str:
    """The messages of errors, one after the other; what several of them say stands once, and advice at the end."""
    advice = dict.fromkeys(error.advice for error in errors if error.advice and error.message.endswith(error.advice))
    if not advice or len(errors) == 1:
        return _counted([error.message for error in errors])
    words = [error.message[: -len(error.advice)] if error.advice in advice else error.message for error in errors]
    return " ".join([_counted(words), *advice])


def _counted(messages: Sequence[str]) -> str:
    """Messages one after the other, each once, with how often it was given."""
    counts = Counter(map(ended, messages))
    return " ".join(f"{number} times: {words}" if number > 1 else words for words, number in counts.items())


def _of(api_method: str, about: str) -> str:
    return f"{api_method} of {about}" if about else api_method


def ended(words: str) -> str:
    """A sentence with one full stop at its end, or whatever else ends it."""
    words = words.rstrip()
    return words if words[-1:] in ("!", "?") else f"{words.rstrip('.')}."
