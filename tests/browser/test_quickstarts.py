"""The quickstarts of the README and of docs, as they are written: each fetches orders."""

import base64
import hashlib
import re
import uuid
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Route

from tests.browser.app import PASSWORD
from tests.browser.conftest import ROOT, BrowserLog
from tests.browser.demo import Demo
from tests.conftest import TIMEOUT

ORDERS = "/api/orders/1"


def code_of(page: str, heading: str, language: str, demo: Demo) -> str:
    """The first code under a heading; the API that it has invented is the demo's."""
    text = (ROOT / page).read_text("utf-8")
    chapter = f"\n{text}".split(f"\n{heading}\n")[1].split("\n## ")[0]
    code = re.findall(rf"```{language}\n(.*?)```", chapter, re.DOTALL)[0]
    code = code.replace("https://api.example.com/orders", demo.origin + ORDERS)
    return code.replace("https://api.example.com", demo.origin)


def policy_for(kind: str, html: str) -> str:
    """The strictest policy that docs/how_to/csp_and_deployment.md says a kind of page can have."""
    text = (ROOT / "docs/how_to/csp_and_deployment.md").read_text("utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {kind} |")]
    scripts, *others = re.findall(r"`([^`]+)`", row)
    inline = re.findall(r'<script(?: type="module")?>(.*?)</script>', html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in inline]
    allowed = " ".join([scripts, *(f"'sha256-{code}'" for code in hashes)])
    return "; ".join(["default-src 'self'", f"script-src {allowed}", *others])


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


def ensure_user(demo: Demo) -> None:
    """Sign up the user whom the quickstarts sign in, unless an earlier test has done so."""
    fields = {"email": "ann@example.com", "password": "correct-horse-7"}
    body = {"formFields": [{"id": name, "value": value} for name, value in fields.items()]}
    httpx.post(f"{demo.origin}/auth/signup", json=body, timeout=TIMEOUT).raise_for_status()


@pytest.mark.parametrize(
    ("guide", "heading", "kind"),
    [
        ("README.md", "## Quickstart: PyScript", None),
        ("README.md", "## Quickstart: Python in a worker", None),
        ("README.md", "## Quickstart: JavaScript", None),
        ("docs/install/pyscript.md", "# PyScript", "PyScript"),
        ("docs/install/worker.md", "## PyScript", "PyScript in a worker, and the shim"),
        ("docs/install/worker.md", "## Your own worker", "your own worker, and the shim"),
        ("docs/install/script-tag.md", "# JavaScript with script tags", "JavaScript"),
    ],
)
def test_a_quickstart_works_as_it_is_written(
    demo: Demo,
    new_context: Callable[..., BrowserContext],
    browser_log: BrowserLog,
    guide: str,
    heading: str,
    kind: str | None,
) -> None:
    html = code_of(guide, heading, "html", demo)
    policy, policy_of_worker = {}, {}
    if kind:
        # PyScript has Pyodide from a CDN unless the page says otherwise.
        html = html.replace("config='{", 'config=\'{"interpreter": "/pyodide/pyodide.mjs", ')
        policy["Content-Security-Policy"] = policy_for(kind, html)
        of_worker = policy_for("(the script of your own worker)", "")
        policy_of_worker["Content-Security-Policy"] = of_worker
    context = new_context()
    if "/worker.mjs" in html:
        worker = code_of(guide, heading, "js", demo)
        context.route(
            f"{demo.origin}/worker.mjs",
            lambda route: route.fulfill(
                body=worker, content_type="text/javascript", headers=policy_of_worker
            ),
        )
    context.route(
        re.compile(r"^https?://[^/]+/(pyodide|pyscript|supertokens|wheels)/"), from_vendor(demo)
    )
    context.route(
        f"{demo.origin}/quickstart",
        lambda route: route.fulfill(
            body=f"<!doctype html>{html}", content_type="text/html", headers=policy
        ),
    )
    signs_in = "correct-horse-7" in html
    if signs_in:
        ensure_user(demo)
    else:
        sign_up_without_sdk(context, demo)
    mark = demo.mark()
    page = context.new_page()
    with page.expect_response(lambda response: response.url.endswith(ORDERS)) as answered:
        page.goto(f"{demo.origin}/quickstart")
    assert answered.value.status == 200
    (request,) = [request for request in demo.requests(mark) if request["path"] == ORDERS]
    assert "st-auth-mode" in request["headers"]
    assert demo.count(mark, "/auth/signin") == signs_in
    assert browser_log.page_errors == []


def test_the_sign_in_form_signs_in(
    demo: Demo, new_context: Callable[..., BrowserContext], browser_log: BrowserLog
) -> None:
    html = code_of("docs/how_to/passwords.md", "## On the page", "html", demo)
    ensure_user(demo)
    context = new_context()
    context.route(re.compile(r"^https?://[^/]+/(pyodide|pyscript)/"), from_vendor(demo))
    pages = {"/quickstart": f"<!doctype html>{html}", "/": "signed in"}
    context.route(
        re.compile(rf"^{re.escape(demo.origin)}(/|/quickstart)$"),
        lambda route: route.fulfill(
            body=pages[urlsplit(route.request.url).path], content_type="text/html"
        ),
    )
    page = context.new_page()
    page.goto(f"{demo.origin}/quickstart")
    page.get_by_label("E-mail").fill("ann@example.com")
    for password, shown in {"wrong-1": "is wrong.", "correct-horse-7": "signed in"}.items():
        page.get_by_label("Password").fill(password)
        page.get_by_role("button").click()
        page.get_by_text(shown).wait_for()
    assert [cookie["name"] for cookie in context.cookies() if cookie["httpOnly"]]
    assert browser_log.page_errors == []
