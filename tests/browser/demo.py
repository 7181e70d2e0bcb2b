"""The demo as the tests use it: `python -m demo` with a core whose tokens live as we say."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
TENANTS = ("public", "acme")
LONG = 3600


class Demo:
    """A running demo. Its core is the local one, also where the environment names another."""

    def __init__(self, *arguments: str) -> None:
        core_port = _free_port()
        self._core = httpx.Client(base_url=f"http://127.0.0.1:{core_port}")
        command = [sys.executable, "-m", "demo", "--port", "0", "--core-port", str(core_port)]
        self._process = subprocess.Popen(
            [*command, "--access-token-validity", str(LONG), *arguments],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("SUPERTOKENS_")},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()  # printed when it answers
        found = re.search(r"http://localhost:\d+", line)
        assert found, f"the demo has not started: {line!r}"
        self.origin = found[0]
        self._http = httpx.Client(base_url=self.origin)

    def stop(self) -> None:
        self._core.close()
        self._http.close()
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=20)

    def set_token_life(self, seconds: int) -> None:
        """How long access tokens live that are made from now on."""
        for tenant in TENANTS:
            body = {"tenantId": tenant, "coreConfig": {"access_token_validity": seconds}}
            self._core.put("/recipe/multitenancy/tenant/v2", json=body).raise_for_status()

    def revoke_all(self, user_id: str) -> None:
        """End all of a user's sessions, as an administrator would."""
        body = {"userId": user_id, "revokeAcrossAllTenants": True}
        answer = self._core.post("/recipe/session/remove", json=body).raise_for_status().json()
        assert answer["sessionHandlesRevoked"]

    def mark(self) -> int:
        """The number of the latest request so far."""
        last: int = self._http.get("/api/requests", params={"since": 1 << 30}).json()["last"]
        return last

    def requests(self, since: int) -> list[dict[str, Any]]:
        """The API requests that the backend answered after a mark, in that order."""
        found: list[dict[str, Any]] = self._http.get(
            "/api/requests", params={"since": since}
        ).json()["requests"]
        return found

    def count(self, since: int, path: str, status: int | None = None) -> int:
        """How many requests for a path were answered after a mark (with a status).

        Those that browsers make by themselves ahead of others' (preflights) do not count.
        """
        return sum(
            entry["path"] == path
            and entry["method"] != "OPTIONS"
            and status in (None, entry["status"])
            for entry in self.requests(since)
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
