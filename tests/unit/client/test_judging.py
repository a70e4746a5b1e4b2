# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export that is cut is not taken for a whole one, and one that is whole is not read to see that."""

from __future__ import annotations

import json

import pytest

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client import judging
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.call import TEXT, Call
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._client.transport import Raw, Trouble
from support.definitions import export

CALL = Call("ExportAll", "GET", ("servers", "s"), answer=TEXT)
WHOLE = json.dumps(export("export_task_2021.json"), indent="\t")


def told(text: str) -> str:
    """What an answer of this text says."""
    return str(judging.content_of(CALL, Raw(200, {}, text.encode())))


@pytest.mark.parametrize("sign", ["}", "]", ",", '"'])
def test_an_export_that_is_cut_after_any_sign_is_broken_json(sign: str) -> None:
    ends = [end for end in range(1, len(WHOLE)) if WHOLE[end - 1] == sign]
    assert ends
    for end in ends[:: max(1, len(ends) // 50)]:
        with pytest.raises(Trouble, match="broken JSON"):
            told(WHOLE[:end])


@pytest.mark.parametrize("text", [WHOLE, f"{WHOLE}\n", f"// made by a server\n{WHOLE}", f"\ufeff{WHOLE}"])
def test_a_whole_export_is_not_read(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(judging.json, "loads", pytest.fail)
    assert told(text) == text.removeprefix("\ufeff")


@pytest.mark.parametrize("word", ["{", "}}", "a } b {{"])
def test_brackets_within_a_text_do_no_harm(word: str) -> None:
    text = json.dumps({"expression": word, "more": {}})
    assert told(text) == text
