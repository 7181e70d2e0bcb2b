"""A page of supertokens-website and one of ours, in two tabs of one browser, have one session."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import BrowserLog, open_context, serve_vendor
from tests.browser.demo import Demo
from tests.browser.tokens import Token, get_short_token, token_of, wait_for_end_of
from tests.browser.twins.pages import SIGN_UP, pages, sign_in_fields

FIVE_CALLS = """
  globalThis.fiveCalls = () => {
    const five = Array.from({ length: 5 }, () => fetch(`${api}/api/protected`));
    return Promise.all(five.map(async (call) => (await call).status));
  };
"""


@dataclass
class Tabs:
    """The two tabs, by what runs in them."""

    context: BrowserContext
    pages: dict[str, Page]
    demo: Demo

    def run(self, tab: str, body: str, argument: object = None) -> Any:
        """Run the body of an async function in a tab."""
        return self.pages[tab].evaluate(f"async (argument) => {{ {body} }}", argument)

    def start(self, mode: str) -> None:
        """Start again, with no user signed in."""
        self.context.clear_cookies()
        self.pages["theirs"].reload()
        self.run("ours", "supertokens.close()")
        options = {"apiDomain": self.demo.origin, "tokenTransferMethod": mode}
        for tab in self.pages:
            self.run(tab, FIVE_CALLS)
            self.run(tab, "useClient('fetch', argument.apiDomain); await start(argument)", options)

    def sign_up(self, tab: str) -> None:
        email = f"{uuid.uuid4().hex}@example.com"
        assert self.run(tab, SIGN_UP, sign_in_fields(email)) == "OK"

    def let_token_expire(self, tab: str) -> None:
        """Get a token that lives for a moment, and wait until it has expired."""

        def refresh() -> Token:
            assert self.run(tab, "return supertokens.attemptRefreshingSession()") is True
            return token_of(self.context)

        wait_for_end_of(get_short_token(self.demo, refresh))


@pytest.fixture(scope="module")
def booted_tabs(browser: Browser, website_bundle: None, demo_process: Demo) -> Iterator[Tabs]:
    with serve_vendor() as site, open_context(browser) as context:
        site.pages.update(pages())
        tabs = {name: context.new_page() for name in ("theirs", "ours")}
        for name, page in tabs.items():
            page.goto(f"{site.origin}/{name}")
        yield Tabs(context, tabs, demo_process)


@pytest.fixture(params=["cookie", "header"])
def tabs(
    request: pytest.FixtureRequest, booted_tabs: Tabs, demo: Demo, browser_log: BrowserLog
) -> Iterator[Tabs]:
    with browser_log.watching(booted_tabs.context):
        booted_tabs.start(request.param)
        yield booted_tabs


@pytest.fixture(params=["theirs", "ours"])
def first(request: pytest.FixtureRequest) -> str:
    """The tab that is first to do something."""
    return str(request.param)


@pytest.fixture
def second(first: str) -> str:
    return "ours" if first == "theirs" else "theirs"


def test_a_session_of_one_tab_is_the_others(tabs: Tabs, first: str, second: str) -> None:
    tabs.sign_up(first)
    mark = tabs.demo.mark()
    reported = """return [
      await supertokens.doesSessionExist(),
      await supertokens.getUserId(),
      (await supertokens.getAccessTokenPayloadSecurely()).sessionHandle,
      await supertokens.getAccessToken(),
      (await fetch(`${api}/api/protected`)).status,
    ]"""
    assert tabs.run(first, reported) == tabs.run(second, reported)
    assert tabs.demo.count(mark, PROTECTED, 200) == 2
    assert tabs.demo.count(mark, REFRESH) == 0


def test_a_sign_out_of_one_tab_is_the_others(tabs: Tabs, first: str, second: str) -> None:
    tabs.sign_up(second)
    assert tabs.run(first, "return supertokens.doesSessionExist()") is True
    tabs.run(first, "await supertokens.signOut()")
    mark = tabs.demo.mark()
    assert tabs.run(second, "return supertokens.doesSessionExist()") is False
    assert tabs.run(second, "return (await fetch(`${api}/api/protected`)).status") == 401
    assert tabs.demo.count(mark, REFRESH) == 0


def test_requests_at_once_in_both_tabs_make_one_refresh(
    tabs: Tabs, first: str, second: str
) -> None:
    tabs.sign_up(first)
    for _ in range(3):
        tabs.let_token_expire(second)
        mark = tabs.demo.mark()
        tabs.run(
            second,
            """
            const channel = new BroadcastChannel("go");
            const reported = new Promise((resolve) => { channel.onmessage = resolve; });
            globalThis.done = reported.then(fiveCalls).finally(() => channel.close());
            """,
        )
        begin = 'new BroadcastChannel("go").postMessage("now"); return fiveCalls()'
        assert tabs.run(first, begin) == [200] * 5
        assert tabs.run(second, "return done") == [200] * 5
        assert tabs.demo.count(mark, REFRESH) == 1
    assert tabs.run(second, "return supertokens.doesSessionExist()") is True


def test_a_refresh_of_one_tab_is_waited_for_and_used_by_the_other(
    tabs: Tabs, first: str, second: str
) -> None:
    tabs.sign_up(second)
    tabs.let_token_expire(second)
    held: list[Callable[[], None]] = []

    def hold(route: Route) -> None:
        held.append(route.continue_)

    tabs.pages[first].route(f"**{REFRESH}", hold)
    mark = tabs.demo.mark()
    tabs.run(first, "globalThis.done = fiveCalls()")
    while not held:
        tabs.run(first, "")  # lets the browser's messages in
    lock = "return localStorage.getItem('browser-tabs-lock-key-REFRESH_TOKEN_USE') !== null"
    assert tabs.run(second, lock)
    tabs.run(second, "globalThis.done = fiveCalls()")
    # Theirs are refused; ours knows that the token has expired, and sends nothing until then.
    while tabs.demo.count(mark, PROTECTED, 401) < 5:
        assert tabs.demo.count(mark, REFRESH) == 0
    held.pop()()
    for tab in (first, second):
        assert tabs.run(tab, "return done") == [200] * 5
    assert not held
    assert tabs.demo.count(mark, REFRESH) == 1
    assert not tabs.run(second, lock)
    tabs.pages[first].unroute_all()
