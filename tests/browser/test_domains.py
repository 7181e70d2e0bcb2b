"""The API elsewhere, several APIs, sessions shared across subdomains, and pages in frames."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import open_context
from tests.browser.demo import Demo
from tests.browser.engines import private_windows
from tests.browser.plain import PATH, open_plain, origin_on, sign_up, start, status
from tests.browser.tokens import Token, get_short_token, token_of, wait_for_end_of

API = "api.example.test"


def open_on(demo: Demo, context: BrowserContext, host: str, options: str) -> Page:
    """A page on a host, with the API on another."""
    page = open_plain(demo, context, host=host)
    start(page, f"{{ apiDomain: '{origin_on(demo, API)}', ...{options} }}")
    return page


def cookie_domains(context: BrowserContext) -> set[str]:
    return {cookie["domain"] for cookie in context.cookies() if cookie["name"] == "sFrontToken"}


@pytest.fixture
def private_context(browser: Browser, engine: str) -> Iterator[BrowserContext]:
    with private_windows(engine, browser) as private, open_context(private) as context:
        yield context


@pytest.fixture(params=["cookie", "header"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_session_is_shared_across_subdomains(
    demo: Demo, context: BrowserContext, mode: str
) -> None:
    options = f"{{ sessionTokenFrontendDomain: '.example.test', tokenTransferMethod: '{mode}' }}"
    one = open_on(demo, context, "one.example.test", options)
    two = open_on(demo, context, "two.example.test", options)
    api = origin_on(demo, API)
    sign_up(one, api)
    assert cookie_domains(context) == {".example.test"}

    def refresh() -> Token:
        assert one.evaluate("supertokens.attemptRefreshingSession()") is True
        return token_of(context)

    wait_for_end_of(get_short_token(demo, refresh))
    mark = demo.mark()
    assert status(two, api + PROTECTED) == 200
    assert status(one, api + PROTECTED) == 200
    posts = [entry["path"] for entry in demo.requests(mark) if entry["method"] == "POST"]
    assert posts == [REFRESH]
    two.evaluate("supertokens.signOut()")
    assert one.evaluate("supertokens.doesSessionExist()") is False


def test_a_session_stays_on_its_own_host_unless_it_is_shared(
    demo: Demo, context: BrowserContext
) -> None:
    one = open_on(demo, context, "one.example.test", "{ tokenTransferMethod: 'header' }")
    two = open_on(demo, context, "two.example.test", "{ tokenTransferMethod: 'header' }")
    sign_up(one, origin_on(demo, API))
    assert cookie_domains(context) == {"one.example.test"}
    assert two.evaluate("supertokens.doesSessionExist()") is False
    assert one.evaluate("supertokens.doesSessionExist()") is True


@pytest.mark.parametrize(("domain", "carried"), [(".example.test", True), (None, False)])
def test_all_apis_under_one_parent_get_the_session_if_it_is_configured(
    demo: Demo, context: BrowserContext, domain: str | None, carried: bool
) -> None:
    more = f", sessionTokenBackendDomain: '{domain}'" if domain else ""
    page = open_on(demo, context, "www.example.test", f"{{ tokenTransferMethod: 'header'{more} }}")
    sign_up(page, origin_on(demo, API))
    mark = demo.mark()
    status(page, origin_on(demo, "other.example.test") + "/api/public")
    status(page, origin_on(demo, "www.notexample.test") + "/api/public")
    sent = ["authorization" in entry["headers"] for entry in demo.requests(mark)]
    assert sent[-1] is False
    assert (True in sent) is carried


def test_a_page_in_a_foreign_frame_has_a_session_of_its_own(
    demo: Demo, private_context: BrowserContext
) -> None:
    """Private windows block such cookies, unless they are partitioned by the site around it."""
    page = open_plain(demo, private_context, host="127.0.0.1")
    page.evaluate(
        """(src) => new Promise((onload) => {
          document.body.append(Object.assign(document.createElement("iframe"), { src, onload }));
        })""",
        demo.origin + PATH,
    )
    frame = page.frames[1]
    start(frame, "{ isInIframe: true, tokenTransferMethod: 'header' }")
    sign_up(frame)
    assert status(frame, PROTECTED) == 200
    kept = [cookie for cookie in private_context.cookies() if cookie["name"] == "sFrontToken"]
    assert [(cookie["sameSite"], cookie["secure"]) for cookie in kept] == [("None", True)]
    assert [cookie["partitionKey"] for cookie in kept] == ["http://127.0.0.1"]
    frame.evaluate("supertokens.signOut()")
    assert frame.evaluate("supertokens.doesSessionExist()") is False
    assert "sFrontToken" not in frame.evaluate("document.cookie")
