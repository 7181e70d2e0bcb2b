"""A page with nothing on it but the SDK, on the demo's own origin."""

import uuid
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.browser.app import PASSWORD
from tests.browser.demo import Demo

PAGE = """<!doctype html><link rel="icon" href="data:,">
<script>globalThis.supertokensPyodide = { indexURL: "/vendor/pyodide/" };</script>"""


def open_plain(demo: Demo, context: BrowserContext, head: str = "") -> Page:
    """Open a page of the demo's origin that has run nothing yet but `head`."""
    page = context.new_page()
    page.route("**/plain", lambda route: route.fulfill(body=PAGE + head, content_type="text/html"))
    page.goto(f"{demo.origin}/plain")
    return page


def start(page: Page, options: str = "{}") -> None:
    """Load the script bundle and initialise it."""
    page.add_script_tag(url="/vendor/supertokens/supertokens.iife.js")
    page.evaluate(
        f"""() => {{
          supertokens.init({{ apiDomain: location.origin, ...{options} }});
          return supertokens.ready();
        }}"""
    )


def sign_up(page: Page) -> None:
    """Sign a new user up."""
    email = f"{uuid.uuid4().hex}@example.com"
    fields = [{"id": "email", "value": email}, {"id": "password", "value": PASSWORD}]
    answer = page.evaluate(
        """async (formFields) => {
          const reply = await fetch("/auth/signup", {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ formFields }),
          });
          return (await reply.json()).status;
        }""",
        fields,
    )
    assert answer == "OK"


def status(page: Page, path: str) -> Any:
    """The status of a GET request."""
    return page.evaluate("async (path) => (await fetch(path)).status", path)
