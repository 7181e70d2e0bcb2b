"""What a caller gives to fetch reaches the network in each attempt, as it was when it was given."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.app import REFRESH
from tests.browser.conftest import serve_vendor
from tests.browser.spa import CHANGED_BODIES, Spa, let_go
from tests.browser.test_boot import BUNDLE, INIT, READY

# A network of its own, which echoes requests: the first request for an address is refused.
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
  if (!pathname.startsWith("/api/")) return nativeFetch(request);
  attempts.push(await describe(request));
  return new Response("", { status: attempts.length === 1 ? 401 : 200 });
};
"""


# The names of what every request of the page's carries.
OURS = {"rid", "st-auth-mode"}


class Wire:
    """The names of headers as they came over the wire, of each request for /wire."""

    def __init__(self) -> None:
        self._seen: list[list[str]] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self._seen.append(list(handler.headers.keys()))
        handler.rfile.read(int(handler.headers.get("content-length", 0)))
        handler.send_response(200)
        handler.send_header("content-length", "0")
        handler.end_headers()

    def taken(self) -> list[list[str]]:
        seen, self._seen = self._seen, []
        return seen


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire()


@pytest.fixture(scope="module")
def booted(browser: Browser, wire: Wire) -> Iterator[Page]:
    context = browser.new_context()
    with serve_vendor() as site:
        site.pages["/wire"] = wire.answer
        site.pages["/"] = f"""<!doctype html><link rel="icon" href="data:,">
            <script>{NETWORK} globalThis.supertokensPyodide = {{ indexURL: "/vendor/pyodide/" }};
            </script>{BUNDLE}<script>{INIT}</script>"""
        page = context.new_page()
        page.goto(site.origin)
        assert page.evaluate(READY) == "ready"
        assert page.evaluate("supertokens.doesSessionExist()") is True
        # Another realm, whose classes are not this page's.
        page.evaluate(
            """() => {
              const frame = document.body.appendChild(document.createElement("iframe"));
              globalThis.other = frame.contentWindow;
            }"""
        )
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
    "class-with-credentials": (
        "AT, new (class { get credentials() { return 'same-origin' } get body() { return 'x' } "
        "get method() { return 'PUT' } })()"
    ),
    "request-of-another-frame": (
        "new OtherRequest(AT, { method: 'PUT', body: 'x', headers: { a: '1' } })"
    ),
    "request-of-another-frame-and-options": (
        "new OtherRequest(AT, { method: 'PUT', body: 'x' }), { headers: { a: '1' } }"
    ),
    "get-request-of-another-frame": "new OtherRequest(AT, { headers: { a: '1' } })",
    "options-of-another-frame": (
        "AT, other.eval(\"({ method: 'PUT', body: 'x', headers: new Headers({ a: '1' }) })\")"
    ),
    "headers-object": "AT, { headers: new Headers({ a: '1' }) }",
    "headers-map": "AT, { headers: new Map([['a', '1']]) }",
    "headers-without-prototype": (
        "AT, { headers: Object.assign(Object.create(null), { a: 1, b: ' 2 ' }) }"
    ),
    "address-with-own-url": "Object.assign(new URL(AT), { url: 'https://elsewhere.test/' })",
    "request-that-shows-another-url": (
        "Object.defineProperty(new Request(AT), 'url', { value: 'https://elsewhere.test/' })"
    ),
    "address-that-changes": "({ n: 0, toString() { this.n += 1; return AT + '?' + this.n } })",
}


