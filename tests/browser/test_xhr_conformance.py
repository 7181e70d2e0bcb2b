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
from tests.browser.spa import Spa

TRACE = Path(__file__).with_name("xhr_trace.js").read_text("utf-8")

# Nothing of this depends on how tokens travel. What differs where Python is in a worker is told in
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
        const told = (what) => (event) => say(what, event.type, event.eventPhase);
        for (const type of ["readystatechange", "load"]) {{
          xhr.addEventListener(type, told("once"), {{ once: true }});
          xhr.addEventListener(type, told("capturing"), true);
          xhr.addEventListener(type, {{ handleEvent: told("object") }});
          xhr.addEventListener(type, told("never"), {{ signal: control.signal }});
          const gone = told("removed");
          xhr.addEventListener(type, gone);
          xhr.removeEventListener(type, gone);
        }}
        control.abort();
        xhr.addEventListener("load", (event) => event.stopImmediatePropagation());
        xhr.addEventListener("load", told("stopped"));
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
    "aborted-and-sent-again": f"{POSTED} xhr.abort(); {SENT} await until('load');",
    "opened-again-on-its-way": f"{POSTED} {SENT} await until('loadend');",
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
            {SENT}
            {"xhr.abort();" if event == "abort" else ""}
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
        """Let nothing go on that the next test would meet."""
        if self._stage == "refreshing" and not cut:
            self._routes[0].continue_()
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
def test_it_looks_so_too_where_python_is_in_a_worker(page: Spa, what: str) -> None:
    compare(page, what)


def compare(page: Spa, what: str) -> None:
    natively = act(page, "native", "sent", what)
    for stage in ("sent", "refreshing", "retrying"):
        assert (stage, act(page, "ours", stage, what)) == (stage, natively)


# ---- another reply in place of its own -----------------------------------------------------------

REPLIES = {
    "json": ("application/json", '{"message": "grüezi"}'),
    "html": ("text/html", "<title>Down</title><p>grüezi"),
    "xml": ("application/xml", "<a>grüezi</a>"),
    "malformed": ("application/json", "{malformed"),
    "empty": ("text/plain", ""),
}


@ON_THE_PAGE
@pytest.mark.parametrize("reply", REPLIES)
def test_a_refreshs_own_reply_looks_as_if_it_had_been_asked_for(page: Spa, reply: str) -> None:
    content_type, body = REPLIES[reply]
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
