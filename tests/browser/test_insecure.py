"""Pages of plain http on a host that is not this machine's own name.

There a browser has no Web Locks, no Cache Storage and no `crypto.subtle`.
"""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.app import PROTECTED, REFRESH, App
from tests.browser.conftest import BrowserLog
from tests.browser.demo import Demo
from tests.browser.plain import origin_on

HOST = "www.example.test"
MISSING = "[isSecureContext, navigator.locks, globalThis.caches, crypto.subtle].every((it) => !it)"


@pytest.mark.parametrize(
    ("page_name", "mode"),
    [
        pytest.param("javascript", "cookie", id="javascript-cookie"),
        pytest.param("python", "header", id="python-header"),
    ],
)
def test_a_user_signs_in_shares_one_refresh_between_two_tabs_and_signs_out(
    demo: Demo, context: BrowserContext, browser_log: BrowserLog, page_name: str, mode: str
) -> None:
    app = App(demo, context, page_name, mode, origin_on(demo, HOST))
    assert app.page.evaluate(MISSING)
    app.expect_status("signed-out")
    app.sign_up()
    second = App(demo, context, page_name, mode, origin_on(demo, HOST))
    second.expect_status("signed-in")
    app.let_token_expire()
    mark = demo.mark()
    for tab in (app, second):
        tab.click("ten-calls")
    for tab in (app, second):
        tab.expect_text("ten-result", "10 of 10 answered 200")
    assert demo.count(mark, REFRESH) == 1
    assert demo.count(mark, PROTECTED, 200) == 20
    second.click("sign-out")
    app.expect_status("signed-out")
    assert browser_log.page_errors == []
