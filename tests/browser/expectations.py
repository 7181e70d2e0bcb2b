"""Playwright's expect(), for locators of each engine."""

from typing import cast

from playwright.sync_api import Locator, LocatorAssertions
from playwright.sync_api import expect as expect_of_playwright


def expect(locator: Locator) -> LocatorAssertions:
    """What is expected of a locator within the tests' timeout."""
    if isinstance(locator, Locator):
        return expect_of_playwright(locator)
    # Imported here, since other engines need none of WebKit's driver.
    from tests.browser.webkit.expectation import Expectation

    return cast(LocatorAssertions, Expectation(locator))
