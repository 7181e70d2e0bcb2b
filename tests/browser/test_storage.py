"""Where the session is kept when the browser does not keep its cookies."""

import base64
import json
import time
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.engines import private_windows
from tests.browser.plain import open_plain, sign_up, start, status
from tests.browser.spa import Spa

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
    page = open_plain(demo, context, from_image=True)
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
    page = open_plain(demo, context, scripts, from_image=True)
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


# A cookieHandler that keeps everything in localStorage, and fails while `broken` says how.
HANDLER = """
globalThis.events = [];
const own = () => new Map(JSON.parse(localStorage.getItem("own") ?? "[]"));
globalThis.options = {
  tokenTransferMethod: "header",
  onHandleEvent: ({ action }) => events.push(action),
  cookieHandler: () => ({
    async getCookie() {
      if (globalThis.broken) return broken();
      return [...own()].map((pair) => pair.join("=")).join("; ");
    },
    async setCookie(write) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(write);
      const cookies = own();
      if (write.includes("1970")) cookies.delete(name);
      else cookies.set(name, value);
      localStorage.setItem("own", JSON.stringify([...cookies]));
    },
  }),
};
"""
OUTCOMES = """async () => {
  const failure = (error) => `${error.name} of ${/cookieHandler.getCookie/.exec(error.message)}`;
  const outcome = (promise) => promise.then((value) => value, failure);
  const xhr = new XMLHttpRequest();
  xhr.open("GET", "/api/protected");
  const ended = new Promise((resolve) => { xhr.onloadend = () => resolve(xhr.status); });
  xhr.send();
  const blocking = new XMLHttpRequest();
  blocking.open("GET", "/api/protected", false);
  blocking.send();
  return {
    status: await supertokens.getSessionStatus(),
    calls: await Promise.all([
      outcome(supertokens.doesSessionExist()),
      outcome(supertokens.getUserId()),
      outcome(supertokens.attemptRefreshingSession()),
      outcome(supertokens.signOut()),
      outcome(fetch("/api/protected").then(({ status }) => status)),
    ]),
    xhr: await ended,
    blocking: blocking.status,
  };
}"""


@pytest.mark.parametrize("broken", ["() => Promise.reject(new Error('no'))", "() => 7"])
def test_a_session_outlives_a_cookie_handler_that_fails_while_the_page_loads(
    demo: Demo, context: BrowserContext, broken: str
) -> None:
    page = open_plain(demo, context, HANDLER, from_image=True)
    start(page, "options")
    sign_up(page)
    user_id = page.evaluate("supertokens.getUserId()")

    page.reload()
    mark = demo.mark()
    page.evaluate(f"() => {{ globalThis.broken = {broken}; }}")
    start(page, "options")
    found = page.evaluate(OUTCOMES)
    assert found["status"]["status"] == "UNKNOWN"
    assert "cookieHandler.getCookie" in found["status"]["reason"]
    assert found["calls"] == ["HandlerFailed of cookieHandler.getCookie"] * 5
    assert [found["xhr"], found["blocking"]] == [0, 401]  # the latter went out without the session
    page.evaluate("() => { delete globalThis.broken; }")
    assert page.evaluate("supertokens.getUserId()") == user_id
    assert status(page, "/api/protected") == 200
    assert demo.count(mark, REFRESH) == 0
    assert page.evaluate("events") == []


def test_a_window_handler_that_fails_is_named(demo: Demo, context: BrowserContext) -> None:
    page = open_plain(demo, context, from_image=True)
    page.add_script_tag(url="/vendor/supertokens/supertokens.iife.js")
    init = "supertokens.init({ apiDomain: location.origin, windowHandler })"
    throws = "() => { throw new Error('own') }"
    reported = page.evaluate(
        f"""async () => {{
          const of = ({{ name, message, cause }}) => [name, message, String(cause)];
          let windowHandler = {throws};
          const reported = [];
          try {{ {init}; }} catch (error) {{ reported.push(of(error)); }}
          windowHandler = (page) => ({{
            ...page, location: {{ ...page.location, getHostName: {throws} }},
          }});
          {init};
          reported.push(of(await supertokens.ready().catch((error) => error)));
          return reported;
        }}"""
    )
    assert [name for name, *_ in reported] == ["HandlerFailed"] * 2
    assert [message for _, message, _ in reported] == [
        "The page's windowHandler failed.",
        "The page's windowHandler.location.getHostName failed.",
    ]
    assert reported[0][2] == "Error: own"


def test_a_cookie_of_another_domain_is_reported_as_such(
    demo: Demo, context: BrowserContext, browser_log: BrowserLog
) -> None:
    page = open_plain(demo, context, host="app.shop.test")
    start(page)
    sign_up(page)
    page.evaluate("() => { document.cookie = 'sFrontToken=theirs;domain=shop.test;path=/'; }")
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    assert page.evaluate("supertokens.getUserId()")
    page.evaluate("supertokens.signOut().catch(() => {})")
    warnings = [line for line in browser_log.lines if "sFrontToken" in line]
    assert len(warnings) == 1
    assert "another domain" in warnings[0]


@pytest.mark.parametrize(
    "options", ["{}", "{ tokenTransferMethod: 'header', tokenStore: 'indexedDB' }"]
)
def test_a_private_window_keeps_a_session_until_it_is_closed(
    demo: Demo, browser: Browser, engine: str, options: str
) -> None:
    with private_windows(engine, browser) as private:
        with open_context(private) as context:
            page = open_plain(demo, context, from_image=True)
            start(page, options)
            sign_up(page)
            page.reload()
            start(page, options)
            assert status(page, PROTECTED) == 200
        with open_context(private) as context:
            page = open_plain(demo, context, from_image=True)
            start(page, options)
            assert page.evaluate("supertokens.doesSessionExist()") is False


def test_a_visitor_is_signed_in_again_if_the_browser_has_deleted_what_scripts_stored(
    spa: Spa, spa_mode: str
) -> None:
    """Safari does so after seven days without a visit. Cookies that a server has set remain."""
    user_id = spa.run("return supertokens.getUserId()")
    spa.run("localStorage.clear()")
    spa.page.goto("about:blank")
    context = spa.page.context
    for cookie in context.cookies():
        if not cookie["httpOnly"]:
            context.clear_cookies(name=cookie["name"])
    mark = spa.demo.mark()
    spa.open()
    is_back = spa_mode == "cookie"  # a session in headers has lost its tokens
    assert spa.run("return supertokens.doesSessionExist()") is is_back
    assert spa.demo.count(mark, REFRESH, 200 if is_back else 401) == 1
    assert spa.demo.count(mark, REFRESH) == 1
    if is_back:
        assert spa.run("return supertokens.getUserId()") == user_id
        assert spa.run(f"return (await fetch('{PROTECTED}')).status") == 200
