# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Login and Logout (guide 2.5, 2.6)."""

from __future__ import annotations

from ..call import Call
from ..errors import ApiError
from ..permissions import has_any_role
from ..registry import answers
from ..sessions import authenticate

# What these two say of their empty answers (guide 2.5, 2.6).
_NO_CONTENT = {"Content-Type": "text/html"}


@answers("Login")
def login(call: Call) -> None:
    """Open a session, and send its token in a header."""
    user = authenticate(call.world.estate, call.headers.get("Authorization"))
    if not has_any_role(call.world.estate, user):
        raise ApiError("UNAUTHORIZED_REQUEST")
    token, call.session = call.world.sessions.open(user)
    call.answer_headers.update({call.world.contract.session_header: token, **_NO_CONTENT})


@answers("Logout")
def logout(call: Call) -> None:
    """End the session."""
    call.world.sessions.close(call.token)
    call.answer_headers.update(_NO_CONTENT)
