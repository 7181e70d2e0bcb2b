"""The two ways to start, what waits meanwhile, and what happens when Python cannot be started."""

import hashlib
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from textwrap import dedent
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import VENDOR, BrowserLog, VendorSite, open_context, serve_vendor
from tests.browser.test_platform import PYSCRIPT_CONFIG

BUNDLE = '<script src="/vendor/supertokens/supertokens.iife.js"></script>'
INIT = "supertokens.init({ apiDomain: location.origin });"
READY = "() => supertokens.ready().then(() => 'ready', String)"

BOOTS = "performance.getEntriesByType('resource').filter((e) => /asm.wasm/.test(e.name)).length"

TEST_WHEELS = VENDOR.parent / "test_wheels"
WHEELS = sorted(f"/vendor/wheels/{path.name}" for path in (VENDOR / "wheels").glob("*.whl"))


def html(settings: dict[str, object] | None, script: str = INIT, before: str = "") -> str:
    defaults = f"globalThis.supertokensPyodide = {json.dumps(settings)};" if settings else ""
    return f"""<!doctype html><link rel="icon" href="data:,">{before}
        <script>{defaults}</script>{BUNDLE}<script>{script}</script>"""


def open_page(page: Page, site: VendorSite, text: str) -> None:
    site.pages["/"] = text
    page.goto(site.origin)


# Without eval, which is not needed where a script tag serves.
POLICY = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'"


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"indexURL": "/vendor/pyodide/"}, id="lock-file-knows-the-package"),
        pytest.param({"indexURL": "/vendor/pyodide/", "wheels": WHEELS}, id="wheels"),
    ],
)
def test_javascript_boots_python_without_eval(
    page: Page, vendor_site: VendorSite, settings: dict
) -> None:
    before = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    open_page(page, vendor_site, html(settings, INIT, before))
    assert page.evaluate(READY) == "ready"
    assert page.evaluate("supertokens.doesSessionExist()") is False


def test_javascript_takes_the_interpreter_that_the_page_has(
    page: Page, vendor_site: VendorSite
) -> None:
    script = """
      globalThis.supertokensPyodide = { pyodide: (async () => {
        const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
        const indexURL = new URL("/vendor/pyodide/", location.href).href;
        return globalThis.mine = await loadPyodide({ indexURL });
      })() };
    """
    open_page(page, vendor_site, html(None, script + INIT))
    assert page.evaluate(READY) == "ready"
    code = "import supertokens_pyodide as s; await s.does_session_exist()"
    assert page.evaluate(f"mine.runPythonAsync({code!r})") is False


def test_requests_of_an_unknown_visitor_wait_for_the_core_and_others_do_not(
    page: Page, vendor_site: VendorSite
) -> None:
    script = """
      const order = [];
      const api = fetch("/api/late").then((r) => order.push(`api ${r.status}`));
      const other = fetch("data:,x").then(() => order.push("other"));
      const boot = supertokens.ready().then(() => order.push("ready"));
      globalThis.done = Promise.all([api, other, boot]).then(() => order);
    """
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}, INIT + script))
    order = page.evaluate("done")
    assert order[0] == "other"
    assert set(order[1:]) == {"ready", "api 404"}


def test_a_held_request_can_be_aborted(page: Page, vendor_site: VendorSite) -> None:
    script = """
      const controller = new AbortController();
      globalThis.done = fetch("/api/late", { signal: controller.signal }).catch((e) => e.name);
      controller.abort();
      globalThis.after = supertokens.ready().then(() => "ready");
      globalThis.first = Promise.race([done, after]);
    """
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}, INIT + script))
    assert page.evaluate("first") == "AbortError"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param(None, "indexURL", id="no-address"),
        pytest.param({"indexURL": "/nowhere/"}, "could not be started", id="wrong-address"),
        pytest.param(
            {"indexURL": "/vendor/pyodide/", "wheels": ["/vendor/wheels/none-1-py3-none-any.whl"]},
            "could not be installed",
            id="no-such-wheel",
        ),
    ],
)
def test_a_boot_that_fails_rejects_everything_that_waits(
    page: Page, vendor_site: VendorSite, settings: dict | None, says: str
) -> None:
    script = 'globalThis.held = fetch("/api/late").catch((e) => `${e.code}: ${e}`);'
    open_page(page, vendor_site, html(settings, INIT + script))
    assert page.evaluate(READY).startswith("BootFailed: ")
    held = page.evaluate("held")
    assert held.startswith("BOOT_FAILED: ")
    assert says in held


