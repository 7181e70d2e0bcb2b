"""Before Python has started: which requests are sent at once, and which wait."""

import base64
import json
import uuid
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from tests.browser.app import PASSWORD, PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog
from tests.browser.demo import Demo
from tests.browser.plain import open_plain
from tests.browser.served import serve_once
from tests.browser.spa import WORKER

ACCEPT = "/api/accept-terms"
BUNDLE = "/vendor/supertokens/supertokens.iife.js"

# Signs a new user up without any SDK, as a page of yesterday would have left it.
SIGN_UP = """
async ([mode, formFields]) => {
  const response = await fetch("/auth/signup", {
    method: "POST",
    headers: { "content-type": "application/json", "st-auth-mode": mode, rid: "anti-csrf" },
    body: JSON.stringify({ formFields }),
  });
  const kept = {
    "sFrontToken": response.headers.get("front-token"),
    "st-last-access-token-update": "1",
    "st-access-token": response.headers.get("st-access-token"),
    "st-refresh-token": response.headers.get("st-refresh-token"),
  };
  for (const [name, text] of Object.entries(kept)) {
    if (text) document.cookie = `${name}=${text};path=/`;
  }
}
"""

CALLS = """
globalThis.viaFetch = (path, init) =>
  fetch(path, init).then(
    ({ status }) => status,
    (error) => (error instanceof DOMException ? error.name : error.code),
  );
globalThis.viaXHR = (path, method = "GET", timeout = 0) => new Promise((resolve) => {
  const xhr = globalThis.lastXHR = new XMLHttpRequest();
  xhr.open(method, path);
  xhr.timeout = timeout;
  xhr.onloadend = () => resolve(xhr.status);
  xhr.send();
});
globalThis.atOnce = (path, method = "GET") => {
  const xhr = new XMLHttpRequest();
  xhr.open(method, path, false);
  xhr.send();
  return xhr.status;
};
globalThis.state = (promise) => Promise.race([
  promise.then(String),
  new Promise((done) => setTimeout(done, 0, "waits")),
]);
"""
# The first file that a start of Python loads.
PYODIDE = "**/vendor/pyodide/pyodide.mjs"
# Python in a worker is to decide, which the page starts when it may.
IN_WORKER = """
globalThis.supertokensPyodide = { interpreter: "worker" };
"""


class Visit:
    """A page whose Python does not come up until it may."""

    def __init__(
        self,
        demo: Demo,
        context: BrowserContext,
        mode: str = "cookie",
        *,
        in_worker: bool = False,
    ) -> None:
        self.demo = demo
        self.mode = mode
        self.in_worker = in_worker
        self.page: Page = open_plain(demo, context, CALLS + (IN_WORKER if in_worker else ""))
        self._held: list[Route] = []
        # Once: with a route that stays, Chromium would compile Python again.
        self.page.route(PYODIDE, lambda route: self._held.append(route), times=1)

    def sign_up(self) -> None:
        email = f"{uuid.uuid4().hex}@example.com"
        fields = [{"id": "email", "value": email}, {"id": "password", "value": PASSWORD}]
        self.page.evaluate(SIGN_UP, [self.mode, fields])

    def keep(self, **cookies: str) -> None:
        """Put cookies of the session, whose names have ``_`` for ``-``, into the page."""
        for name, text in cookies.items():
            self.run(
                "(cookie) => { document.cookie = cookie; }",
                f"{name.replace('_', '-')}={text};path=/",
            )

    def spoil_token(self) -> None:
        """Have the backend refuse the access token, though it looks valid here."""
        if self.mode == "cookie":
            self.page.context.clear_cookies(name="sAccessToken")
        else:
            self.keep(st_access_token="spoilt")

    def load(self, **options: Any) -> None:
        self.page.add_script_tag(url=BUNDLE)
        chosen = json.dumps({"tokenTransferMethod": self.mode, **options})
        self.run(
            f"""() => {{
              supertokens.init({{ apiDomain: location.origin, ...{chosen} }});
              supertokens.ready().catch(() => {{}});
            }}"""
        )

    def run(self, script: str, argument: object = None) -> Any:
        return self.page.evaluate(script, argument)

    def is_up(self) -> bool:
        return self.run("state(supertokens.ready())") != "waits"

    def let_boot(self) -> None:
        if self.in_worker:
            self.page.unroute(PYODIDE)
            serve_once(self.page, "/worker.mjs", WORKER)
            self.run("""() => { new Worker("/worker.mjs", { type: "module" }); }""")
            return
        self.wait_for_boot()
        self._held[0].continue_()

    def fail_boot(self) -> None:
        self.wait_for_boot()
        self._held[0].fulfill(status=404)

    def wait_for_boot(self) -> None:
        """Wait until Python is on its way; it gets no further before ``let_boot``."""
        while not self._held:
            self.run("0")  # lets the browser's messages in

    def wait_for_responses(self, path: str, count: int = 1) -> None:
        """Wait until the page has that many responses to requests for a path."""
        self.page.wait_for_function(
            """([path, count]) => performance.getEntriesByType("resource")
              .filter(({ name }) => name.endsWith(path)).length >= count""",
            arg=[path, count],
        )


