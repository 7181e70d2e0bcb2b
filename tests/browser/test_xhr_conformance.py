"""Our XMLHttpRequest beside the native class: one scenario, two traces that must not differ.

The native one has a valid session. Ours plays each scenario with one too, and then with an access
token that is refused, so that a refresh and a second attempt lie behind the same trace.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.browser.app import REFRESH
from tests.browser.conftest import BrowserLog
from tests.browser.spa import Spa, let_go

TRACE = Path(__file__).with_name("xhr_trace.js").read_text("utf-8")

# Nothing of this depends on how tokens travel. What differs if Python is in a worker is tested in
# docs/boot.md.
ON_THE_PAGE = pytest.mark.parametrize("spa_kind", ["cookie"], indirect=True)
FOR_A_WORKER = pytest.mark.parametrize("spa_kind", ["worker"], indirect=True)


@pytest.fixture(scope="module")
def signed_in(shared_spa: Spa) -> Spa:
    shared_spa.start_afresh()
    shared_spa.run(TRACE)
    return shared_spa


@pytest.fixture
def page(signed_in: Spa, browser_log: BrowserLog) -> Iterator[Spa]:
    with browser_log.watching(signed_in.page.context):
        yield signed_in


def play(page: Spa, kind: str, scenario: str) -> Any:
    return page.run("return traceXHR(argument[0], argument[1], true)", [kind, scenario])


def use_new_token(page: Spa) -> None:
    """Have a token that the backend has not seen yet: it answers with more headers."""
    assert page.run("return supertokens.attemptRefreshingSession()") is True


def forget_failure(page: Spa) -> None:
    """Have what another tab's refresh leaves, so that a refresh that has failed is tried again."""
    page.run("document.cookie = `st-last-access-token-update=${Date.now()}; path=/`")


SENT = 'xhr.open("GET", "/api/protected"); xhr.send();'
PUBLIC = 'xhr.open("GET", "/api/public"); xhr.send();'
POSTED = 'xhr.open("POST", "/api/echo"); xhr.send("grüezi");'
# The backend may have verified an abandoned request's session or not, and the first response after
# a session's verification has more headers: this one's session is not verified.
ABANDONED = 'xhr.open("POST", "/api/public"); xhr.send("grüezi");'
REFUSED = 'xhr.open("GET", "/api/always-401"); xhr.send();'
NOW = 'xhr.open("POST", "/api/echo", false); xhr.send("grüezi");'
TYPES = ["", "text", "json", "arraybuffer", "blob", "document"]

