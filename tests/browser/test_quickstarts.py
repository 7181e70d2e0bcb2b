"""The quickstarts of the README and of docs/install, as they are written: each fetches orders."""

import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Route

from tests.browser.app import PASSWORD
from tests.browser.conftest import ROOT, BrowserLog
from tests.browser.demo import Demo

ORDERS = "/api/orders/1"


def code_of(page: str, heading: str, language: str, demo: Demo) -> str:
    """The first code under a heading; the API that it has invented is the demo's."""
    text = (ROOT / page).read_text("utf-8")
    chapter = f"\n{text}".split(f"\n{heading}\n")[1].split("\n## ")[0]
    code = re.findall(rf"```{language}\n(.*?)```", chapter, re.DOTALL)[0]
    code = code.replace("https://api.example.com/orders", demo.origin + ORDERS)
    return code.replace("https://api.example.com", demo.origin)


def from_vendor(demo: Demo) -> Callable[[Route], None]:
    """Serve what a site keeps itself, and what PyScript would have from a CDN."""

    def serve(route: Route) -> None:
        path = re.sub(r"^/pyodide/v[\d.]+/full/", "/pyodide/", urlsplit(route.request.url).path)
        path = re.sub(r"^/pyodide/v[\d.]+/", "/", path)
        route.fulfill(response=route.fetch(url=f"{demo.origin}/vendor{path}"))

    return serve


def sign_up_without_sdk(context: BrowserContext, demo: Demo) -> None:
    """Leave a new user's httpOnly cookies behind, and nothing else."""
    fields = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
    body = {"formFields": [{"id": name, "value": value} for name, value in fields.items()]}
    headers = {"st-auth-mode": "cookie"}
    response = context.request.post(f"{demo.origin}/auth/signup", data=body, headers=headers)
    assert response.json()["status"] == "OK"


@pytest.mark.parametrize(
    ("guide", "heading"),
    [
        ("README.md", "## Quickstart: PyScript"),
        ("README.md", "## Quickstart: Python in a worker"),
        ("README.md", "## Quickstart: JavaScript"),
        ("docs/install/pyscript.md", "# PyScript"),
        ("docs/install/worker.md", "## PyScript"),
        ("docs/install/worker.md", "## Your own worker"),
        ("docs/install/script-tag.md", "# JavaScript with script tags"),
    ],
)
def test_a_quickstart_works_as_it_is_written(
    demo: Demo,
    new_context: Callable[..., BrowserContext],
    browser_log: BrowserLog,
    guide: str,
    heading: str,
) -> None:
    html = code_of(guide, heading, "html", demo)
    context = new_context()
    if "/worker.mjs" in html:
        worker = code_of(guide, heading, "js", demo)
        context.route(
            f"{demo.origin}/worker.mjs",
            lambda route: route.fulfill(body=worker, content_type="text/javascript"),
        )
    context.route(
        re.compile(r"^https?://[^/]+/(pyodide|pyscript|supertokens|wheels)/"), from_vendor(demo)
    )
    context.route(
        f"{demo.origin}/quickstart",
        lambda route: route.fulfill(body=f"<!doctype html>{html}", content_type="text/html"),
    )
    sign_up_without_sdk(context, demo)
    mark = demo.mark()
    page = context.new_page()
    with page.expect_response(lambda response: response.url.endswith(ORDERS)) as answered:
        page.goto(f"{demo.origin}/quickstart")
    assert answered.value.status == 200
    (request,) = [request for request in demo.requests(mark) if request["path"] == ORDERS]
    assert "st-auth-mode" in request["headers"]
    assert browser_log.page_errors == []
