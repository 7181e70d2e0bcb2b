"""A page whose only core is in a worker: what test_fetch.py and test_xhr.py do not test."""

import textwrap
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.worker_page import BUNDLE, WorkerPage

NewContext = Callable[..., BrowserContext]

HELD = "/elsewhere?superTokensDoNotDoInterception"

INIT = """
  globalThis.events = [];
  supertokens.init({
    apiDomain: location.origin,
    onHandleEvent: ({ action, userContext }) => {
      events.push(action);
      globalThis.context = userContext;
    },
  });
"""


def head(settings: str = "", script: str = INIT) -> str:
    return f"<script>{settings}</script>{BUNDLE}<script>{script}</script>"


# As on a page that came by plain http.
NO_LOCKS = "Object.defineProperty(navigator, 'locks', { value: undefined });"
WORKER = "globalThis.supertokensPyodide = { interpreter: 'worker' };"


EARLY = "void (globalThis.early = fetch('/api/public').then(({ status }) => status))"
TERMINATE = "workers.shift().terminate()"

bare_only = pytest.mark.parametrize("kind", ["bare"], indirect=True)


@pytest.fixture(scope="module", params=["bare", "pyscript"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def shared(browser: Browser, demo_process: Demo, kind: str) -> Iterator[WorkerPage]:
    # PyScript's script says by itself that Python is in a worker.
    settings = WORKER if kind == "bare" else ""
    with open_context(browser) as context:
        yield WorkerPage(demo_process, context, kind, head(settings))


@pytest.fixture
def python(shared: WorkerPage, demo: Demo, browser_log: BrowserLog) -> Iterator[WorkerPage]:
    """A page on which init() was called, and a worker in which it was not."""
    with browser_log.watching(shared.page.context):
        if shared.kind == "bare" and shared.page.evaluate("workers.length") == 0:
            shared.start_worker()
        start_again(shared)
        yield shared


def start_again(python: WorkerPage, script: str = INIT) -> None:
    """Let the page call init(), as if nothing had been before, and the worker not yet."""
    python.run("s.close()")
    python.page.evaluate("supertokens.close()")
    python.page.context.clear_cookies()
    python.page.evaluate(f"() => {{ {script} }}")


def fetch(python: WorkerPage, path: str = PROTECTED) -> int:
    status: int = python.page.evaluate(f"fetch('{path}').then(({{ status }}) => status)")
    return status


def test_page_and_worker_have_one_session_and_one_refresh(python: WorkerPage, demo: Demo) -> None:
    page = python.page
    page.evaluate(EARLY)
    python.init(None)
    assert page.evaluate("early") == 200
    user_id = python.sign_up()
    assert page.evaluate("supertokens.getUserId()") == user_id
    assert page.evaluate("supertokens.diagnose().then(({ ok }) => ok)") is True
    assert fetch(python) == 200
    python.let_token_expire()
    mark = demo.mark()
    page.evaluate(
        """() => {
          globalThis.five = Promise.all(Array.from({ length: 5 }, () => fetch("/api/protected")));
        }"""
    )
    assert python.fetch(PROTECTED, 5) == [200] * 5
    assert page.evaluate("five.then((all) => all.map(({ status }) => status))") == [200] * 5
    assert demo.count(mark, REFRESH) == 1
    page.evaluate("supertokens.signOut({ userContext: { from: 'menu' } })")
    assert python.run("return await s.does_session_exist()") is False
    assert page.evaluate("context") == {"from": "menu"}
    events = page.evaluate("events")
    assert [events[0], events[-1]] == ["SESSION_CREATED", "SIGN_OUT"]
    assert "REFRESH_SESSION" in events
    assert python.events() == events


def test_an_ordinary_request_of_the_page_waits_for_no_worker(python: WorkerPage) -> None:
    python.init(None)
    python.sign_up()
    # Python waits for a response, and answers no message until it has it.
    held: list[Route] = []
    python.page.route(f"**{HELD}", lambda route: held.append(route))
    code = f"""
        xhr = js.XMLHttpRequest.new()
        xhr.open("GET", js.location.origin + "{HELD}", False)
        xhr.send()
        return xhr.status
    """
    python.page.evaluate(
        "(code) => { globalThis.busy = runIn(0, code, 'null'); }", textwrap.dedent(code)
    )
    while not held:
        python.page.evaluate("")  # lets the browser's messages in
    assert fetch(python) == 200
    held[0].fulfill(status=418)
    assert python.page.evaluate("busy") == "418"
    python.page.unroute(f"**{HELD}")


@bare_only
def test_options_that_differ_are_an_error_in_both(python: WorkerPage) -> None:
    code = """
        s.init(api_domain="https://other.example")
        try:
            await s.does_session_exist()
        except s.SuperTokensError as error:
            return error.code
    """
    assert python.run(code) == "ALREADY_INITIALISED"
    reported = "supertokens.getUserId().catch(({ code }) => code)"
    assert python.page.evaluate(reported) == "ALREADY_INITIALISED"


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("dateProvider: () => ({ now: () => Date.now() })", "date_provider"),
        (
            "override: { functions: (all) => ({ ...all, calculateClockSkewInMillis: () => 0 }) }",
            "override",
        ),
    ],
)
def test_what_a_worker_cannot_ask_of_the_page_is_refused_at_once(
    demo: Demo, new_context: NewContext, option: str, name: str
) -> None:
    script = f"supertokens.init({{ apiDomain: location.origin, {option} }});"
    python = WorkerPage(demo, new_context(), "bare", head(WORKER, script), workers=0)
    refusal = "supertokens.ready().catch(({ code, hint }) => [code, hint])"
    code, hint = python.page.evaluate(refusal)
    assert code == "UNSUPPORTED_PLATFORM"
    assert f"{name}=" in hint
    assert python.page.evaluate("fetch('/api/public').catch(({ code }) => code)") == code


