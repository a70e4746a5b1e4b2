# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of aem_estate: understand, read, plan, see whether that may be done, do it, tell.

This is private to the collection: it may change in any release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .._client.api import Api
from .._core.errors import AemError, Refused
from .._core.plan import Result
from . import apply, digest, gate, idle_rules, order, servers, telling, windows
from .item import FAILED
from .model import ServerWish
from .one_at_a_time import only_run
from .parsing import parse, refusal
from .rules import ARGUMENTS as RULES
from .rules import Rules
from .windows import Windows

ARGUMENTS: dict[str, dict[str, Any]] = {
    "servers": {"type": "list", "elements": "dict", "required": True, "no_log": True},
    **RULES,
    "windows": windows.ARGUMENT,
    "known_servers": {"type": "list", "elements": "str", "default": []},
    "expect": {"type": "str"},
    "lock_timeout": {"type": "int", "default": 600},
}


def work(options: Mapping[str, Any], api: Api) -> Result:
    """Bring about what ``options`` (see ARGUMENTS) wish. A wish that cannot be right is refused before any request."""
    wishes, problems = parse(options["servers"])
    if problems:
        return Result({"status": telling.REFUSED}, error=refusal(problems))
    try:
        return brought_about(api, wishes, options)
    except Refused as error:
        return Result({"status": telling.REFUSED}, error=error)
    except AemError as error:
        return Result({"status": FAILED}, error=error)


def brought_about(api: Api, wishes: Sequence[ServerWish], options: Mapping[str, Any]) -> Result:
    """Plan the wishes by the rules of ``options`` (see ARGUMENTS), and carry the plan out where that is allowed.

    In check mode the plan is all that is made; else no other run on this machine does so meanwhile. Raise Refused for
    rules that cannot be right, and where another run does not end.
    """
    timeout = int(options["lock_timeout"])
    if timeout < 0:
        raise Refused(f"lock_timeout must be 0 seconds or more, not {timeout}.")
    if options.get("expect") == "":
        # A variable that a pipeline forgot to set must not pass for an approval of whatever there is to do.
        raise Refused("expect is empty. Give the plan_id that was approved, or leave expect out to go without.")
    if api.check_mode:
        return _planned(api, wishes, options)
    with only_run(api.session.connection.base_url, timeout) as warnings:
        result = _planned(api, wishes, options)
    result.warnings = [*warnings, *result.warnings]
    return result


def _planned(api: Api, wishes: Sequence[ServerWish], options: Mapping[str, Any]) -> Result:
    """The plan, carried out where that is allowed."""
    now = datetime.now(timezone.utc)
    rules = Rules.from_options(options, now.date())
    open_at = Windows.from_options(options.get("windows"))
    address = api.session.connection.base_url
    plans = servers.plan_all(api, wishes, rules)
    items = [item for plan in plans for item in plan.items]
    identity = digest.plan_id(items, [address, _scope(wishes, options)])
    # The plan's id is the same inside and outside of a window: a plan is approved by day and carried out by night.
    windows.hold_back(items, open_at, now)
    refused = gate.refusal(plans, wishes, rules, identity, options.get("expect"))
    if not refused and not api.check_mode:
        apply.carry_out(order.together(plan.items for plan in plans), api.session.connection.concurrency)
    result = telling.result(plans, identity, address, api.check_mode, refused)
    result.warnings = [*rules.warnings, *idle_rules.warnings(options, wishes, plans), *result.warnings]
    return result


def _scope(wishes: Sequence[ServerWish], options: Mapping[str, Any]) -> list[Any]:
    """What a plan is about, whatever it changes."""
    prune = sorted(options["prune_kinds"]) if options.get("prune") else []
    return [sorted(wish.name for wish in wishes), prune, sorted(options.get("send_secrets") or ())]
