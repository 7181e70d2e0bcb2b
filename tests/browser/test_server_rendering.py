"""docs/how_to/server_rendering.md: a page of the server, before and after its token has expired."""

import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.app import PASSWORD
from tests.browser.conftest import VENDOR, BrowserLog
from tests.conftest import TIMEOUT
from tests.how_to.running import backend
from tests.local_core.running import running_core

SETTINGS = 'globalThis.supertokensPyodide = { indexURL: "/supertokens/pyodide/" };'


def serve_files(route: Route) -> None:
    """What `npx supertokens-pyodide copy supertokens` would have written."""
    path = urlsplit(route.request.url).path.removeprefix("/supertokens/")
    if path == "settings.js":
        route.fulfill(body=SETTINGS, content_type="text/javascript")
    else:
        route.fulfill(path=VENDOR / re.sub(r"^supertokens\.", "supertokens/supertokens.", path))


def set_token_life(core: str, seconds: int) -> None:
    """How long access tokens of the app are valid that are issued from now on."""
    body = {"appId": "ssr", "coreConfig": {"access_token_validity": seconds}}
    url = f"{core}/recipe/multitenancy/app/v2"
    httpx.put(url, json=body, timeout=TIMEOUT).raise_for_status()


def test_a_server_renders_pages_for_the_session(
    new_context: Callable[..., BrowserContext], browser_log: BrowserLog
) -> None:
    with running_core() as core:
        set_token_life(core, 3600)
        environment = {"SUPERTOKENS_CONNECTION_URI": f"{core}/appid-ssr"}
        with backend("server_rendering.md", "ssr_backend.py", **environment) as origin:
            context = new_context(base_url=origin)
            context.route(re.compile("/supertokens/"), serve_files)
            page = context.new_page()
            page.goto("/")
            expect(page).to_have_title("Sign in")

            headers = {"st-auth-mode": "cookie"}
            fields = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
            form = {"formFields": [{"id": name, "value": value} for name, value in fields.items()]}
            signed_up = context.request.post("/auth/signup", data=form, headers=headers)
            user = signed_up.json()["user"]["id"]
            page.goto("/")
            expect(page.get_by_text(user)).to_be_visible()

            set_token_life(core, 1)
            assert context.request.post("/auth/session/refresh", headers=headers).ok
            while user in context.request.get("/").text():
                pass
            set_token_life(core, 3600)
            page.goto("/")
            expect(page.get_by_text(user)).to_be_visible()
            assert browser_log.page_errors == []