@bare_only
def test_the_worker_takes_the_pages_address_from_its_window_handler(python: WorkerPage) -> None:
    script = """supertokens.init({
      apiDomain: location.origin,
      sessionTokenFrontendDomain: ".example.com",
      windowHandler: (original) => ({
        ...original,
        location: { ...original.location, getHostName: () => "www.example.com" },
      }),
    });"""
    start_again(python, script)
    python.run("s.init()")
    options = "supertokens.diagnose().then(({ options }) => options)"
    assert python.page.evaluate(options)["sessionTokenFrontendDomain"] == ".example.com"


@bare_only
def test_cookies_that_the_page_does_not_see_are_refused(python: WorkerPage) -> None:
    python.run(
        """
        import types
        own = types.SimpleNamespace(get_cookie=lambda: "", set_cookie=lambda write: None)
        s.init(cookie_handler=lambda original: own)
        """
    )
    code, hint = python.page.evaluate("supertokens.ready().catch(({ code, hint }) => [code, hint])")
    assert code == "UNSUPPORTED_PLATFORM"
    assert "cookieHandler" in hint


@bare_only
def test_a_worker_that_dies_before_it_has_answered_leaves_nothing_hanging(
    python: WorkerPage,
) -> None:
    python.init(None)
    die_before_an_answer(python)
    python.start_worker()
    python.init(None)
    python.sign_up()
    assert fetch(python) == 200


def test_without_web_locks_a_worker_that_dies_leaves_nothing_hanging(
    demo: Demo, new_context: NewContext
) -> None:
    python = WorkerPage(demo, new_context(), "bare", head(NO_LOCKS + WORKER))
    python.run("js.eval(argument)", NO_LOCKS)
    python.init(None)
    die_before_an_answer(python)


def die_before_an_answer(python: WorkerPage) -> None:
    """Have a worker die while the page waits for its answers, which then fail."""
    page = python.page
    python.sign_up()
    page.evaluate(
        "(code) => { runIn(0, code, 'null'); }", "js.postMessage('busy')\nwhile True: pass"
    )
    page.wait_for_function("strayMessages.includes('busy')")
    page.context.clear_cookies()  # only the backend knows now, whom Python asks
    waiting = page.evaluate_handle(
        """() => {
          const code = (error) => error.code;
          const xhr = new XMLHttpRequest();
          xhr.open("GET", "/api/protected");
          xhr.send();
          const fails = new Promise((resolve) => {
            xhr.onloadend = () => resolve([xhr.status, xhr.readyState]);
          });
          const asked = supertokens.getUserId().catch(code);
          return { ends: Promise.all([fetch("/api/protected").catch(code), asked, fails]) };
        }"""
    )
    page.evaluate(TERMINATE)
    assert waiting.evaluate("({ ends }) => ends") == ["BOOT_FAILED", "BOOT_FAILED", [0, 4]]


