# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Canaries: secrets that are looked for, and the forms that they are looked for in."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

# The names of settings that hold secrets, as servers and the people who write them call them.
NAMES = [
    *("password", "asm_password", "authPrivateKeyPass", "securityDbEncryption", "sharedAccessSignature"),
    *("adlsclientappkey", "jsonCredentials", "accessKey", "secretKey", "apiToken", "userPass"),
    *("keystorePass", "passkey", "sas", "sig", "tokenValue", "privateKeyPem", "serviceAccountJson", "jwt", "pwd"),
]
# One with signs that are escaped somewhere, and one as people have them.
SECRETS = ('cana"ry\\one/+ä&%7', "canary-zwo-9c1f")


def forms(secret: str) -> set[str]:
    """A secret as it may be echoed; of base64 only what does not depend on what stands beside it."""
    data = secret.encode()
    packed = {base64.b64encode(data[start:])[: -4 or None].decode() for start in range(3)}
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, quote(secret, safe=""), quote(secret), *packed, *escaped, repr(secret)[1:-1]}


def hatched(text: str) -> list[str]:
    """The forms of canaries that are in a text."""
    return [form for secret in SECRETS for form in forms(secret) if form in text]
