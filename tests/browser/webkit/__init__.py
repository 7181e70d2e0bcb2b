"""WebKitGTK for tests: the part of Playwright's synchronous API that they use, over W3C WebDriver.

Playwright drives only a WebKit of its own. Here Debian's is driven by Selenium, and a proxy of each
context gives what WebDriver lacks: routes, init scripts, events of requests, going offline, and the
names under .test.

Differences from Playwright:

- A route's handler runs in another thread, so it must not use the page. Page.route() holds for the
  whole context.
- An init script runs in documents only, not in workers, and not where a policy forbids inline
  scripts. The same is true of what reports the console: only messages of a page's own scripts are
  reported, and when the test next asks the page for something.
- Requests that the browser's cache answers are not reported.
- Cookies are those of the hosts whose pages are open.
"""

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from tests.browser.webkit.browser import Browser
from tests.browser.webkit.display import open_display
from tools.browsers import find

if TYPE_CHECKING:
    from playwright import sync_api


@contextlib.contextmanager
def launch() -> Iterator["sync_api.Browser"]:
    """WebKitGTK on a display of its own; each context is a process of its MiniBrowser."""
    driver_path, xvfb_path = find("webkit")
    with open_display(xvfb_path) as display:
        browser = Browser(driver_path, display)
        try:
            yield cast("sync_api.Browser", browser)
        finally:
            browser.close()
