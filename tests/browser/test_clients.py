"""Every HTTP client of Python's carries the session: what the table in the README promises."""

import json
import re
from dataclasses import dataclass

import pytest

from tests.browser.app import PROTECTED, REFRESH
from tests.browser.python import PYTHONS, Python
from tests.conftest import ROOT

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
# Where it plays no part when a client was imported.
one_for_each_mode = pytest.mark.parametrize("shared_python", PYTHONS[::2], indirect=True)
one_for_all = pytest.mark.parametrize("shared_python", PYTHONS[:1], indirect=True)


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


@one_for_all
def test_our_own_fetch_takes_plain_values(python: Python) -> None:
    told = python.run(
        """
posts = [
    {"body": {"a": ["ü", 1]}},
    {"body": [1], "headers": {"Content-Type": "application/x-mine"}},
    {"body": "text", "headers": {}, "credentials": "include"},
    {"body": b"bytes"},
]
replies = [await supertokens.fetch(f"{api}/api/echo", method="POST", **post) for post in posts]
[await reply.json() for reply in replies]
"""
    )
    assert [(reply["body"], reply["contentType"]) for reply in told] == [
        ('{"a": ["\\u00fc", 1]}', "application/json"),
        ("[1]", "application/x-mine"),
        ("text", "text/plain;charset=UTF-8"),
        ("bytes", None),
    ]


@pytest.mark.parametrize("shared_python", PYTHONS[:2], indirect=True)
def test_the_cause_is_told_from_what_else_is_being_handled(python: Python) -> None:
    python.let_token_expire()
    python.break_refresh()
    told = python.run(
        """
from pyodide.http import pyfetch

async def cause(url):
    try:
        await pyfetch(url)
    except OSError as error:
        return error_told(error)["cause"]

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
    assert told == ["REFRESH_UNAVAILABLE", None]


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
