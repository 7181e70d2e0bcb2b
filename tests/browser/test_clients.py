"""Every HTTP client of Python's carries the session, as the table in docs/http-clients.md says."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.python import PYTHONS, Python
from tests.conftest import ROOT

ECHO = "/api/echo"
ALWAYS_401 = "/api/always-401"
BODY = "grüezi, 1 €"


@dataclass(frozen=True)
class Client:
    """A client called in one way, and the error (package and class) of an outage."""

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
    Client("open_url", "suspending", "pyodide.JsException", sends=False),
    Client("open_url", "blocking", "pyodide.JsException", sends=False),
    Client("pyxhr", "suspending", "pyodide.XHRError"),
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
BLOCKING = [client for client in CLIENTS if client.way == "blocking"]


def only(*pythons: tuple[str, str, str]) -> pytest.MarkDecorator:
    """Leave a test to these Pythons, for what is the same in the others."""
    return pytest.mark.parametrize("shared_python", pythons, indirect=True, ids="-".join)


# In this order: pytest groups tests by the place that a parameter has in their list.
ONE, OTHER, BARE_WORKER = PYTHONS[:3]


def calls(python: Python, mark: int) -> list[tuple[str, int]]:
    """What the backend has answered since; questions for leave to ask are the browser's affair."""
    found = python.demo.requests(mark)
    return [(call["path"], call["status"]) for call in found if call["method"] != "OPTIONS"]


def ask_for_something(python: Python, client: Client) -> dict[str, Any]:
    """Post a body to an endpoint that echoes it, if the client can; else make a GET request."""
    if client.sends:
        return python.call(client.name, client.way, "POST", ECHO, BODY)
    return python.call(client.name, client.way, "GET", PROTECTED)


def expect_the_response(python: Python, client: Client, reported: dict[str, Any]) -> str:
    """Check the response to ``ask_for_something``; returns the endpoint."""
    assert reported["status"] in (200, None)
    response = json.loads(reported["text"])
    if client.sends:
        assert response["body"] == BODY
        return ECHO
    assert response["userId"] == python.user_id
    return PROTECTED


@pytest.fixture(autouse=True)
def pyscript_is_there(request: pytest.FixtureRequest) -> None:
    names = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    client, where = names.get("client"), names.get("shared_python", ONE)[0]
    if client and (client.name, where) == ("pyscript.fetch", "bare-worker"):
        pytest.skip("bare Pyodide has no PyScript")


@every_client
def test_a_request_carries_the_session(python: Python, client: Client) -> None:
    mark = python.demo.mark()
    reported = python.call(client.name, client.way, "GET", PROTECTED)
    assert reported["status"] in (200, None)
    assert json.loads(reported["text"])["userId"] == python.user_id
    assert calls(python, mark) == [(PROTECTED, 200)]
    if client.way != "awaited":
        assert reported["suspends"] == (client.way == "suspending")


@every_client
def test_a_request_survives_an_expired_token_and_keeps_its_body(
    python: Python, client: Client
) -> None:
    python.let_token_expire()
    mark = python.demo.mark()
    reported = ask_for_something(python, client)
    if python.where != "page" and client.way == "blocking":
        # A blocked worker cannot refresh; the refresh continues in parallel, for the next request.
        assert reported["status"] in (401, None)
        assert "try refresh token" in reported["text"]
        assert python.run("await supertokens.does_session_exist()") is True
        reported = ask_for_something(python, client)
    path = expect_the_response(python, client, reported)
    # No token that is known to have expired is sent, unless its caller cannot wait.
    refused = [(path, 401)] if python.where != "page" and client.way == "blocking" else []
    assert calls(python, mark) == [*refused, (REFRESH, 200), (path, 200)]


@only(BARE_WORKER)
@pytest.mark.parametrize("client", BLOCKING, ids=str)
def test_a_worker_that_will_be_blocked_refreshes_before(python: Python, client: Client) -> None:
    python.let_token_expire()
    mark = python.demo.mark()
    assert python.run("await supertokens.ensure_fresh()") is True
    path = expect_the_response(python, client, ask_for_something(python, client))
    assert calls(python, mark) == [(REFRESH, 200), (path, 200)]


