"""Every HTTP client of Python's carries the session: what the table in the README promises."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.conftest import PAGE_TIMEOUT, ROOT, BrowserLog, serve_vendor
from tests.browser.demo import Demo
from tests.browser.python import Python

ECHO = "/api/echo"
ALWAYS_401 = "/api/always-401"
BODY = "grüezi, 1 €"


@dataclass(frozen=True)
class Client:
    """A client called in one way, and the error (package and class) that tells of an outage."""

    name: str
    way: str
    error: str
    #: Whether the error leads to its cause.
    explains: bool = True
    #: Some can only get.
    sends: bool = True

    def __str__(self) -> str:
        return f"{self.name}-{self.way}"


CLIENTS = [
    Client("pyfetch", "awaited", "pyodide.AbortError"),
    Client("pyscript.fetch", "awaited", "pyodide.JsException"),
    Client("js.fetch", "awaited", "pyodide.JsException"),
    Client("js.XMLHttpRequest", "awaited", "builtins.OSError", explains=False),
    Client("js.XMLHttpRequest, synchronous", "blocking", "pyodide.JsException"),
    Client("open_url", "blocking", "pyodide.JsException", sends=False),
    Client("pyxhr", "blocking", "pyodide.XHRError"),
    Client("urllib3", "suspending", "urllib3.ProtocolError"),
    Client("urllib3", "blocking", "urllib3.ProtocolError"),
    Client("requests", "suspending", "requests.ConnectionError"),
    Client("requests", "blocking", "requests.ConnectionError"),
    Client("httpx2.AsyncClient", "awaited", "httpx2.ConnectError"),
    Client("httpx2.Client", "suspending", "httpx2.ConnectError"),
    Client("httpx2.Client", "blocking", "httpx2.ConnectError"),
    Client("httpx.AsyncClient", "awaited", "httpx.ConnectError"),
    Client("httpx.Client", "suspending", "httpx.ConnectError"),
    Client("supertokens_pyodide.fetch", "awaited", "supertokens_pyodide.RefreshUnavailable"),
]
every_client = pytest.mark.parametrize("client", CLIENTS, ids=str)

PYTHONS = [
    pytest.param((mode, imported), id=f"{mode}-imported-{imported}")
    for mode in ("cookie", "header")
    for imported in ("before", "after")
]
# Where it plays no part when a client was imported.
one_for_each_mode = pytest.mark.parametrize("shared_python", PYTHONS[::2], indirect=True)
one_for_all = pytest.mark.parametrize("shared_python", PYTHONS[:1], indirect=True)


@pytest.fixture(scope="module", params=PYTHONS)
def shared_python(
    browser: Browser, demo_process: Demo, request: pytest.FixtureRequest
) -> Iterator[Python]:
    mode, imported = request.param
    context = browser.new_context()
    context.set_default_timeout(PAGE_TIMEOUT)
    with serve_vendor() as site:
        python = Python(demo_process, site, context.new_page(), mode, imported)
        assert bool(python.early) == (imported == "before")
        yield python
    context.close()


@pytest.fixture
def python(shared_python: Python, demo: Demo, browser_log: BrowserLog) -> Iterator[Python]:
    browser_log.watch(shared_python.context)
    shared_python.start_afresh()
    yield shared_python
    browser_log.unwatch(shared_python.context)


def calls(python: Python, mark: int) -> list[tuple[str, int]]:
    """What the backend has answered since; questions for leave to ask are the browser's affair."""
    found = python.demo.requests(mark)
    return [(call["path"], call["status"]) for call in found if call["method"] != "OPTIONS"]


@every_client
def test_a_request_carries_the_session(python: Python, client: Client) -> None:
    mark = python.demo.mark()
    told = python.call(client.name, client.way, "GET", PROTECTED)
    assert json.loads(told["text"])["userId"] == python.user_id
    assert told["status"] in (200, None)
    assert calls(python, mark) == [(PROTECTED, 200)]
    if client.way != "awaited":
        assert told["suspends"] == (client.way == "suspending")


@every_client
def test_a_request_survives_an_expired_token_and_keeps_its_body(
    python: Python, client: Client
) -> None:
    python.let_token_expire()
    mark = python.demo.mark()
    if client.sends:
        told = python.call(client.name, client.way, "POST", ECHO, BODY)
        assert told["status"] == 200
        assert json.loads(told["text"])["body"] == BODY
        path = ECHO
    else:
        told = python.call(client.name, client.way, "GET", PROTECTED)
        assert json.loads(told["text"])["userId"] == python.user_id
        path = PROTECTED
    assert calls(python, mark) == [(path, 401), (REFRESH, 200), (path, 200)]


@one_for_each_mode
@every_client
def test_an_outage_is_told_in_the_clients_own_way_and_keeps_the_session(
    python: Python, client: Client
) -> None:
    python.let_token_expire()
    python.break_refresh()
    told = python.call(client.name, client.way, "GET", PROTECTED)
    assert told["error"] == client.error
    if client.explains:
        assert told["cause"] == "REFRESH_UNAVAILABLE"
        assert "got no reply" in told["message"]
        assert "try again" in told["message"]
    python.start_afresh()
    told = python.call(client.name, client.way, "GET", PROTECTED)
    assert json.loads(told["text"])["userId"] == python.user_id


@one_for_all
@every_client
def test_a_refusal_is_a_reply_like_any_other(python: Python, client: Client) -> None:
    mark = python.demo.mark()
    told = python.call(client.name, client.way, "GET", ALWAYS_401)
    assert told["status"] in (401, None)
    assert "whatever you do" in told["text"]
    assert calls(python, mark) == [(ALWAYS_401, 401), (REFRESH, 200), (ALWAYS_401, 401)]


def test_the_readme_names_these_clients_and_their_errors() -> None:
    lines = (ROOT / "README.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:3] == "| `"]
    told = {name.replace("`", ""): cells for name, *cells in rows if len(cells) == 4}
    carried = {name for name, (page, *_) in told.items() if page == "yes"}
    assert carried == {client.name for client in CLIENTS}
    for client in CLIENTS:
        error = told[client.name][2]
        if client.explains:
            assert re.findall(r"`(\w+)`", error) == [client.error.rpartition(".")[2]]
