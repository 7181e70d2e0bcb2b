"""Python in workers: bare Pyodide, and PyScript with and without what makes a page isolated."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.test_tabs import SIGN_OUT_SILENTLY
from tests.browser.worker_page import BUNDLE, SHARING_BUNDLE, WorkerPage

NewContext = Callable[..., BrowserContext]

# Records all messages on BroadcastChannels, in pages and in workers.
EAVESDROP = """
  globalThis.broadcasts = [];
  const { postMessage } = BroadcastChannel.prototype;
  BroadcastChannel.prototype.postMessage = function (message) {
    broadcasts.push(JSON.stringify(message));
    return postMessage.call(this, message);
  };
"""


# The core decides how tokens travel, wherever it runs.
PLACES = [
    ("bare", "cookie"),
    ("bare", "header"),
    ("pyscript", "cookie"),
    ("pyscript-isolated", "header"),
]
in_each_place = pytest.mark.parametrize(("kind", "mode"), PLACES, indirect=True, scope="module")
in_one_place = pytest.mark.parametrize(
    ("kind", "mode"), PLACES[:1], indirect=True, scope="module", ids=["bare"]
)


@pytest.fixture(scope="module")
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo, kind: str) -> Iterator[WorkerPage]:
    with open_context(browser) as context:
        # PyScript's worker script says by itself that the page shares its session with workers.
        bundle = SHARING_BUNDLE if kind == "bare" else BUNDLE
        head = f"<script>{EAVESDROP}</script>{bundle}"
        worker_page = WorkerPage(demo_process, context, kind, head)
        worker_page.run("import js; js.eval(argument)", EAVESDROP)
        yield worker_page


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def python(
    shared: WorkerPage, demo: Demo, mode: str, browser_log: BrowserLog
) -> Iterator[WorkerPage]:
    """A page with Python in a worker, which has called init(); no user is signed in."""
    context = shared.page.context
    with browser_log.watching(context):
        context.clear_cookies()
        shared.init(mode)
        yield shared
    assert browser_log.page_errors == []
    assert shared.page.evaluate("strayMessages") == []


@in_each_place
def test_a_user_signs_up_calls_the_api_and_signs_out(
    python: WorkerPage, demo: Demo, mode: str
) -> None:
    assert python.run("return await s.does_session_exist()") is False
    user_id = python.sign_up()
    assert python.run("return [await s.get_user_id(), await s.get_tenant_id()]") == [
        user_id,
        "public",
    ]
    names = {cookie["name"] for cookie in python.page.context.cookies()}
    assert ("sAccessToken" in names) == (mode == "cookie")
    assert ("st-refresh-token" in names) == (mode == "header")
    assert python.fetch(PROTECTED) == [200]
    assert python.run("return (await s.verify_access_token())['sub']") == user_id
    python.run("await s.sign_out()")
    assert python.events() == ["SESSION_CREATED", "SIGN_OUT"]
    assert "sFrontToken" not in python.page.evaluate("document.cookie")
    assert python.run("return await s.does_session_exist()") is False


@in_each_place
def test_ten_requests_with_an_expired_token_make_one_refresh(
    python: WorkerPage, demo: Demo
) -> None:
    python.sign_up()
    python.let_token_expire()
    before = python.events().count("REFRESH_SESSION")
    mark = demo.mark()
    assert python.fetch(PROTECTED, 10) == [200] * 10
    assert demo.count(mark, PROTECTED, 401) == 0
    assert demo.count(mark, REFRESH) == 1
    assert python.events().count("REFRESH_SESSION") == before + 1


@in_each_place
def test_a_claim_is_required_and_refreshed(python: WorkerPage, demo: Demo) -> None:
    python.sign_up()
    mark = demo.mark()
    found = python.run(
        """
        from supertokens_pyodide.claims import BooleanClaim

        async def accept(user_context):
            await pyfetch(js.location.origin + "/api/accept-terms", method="POST")

        terms = BooleanClaim("terms", accept).validators
        return [
            await s.validate_claims(lambda *_: [terms.is_true()]),
            [error["id"] for error in await s.validate_claims(lambda *_: [terms.is_false()])],
        ]
        """
    )
    assert found == [[], ["terms"]]
    assert demo.count(mark, "/api/accept-terms") == 1


SYNCHRONOUS = """
xhr = js.XMLHttpRequest.new()
xhr.open("GET", js.location.origin + "/api/protected", False)
xhr.send()
first = xhr.status
"""


@in_each_place
def test_a_synchronous_request_carries_the_session(python: WorkerPage) -> None:
    python.sign_up()
    assert python.run(f"{SYNCHRONOUS}return first") == 200


@in_each_place
def test_a_synchronous_request_gives_back_its_401_and_has_the_refresh_made_for_the_next(
    python: WorkerPage, demo: Demo
) -> None:
    python.sign_up()
    python.let_token_expire()
    mark = demo.mark()
    statuses = python.run(
        f"{SYNCHRONOUS}before = first\nawait s.does_session_exist()\n{SYNCHRONOUS}"
        "return [before, first]"
    )
    assert statuses == [401, 200]
    assert demo.count(mark, REFRESH) == 1


@in_each_place
def test_what_the_page_does_to_the_session_is_known_at_once(python: WorkerPage) -> None:
    python.sign_up()
    found = python.page.evaluate(
        """async () => {
          const ask = () => runIn(0, "return await s.does_session_exist()", "null");
          const before = await ask();
          document.cookie = "sFrontToken=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/";
          return [before, await ask()];
        }"""
    )
    assert found == ["true", "false"]


@in_each_place
def test_nothing_is_wrong_with_a_worker(python: WorkerPage) -> None:
    wrong = """
    report = await s.diagnose(probe=True)
    return [[found.code, found.message] for found in report.findings if found.ok is False]
    """
    assert python.run(wrong) == []
    python.sign_up()
    assert python.run(wrong) == []


@in_each_place
def test_a_change_in_another_tab_is_an_event(python: WorkerPage) -> None:
    python.sign_up()
    python.page.evaluate(SIGN_OUT_SILENTLY)
    python.run("import asyncio\nwhile 'SIGN_OUT' not in list(js.events): await asyncio.sleep(0.01)")
    assert python.events() == ["SESSION_CREATED", "SIGN_OUT"]


@in_each_place
def test_no_token_is_sent_on_a_broadcast_channel(python: WorkerPage, mode: str) -> None:
    python.sign_up()
    secrets = [
        cookie["value"]
        for cookie in python.page.context.cookies()
        if cookie["name"] != "st-last-access-token-update"
    ]
    assert len(secrets) >= 3
    python.let_token_expire()
    python.fetch(PROTECTED)
    python.run("await s.sign_out()")
    said = python.page.evaluate("broadcasts") + python.run("return list(js.broadcasts)")
    assert not [secret for secret in secrets for message in said if secret[:20] in message]


@in_each_place
def test_close_puts_everything_back(python: WorkerPage) -> None:
    patched, restored, code = python.run(
        """
        patched = js.fetch.toString()
        s.close()
        try:
            await s.get_user_id()
        except s.SuperTokensError as error:
            return ["native" not in patched, "native" in js.fetch.toString(), error.code]
        """
    )
    assert patched
    assert restored
    assert code == "NOT_INITIALISED"


# ---- what is not as it should be -----------------------------------------------------------------


def test_without_the_shim_on_the_page_calls_and_requests_say_what_to_add(
    demo: Demo, new_context: NewContext
) -> None:
    python = WorkerPage(demo, new_context(), "bare", head="")
    found = python.run(
        """
        import time
        s.init(api_domain=js.location.origin)
        began = time.monotonic()
        try:
            await s.does_session_exist()
        except s.SuperTokensError as error:
            reported = [error.code, error.hint]
        took = time.monotonic() - began
        try:
            await pyfetch(js.location.origin + "/api/public")
        except Exception as error:
            return [*reported, took, s.cause_of(error).hint]
        """
    )
    code, hint, took, refusal = found
    assert code == "UNSUPPORTED_PLATFORM"
    assert "supertokens.iife.js" in hint
    assert 'token_store="indexedDB"' in hint
    assert took > 1
    assert "supertokens.iife.js" in refusal
    assert python.page.evaluate("strayMessages") == []


def test_the_pages_options_count_in_its_workers(demo: Demo, new_context: NewContext) -> None:
    options = "{ apiDomain: location.origin, tokenTransferMethod: 'header' }"
    settings = "globalThis.supertokensPyodide = { interpreter: 'page' };"
    head = f"{BUNDLE}<script>{settings} supertokens.init({options});</script>"
    python = WorkerPage(demo, new_context(), "bare", head)
    python.run("s.init()")
    python.sign_up()
    names = {cookie["name"] for cookie in python.page.context.cookies()}
    assert "st-refresh-token" in names
    code = python.run(
        """
        s.close()
        s.init(api_domain="https://other.example")
        try:
            await s.does_session_exist()
        except s.SuperTokensError as error:
            return error.code
        """
    )
    assert code == "ALREADY_INITIALISED"


@in_one_place
def test_a_worker_that_dies_in_a_refresh_leaves_the_lock_free(python: WorkerPage) -> None:
    python.start_worker()
    python.init(worker=1)
    python.sign_up()
    python.let_token_expire()
    python.page.route(f"**{REFRESH}", lambda route: None)  # never answers
    with python.page.expect_request(f"**{REFRESH}"):
        python.run("js.fetch(js.location.origin + '/api/protected')", worker=1)
    held = "navigator.locks.query().then(({ held }) => held.map(({ name }) => name).join())"
    assert "REFRESH_TOKEN_USE" in python.page.evaluate(held)
    python.page.unroute(f"**{REFRESH}")
    python.page.evaluate("workers.pop().terminate()")
    assert python.fetch(PROTECTED) == [200]
    assert "REFRESH_TOKEN_USE" not in python.page.evaluate(held)
    keys = python.page.evaluate("Object.keys(localStorage)")
    assert not [key for key in keys if key.startswith("browser-tabs-lock-key")]


@in_one_place
def test_three_workers_in_two_tabs_make_one_refresh(python: WorkerPage, demo: Demo) -> None:
    other = WorkerPage(demo, python.page.context, "bare")
    python.start_worker()
    everyone = [(python, 0), (python, 1), (other, 0)]
    for tab, worker in everyone[1:]:
        tab.init(worker=worker)
    python.sign_up()
    python.let_token_expire()
    mark = demo.mark()
    code = """
        import asyncio
        async def call():
            js.found = (await pyfetch(js.location.origin + "/api/protected")).status
        js.going = asyncio.ensure_future(call())
    """
    for tab, worker in everyone:
        tab.run(code, worker=worker)
    for tab, worker in everyone:
        assert tab.run("await js.going\nreturn js.found", worker=worker) == 200
    assert demo.count(mark, REFRESH) == 1
    other.page.close()
    python.page.evaluate("workers.pop().terminate()")


@in_one_place
def test_a_worker_that_python_keeps_busy_after_init_still_gets_its_pages_messages(
    python: WorkerPage,
) -> None:
    exists = python.run(
        """
        s.close()
        s.init(api_domain=js.location.origin)
        end = js.performance.now() + 2500  # longer than a page that does not answer is waited for
        while js.performance.now() < end:
            pass
        return await s.does_session_exist()
        """
    )
    assert exists is False
