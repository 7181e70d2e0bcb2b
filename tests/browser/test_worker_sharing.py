"""What a page shares with its workers, and when: tested with workers without Python."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from supertokens_pyodide._core.config.options import Page as ConfigPage
from supertokens_pyodide._core.config.options import read_config
from supertokens_pyodide._core.environment.clock import STORAGE_KEY
from supertokens_pyodide._core.environment.cookies import LAST_UPDATE, OURS
from supertokens_pyodide._core.wire.plan import write_plan

from tests.browser.conftest import BrowserLog, VendorSite, serve_vendor
from tests.browser.worker_page import BUNDLE, SHARING_BUNDLE

NewContext = Callable[..., BrowserContext]

# A worker that runs what its page sends it. It speaks the wire (worker/wire.js) by itself.
BARE = """
const { port1, port2 } = new MessageChannel();
const received = [];
const answers = new Map();
const services = {};
port1.onmessage = async ({ data: { id, name, args, value, error } }) => {
  if (!name) return answers.get(id)?.({ value, error });
  received.push(name);
  if (id) port1.postMessage({ id, value: await services[name]?.(...args) });
};
let last = 0;
const ask = (name, ...args) => new Promise((answer) => {
  last += 1;
  answers.set(last, ({ value, error }) => answer(error ? `refused: ${error.code}` : value));
  port1.postMessage({ id: last, name, args });
});
const report = (name, ...args) => port1.postMessage({ name, args });
const greet = () => postMessage("supertokens-pyodide", [port2]);
const join = (livenessLock = "") =>
  ask("join", { protocol: 2, version: "", livenessLock, keys: [STORAGE_KEY, "mine"] });
const AsyncFunction = (async () => {}).constructor;
onmessage = async ({ data: { id, code } }) => {
  try {
    postMessage({ id, value: await eval(`(async () => { ${code} })()`) });
  } catch (error) {
    postMessage({ id, value: String(error) });
  }
};
""".replace("STORAGE_KEY", json.dumps(STORAGE_KEY))

# The worker has the shim, as with Python, but a core of its own that does nothing.
WITH_SHIM = """
importScripts("/vendor/supertokens/supertokens.worker.js");
const shim = globalThis[Symbol.for("supertokens-pyodide")];
const PLAN = JSON.stringify({ protocol: 2, requestHeaders: [], responseHeaders: [], statuses: [] });
const core = { plan: PLAN, functions: {}, observe: () => "", cancel() {}, closed() {} };
let took = 0;
const start = () => {
  const began = performance.now();
  const ended = () => { took = performance.now() - began; };
  shim.join({ apiDomain: location.origin }, {}, [], () => { shim.connect(core); return ""; });
  return shim.ready().then(() => "ready", ({ code, message }) => `${code}: ${message}`)
    .finally(ended);
};
onmessage = async ({ data: { id, code } }) => {
  postMessage({ id, value: await eval(`(async () => { ${code} })()`) });
};
"""

PAGE = """
<script>
  globalThis.stray = [];
  const answers = new Map();
  globalThis.begin = (url) => {
    const worker = new Worker(url);
    worker.onmessage = ({ data }) =>
      answers.has(data.id) ? answers.get(data.id)(data.value) : stray.push(data);
    globalThis.workers = [...(globalThis.workers ?? []), worker];
  };
  globalThis.run = (code, worker = 0) => new Promise((answer) => {
    const id = answers.size;
    answers.set(id, answer);
    workers[worker].postMessage({ id, code });
  });