@pytest.mark.parametrize("call", CALLS)
def test_each_attempt_is_what_the_caller_asked_for(booted: Page, call: str) -> None:
    wanted, used, attempts = booted.evaluate(
        f"""async () => {{
          attempts.length = 0;
          const at = new URL("/api/x", location.href).href;
          const {{ Request: OtherRequest }} = other;
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


@pytest.mark.parametrize("call", ["request", "request-and-options", "request-with-form"])
def test_a_request_from_before_its_class_was_replaced_is_still_one(booted: Page, call: str) -> None:
    booted.evaluate(
        """() => {
          const made = globalThis.Request;
          globalThis.restore = () => { globalThis.Request = made; };
        }"""
    )
    reported = booted.evaluate(
        f"""async () => {{
          attempts.length = 0;
          const AT = new URL("/api/x", location.href).href;
          const args = [{CALLS[call]}];
          globalThis.Request = class extends Request {{}};
          await fetch(...args);
          restore();
          return attempts.map(({{ url, method, headers }}) => [url === AT, method, headers]);
        }}"""
    )
    assert len(reported) == 2
    assert reported[0] == reported[1]
    assert reported[0][0] is True
    assert (reported[0][1] == "GET") == (call == "request")


# What browsers refuse. AT is an address of the API.
REFUSED = {
    "no-arguments": "",
    "used-request": "used",
    "used-request-and-options": "used, { headers: { a: '1' } }",
    "get-with-a-body": "AT, { body: 'x' }",
    "get-request-with-a-body": "new Request(AT), { body: 'x' }",
    "address-that-throws": "({ toString() { throw new RangeError('mine') } })",
    "symbol": "Symbol('x')",
    "number-as-options": "AT, 5",
    "text-as-options": "AT, 'x'",
    "options-that-throw": "AT, { get body() { throw new RangeError('mine') } }",
    "class-that-throws": "AT, new (class { get body() { throw new RangeError('mine') } })()",
    "no-headers": "AT, { headers: null }",
    "number-as-headers": "AT, { headers: 5 }",
    "three-in-a-header": "AT, { headers: [['a', '1', '2']] }",
    "text-in-headers": "AT, { headers: ['ab'] }",
    "symbol-as-header": "AT, { headers: { [Symbol('a')]: '1' } }",
    "bad-header-name": "AT, { headers: { 'a b': '1' } }",
    "bad-header-value": "AT, { headers: { a: '\\u0100' } }",
    "header-that-throws": "AT, { headers: { get a() { throw new RangeError('mine') } } }",
    "bad-method": "AT, { method: 'a b' }",
    "bad-mode": "AT, { mode: 'x' }",
    "no-credentials": "AT, { credentials: null }",
    "bad-signal": "AT, { signal: {} }",
    "bad-address": "'http://['",
    "ended-before": "AT, { signal: AbortSignal.abort() }",
    "ended-before-with-a-reason": "AT, { signal: AbortSignal.abort(new RangeError('mine')) }",
    "ended-request": "new Request(AT, { signal: AbortSignal.abort() })",
}


@pytest.mark.parametrize("kind", ["class", "literal"])
def test_each_option_is_read_once_in_the_order_of_the_platform(booted: Page, kind: str) -> None:
    ours, natively = booted.evaluate(
        """async (kind) => {
          const read = async (fetch) => {
            const seen = [];
            const names = ["body", "credentials", "headers", "method", "mode", "signal"];
            const values = { method: "POST", body: "x", headers: { get a() {
              seen.push("a");
              return "1";
            } } };
            const options = kind === "class" ? Object.create({}) : {};
            const target = kind === "class" ? Object.getPrototypeOf(options) : options;
            for (const name of names) {
              const get = () => (seen.push(name), values[name]);
              Object.defineProperty(target, name, { get, enumerable: true });
            }
            await fetch("/api/x", options);
            return seen;
          };
          return [await read(fetch), await read((...args) => nativeFetch(...args))];
        }""",
        kind,
    )
    assert sorted(ours) == sorted(natively)
    if kind == "class":
        assert ours == natively


def test_names_of_headers_keep_their_case_on_the_wire(booted: Page, wire: Wire) -> None:
    calls = {
        "record": "{ headers: { 'X-Mine': '1', 'content-Type': 'text/mine' } }",
        "pairs": "{ headers: [['X-Mine', '1'], ['X-mine', '2']] }",
        "headers": "{ headers: new Headers({ 'X-Mine': '1' }) }",
        "request": "new Request('/wire', { headers: { 'X-Mine': '1' } })",
        "form": f"{{ method: 'POST', body: {FORM}, headers: {{ 'X-Mine': '1' }} }}",
    }
    for name, call in calls.items():
        args = call if name == "request" else f"'/wire', {call}"
        for fetch in ("fetch", "nativeFetch"):
            booted.evaluate(f"() => {fetch}({args}).then((r) => r.text())")
        ours, natively = map(set, wire.taken())
        assert (name, ours) == (name, natively | OURS)


def test_it_is_called_what_the_native_one_is(booted: Page) -> None:
    reported = booted.evaluate("[fetch.name, fetch.length, typeof fetch.prototype]")
    assert reported == ["fetch", 1, "undefined"]


# ---- against the real backend --------------------------------------------------------------------


def on_pages(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("spa_kind", kinds, indirect=True)


@on_pages("cookie")
@pytest.mark.parametrize("body", CHANGED_BODIES)
def test_what_is_sent_again_is_what_was_sent(spa: Spa, body: str) -> None:
    spa.spoil_token()
    make, change = CHANGED_BODIES[body].split("|")
    reported = spa.run(
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
        const reported = await Promise.all(waiting.map(async (each) => (await each).json()));
        history.replaceState(null, "", before);
        return reported;
        """
    )
    for each in reported:
        assert each["contentType"] == "text/mine"
        assert "as it was" in each["body"].replace("as+it+was", "as it was")