@pytest.fixture(params=["cookie", "header", "worker"])
def visit(demo: Demo, context: BrowserContext, request: pytest.FixtureRequest) -> Visit:
    in_worker = request.param == "worker"
    return Visit(demo, context, "cookie" if in_worker else request.param, in_worker=in_worker)


@pytest.fixture
def in_cookies(demo: Demo, context: BrowserContext) -> Visit:
    return Visit(demo, context)


def front_token(expires_at: float) -> str:
    token = {"uid": "alice", "ate": expires_at, "up": {}}
    return base64.b64encode(json.dumps(token).encode()).decode()


def test_with_a_session_requests_come_and_go_before_python_and_what_is_refused_waits_for_it(
    visit: Visit, demo: Demo, browser_log: BrowserLog
) -> None:
    visit.sign_up()
    visit.load()
    mark = demo.mark()
    reported = visit.run(
        """async (path) => [
          await viaFetch(path), await viaXHR(path), atOnce(path), await viaFetch(new Request(path)),
        ]""",
        PROTECTED,
    )
    assert reported == [200] * 4
    carried = {"rid", "st-auth-mode"} | ({"authorization"} if visit.mode == "header" else set())
    assert [set(entry["headers"]) for entry in demo.requests(mark)] == [carried] * 4

    visit.spoil_token()
    refused = f"{PROTECTED}?refused"
    mark = demo.mark()
    visit.run(
        """(path) => {
          const control = globalThis.control = new AbortController();
          const leaving = viaFetch(path, { signal: control.signal });
          globalThis.waiting = [viaFetch(path), viaXHR(path), leaving];
        }""",
        refused,
    )
    visit.wait_for_responses(refused, 3)
    assert visit.run("Promise.all(waiting.map(state))") == ["waits"] * 3
    visit.run("control.abort()")
    assert not visit.is_up()
    visit.let_boot()
    assert visit.run("Promise.all(waiting)") == [200, 200, "AbortError"]
    assert demo.count(mark, REFRESH) == 1
    assert demo.count(mark, PROTECTED) == 3 + 2
    assert browser_log.page_errors == []


@pytest.mark.parametrize("caller", ["waits", "aborts", "aborts-xhr", "blocks"])
def test_a_responses_changes_of_the_session_are_kept_when_its_caller_aborts(
    in_cookies: Visit, demo: Demo, caller: str
) -> None:
    visit = in_cookies
    visit.sign_up()
    visit.load()
    mark = demo.mark()
    visit.run(
        """([caller, path]) => {
          globalThis.control = new AbortController();
          globalThis.accepted = caller === "blocks" ? Promise.resolve(atOnce(path, "POST"))
            : caller === "aborts-xhr" ? viaXHR(path, "POST")
            : viaFetch(path, { method: "POST", signal: control.signal });
        }""",
        [caller, ACCEPT],
    )
    visit.wait_for_responses(ACCEPT)
    if caller == "blocks":
        assert visit.run("accepted") == 200
    else:
        assert visit.run("state(accepted)") == "waits"
    if caller == "aborts":
        visit.run("control.abort()")
        assert visit.run("accepted") == "AbortError"
    elif caller == "aborts-xhr":
        visit.run("lastXHR.abort()")
        assert visit.run("accepted") == 0
    before = visit.run("document.cookie")
    visit.let_boot()
    payload = visit.run("supertokens.ready().then(supertokens.getAccessTokenPayloadSecurely)")
    assert [name for name in payload if "terms" in name]
    assert visit.run("document.cookie") != before
    if caller == "waits":
        assert visit.run("accepted") == 200
    assert demo.count(mark, ACCEPT) == 1


