"""axe finds no serious fault on the demo's pages and on pages of the documentation site."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.app import PASSWORD
from tests.browser.conftest import ROOT
from tests.browser.demo import Demo

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SITE = ROOT / "build" / "site"
SCHEMES = ("light", "dark")
#: Of the demo, whose pages say when they are ready.
DEMO = ("/", "/pyscript", "/worker", "/sign-in")
#: Of the site: plain text and tables, code of several languages, the reference, a long table.
DOCS = [
    "index.html",
    "how_to/another_origin.html",
    "reference/python.html",
    "options.html",
    *(["tutorial/index.html"] if (ROOT / "docs" / "tutorial" / "index.md").exists() else []),
]


def violations(page: Page, scheme: str) -> list[str]:
    """The faults that keep somebody from using the page, with the elements that have them."""
    if not page.evaluate("'axe' in globalThis"):
        page.add_script_tag(path=AXE)
    # The schemes differ in nothing but colours.
    only = {"runOnly": ["color-contrast"]} if scheme == "dark" else {}
    options = {"resultTypes": ["violations"], **only}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{fault['id']} ({fault['impact']}): {node['target']}: {node['failureSummary']}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


def open_in_scheme(new_context: Callable[..., BrowserContext], scheme: str) -> Page:
    # Without motion no colour is caught half way.
    return new_context(color_scheme=scheme, reduced_motion="reduce").new_page()


@pytest.mark.parametrize("path", DEMO)
def test_a_page_of_the_demo_is_accessible(
    demo: Demo, new_context: Callable[..., BrowserContext], path: str
) -> None:
    page = open_in_scheme(new_context, "light")
    page.goto(demo.origin + path)
    page.wait_for_selector("html[data-ready=true]")
    states = [lambda: None]
    if path == "/":
        states.append(lambda: sign_up(page))
    elif path == "/sign-in":
        states.append(lambda: show_all_steps(page))
    for reach in states:
        reach()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert violations(page, scheme) == [], scheme


def sign_up(page: Page) -> None:
    page.get_by_test_id("email").fill("axe@example.com")
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("sign-up").click()
    page.wait_for_selector("html[data-session=signed-in]")
    page.get_by_test_id("ten-calls").click()
    page.get_by_test_id("ten-result").get_by_text("200").first.wait_for()


def show_all_steps(page: Page) -> None:
    page.evaluate(
        "document.querySelectorAll('[hidden]').forEach((part) => { part.hidden = false })"
    )


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_of_the_documentation_is_accessible(
    demo: Demo, new_context: Callable[..., BrowserContext], scheme: str
) -> None:
    assert SITE.is_dir(), "make test builds the documentation site"
    page = open_in_scheme(new_context, scheme)
    for name in DOCS:
        page.goto(f"{demo.origin}/docs/{name}")
        assert violations(page, scheme) == [], name
