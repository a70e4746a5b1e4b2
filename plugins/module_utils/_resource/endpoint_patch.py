# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing the settings of an endpoint by a patch (guide 2.29), where they can be read and where they cannot.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from .._client.api import Api
from .._client.normalise import Plain
from .._client.vocabulary import ENDPOINT_ROLE, boolean, integer
from .._core.errors import AemError, ApiError, NoAnswer, Refused, none_where
from .._core.plan import UPDATE, Applied, Change, Plan, left_changed
from .._definition.embedded import opened
from .._definition.paths import pointer
from .._definition.tree import TYPE, value_at
from . import endpoint_settings as settings
from .endpoint_settings import Operation, Place, Wish

KIND = "endpoint"
PATCH_FAILED = "AEM_PATCH_ENDPOINT_INNER_ERR"


def change(server: str, name: str, told: tuple[Plain, Plain], apply: Callable[[], Applied]) -> Change:
    """The change of settings; ``told`` is what it says, before and after."""
    before, after = told
    return Change(KIND, name, UPDATE, {"settings": before}, {"settings": after}, apply, server=server)


def send(
    api: Api, server: str, name: str, wish: Wish, patch: Sequence[Operation], look: Callable[[], Mapping[str, Any]]
) -> Applied:
    """Send a patch. After a lost answer, what still differs from what ``look`` answers then is sent."""
    try:
        api.patch_endpoint(server, name, patch)
    except NoAnswer as lost:
        if not lost.sent:
            raise
        # The patch may have been applied. What then still differs is sent: an add may come twice, a remove not.
        remaining = settings.operations(wish, look())
        if remaining:
            api.patch_endpoint(server, name, remaining)
    return Applied()


def blind_update(api: Api, options: Mapping[str, Any], wish: Wish, current: Plain) -> Plan:
    """The change of an endpoint whose settings cannot be read. What differs, tests tell; in check mode nothing can."""
    server, name = options["server"], options["name"]
    after = _blindly_shown(wish, current)
    if not wish:
        return Plan([], after)
    warnings = []
    if api.check_mode:
        patch = _blind_operations(wish, [place for place, _value in _tested_settings(wish)])
        reason = f"this user may not export server {server}, and Enterprise Manager compares settings in a patch only"
        warnings = [f"Whether endpoint {name} would change cannot be known in check mode: {reason}."]
    else:
        patch = _tested_patch(api, server, name, wish)
    removals = [settings.remove(place) for place in wish.unset]
    if not patch and not removals:
        return Plan([], after, warnings)
    told = settings.difference(None, [*patch, *removals])
    planned = change(server, name, told, lambda: _blind_patch(api, server, name, patch, removals))
    return Plan([planned], after, warnings)


def _blindly_shown(wish: Wish, current: Mapping[str, Any]) -> Plain:
    """What is known of an endpoint that cannot be read: its role, and the settings that were given."""
    role = ENDPOINT_ROLE.spelled(current.get("role"))
    return {"name": current["name"], "role": role, "settings": settings.without_secrets(wish.settings)}


def _tested_patch(api: Api, server: str, name: str, wish: Wish) -> list[Operation]:
    """The patch for those settings that do not stand a test; all are tested at once first."""
    for place, value in _tested_types(wish):
        if not _holds(api, server, name, [settings.test(place, value)]):
            raise Refused(f"The {TYPE} of endpoint {name} is not {value}, and it cannot become that.")
    tested = _tested_settings(wish)
    if not tested or _holds(api, server, name, [settings.test(place, value) for place, value in tested]):
        return _blind_operations(wish, [])
    failing = _failing(api, server, name, tested)
    _refuse_blind_text(wish, failing, f"endpoint {name} on server {server}")
    return _blind_operations(wish, failing)


def _failing(api: Api, server: str, name: str, tested: Sequence[tuple[Place, Any]]) -> list[Place]:
    """Where the endpoint has another value, in whatever spelling."""
    return [
        place
        for place, value in tested
        if not any(_holds(api, server, name, [settings.test(place, word)]) for word in spellings(value))
    ]


def _holds(api: Api, server: str, name: str, tests: Sequence[Operation]) -> bool:
    """Whether a patch of only tests succeeds. It changes nothing, so after a lost answer it is simply sent again."""
    try:
        try:
            api.patch_endpoint(server, name, tests)
        except NoAnswer:
            api.patch_endpoint(server, name, tests)
    except ApiError as error:
        if error.error_code != PATCH_FAILED:
            raise
        return False
    return True


def _blind_patch(
    api: Api, server: str, name: str, patch: Sequence[Operation], removals: Sequence[Operation]
) -> Applied:
    """Change settings, and remove some of which it is not known whether they are there."""
    if patch:
        # Adding the same values twice is adding them once, so this may be sent again after a lost answer.
        _sent_again_if_lost(api, server, name, patch)
    changed = bool(patch)
    try:
        for operation in removals:
            changed = _removed(api, server, name, operation) or changed
    except AemError as error:
        error.left = Applied(changed or left_changed(error))
        raise
    return Applied(changed)


def _removed(api: Api, server: str, name: str, removal: Operation) -> bool:
    """Remove one setting; False where it is not there, which is what an API error of a removal means.

    After a lost answer it is removed once more. A second one is raised: who cannot read a setting cannot look either.
    """
    try:
        api.patch_endpoint(server, name, [removal])
    except ApiError as error:
        if error.error_code != PATCH_FAILED:
            raise
        return False
    except NoAnswer as lost:
        if not lost.sent:
            raise
        # If the first one was done, the second one finds nothing to remove.
        none_where(PATCH_FAILED, lambda: api.patch_endpoint(server, name, [removal]))
    return True


def _sent_again_if_lost(api: Api, server: str, name: str, patch: Sequence[Operation]) -> None:
    try:
        api.patch_endpoint(server, name, patch)
    except NoAnswer as lost:
        if not lost.sent:
            raise
        api.patch_endpoint(server, name, patch)


def _tested_types(wish: Wish) -> list[tuple[Place, Any]]:
    """The types that a wish names, to be tested where they cannot be read."""
    return [(place, value) for place, value in settings.leaves(wish.settings) if place in settings.READ_ONLY]


def _tested_settings(wish: Wish) -> list[tuple[Place, Any]]:
    """The settings of a wish that are compared, to be tested where they cannot be read: no types and no secrets."""
    return [
        (place, value)
        for place, value in settings.leaves(wish.settings)
        if place not in settings.READ_ONLY and not settings.is_secret(place, value)
    ]


def _blind_operations(wish: Wish, places: Iterable[Place]) -> list[Operation]:
    """The patch for the settings at ``places``, and the secrets if they are sent, without knowing what is there."""
    chosen = set(places)
    return [
        settings.add(place, value)
        for place, value in settings.leaves(wish.settings)
        if place in chosen or (wish.send_secrets and settings.is_secret(place, value))
    ]


def _refuse_blind_text(wish: Wish, places: Iterable[Place], where: str) -> None:
    """Raise Refused for JSON as text at one of the ``places``: what it is to be merged with is not known."""
    for place in places:
        if opened(value_at(wish.settings, place)) is not None:
            raise Refused(
                f"settings: {pointer(place)} is JSON as text, and {where} has another. To be merged it must be"
                " read, and this user may not export the server."
            )


def spellings(value: Any) -> list[Any]:
    """``value``, and for a number, a boolean or a word for one its other spelling, which means the same."""
    if isinstance(value, (bool, int, float)):
        return [value, str(value).lower()]
    meant = integer(boolean(value))
    return [value] if meant is value else [value, meant]
