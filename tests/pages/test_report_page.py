# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the role report in a browser: it loads, sorts, filters, works by keyboard, prints, and stays data."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.report_files import files
from ansible_collections.qlik.enterprise_manager.plugins.module_utils._runbook.report_findings import findings, matrix
from support.browser import started
from support.reports import HOSTILE, data_of, estate

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = (ROOT / "roles/report/files/report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser of the machine's, without a window."""
    with started() as browser:
        yield browser


def opened(browser: Browser, folder: Path, data: dict[str, Any], **context: Any) -> Page:
    """The page with that data, and no network."""
    file = folder / "report.html"
    file.write_text(files(data, TEMPLATE)["report.html"], encoding="utf-8")
    page = browser.new_context(offline=True, **context).new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(file.as_uri())
    return page


def column(page: Page, number: int, table: str = "tasks") -> list[str]:
    """The cells of a column, as they are shown."""
    return page.locator(f"#{table}-table tbody tr > :nth-child({number})").all_text_contents()


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Page:
    """The page of a small estate."""
    return opened(browser, tmp_path, estate(servers=2, tasks=12))


def test_it_tells_what_was_read(page: Page) -> None:
    assert page.title() == "Estate"
    assert page.locator("h1").text_content() == "Estate"
    assert len(column(page, 1)) == 24
    assert len(column(page, 1, "servers")) == 2
    assert page.locator("svg[role=img]").count() == 4
    assert all(label for label in page.locator("svg[role=img]").evaluate_all("all => all.map(x => x.ariaLabel)"))


def test_columns_sort_both_ways_by_number_and_by_word(page: Page) -> None:
    button = page.get_by_role("button", name="Total latency")
    button.click()
    shown = [cell for cell in column(page, 9) if cell]
    assert shown == sorted(shown)
    assert page.locator("#tasks-table th[aria-sort=ascending]").text_content() == "Total latency"
    button.click()
    assert [cell for cell in column(page, 9) if cell] == sorted(shown, reverse=True)
    page.locator("#tasks-table").get_by_role("button", name="Task", exact=True).click()
    names = column(page, 1)
    assert names.index("Task 2") < names.index("Task 10"), "numbers in names count as numbers"


def test_a_filter_and_a_state_leave_what_matches_and_say_how_many(page: Page) -> None:
    page.locator("#tasks-filter").fill("server-1 error")
    said = page.locator("#tasks [role=status]")
    expect(said).to_have_text("3 of 24 rows")
    assert set(column(page, 2)) == {"server-1"}
    assert set(column(page, 3)) == {"ERROR"}
    page.locator("#tasks-filter").fill("")
    page.locator("#tasks-state").select_option("STOPPED")
    expect(said).to_have_text("6 of 24 rows")
    assert set(column(page, 3)) == {"STOPPED"}


def test_everything_works_by_keyboard(page: Page) -> None:
    page.locator("body").press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the tasks"
    button = page.locator("#servers-table").get_by_role("button", name="License, days")
    button.focus()
    button.press("Enter")
    days = [int(cell) for cell in column(page, 10, "servers")]
    assert days == sorted(days)
    summary = page.locator("summary").first
    summary.focus()
    summary.press("Enter")
    assert page.locator("details").first.get_attribute("open") is not None


def test_what_reads_it_aloud_finds_names(page: Page) -> None:
    assert page.evaluate("document.documentElement.lang") == "en"
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input, select')].filter(x => !x.labels.length).length"
        " + [...document.querySelectorAll('table')].filter(x => !x.querySelector('th')).length"
    )
    assert unnamed == 0
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3')].map(x => +x.tagName[1])")
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def luminance(colour: str) -> float:
    """The relative luminance of a colour such as rgb(1, 2, 3), by the accessibility guidelines."""
    parts = [int(part) / 255 for part in colour[4:-1].split(",")]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_in_light_and_in_dark(browser: Browser, tmp_path: Path, scheme: Any) -> None:
    page = opened(browser, tmp_path, estate(servers=2, tasks=8), color_scheme=scheme)
    style = "getComputedStyle(x).color"
    colours = page.evaluate(
        f"['.good', '.bad', '.dim', 'td', 'a'].map(s => document.querySelector(s)).map(x => {style})"
    )
    behind = luminance(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    for colour in colours:
        light, dark = sorted((luminance(colour), behind), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, colour
    assert (behind < 0.1) == (scheme == "dark")


def test_names_are_text_whatever_they_hold(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, data_of(HOSTILE))
    assert page.evaluate("window.harmed") is None
    shown = column(page, 1)
    assert sorted(shown) == sorted(HOSTILE)
    assert page.locator("#main img, #main script, #main iframe").count() == 0


def test_it_prints_all_rows_and_none_of_its_tools(page: Page, tmp_path: Path) -> None:
    page.emulate_media(media="print")
    assert not page.locator("#tasks-filter").is_visible()
    assert len(column(page, 1)) == 24
    assert page.pdf(path=tmp_path / "report.pdf", format="A4", landscape=True)
    page.emulate_media(media="screen")


def test_fifty_servers_with_two_thousand_tasks_are_one_page(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, estate(servers=50, tasks=40))
    assert len(column(page, 1)) == 2000
    assert (tmp_path / "report.html").stat().st_size < 3_000_000
    assert page.screenshot()


def test_a_narrow_screen_scrolls_tables_only(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, estate(servers=3, tasks=8), viewport={"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_findings_and_matrix_come_from_the_data() -> None:
    data = estate(servers=1, tasks=8)
    assert data["findings"] == findings(data)
    assert data["matrix"] == matrix(data["tasks"])
