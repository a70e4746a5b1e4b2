# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often Python looks for garbage that refers to itself.

Such a look goes through the objects that are there, after every few hundred new ones. Definitions are many objects that
come and go and never refer to themselves, so in a large estate the looks would take a fifth of the time and find
nothing. This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects between two looks: what refers to itself, such as an error that was caught, takes some MB until then.
SELDOM = 100_000


@contextmanager
def seldom_looked_for() -> Iterator[None]:
    """Have Python look for such garbage once in SELDOM new objects meanwhile, and as before afterwards."""
    often, *older = gc.get_threshold()
    # With 0 it never looks.
    gc.set_threshold(max(often, SELDOM) if often else 0, *older)
    try:
        yield
    finally:
        gc.set_threshold(often, *older)