@on_pages("cookie")
def test_what_browsers_refuse_rejects_as_it_does_natively_and_sends_nothing(spa: Spa) -> None:
    calls = ",".join(f"{name!r}: (AT) => [{call}]" for name, call in REFUSED.items())
    mark = spa.demo.mark()
    ours, natively = spa.run(
        f"""
        const frame = document.body.appendChild(document.createElement("iframe"));
        const at = new URL("/api/x", location.href).href;
        const used = new Request(at, {{ method: "POST", body: "x" }});
        await used.text();
        const calls = {{ {calls} }};
        const outcome = async (call, args) => {{
          let promise;
          try {{
            promise = call(...args);
          }} catch (error) {{
            return `throws ${{error.name}}`;
          }}
          return promise.then((r) => `resolves ${{r.status}}`, (e) => `rejects ${{e.name}}`);
        }};
        const all = async (call) => {{
          const reported = {{}};
          for (const [name, make] of Object.entries(calls)) {{
            reported[name] = await outcome(call, make(at));
          }}
          return reported;
        }};
        const reported = [await all(fetch), await all(frame.contentWindow.fetch)];
        frame.remove();
        return reported;
        """
    )
    assert ours == natively
    assert {text.split()[0] for text in ours.values()} == {"rejects"}
    assert spa.demo.requests(mark) == []


@on_pages("cookie")
def test_a_call_that_has_ended_before_rejects_as_soon_as_it_does_natively(spa: Spa) -> None:
    turns = spa.run(
        """
        const frame = document.body.appendChild(document.createElement("iframe"));
        const turnsOf = async (fetch) => {
          let turns = 0;
          let isSettled = false;
          fetch("/api/x", { signal: AbortSignal.abort() }).catch(() => { isSettled = true; });
          for (; !isSettled && turns < 100; turns += 1) await undefined;
          return turns;
        };
        const reported = [await turnsOf(fetch), await turnsOf(frame.contentWindow.fetch)];
        frame.remove();
        return reported;
        """
    )
    assert turns[0] == turns[1] < 100


HELD = "/api/held"
SIGNALS = {
    "abort": ("const c = new AbortController(); globalThis.end = () => c.abort();", "c.signal"),
    "reason": (
        "const c = new AbortController(); globalThis.end = () => c.abort(new RangeError('mine'));",
        "c.signal",
    ),
    # A clock of its own: usually the stage is reached within the timeout.
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
          const response = await fetch({call});
          if (!reading) return response.status;
          end();
          return response.text();
        }};
        globalThis.ended = call(fetch).catch((e) => `${{e.name}}: ${{e.message}}`);
        """
    )
    if stage != "reading" and signal != "timeout":
        spa.wait_for(held)
        spa.run("end()")
    reported = spa.run("return ended")
    for route in held if stage == "refreshing" else []:
        route.continue_()
    for route in held:
        let_go(route)
    spa.unroute()
    return reported


@on_pages("cookie", "worker")
@pytest.mark.parametrize("stage", ["sent", "refreshing", "retrying", "reading"])
@pytest.mark.parametrize(
    "call", [f"'{HELD}', {{ signal }}", f"new Request('{HELD}', {{ signal }})"], ids=["", "request"]
)
def test_a_call_can_be_ended_at_any_stage(spa: Spa, stage: str, call: str) -> None:
    reported = {signal: ended(spa, stage, signal, call) for signal in SIGNALS if stage != "reading"}
    if stage == "reading":
        reported = {signal: ended(spa, stage, signal, call) for signal in ("abort", "reason")}
        assert reported["abort"].startswith("AbortError")
        return
    assert reported["abort"].startswith("AbortError")
    assert reported["reason"] == "RangeError: mine"
    assert reported["timeout"].startswith("TimeoutError")
