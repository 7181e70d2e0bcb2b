"""Cores to test: in this process with a clock of ours, or a process of their own."""

import asyncio
import contextlib
import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from demo.local_core.app import create_app
from tests.conftest import TIMEOUT

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
#: What a refresh has to say, apart from the token.
REFRESH = {"enableAntiCsrf": False, "useDynamicSigningKey": True}


class Clock:
    """A clock that advances only by a call."""

    def __init__(self) -> None:
        self.now = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


class CoreClient:
    """A core in this process, and the requests that most tests make of it."""

    def __init__(self, clock: Clock, db: str | None = None, **options: Any) -> None:
        self.clock = clock
        #: Begins the paths of the methods that name none.
        self.base = ""
        app = create_app(db, clock=clock, **options)
        self._lifespan = app.router.lifespan_context(app)
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://core")
        self._loop = asyncio.Runner()

    def __enter__(self) -> "CoreClient":
        self._loop.run(self._lifespan.__aenter__())
        return self

    def __exit__(self, *error: object) -> None:
        self._loop.run(self._lifespan.__aexit__(None, None, None))
        self._loop.run(self._http.aclose())
        self._loop.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        return self._loop.run(self._http.request(method, path, **options))

    def in_app(self, name: str, **settings: Any) -> "CoreClient":
        """The same core for an app, which is made or changed: its methods are about that app."""
        self.ok("PUT", "/recipe/multitenancy/app/v2", appId=name, coreConfig=settings)
        client = copy.copy(self)
        client.base = f"/appid-{name}"
        return client

    def ok(self, method: str, path: str, /, **fields: Any) -> dict[str, Any]:
        """The response to a request that has to succeed."""
        response = self.response(method, path, **fields)
        assert response["status"] == "OK", response
        return response

    def response(self, method: str, path: str, /, **fields: Any) -> dict[str, Any]:
        """The JSON response to a request; fields go where the method has them."""
        where = {"params": fields} if method in ("GET", "DELETE") else {"json": fields}
        response = self.request(method, path, **where)
        assert response.status_code == 200, response.text
        return response.json()

    def new_session(
        self,
        user_id: str = "user",
        *,
        tenant: str = "public",
        payload: dict[str, Any] | None = None,
        anti_csrf: bool = False,
        **fields: Any,
    ) -> dict[str, Any]:
        return self.ok(
            "POST",
            f"{self.base}/{tenant}/recipe/session",
            userId=user_id,
            enableAntiCsrf=anti_csrf,
            userDataInJWT=payload or {},
            userDataInDatabase={},
            **fields,
        )

    def refresh(
        self, tokens: dict[str, Any], *, anti_csrf: bool = False, dynamic: bool = True
    ) -> dict[str, Any]:
        fields = {"antiCsrfToken": tokens["antiCsrfToken"]} if anti_csrf else {}
        return self.response(
            "POST",
            f"{self.base}/recipe/session/refresh",
            refreshToken=tokens["refreshToken"]["token"],
            enableAntiCsrf=anti_csrf,
            useDynamicSigningKey=dynamic,
            **fields,
        )

    def verify(
        self, tokens: dict[str, Any], *, check_database: bool = False, **fields: Any
    ) -> dict[str, Any]:
        settings = {"enableAntiCsrf": False, "doAntiCsrfCheck": False, **fields}
        return self.response(
            "POST",
            f"{self.base}/recipe/session/verify",
            accessToken=tokens["accessToken"]["token"],
            checkDatabase=check_database,
            **settings,
        )

    def sign_up(self, email: str, password: str = "secret", tenant: str = "public") -> str:
        path = f"{self.base}/{tenant}/recipe/signup"
        return self.ok("POST", path, email=email, password=password)["user"]["id"]

    def put_tenant(self, tenant: str, **fields: Any) -> bool:
        path = f"{self.base}/recipe/multitenancy/tenant/v2"
        return self.ok("PUT", path, tenantId=tenant, **fields)["createdNew"]


def start(*options: str) -> tuple["subprocess.Popen[str]", str]:
    """Start `python -m demo.local_core` on a free port; returns it with its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "demo.local_core", "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    address = line.rpartition(" ")[2].strip()
    if not address.startswith("http://"):
        raise AssertionError(f"no address: {line}{process.communicate(timeout=TIMEOUT)[0]}")
    # It listens before it prints: a request waits until it is answered.
    assert httpx.get(f"{address}/hello", timeout=TIMEOUT).is_success
    return process, address


@contextlib.contextmanager
def running_core(*options: str) -> Iterator[str]:
    """A core in a process of its own; yields its address."""
    process, address = start(*options)
    try:
        yield address
    finally:
        process.terminate()
        process.communicate(timeout=TIMEOUT)


class Sdk:
    """A backend SDK in a process of its own."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "NO_PROXY": "127.0.0.1,localhost"},
        )

    def try_to(self, operation: str, *arguments: Any) -> dict[str, Any]:
        """Do something; returns an object with either `result` or `error`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps([operation, *arguments]), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        assert line, "the SDK's process has ended"
        return json.loads(line)

    def __getattr__(self, operation: str) -> Any:
        def call(*arguments: Any) -> Any:
            answer = self.try_to(operation, *arguments)
            assert "error" not in answer, answer
            return answer["result"]

        return call

    def close(self) -> None:
        self._process.communicate(timeout=TIMEOUT)


def python_sdk(core: str, *options: str) -> Sdk:
    return Sdk(sys.executable, "-m", "tests.local_core.sdk_python", core, *options)


def node_sdk(core: str, *options: str) -> Sdk:
    node = shutil.which("node")
    assert node, "Node.js is needed"
    return Sdk(node, str(HERE / "sdk_node.cjs"), core, *options)
