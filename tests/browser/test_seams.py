"""What a page may put in place of the SDK's own parts.

Given by JavaScript, whose Python is on the page or in a worker of it, and by Python.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.app import REFRESH
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import LONG, Demo
from tests.browser.plain import open_plain, sign_up, status
from tests.browser.served import serve_once
from tests.browser.spa import WORKER

JAVASCRIPT = """
const cookies = new Map();
const pause = () => new Promise((resolve) => setTimeout(resolve));
supertokens.init({
  apiDomain: location.origin,
  async preAPIHook({ action, url, requestInit, userContext }) {
    seen.push(["before", action, userContext.from ?? null]);
    const headers = new Headers(requestInit.headers);
    headers.set("x-hook", "1");
    return { url, requestInit: { ...requestInit, headers } };
  },
  postAPIHook({ action, fetchResponse, userContext }) {
    seen.push(["after", action, fetchResponse.status, userContext.from ?? null]);
  },
  override: { functions: (original) => ({
    ...original,
    getUserId: async (input) => `my-${await original.getUserId(input)}`,
    getGlobalClaimValidators: ({ claimValidatorsAddedByOtherRecipes: others, userContext }) => {
      const refresh = async () => {
        seen.push(["claim", userContext.from]);
        await fetch("/api/accept-terms", { method: "POST" });
      };
      const terms = new supertokens.BooleanClaim({ id: "terms", refresh });
      return [...others, terms.validators.isTrue()];
    },
    validateClaims: async (input) => (await original.validateClaims(input)).concat("checked"),
    shouldDoInterceptionBasedOnUrl: (url, apiDomain, backendDomain) =>
      !url.includes("leave-alone")
      && original.shouldDoInterceptionBasedOnUrl(url, apiDomain, backendDomain),
    ...clock.functions,
  }) },
  cookieHandler: () => ({
    async getCookie() {
      await pause();
      return [...cookies].map((pair) => pair.join("=")).join("; ");
    },
    async setCookie(write) {
      await pause();
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(write);
      if (write.includes("1970")) cookies.delete(name);
      else cookies.set(name, value);
      kept = [...cookies.keys()];
    },
  }),
  windowHandler: (original) => ({
    ...original,
    location: { ...original.location, getHref: () => (asked += 1, location.href) },
  }),
  lockFactory: async () => ({
    acquireLock: async (name) => (seen.push(["lock", name]), true),
    releaseLock: async (name) => void seen.push(["unlock", name]),
  }),
  ...clock.options,
});
await supertokens.ready();
"""
# What Python cannot ask of another thread.
CLOCK = """
const clock = {
  functions: {
    calculateClockSkewInMillis({ accessTokenPayload, responseHeaders }) {
      seen.push(["skew", "iat" in accessTokenPayload, responseHeaders.has("front-token")]);
      return 1234;
    },
  },
  options: {
    dateProvider: () => ({
      now: () => Date.now() + ahead,
      getThresholdInSeconds: () => 7,
      setThresholdInSeconds() {},
      getClientClockSkewInMillis: () => 0,
      setClientClockSkewInMillis: (skew) => void seen.push(["learnt", skew]),
    }),
  },
};
"""
START_WORKER = """
const clock = {};
supertokensPyodide.interpreter = "worker";
new Worker("/worker.mjs", { type: "module" });
"""

PYTHON = """
import asyncio, time, types
import js
import supertokens_pyodide as supertokens
from pyodide.ffi import to_js
from pyodide.http import pyfetch
from supertokens_pyodide.claims import BooleanClaim

cookies = {}

def see(*what):
    js.seen.push(to_js(what))

async def before(call):
    see("before", call["action"], call["user_context"].get("from"))
    init = call["request_init"]
    return {"request_init": {**init, "headers": {**init["headers"], "x-hook": "1"}}}

def after(call):
    see("after", call["action"], call["response"].status, call["user_context"].get("from"))

def functions(original):
    async def get_user_id(*, user_context):
        return "my-" + await original["get_user_id"](user_context=user_context)

    def everywhere(*, claim_validators_added_by_other_recipes, user_context):
        async def refresh(user_context):
            see("claim", user_context["from"])
            await pyfetch("/api/accept-terms", method="POST")

        terms = BooleanClaim("terms", refresh).validators.is_true()
        return [*claim_validators_added_by_other_recipes, terms]

    async def validate_claims(**given):
        return [*await original["validate_claims"](**given), "checked"]

    def matches(url, *domains):
        own = original["should_do_interception_based_on_url"]
        return "leave-alone" not in url and own(url, *domains)

    def skew(*, access_token_payload, response_headers):
        see("skew", "iat" in access_token_payload, "front-token" in response_headers)
        return 1234

    return {
        "get_user_id": get_user_id,
        "get_global_claim_validators": everywhere,
        "validate_claims": validate_claims,
        "should_do_interception_based_on_url": matches,
        "calculate_clock_skew_in_millis": skew,
    }

