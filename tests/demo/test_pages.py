"""The pages and the files they load."""

import asyncio
import re

import httpx
import pytest
from fastapi import FastAPI

from demo.backend.documentation import Documentation
from demo.backend.pages import GUIDES
from tests.demo.running import ROOT, Visitor

PAGES = ["/", "/pyscript", "/worker"]
ALL_PAGES = [*PAGES, "/sign-in"]

# What the tests in a browser hold on to.
TEST_IDS = {
    "email",
    "password",
    "tenant",
    "mode-cookie",
    "mode-header",
    "sign-up",
    "sign-in",
    "sign-out",
    "form-error",
    "user-id",
    "tenant-id",
    "token-claims",
    "countdown",
    "call-protected",
    "protected-result",
    "ten-calls",
    "ten-result",
    "sessions",
    "session-row",
    "revoke",
    "refresh-sessions",
    "change-payload",
    "event-log",
    "request-log",
    "boot",
    "status",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_all_that_tests_look_for(visitor: Visitor, path):
    html = visitor.get(path).text
    found = re.findall(r'data-testid="([^"]+)"', html)
    assert set(found) >= TEST_IDS
    assert len(found) == len(set(found))


def test_the_pages_share_their_markup(visitor: Visitor):
    javascript, python, worker = (
        re.findall(r"<main.*?data-when=\"signed-out\"|id=\"[^\"]+\"", visitor.get(path).text)
        for path in PAGES
    )
    assert javascript == python
    more = [found for found in worker if found not in javascript]
    assert [found for found in worker if found not in more] == javascript
    assert all("work" in found for found in more)


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_is_never_kept_and_says_which_it_is(visitor: Visitor, path):
    response = visitor.get(path)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert re.findall(r'<a href="([^"]+)" aria-current="page"', response.text) == [path]


@pytest.mark.parametrize("path", ALL_PAGES)
def test_a_page_loads_nothing_from_elsewhere(visitor: Visitor, path):
    tags = " ".join(re.findall(r"<(?:script|link|img|a)\b[^>]*>", visitor.get(path).text))
    loaded = re.findall(r'(?:src|href|"interpreter")[=:] ?"([^"]+)"', tags)
    assert loaded
    assert all(address.startswith("/") for address in loaded)


def test_the_own_files_that_a_page_names_are_there(visitor: Visitor):
    for page in ALL_PAGES:
        for address in set(re.findall(r'"(/static/[^"]+)"', visitor.get(page).text)):
            response = visitor.get(address)
            assert response.status_code == 200, address
            assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/verify", "/sign-in/webauthn/recover"])
def test_links_in_messages_lead_to_a_page_that_sends_no_referrer(visitor: Visitor, path):
    response = visitor.get(path)
    assert response.headers["referrer-policy"] == "no-referrer"
    offered = re.findall(r'<option value="([^"]+)"', response.text)
    assert offered == ["public", "acme", "secure"]


def test_a_page_links_its_documentation_if_that_is_built(visitor: Visitor):
    assert '<a href="/docs/install/pyscript.html">' in visitor.get("/pyscript").text
    for address in ("/docs/", "/docs/install/pyscript.html"):
        response = visitor.get(address)
        assert (response.status_code, response.headers["cache-control"]) == (200, "no-cache")
    for page in ("/", "/worker", "/sign-in", "/mailbox"):
        assert "run <code>make docs</code>" in visitor.get(page).text, page


def test_documentation_can_be_built_while_the_demo_runs(tmp_path):
    documentation = Documentation(tmp_path / "site")
    app = FastAPI()
    app.mount("/docs", documentation.files())

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://demo") as browser:
            return await browser.get("/docs/demo.html")

    assert asyncio.run(get()).status_code == 404
    assert "make docs" in documentation.link("demo.html#the-mailbox")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "demo.html").write_text("The demo")
    assert asyncio.run(get()).text == "The demo"
    assert 'href="/docs/demo.html#the-mailbox"' in documentation.link("demo.html#the-mailbox")


def test_the_documentation_has_the_pages_that_the_demo_links():
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    for page in GUIDES.values():
        assert page.replace(".html", ".md") in settings, page


@pytest.mark.parametrize(
    ("address", "media_type"),
    [
        ("/static/app.js", "text/javascript"),
        ("/static/app.py", "text/x-python"),
        ("/static/work.py", "text/x-python"),
        ("/static/style.css", "text/css"),
        ("/static/icon.svg", "image/svg+xml"),
        ("/vendor/pyodide/pyodide.mjs", "text/javascript"),
        ("/vendor/pyodide/pyodide.asm.wasm", "application/wasm"),
    ],
)
def test_media_types(visitor: Visitor, address, media_type):
    content_type = visitor.get(address).headers["content-type"]
    assert content_type.partition(";")[0] == media_type


def test_vendor_files_are_kept_but_asked_about(visitor: Visitor):
    first = visitor.get("/vendor/pyscript/core.js")
    assert first.headers["cache-control"] == "no-cache"
    again = visitor.get(
        "/vendor/pyscript/core.js", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/docs/none.html", "/redoc", "/openapi.json", "/vendor/", "/static/x.js"]
)
def test_nothing_else_is_served(visitor: Visitor, path):
    assert visitor.get(path).status_code == 404