@bare_only
def test_a_worker_that_dies_leaves_nothing_hanging_and_another_takes_over(
    python: WorkerPage,
) -> None:
    page = python.page
    python.init(None)
    python.sign_up()
    page.context.clear_cookies(name="sAccessToken")  # so requests are refused, and need a refresh
    page.route(f"**{REFRESH}", lambda route: None)  # never answers
    with page.expect_request(f"**{REFRESH}"):
        page.evaluate(
            """() => {
              const reported = (call) => call.then(({ status }) => status, ({ code }) => code);
              globalThis.waiting = reported(fetch("/api/protected"));
              globalThis.asking = supertokens.attemptRefreshingSession().catch(({ code }) => code);
            }"""
        )
    page.evaluate(TERMINATE)
    assert page.evaluate("waiting") == 401  # its own response, which it had before
    assert page.evaluate("asking") == "BOOT_FAILED"
    page.unroute(f"**{REFRESH}")
    page.evaluate("void (globalThis.next = fetch('/api/protected').then(({ status }) => status))")
    python.start_worker()
    python.init(None)
    assert page.evaluate("next") == 200
    assert page.evaluate("supertokens.doesSessionExist()") is True


@bare_only
def test_a_synchronous_request_of_the_page_goes_out_as_it_is_with_one_warning(
    python: WorkerPage,
) -> None:
    python.init(None)
    python.sign_up()
    warnings: list[str] = []
    python.page.on("console", lambda said: said.type == "warning" and warnings.append(said.text))
    statuses = python.page.evaluate(
        """() => [1, 2].map(() => {
          const xhr = new XMLHttpRequest();
          xhr.open("GET", "/api/public", false);
          xhr.send();
          return xhr.status;
        })"""
    )
    assert statuses == [200, 200]
    python.page.evaluate("0")
    [warning] = [text for text in warnings if "synchronous" in text]
    assert "fetch" in warning


def test_close_lets_the_page_go_on_without_a_session(python: WorkerPage) -> None:
    python.init(None)
    python.sign_up()
    assert fetch(python) == 200
    python.page.evaluate("supertokens.close()")
    code = "supertokens.doesSessionExist().catch(({ code }) => code)"
    assert python.page.evaluate(code) == "NOT_INITIALISED"
    asked = """
    try:
        return await s.does_session_exist()
    except s.SuperTokensError as error:
        return error.code
    """
    assert python.run(asked) == "CLOSED"
    python.page.evaluate(INIT)
    assert python.page.evaluate("supertokens.doesSessionExist()") is True
    assert python.run(asked) is True
    assert fetch(python) == 200


@bare_only
def test_close_ends_the_pages_flows_in_the_worker_and_frees_their_locks(
    python: WorkerPage,
) -> None:
    page = python.page
    python.init(None)
    python.sign_up()
    # One has taken the lock and waits for the page, one waits for the lock.
    page.evaluate(
        """() => {
          globalThis.refreshing = 0;
          const validator = {
            id: "mine",
            shouldRefresh: () => true,
            refresh: () => new Promise(() => { refreshing += 1; }),
            validate: () => ({ isValid: true }),
          };
          const validate = () => supertokens.validateClaims(() => [validator]);
          globalThis.ended = Promise.all(
            [validate(), validate()].map((each) => each.catch(({ code }) => code)),
          );
        }"""
    )
    page.wait_for_function("refreshing === 1")
    page.evaluate("supertokens.close()")
    assert page.evaluate("ended") == ["CLOSED", "CLOSED"]
    assert python.run("return len(s._current.bound().port._flows)") == 0
    page.evaluate(INIT)
    invalid = """supertokens.validateClaims(() => [{
      id: "mine",
      shouldRefresh: () => true,
      refresh: () => undefined,
      validate: () => ({ isValid: false, reason: "so" }),
    }])"""
    assert page.evaluate(invalid) == [{"id": "mine", "reason": "so"}]
    names = "navigator.locks.query().then(({ held }) => held.map(({ name }) => name).join())"
    assert "CLAIM_REFRESH_LOCK" not in page.evaluate(names)
