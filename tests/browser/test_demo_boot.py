"""The demo's pages while Python boots."""

import pytest
from playwright.sync_api import Page

from tests.browser.app import PATHS
from tests.browser.demo import Demo
from tests.browser.expectations import expect


@pytest.mark.parametrize("page_name", PATHS)
def test_a_page_names_the_file_that_is_missing(demo: Demo, page: Page, page_name: str) -> None:
    missing = "/vendor/pyodide/pyodide.mjs"
    page.route(f"**{missing}", lambda route: route.fulfill(status=404))
    page.goto(demo.origin + PATHS[page_name])
    page.evaluate("void globalThis.supertokens?.ready().catch(() => {})")
    expect(page.locator("#boot-text")).to_contain_text(f"{missing} is missing.")
