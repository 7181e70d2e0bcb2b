"""The journeys of a user through the demo: on all pages, with tokens in cookies and in headers.

Not each page in each mode: the core decides how tokens travel, wherever it runs. Python's page with
tokens in cookies is in test_clients.py, and a worker with tokens in headers is in test_worker.py.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.app import PROTECTED, REFRESH, App
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.expectations import expect
from tests.browser.images import start_from_image

OpenApp = Callable[..., App]

# The page, and how tokens travel.
KINDS = [
    ("javascript", "cookie"),
    ("javascript", "header"),
    ("python", "header"),
    ("worker", "cookie"),
]


def of_kind(*kinds: tuple[str, str]) -> pytest.MarkDecorator:
    """Leave a journey to these kinds, for what does not depend on where Python runs."""
    return pytest.mark.parametrize("kind", kinds, indirect=True, ids="-".join)


# Python's page cannot start from an image: it starts again where the start itself matters.
in_both_languages = of_kind(KINDS[0], KINDS[2])
in_javascript = of_kind(KINDS[0])

# What a session leaves behind when it has ended: the mark that says so.
LEFT_BEHIND = {"st-last-access-token-update"}


@pytest.fixture(scope="module", params=KINDS, ids="-".join)
def kind(request: pytest.FixtureRequest) -> tuple[str, str]:
    found: tuple[str, str] = request.param
    return found


@pytest.fixture(scope="module")
def page_name(kind: tuple[str, str]) -> str:
    return kind[0]


@pytest.fixture(scope="module")
def mode(kind: tuple[str, str]) -> str:
    return kind[1]


@pytest.fixture(scope="module")
def shared_app(browser: Browser, demo_process: Demo, page_name: str, mode: str) -> Iterator[App]:
    with open_context(browser) as context:
        app = App(demo_process, context, page_name, mode)
        # Later starts of Python by the SDK may be quick; PyScript has no images.
        if page_name == "javascript":
            start_from_image(app.page)
        yield app


@pytest.fixture
def app(shared_app: App, demo: Demo, browser_log: BrowserLog) -> Iterator[App]:
    """The app in a page of its own browser, signed out."""
    with browser_log.watching(shared_app.context):
        shared_app.start_afresh()
        yield shared_app


@pytest.fixture
def open_app(app: App, page_name: str, mode: str) -> OpenApp:
    """Open the app in another tab of the same browser, or in another browser."""

    def open_app(where: BrowserContext = app.context) -> App:
        from_image = page_name == "javascript" and where is not app.context
        return App(app.demo, where, page_name, mode, from_image=from_image)

    return open_app


@pytest.fixture(autouse=True)
def nothing_is_thrown_and_nothing_is_foreign(browser_log: BrowserLog) -> Iterator[None]:
    yield
    assert browser_log.page_errors == []
    assert browser_log.foreign_requests == []


def test_a_user_signs_up_calls_the_api_and_signs_out(app: App, mode: str) -> None:
    app.expect_status("signed-out")
    app.sign_up("acme")
    app.expect_text("tenant-id", "acme")
    app.expect_text("token-claims", "acme")  # the access token itself is read, and decoded
    app.expect_text("event-log", "SESSION_CREATED")
    assert len(app.user_id()) == 36
    assert ("sAccessToken" in app.cookie_names()) == (mode == "cookie")
    assert ("st-refresh-token" in app.cookie_names()) == (mode == "header")

    app.click("call-protected")
    app.expect_text("protected-result", "200 /api/protected")
    app.expect_text("protected-result", app.user_id())
    app.expect_text("request-log", PROTECTED)
    expect(app.element("request-log")).not_to_contain_text("failed")

    app.click("sign-out")
    app.expect_status("signed-out")
    app.expect_text("event-log", "SIGN_OUT")
    assert app.cookie_names() == LEFT_BEHIND


# In the other kinds, two tabs do so below.
@of_kind(KINDS[1], KINDS[3])
def test_ten_calls_with_an_expired_token_make_one_refresh(app: App, demo: Demo) -> None:
    app.sign_up()
    app.let_token_expire()
    mark = demo.mark()
    app.click("ten-calls")
    app.expect_text("ten-result", "10 of 10 answered 200 · 1 refresh ")
    assert demo.count(mark, PROTECTED, 401) == 0  # no token that is known to have expired is sent
    assert demo.count(mark, REFRESH, 200) == 1
    assert demo.count(mark, PROTECTED, 200) == 10
    app.expect_text("event-log", "REFRESH_SESSION")


# Python's page is reloaded after expiry.
@of_kind(KINDS[0], KINDS[1], KINDS[3])
def test_a_reload_keeps_the_session(app: App, demo: Demo) -> None:
    app.sign_up()
    user_id = app.user_id()
    mark = demo.mark()
    app.open()
    app.expect_status("signed-in")
    assert app.user_id() == user_id
    assert app.count_refreshes(mark) == 0


@in_both_languages
def test_a_reload_after_expiry_refreshes_once(app: App, demo: Demo) -> None:
    app.sign_up()
    app.let_token_expire()
    mark = demo.mark()
    app.open()
    app.expect_status("signed-in")
    assert app.count_refreshes(mark) == 1


@in_both_languages
def test_two_tabs_with_one_session_and_an_expired_token_make_one_refresh(
    app: App, open_app: OpenApp, demo: Demo
) -> None:
    app.sign_up()
    second = open_app()
    second.expect_status("signed-in")
    assert second.user_id() == app.user_id()
    app.let_token_expire()
    mark = demo.mark()
    app.click("ten-calls")
    second.click("ten-calls")
    for tab in (app, second):
        tab.expect_text("ten-result", "10 of 10 answered 200")
    assert app.count_refreshes(mark) == 1
    assert demo.count(mark, PROTECTED, 401) == 0  # no token that is known to have expired is sent
    assert demo.count(mark, PROTECTED, 200) == 20


def test_a_session_revoked_elsewhere_ends_at_the_next_call(app: App, demo: Demo) -> None:
    app.sign_up()
    demo.revoke_all(app.user_id())
    app.element("check-database").check()
    app.click("call-protected")
    app.expect_text("protected-result", "401")
    app.expect_status("signed-out")
    app.expect_text("event-log", "UNAUTHORISED")
    expect(app.element("event-log")).not_to_contain_text("SIGN_OUT")
    assert app.cookie_names() == LEFT_BEHIND


@in_javascript
def test_a_visitor_without_a_session_costs_one_probe(app: App, demo: Demo) -> None:
    app.expect_status("signed-out")
    mark = demo.mark()
    for _ in range(2):
        app.click("call-protected")
        app.expect_text("protected-result", "401 /api/protected")
    app.open()
    app.expect_status("signed-out")
    assert app.count_refreshes(mark) == 0


@in_javascript
def test_the_first_visit_asks_once(
    demo: Demo, new_context: Callable[..., BrowserContext], page_name: str, mode: str
) -> None:
    mark = demo.mark()
    app = App(demo, new_context(), page_name, mode)
    app.expect_status("signed-out")  # which a page may show before the backend has been asked
    while demo.count(mark, REFRESH) == 0:
        app.page.wait_for_timeout(50)
    app.click("call-protected")
    app.expect_text("protected-result", "401")
    assert demo.count(mark, REFRESH) == 1


def test_an_outage_reaches_the_caller_and_keeps_the_session(app: App, demo: Demo) -> None:
    app.sign_up()
    app.let_token_expire()
    app.context.set_offline(True)
    app.click("call-protected")
    expect(app.element("notice")).to_be_visible()
    app.click("refresh-now")
    app.expect_text("notice", "The session is kept")
    app.context.set_offline(False)
    while "200 /api/protected" not in app.element("protected-result").inner_text():
        app.click("call-protected")  # what has just failed is not tried again at once
        app.page.wait_for_timeout(200)
    app.expect_status("signed-in")
    expect(app.element("event-log")).not_to_contain_text("UNAUTHORISED")


def test_a_changed_payload_shows_at_once(app: App) -> None:
    app.sign_up()
    app.element("payload-note").fill("from the test")
    app.click("change-payload")
    app.expect_text("token-claims", "from the test")
    app.expect_text("event-log", "ACCESS_TOKEN_PAYLOAD_UPDATED")


def test_a_claim_is_judged_by_the_page_as_by_the_backend(app: App, demo: Demo) -> None:
    app.sign_up()
    app.page.evaluate("document.querySelector('#more-calls').parentElement.open = true")
    app.click("call-needs-claim")
    app.expect_text("protected-result", "403")
    app.click("check-terms")
    app.expect_text("protected-result", "value does not exist")
    app.click("accept-terms")
    app.expect_text("token-claims", "terms")
    mark = demo.mark()
    app.click("check-terms")
    app.expect_text("protected-result", "valid, without a request")
    assert demo.requests(mark) == []


@in_javascript
def test_own_sessions_are_listed_and_can_be_revoked(
    app: App, open_app: OpenApp, new_context: Callable[..., BrowserContext]
) -> None:
    email = app.sign_up()
    elsewhere = open_app(new_context())
    elsewhere.enter(email)
    app.click("refresh-sessions")
    expect(app.element("session-row")).to_have_count(2)
    other = app.element("session-row").filter(has=app.page.locator(".current[hidden]"))
    other.get_by_test_id("revoke").click()
    expect(app.element("session-row")).to_have_count(1)
    elsewhere.element("check-database").check()
    elsewhere.click("call-protected")
    elsewhere.expect_status("signed-out")
    app.expect_status("signed-in")
