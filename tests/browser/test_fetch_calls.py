"""What a caller gives to fetch reaches the network in each attempt, as it was when it was given."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.app import REFRESH
from tests.browser.conftest import serve_vendor
from tests.browser.spa import CHANGED_BODIES, Spa
from tests.browser.test_boot import BUNDLE, INIT, READY

# A network of its own, which tells what it gets: the first request for an address is refused.
NETWORK = """
globalThis.nativeFetch = fetch;
globalThis.attempts = [];
globalThis.describe = async (request) => {
  const { method, url, mode, credentials, cache, redirect, referrer, referrerPolicy } = request;
  const { integrity, keepalive, duplex } = request;
  const headers = Object.fromEntries(request.headers);
  for (const ours of ["rid", "st-auth-mode"]) delete headers[ours];
  if (/multipart/.test(headers["content-type"])) headers["content-type"] = "multipart";
  const body = (await request.text()).replaceAll(/-+WebKitFormBoundary\\w+/g, "boundary");
  return { method, url, mode, credentials, cache, redirect, referrer, referrerPolicy, integrity,
    keepalive, duplex, headers, body };
};
globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { pathname } = new URL(request.url);
  if (pathname.endsWith("/session/refresh")) {
    const token = btoa(JSON.stringify({ uid: "me", ate: Date.now() + 1e6, up: {} }));
    return new Response("{}", { headers: { "front-token": token } });
  }
  if (!pathname.startsWith("/api/")) return nativeFetch(input, init);
  attempts.push(await describe(request));
  return new Response("", { status: attempts.length === 1 ? 401 : 200 });
};
"""


@pytest.fixture(scope="module")
def booted(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    with serve_vendor() as site:
        site.pages["/"] = f"""<!doctype html><link rel="icon" href="data:,">
            <script>{NETWORK} globalThis.supertokensPyodide = {{ indexURL: "/vendor/pyodide/" }};
            </script>{BUNDLE}<script>{INIT}</script>"""
        page = context.new_page()
        page.goto(site.origin)
        assert page.evaluate(READY) == "ready"
        assert page.evaluate("supertokens.doesSessionExist()") is True
        yield page
    context.close()


FORM = "(() => { const f = new FormData(); f.append('a', new Blob(['x']), 'n'); return f })()"

# The arguments of fetch(). AT is an address of the API.
CALLS = {
    "address": "AT",
    "url-object": "new URL(AT)",
    "relative": "'/api/x'",
    "null-options": "AT, null",
    "no-prototype": "AT, Object.assign(Object.create(null), { method: 'PUT' })",
    "headers": "AT, { headers: [['a', '1'], ['a', '2']] }",
    "string": "AT, { method: 'POST', body: 'grüezi' }",
    "blob": "AT, { method: 'POST', body: new Blob(['x'], { type: 'text/mine' }) }",
    "form": f"AT, {{ method: 'POST', body: {FORM} }}",
    "query": "AT, { method: 'POST', body: new URLSearchParams({ a: 'b' }) }",
    "buffer": "AT, { method: 'POST', body: new Uint8Array([65, 66]).buffer }",
    "view": "AT, { method: 'POST', body: new Uint8Array([65, 66, 67]).subarray(1) }",
    "options": (
        "AT, { mode: 'same-origin', cache: 'no-store', redirect: 'manual', keepalive: true, "
        "referrer: '/from', referrerPolicy: 'unsafe-url', integrity: 'sha256-x', priority: 'low' }"
    ),
    "credentials": "AT, { credentials: 'same-origin' }",
    "credentials-and-form": f"AT, {{ method: 'PUT', body: {FORM}, credentials: 'same-origin' }}",
    "request": "new Request(AT)",
    "request-without-credentials": "new Request(AT, { credentials: 'omit' })",
    "request-and-credentials": "new Request(AT), { credentials: 'same-origin' }",
    "request-with-options": (
        "new Request(AT, { method: 'PUT', body: 'x', mode: 'same-origin', cache: 'no-store', "
        "redirect: 'error', keepalive: true, referrer: '/from', referrerPolicy: 'origin', "
        "integrity: 'sha256-x', headers: { a: '1' } })"
    ),
    "request-without-referrer": "new Request(AT, { referrer: '' })",
    "request-with-form": f"new Request(AT, {{ method: 'POST', body: {FORM} }})",
    "request-with-stream": (
        "new Request(AT, { method: 'POST', duplex: 'half', body: new Blob(['x']).stream() })"
    ),
    "request-and-body": "new Request(AT, { method: 'POST', body: 'x' }), { body: 'grüezi' }",
    "request-and-options": (
        "new Request(AT, { method: 'POST', body: 'x', headers: { a: '1' } }), "
        "{ headers: { b: '2' }, cache: 'reload' }"
    ),
    "request-as-options": "AT, new Request('/other', { method: 'POST', body: 'x' })",
    "class-as-options": (
        "AT, new (class { get method() { return 'PUT' } get body() { return 'x' } })()"
    ),
}


@pytest.mark.parametrize("call", CALLS)
def test_each_attempt_is_what_the_caller_asked_for(booted: Page, call: str) -> None:
    wanted, used, attempts = booted.evaluate(
        f"""async () => {{
          attempts.length = 0;
          const at = new URL("/api/x", location.href).href;
          const make = (AT) => [{CALLS[call]}];
          const native = make(at);
          const request = new Request(...native);
          const ours = make(at);
          await fetch(...ours);
          const used = [native, ours].map(([input]) => input.bodyUsed);
          return [await describe(request), used, attempts];
        }}"""
    )
    if "credentials" not in CALLS[call]:
        wanted["credentials"] = "include"
    assert attempts == [wanted] * 2
    assert used[0] == used[1]


# ---- against the real backend --------------------------------------------------------------------


def on_pages(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("spa_kind", kinds, indirect=True)


@on_pages("cookie")
@pytest.mark.parametrize("body", CHANGED_BODIES)
def test_what_is_sent_again_is_what_was_sent(spa: Spa, body: str) -> None:
    spa.spoil_token()
    make, change = CHANGED_BODIES[body].split("|")
    told = spa.run(
        f"""
        const before = location.href;
        const url = new URL("api/echo", before);
        const headers = new Headers({{ "content-type": "text/mine" }});
        {make}
        const options = {{ method: "POST", headers, body: b }};
        const request = new Request(url, options);
        const waiting = [fetch(url, options), fetch("api/echo", options), fetch(request)];
        url.pathname = "/elsewhere";
        options.method = "PUT";
        options.body = "changed";
        headers.set("content-type", "text/changed");
        request.headers.set("content-type", "text/changed");
        history.pushState(null, "", "/some/where/else/");
        {change}
        const told = await Promise.all(waiting.map(async (each) => (await each).json()));
        history.replaceState(null, "", before);
        return told;
        """
    )
    for each in told:
        assert each["contentType"] == "text/mine"
        assert "as it was" in each["body"].replace("as+it+was", "as it was")


HELD = "/api/held"
SIGNALS = {
    "abort": ("const c = new AbortController(); globalThis.end = () => c.abort();", "c.signal"),
    "reason": (
        "const c = new AbortController(); globalThis.end = () => c.abort(new RangeError('mine'));",
        "c.signal",
    ),
    # A clock of its own: usually the stage has been reached when its time is up.
    "timeout": ("globalThis.end = () => {};", "AbortSignal.timeout(300)"),
}


def ended(spa: Spa, stage: str, signal: str, call: str) -> Any:
    """What becomes of a call that is ended at a stage of its exchange."""
    held: list[Route] = []
    seen: list[Route] = []

    def answer(route: Route) -> None:
        seen.append(route)
        if stage == "reading":
            route.continue_(url=f"{spa.demo.origin}/api/public")
        elif stage == "sent" or len(seen) > 1:
            held.append(route)
        else:
            route.fulfill(status=401)

    spa.page.route(f"**{HELD}", answer)
    if stage == "refreshing":
        spa.page.route(f"**{REFRESH}", lambda route: held.append(route))
    prepare, given = SIGNALS[signal]
    spa.run(
        f"""
        {prepare}
        const signal = {given};
        const reading = {str(stage == "reading").lower()};
        const call = async (fetch) => {{
          const reply = await fetch({call});
          if (!reading) return reply.status;
          end();
          return reply.text();
        }};
        globalThis.ended = call(fetch).catch((e) => `${{e.name}}: ${{e.message}}`);
        """
    )
    if stage != "reading" and signal != "timeout":
        spa.wait_for(held)
        spa.run("end()")
    told = spa.run("return ended")
    for route in held if stage == "refreshing" else []:
        route.continue_()
    spa.unroute()
    return told


@on_pages("cookie", "worker")
@pytest.mark.parametrize("stage", ["sent", "refreshing", "retrying", "reading"])
@pytest.mark.parametrize(
    "call", [f"'{HELD}', {{ signal }}", f"new Request('{HELD}', {{ signal }})"], ids=["", "request"]
)
def test_a_call_can_be_ended_at_any_stage(spa: Spa, stage: str, call: str) -> None:
    told = {signal: ended(spa, stage, signal, call) for signal in SIGNALS if stage != "reading"}
    if stage == "reading":
        told = {signal: ended(spa, stage, signal, call) for signal in ("abort", "reason")}
        assert told["abort"].startswith("AbortError")
        return
    assert told["abort"].startswith("AbortError")
    assert told["reason"] == "RangeError: mine"
    assert told["timeout"].startswith("TimeoutError")
