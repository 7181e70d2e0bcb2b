"""What caches, slow responses and hostile servers do to a session, in a real browser."""

import base64
import http.server
import itertools
import json
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page
from supertokens_pyodide.testing import write_front_token

from tests.browser.conftest import BrowserLog, VendorSite, open_context, serve_vendor
from tests.browser.spa import Spa

DEEP = "[" * 20_000
HANDLER = Callable[[http.server.BaseHTTPRequestHandler], None]


# When tokens are issued, in seconds: each a second after the one before.
SECONDS = itertools.count(int(time.time()) - 1_000)


def front_token(user: str) -> str:
    issued = next(SECONDS)
    payload = {"sub": user, "iat": issued, "sessionHandle": user, "tId": "public"}
    return write_front_token(user, (issued + 10_000) * 1000, payload)


class Backend:
    """A backend that answers as a test sets it, and the paths that it was asked for."""

    def __init__(self, site: VendorSite) -> None:
        self.site = site
        self.asked: list[str] = []

    def answer(self, path: str, status: int = 200, body: str = "", **headers: str) -> None:
        def handle(request: http.server.BaseHTTPRequestHandler) -> None:
            self.asked.append(path)
            named = {name.replace("_", "-"): text for name, text in headers.items()}
            fresh = named.get("etag") not in (None, request.headers.get("if-none-match"))
            is_known = "etag" in named and not fresh
            request.send_response(304 if is_known else status)
            for name, text in named.items():
                request.send_header(name, text)
            if not is_known:
                request.send_header("content-length", str(len(body)))
            request.end_headers()
            if not is_known:
                request.wfile.write(body.encode())

        self.site.pages[path] = handle


SETTINGS = "globalThis.supertokensPyodide = { indexURL: '/vendor/pyodide/' };"
PAGE = f"""<!doctype html><script>{SETTINGS}</script>
<script src="/vendor/supertokens/supertokens.iife.js"></script>
<script>supertokens.init({{ apiDomain: location.origin }});</script>"""


@pytest.fixture(scope="module")
def shared(browser: Browser) -> Iterator[tuple[Page, Backend]]:
    with open_context(browser) as context, serve_vendor() as site:
        site.pages["/"] = PAGE
        backend = Backend(site)
        backend.answer("/auth/session/refresh", 401)
        page = context.new_page()
        page.goto(site.origin)
        page.evaluate("supertokens.ready()")
        yield page, backend


@pytest.fixture
def page(shared: tuple[Page, Backend], browser_log: BrowserLog) -> Iterator[Page]:
    with browser_log.watching(shared[0].context):
        yield shared[0]


@pytest.fixture
def backend(shared: tuple[Page, Backend]) -> Backend:
    shared[1].answer("/auth/signout", front_token="remove")
    shared[1].asked.clear()
    return shared[1]


def fetch(page: Page, path: str) -> int:
    return page.evaluate("async (path) => (await fetch(path)).status", path)


def user(page: Page) -> str:
    return page.evaluate("supertokens.getUserId()")


@pytest.mark.parametrize(
    "kept", [{"cache_control": "max-age=3600"}, {"cache_control": "no-cache", "etag": '"1"'}]
)
def test_a_cached_response_brings_no_session_back(
    page: Page, backend: Backend, kept: dict[str, str]
) -> None:
    path = f"/settings-{len(kept)}"
    alice, bob = f"alice{path}", f"bob{path}"
    backend.answer("/signin/a", front_token=front_token(alice))
    backend.answer(path, front_token=front_token(alice), **kept)
    fetch(page, "/signin/a")
    fetch(page, path)
    backend.answer(path, 200, **kept)  # a cache does not get this answer
    backend.answer("/signin/b", front_token=front_token(bob))
    fetch(page, "/signin/b")
    asked = backend.asked.count(path)
    assert fetch(page, path) == 200
    assert user(page) == bob
    page.evaluate("supertokens.signOut()")
    for _ in range(2):
        assert fetch(page, path) == 200
        assert page.evaluate("supertokens.getSessionStatus()")["status"] == "NONE"
        page.reload()
    assert backend.asked.count(path) - asked == (3 if "etag" in kept else 0)


