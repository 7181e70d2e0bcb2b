"""One browser for all tests (see engines.py); a fresh context, page and log for each test.

Fixtures: `page` and `context` for the common case, `new_context(**options)` for a second user or
special options, `browser_log` for what the pages said and asked for, `vendor_site` for a server
with nothing but build/vendor, the tests' wheels and the pages that a test gives it, `demo` for the
running demo.

When a test fails, its report shows the log, and build/test-artifacts/ has the log and a screenshot
of every open page. With TRACE=1 it has a trace as well (`playwright show-trace FILE`).

A test here cannot use `asyncio.run` in the main thread (see ../conftest.py); in another it can.
"""

import contextlib
import functools
import http.server
import os
import re
import shutil
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Request,
    Response,
    WebError,
    expect,
)

from tests.browser.demo import LONG, Demo
from tests.browser.python import PYTHONS, Python
from tests.browser.spa import Spa
from tests.conftest import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "build" / "vendor"
ARTIFACTS = ROOT / "build" / "test-artifacts"

LOCAL_HOSTS = re.compile(r"(localhost|127\.0\.0\.1|.*\.localhost|.*\.test)")

#: In milliseconds, for all that Playwright waits for, expectations included.
PAGE_TIMEOUT = TIMEOUT * 1000
expect.set_options(timeout=PAGE_TIMEOUT)


@dataclass
class BrowserLog:
    """What the pages of one test said and asked for, in order."""

    lines: list[str] = field(default_factory=list)
    #: Console messages of type error.
    console_errors: list[str] = field(default_factory=list)
    #: Exceptions that nothing caught.
    page_errors: list[str] = field(default_factory=list)
    #: Addresses of all requests, except those to data: and blob:.
    requests: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    @property
    def foreign_requests(self) -> list[str]:
        """The requests for something that is not on this machine."""
        return [u for u in self.requests if not LOCAL_HOSTS.fullmatch(urlsplit(u).hostname or "")]

    def wait_for_line(self, page: Page, *parts: str) -> str:
        """Wait until there is a line with these parts: what a browser says comes when it comes."""
        while not (found := [line for line in self.lines if all(part in line for part in parts)]):
            page.wait_for_timeout(20)
        return found[0]

    @contextlib.contextmanager
    def watching(self, *contexts: BrowserContext) -> Iterator[None]:
        """Watch contexts that outlive the test."""
        for context in contexts:
            self.watch(context)
        yield
        for context in contexts:
            self.contexts.remove(context)
            for event, handler in self._handlers().items():
                context.remove_listener(event, handler)

    def watch(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        for event, handler in self._handlers().items():
            context.on(event, handler)

    def _handlers(self) -> dict[Any, Callable[[Any], None]]:
        return {
            "console": self._on_console,
            "weberror": self._on_error,
            "request": self._on_request,
            "response": self._on_response,
            "requestfailed": self._on_failure,
        }

    def _on_console(self, message: ConsoleMessage) -> None:
        self.lines.append(f"console.{message.type}: {message.text}")
        if message.type == "error":
            self.console_errors.append(message.text)

    def _on_error(self, error: WebError) -> None:
        text = str(error.error.stack or error.error)
        self.lines.append(f"uncaught: {text}")
        # What Firefox has to say itself, of a request that CORS forbids, say, has no stack.
        if not text.endswith("\nundefined"):
            self.page_errors.append(text)

    def _on_request(self, request: Request) -> None:
        if request.url.startswith("http"):
            self.requests.append(request.url)

    def _on_response(self, response: Response) -> None:
        # Requests that succeed would bury the rest; a failing journey shows in its API calls.
        if response.status >= 300 or response.request.resource_type in {"fetch", "xhr"}:
            self.lines.append(f"{response.status} {response.request.method} {response.url}")

    def _on_failure(self, request: Request) -> None:
        self.lines.append(f"failed {request.method} {request.url}: {request.failure}")

    def save(self, folder: Path) -> None:
        """Keep the log and a picture of each page."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "browser.log").write_text("\n".join(self.lines) + "\n", "utf-8")
        pages = [page for context in self.contexts for page in context.pages]
        for number, page in enumerate(pages, 1):
            # A page that hangs has no picture, which must not hide why the test failed.
            with contextlib.suppress(Error):
                page.screenshot(path=folder / f"page-{number}.png", timeout=5_000)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    log = getattr(item, "funcargs", {}).get("browser_log")
    if report.failed and report.when != "teardown" and isinstance(log, BrowserLog):
        folder = artifacts_of(item)
        log.save(folder)
        report.sections.append(("browser", "\n".join(log.lines[-60:])))
        report.sections.append(("kept", str(folder.relative_to(ROOT))))
    return report


def artifacts_of(item: pytest.Item) -> Path:
    return ARTIFACTS / re.sub(r"[^\w.-]+", "-", item.nodeid.removeprefix("tests/browser/"))


@contextlib.contextmanager
def open_context(browser: Browser, **options: Any) -> Iterator[BrowserContext]:
    """A browser profile of its own, with the options of Browser.new_context."""
    context = browser.new_context(**options)
    context.set_default_timeout(PAGE_TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def browser_log() -> BrowserLog:
    return BrowserLog()


@pytest.fixture
def new_context(
    browser: Browser, browser_log: BrowserLog, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """Make a context: a browser profile of its own, with the options of Browser.new_context."""
    tracing = bool(os.environ.get("TRACE"))
    stack = contextlib.ExitStack()

    def new_context(**options: Any) -> BrowserContext:
        context = stack.enter_context(open_context(browser, **options))
        browser_log.watch(context)
        if tracing:
            context.tracing.start(screenshots=True, snapshots=True)
        return context

    with stack:
        yield new_context
        for number, context in enumerate(browser_log.contexts, 1):
            if tracing:
                context.tracing.stop(path=artifacts_of(request.node) / f"trace-{number}.zip")


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@dataclass
class VendorSite:
    """A server with build/vendor, build/test_wheels, and the pages put into `pages`."""

    origin: str
    #: By path: HTML (or a module, *.mjs), or a function that answers.
    pages: dict[str, str | Callable[[http.server.BaseHTTPRequestHandler], None]] = field(
        default_factory=dict
    )
    #: Sent with every answer.
    headers: dict[str, str] = field(default_factory=dict)


# Independent of the machine's own tables.
CONTENT_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    "": "application/octet-stream",
}


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Serves one VendorSite, set as the attribute `site` of a subclass."""

    site: VendorSite
    protocol_version = "HTTP/1.1"
    extensions_map = CONTENT_TYPES

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        page = self.site.pages.get(path)
        if callable(page):
            page(self)
        elif page is not None:
            body = page.encode()
            self.send_response(200)
            kind = "javascript" if path.endswith(".mjs") else "html"
            self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        elif path.startswith(("/vendor/", "/test_wheels/")):
            super().do_GET()
        else:
            self.send_error(404)

    # For pages that are functions.
    do_POST = do_OPTIONS = do_GET

    def end_headers(self) -> None:
        for name, text in self.site.headers.items():
            self.send_header(name, text)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        pass


#: Servers that no test uses. A browser knows the files of an address that it has seen before.
_idle_sites: list[VendorSite] = []


@contextlib.contextmanager
def serve_vendor() -> Iterator[VendorSite]:
    site = _idle_sites.pop() if _idle_sites else start_vendor_site()
    yield site
    site.pages.clear()
    site.headers.clear()
    _idle_sites.append(site)


def start_vendor_site() -> VendorSite:
    """Start a server that ends with the tests."""
    site = VendorSite(origin="")
    handler = type("Handler", (_Handler,), {"site": site})
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *args: handler(*args, directory=VENDOR.parent)
    )
    site.origin = f"http://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return site