class Cookies:
    async def get_cookie(self):
        await asyncio.sleep(0)
        return "; ".join("=".join(pair) for pair in cookies.items())

    async def set_cookie(self, write):
        await asyncio.sleep(0)
        name, _, value = write.partition(";")[0].partition("=")
        if "1970" in write:
            cookies.pop(name, None)
        else:
            cookies[name] = value
        js.globalThis.kept = to_js(list(cookies))

class Lock:
    async def acquire_lock(self, name, timeout):
        see("lock", name)
        return True

    async def release_lock(self, name):
        see("unlock", name)

class Location:
    def get_href(self):
        js.globalThis.asked += 1
        return js.location.href

class DateProvider:
    def now(self):
        return time.time() * 1000 + js.ahead

    def get_threshold_in_seconds(self):
        return 7

    def get_client_clock_skew_in_millis(self):
        return 0

    def set_client_clock_skew_in_millis(self, skew):
        see("learnt", skew)

supertokens.init(
    api_domain=js.location.origin,
    pre_api_hook=before,
    post_api_hook=after,
    override={"functions": functions},
    cookie_handler=lambda original: Cookies(),
    window_handler=lambda original: types.SimpleNamespace(
        location=Location(), local_storage=original.local_storage
    ),
    lock_factory=Lock,
    date_provider=DateProvider,
)
"""

# Parts that fail at first, or do not do theirs.
PYTHON_THAT_FAILS = """
import json
import js
import supertokens_pyodide as supertokens

class Cookies:
    def __init__(self, gives):
        self.gives = gives

    def get_cookie(self):
        return 1 / 0 if self.gives is None else self.gives

    def set_cookie(self, write):
        pass

class Location:
    def get_host_name(self):
        return 1 / 0

class Window:
    location = Location()

def fails(*_):
    return 1 / 0

async def outcome(call):
    try:
        return await call()
    except supertokens.SuperTokensError as error:
        return [type(error).__name__, error.message]

async def found():
    reported = []
    for parts in (
        {"cookie_handler": fails},
        {"window_handler": fails},
        {"window_handler": lambda original: Window()},
        {"date_provider": fails},
    ):
        try:
            supertokens.init(api_domain=js.location.origin, **parts)
        except supertokens.SuperTokensError as error:
            reported.append([type(error).__name__, error.message])
    for gives in (None, 7, b"x", ["x"]):
        handler = lambda original: Cookies(gives)
        supertokens.init(api_domain=js.location.origin, cookie_handler=handler)
        reported.append(await outcome(supertokens.get_user_id))
        reported.append((await supertokens.get_session_status()).status)
        supertokens.close()
    return json.dumps(reported)

await found()
"""

GLOBALS = "Object.assign(globalThis, { seen: [], kept: [], asked: 0, ahead: 0 });"
BOOT = """async (code) => {
  const { loadPyodide } = await import("/vendor/pyodide/pyodide.mjs");
  globalThis.python = await loadPyodide({ indexURL: location.origin + "/vendor/pyodide/" });
  await python.loadPackage("supertokens-pyodide");
  await python.runPythonAsync(code);
}"""


class OwnParts:
    """A page in which every seam is the page's own."""

    def __init__(self, demo: Demo, page: Page, language: str) -> None:
        self.demo = demo
        self.page = page
        self.language = language
        if language == "javascript-for-a-worker":
            serve_once(page.context, "/worker.mjs", WORKER)
        if language == "python":
            page.evaluate(BOOT, PYTHON)
        else:
            page.add_script_tag(url="/vendor/supertokens/supertokens.iife.js")
            first = CLOCK if language == "javascript" else START_WORKER
            page.evaluate(f"async () => {{ {first} {JAVASCRIPT} }}")
        sign_up(page)

    def call(self, javascript: str, python: str) -> Any:
        """Call the SDK in the page's language."""
        if self.language == "python":
            code = f"await supertokens.{python}"
            return self.page.evaluate("(code) => python.runPythonAsync(code)", code)
        return self.page.evaluate(f"supertokens.{javascript}")

    def forget(self) -> None:
        self.page.evaluate("() => { seen.length = 0; ahead = 0; }")

    @property
    def seen(self) -> list[Any]:
        found: list[Any] = self.page.evaluate("seen")
        return found


@pytest.fixture(scope="module", params=["javascript", "javascript-for-a-worker", "python"])
def shared(
    request: pytest.FixtureRequest, browser: Browser, demo_process: Demo
) -> Iterator[OwnParts]:
    demo_process.set_token_life(LONG)
    with open_context(browser) as context:
        is_ours = request.param == "javascript"
        page = open_plain(demo_process, context, GLOBALS, from_image=is_ours)
        yield OwnParts(demo_process, page, request.param)


