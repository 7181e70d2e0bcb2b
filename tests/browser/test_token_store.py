"""A session in IndexedDB: in workers whose page knows nothing of it, and on a page beside them."""

import json
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.app import PASSWORD, PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog, VendorSite, open_context
from tests.browser.demo import Demo
from tests.browser.plain import SETTINGS, open_plain, sign_up, start
from tests.browser.tokens import Token, get_short_token, wait_for_end_of
from tests.browser.worker_page import BUNDLE, RUN, WorkerPage

NewContext = Callable[..., BrowserContext]

INIT = """
s.close()
js.globalThis.events = js.Array.new()
s.init(
    api_domain=js.location.origin,
    token_transfer_method="header",
    token_store="indexedDB",
    on_handle_event=lambda event: js.events.push(event["action"]) and None,
)
"""


def let_token_expire(python: WorkerPage, worker: int = 0) -> None:
    """Get a token that lives for a moment, and wait until it has expired."""

    def refresh() -> Token:
        assert python.run("return await s.attempt_refresh()", worker=worker) is True
        payload = python.run("return await s.get_access_token_payload()", worker=worker)
        return Token(ends=payload["exp"] * 1000, arrived=time.time() * 1000)  # before now, rather

    wait_for_end_of(get_short_token(python.demo, refresh))


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo) -> Iterator[WorkerPage]:
    with open_context(browser) as context:
        yield WorkerPage(demo_process, context, "bare", head="", workers=2)


@pytest.fixture
def python(shared: WorkerPage, demo: Demo, browser_log: BrowserLog) -> Iterator[WorkerPage]:
    """Two workers that have called init(), and a user signed in by the first of them."""
    with browser_log.watching(shared.page.context):
        for worker in range(2):
            shared.run(INIT, worker=worker)
        if shared.run("return await s.does_session_exist()"):
            shared.run("await s.sign_out()")
        shared.sign_up()
        yield shared
    assert browser_log.page_errors == []
    assert shared.page.evaluate("strayMessages") == []


def test_workers_share_a_session_that_no_page_sees(python: WorkerPage) -> None:
    user_id = python.run("return await s.get_user_id()")
    assert python.run("return await s.get_user_id()", worker=1) == user_id
    assert python.fetch(PROTECTED, worker=1) == [200]
    assert python.page.evaluate("[document.cookie, localStorage.length]") == ["", 0]
    wrong = "return [x.message for x in (await s.diagnose(True)).findings if x.ok is False]"
    assert python.run(wrong) == []


def test_a_sign_out_is_an_event_in_the_other_worker(python: WorkerPage) -> None:
    assert python.run("return await s.does_session_exist()", worker=1) is True
    python.run("await s.sign_out()")
    received = "import asyncio\nwhile 'SIGN_OUT' not in list(js.events): await asyncio.sleep(0.01)"
    python.run(received, worker=1)
    assert python.run("return await s.does_session_exist()", worker=1) is False


def test_an_expired_token_is_refreshed_once_for_both(python: WorkerPage, demo: Demo) -> None:
    let_token_expire(python)
    mark = demo.mark()
    going = "js.going = asyncio.ensure_future(pyfetch(js.location.origin + argument))"
    for worker in range(2):
        python.run(f"import asyncio\n{going}", PROTECTED, worker)
    for worker in range(2):
        assert python.run("return (await js.going).status", worker=worker) == 200
    assert demo.count(mark, REFRESH) == 1


def test_a_request_that_blocks_is_not_refreshed_for_without_the_lock(
    python: WorkerPage, demo: Demo
) -> None:
    let_token_expire(python)
    mark = demo.mark()
    statuses = python.run(
        """
        def status():
            xhr = js.XMLHttpRequest.new()
            xhr.open("GET", js.location.origin + argument, False)
            xhr.send()
            return xhr.status

        return [status(), await s.does_session_exist(), status()]
        """,
        PROTECTED,
    )
    assert statuses == [401, True, 200]
    assert demo.count(mark, REFRESH) == 1


def test_a_session_outlives_its_worker(python: WorkerPage) -> None:
    for worker in range(2):
        python.run("await s.sign_out()\ns.close()", worker=worker)
    python.start_worker()
    python.run(INIT, worker=2)
    user_id = python.sign_up(worker=2)
    python.page.evaluate("workers[2].terminate()")
    python.run(INIT, worker=1)
    assert python.run("return await s.get_user_id()", worker=1) == user_id
    assert python.fetch(PROTECTED, worker=1) == [200]


