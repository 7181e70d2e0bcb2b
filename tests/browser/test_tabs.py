"""What one tab does reaches the others: pages of ours in both languages, and pages of others."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.app import REFRESH, App
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.expectations import expect
from tests.browser.served import serve_once

ELSEWHERE = "in another tab"

# What supertokens-website does when it refreshes and signs out, without any message.
REFRESH_SILENTLY = """() => {
  const [, text] = /sFrontToken=([^;]+)/.exec(document.cookie);
  const token = JSON.parse(atob(text));
  token.up.refreshTokenHash1 += "x";
  document.cookie = `st-last-access-token-update=${Date.now()};path=/`;
  document.cookie = `sFrontToken=${btoa(JSON.stringify(token))};path=/`;
}"""
SIGN_OUT_SILENTLY = """() => {
  document.cookie = `st-last-access-token-update=${Date.now()};path=/`;
  document.cookie = "sFrontToken=;expires=Thu, 01 Jan 1970 00:00:00 GMT;path=/";
}"""


class Tabs:
    """Two tabs with the app, in both languages, and one of the same site without the SDK."""

    def __init__(self, demo: Demo, context: BrowserContext) -> None:
        self.demo = demo
        self.context = context
        # The browser and the channel notify one of writes; only the channel notifies the other.
        self.context.add_init_script(
            "if (location.pathname === '/pyscript') delete globalThis.cookieStore;"
        )
        self.javascript = App(demo, self.context, "javascript", "cookie", from_image=True)
        self.python = App(demo, self.context, "python", "cookie")
        self.without = self.context.new_page()
        self.without.goto(f"{demo.origin}/static/style.css")
        # What crosses the channel, as any page may listen.
        self.without.evaluate(
            """() => {
                 globalThis.received = [];
                 globalThis.channel = new BroadcastChannel("supertokens-pyodide");
                 channel.onmessage = ({ data }) => received.push(data);
               }"""
        )

    def start_afresh(self) -> None:
        # The button alone may be about to go, if the test before has signed out in the other tab.
        if self.javascript.page.evaluate("supertokens.doesSessionExist()"):
            self.javascript.click("sign-out")
        # Python's page gets no event for a session that ended without a message.
        look_everywhere(self.javascript, self.python)
        for app in (self.javascript, self.python):
            app.expect_status("signed-out")
        for app in (self.javascript, self.python):
            app.page.evaluate("document.getElementById('event-log').replaceChildren()")
        self.without.evaluate("received.length = 0")


@pytest.fixture(scope="module")
def shared_tabs(demo_process: Demo, browser: Browser) -> Iterator[Tabs]:
    with open_context(browser) as context:
        yield Tabs(demo_process, context)


@pytest.fixture
def tabs(shared_tabs: Tabs, demo: Demo, browser_log: BrowserLog) -> Iterator[Tabs]:
    with browser_log.watching(shared_tabs.context):
        shared_tabs.start_afresh()
        yield shared_tabs


@pytest.fixture(params=["javascript", "python"])
def acting(tabs: Tabs, request: pytest.FixtureRequest) -> App:
    return getattr(tabs, request.param)


@pytest.fixture
def listening(tabs: Tabs, acting: App) -> App:
    return tabs.python if acting is tabs.javascript else tabs.javascript


def events(page: Page) -> list[tuple[str, str]]:
    """The events that a page received, oldest first: the action and its details."""
    rows = page.get_by_test_id("event-log").locator("[data-kind]")
    reported = rows.evaluate_all(
        "(rows) => rows.map((r) => [r.dataset.kind, r.querySelector('span').textContent])"
    )
    return [tuple(row) for row in reversed(reported)]


def look_everywhere(*apps: App) -> None:
    for app in apps:
        app.page.evaluate(
            """dispatchEvent(new Event("online"));
               document.dispatchEvent(new Event("visibilitychange"));
               dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));"""
        )


def test_each_change_is_one_event_in_the_other_tab_and_none_in_its_own(
    tabs: Tabs, acting: App, listening: App
) -> None:
    acting.sign_up()
    listening.expect_status("signed-in")
    assert listening.user_id() == acting.user_id()
    mark = tabs.demo.mark()
    acting.click("refresh-now")
    listening.expect_text("event-log", "REFRESH_SESSION")
    assert tabs.demo.count(mark, REFRESH) == 1
    acting.element("payload-note").fill("from the other tab")
    acting.click("change-payload")
    listening.expect_text("token-claims", "from the other tab")
    acting.click("sign-out")
    listening.expect_status("signed-out")
    look_everywhere(acting, listening)
    assert events(listening.page) == [
        ("SESSION_CREATED", ELSEWHERE),
        ("REFRESH_SESSION", ELSEWHERE),
        ("ACCESS_TOKEN_PAYLOAD_UPDATED", ELSEWHERE),
        ("SIGN_OUT", ELSEWHERE),
    ]
    assert ELSEWHERE not in acting.element("event-log").inner_text()
    assert tabs.demo.count(mark, REFRESH) == 1


def test_another_users_session_is_reported_as_such(tabs: Tabs, acting: App, listening: App) -> None:
    acting.sign_up()
    listening.expect_text("event-log", "SESSION_CREATED")
    first = acting.user_id()
    acting.page.evaluate(
        """(email) => fetch("/auth/signup", {
             method: "POST",
             headers: { "content-type": "application/json" },
             body: JSON.stringify({ formFields: [
               { id: "email", value: email }, { id: "password", value: "correct-horse-1" } ] }),
           })""",
        f"second-{first}@example.com",
    )
    listening.expect_text("event-log", "USER_CHANGED")
    expect(listening.element("user-id")).not_to_have_text(first)
    assert events(listening.page)[1:] == [("USER_CHANGED", ELSEWHERE)]


def test_nothing_of_the_session_crosses_the_channel(tabs: Tabs) -> None:
    tabs.javascript.sign_up()
    tabs.javascript.click("refresh-now")
    tabs.python.expect_text("event-log", "REFRESH_SESSION")
    tabs.python.click("sign-out")
    tabs.javascript.expect_text("event-log", "SIGN_OUT")
    received = tabs.without.evaluate("received")
    assert len(received) >= 3
    for message in received:
        assert message.keys() == {"protocol", "update"}
        assert abs(message["update"] / 1000 - time.time()) < 3600  # a time, and no token


def test_changes_by_pages_without_messages_are_found_in_the_cookies(tabs: Tabs) -> None:
    tabs.javascript.sign_up()
    tabs.without.evaluate(REFRESH_SILENTLY)
    tabs.javascript.expect_text("event-log", "REFRESH_SESSION")
    tabs.without.evaluate(SIGN_OUT_SILENTLY)
    tabs.javascript.expect_status("signed-out")
    reported = events(tabs.javascript.page)
    assert reported[-2:] == [("REFRESH_SESSION", ELSEWHERE), ("SIGN_OUT", ELSEWHERE)]


# In place of the app, which reads the session by itself after an event.
NOTE_EVENTS = """
globalThis.reported = [];
const { supertokens } = globalThis;
const onHandleEvent = ({ action, otherTab }) => reported.push([action, otherTab]);
supertokens.init({ apiDomain: location.origin, onHandleEvent });
await supertokens.ready();
document.documentElement.dataset.ready = true;
"""


def test_a_page_that_nothing_reaches_looks_when_it_is_back(tabs: Tabs) -> None:
    deaf = tabs.context.new_page()
    serve_once(deaf, "/static/app.js", NOTE_EVENTS)
    deaf.add_init_script(
        """delete globalThis.BroadcastChannel;
           delete globalThis.cookieStore;
           addEventListener("storage", (event) => event.stopImmediatePropagation());"""
    )
    deaf.goto(f"{tabs.demo.origin}/?mode=cookie")
    deaf.wait_for_selector("html[data-ready=true]")
    tabs.javascript.sign_up()
    reported: list[list[object]] = []
    for event in (
        'dispatchEvent(new Event("online"))',
        'document.dispatchEvent(new Event("visibilitychange"))',
        'dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))',
    ):
        assert deaf.evaluate("reported") == reported
        deaf.evaluate(event)
        reported.append(["REFRESH_SESSION" if reported else "SESSION_CREATED", True])
        assert deaf.evaluate("reported") == reported
        tabs.without.evaluate(REFRESH_SILENTLY)
        tabs.javascript.page.wait_for_function(
            "(n) => document.getElementById('event-log').children.length > n", arg=len(reported)
        )
    deaf.close()


def test_a_closed_session_gets_no_more_events(tabs: Tabs) -> None:
    page = tabs.javascript.page
    tabs.python.sign_up()
    tabs.javascript.expect_text("event-log", "SESSION_CREATED")
    page.evaluate("supertokens.close()")
    reported = events(page)
    tabs.python.click("sign-out")
    tabs.python.expect_status("signed-out")
    tabs.without.wait_for_function("received.length > 0")
    look_everywhere(tabs.javascript)
    assert events(page) == reported
    tabs.javascript.open()
