"""`python -m demo`, from its first line to its end."""

import re
import signal
import socket
import subprocess

import httpx
import pytest

from demo.__main__ import parse
from demo.backend.core import Core, local_core, wait_until_it_answers
from demo.backend.errors import StartError
from tests.browser.demo import Demo as BrowserDemo
from tests.conftest import TIMEOUT
from tests.demo.running import ROOT, Visitor, command, environment, running_demo
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_when_told(vendor, number):
    with running_demo(vendor) as demo:
        assert re.fullmatch(
            r"Demo: (http://localhost:\d+)/ \(JavaScript\) · \1/pyscript \(Python\) · "
            r"\1/worker \(Python in a worker\)\n",
            demo.line,
        )
        assert httpx.get(demo.origin + "/api/public", timeout=TIMEOUT).status_code == 200
        assert demo.notes == ""
        assert demo.interrupt(number) == (0, "")
        with pytest.raises(httpx.ConnectError):
            httpx.get(demo.origin + "/api/public", timeout=TIMEOUT)


def test_it_stops_although_a_connection_is_open(vendor):
    with (
        running_demo(vendor) as demo,
        httpx.Client(base_url=demo.origin, timeout=TIMEOUT) as client,
    ):
        assert client.get("/api/public").status_code == 200
        assert demo.interrupt() == (0, "")


def test_a_port_in_use(vendor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = failing(*command(vendor, "--port", str(port)))
    assert f"port {port}" in line
    assert "in use" in line


def test_a_core_port_in_use(vendor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = failing(*command(vendor, "--port", "0", "--core-port", str(port)))
    assert f"port {port}" in line


def test_nothing_to_serve(tmp_path):
    assert "make demo" in failing(*command(tmp_path, "--port", "0"))


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


def test_a_file_that_holds_something_else(vendor, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear core, ...\n" * 100)
    assert str(file) in failing(*command(vendor, "--port", "0", "--db", str(file)))
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


def test_the_life_of_access_tokens(vendor, email):
    with (
        running_demo(vendor, "--access-token-validity", "700") as demo,
        Visitor(demo.origin) as visitor,
    ):
        visitor.sign_up(email)
        (session,) = visitor.sessions()
        expiry = visitor.get("/api/protected").json()["tokenExpiry"]
        assert 699 <= expiry - session["created"] / 1000 <= 701


def test_another_core(vendor, email):
    """Two demos on one core of somebody else know the same users."""
    with local_core() as core:
        env = environment(SUPERTOKENS_CONNECTION_URI=core.uri)
        with running_demo(vendor, env=env) as one, Visitor(one.origin) as visitor:
            visitor.sign_up(email, tenant="acme")
        with running_demo(vendor, env=env) as two, Visitor(two.origin) as visitor:
            visitor.sign_in(email, tenant="acme")


@pytest.mark.parametrize(
    "option", [("--db", "core.db"), ("--core-port", "3567"), ("--access-token-validity", "30")]
)
def test_options_of_the_local_core_count_for_nothing_on_another(vendor, option):
    with local_core() as core:
        env = environment(SUPERTOKENS_CONNECTION_URI=core.uri)
        with running_demo(vendor, *option, env=env) as demo:
            assert option[0] in demo.notes
            assert "SUPERTOKENS_CONNECTION_URI" in demo.notes
            assert "ACCESS_TOKEN_VALIDITY" in demo.notes


@pytest.mark.parametrize(("key", "told"), [({}, "got none: set"), ({"key": "x"}, "refuses")])
def test_a_core_that_wants_an_api_key(vendor, key, told):
    with running_core("--api-key", "key") as uri:
        env = {"SUPERTOKENS_CONNECTION_URI": uri}
        if key:
            env["SUPERTOKENS_API_KEY"] = "another"
        line = failing(*command(vendor, "--port", "0"), **env)
        assert told in line
        assert "SUPERTOKENS_API_KEY" in line
        env["SUPERTOKENS_API_KEY"] = "key"
        with running_demo(vendor, env=environment(**env)) as demo:
            assert demo.notes == ""


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
