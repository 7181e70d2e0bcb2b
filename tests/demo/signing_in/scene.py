"""A running backend whose core has a clock of ours, and people who sign in to it."""

import contextlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pyotp

from demo.backend.server import bind, port_of, serve
from demo.local_core.app import create_app
from tests.authenticator import Passkey
from tests.conftest import TIMEOUT
from tests.demo.running import PASSWORD, Demo, environment, running_demo

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
# A server closes the connection after it has failed, perhaps while it is used again.
NO_IDLE = httpx.Limits(max_keepalive_connections=0)


class Clock:
    """The wall clock, and as much later as a test says."""

    def __init__(self) -> None:
        self._ahead = 0

    def __call__(self) -> int:
        return time.time_ns() // 1_000_000 + self._ahead

    @contextlib.contextmanager
    def ahead(self, milliseconds: int) -> Iterator[None]:
        """It is later inside. Begin no session there: its token would be one of the future."""
        self._ahead += milliseconds
        try:
            yield
        finally:
            self._ahead -= milliseconds


class Browser(httpx.Client):
    """A browser that keeps a session, in cookies or in headers."""

    def __init__(self, origin: str, mode: str) -> None:
        super().__init__(
            base_url=origin, headers={"st-auth-mode": mode}, timeout=TIMEOUT, limits=NO_IDLE
        )
        self.event_hooks["response"].append(self._keep)
        self._by_header = mode == "header"

    def _keep(self, response: httpx.Response) -> None:
        token = response.headers.get("st-access-token")
        if self._by_header and token is not None:
            self.headers["authorization"] = f"Bearer {token}"

    def auth(self, path: str, /, tenant: str = "public", **body: Any) -> httpx.Response:
        """POST to one of the SDK's APIs."""
        return self.post(f"/auth/{tenant}{path}", json=body)

    def form(
        self, path: str, tenant: str = "public", more: Any = (), **fields: str
    ) -> httpx.Response:
        """POST form fields to one of the SDK's APIs."""
        given = [{"id": name, "value": value} for name, value in fields.items()]
        return self.auth(path, tenant=tenant, formFields=given, **dict(more))

    @property
    def payload(self) -> dict[str, Any]:
        """What the access token says now."""
        payload: dict[str, Any] = self.post("/api/payload", json={}).json()["payload"]
        return payload


