"""The demo as its users start it, and a visitor of it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-7"
#: In seconds. By default a token lives shorter than a test may take on a busy machine.
TOKEN_LIFE = 3600


@dataclass
class Demo:
    """A running `python -m demo`."""

    process: subprocess.Popen[str]
    #: The line that it printed.
    line: str
    #: The address in that line, without a slash in the end.
    origin: str
    #: What it printed before that line.
    notes: str = ""

    def interrupt(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal; returns the exit code and what was printed since the line."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, output


def command(vendor: Path, *options: str) -> list[str]:
    site = vendor.with_name("site")
    folders = ["--vendor", str(vendor), "--site", str(site)]
    return [sys.executable, "-m", "demo", *folders, *options]


def environment(**changes: str) -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith("SUPERTOKENS_")}
    return ours | changes


@contextlib.contextmanager
def running_demo(
    vendor: Path, *options: str, env: Mapping[str, str] | None = None
) -> Iterator[Demo]:
    """Start the demo on a free port and stop it in the end."""
    process = subprocess.Popen(
        command(vendor, "--port", "0", *options),
        cwd=ROOT,
        env=env or environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        notes = ""
        while not (line := process.stdout.readline()).startswith("Demo: "):
            notes += line
            assert line, f"no address: {notes}"
        found = re.search(r"http://localhost:\d+", line)
        assert found, f"no address: {line}"
        yield Demo(process, line, found[0], notes)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=TIMEOUT)


class Visitor(httpx.Client):
    """A browser without a session SDK: it keeps cookies and shows what it gets."""

    def __init__(self, origin: str, mode: str = "cookie") -> None:
        super().__init__(base_url=origin, headers={"st-auth-mode": mode}, timeout=TIMEOUT)

    def authenticate(
        self, endpoint: str, email: str, password: str = PASSWORD, tenant: str = "public"
    ) -> httpx.Response:
        fields = [{"id": "email", "value": email}, {"id": "password", "value": password}]
        base = "/auth" if tenant == "public" else f"/auth/{tenant}"
        response = self.post(f"{base}/{endpoint}", json={"formFields": fields})
        if token := response.headers.get("st-access-token"):
            self.access_token = token
        return response

    def sign_up(self, email: str, tenant: str = "public") -> dict[str, Any]:
        answer: dict[str, Any] = self.authenticate("signup", email, tenant=tenant).json()
        assert answer["status"] == "OK", answer
        user: dict[str, Any] = answer["user"]
        return user

    def sign_in(self, email: str, tenant: str = "public") -> None:
        answer = self.authenticate("signin", email, tenant=tenant).json()
        assert answer["status"] == "OK", answer

    def sessions(self, **query: str) -> list[dict[str, Any]]:
        response = self.get("/api/sessions", params=query)
        assert response.status_code == 200, response.text
        sessions: list[dict[str, Any]] = response.json()["sessions"]
        return sessions