SCENARIOS = {
    "get": f"{SENT} await until('loadend');",
    "post": f"{POSTED} await until('loadend');",
    "not-found": 'xhr.open("GET", "/api/nowhere"); xhr.send(); await until("loadend");',
    "own-401": f"{REFUSED} await until('loadend');",
    "own-401-aborted-in-load": f"""
        at("load", 4, () => {{ xhr.abort(); say(look(xhr)); }});
        {REFUSED}
        await until("loadend", null);
    """,
    **{
        f"type-{kind or 'none'}": f"xhr.responseType = '{kind}'; {POSTED} await until('loadend');"
        for kind in TYPES
    },
    **{
        f"403-type-{kind or 'none'}": f"""
            xhr.open("GET", "/api/needs-claim"); xhr.responseType = "{kind}"; xhr.send();
            await until("loadend");
        """
        for kind in TYPES
    },
    "headers": """
        xhr.open("POST", "/api/echo");
        xhr.setRequestHeader("content-type", "application/json");
        xhr.setRequestHeader("x-twice", "1");
        xhr.setRequestHeader("X-Twice", "2");
        xhr.send("{}");
        await until("loadend");
    """,
    "options": f"""
        xhr.timeout = 60000; xhr.withCredentials = true; xhr.overrideMimeType("text/x-mine");
        {POSTED}
        say(look(xhr)); await until("loadend");
    """,
    "listeners": f"""
        const control = new AbortController();
        const reported = (what) => (event) => say(what, event.type, event.eventPhase);
        for (const type of ["readystatechange", "load"]) {{
          xhr.addEventListener(type, reported("once"), {{ once: true }});
          xhr.addEventListener(type, reported("capturing"), true);
          xhr.addEventListener(type, {{ handleEvent: reported("object") }});
          xhr.addEventListener(type, reported("never"), {{ signal: control.signal }});
          const gone = reported("removed");
          xhr.addEventListener(type, gone);
          xhr.removeEventListener(type, gone);
        }}
        control.abort();
        xhr.addEventListener("load", (event) => event.stopImmediatePropagation());
        xhr.addEventListener("load", reported("stopped"));
        {SENT}
        await until("loadend");
    """,
    "aborted-before": """
        xhr.abort(); xhr.open("GET", "/api/protected"); xhr.abort(); say(look(xhr));
    """,
    "aborted-at-once": f"{POSTED} xhr.abort(); say(look(xhr));",
    "aborted-at-loadstart": f"at('loadstart', 1, () => xhr.abort()); {SENT} say(look(xhr));",
    **{
        f"aborted-in-{event}-{state}": f"""
            at("{event}", {state}, () => {{ xhr.abort(); say(look(xhr)); }});
            {SENT}
            await until("{event}", null);
        """
        for event, state in [
            ("readystatechange", 2),
            ("readystatechange", 4),
            ("load", 4),
            ("loadend", 4),
        ]
    },
    "aborted-when-done": f"{SENT} await until('loadend'); await fence(); xhr.abort();",
    "aborted-and-sent-again": f"{ABANDONED} xhr.abort(); {SENT} await until('load');",
    "opened-again-on-its-way": f"{ABANDONED} {SENT} await until('loadend');",
    "opened-again-in-vain": f"""
        {SENT}
        say(attempt(() => xhr.open("GET", "http://[")), attempt(() => xhr.open("TRACE", "/")));
        say(look(xhr));
        await until("loadend");
    """,
    **{
        f"sent-again-in-{event}": f"""
            at("{event}", 4, () => {{ {POSTED} }});
            const first = until("{event}", 4);
            {f"{ABANDONED} xhr.abort();" if event == "abort" else SENT}
            await first;
            await until("load");
        """
        for event in ["readystatechange", "load", "loadend", "abort"]
    },
    "used-again": f"""
        xhr.responseType = "json"; {SENT} await until("loadend");
        xhr.open("POST", "/api/echo"); xhr.responseType = ""; xhr.send("x"); await until("loadend");
    """,
    "out-of-order": """
        const each = (...actions) => say(...actions.map((action) => attempt(action) ?? "goes"));
        const header = () => xhr.setRequestHeader("x-a", "1");
        const type = () => { xhr.responseType = "json"; };
        const mime = () => xhr.overrideMimeType("text/plain");
        const credentials = () => { xhr.withCredentials = true; };
        const send = () => xhr.send();
        each(send, header, () => xhr.open("GET"), () => xhr.open("a b", "/"));
        xhr.open("GET", "/api/protected");
        each(() => xhr.setRequestHeader("a b", ""), () => xhr.setRequestHeader("a"), credentials);
        xhr.send();
        each(send, header, credentials, type);
        await until("readystatechange", 2);
        each(send, header, credentials);
        await until("loadend");
        each(send, header, credentials, type, mime, () => xhr.responseText);
    """,
    "subclass": """
        class Mine extends Class {
          open(...args) { say("open", args); super.open(...args); }
          send(body) { say("send", body); super.send(body); }
          setRequestHeader(...args) { say("header", args); super.setRequestHeader(...args); }
          abort() { say("abort"); super.abort(); }
          addEventListener(...args) { say("listen", args[0]); super.addEventListener(...args); }
          dispatchEvent(event) { say("dispatch", event.type); return super.dispatchEvent(event); }
          get readyState() { return super.readyState * 10; }
          get status() { return super.status * 10; }
          get timeout() { return 7; }
        }
        const mine = make(Mine);
        mine.open("POST", "/api/echo");
        mine.setRequestHeader("x-a", "1");
        mine.send("x");
        await new Promise((resolve) => { mine.onloadend = resolve; });
        say(mine instanceof Mine, mine instanceof Class, look(mine));
    """,
    "nature": """
        say(xhr instanceof Class, xhr instanceof XMLHttpRequestEventTarget);
        say(Object.prototype.toString.call(xhr), Class.name, xhr.constructor === Class);
        say(Class.DONE, xhr.LOADING, Class.prototype.OPENED, typeof Class.prototype.send);
        say(xhr.upload === xhr.upload, xhr.upload instanceof XMLHttpRequestUpload);
        xhr.addEventListener("mine", (event) => say(event.type, event.target === xhr));
        xhr.dispatchEvent(new Event("mine"));
    """,
    "events-of-the-page": f"""
        {SENT}
        xhr.dispatchEvent(new Event("load")); xhr.dispatchEvent(new Event("readystatechange"));
        await until("loadend");
    """,
    "synchronous": f"{NOW} say(look(xhr));",
    "synchronous-get": 'xhr.open("GET", "/api/protected", false); xhr.send();',
    "synchronous-own-401": 'xhr.open("GET", "/api/always-401", false); xhr.send();',
    "synchronous-403": 'xhr.open("GET", "/api/needs-claim", false); xhr.send();',
    "synchronous-by-undefined": 'xhr.open("GET", "/api/protected", undefined); xhr.send();',
    "synchronous-then-not": f"{NOW} {SENT} await until('load');",
    "synchronous-out-of-order": """
        xhr.open("GET", "/api/protected", false);
        say(attempt(() => { xhr.timeout = 1; }), attempt(() => { xhr.responseType = "json"; }));
        xhr.send();
        say(attempt(() => xhr.send()), attempt(() => xhr.setRequestHeader("a", "b")));
    """,
}