def test_a_page_has_the_session_of_a_worker_that_does_not_ask_it(
    demo: Demo, new_context: NewContext
) -> None:
    init = """supertokens.init({
      apiDomain: location.origin, tokenTransferMethod: "header", tokenStore: "indexedDB",
    });"""
    head = f"<script>{SETTINGS}</script>{BUNDLE}<script>{init}</script>"
    python = WorkerPage(demo, new_context(), "bare", head)
    page = python.page
    assert page.evaluate("String(supertokens.sessionHint())") == "undefined"
    python.run(INIT)
    user_id = python.sign_up()
    assert page.evaluate("supertokens.getUserId()") == user_id
    assert page.evaluate("String(supertokens.sessionHint())") == "undefined"
    assert page.evaluate(f"fetch('{PROTECTED}').then(({{ status }}) => status)") == 200
    assert page.evaluate("document.cookie") == ""
    let_token_expire(python)
    mark = demo.mark()
    statuses = page.evaluate(
        """async (path) => {
          const status = () => {
            const xhr = new XMLHttpRequest();
            xhr.open("GET", path, false);
            xhr.send();
            return xhr.status;
          };
          await supertokens.getUserId();  // the page reads what the worker has written
          return [status(), await supertokens.doesSessionExist(), status()];
        }""",
        PROTECTED,
    )
    assert statuses == [401, True, 200]
    assert demo.count(mark, REFRESH) == 1
    page.evaluate("supertokens.signOut()")
    assert python.run("return await s.does_session_exist()") is False


def test_if_indexeddb_is_blocked_the_session_lives_as_long_as_the_worker(
    demo: Demo, new_context: NewContext, browser_log: BrowserLog
) -> None:
    python = WorkerPage(demo, new_context(), "bare", head="")
    block = "indexedDB.open = () => { throw new DOMException('blocked', 'SecurityError'); };"
    python.run(f"js.eval({json.dumps(block)})\n{INIT}")
    python.sign_up()
    assert python.fetch(PROTECTED) == [200]
    browser_log.wait_for_line(python.page, "IndexedDB does not keep")
    [warning] = [line for line in browser_log.lines if "IndexedDB does not keep" in line]
    assert "blocked" in warning
    assert python.run("return await s.attempt_refresh()") is True
    lost = "return [x.message for x in (await s.diagnose()).findings if x.code == 'COOKIES']"
    assert python.run(lost) == ["The browser does not keep the session's cookies: memory does."]


def test_a_session_in_cookies_is_refused(python: WorkerPage) -> None:
    reported = python.run(
        """
        s.close()
        try:
            s.init(api_domain=js.location.origin, token_store="indexedDB")
        except s.SuperTokensError as error:
            return [error.code, error.hint]
        """
    )
    assert reported[0] == "CONFIG_INVALID"
    assert "token_transfer_method='header'" in reported[1]


PAGE_OPTIONS = """{
  tokenTransferMethod: "header", tokenStore: "indexedDB",
  onHandleEvent: ({ action, otherTab }) => events.push(`${action} ${Boolean(otherTab)}`),
}"""
ABORT_NEXT = """(count) => {
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...args) {
    const made = transaction.apply(this, args);
    if (count-- > 0) made.abort();
    return made;
  };
}"""


def test_a_page_whose_indexeddb_fails_now_and_then_keeps_its_session(
    demo: Demo, context: BrowserContext, browser_log: BrowserLog
) -> None:
    page = open_plain(demo, context, "globalThis.events = [];", from_image=True)
    start(page, PAGE_OPTIONS)
    sign_up(page)
    user_id = page.evaluate("supertokens.getUserId()")
    page.evaluate(ABORT_NEXT, 1)
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    page.evaluate(ABORT_NEXT, 2)
    reading = "supertokens.getUserId().catch((error) => error.name)"
    assert page.evaluate(reading) == "StorageUnavailable"
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    page.reload()
    start(page, PAGE_OPTIONS)
    assert page.evaluate("supertokens.attemptRefreshingSession()") is True
    assert page.evaluate("supertokens.getUserId()") == user_id
    assert [line for line in browser_log.lines if "does not keep" in line] == []

    # Its user clears the site's data while the page is there.
    page.evaluate("() => { events.length = 0; }")
    chromium = context.new_cdp_session(page)
    origin = {"origin": demo.origin, "storageTypes": "indexeddb"}
    chromium.send("Storage.clearDataForOrigin", origin)
    page.wait_for_function("events.includes('SIGN_OUT true')")
    assert page.evaluate("supertokens.doesSessionExist()") is False
    sign_up(page)
    page.reload()
    start(page, PAGE_OPTIONS)
    assert page.evaluate("supertokens.doesSessionExist()") is True