def test_a_response_reaches_a_core_with_asynchronous_cookies(
    in_cookies: Visit,
) -> None:
    """Python gives a cookie_handler, which is unknown before."""
    visit = in_cookies
    visit.sign_up()
    visit.run("() => { globalThis.supertokensPyodide.interpreter = 'page'; }")
    visit.load()
    visit.run(
        "(path) => { globalThis.accepted = viaFetch(path, { method: 'POST' }); }",
        ACCEPT,
    )
    visit.wait_for_responses(ACCEPT)
    assert visit.run("state(accepted)") == "waits"
    visit.page.unroute(PYODIDE)
    python = """
import supertokens_pyodide
supertokens_pyodide.init(cookie_handler=lambda original: original)
"""
    visit.run(
        """async (code) => {
          const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
          const indexURL = new URL("/vendor/pyodide/", location.href).href;
          const python = await loadPyodide({ indexURL, packages: ["supertokens-pyodide"] });
          python.runPython(code);
        }""",
        python,
    )
    assert visit.run("accepted") == 200
    payload = visit.run("supertokens.getAccessTokenPayloadSecurely()")
    assert [name for name in payload if "terms" in name]


@pytest.mark.parametrize(
    ("cookies", "waits"),
    [
        pytest.param({}, True, id="nothing-known"),
        pytest.param({"st_last_access_token_update": "1"}, False, id="signed-out"),
        pytest.param(
            {"st_last_access_token_update": "1", "sFrontToken": front_token(1)}, True, id="expired"
        ),
        pytest.param(
            {"st_last_access_token_update": "1", "sFrontToken": "x"}, True, id="malformed"
        ),
    ],
)
def test_only_what_the_core_must_be_asked_about_waits(
    in_cookies: Visit, demo: Demo, cookies: dict[str, str], waits: bool
) -> None:
    visit = in_cookies
    visit.keep(**cookies)
    visit.load()
    mark = demo.mark()
    last = "/api/public?superTokensDoNotDoInterception"
    visit.run(
        """async ([last, waits]) => {
          globalThis.waiting = [viaFetch("/api/public"), viaXHR("/api/public")];
          if (!waits) await Promise.all(waiting);
          await viaFetch(last);
        }""",
        [last, waits],
    )
    reported = visit.run("Promise.all(waiting.map(state))")
    *others, marked = demo.requests(mark)
    assert marked["headers"] == []  # not for this page
    if waits:
        assert (reported, others) == (["waits"] * 2, [])
    else:
        assert [set(entry["headers"]) for entry in others] == [{"rid", "st-auth-mode"}] * 2


@pytest.mark.parametrize(
    "option", ["cookieHandler: (original) => original", "dateProvider: () => Date"]
)
def test_what_a_page_puts_in_the_place_of_our_parts_is_for_the_core(
    in_cookies: Visit, demo: Demo, option: str
) -> None:
    visit = in_cookies
    visit.keep(sFrontToken=front_token(9e12), st_last_access_token_update="1")
    visit.page.add_script_tag(url=BUNDLE)
    visit.run(f"supertokens.init({{ apiDomain: location.origin, {option} }})")
    visit.run("void supertokens.ready().catch(() => {})")
    mark = demo.mark()
    reported = visit.run('state(viaFetch("/api/public"))')
    visit.run('viaFetch("/api/public?superTokensDoNotDoInterception")')
    assert reported == "waits"
    assert len(demo.requests(mark)) == 1


def test_a_boot_that_fails_leaves_the_caller_the_response_that_has_come(in_cookies: Visit) -> None:
    visit = in_cookies
    visit.sign_up()
    visit.load()
    visit.spoil_token()
    visit.run("(path) => { globalThis.waiting = [viaFetch(path), viaXHR(path)]; }", PROTECTED)
    visit.wait_for_responses(PROTECTED, 2)
    visit.fail_boot()
    assert visit.run("Promise.all(waiting)") == [401] * 2
    assert visit.run('viaFetch("/api/public")') == 200
    visit.keep(sFrontToken=front_token(1))
    assert visit.run('viaFetch("/api/public")') == "BOOT_FAILED"


