"""Playwright's expect(), for locators of each engine."""

from typing import cast

from playwright.sync_api import Locator, LocatorAssertions
from playwright.sync_api import expect as expect_of_playwright

from tests.browser.webkit.expectation import Expectation


def expect(locator: Locator) -> LocatorAssertions:
    """What is expected of a locator within the tests' timeout."""
    if isinstance(locator, Locator):
        return expect_of_playwright(locator)
    return cast(LocatorAssertions, Expectation(locator))
