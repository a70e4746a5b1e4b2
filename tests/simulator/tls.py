# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate authority of its own, and a certificate for this machine."""

from __future__ import annotations

import ssl
import tempfile
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "::1")


class Authority:
    """An authority, made anew; its certificate lies in a file at ``ca_path`` until :meth:`close`."""

    def __init__(self, *hosts: str) -> None:
        self._authority = trustme.CA()
        self._folder = tempfile.TemporaryDirectory(prefix="enterprise-manager-")
        self._hosts = dict.fromkeys([*NAMES, *hosts])
        path = Path(self._folder.name) / "ca.pem"
        self._authority.cert_pem.write_to_path(path)
        self.ca_path = str(path)

    def server_context(self) -> ssl.SSLContext:
        """What a server needs to prove that it is this machine."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._authority.issue_cert(*self._hosts).configure_cert(context)
        return context

    def close(self) -> None:
        """Take the file away."""
        self._folder.cleanup()
