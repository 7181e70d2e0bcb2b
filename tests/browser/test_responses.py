"""What the SDK makes of responses of another host, and of those whose body never ends."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import PAGE_TIMEOUT, VendorSite, serve_vendor
from tests.browser.test_boot import BUNDLE, READY

# A network of the page's own: `answers` has functions that answer requests, by path.
NETWORK = """
globalThis.nativeFetch = fetch;
globalThis.events = [];
globalThis.tokenOf = (uid) => btoa(JSON.stringify({ uid, ate: Date.now() + 1e6, up: {} }));
globalThis.signedIn = () => new Response("{}", { headers: { "front-token": tokenOf("me") } });
globalThis.answers = { "/auth/session/refresh": signedIn };
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const answer = answers[new URL(request.url).pathname];
  return answer ? answer(request) : nativeFetch(request);
};
// A response whose body begins and does not end, unless somebody ends it.
globalThis.hanging = (status, headers = {}) => {
  const body = new ReadableStream({
    start(control) {
      control.enqueue(new TextEncoder().encode('{"claimValidationErrors":'));
      globalThis.end = () => {
        control.enqueue(new TextEncoder().encode('[{"id": "mine"}]}'));
        control.close();
      };
    },
  });
  return new Response(body, { status, headers });
};
globalThis.xhr = (url, isAsync = true) => new Promise((resolve) => {
  const xhr = new XMLHttpRequest();
  const reported = [];
  xhr.onreadystatechange = () => reported.push(`${xhr.readyState} ${xhr.status}`);
  xhr.onloadend = () => resolve({ reported, status: xhr.status, text: xhr.responseText });
  xhr.open("GET", url, isAsync);
  xhr.send();
});
"""
INIT = """
supertokens.init({
  apiDomain: location.origin, refreshTimeout: 3, onHandleEvent: ({ action }) => events.push(action),
});
"""


def go(handler: BaseHTTPRequestHandler) -> None:
    """Redirect to another host name of this server."""
    handler.send_response(302)
    port = handler.server.server_port  # type: ignore[attr-defined]
    query = handler.path.partition("?")[2]
    handler.send_header("location", f"http://127.0.0.1:{port}/foreign?{query}")
    handler.send_header("content-length", "0")
    handler.end_headers()


def foreign(handler: BaseHTTPRequestHandler) -> None:
    """Answer as an attacker would: the query is the status and the front token."""
    status, _, token = handler.path.partition("?")[2].partition("-")
    body = b'{"claimValidationErrors": [{"id": "attacker"}]}'
    handler.send_response(200 if handler.command == "OPTIONS" else int(status))
    for name, text in {
        "access-control-allow-origin": handler.headers["origin"],
        "access-control-allow-credentials": "true",
        "access-control-allow-headers": "rid, st-auth-mode, anti-csrf, fdi-version",
        "access-control-expose-headers": "front-token",
        "content-length": str(len(body)),
    }.items():
        handler.send_header(name, text)
    if token:
        handler.send_header("front-token", token)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture(scope="module")
def site() -> Iterator[VendorSite]:
    with serve_vendor() as site:
        site.pages |= {
            "/go": go,
            "/foreign": foreign,
            "/": f"""<!doctype html><link rel="icon" href="data:,">
                <script>{NETWORK}
                globalThis.supertokensPyodide = {{ indexURL: "/vendor/pyodide/" }};
                </script>{BUNDLE}<script>{INIT}</script>""",
        }
        yield site


@pytest.fixture(scope="module")
def booted(browser: Browser, site: VendorSite) -> Iterator[Page]:
    context = browser.new_context()
    context.set_default_timeout(PAGE_TIMEOUT)
    page = context.new_page()
    page.goto(site.origin)
    assert page.evaluate(READY) == "ready"
    yield page
    context.close()


@pytest.fixture
def page(booted: Page) -> Page:
    """The page with `me` signed in, and nothing left of the test before."""
    booted.unroute_all(behavior="ignoreErrors")
    # Another tab's mark: what has failed before is tried again.
    booted.evaluate(
        """async () => {
          answers = { "/auth/session/refresh": signedIn };
          document.cookie = `st-last-access-token-update=${Date.now()}; path=/`;
          document.cookie = `sFrontToken=${tokenOf("me")}; path=/`;
          await supertokens.attemptRefreshingSession();
          events.length = 0;
        }"""
    )
    assert user(booted) == "me"
    return booted


def user(page: Page) -> Any:
    return page.evaluate("supertokens.getUserId().catch((e) => e.name)")


def within(promise: str) -> str:
    """A promise, or what is said of one that hangs: the page's time limit is three seconds."""
    return f"Promise.race([{promise}, new Promise((r) => setTimeout(r, 15000, 'hangs'))])"


# ---- of another host -----------------------------------------------------------------------------

ATTACKS = {
    "signs-in": "200-{token}",
    "signs-out": "200-remove",
    "refuses": "401-remove",
    "refuses-for-a-claim": "403",
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "call",
    ["fetch(url).then(({ status }) => ({ status }))", "xhr(url)", "xhr(url, false)"],
    ids=["fetch", "xhr", "synchronous-xhr"],
)
def test_the_response_of_a_foreign_host_says_nothing_of_the_session(
    page: Page, call: str, attack: str
) -> None:
    query = ATTACKS[attack].replace("{token}", page.evaluate('tokenOf("ATTACKER")'))
    before = page.evaluate("document.cookie")
    page.evaluate("() => { answers['/auth/session/refresh'] = () => { events.push('refresh'); }; }")
    reported = page.evaluate(f"(url) => {call}", f"/go?{query}")
    assert reported["status"] == int(ATTACKS[attack][:3])
    assert user(page) == "me"
    assert page.evaluate("document.cookie") == before
    assert page.evaluate("events") == []


