"""Two SDKs on one page are refused with a clear error, whichever comes first."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import VendorSite
from tests.browser.twins.pages import PART, SHIM, WEBSITE, html

INIT = "init({ apiDomain: location.origin })"
REFUSAL = "(init) => { try { init(); return null; } catch (e) { return [e.code, e.message]; } }"


@pytest.fixture
def both(page: Page, vendor_site: VendorSite, website_bundle: None) -> Page:
    """A page that has both, and has started neither."""
    settings = f"globalThis.supertokensPyodide = {{ interpreter: 'page', pythonPart: '{PART}' }};"
    scripts = [settings, WEBSITE.read_text("utf-8"), SHIM.read_text("utf-8")]
    vendor_site.pages["/"] = html(*scripts, "globalThis.nativeFetch = fetch;")
    page.goto(vendor_site.origin)
    return page


def start(page: Page, sdk: str) -> list[str] | None:
    """Call init(): what kept it from starting, if anything."""
    refusal: list[str] | None = page.evaluate(f"({REFUSAL})(() => {sdk}.{INIT})")
    return refusal


def test_ours_refuses_a_page_that_supertokens_website_has(both: Page) -> None:
    assert start(both, "supertokensWebsite") is None
    code, message = start(both, "supertokens") or []
    assert code == "UNSUPPORTED_PLATFORM"
    assert "supertokens-website is already active on this page" in message
    assert both.evaluate("fetch('/nothing').then((response) => response.status)") == 404


def test_supertokens_website_is_refused_a_page_that_we_have(both: Page) -> None:
    assert start(both, "supertokens") is None
    ours = both.evaluate_handle("() => fetch")
    code, message = start(both, "supertokensWebsite") or []
    assert code == "UNSUPPORTED_PLATFORM"
    assert "supertokens-pyodide already manages the session of this page" in message
    assert both.evaluate("(ours) => fetch === ours", ours)


def test_the_page_is_free_again_after_close(both: Page) -> None:
    assert start(both, "supertokens") is None
    both.evaluate("supertokens.close()")
    assert both.evaluate("fetch === nativeFetch")
    assert start(both, "supertokensWebsite") is None
    assert both.evaluate("fetch !== nativeFetch")