@ON_THE_PAGE
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_looks_as_it_does_natively(page: Spa, scenario: str) -> None:
    use_new_token(page)
    natively = play(page, "native", SCENARIOS[scenario])
    use_new_token(page)
    assert play(page, "ours", SCENARIOS[scenario]) == natively
    page.spoil_token()
    assert play(page, "ours", SCENARIOS[scenario])["trace"] == natively["trace"]


# ---- the class itself ----------------------------------------------------------------------------

SHAPE = """
  const Class = XHR_CLASSES[argument];
  const { prototype } = Class;
  const describe = (owner, name) => {
    const { get, set, value, enumerable, configurable, writable } =
      Object.getOwnPropertyDescriptor(owner, name);
    const functions = [get, set, value].filter((each) => typeof each === "function");
    const calls = functions.map((each) => [each.name, each.length, "prototype" in each]);
    return [name, enumerable, configurable, writable, typeof value, Number(value) || 0, calls];
  };
  const members = Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");
  const listed = [];
  for (const name in new Class()) listed.push(name);
  const complaint = (action) => {
    try {
      return `gives ${typeof action()}`;
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  };
  const complaints = members.map((name) => {
    const { get, value } = Object.getOwnPropertyDescriptor(prototype, name);
    const call = get ?? value;
    if (typeof call !== "function") return name;
    const others = [prototype, {}, undefined, 5];
    return [name, ...others.map((other) => complaint(() => call.call(other, "GET", "/")))];
  });
  return {
    members: members.map((name) => describe(prototype, name)),
    listed,
    constants: Object.keys(Class).map((name) => describe(Class, name)),
    class: [Class.name, Class.length, complaint(() => Class())],
    tag: Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag),
    complaints,
    few: ["open", "setRequestHeader", "getResponseHeader"].map((name) => {
      const xhr = new Class();
      return complaint(() => xhr[name]());
    }),
  };
"""


@ON_THE_PAGE
def test_the_class_has_the_shape_of_the_native_one(page: Spa) -> None:
    ours, natively = page.run(SHAPE, "ours"), page.run(SHAPE, "native")
    for part, expected in natively.items():
        if part != "class":
            assert (part, ours[part]) == (part, expected)
    assert ours["class"][:2] == natively["class"][:2]
    assert ours["class"][2].startswith("TypeError")


# ---- what is judged is what is sent --------------------------------------------------------------