def test_a_session_in_the_sites_cookies_is_not_taken_over(
    demo: Demo, new_context: NewContext
) -> None:
    python = WorkerPage(demo, new_context(), "bare", head="")
    cookies = "{ ...init, headers: { ...init.headers, 'st-auth-mode': 'cookie' } }"
    native = f"(native) => (url, init = {{}}) => native(url, {cookies})"
    python.page.evaluate(f"() => {{ fetch = ({native})(fetch); }}")  # what another SDK would do
    sign_up(python.page)
    assert python.page.evaluate(f"fetch('{PROTECTED}').then(({{ status }}) => status)") == 200
    mark = demo.mark()
    python.run(INIT)
    assert python.run("return await s.does_session_exist()") is False
    assert python.run("return await s.attempt_refresh()") is False
    assert python.run("return (await s.get_session_status()).status") == "NONE"
    assert demo.count(mark, REFRESH) == 0
    assert python.page.evaluate(f"fetch('{PROTECTED}').then(({{ status }}) => status)") == 200
    python.sign_up()
    python.run("await s.attempt_refresh()")
    python.run("await s.sign_out()")
    own = [each for each in demo.requests(mark) if each["path"] in (REFRESH, "/auth/signout")]
    assert [each["cookies"] for each in own] == [[], []]


SHARED_WORKER = f"""
import {{ loadPyodide }} from "/vendor/pyodide/pyodide.mjs";
const indexURL = new URL("/vendor/pyodide/", location.href).href;
const booted = loadPyodide({{ indexURL, packages: ["supertokens-pyodide"] }}).then((python) => {{
  python.runPython({json.dumps(RUN)});
  return python.globals.get("run");
}});
addEventListener("connect", ({{ ports: [port] }}) => {{
  port.onmessage = async ({{ data: [code, argument] }}) => {{
    const answer = (await booted)(code, argument);
    port.postMessage(await answer.catch((error) => JSON.stringify(String(error))));
  }};
}});
"""
SHARED_WORKERS_PAGE = """<!doctype html><link rel="icon" href="data:,"><script>
  const { port } = new SharedWorker("/shared.mjs", { type: "module" });
  globalThis.ask = (...question) => new Promise((resolve) => {
    port.onmessage = ({ data }) => resolve(JSON.parse(data));
    port.postMessage(question);
  });
</script>"""


def test_a_shared_worker_keeps_the_session_of_all_its_pages(
    demo: Demo, vendor_site: VendorSite, context: BrowserContext
) -> None:
    vendor_site.pages |= {"/": SHARED_WORKERS_PAGE, "/shared.mjs": SHARED_WORKER}
    one, other = context.new_page(), context.new_page()

    def ask(page: Page, code: str) -> object:
        return page.evaluate(
            "(given) => ask(...given)", [textwrap.dedent(code), json.dumps(demo.origin)]
        )

    for page in (one, other):
        page.goto(vendor_site.origin)
    assert ask(
        one,
        """
        s.init(api_domain=argument)
        try:
            await s.does_session_exist()
        except s.SuperTokensError as error:
            return [error.code, "token_store" in error.hint]
        finally:
            s.close()
        """,
    ) == ["UNSUPPORTED_PLATFORM", True]
    options = 'api_domain=argument, token_transfer_method="header", token_store="indexedDB"'
    ask(one, f"s.init({options})")
    fields = [
        {"id": "email", "value": f"{uuid.uuid4().hex}@example.com"},
        {"id": "password", "value": PASSWORD},
    ]
    assert (
        ask(
            one,
            f"""
        body = {json.dumps({"formFields": fields})!r}
        headers = {{"content-type": "application/json"}}
        url = argument + "/auth/signup"
        response = await pyfetch(url, method="POST", headers=headers, body=body)
        return (await response.json())["status"]
        """,
        )
        == "OK"
    )
    assert ask(other, f"return (await pyfetch(argument + {PROTECTED!r})).status") == 200
    ask(other, "await s.sign_out()")
    assert ask(one, "return await s.does_session_exist()") is False