@pytest.fixture
def own(shared: OwnParts, demo: Demo, browser_log: BrowserLog) -> Iterator[OwnParts]:
    with browser_log.watching(shared.page.context):
        shared.forget()
        yield shared


def test_a_refresh_goes_through_every_part_of_the_pages_own(own: OwnParts) -> None:
    with own.page.expect_request(f"**{REFRESH}") as refresh:
        assert own.call("attemptRefreshingSession()", "attempt_refresh()") is True
    assert refresh.value.headers["x-hook"] == "1"
    clock = [["skew", True, True], ["learnt", 1234]]
    assert own.seen == [
        ["lock", "REFRESH_TOKEN_USE"],
        ["before", "REFRESH_SESSION", None],
        *([] if own.language == "javascript-for-a-worker" else clock),
        ["unlock", "REFRESH_TOKEN_USE"],
        ["after", "REFRESH_SESSION", 200, None],
    ]


def test_the_sessions_cookies_are_where_the_page_keeps_them(own: OwnParts) -> None:
    assert {"sFrontToken", "st-last-access-token-update"} <= set(own.page.evaluate("kept"))
    assert "sFrontToken" not in own.page.evaluate("document.cookie")
    assert status(own.page, "/api/protected") == 200


@pytest.mark.parametrize("shared", ["javascript", "python"], indirect=True)
def test_the_pages_clock_says_when_a_token_has_expired(own: OwnParts) -> None:
    mark = own.demo.mark()
    assert own.call("doesSessionExist()", "does_session_exist()") is True
    assert own.demo.count(mark, REFRESH) == 0
    own.page.evaluate(f"() => {{ ahead = {LONG + 1} * 1000; }}")
    assert own.call("doesSessionExist()", "does_session_exist()") is True
    assert own.demo.count(mark, REFRESH) == 1


def test_an_overridden_function_uses_the_original(own: OwnParts) -> None:
    user_id = own.call("getUserId()", "get_user_id()")
    payload = own.call("getAccessTokenPayloadSecurely()", "get_access_token_payload()")
    sub = user_id.removeprefix("my-") if own.language == "python" else payload["sub"]
    assert user_id == f"my-{sub}"


def test_claims_are_refreshed_under_the_pages_own_lock(own: OwnParts) -> None:
    for _ in range(2):
        found = own.call(
            "validateClaims((validators) => validators, { from: 'page' })",
            "validate_claims(lambda validators, _: validators, user_context={'from': 'page'})",
        )
        assert list(found) == ["checked"]
    claims = [
        reported
        for reported in own.seen
        if reported[0] == "claim" or "CLAIM_REFRESH_LOCK" in reported
    ]
    lock = ["lock", "CLAIM_REFRESH_LOCK"], ["unlock", "CLAIM_REFRESH_LOCK"]
    assert claims == [lock[0], ["claim", "page"], lock[1]]


def test_the_page_decides_which_requests_are_ours(own: OwnParts) -> None:
    mark = own.demo.mark()
    assert status(own.page, "/api/public?leave-alone") == 200
    assert status(own.page, "/api/public") == 200
    sent = [entry["headers"] for entry in own.demo.requests(mark)]
    assert ["st-auth-mode" in headers for headers in sent] == [False, True]
    assert own.page.evaluate("asked") > 0


def test_a_sign_out_hands_on_its_user_context(own: OwnParts) -> None:
    own.call(
        "signOut({ userContext: { from: 'menu' } })", "sign_out(user_context={'from': 'menu'})"
    )
    assert [reported for reported in own.seen if reported[0] in ("before", "after")] == [
        ["before", "SIGN_OUT", "menu"],
        ["after", "SIGN_OUT", 200, "menu"],
    ]
    assert "sFrontToken" not in own.page.evaluate("kept")
    sign_up(own.page)


def test_parts_of_pythons_that_fail_are_named(demo: Demo, context: BrowserContext) -> None:
    page = open_plain(demo, context)
    page.evaluate(BOOT, "import supertokens_pyodide")
    mark = demo.mark()
    found = page.evaluate("(code) => python.runPythonAsync(code)", PYTHON_THAT_FAILS)
    reported = json.loads(found)
    names = ["cookieHandler", "windowHandler", "windowHandler.location.getHostName"]
    assert reported[:3] == [["HandlerFailed", f"The page's {name} failed."] for name in names]
    assert reported[3] == ["HandlerFailed", "The page's date_provider failed."]
    get_cookie = "The page's cookieHandler.getCookie"
    assert reported[4:6] == [["HandlerFailed", f"{get_cookie} failed."], "UNKNOWN"]
    assert reported[6:8] == [
        ["HandlerFailed", f"{get_cookie} returned a value of type number."],
        "UNKNOWN",
    ]
    for (name, message), known in (reported[8:10], reported[10:]):
        assert name == "HandlerFailed"
        assert message.startswith(f"{get_cookie} returned a value of type ")
        assert known == "UNKNOWN"
    assert demo.count(mark, REFRESH) == 0
