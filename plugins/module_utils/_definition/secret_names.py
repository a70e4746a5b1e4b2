# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of settings whose values are secrets.

A server knows which of its settings are; a name has to do where a user writes them. So the pattern is wide, and what
sounds like a secret and is none is listed: a format, a file, a column that is a key.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re
from functools import lru_cache

# Names are looked at in lower case, without signs between their words.
_SECRET = re.compile(
    r"pass(word|wd|phrase|code|key)|pswd|pwd|secret|credential|token(?!i[sz])|bearer|cookie|signature|dbencryption"
    r"|accountjson|session(id|key)$|authorization$|auth(string|value|data|code)$|pem$"
    r"|(access|account|api|app|application|auth|client|encryption|decryption|license|master|private|sas|security|service"
    r"|session|shared|signing|ssh|ssl|storage|tls)key"
)
# Other names that end so are those of secrets, unless they are in _NO_SECRET_KEY.
_ENDS_LIKE_ONE = re.compile(r"(key|(?<!by)(?<!com)pass|creds?|jwt|hmac)s?$")
_SECRET_WORDS = frozenset({"pass", "pw", "sas", "sig", "jwt", "otp", "pin", "cred", "creds", "hmac"})
_NO_SECRET_KEY = re.compile(
    r"(^|after|audit|before|bucket|business|by|candidate|child|cluster|clustering|column|composite|config|create|dim"
    r"|dist|distribution|document|event|fact|field|folder|foreign|group|has|hash|header|index|is|join|json|lookup|map"
    r"|merge|message|mon|natural|new|no|object|old|order|parent|partition|partitioning|path|prefix|primary|property|public"
    r"|raw|record|registry|routing|row|search|segment|shard|sharding|sort|source|surrogate|table|target|unique|upsert"
    r"|use|with|without)keys?$"
)
# A file of a secret is none, nor is its length.
_NO_SECRET = re.compile(
    r"(algorithm|alias|attempt|case|charset|class|column|count|day|delimiter|dir|directory|directorie|enabled|encoding"
    r"|endpoint|expiration|expiry|expire|field|file|folder|format|hour|(?<!session)id|interval|kind|label|length"
    r"|lifetime|limit|location|method|minute|mode|name|path|period|policy|prefix|provider|region|required|retention"
    r"|retrie|rotation|scope|second|separator|shape|size|source|state|statu|store|strategy|style|suffix|timeout|ttl|type"
    r"|uri|url|usage|used|user|valid|validity|version)s?$|passthrough"
)
# Those that tell for certain; enough for settings of a task, among which wide patterns would hide changes.
_CERTAIN = re.compile(
    r"pass(word|wd|phrase)|pwd|secret|credential|token$"
    r"|(access|account|api|app|encryption|master|private|sas|service|shared|signing|storage)key$"
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Of a longer name only the end is looked at.
_LONGEST = 200
# Where a secret stands under one of these, another setting beside it says what it is.
_SAYS_NOTHING = frozenset({"value", "values", "val", "name", "text", "data", "content", "item", "items"})

Names = frozenset[str]
NONE: Names = frozenset()


def is_secret_name(name: str, sealed: Names = NONE) -> bool:
    """Whether the value of a setting of this name is a secret, unless it is a boolean.

    ``sealed`` are names that an export has shown to be such, see :func:`form_of`.
    """
    return _is_secret_name(name[-_LONGEST:]) or (bool(sealed) and form_of(name) in sealed)


def form_of(name: str) -> str:
    """A name as others are compared with it: in lower case, without signs; empty for one that says nothing."""
    plain = _plain(name[-_LONGEST:])
    return "" if plain in _SAYS_NOTHING else plain


def is_secret_however_spelled(form: str) -> bool:
    """Whether every name of that form, see :func:`form_of`, is that of a secret, whoever has told so."""
    is_none = _NO_SECRET.search(form) or _NO_SECRET_KEY.search(form)
    return not is_none and bool(_SECRET.search(form) or _ENDS_LIKE_ONE.search(form))


def is_certain(name: str) -> bool:
    """Whether a name leaves no doubt that its value is a secret."""
    return _is_certain(name[-_LONGEST:])


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


@lru_cache(maxsize=4096)
def _is_secret_name(name: str) -> bool:
    plain = _plain(name)
    if _NO_SECRET.search(plain) or _NO_SECRET_KEY.search(plain):
        return False
    words = {word.lower() for word in _WORDS.findall(name)}
    return bool(_SECRET.search(plain) or _ENDS_LIKE_ONE.search(plain) or words & _SECRET_WORDS)


@lru_cache(maxsize=4096)
def _is_certain(name: str) -> bool:
    return _CERTAIN.search(_plain(name)) is not None and _is_secret_name(name)
