# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor: a bare script that makes the same requests as an estate, and nothing else.

It reads its work as JSON on standard input: ``url``, ``ca_path``, ``username``, ``password``, ``workers``, and
the paths below the API's base that are to be read, ``first`` one after the other and then ``reads`` side by side. What
is read is parsed. With ``body``, that is put to each of the latter which holds another; with ``looks``, after one more
look, and with one after it. It needs nothing but requests, and knows nothing of the collection.
"""

from __future__ import annotations

import itertools
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
from requests.adapters import HTTPAdapter

SESSION = "EnterpriseManager.APISessionID"


def main(work: dict[str, Any]) -> None:
    """Log in, read all paths, write what is to be written, log out."""
    base = f"{work['url']}/attunityenterprisemanager/api/v1"
    with requests.Session() as http:
        http.mount("https://", HTTPAdapter(pool_connections=1, pool_maxsize=work["workers"]))
        http.trust_env = False
        http.verify = work["ca_path"]
        answer = http.get(f"{base}/login", auth=(work["username"], work["password"]))
        answer.raise_for_status()
        http.headers[SESSION] = answer.headers[SESSION]

        def read(path: str) -> Any:
            found = http.get(f"{base}/{path}")
            found.raise_for_status()
            return json.loads(found.content)

        def replace(path: str) -> None:
            if work["looks"]:
                read(path)
            http.put(f"{base}/{path}", json=work["body"]).raise_for_status()
            if work["looks"]:
                read(path)

        for path in work["first"]:
            read(path)
        with ThreadPoolExecutor(work["workers"]) as pool:
            # Nothing of what was read is kept: that would only cost time and memory.
            are_others = list(pool.map(lambda path: read(path) != work["body"], work["reads"]))
            if work["body"]:
                list(pool.map(replace, itertools.compress(work["reads"], are_others)))
        http.get(f"{base}/logout").raise_for_status()


if __name__ == "__main__":
    main(json.load(sys.stdin))