@pytest.mark.parametrize(
    ("file", "answer"),
    [("pyodide.asm.wasm", "none"), ("python_stdlib.zip", "404"), ("pyodide-lock.json", "404")],
)
def test_a_runtime_file_that_does_not_come_fails_the_boot_by_name(
    page: Page, vendor_site: VendorSite, file: str, answer: str
) -> None:
    page.route(f"**/{file}", lambda r: r.abort() if answer == "none" else r.fulfill(status=404))
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}))
    message = page.evaluate(READY)
    assert message.startswith("BootFailed: ")
    assert file in message


PART = "supertokens.python.mjs"


def test_a_second_file_that_does_not_come_is_named(page: Page, vendor_site: VendorSite) -> None:
    page.route(f"**/{PART}", lambda route: route.fulfill(status=404))
    script = 'globalThis.held = fetch("/api/late").catch((e) => `${e.code}: ${e}`);'
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}, INIT + script))
    assert page.evaluate(READY).startswith(f"BootFailed: {PART} could not be loaded.")
    assert page.evaluate("held").startswith("BOOT_FAILED: ")
    assert page.evaluate("supertokens.sessionHint()") is False


def test_settings_that_a_page_makes_just_before_init_say_where_the_second_file_is(
    page: Page, vendor_site: VendorSite
) -> None:
    page.route(f"**/supertokens/{PART}", lambda route: route.fulfill(status=404))
    file = VENDOR / "supertokens" / PART
    page.route("**/elsewhere.mjs", lambda route: route.fulfill(path=file))
    script = f"""
      addEventListener("DOMContentLoaded", () => {{
        globalThis.supertokensPyodide = {{ interpreter: "page", pythonPart: "elsewhere.mjs" }};
        {INIT}
        const {{ loaded }} = globalThis[Symbol.for("supertokens-pyodide")];
        globalThis.found = Promise.race([
          loaded.then(() => "found"),
          supertokens.ready().catch(String),
        ]);
      }});
    """
    open_page(page, vendor_site, html(None, script))
    assert page.evaluate("found") == "found"


@pytest.mark.parametrize("policy", ["", POLICY], ids=["eval", "no-eval"])
def test_python_on_a_page_without_the_second_file_brings_its_own_where_it_may(
    page: Page, vendor_site: VendorSite, policy: str
) -> None:
    page.route(f"**/{PART}", lambda route: route.fulfill(status=404))
    script = """
      globalThis.started = (async () => {
        const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
        const indexURL = new URL("/vendor/pyodide/", location.href).href;
        const python = await loadPyodide({ indexURL, packages: ["supertokens-pyodide"] });
        return python.runPythonAsync(`
          import supertokens_pyodide as supertokens
          supertokens.init(api_domain="${location.origin}")
          await supertokens.does_session_exist()
        `).catch((error) => error.message);
      })();
    """
    before = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    open_page(page, vendor_site, html(None, script, before))
    started = page.evaluate("started")
    if policy:
        assert "UnsupportedPlatform" in started
        assert f"serve {PART} beside it" in started
    else:
        assert started is False
        assert page.evaluate("supertokens.doesSessionExist()") is False


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param("{}", "Option 'apiDomain' is missing", id="missing"),
        pytest.param("{ apiDomain: 'a.example', tokenTransferMethod: 'x' }", "'x'", id="wrong"),
        pytest.param("{ apiDomain: 'a.example', preAPIHook: 5 }", "Give a function", id="function"),
    ],
)
def test_a_wrong_option_is_named(
    page: Page, vendor_site: VendorSite, options: str, says: str
) -> None:
    text = html({"indexURL": "/vendor/pyodide/"}, f"supertokens.init({options});")
    open_page(page, vendor_site, text)
    message = page.evaluate(READY)
    assert message.startswith("ConfigError: ")
    assert says in message


