"""The script bundle put into a page as it is, for code that was written for supertokens-website."""

import re
import uuid

import pytest
from playwright.sync_api import Page

from tests.browser.app import PROTECTED
from tests.browser.conftest import BrowserLog, VendorSite
from tests.browser.demo import Demo
from tests.browser.twins.pages import PART, SHIM, SIGN_UP, sign_in_fields

POLICY = "script-src 'nonce-abc' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'"
SETTINGS = f"""
  globalThis.supertokensPyodide = {{ indexURL: "/vendor/pyodide/", pythonPart: "{PART}" }};
"""

# What a site's own script does with supertokens-website, and does with us.
APP = """
  globalThis.api = "API";
  globalThis.order = [];
  supertokens.init({
    apiDomain: api, tokenTransferMethod: "MODE", onHandleEvent: (event) => order.push(event.action),
  });
  order.push("init returned");
  globalThis.early = Promise.all([
    supertokens.doesSessionExist(),
    fetch(`${api}/api/protected`).then((response) => response.status),
    new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      xhr.open("GET", `${api}/api/protected`);
      xhr.onload = () => resolve(xhr.status);
      xhr.send();
    }),
    fetch("data:,other").then(() => order.push("other")),
  ]);
  supertokens.ready().then(() => order.push("ready"));
"""


def test_the_bundle_holds_nothing_that_ends_an_inline_script() -> None:
    assert not re.search(r"</script|<script|<!--", SHIM.read_text("utf-8"), re.IGNORECASE)


@pytest.mark.parametrize("mode", ["cookie", "header"])
def test_requests_made_right_after_init_wait_for_the_core_and_carry_the_session(
    page: Page, vendor_site: VendorSite, demo: Demo, browser_log: BrowserLog, mode: str
) -> None:
    app = APP.replace("API", demo.origin).replace("MODE", mode)
    scripts = [SETTINGS, SHIM.read_text("utf-8"), app]
    vendor_site.pages["/"] = "".join(
        [
            '<!doctype html><link rel="icon" href="data:,">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            *(f'<script nonce="abc">{script}</script>' for script in scripts),
        ]
    )
    page.goto(vendor_site.origin)
    assert page.evaluate("early.then((reported) => reported.slice(0, 3))") == [False, 401, 401]
    sign_up = f"async (argument) => {{ {SIGN_UP} }}"
    assert page.evaluate(sign_up, sign_in_fields(f"{uuid.uuid4().hex}@example.com")) == "OK"

    mark = demo.mark()
    page.reload()
    assert page.evaluate("early.then((reported) => reported.slice(0, 3))") == [True, 200, 200]
    order = page.evaluate("supertokens.ready().then(() => order)")
    assert order == ["init returned", "other", "ready"]
    requests = [e for e in demo.requests(mark) if e["method"] != "OPTIONS"]
    assert [entry["path"] for entry in requests] == [PROTECTED] * 2
    carried = {"rid", "st-auth-mode", *(["authorization"] if mode == "header" else [])}
    assert all(set(entry["headers"]) == carried for entry in requests)
    assert browser_log.page_errors == []