def test_the_hint_is_synchronous_about_a_likely_session(in_cookies: Visit) -> None:
    visit = in_cookies
    visit.page.add_script_tag(url=BUNDLE)

    def hint() -> object:
        return visit.run("String(supertokens.sessionHint())")

    assert hint() == "false"
    visit.keep(st_last_access_token_update="1")
    assert hint() == "false"
    visit.keep(sFrontToken=front_token(1))  # to be refreshed
    assert hint() == "true"
    visit.keep(sFrontToken=front_token(9e12))
    visit.run("supertokens.init({ apiDomain: location.origin })")
    assert hint() == "true"
    visit.let_boot()
    assert visit.run("supertokens.ready().then(supertokens.doesSessionExist)") is True
    assert hint() == "true"
    visit.run("supertokens.close()")
    visit.run(
        "supertokens.init({ apiDomain: location.origin, cookieHandler: (original) => original })"
    )
    assert hint() == "undefined"


@pytest.mark.parametrize("wrapped", ["fetch", "XMLHttpRequest"])
def test_what_was_put_on_the_page_before_a_close_does_nothing_after_the_next_init(
    in_cookies: Visit, demo: Demo, wrapped: str
) -> None:
    """An error tracker, say, wraps it, and so keeps it on the page."""
    visit = in_cookies
    visit.keep(sFrontToken=front_token(9e12), st_last_access_token_update="1")
    visit.load()
    wrap = {
        "fetch": "const first = fetch; globalThis.fetch = (...args) => first(...args);",
        "XMLHttpRequest": """
          const First = XMLHttpRequest;
          globalThis.XMLHttpRequest = class extends First {};
        """,
    }[wrapped]
    sent = 'await viaFetch("/api/public"); await viaXHR("/api/public");'
    mark = demo.mark()
    visit.run(f"async () => {{ {wrap} {sent} }}")
    carried = {"rid", "st-auth-mode"}
    assert [set(entry["headers"]) for entry in demo.requests(mark)] == [carried] * 2

    visit.run("supertokens.close()")
    mark = demo.mark()
    visit.run(f"async () => {{ {sent} }}")
    assert [entry["headers"] for entry in demo.requests(mark)] == [[]] * 2

    # The one that is buried is not called by the page alone, but by the next one of ours too.
    visit.run(f"() => {{ globalThis.buried = {wrapped}; }}")
    visit.load()
    mark = demo.mark()
    visit.run(f"async () => {{ {sent} }}")
    assert [set(entry["headers"]) for entry in demo.requests(mark)] == [carried] * 2
    mark = demo.mark()
    call = {
        "fetch": 'await buried("/api/public");',
        "XMLHttpRequest": """
          const xhr = new buried();
          xhr.open("GET", "/api/public");
          await new Promise((resolve) => { xhr.onloadend = resolve; xhr.send(); });
        """,
    }[wrapped]
    visit.run(f"async () => {{ {call} }}")
    assert [entry["headers"] for entry in demo.requests(mark)] == [[]]


def test_the_time_limit_of_an_xhr_does_not_count_the_start_of_python(in_cookies: Visit) -> None:
    visit = in_cookies
    visit.sign_up()
    visit.load()
    visit.spoil_token()
    reported = """(expired) => {
      if (expired) document.cookie = `sFrontToken=${expired};path=/`;
      const waiting = viaXHR("/api/protected", "GET", 20);
      const late = new Promise((resolve) => setTimeout(resolve, 500, "waits"));
      globalThis.waiting = waiting;
      globalThis.xhr = lastXHR;
      return Promise.race([waiting, late]);
    }"""
    # One that waits with its response, and one that waits to be sent.
    refused = visit.run(reported.replace("20", "20000"), None)
    assert refused == "waits"
    visit.run("() => { xhr.timeout = 1; }")
    assert visit.run(
        "Promise.race([waiting, new Promise((r) => setTimeout(r, 300, 'waits'))])"
    ) == ("waits")
    visit.run("() => { globalThis.first = waiting; xhr.timeout = 0; }")
    assert visit.run(reported, front_token(1)) == "waits"
    argument_missing = "() => { try { xhr.getResponseHeader(); } catch (e) { return e.name; } }"
    assert visit.run(argument_missing) == "TypeError"
    visit.run("() => { xhr.timeout = 0; }")
    visit.let_boot()
    assert visit.run("Promise.all([first, waiting])") == [200, 200]