def test_init_again_takes_the_same_options_only(page: Page, vendor_site: VendorSite) -> None:
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}))
    again = """(apiDomain) => {
      try { supertokens.init({ apiDomain }); return "taken"; } catch (e) { return e.code; }
    }"""
    assert page.evaluate(again, vendor_site.origin) == "taken"
    assert page.evaluate(again, "https://other.example") == "ALREADY_INITIALISED"


def test_two_sdks_on_one_page_are_refused(page: Page, vendor_site: VendorSite) -> None:
    before = "<script>globalThis.__supertokensOriginalFetch = fetch;</script>"
    script = f"try {{ {INIT} }} catch (e) {{ globalThis.refusal = e.message; }}"
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}, script, before))
    assert "supertokens-website is already active" in page.evaluate("refusal")


def test_close_puts_everything_back_and_init_starts_again(
    page: Page, vendor_site: VendorSite
) -> None:
    before = "<script>globalThis.nativeFetch = fetch;</script>"
    open_page(page, vendor_site, html({"indexURL": "/vendor/pyodide/"}, INIT, before))
    assert page.evaluate(READY) == "ready"
    assert page.evaluate("fetch !== nativeFetch")
    page.evaluate("supertokens.close()")
    assert page.evaluate("fetch === nativeFetch")
    call = "supertokens.doesSessionExist().catch((e) => e.code)"
    assert page.evaluate(call) == "NOT_INITIALISED"
    page.evaluate(INIT)
    assert page.evaluate(call) is False
    # By the interpreter that was there.
    assert page.evaluate(BOOTS) == 1


# ---- Python first --------------------------------------------------------------------------------


def pyscript(code: str, head: str = "") -> str:
    report = """
import json as _json
from pyscript import window as _window
_window.found = _json.dumps(found)
"""
    return f"""<!doctype html><link rel="icon" href="data:,">{head}
        <script type="module" src="/vendor/pyscript/core.js"></script>
        <script type="py" config='{PYSCRIPT_CONFIG}'>
{code}{report}</script>"""


@pytest.fixture(scope="module")
def booted(browser: Browser) -> Iterator[Page]:
    """A page of PyScript's with nothing else on it, which runs the Python that it is given."""
    runs = """
import json, textwrap, js

async def run(code):
    scope = {}
    exec(f"async def main():\\n{textwrap.indent(code, '    ')}\\n    return found", scope)
    return json.dumps(await scope["main"]())

js.runPython = run
found = True
"""
    with open_context(browser) as context, serve_vendor() as site:
        page = context.new_page()
        assert found(page, site, pyscript(runs)) is True
        yield page


@pytest.fixture
def python_page(booted: Page, browser_log: BrowserLog) -> Iterator[Page]:
    """A page of PyScript's, in which init() has not been called or is undone by close()."""
    with browser_log.watching(booted.context):
        yield booted
        run_python(booted, "import supertokens_pyodide as s; s.close(); found = True")


def run_python(page: Page, code: str) -> Any:
    """Run Python; the value that it gives the name ``found``."""
    return json.loads(page.evaluate("(code) => runPython(code)", code))


def found(page: Page, site: VendorSite, text: str) -> object:
    open_page(page, site, text)
    return json.loads(page.wait_for_function("window.found").json_value())


def test_python_alone_installs_the_shim_that_the_wheel_carries(python_page: Page) -> None:
    code = """
import js, supertokens_pyodide as s
before = js.fetch
s.init(api_domain=js.location.origin)
patched = js.fetch != before
exists = await s.does_session_exist()
from_javascript = await js.supertokens.doesSessionExist()
s.close()
found = [patched, exists, from_javascript, js.fetch == before]
"""
    assert run_python(python_page, code) == [True, False, False, True]


@pytest.mark.parametrize("settings", [{}, {"indexURL": "/vendor/pyodide/"}], ids=["bare", "index"])
def test_a_script_tag_on_a_pyscript_page_waits_for_its_python(
    page: Page, vendor_site: VendorSite, settings: dict
) -> None:
    head = f"""<script>globalThis.supertokensPyodide = {json.dumps(settings)};</script>{BUNDLE}
        <script>{INIT} globalThis.early = fetch("/api/early").then((r) => r.status);</script>"""
    code = """
import js, supertokens_pyodide as s
s.init()
found = [await js.early, await s.does_session_exist()]
"""
    assert found(page, vendor_site, pyscript(code, head)) == [404, False]
    assert page.evaluate(BOOTS) == 1


