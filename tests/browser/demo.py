"""The demo as the tests use it: `python -m demo` with a core whose tokens live as we say.

The core is the local one, or the one that TEST_CORE_URI names, with the key TEST_CORE_API_KEY. Each
demo has an app of its own there: only an app can choose how long its tokens live.
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import TIMEOUT
from tests.local_core.running import running_core

ROOT = Path(__file__).resolve().parents[2]
LONG = 3600
REFRESH = "/auth/session/refresh"
APP = "/recipe/multitenancy/app"
# A server may close an idle connection in the moment in which it is used again.
NO_IDLE = httpx.Limits(max_keepalive_connections=0)


class Demo:
    """A running demo, on an app of its own."""

    def __init__(self, *arguments: str) -> None:
        self._stack = contextlib.ExitStack()
        try:
            self._start(arguments)
        except BaseException:
            self._stack.close()
            raise

    def _start(self, arguments: tuple[str, ...]) -> None:
        # Not SUPERTOKENS_CONNECTION_URI: that core may be one that is used in earnest.
        uri, key = os.environ.get("TEST_CORE_URI"), os.environ.get("TEST_CORE_API_KEY")
        core = uri.rstrip("/") if uri else self._stack.enter_context(running_core())
        headers = {"api-key": key} if key else {}
        self._core = self._stack.enter_context(
            httpx.Client(base_url=core, headers=headers, timeout=TIMEOUT, limits=NO_IDLE)
        )
        self._app = f"test-{uuid.uuid4().hex[:12]}"
        self.set_token_life(LONG)
        self._stack.callback(self._remove_app)

        ours = {k: v for k, v in os.environ.items() if not k.startswith("SUPERTOKENS_")}
        ours["SUPERTOKENS_CONNECTION_URI"] = f"{core}/appid-{self._app}"
        if key:
            ours["SUPERTOKENS_API_KEY"] = key
        self._process = subprocess.Popen(
            [sys.executable, "-m", "demo", "--port", "0", *arguments],
            cwd=ROOT,
            env=ours,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._stack.callback(self._stop_process)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()  # printed when it answers
        found = re.search(r"http://localhost:\d+", line)
        assert found, f"the demo has not started: {line!r}"
        self.origin = found[0]
        self._http = self._stack.enter_context(
            httpx.Client(base_url=self.origin, timeout=TIMEOUT, limits=NO_IDLE)
        )

    def stop(self) -> None:
        self._stack.close()

    def _stop_process(self) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=TIMEOUT)

    def _remove_app(self) -> None:
        """Leave nothing behind on a core that other tests use."""
        tenants = self._of_app("GET", "/recipe/multitenancy/tenant/list/v2")["tenants"]
        for tenant in tenants:
            if tenant["tenantId"] != "public":
                body = {"tenantId": tenant["tenantId"]}
                self._of_app("POST", "/recipe/multitenancy/tenant/remove", body)
        self._core.post(f"{APP}/remove", json={"appId": self._app}).raise_for_status()

    def _of_app(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        url = f"/appid-{self._app}{path}"
        response = self._core.request(method, url, json=body).raise_for_status()
        answer: dict[str, Any] = response.json()
        return answer

    def set_token_life(self, seconds: int) -> None:
        """How long access tokens live that are made from now on."""
        body = {"appId": self._app, "coreConfig": {"access_token_validity": seconds}}
        self._core.put(f"{APP}/v2", json=body).raise_for_status()

    def revoke_all(self, user_id: str) -> None:
        """End all of a user's sessions, as an administrator would."""
        body = {"userId": user_id, "revokeAcrossAllTenants": True}
        assert self._of_app("POST", "/recipe/session/remove", body)["sessionHandlesRevoked"]

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
