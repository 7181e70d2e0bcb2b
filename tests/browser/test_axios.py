"""axios, through both its adapters, without an interceptor: beside itself on a page without us.

Over HTTP/2, since its adapter for fetch sends streams if it has to report an upload's progress.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.app import REFRESH
from tests.browser.conftest import ROOT, BrowserLog
from tests.browser.demo import Demo
from tests.browser.http2_front import open_spa
from tests.browser.plain import open_plain, sign_up, start
from tests.browser.spa import Spa, let_go

AXIOS = ROOT / "node_modules" / "axios" / "dist" / "axios.min.js"

# What a call of axios gives, in words.
REPORT = """
globalThis.reported = async (call) => {
  const mask = (text) => text?.replaceAll(/\\d{9,}/g, "TIME");
  const describe = async (data) => {
    if (data instanceof ArrayBuffer) return `buffer ${data.byteLength}`;
    if (data instanceof Blob) return `blob ${data.size} ${data.type}`;
    if (data instanceof ReadableStream) return mask(await new Response(data).text());
    return mask(JSON.stringify(data));
  };
  const shape = async ({ status, statusText, data, headers }) => ({
    status, statusText, data: await describe(data), type: headers.get("content-type"),
  });
  try {
    return await shape(await call);
  } catch (error) {
    const { name, code, message, status, response } = error;
    const kind = [error instanceof Error, axios.isAxiosError(error), axios.isCancel(error)];
    return { name, code, message, status, kind, response: response && (await shape(response)) };
  }
};
"""


@dataclass
class Axios:
    """axios on a page with the session, and on one that knows nothing of it but its cookies."""

    spa: Spa
    other: Page

    def call(self, adapter: str, body: str) -> Any:
        """Make a call with the session, its token refused, and natively with a valid one."""
        self.spa.spoil_token()
        ours = self.spa.run(body, adapter)
        return ours, self.other.evaluate(f"async (argument) => {{ {body} }}", adapter)


@pytest.fixture(scope="module")
def pages(
    browser: Browser, demo_process: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Axios]:
    with open_spa(browser, demo_process, tmp_path_factory.mktemp("http2")) as spa:
        spa.start_afresh()
        other = spa.page.context.new_page()
        other.route("**/empty", lambda route: route.fulfill(body="", content_type="text/html"))
        other.goto(spa.page.url.split("?")[0] + "empty")
        for page in (spa.page, other):
            page.add_script_tag(path=AXIOS)
            page.evaluate(REPORT)
        yield Axios(spa, other)


@pytest.fixture
def axios(pages: Axios, demo: Demo, browser_log: BrowserLog) -> Iterator[Axios]:
    with browser_log.watching(pages.spa.page.context):
        yield pages


FORM = "(() => { const f = new FormData(); f.append('a', new Blob(['x']), 'n'); return f })()"
CALLS = {
    "get": 'axios.get("/api/protected", { adapter })',
    "parameters": 'axios.get("/api/protected", { adapter, params: { a: [1, 2] } })',
    "json": 'axios.post("/api/echo", { a: "grüezi" }, { adapter })',
    "text": 'axios.post("/api/echo", "grüezi", { adapter, headers: { "Content-Type": "a/b" } })',
    "query": 'axios.post("/api/echo", new URLSearchParams({ a: "b" }), { adapter })',
    "post-form": 'axios.postForm("/api/echo", { a: "b" }, { adapter }).then((r) => r.data.length)',
    "buffer": 'axios.post("/api/echo", new Uint8Array([65, 66]).buffer, { adapter })',
    **{
        f"response-{kind}": f'axios.get("/api/protected", {{ adapter, responseType: "{kind}" }})'
        for kind in ("json", "text", "arraybuffer", "blob")
    },
    "instance": 'axios.create({ adapter, baseURL: "/api", timeout: 60000 }).get("/protected")',
    "credentials": 'axios.get("/api/protected", { adapter, withCredentials: true })',
    "invalid-claim": 'axios.get("/api/needs-claim", { adapter })',
    "not-found": 'axios.get("/api/nowhere", { adapter })',
    "own-401": 'axios.get("/api/always-401", { adapter })',
    "any-status": 'axios.get("/api/always-401", { adapter, validateStatus: null })',
    "aborted-before": 'axios.get("/api/protected", { adapter, signal: AbortSignal.abort() })',
}


@pytest.mark.parametrize("adapter", ["xhr", "fetch"])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_gives_what_it_gives_natively(axios: Axios, adapter: str, call: str) -> None:
    ours, native = axios.call(adapter, f"const adapter = argument; return reported({CALLS[call]});")
    assert ours == native


def test_the_adapter_for_fetch_gives_streams(axios: Axios) -> None:
    ours, native = axios.call(
        "fetch",
        """
        const options = { adapter: argument, responseType: "stream" };
        return reported(axios.get("/api/public", options));
        """,
    )
    assert ours == native


@pytest.mark.parametrize("adapter", ["xhr", "fetch"])
def test_progress_is_reported_up_and_down_to_its_end(axios: Axios, adapter: str) -> None:
    ours, native = axios.call(
        adapter,
        """
        const up = [];
        const down = [];
        const note = (list) => (e) => list.push([e.loaded, e.total, e.progress]);
        const body = "x".repeat(300000);
        const { data } = await axios.post("/api/echo", body, {
          adapter: argument, onUploadProgress: note(up), onDownloadProgress: note(down),
        });
        return [data.length, up.at(-1), down.at(-1)[0] > 300000];
        """,
    )
    assert ours == native == [300_000, [300_000, 300_000, 1], True]


ENDS = {
    "cancelled": (
        "const c = new AbortController(); globalThis.end = () => c.abort();"
        "const more = { signal: c.signal };"
    ),
    "timed-out": "globalThis.end = () => {}; const more = { timeout: 300 };",
}


@pytest.mark.parametrize("adapter", ["xhr", "fetch"])
@pytest.mark.parametrize("end", ENDS)
def test_a_call_that_waits_for_a_refresh_ends_as_natively(
    axios: Axios, adapter: str, end: str
) -> None:
    start = f"""
        {ENDS[end]}
        globalThis.ending = reported(axios.get("/api/protected", {{ adapter: argument, ...more }}));
    """
    held: list[Route] = []
    axios.spa.page.route(f"**{REFRESH}", lambda route: held.append(route))
    axios.spa.spoil_token()
    axios.spa.run(start, adapter)
    if end == "cancelled":
        axios.spa.wait_for(held)
    ours = axios.spa.run("end(); return ending")
    for route in held:
        route.continue_()
    axios.spa.unroute()
    # The refresh continues for the next request.
    assert axios.spa.run("return (await fetch('/api/protected')).status") == 200

    natively: list[Route] = []
    axios.other.route("**/api/protected", lambda route: natively.append(route))
    axios.other.evaluate(f"async (argument) => {{ {start} }}", adapter)
    while not natively:
        axios.other.evaluate("")
    assert ours == axios.other.evaluate("() => { end(); return ending; }")
    for route in natively:
        let_go(route)
    axios.other.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize(
    ("adapter", "name", "code"),
    [
        ("xhr", "AxiosError", "ERR_NETWORK"),
        ("fetch", "RefreshUnavailable", "REFRESH_UNAVAILABLE"),  # axios hands it on as it is
    ],
)
def test_an_outage_rejects_the_call(axios: Axios, adapter: str, name: str, code: str) -> None:
    axios.spa.page.route(f"**{REFRESH}", lambda route: route.abort())
    axios.spa.spoil_token()
    reported = axios.spa.run(
        'return reported(axios.get("/api/protected", { adapter: argument }))', adapter
    )
    axios.spa.unroute()
    # As another tab's refresh would, so that this one is tried again.
    axios.spa.run("document.cookie = `st-last-access-token-update=${Date.now()}; path=/`")
    assert (reported["name"], reported["code"]) == (name, code)


def test_its_interceptor_is_no_more_than_a_word(axios: Axios, browser_log: BrowserLog) -> None:
    reported = axios.spa.run(
        """
        const { handlers } = axios.interceptors.request;
        const before = handlers.length;
        for (let n = 0; n < 2; n++) supertokens.addAxiosInterceptors(axios);
        return handlers.length - before;
        """
    )
    assert reported == 0
    said = [line for line in browser_log.lines if "addAxiosInterceptors" in line]
    assert len(said) == 1
    assert said[0].startswith("console.warning: supertokens: addAxiosInterceptors() does nothing")


# What supertokens-website recommends for pages whose XMLHttpRequest is to be left alone.
LEFT_ALONE = """{ override: { functions: (original) => ({
  ...original, addXMLHttpRequestInterceptor: () => {},
}) } }"""
CALLS_OF_AN_INSTANCE = """async () => {
  const native = XMLHttpRequest.toString().includes("[native code]");
  const instance = axios.create({ baseURL: "/api", validateStatus: (status) => status < 400 });
  for (const one of [axios, instance, instance]) supertokens.addAxiosInterceptors(one);
  const adapter = "xhr";
  const end = new AbortController();
  end.abort();
  return {
    native,
    echo: await reported(axios.post("/api/echo", { a: "grüezi" }, { adapter })),
    instance: await reported(instance.get("/protected", { params: { a: 1 } })),
    refused: await reported(instance.get("/needs-claim")),
    own: await reported(instance.get("/always-401", { validateStatus: null })),
    cancelled: await reported(instance.get("/protected", { signal: end.signal })),
    events: fired_events,
    handlers: instance.interceptors.request.handlers.length,
  };
}"""


def test_axios_carries_the_session_on_a_page_whose_xhr_is_left_alone(
    demo: Demo, context: BrowserContext, browser_log: BrowserLog
) -> None:
    events = (
        "globalThis.fired_events = []; const onHandleEvent = (e) => fired_events.push(e.action);"
    )
    script = f"{events} globalThis.onHandleEvent = onHandleEvent;"
    page = open_plain(demo, context, script, from_image=True)
    start(page, LEFT_ALONE.replace("override", "onHandleEvent, override", 1))
    sign_up(page)
    page.add_script_tag(path=AXIOS)
    page.evaluate(REPORT)
    context.clear_cookies(name="sAccessToken")
    mark = demo.mark()
    reported = page.evaluate(CALLS_OF_AN_INSTANCE)
    assert reported["native"] is True
    assert reported["echo"]["status"] == reported["instance"]["status"] == 200
    assert "grüezi" in reported["echo"]["data"]
    assert reported["refused"]["status"] == 403
    assert reported["refused"]["kind"] == [True, True, False]
    assert reported["own"]["status"] == 401
    assert reported["cancelled"]["kind"][2] is True
    assert "API_INVALID_CLAIM" in reported["events"]
    assert reported["handlers"] == 1
    # One for the token that was refused, one for the endpoint that always refuses.
    assert demo.count(mark, REFRESH) == 2
    assert not [line for line in browser_log.lines if "addAxiosInterceptors" in line]
