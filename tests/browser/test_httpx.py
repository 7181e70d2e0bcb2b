"""httpx over the page's fetch: supertokens_pyodide.httpx, with what a browser can do of HTTP."""

import gzip
import json
import textwrap
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.browser.app import REFRESH
from tests.browser.conftest import BrowserLog
from tests.browser.python import PYTHONS, Python

pytestmark = pytest.mark.parametrize("shared_python", PYTHONS[:1], indirect=True, ids="-".join)

Answer = Callable[[BaseHTTPRequestHandler], None]
Run = Callable[[str], Any]


@pytest.fixture(params=["AsyncClient", "Client"])
def run(python: Python, request: pytest.FixtureRequest) -> Run:
    """Run code with `client`, and `site` for its page's origin; it leaves its outcome in `result`.

    It is written for the asynchronous client, and rewritten for the other.
    """
    code = """
import httpx
from supertokens_pyodide.httpx import AsyncFetchTransport

async def result_of(call):
    try:
        return await call()
    except Exception as error:
        return error_report(error)

async with httpx.AsyncClient(transport=AsyncFetchTransport()) as client:
{}
result
"""

    def run(steps: str) -> Any:
        whole = code.format(textwrap.indent(textwrap.dedent(steps), "    "))
        if request.param == "Client":
            for old, new in {
                "await anext": "next",
                "await ": "",
                "async ": "",
                "Async": "",
            }.items():
                whole = whole.replace(old, new)
            whole = whole.replace("aiter_", "iter_").replace("aread", "read")
        return python.run(f"site = {python.site.origin!r}\n{whole}")

    return run


def answer(
    body: bytes = b"", status: int = 200, length: int | None = None, **headers: str
) -> Answer:
    """Answer with a body, which may be only the beginning of one of a certain length."""

    def handle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        for name, text in headers.items():
            request.send_header(name.replace("_", "-"), text)
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True

    return handle


@pytest.fixture
def released() -> Any:
    """What keeps a server waiting until a test, or its end, releases it."""
    event = threading.Event()
    yield event
    event.set()


def test_a_response_is_read_while_it_arrives(
    python: Python, run: Run, released: threading.Event
) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        answer(b"first", length=11)(request)
        request.wfile.flush()
        released.wait()
        request.wfile.write(b"second")

    def release(request: BaseHTTPRequestHandler) -> None:
        answer()(request)
        released.set()

    python.site.pages |= {"/slow": slow, "/release": release}
    result = run(
        """
        async with client.stream("GET", f"{site}/slow") as response:
            pieces = response.aiter_bytes()
            first = await anext(pieces)
            await client.get(f"{site}/release")
            rest = [piece async for piece in pieces]
        result = [first.decode(), b"".join(rest).decode()]
        """
    )
    assert result == ["first", "second"]


@pytest.mark.parametrize("what", ["head", "body"])
def test_a_response_that_takes_too_long_is_a_read_timeout(
    python: Python, run: Run, released: threading.Event, what: str, browser_log: BrowserLog
) -> None:
    def slow(request: BaseHTTPRequestHandler) -> None:
        if what == "body":
            answer(b"first", length=11)(request)
            request.wfile.flush()
        released.wait()

    python.site.pages["/slow"] = slow
    reported = run('result = await result_of(lambda: client.get(f"{site}/slow", timeout=0.2))')
    assert reported["error"] == "httpx.ReadTimeout"
    browser_log.wait_for_line(python.page, "failed GET", "/slow")


def test_a_call_that_is_cancelled_ends_its_request(
    python: Python, released: threading.Event, browser_log: BrowserLog
) -> None:
    begun = threading.Event()

    def slow(_request: BaseHTTPRequestHandler) -> None:
        begun.set()
        released.wait()

    def once_begun(request: BaseHTTPRequestHandler) -> None:
        begun.wait()
        answer()(request)

    python.site.pages |= {"/slow": slow, "/begun": once_begun}
    ended = python.run(
        f"""
import asyncio, httpx
from supertokens_pyodide.httpx import AsyncFetchTransport
async with httpx.AsyncClient(transport=AsyncFetchTransport()) as client:
    call = asyncio.ensure_future(client.get("{python.site.origin}/slow"))
    await client.get("{python.site.origin}/begun")
    call.cancel()
    [outcome] = await asyncio.gather(call, return_exceptions=True)
type(outcome).__name__
"""
    )
    assert ended == "CancelledError"
    browser_log.wait_for_line(python.page, "failed GET", "/slow")