</script>
"""

INIT = "supertokens.init({ apiDomain: location.origin })"
WORKER = '<script>globalThis.supertokensPyodide = { interpreter: "worker" };</script>'
SCRIPT = '<script type="py" worker src="/none.py"></script>'
SECRETS = "; ".join(f"{name}=of-the-session" for name in OURS)


class Site:
    """A page with workers of its own."""

    def __init__(self, site: VendorSite, context: BrowserContext, head: str) -> None:
        site.pages["/"] = f'<!doctype html><link rel="icon" href="data:,">{head}{PAGE}'
        site.pages["/bare.mjs"] = BARE
        site.pages["/shim.mjs"] = WITH_SHIM
        self.origin = site.origin
        self.page: Page = context.new_page()
        self.page.goto(site.origin)

    def start(self, url: str = "/bare.mjs") -> None:
        self.page.evaluate("(url) => begin(url)", url)

    def run(self, code: str, worker: int = 0) -> Any:
        return self.page.evaluate("([code, worker]) => run(code, worker)", [code, worker])

    def greet(self, worker: int = 0) -> None:
        self.run("greet()", worker)


@pytest.fixture(scope="module")
def vendor(browser: Browser) -> Iterator[VendorSite]:
    with serve_vendor() as site:
        yield site


@pytest.fixture
def opened(
    vendor: VendorSite, new_context: NewContext, browser_log: BrowserLog
) -> Iterator[Callable[..., Site]]:
    yield lambda head=BUNDLE, **options: Site(vendor, new_context(**options), head)
    assert browser_log.page_errors == []


# ---- when ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "first"),
    [
        pytest.param(BUNDLE, INIT, id="init"),
        pytest.param(WORKER + BUNDLE, "", id="setting"),
        pytest.param(SHARING_BUNDLE, "", id="attribute"),
        pytest.param(BUNDLE + SCRIPT, "", id="pyscript"),
        pytest.param(BUNDLE + '<script type="py-editor"></script>', "", id="py-editor"),
    ],
)
def test_a_page_shares_its_session_from_when_it_says_so_until_close(
    opened: Callable[..., Site], head: str, first: str
) -> None:
    site = opened(head)
    site.page.evaluate(f"{first}; document.cookie = 'sAntiCsrf=ours'")
    site.start()
    site.greet()
    assert site.run("return (await join()).cookies") == "sAntiCsrf=ours"
    site.page.evaluate("supertokens.close()")
    refused = "refused: CLOSED"
    everything = """return Promise.all([
      ask("cookies"), ask("write", ["sAntiCsrf=theirs; path=/"]), ask("store", KEY, "5"),
      ask("lock", 1, "REFRESH_TOKEN_USE", 9),
      ask("before", {}), ask("after", {}, {}),
    ])""".replace("KEY", json.dumps(STORAGE_KEY))
    assert site.run(everything) == [refused] * 6
    assert site.run("return received") == ["closed"]
    assert site.page.evaluate("document.cookie") == "sAntiCsrf=ours"
    site.page.evaluate(INIT)
    assert site.run("return ask('cookies')") == "sAntiCsrf=ours"
    site.page.evaluate("supertokens.close(); supertokens.init({ apiDomain: 'https://x.example' })")
    found = site.run("return ask('cookies')")
    assert found == ("sAntiCsrf=ours" if not first else "refused: ALREADY_INITIALISED")


def test_a_page_that_shares_nothing_yet_lets_a_worker_wait_and_says_what_is_missing(
    opened: Callable[..., Site], browser_log: BrowserLog
) -> None:
    site = opened()
    site.page.evaluate("document.cookie = 'sAntiCsrf=ours'")
    site.start()
    site.greet()
    with site.page.expect_console_message(lambda said: "does not share it" in said.text):
        site.run("globalThis.joining = join()")
    asked = "return Promise.race([joining, ask('cookies')])"
    assert site.run(asked).startswith("refused")
    assert site.run("return received") == ["waiting"]
    site.page.evaluate(INIT)
    assert site.run("return (await joining).cookies") == "sAntiCsrf=ours"


def test_a_worker_with_an_opaque_origin_gets_nothing(opened: Callable[..., Site]) -> None:
    site = opened(WORKER + BUNDLE)
    site.page.evaluate(f"document.cookie = 'sAntiCsrf=ours'; {INIT}")
    site.start(f"data:text/javascript,{BARE.replace('%', '%25').replace('#', '%23')}")
    site.greet()
    assert site.run("void join(); report('leave'); return self.origin") == "null"
    for _ in range(20):  # what had been answered would have come with these
        site.run("")
    assert site.run("return [received, [...answers.keys()].length]") == [[], 1]
    assert site.run("return Promise.race([ask('cookies'), 'nothing'])") == "nothing"
    assert site.page.evaluate("stray") == ["supertokens-pyodide"]  # not ours: the application's


# ---- what ----------------------------------------------------------------------------------------


@pytest.fixture
def joined(opened: Callable[..., Site]) -> Site:
    site = opened()
    site.page.evaluate(
        """(ours) => {
          for (const cookie of ["mine=secret", "xsFrontToken=secret", ...ours.split("; ")]) {
            document.cookie = `${cookie}; path=/`;
          }
          localStorage.setItem("mine", "secret");
          // What the browser did not keep as cookies.
          localStorage.setItem("supertokens-pyodide-cookies", "sAntiCsrf=kept; theirs=secret");
        }""",
        SECRETS,
    )
    site.page.evaluate(INIT)
    site.start()
    site.greet()
    return site


def pairs(cookies: str) -> set[str]:
    return set(cookies.split("; "))


def test_a_worker_reads_the_sessions_own_cookies_and_key_and_no_others(joined: Site) -> None:
    found = joined.run("return join()")
    assert pairs(found["cookies"]) == {*pairs(SECRETS), "sAntiCsrf=kept"}
    assert [key for key, _ in found["stored"]] == [STORAGE_KEY]
    assert pairs(joined.run("return ask('cookies')")) == pairs(found["cookies"])
    assert "secret" not in json.dumps(found)


@pytest.mark.parametrize(
    "question",
    [
        "'write', ['mine=theirs; path=/']",
        "'write', ['sAntiCsrf=theirs; path=/', 'mine=theirs; path=/']",
        "'write', [' mine=theirs;sAntiCsrf=1']",
        "'write', ['sAntiCsrf']",
        "'store', 'mine', 'theirs'",
        "'store', 'browser-tabs-lock-key-REFRESH_TOKEN_USE', 'theirs'",
        "'lock', 1, 'mine', 1000",
    ],
)
def test_a_worker_writes_and_locks_nothing_but_the_sessions_own(
    joined: Site, question: str
) -> None:
    kept = "JSON.stringify([document.cookie, { ...localStorage }])"
    joined.run("return join()")
    before = joined.page.evaluate(kept)
    assert joined.run(f"return ask({question})") == "refused: SUPERTOKENS_ERROR"
    assert joined.page.evaluate(kept) == before


def test_a_worker_writes_the_sessions_own_cookies_and_key(joined: Site) -> None:
    joined.run("return join()")
    write = f"'{LAST_UPDATE}=new; path=/'"
    assert f"{LAST_UPDATE}=new" in pairs(joined.run(f"return ask('write', [{write}])"))
    joined.run(f"return ask('store', '{STORAGE_KEY}', '5')")
    found = joined.page.evaluate(f"[document.cookie, localStorage.getItem('{STORAGE_KEY}')]")
    assert f"{LAST_UPDATE}=new" in pairs(found[0])
    assert found[1] == "5"
    assert joined.run("return ask('lock', 1, 'REFRESH_TOKEN_USE', 1000)") is True


def test_a_page_hands_its_worker_no_other_cookies_with_its_requests(
    opened: Callable[..., Site],
) -> None:
    site = opened(WORKER + BUNDLE)
    site.page.evaluate(f"document.cookie = 'mine=secret; path=/'; {INIT}")
    begin_core(site)
    assert site.page.evaluate("fetch('/').then(({ status }) => status)") == 200
    asked = json.dumps(site.run("return asked"))
    assert "cookies" in asked
    assert "secret" not in asked


# ---- malformed messages --------------------------------------------------------------------------

MALFORMED = """
const junk = [
  null, undefined, 5, "cookies", [], {}, { id: 1 }, { id: "x", value: 1 }, { id: null, error: 1 },
  { name: "cookies" }, { name: "cookies", args: 5 }, { name: "cookies", args: null },
  ...["constructor", "__proto__", "toString", "unknown", 5, null, {}].flatMap(
    (name) => [{ name, args: [] }, { id: 900, name, args: [] }],
  ),
  ...[
    "join", "write", "store", "lock", "unlock", "before", "after", "ready", "refused", "events",
  ].flatMap(
    (name) => [[], [null], [5, 5, 5], [{}], [[{}]], [{ protocol: 2 }]].flatMap(
      (args) => [{ name, args }, { id: 901, name, args }],
    ),
  ),
  { name: "join", args: [{ protocol: 2, life: 5, keys: [] }] },
  { name: "join", args: [{ protocol: 2, life: "REFRESH_TOKEN_USE", keys: [] }] },
  { name: "join", args: [{ protocol: 2, life: "-", keys: [] }] },
];
for (const each of junk) port1.postMessage(each);
"""


@pytest.mark.parametrize("first", ["", "await join();"], ids=["before-join", "joined"])
def test_malformed_messages_are_harmless(joined: Site, first: str) -> None:
    joined.page.evaluate(
        """() => {
          globalThis.unhandled = [];
          addEventListener("unhandledrejection", ({ reason }) => unhandled.push(String(reason)));
        }"""
    )
    joined.greet()
    joined.run(f"{first} {MALFORMED}")
    joined.run("return join()")
    cookies = joined.run("return ask('cookies')")
    assert pairs(cookies) >= {"st-access-token=of-the-session"}
    joined.page.evaluate("new Promise((resolve) => setTimeout(resolve))")
    assert joined.page.evaluate("unhandled") == []
    assert joined.page.evaluate("supertokens.sessionHint()") is True


@pytest.mark.parametrize("answer", ["null", "5", "{}", "{ do: 'nonsense' }", "{ flow: 1 }"])
def test_a_step_that_makes_no_sense_ends_its_request(
    opened: Callable[..., Site], answer: str
) -> None:
    site = opened(WORKER + BUNDLE)
    site.page.evaluate(INIT)
    begin_core(site, answer)
    code = "fetch('/').catch(({ code }) => code)"
    assert site.page.evaluate(code) == "SUPERTOKENS_ERROR"


# ---- a worker that looks for its page ------------------------------------------------------------


def test_the_first_message_of_a_worker_does_not_reach_a_page_without_the_shim(
    opened: Callable[..., Site],
) -> None:
    site = opened("")
    site.start("/shim.mjs")
    reported = site.run("return start()")
    assert site.page.evaluate("stray") == []
    assert reported.startswith("UNSUPPORTED_PLATFORM")
    assert "has not answered yet" in reported


NO_LOCKS = "<script>Object.defineProperty(navigator, 'locks', { value: undefined })</script>"


@pytest.mark.parametrize("locks", [True, False], ids=["web-locks", "no-web-locks"])
def test_a_busy_page_is_waited_for(opened: Callable[..., Site], locks: bool) -> None:
    site = opened(SHARING_BUNDLE if locks else NO_LOCKS + SHARING_BUNDLE)
    site.start("/shim.mjs")
    without = "" if locks else "Object.defineProperty(navigator, 'locks', { value: undefined });"
    # It is busy for longer than a page without the shim is waited for.
    reported = site.page.evaluate(
        """async (code) => {
          await run("return 'up'");
          const reported = run(code);
          const end = performance.now() + 5000;
          while (performance.now() < end);
          return reported;
        }""",
        f"{without} return start()",
    )
    assert reported == "ready"
    assert site.page.evaluate("stray") == []


def test_a_call_after_one_that_got_no_answer_works(opened: Callable[..., Site]) -> None:
    site = opened()  # shares nothing yet
    site.start("/shim.mjs")
    site.run("globalThis.setTimeout = ((native) => (f, ms) => native(f, ms / 100))(setTimeout)")
    reported = site.run("return start()")
    assert reported.startswith("UNSUPPORTED_PLATFORM")
    assert "does not share its session yet" in reported
    site.page.evaluate(INIT)
    site.run(
        "while (shim.driver.core.isPending) await new Promise((next) => setTimeout(next, 100))"
    )
    assert site.run("return shim.ready().then(() => 'ready')") == "ready"


def test_a_worker_with_an_opaque_origin_gets_an_error(
    opened: Callable[..., Site], vendor: VendorSite
) -> None:
    site = opened(SHARING_BUNDLE)
    # An opaque origin cannot import what another serves without CORS.
    shim = site.page.evaluate(
        "fetch('/vendor/supertokens/supertokens.worker.js').then((response) => response.text())"
    )
    reported = site.page.evaluate(
        """([shim, rest]) => {
          const text = shim + rest.replace(/importScripts.*/, "");
          begin("data:text/javascript;base64," + btoa(unescape(encodeURIComponent(text))));
          return run("try { start(); } catch ({ code, message }) { return [code, message]; }");
        }""",
        [shim, WITH_SHIM],
    )
    assert reported[0] == "UNSUPPORTED_PLATFORM"
    assert "opaque origin" in reported[1]


# ---- a worker that dies --------------------------------------------------------------------------

CORE = """
globalThis.asked = [];
const answerWith = (answer) => (...args) => { asked.push(args); return answer; };
services.decide = () => ({ plan: PLAN, facts: "{}" });
services.exchange = answerWith(ANSWER);
services.call = answerWith({ verdict: "value", value: true });
services.resume = answerWith({ verdict: "deliver" });
await join();
report("ready");
"""
SEND = '{ flow: 1, do: "send", headers: {}, drop: [], credentials: null }'


def begin_core(site: Site, answer: str = SEND, worker: int = 0) -> None:
    """Start a worker whose core answers every question of the page alike."""
    plan = write_plan(read_config({"api_domain": site.origin}, ConfigPage("localhost", False)))
    site.start()
    site.greet(worker)
    site.run(CORE.replace("PLAN", plan).replace("ANSWER", answer), worker)
    site.page.evaluate("supertokens.ready()")


def test_each_request_after_a_workers_death_has_its_own_time(
    opened: Callable[..., Site],
) -> None:
    site = opened(WORKER + BUNDLE)
    site.page.clock.install()
    site.page.evaluate(INIT)
    begin_core(site)
    site.page.evaluate("workers[0].terminate()")
    site.page.clock.fast_forward(119_000)
    site.page.evaluate(
        """() => {
          globalThis.settled = 0;
          globalThis.late = fetch("/").then(({ status }) => status);
          late.finally(() => { settled += 1; });
        }"""
    )
    site.page.clock.fast_forward(119_000)  # as long as a start, but not from the worker's end
    assert site.page.evaluate("settled") == 0
    begin_core(site, worker=1)
    assert site.page.evaluate("late") == 200
    site.page.evaluate("workers[1].terminate()")
    site.page.evaluate("globalThis.last = fetch('/').catch(({ code }) => code); 0")
    site.page.clock.fast_forward(121_000)
    assert site.page.evaluate("last") == "BOOT_FAILED"
    begin_core(site, worker=2)
    assert site.page.evaluate("fetch('/').then(({ status }) => status)") == 200