def test_nothing_that_a_server_sends_breaks_the_interpreter(page: Page, backend: Backend) -> None:
    token = f'{{"uid":"u","ate":9e12,"up":{{"a":{DEEP}'
    backend.answer("/signin", front_token=front_token("alice"))
    backend.answer("/claims", 403, f'{{"claimValidationErrors":{DEEP}')
    backend.answer("/token", front_token=base64.b64encode(token.encode()).decode())
    fetch(page, "/signin")
    assert fetch(page, "/claims") == 403
    assert fetch(page, "/token") == 200
    invalid = "supertokens.getInvalidClaimsFromResponse({ response: { data: %s } })"
    assert page.evaluate(invalid % json.dumps({"claimValidationErrors": []})) == []
    assert user(page) == "alice"
    backend.answer("/auth/signout", 200, f'{{"status":{DEEP}', front_token="remove")
    assert page.evaluate("supertokens.signOut()") is True


# ---- responses that come late, with the cookies that they set ----

LATE = "/api/payload"


@pytest.mark.parametrize("spa_kind", ["cookie"], indirect=True)
@pytest.mark.parametrize("then", ["signed out", "another user"])
def test_a_late_responses_cookies_do_not_stay(spa: Spa, then: str) -> None:
    held = []

    def hold(route: object) -> None:
        held.append((route, route.fetch()))

    spa.route(f"**{LATE}", hold)
    spa.run(
        """globalThis.late = fetch(argument, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ note: "late" }),
        });""",
        LATE,
    )
    spa.wait_for(held)
    before = spa.run("return supertokens.getUserId()")
    spa.run("await supertokens.signOut()")
    if then == "another user":
        spa.sign_up()
    [(route, response)] = held
    route.fulfill(response=response)
    assert spa.run("return (await late).status") == 200
    answer = spa.run("const r = await fetch('/api/protected'); return [r.status, await r.text()]")
    if then == "signed out":
        assert answer[0] == 401
        assert spa.run("return (await supertokens.getSessionStatus()).status") == "NONE"
    else:
        now = spa.run("return supertokens.getUserId()")
        assert now != before
        assert answer[0] == 200
        assert now in answer[1]


# ---- an interpreter that dies ----

MORTAL = """<!doctype html>
<script>globalThis.supertokensPyodide = { interpreter: "page" };</script>
<script src="/vendor/supertokens/supertokens.iife.js"></script>
<script type="module">
  import { loadPyodide } from "/vendor/pyodide/pyodide.mjs";
  globalThis.python = await loadPyodide({ packages: ["supertokens-pyodide"] });
  python.runPython(`
    import json, time
    import supertokens_pyodide

    class Clock:
        dies = False
        def now(self):
            if Clock.dies:
                json.loads("[" * 200_000)
            return time.time() * 1000
        def get_threshold_in_seconds(self): return 7
        def get_client_clock_skew_in_millis(self): return 0
        def set_client_clock_skew_in_millis(self, skew): pass

    supertokens_pyodide.init(api_domain="%s", date_provider=Clock)
  `);
  globalThis.isReady = true;
</script>"""
OUTCOMES = """async () => {
  const given = (value) => value.status ?? value;
  const outcome = (promise) => promise.then(given, (error) => error.code);
  const all = [
    fetch("/items", { headers: { rid: "own" } }),
    supertokens.getSessionStatus(),
    supertokens.getUserId(),
  ];
  return [...new Set(await Promise.all(all.map(outcome)))];
}"""


def test_a_dead_interpreter_is_named_by_everything_that_needs_it(
    page: Page, vendor_site: VendorSite
) -> None:
    tab = page.context.new_page()
    backend = Backend(vendor_site)
    backend.answer("/auth/session/refresh", 401)
    backend.answer("/signin", front_token=front_token("carol"))
    vendor_site.pages["/"] = MORTAL % vendor_site.origin
    tab.goto(vendor_site.origin)
    tab.wait_for_function("globalThis.isReady")
    fetch(tab, "/signin")
    assert user(tab) == "carol"
    tab.evaluate("python.runPython('Clock.dies = True')")
    for _ in range(2):
        assert tab.evaluate(OUTCOMES) == ["INTERPRETER_DIED"]
    assert "sFrontToken" in tab.evaluate("document.cookie")
    tab.evaluate("supertokens.close()")
    assert fetch(tab, "/signin") == 200
    tab.close()
