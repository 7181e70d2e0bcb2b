"""Where the session is kept when the browser does not keep its cookies."""

import base64
import json
import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.demo import Demo
from tests.browser.plain import open_plain, sign_up, start, status

KEY = "supertokens-pyodide-cookies"
BLOCKED_COOKIES = """
Object.defineProperty(document, "cookie", { get: () => "", set() {}, configurable: true });
"""
BLOCKED_STORAGE = """
Object.defineProperty(globalThis, "localStorage", {
  get() { throw new DOMException("blocked", "SecurityError"); },
});
"""


def big_front_token() -> str:
    payload = {"sub": "u", "iat": int(time.time()), "sessionHandle": "h", "roles": ["r" * 6000]}
    token = {"uid": "u", "ate": (time.time() + 3600) * 1000, "up": payload}
    return base64.b64encode(json.dumps(token).encode()).decode()


def roles(page: Page) -> Any:
    return page.evaluate(
        "supertokens.getAccessTokenPayloadSecurely().then((p) => p.roles?.[0].length)"
    )


def test_a_payload_too_large_for_a_cookie_is_kept_all_the_same(
    demo: Demo, context: BrowserContext
) -> None:
    page = open_plain(demo, context)
    start(page)
    sign_up(page)
    other = open_plain(demo, context)
    start(other)
    page.route("**/api/public", lambda r: r.fulfill(headers={"front-token": big_front_token()}))
    with page.expect_console_message(lambda said: "sFrontToken" in said.text) as warning:
        status(page, "/api/public")
    assert "(8" in warning.value.text
    assert "4096" in warning.value.text
    assert roles(page) == 6000
    other.wait_for_function("(key) => localStorage.getItem(key)", arg=KEY)
    assert roles(other) == 6000
    assert "sFrontToken" not in page.evaluate("document.cookie")

    # The next one fits, and takes its place.
    page.unroute("**/api/public")
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    assert roles(page) is None
    assert page.evaluate("(key) => localStorage.getItem(key)", KEY) is None
    assert "sFrontToken" in page.evaluate("document.cookie")


@pytest.mark.parametrize("blocked", ["cookies", "cookies and storage"])
def test_a_session_in_headers_does_without_cookies(
    demo: Demo, context: BrowserContext, blocked: str
) -> None:
    scripts = BLOCKED_COOKIES + (BLOCKED_STORAGE if "storage" in blocked else "")
    page = open_plain(demo, context, scripts)
    start(page, "{ tokenTransferMethod: 'header' }")
    sign_up(page)
    assert status(page, "/api/protected") == 200
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    assert status(page, "/api/protected") == 200
    page.reload()
    start(page, "{ tokenTransferMethod: 'header' }")
    survives = "storage" not in blocked
    assert page.evaluate("supertokens.doesSessionExist()") is survives
    if survives:
        page.evaluate("supertokens.signOut()")
        assert "sFrontToken" not in page.evaluate("(key) => localStorage.getItem(key)", KEY)