@pytest.mark.parametrize("attack", ["signs-in", "signs-out", "refuses"])
def test_a_refresh_that_a_redirect_leads_to_a_foreign_host_has_failed(
    page: Page, attack: str
) -> None:
    query = ATTACKS[attack].replace("{token}", page.evaluate('tokenOf("ATTACKER")'))
    page.evaluate(
        "(url) => { answers['/auth/session/refresh'] = (r) => nativeFetch(url, r); }",
        f"/go?{query}",
    )
    reported = page.evaluate(
        """() => supertokens.attemptRefreshingSession()
             .catch((e) => [e.name, e.cause?.message])"""
    )
    assert reported[0] == "RefreshUnavailable"
    assert "127.0.0.1" in reported[1]
    assert user(page) == "me"


def test_a_sign_out_that_a_redirect_leads_to_a_foreign_host_has_failed(page: Page) -> None:
    page.evaluate("() => { answers['/auth/signout'] = (r) => nativeFetch('/go?200-remove', r); }")
    assert page.evaluate("supertokens.signOut().catch((e) => e.name)") == "SignOutFailed"
    assert user(page) == "me"


# ---- whose body never ends -----------------------------------------------------------------------


def test_a_refusal_whose_body_never_ends_reaches_its_caller(page: Page) -> None:
    page.evaluate("() => { answers['/api/x'] = () => hanging(403); }")
    reported = page.evaluate(within("fetch('/api/x').then((r) => r.status)"))
    assert reported == 403


def test_a_body_that_takes_its_time_is_read_after_its_caller_has_the_response(page: Page) -> None:
    page.evaluate("() => { answers['/api/x'] = () => hanging(403); }")
    page.evaluate("() => { globalThis.waiting = fetch('/api/x'); }")
    assert page.evaluate(within("waiting.then((r) => r.status)")) == 403
    page.evaluate("end()")
    page.wait_for_function("events.includes('API_INVALID_CLAIM')")
    assert page.evaluate("waiting.then((r) => r.json())") == {
        "claimValidationErrors": [{"id": "mine"}]
    }


def test_a_body_that_comes_at_once_is_read_before_its_caller_has_the_response(page: Page) -> None:
    page.evaluate(
        "() => { answers['/api/x'] = () => { const r = hanging(403); end(); return r; }; }"
    )
    reported = page.evaluate("fetch('/api/x').then((r) => [r.status, ...events])")
    assert reported == [403, "API_INVALID_CLAIM"]


def test_an_xhr_gets_the_refusal_of_a_refresh_whose_body_never_ends(page: Page) -> None:
    page.route("**/api/x", lambda route: route.fulfill(status=401))
    page.evaluate("() => { answers['/auth/session/refresh'] = () => hanging(503); }")
    reported = page.evaluate(within("xhr('/api/x')"))
    assert reported["status"] == 503
    assert reported["text"].startswith('{"claim')
    # The head is there before the body.
    assert [each for each in reported["reported"] if each != "1 0"] == ["2 503", "3 503", "4 503"]


def test_the_refused_claims_are_answered_even_if_the_body_never_ends(
    page: Page,
) -> None:
    asked = "supertokens.getInvalidClaimsFromResponse({ response: hanging(403) })"
    assert page.evaluate(within(asked)) == []


def test_a_fetch_gets_the_refusal_of_a_refresh_whose_body_never_ends(page: Page) -> None:
    page.evaluate("() => { answers['/api/x'] = () => new Response('', { status: 401 }); }")
    page.evaluate("() => { answers['/auth/session/refresh'] = () => hanging(503); }")
    assert page.evaluate(within("fetch('/api/x').then((r) => r.status)")) == 503


def test_a_sign_out_settles_though_the_body_of_its_response_never_ends(page: Page) -> None:
    page.evaluate(
        "() => { answers['/auth/signout'] = () => hanging(200, { 'front-token': 'remove' }); }"
    )
    assert page.evaluate(within("supertokens.signOut()")) is True


def test_an_xhr_that_was_held_back_shows_the_head_of_a_response_that_never_ends(
    page: Page, site: VendorSite
) -> None:
    """It was refused, waited for a refresh, and is the caller's own refusal after that."""

    def never_ends(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(401)
        handler.send_header("content-type", "application/json")  # browsers look into text
        handler.send_header("content-length", "1000")
        handler.end_headers()
        handler.wfile.write(b"part")
        handler.wfile.flush()

    site.pages["/api/endless"] = never_ends
    reported = page.evaluate(
        within(
            """new Promise((resolve) => {
              const xhr = new XMLHttpRequest();
              xhr.onreadystatechange = () => {
                if (xhr.readyState < 2) return;
                resolve([xhr.readyState, xhr.status]);
                xhr.abort();
              };
              xhr.open("GET", "/api/endless");
              xhr.send();
            })"""
        )
    )
    assert reported == [2, 401]
