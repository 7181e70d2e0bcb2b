"""The demo's pages while Python boots."""

from playwright.sync_api import Page

from tests.browser.app import PATHS
from tests.browser.demo import Demo
from tests.browser.expectations import expect


def test_a_page_names_the_file_that_is_missing(demo: Demo, page: Page) -> None:
    missing = "/vendor/pyodide/pyodide.mjs"
    page.route(f"**{missing}", lambda route: route.fulfill(status=404))
    page.goto(demo.origin + PATHS["python"])
    expect(page.locator("#boot-text")).to_contain_text(f"{missing} is missing.")