CLIENTS = {
    "pyfetch": ("from pyodide.http import pyfetch", 'await pyfetch("/api/x")'),
    "js.fetch": ("from js import fetch", 'await fetch("/api/x")'),
    "open_url": ("from pyodide.http import open_url", 'open_url("/api/x")'),
    "pyxhr": ("from pyodide.http import pyxhr", 'pyxhr.get("/api/x")'),
}


@pytest.mark.parametrize(
    ("clients", "imported"),
    [
        pytest.param([*CLIENTS], "after", id="after"),
        # If user code itself has bound a function, as "from js import fetch" does, nothing can
        # re-point that name.
        pytest.param([name for name in CLIENTS if name != "js.fetch"], "before", id="before"),
    ],
)
def test_clients_are_seen_and_left_alone_again_after_close(
    page: Page, vendor_site: VendorSite, clients: list[str], imported: str
) -> None:
    imports = "\n".join(CLIENTS[client][0] for client in clients)
    calls = "\n".join(CLIENTS[client][1].replace("/x", f"/{client}") for client in clients)
    before, after = (imports, "") if imported == "before" else ("", imports)
    code = f"""
{before}
import js, supertokens_pyodide as s
s.init(api_domain=js.location.origin)
{after}
{calls}
s.close()
{calls}
found = True
"""
    requests: list[tuple[str, bool]] = []
    page.on(
        "request",
        lambda r: (
            "/api/" in r.url
            and requests.append((r.url.rpartition("/")[2], "st-auth-mode" in r.headers))
        ),
    )
    assert found(page, vendor_site, pyscript(code)) is True
    expected = [(client, is_ours) for is_ours in (True, False) for client in clients]
    assert requests == expected


def test_python_and_javascript_must_agree(page: Page, vendor_site: VendorSite) -> None:
    head = f"{BUNDLE}<script>{INIT}</script>"
    code = """
import js, supertokens_pyodide as s
found = []
for domain in ("https://other.example", js.location.origin, "https://other.example"):
    try:
        s.init(api_domain=domain)
        found.append("taken")
    except s.SuperTokensError as error:
        found.append(error.code)
"""
    assert found(page, vendor_site, pyscript(code, head)) == [
        "ALREADY_INITIALISED",
        "taken",
        "ALREADY_INITIALISED",
    ]


def test_functions_of_a_repeated_init_replace_the_earlier_ones_in_both_languages(
    python_page: Page,
) -> None:
    code = """
import js, supertokens_pyodide as s
from pyodide.ffi import create_proxy

seen = []

def init(number, **more):
    def functions(original):
        async def get_tenant(*, user_context):
            return number
        def covers(url, api_domain, domain):
            seen.append(f"asked {number}")
            return False
        return {"get_user_id": get_tenant, "should_do_interception_based_on_url": covers}

    s.init(
        api_domain=js.location.origin,
        pre_api_hook=lambda call: seen.append(f"hook {number}"),
        override={"functions": functions} if number > 1 else None,
        **more,
    )

init(1)
init(2)
init(3)
await js.fetch("/x")
user = await s.get_user_id()
refused = []
for option in ("cookie_handler", "lock_factory"):
    try:
        s.init(**{option: lambda *_: None})
    except s.SuperTokensError as error:
        refused.append([error.code, option in error.message])
try:
    await s.attempt_refresh()
except s.SuperTokensError as error:
    text = await error.response.text()
    response = [error.status, error.response.status, "not found" in text.lower()]
    hint = "api_domain" in error.hint
js.from_javascript()
s.close()
s.init(api_domain=js.location.origin, pre_api_hook=lambda call: seen.append("hook 4"))
js.from_javascript()
try:
    await s.attempt_refresh()
except s.SuperTokensError:
    pass
found = [seen, user, refused, response, hint, [list(x) for x in js.reported.to_py()]]
"""
    python_page.evaluate(
        """() => {
      globalThis.reported = [];
      globalThis.from_javascript = () => {
        const preAPIHook = () => reported.push(["hook", ""]);
        supertokens.init({ apiDomain: location.origin, preAPIHook });
        try {
          supertokens.init({ apiDomain: location.origin, dateProvider: () => ({}) });
        } catch (e) {
          reported.push([e.code, e.message]);
        }
      };
        }"""
    )
    seen, user, refused, response, hint, reported = run_python(python_page, code)
    assert [line for line in seen if "asked" not in line] == ["hook 3"]
    assert {line for line in seen if "asked" in line} == {"asked 3"}
    assert user == 3
    assert refused == [["ALREADY_INITIALISED", True]] * 2
    assert response == [404, 404, True]
    assert hint is True
    other = [
        "ALREADY_INITIALISED",
        "The session SDK was already initialised, with another dateProvider.",
    ]
    # After close() and init() the last to give a hook was JavaScript again.
    assert reported == [other, other, ["hook", ""]]


