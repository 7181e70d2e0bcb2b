"""A page with nothing on it but the SDK, on the demo's origin or on another."""

import uuid
from typing import Any

from playwright.sync_api import BrowserContext, Frame, Page

from tests.browser.app import PASSWORD
from tests.browser.demo import Demo
from tests.browser.images import start_from_image

# Any address of the demo's serves: what is shown there plays no part.
PATH = "/api/public"
SETTINGS = "globalThis.supertokensPyodide = { indexURL: '/vendor/pyodide/' };"


def open_plain(
    demo: Demo,
    context: BrowserContext,
    script: str = "",
    host: str = "",
    *,
    from_image: bool = False,
) -> Page:
    """Open a page of the demo's origin, or on `host`, on which nothing runs but `script`."""
    page = context.new_page()
    page.add_init_script(SETTINGS + script)
    page.goto(origin_on(demo, host) + PATH)
    if from_image:
        start_from_image(page)
    return page


def origin_on(demo: Demo, host: str) -> str:
    """The demo under another name of this machine."""
    return demo.origin.replace("localhost", host or "localhost")


def start(page: Page | Frame, options: str = "{}") -> None:
    """Load the script bundle and initialise it."""
    page.add_script_tag(url="/vendor/supertokens/supertokens.iife.js")
    page.evaluate(
        f"""() => {{
          supertokens.init({{ apiDomain: location.origin, ...{options} }});
          return supertokens.ready();
        }}"""
    )


def sign_up(page: Page | Frame, api: str = "") -> None:
    """Sign a new user up, at an API on another origin if `api` names one."""
    email = f"{uuid.uuid4().hex}@example.com"
    fields = [{"id": "email", "value": email}, {"id": "password", "value": PASSWORD}]
    answer = page.evaluate(
        """async ([api, formFields]) => {
          const response = await fetch(`${api}/auth/signup`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ formFields }),
          });
          return (await response.json()).status;
        }""",
        [api, fields],
    )
    assert answer == "OK"


def status(page: Page | Frame, path: str) -> Any:
    """The status of a GET request."""
    return page.evaluate("async (path) => (await fetch(path)).status", path)
