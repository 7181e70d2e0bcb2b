"""The demo's page /worker: Python works there with the session, and the page does not wait."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route

from demo.web.static.estimate import HEAD, described, estimate, resampled_means
from tests.browser.app import PROTECTED, REFRESH, App
from tests.browser.conftest import BrowserLog, open_context
from tests.browser.demo import Demo
from tests.browser.expectations import expect

# Has the worker begin, and then the page do something; whether the worker was at it still. It has
# not finished, for it does not get the last month before that.
MEANWHILE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const isWorking = () => document.documentElement.dataset.work === "running";
  document.getElementById("start-work").click();
  while (document.getElementById("work-progress").value === 0 && isWorking()) await frame();
  const found = await (async () => { DO })();
  return [found, isWorking()];
}"""


@pytest.fixture(scope="module")
def shared_app(browser: Browser, demo_process: Demo) -> Iterator[App]:
    with open_context(browser) as context:
        yield App(demo_process, context, "worker", "cookie")


@pytest.fixture
def app(shared_app: App, demo: Demo, browser_log: BrowserLog) -> Iterator[App]:
    """The page, with a user who has just signed up."""
    with browser_log.watching(shared_app.context):
        shared_app.start_afresh()
        expect(shared_app.element("start-work")).to_be_enabled()
        shared_app.sign_up()
        yield shared_app
    assert browser_log.page_errors == []


def meanwhile(app: App, script: str) -> list[object]:
    last_month, held = "**/api/orders/12", list[Route]()
    app.page.route(last_month, lambda route: held.append(route))
    found: list[object] = app.page.evaluate(MEANWHILE.replace("DO", script))
    app.page.unroute(last_month)
    for route in held:
        route.continue_()
    return found


def test_the_worker_works_while_the_page_draws_and_calls(app: App) -> None:
    found = meanwhile(
        app,
        f"""
        const {{ status }} = await fetch("{PROTECTED}");
        for (let drawn = 0; drawn < 10; drawn += 1) await frame();
        return [status, crossOriginIsolated];
        """,
    )
    assert found == [[200, False], True]
    expect(app.element("start-work")).to_be_enabled()
    lines = app.element("work-result").inner_text().splitlines()
    assert app.user_id() in lines[0]
    assert lines[1] == HEAD
    year = app.page.evaluate(
        """() => Promise.all(
          Array.from({ length: 12 }, (_, n) => fetch(`/api/orders/${n + 1}`).then((r) => r.json())),
        )"""
    )
    assert lines[2:14] == [
        described(orders["month"], estimate(orders["amounts"], means))
        for orders in year
        for means in [list(resampled_means(orders["amounts"]))]
    ]
    assert int(app.element("work-frames").inner_text()) > 10


def test_a_refresh_for_the_page_gets_through_to_a_working_worker(app: App, demo: Demo) -> None:
    mark = demo.mark()
    found = meanwhile(app, "return supertokens.attemptRefreshingSession();")
    assert found == [True, True]
    assert demo.count(mark, REFRESH) == 1
    app.expect_text("event-log", "REFRESH_SESSION")
    # The page's own log has what the worker sent.
    refresh = app.element("request-log").locator("[data-kind=refresh]").first
    expect(refresh).to_contain_text(re.compile(r"worker( · 200)? · \d+ ms"))


def test_work_and_page_with_an_expired_token_make_one_refresh(app: App, demo: Demo) -> None:
    app.let_token_expire()
    mark = demo.mark()
    app.page.evaluate(
        "for (const id of ['start-work', 'ten-calls']) document.getElementById(id).click()"
    )
    app.expect_text("ten-result", "10 of 10 answered 200 · 1 refresh ")
    app.expect_text("work-result", HEAD)
    assert demo.count(mark, REFRESH) == 1


def test_a_sign_out_ends_the_work_and_says_so(app: App, demo: Demo) -> None:
    assert meanwhile(app, "document.getElementById('sign-out').click()") == [None, True]
    app.expect_text("work-error", "The session has ended, so the work has ended too.")
    expect(app.element("work-result")).to_be_empty()
    app.expect_status("signed-out")
    app.click("start-work")
    app.expect_text("work-error", "NoSession")
    app.sign_up()
    assert meanwhile(app, "return 'at work again'") == ["at work again", True]
    expect(app.element("work-error")).to_be_empty()