@only(BARE_WORKER)
def test_what_is_not_the_apis_has_nothing_refreshed(python: Python) -> None:
    python.let_token_expire()
    mark = python.demo.mark()
    reported = python.run(
        """
from pyodide.ffi import can_run_sync
from pyodide.http import open_url

[can_run_sync(), open_url("data:text/plain,foreign").read()]
"""
    )
    assert reported == [True, "foreign"]
    assert calls(python, mark) == []


@only(ONE)
@every_client
def test_an_outage_is_the_clients_own_error_and_keeps_the_session(
    python: Python, client: Client
) -> None:
    python.let_token_expire()
    python.break_refresh()
    reported = python.call(client.name, client.way, "GET", PROTECTED)
    assert reported["error"] == client.error
    if client.explains:
        assert reported["cause"] == "REFRESH_UNAVAILABLE"
        assert "got no response" in reported["message"]
        # Some clients take over the message alone, which says what happened.
        assert "try again" in reported["hint"]
    python.start_afresh()
    reported = python.call(client.name, client.way, "GET", PROTECTED)
    assert json.loads(reported["text"])["userId"] == python.user_id


@only(ONE)
@every_client
def test_a_refusal_is_a_response_like_any_other(python: Python, client: Client) -> None:
    mark = python.demo.mark()
    reported = python.call(client.name, client.way, "GET", ALWAYS_401)
    assert reported["status"] in (401, None)
    assert "whatever you do" in reported["text"]
    assert calls(python, mark) == [(ALWAYS_401, 401), (REFRESH, 200), (ALWAYS_401, 401)]


@only(ONE)
def test_diagnose_knows_if_requests_needs_permission(python: Python, engine: str) -> None:
    report = "(await supertokens.diagnose()).findings"
    [ok] = python.run(f"import requests\n[x.ok for x in {report} if x.code == 'USER_AGENT']")
    assert ok is (None if engine == "firefox" else True)


@only(ONE)
def test_our_own_fetch_takes_plain_values(python: Python) -> None:
    reported = python.run(
        """
posts = [
    {"body": {"a": ["ü", 1]}},
    {"body": [1], "headers": {"Content-Type": "application/x-mine"}},
    {"body": "text", "headers": {}, "credentials": "include"},
    {"body": b"bytes"},
]
responses = [await supertokens.fetch(f"{api}/api/echo", method="POST", **post) for post in posts]
[await response.json() for response in responses]
"""
    )
    assert [(response["body"], response["contentType"]) for response in reported] == [
        ('{"a": ["\\u00fc", 1]}', "application/json"),
        ("[1]", "application/x-mine"),
        ("text", "text/plain;charset=UTF-8"),
        ("bytes", None),
    ]


@only(ONE, OTHER)
def test_the_cause_is_not_another_error_that_is_being_handled(python: Python) -> None:
    python.let_token_expire()
    python.break_refresh()
    reported = python.run(
        """
from pyodide.http import pyfetch

async def cause(url):
    try:
        await pyfetch(url)
    except OSError as error:
        return error_report(error)["cause"]

async def cause_while_handling(failure, url):
    try:
        raise failure
    except Exception:
        return await cause(url)

[
    await cause_while_handling(ValueError("not ours"), f"{api}/api/protected"),
    await cause_while_handling(supertokens.SuperTokensError("ours"), "http://localhost:1/"),
]
"""
    )
    assert reported == ["REFRESH_UNAVAILABLE", None]


def test_the_documentation_names_these_clients_and_their_errors() -> None:
    lines = (ROOT / "docs/http-clients.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines if line[:3] == "| `"]
    reported = {name.replace("`", ""): cells for name, *cells in rows if len(cells) == 4}
    carried = {name for name, (page, *_) in reported.items() if page == "yes"}
    assert carried == {client.name for client in CLIENTS}
    waiting = {client.name for client in CLIENTS if client.way != "blocking"}
    for client in CLIENTS:
        _, worker, error, _ = reported[client.name]
        assert worker == ("yes" if client.name in waiting else "carried only")
        if client.explains:
            assert re.findall(r"`(\w+)`", error) == [client.error.rpartition(".")[2]]