def test_close_ends_what_waits(python_page: Page) -> None:
    code = """
import asyncio, js, supertokens_pyodide as s
s.init(api_domain=js.location.origin)
waiting = asyncio.ensure_future(s.attempt_refresh())
from_javascript = js.supertokens.attemptRefreshingSession()
await asyncio.sleep(0)
s.close()
found = []
try:
    await waiting
except s.SuperTokensError as error:
    found.append(error.code)
try:
    await from_javascript
except Exception as error:
    found.append(error.code)
try:
    await s.attempt_refresh()
except s.SuperTokensError as error:
    found.append(error.code)
"""
    assert run_python(python_page, code) == ["CLOSED", "CLOSED", "NOT_INITIALISED"]


def test_python_gets_an_error_for_another_sdk_on_the_page(python_page: Page) -> None:
    code = """
import js, supertokens_pyodide as s
js.__supertokensOriginalFetch = js.fetch
try:
    s.init(api_domain=js.location.origin)
except s.SuperTokensError as error:
    found = [error.code, "supertokens-website" in error.message, error.hint != ""]
"""
    try:
        assert run_python(python_page, code) == ["UNSUPPORTED_PLATFORM", True, True]
    finally:
        python_page.evaluate("() => { delete globalThis.__supertokensOriginalFetch; }")


def test_what_installs_packages_carries_no_session(page: Page, vendor_site: VendorSite) -> None:
    """An index and a wheel on the API's host, behind another port, that allow every origin."""
    wheel = next(path for path in TEST_WHEELS.glob("idna-*.whl"))
    script = """
      globalThis.supertokensPyodide = { pyodide: (async () => {
        const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
        const indexURL = new URL("/vendor/pyodide/", location.href).href;
        return globalThis.mine = await loadPyodide({ indexURL });
      })() };
    """
    with serve_vendor() as other:
        other.headers["access-control-allow-origin"] = "*"

        def index(handler: BaseHTTPRequestHandler) -> None:
            url = f"{other.origin}/test_wheels/{wheel.name}"
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            file = {"filename": wheel.name, "url": url, "hashes": {"sha256": digest}}
            found = {"meta": {"api-version": "1.0"}, "name": "idna", "files": [file]}
            body = json.dumps(found).encode()
            handler.send_response(200)
            handler.send_header("content-type", "application/vnd.pypi.simple.v1+json")
            handler.send_header("content-length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)

        other.pages["/simple/idna/"] = index
        open_page(page, vendor_site, html(None, script + INIT))
        assert page.evaluate(READY) == "ready"
        code = f"""
            import micropip
            await micropip.install("idna", index_urls="{other.origin}/simple")
            import idna
            idna.__name__
        """
        page.evaluate("mine.loadPackage('micropip')")
        assert page.evaluate("(code) => mine.runPythonAsync(code)", dedent(code)) == "idna"
        loaded = page.evaluate(
            """async (url) => {
              const errors = [];
              await mine.loadPackage(url, { errorCallback: (text) => errors.push(text) });
              return errors;
            }""",
            f"{other.origin}/test_wheels/{next(TEST_WHEELS.glob('h11-*.whl')).name}",
        )
        assert loaded == []