def test_a_response_that_breaks_off_is_a_read_error(python: Python, run: Run) -> None:
    python.site.pages["/broken"] = answer(b"first", length=11)
    reported = run('result = await result_of(lambda: client.get(f"{site}/broken"))')
    assert reported == {
        "error": "httpx.ReadError",
        "message": reported["message"],
        "cause": None,
        "hint": None,
    }


def test_a_server_that_cannot_be_reached_is_a_connect_error(python: Python, run: Run) -> None:
    reported = run('result = await result_of(lambda: client.get("http://localhost:1/"))')
    assert reported == {
        "error": "httpx.ConnectError",
        "message": "Failed to fetch",
        "cause": None,
        "hint": None,
    }


def test_a_url_of_no_web_server_is_refused(python: Python, run: Run) -> None:
    reported = run('result = await result_of(lambda: client.get("ftp://localhost/x"))')
    assert reported["error"] == "httpx.UnsupportedProtocol"


def test_the_browser_follows_redirects_and_the_url_is_the_final_one(
    python: Python, run: Run
) -> None:
    python.site.pages["/old"] = answer(status=302, location="/new")
    python.site.pages["/new"] = answer(b"here")
    result = run(
        """
        response = await client.get(f"{site}/old")
        result = [response.status_code, response.text, str(response.url), len(response.history)]
        """
    )
    assert result == [200, "here", f"{python.site.origin}/new", 0]


def test_a_compressed_response_is_decoded_once(python: Python, run: Run) -> None:
    python.site.pages["/packed"] = answer(gzip.compress(b"x" * 1000), content_encoding="gzip")
    result = run(
        """
        response = await client.get(f"{site}/packed")
        result = [response.text, "content-encoding" in response.headers, response.reason_phrase]
        """
    )
    assert result == ["x" * 1000, False, "OK"]


def test_headers_arrive_but_those_that_are_the_browsers(python: Python, run: Run) -> None:
    def echo(request: BaseHTTPRequestHandler) -> None:
        names = ("x-own", "user-agent", "cookie", "accept")
        reported = {name: request.headers.get_all(name) for name in names}
        answer(json.dumps(reported).encode(), x_response="grüezi")(request)

    python.site.pages["/headers"] = echo
    result = run(
        """
        headers = [("x-own", "1"), ("x-own", "2"), ("user-agent", "me"), ("accept", "text/x")]
        response = await client.get(f"{site}/headers", headers=headers, cookies={"mine": "1"})
        result = [response.json(), response.headers["x-response"]]
        """
    )
    sent, reported = result
    assert sent["x-own"] == ["1, 2"]
    assert sent["accept"] == ["text/x"]
    assert "me" not in sent["user-agent"]
    assert "mine" not in str(sent["cookie"])
    assert reported == "grüezi"


def test_a_body_that_can_be_read_once_only_survives_a_refresh(python: Python, run: Run) -> None:
    python.let_token_expire()
    mark = python.demo.mark()
    result = run(
        """
        async def pieces():
            yield b"one, "
            yield b"two"
        result = (await client.post(f"{api}/api/echo", content=pieces())).json()["body"]
        """
    )
    assert result == "one, two"
    assert python.demo.count(mark, REFRESH, 200) == 1


def test_a_client_that_cannot_wait_gets_an_error(python: Python) -> None:
    reported = python.call("httpx.Client", "blocking", "GET", "/api/public")
    assert reported["error"] == "httpx.TransportError"
    assert reported["cause"] == "UNSUPPORTED_PLATFORM"