# Each is a function of the class that gives what was sent, or what it throws.
CONVERTED = {
    "address": """
        let n = 0;
        const address = () => (n += 1, n > 1 ? "http://elsewhere.test/" : "/api/public");
        xhr.open("GET", { toString: address });
        say(n);
    """,
    "method": """
        let n = 0;
        xhr.open({ toString: () => (n += 1, n > 1 ? "DELETE" : "GET") }, "/api/public"); say(n);
    """,
    "order": """
        const reported = (name, text) => ({ toString: () => (say(name), text) });
        const [user, password] = [reported("user", "u"), reported("password", "p")];
        xhr.open(reported("method", "GET"), reported("url", "/api/public"), true, user, password);
    """,
    "header": """
        xhr.open("POST", "/api/echo");
        let n = 0;
        const name = { toString: () => (say("name"), "x-a") };
        const value = { toString: () => (say("value"), String((n += 1))) };
        xhr.setRequestHeader(name, value);
        say(n);
    """,
    "body": """
        xhr.open("POST", "/api/echo");
        let n = 0;
        xhr.send({ toString: () => `body ${n += 1}` });
        await until("loadend"); say(n); return;
    """,
    "body-that-throws": """
        xhr.open("POST", "/api/echo");
        const body = { toString() { throw new RangeError("mine"); } };
        say(attempt(() => xhr.send(body))); return;
    """,
    "symbol-as-body": """
        xhr.open("POST", "/api/echo"); say(attempt(() => xhr.send(Symbol()))); return;
    """,
    "detached-buffer": """
        const { buffer } = new Uint8Array(5);
        structuredClone(buffer, { transfer: [buffer] });
        xhr.open("POST", "/api/echo"); xhr.send(buffer); await until("loadend"); return;
    """,
    "view-of-a-detached-buffer": """
        const view = new Uint8Array(5);
        structuredClone(view.buffer, { transfer: [view.buffer] });
        xhr.open("POST", "/api/echo"); xhr.send(view); await until("loadend"); return;
    """,
    **{
        f"{kind}-of-another-frame": f"""
            const frame = document.body.appendChild(document.createElement("iframe"));
            const other = frame.contentWindow;
            xhr.open("POST", "/api/echo"); xhr.send({make}); await until("loadend");
            frame.remove(); return;
        """
        for kind, make in {
            "query": "new other.URLSearchParams({ a: 'b' })",
            "buffer": "new other.Uint8Array([65, 66]).buffer",
            "blob": "new other.Blob(['x'], { type: 'text/mine' })",
            "document": "new other.DOMParser().parseFromString('<a>x</a>', 'text/xml')",
        }.items()
    },
    "base-that-comes-between": """
        xhr.open("POST", "api/echo");
        const base = document.head.appendChild(document.createElement("base"));
        base.href = "http://elsewhere.test/";
        xhr.send(); await until("loadend"); base.remove(); return;
    """,
}


@ON_THE_PAGE
@pytest.mark.parametrize("what", CONVERTED)
def test_arguments_are_converted_once_and_what_is_judged_is_sent(page: Spa, what: str) -> None:
    scenario = f"{CONVERTED[what]}\nif (xhr.readyState === 1) xhr.send(); await until('loadend');"
    use_new_token(page)
    natively = play(page, "native", scenario)
    use_new_token(page)
    assert play(page, "ours", scenario) == natively
    if "echo" in CONVERTED[what]:
        page.spoil_token()
        assert play(page, "ours", scenario)["trace"] == natively["trace"]
    assert "elsewhere" not in str(natively)


# ---- where it has to wait ------------------------------------------------------------------------

HELD = "/api/held"
ACTS = {
    "looked-at": "say(look(xhr)); xhr.abort();",
    "aborted": "xhr.abort(); say(look(xhr)); say(attempt(() => xhr.send()));",
    "aborted-twice": "xhr.abort(); xhr.abort();",
    "opened-again": 'xhr.open("GET", "/api/public"); say(look(xhr));',
    "opened-in-vain": """
        say(attempt(() => xhr.open("GET", "http://["))); say(look(xhr)); xhr.abort();
    """,
    "sent-again": f"{PUBLIC} await until('loadend');",
    "aborted-and-sent-again": f"xhr.abort(); {PUBLIC} await until('load');",
    "sent-again-when-aborted": f"""
        at("abort", 4, () => {{ {PUBLIC} }}); xhr.abort(); await until("load");
    """,
    "timed-out": "xhr.timeout = 1; await until('loadend');",
    "timed-out-and-sent-again": f"""
        xhr.timeout = 1; await until("loadend"); xhr.timeout = 0; {PUBLIC} await until("load");
    """,
    "given-time": "xhr.timeout = 60000; say(look(xhr)); xhr.abort();",
    "out-of-order": """
        say(attempt(() => xhr.send()), attempt(() => xhr.setRequestHeader("a", "b")));
        say(attempt(() => { xhr.withCredentials = true; })); xhr.abort();
    """,
    # The network does this one.
    "cut-off": "await until('loadend');",
}