@pytest.fixture
def vendor_site() -> Iterator[VendorSite]:
    with serve_vendor() as site:
        yield site


@pytest.fixture(scope="session")
def demo_process() -> Iterator[Demo]:
    demo = Demo("--provider")
    yield demo
    demo.stop()


@pytest.fixture
def demo(demo_process: Demo) -> Demo:
    """The demo, one for all tests, whose access tokens live long unless a test says otherwise."""
    demo_process.set_token_life(LONG)
    return demo_process


@pytest.fixture(scope="module", params=["cookie", "header", "worker"])
def spa_kind(request: pytest.FixtureRequest) -> str:
    """In cookies or in headers by Python on the page, or in cookies by Python in a worker of it."""
    return str(request.param)


@pytest.fixture(scope="module")
def spa_mode(spa_kind: str) -> str:
    return "header" if spa_kind == "header" else "cookie"


@pytest.fixture(scope="session")
def spas(browser: Browser, demo_process: Demo) -> Iterator[Callable[[str, str], Spa]]:
    """The demo's JavaScript page by kind and mode, opened once for all modules that need it."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def open_spa(kind: str, mode: str) -> Spa:
            context = stack.enter_context(open_context(browser))
            page, in_worker = context.new_page(), kind == "worker"
            return Spa(demo_process, page, mode, from_image=not in_worker, in_worker=in_worker)

        yield open_spa


@pytest.fixture(scope="module")
def shared_spa(spas: Callable[[str, str], Spa], spa_kind: str, spa_mode: str) -> Iterator[Spa]:
    spa = spas(spa_kind, spa_mode)
    yield spa
    spa.rest()


@pytest.fixture
def spa(shared_spa: Spa, demo: Demo, browser_log: BrowserLog) -> Iterator[Spa]:
    """The demo's JavaScript page with a new user signed in."""
    with browser_log.watching(shared_spa.page.context):
        shared_spa.start_afresh()
        yield shared_spa


@pytest.fixture(scope="module", params=PYTHONS, ids="-".join)
def shared_python(
    browser: Browser, demo_process: Demo, request: pytest.FixtureRequest
) -> Iterator[Python]:
    where, mode, imported = request.param
    log = BrowserLog()
    with open_context(browser) as context, serve_vendor() as site:
        with log.watching(context):
            try:
                python = Python(demo_process, site, context.new_page(), where, mode, imported)
                assert bool(python.early) == (imported == "before")
            except Exception as error:
                error.add_note("\n".join(log.lines[-60:]))
                raise
        yield python


@pytest.fixture
def python(shared_python: Python, demo: Demo, browser_log: BrowserLog) -> Iterator[Python]:
    """Python with HTTP clients in it and a user signed in, in a page of another origin."""
    with browser_log.watching(shared_python.page.context):
        shared_python.start_afresh()
        yield shared_python
