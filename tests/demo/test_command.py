"""`python -m demo`, from its first line to its end."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from demo.__main__ import parse
from demo.backend.core import Core, local_core, wait_until_it_answers
from demo.backend.errors import StartError
from demo.backend.run import run
from tests.browser.demo import Demo as BrowserDemo
from tests.conftest import TIMEOUT
from tests.demo.running import ROOT, TOKEN_LIFE, Visitor, command, environment, running_demo
from tests.local_core.running import running_core


def failing(*arguments: str, **env: str) -> str:
    """Run a command that has to fail; returns what it says."""
    ended = subprocess.run(
        arguments, cwd=ROOT, env=environment(**env), capture_output=True, text=True, timeout=TIMEOUT
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def test_it_prints_its_address_and_stops_on_a_signal_with_a_connection_open(vendor):
    with running_demo(vendor) as demo, httpx.Client(timeout=TIMEOUT) as client:
        assert re.fullmatch(
            r"Demo: (http://localhost:\d+)/ \(JavaScript\) · \1/pyscript \(Python\) · "
            r"\1/worker \(Python in a worker\) · \1/sign-in\n",
            demo.line,
        )
        assert client.get(demo.origin + "/api/public").status_code == 200
        assert demo.notes == ""
        assert demo.interrupt(signal.SIGINT) == (0, "")
        with pytest.raises(httpx.ConnectError):
            httpx.get(demo.origin + "/api/public", timeout=TIMEOUT)


def test_a_port_in_use(vendor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = failing(*command(vendor, "--port", str(port)))
    assert f"port {port}" in line
    assert "in use" in line


@pytest.fixture
def cannot_start(monkeypatch):
    """Start the demo in this process; what the command prints as it ends (see a port in use)."""
    for name in environment().keys() ^ os.environ.keys():
        monkeypatch.delenv(name)

    def start(vendor: Path, *options: str) -> str:
        with pytest.raises(StartError) as refused:
            run(parse(["--vendor", str(vendor), "--port", "0", *options]))
        return str(refused.value)

    return start


def test_a_core_port_in_use(vendor, cannot_start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port}" in cannot_start(vendor, "--core-port", str(port))


def test_nothing_to_serve(tmp_path, cannot_start):
    assert "make demo" in cannot_start(tmp_path)


def test_a_file_keeps_the_users_and_their_sessions(vendor, tmp_path, email):
    options = ("--db", str(tmp_path / "core.db"))
    with running_demo(vendor, *options) as demo, Visitor(demo.origin) as visitor:
        visitor.sign_up(email, tenant="acme")
        cookies = visitor.cookies
    with running_demo(vendor, *options) as demo, Visitor(demo.origin) as visitor:
        visitor.cookies = cookies
        refreshed = visitor.post("/auth/session/refresh", headers={"rid": "session"})
        assert refreshed.status_code == 200
        assert visitor.get("/api/tenant").json() == {"tenantId": "acme"}
        visitor.sign_in(email, tenant="acme")


def test_a_file_that_holds_something_else(vendor, tmp_path, cannot_start):
    file = tmp_path / "letter.txt"
    file.write_text("Dear core, ...\n" * 100)
    assert str(file) in cannot_start(vendor, "--db", str(file))
    assert file.read_text().startswith("Dear core")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--port", "65536"), ("--core-port", "-1"), ("--access-token-validity", "0")],
)
def test_numbers_that_make_no_sense(option, value, capsys):
    with pytest.raises(SystemExit) as ended:
        parse([option, value])
    assert ended.value.code == 2
    assert option in capsys.readouterr().err


def test_the_life_of_access_tokens(visitor, email):
    visitor.sign_up(email)
    (session,) = visitor.sessions()
    expiry = visitor.get("/api/protected").json()["tokenExpiry"]
    assert abs(expiry - session["created"] / 1000 - TOKEN_LIFE) <= 1


def test_another_core(vendor, email):
    """Two demos on one external core have the same users, whatever their options."""
    with local_core() as core:
        env = environment(SUPERTOKENS_CONNECTION_URI=core.uri)
        with running_demo(vendor, env=env) as one, Visitor(one.origin) as visitor:
            visitor.sign_up(email, tenant="acme")
        # What these options are about is another's.
        options = ("--db", "core.db", "--core-port", "3567", "--access-token-validity", "30")
        with running_demo(vendor, *options, env=env) as two, Visitor(two.origin) as visitor:
            visitor.sign_in(email, tenant="acme")
            assert all(option in two.notes for option in options[::2])
            assert "SUPERTOKENS_CONNECTION_URI" in two.notes
            assert "ACCESS_TOKEN_VALIDITY" in two.notes
            assert two.interrupt(signal.SIGTERM) == (0, "")


@pytest.mark.parametrize(("key", "reported"), [("", "got none: set"), ("another", "refuses")])
def test_a_core_that_wants_an_api_key(vendor, cannot_start, monkeypatch, key, reported):
    with running_core("--api-key", "key") as uri:
        monkeypatch.setenv("SUPERTOKENS_CONNECTION_URI", uri)
        monkeypatch.setenv("SUPERTOKENS_API_KEY", key)
        line = cannot_start(vendor)
        assert reported in line
        assert "SUPERTOKENS_API_KEY" in line


def test_a_core_without_a_licence(vendor, email):
    """The demo does without what such a core refuses."""
    with running_core("--features", "") as uri:
        env = environment(SUPERTOKENS_CONNECTION_URI=uri)
        with running_demo(vendor, env=env) as demo, Visitor(demo.origin) as visitor:
            assert "does not allow tenants, second factors, linked accounts." in demo.notes
            visitor.sign_up(email)
            assert visitor.get("/api/protected").status_code == 200
            begun = visitor.post("/auth/signinup/code", json={"email": f"other-{email}"}).json()
            assert begun["status"] == "OK"
            (message,) = visitor.get("/mailbox/messages").json()["messages"]
            given = {name: begun[name] for name in ("deviceId", "preAuthSessionId")}
            body = {**given, "userInputCode": message["code"]}
            answer = visitor.post("/auth/signinup/code/consume", json=body).json()
            assert answer["status"] == "OK"
            assert visitor.post("/auth/totp/device", json={}).status_code == 404
            assert visitor.post("/api/require-factor", json={"factor": "totp"}).status_code == 404


def test_the_browser_tests_can_run_on_another_core_and_leave_nothing_there(
    vendor, email, monkeypatch
):
    with running_core("--api-key", "key") as uri:
        monkeypatch.setenv("TEST_CORE_URI", uri)
        monkeypatch.setenv("TEST_CORE_API_KEY", "key")

        def apps() -> list[str]:
            url, headers = f"{uri}/recipe/multitenancy/app/list/v2", {"api-key": "key"}
            found = httpx.get(url, headers=headers, timeout=TIMEOUT).json()["apps"]
            return [app["appId"] for app in found]

        demo = BrowserDemo("--vendor", str(vendor))
        try:
            with Visitor(demo.origin) as visitor:
                demo.set_token_life(700)
                visitor.sign_up(email, tenant="acme")
                (session,) = visitor.sessions()
                expiry = visitor.get("/api/protected").json()["tokenExpiry"]
                assert 699 <= expiry - session["created"] / 1000 <= 701
            assert len(apps()) == 2
        finally:
            demo.stop()
        assert apps() == ["public"]


def test_a_core_that_does_not_answer():
    with pytest.raises(StartError, match=r"core at http://127\.0\.0\.1:9 does not answer"):
        wait_until_it_answers(Core("http://127.0.0.1:9"), timeout=0)