class Held:
    """Keeps the exchange's first request, its refresh or its second request without an answer."""

    def __init__(self, page: Spa, stage: str) -> None:
        self._page = page
        self._stage = stage
        self._seen = 0
        self._routes: list[Route] = []
        page.page.route(f"**{HELD}", self._answer)
        if stage == "refreshing":
            page.page.route(f"**{REFRESH}", lambda route: self._routes.append(route))

    def _answer(self, route: Route) -> None:
        self._seen += 1
        if self._seen == 1 and self._stage != "sent":
            route.fulfill(status=401)
        else:
            self._routes.append(route)

    def wait(self) -> None:
        self._page.wait_for(self._routes)

    def cut(self) -> None:
        self._routes[0].abort()

    def release(self, cut: bool) -> None:
        """End everything that could reach the next test."""
        if self._stage == "refreshing" and not cut:
            self._routes[0].continue_()
        for route in self._routes:
            let_go(route)
        self._page.unroute()
        forget_failure(self._page)


def act(page: Spa, kind: str, stage: str, what: str) -> Any:
    scenario = f"""
        xhr.open("GET", "{HELD}"); xhr.send();
        await new Promise((go) => {{ globalThis.act = go; }});
        {ACTS[what]}
    """
    held = Held(page, stage)
    page.page.evaluate("(all) => { globalThis.acted = traceXHR(...all); }", [kind, scenario])
    held.wait()
    page.run("act()")
    if what == "cut-off":
        held.cut()
    trace = page.run("return (await acted).trace")
    held.release(cut=what == "cut-off")
    return trace


@ON_THE_PAGE
@pytest.mark.parametrize("what", ACTS)
def test_what_happens_on_its_way_looks_as_it_does_natively(page: Spa, what: str) -> None:
    compare(page, what)


@FOR_A_WORKER
@pytest.mark.parametrize("what", ["aborted", "opened-again", "sent-again-when-aborted", "cut-off"])
def test_it_looks_the_same_if_python_is_in_a_worker(page: Spa, what: str) -> None:
    compare(page, what)


def compare(page: Spa, what: str) -> None:
    natively = act(page, "native", "sent", what)
    for stage in ("sent", "refreshing", "retrying"):
        assert (stage, act(page, "ours", stage, what)) == (stage, natively)


# ---- another response in place of its own --------------------------------------------------------

RESPONSES = {
    "json": ("application/json", '{"message": "grüezi"}'),
    "html": ("text/html", "<title>Down</title><p>grüezi"),
    "xml": ("application/xml", "<a>grüezi</a>"),
    "malformed": ("application/json", "{malformed"),
    "empty": ("text/plain", ""),
}


@ON_THE_PAGE
@pytest.mark.parametrize("response", RESPONSES)
def test_a_refreshs_own_response_looks_as_if_it_had_been_asked_for(
    page: Spa, response: str
) -> None:
    content_type, body = RESPONSES[response]
    page.page.route(
        f"**{REFRESH}",
        lambda route: route.fulfill(status=503, content_type=content_type, body=body),
    )
    scenarios = {
        kind: f"""
            xhr.open("POST", "%s"); xhr.responseType = "{kind}"; xhr.send(); await until("loadend");
        """
        for kind in TYPES
    }
    scenarios["synchronous"] = 'xhr.open("POST", "%s", false); xhr.send();'
    for how, scenario in scenarios.items():
        natively = play(page, "native", scenario % REFRESH)
        page.spoil_token()
        forget_failure(page)
        assert (how, play(page, "ours", scenario % "/api/echo")) == (how, natively)
    page.unroute()
