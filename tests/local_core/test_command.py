"""`python -m demo.local_core`."""

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from tests.conftest import TIMEOUT
from tests.local_core.running import ROOT, running_core, start

BODY = {"userId": "u", "enableAntiCsrf": False, "userDataInJWT": {}, "userDataInDatabase": {}}


def test_its_options_reach_the_core():
    with running_core("--access-token-validity", "7", "--api-key", "key") as address:
        session = f"{address}/recipe/session"
        assert httpx.post(session, json=BODY, timeout=TIMEOUT).status_code == 401
        response = httpx.post(
            session, json=BODY, headers={"api-key": "key"}, timeout=TIMEOUT
        ).json()
    token = response["accessToken"]
    assert token["expiry"] - token["createdTime"] == 7000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_without_a_word(number, tmp_path):
    db = tmp_path / "core.sqlite"
    process, _ = start("--db", str(db))
    process.send_signal(number)
    output, _ = process.communicate(timeout=TIMEOUT)
    assert output == ""
    # The write-ahead log is gone once the database has been closed.
    assert [file.name for file in tmp_path.iterdir()] == ["core.sqlite"]


def test_a_port_that_is_taken():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "demo.local_core", "--port", str(port)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Cannot listen on 127.0.0.1 port {port}: ")
    assert ended.stderr.count("\n") == 1