class Scene:
    """One test's people, with addresses of their own."""

    _numbers = itertools.count(1)

    def __init__(self, demo: Demo, core: str, clock: Clock, mode: str) -> None:
        self.clock, self.origin = clock, demo.origin
        self._mode = mode
        self._stack = contextlib.ExitStack()
        self._core = self._stack.enter_context(httpx.Client(base_url=core, timeout=TIMEOUT))
        self.browser = self.new_browser()

    def close(self) -> None:
        self._stack.close()

    def new_browser(self) -> Browser:
        return self._stack.enter_context(Browser(self.origin, self._mode))

    def email(self) -> str:
        return f"person{next(self._numbers)}@example.com"

    def phone(self) -> str:
        return f"+4915123{next(self._numbers):06}"

    def core(self, method: str, path: str, /, **body: Any) -> dict[str, Any]:
        """Ask the core itself, to arrange what takes several people."""
        answer: dict[str, Any] = self._core.request(method, path, json=body).json()
        assert answer["status"] == "OK", answer
        return answer

    def verify(self, user_id: str, email: str) -> None:
        """Make an address verified, as if the mail had been read."""
        path = "/recipe/user/email/verify"
        token = self.core("POST", f"{path}/token", userId=user_id, email=email)["token"]
        self.core("POST", path, method="token", token=token)

    def make_primary(self, user_id: str) -> None:
        self.core("POST", "/recipe/accountlinking/user/primary", recipeUserId=user_id)

    def password_user(self, email: str, tenant: str = "public") -> str:
        """A user who has signed up elsewhere; returns the id."""
        path = f"/{tenant}/recipe/signup"
        user_id: str = self.core("POST", path, email=email, password=PASSWORD)["recipeUserId"]
        return user_id

    def code_user(self, **contact: str) -> str:
        """A user who signs in with codes, which verifies the contact; returns the id."""
        code = self.core("POST", "/recipe/signinup/code", **contact)
        given = {name: code[name] for name in ("preAuthSessionId", "linkCode")}
        user_id: str = self.core("POST", "/recipe/signinup/code/consume", **given)["recipeUserId"]
        return user_id

    def signed_up(self, tenant: str = "public") -> str:
        """Sign up with a password; returns the address."""
        email = self.email()
        answer = self.browser.form("/signup", tenant, email=email, password=PASSWORD).json()
        assert answer["status"] == "OK", answer
        return email

    def message(self, to: str) -> dict[str, Any]:
        """The newest message to an address or a number."""
        answer = self.browser.get("/mailbox/messages", params={"to": to}).json()
        message: dict[str, Any] = answer["messages"][-1]
        return message

    def token(self, to: str) -> str:
        """The token in the link of the newest message."""
        return dict(parse_qsl(urlsplit(self.message(to)["link"]).query))["token"]

    # ---- passkeys

    def passkey(self, **fields: Any) -> Passkey:
        return Passkey(**{"relying_party_id": "localhost", "origin": self.origin, **fields})

    def registration(
        self, passkey: Passkey, tenant: str = "public", **options: str
    ) -> dict[str, Any]:
        """The body by which a passkey is registered, with options for an address or a token."""
        return self._ceremony("register", tenant, passkey.create, options)

    def assertion(self, passkey: Passkey, tenant: str = "public") -> dict[str, Any]:
        """The body by which a passkey signs in."""
        return self._ceremony("signin", tenant, passkey.get, {})

    def _ceremony(
        self,
        kind: str,
        tenant: str,
        act: Callable[[str], dict[str, Any]],
        body: dict[str, str],
    ) -> dict[str, Any]:
        options = self.browser.auth(f"/webauthn/options/{kind}", tenant, **body).json()
        assert options["status"] == "OK", options
        credential = act(options["challenge"])
        if kind == "signin":
            credential["response"].pop("userHandle")
        return {
            "webauthnGeneratedOptionsId": options["webauthnGeneratedOptionsId"],
            "credential": credential,
        }

    def signed_up_with_passkey(self) -> tuple[str, Passkey]:
        email, passkey = self.email(), self.passkey()
        answer = self.browser.auth("/webauthn/signup", **self.registration(passkey, email=email))
        assert answer.json()["status"] == "OK", answer.json()
        return email, passkey

    # ---- one-time passwords

    def totp_device(self, **body: str) -> tuple[str, pyotp.TOTP]:
        device = self.browser.post("/auth/totp/device", json=body).json()
        return device["deviceName"], pyotp.TOTP(device["secret"])

    # ---- codes

    def code(self, tenant: str = "public", **contact: str) -> dict[str, Any]:
        """Ask for a code; returns the attempt, with what the message says."""
        attempt = self.browser.auth("/signinup/code", tenant, **contact).json()
        assert attempt["status"] == "OK", attempt
        return {**attempt, **self.message(*contact.values())}


def typed(attempt: dict[str, Any], code: str | None = None) -> dict[str, str]:
    """The body for a code that a user types."""
    given = {name: attempt[name] for name in ("preAuthSessionId", "deviceId")}
    return {**given, "userInputCode": code or attempt["code"]}


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 10**6:06}"


@contextlib.contextmanager
def running_backend(vendor: Path) -> Iterator[Callable[[str], Scene]]:
    """Start everything; yields what makes a scene with sessions in cookies or in headers."""
    clock, sock = Clock(), bind("127.0.0.1", 0)
    with serve(create_app(clock=clock), sock, "core"), contextlib.ExitStack() as scenes:
        core = f"http://127.0.0.1:{port_of(sock)}"
        env = environment(SUPERTOKENS_CONNECTION_URI=core)
        with running_demo(vendor, "--provider", env=env) as demo, _discarded_output(demo):

            def new_scene(mode: str) -> Scene:
                scene = Scene(demo, core, clock, mode)
                scenes.callback(scene.close)
                return scene

            yield new_scene


@contextlib.contextmanager
def _discarded_output(demo: Demo) -> Iterator[None]:
    """Read what the demo prints: it reports each failure, and waits when the pipe is full."""
    reader = threading.Thread(target=demo.process.stdout.read, daemon=True)
    reader.start()
    try:
        yield
    finally:
        # No other code may read until the reader has come to the end.
        demo.process.terminate()
        reader.join(TIMEOUT)
