"""Running the session SDK without a browser, for your own tests and for ours.

    from supertokens_pyodide.testing import Reply, ScriptedBrowser

    def backend(request):
        if request.path == "/auth/session/refresh":
            return Reply(401)
        return Reply(200)

    tab = ScriptedBrowser(backend).open_tab(api_domain="https://api.example.com")
    reply = tab.fetch("/items")

The real core runs here; only the browser is scripted: its cookies, its clock, its locks and the
network, which is a function from Request to Reply. Everything is synchronous and nothing waits:
of several flows, each performs one effect in turn.
"""

from __future__ import annotations

import asyncio
import json
import platform
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from . import _api
from ._client import Client
from ._core.config import Page, read_config
from ._core.cookies import read_cookies
from ._core.diagnosis import Facts
from ._core.messages import read_error, write_plan
from ._core.session import Session
from ._core.tokens import write_front_token
from .events import Event


class NetworkDown(Exception):
    """Raise it from a scripted backend: the request gets no reply."""


class TimedOut(Exception):
    """Raise it from a scripted backend: the request gets no reply in time."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes to the network."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    credentials: str | None = None

    @property
    def path(self) -> str:
        """The URL's path."""
        return urlsplit(self.url).path


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the scripted backend; header names in lower case."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    text: str = ""


Backend = Callable[[Request], Reply]

# The result of a call that has failed.
_FAILED = '{"failed":true}'

__all__ = [
    "Call",
    "NetworkDown",
    "Reply",
    "Request",
    "ScriptedBrowser",
    "Tab",
    "TimedOut",
    "write_front_token",
]


class ScriptedBrowser:
    """A browser profile: what all its tabs share. ``now`` is its clock, in milliseconds."""

    def __init__(self, backend: Backend, *, hostname: str = "app.example.com") -> None:
        self.backend = backend
        self.hostname = hostname
        self.now: float = 1_700_000_000_000
        self.requests: list[Request] = []
        self.storage: dict[str, str] = {}
        #: Who holds which lock.
        self.locks: dict[str, object] = {}
        self.keeps_cookies = True
        self.tabs: list[Tab] = []
        self._cookies: dict[str, str] = {}

    @property
    def cookies(self) -> dict[str, str]:
        """The session's cookies that are kept."""
        return read_cookies(self.cookie_string())

    def cookie_string(self) -> str:
        """What ``document.cookie`` would be."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def set_cookie(self, write: str) -> None:
        """What assigning to ``document.cookie`` does."""
        pair, *attributes = write.split(";")
        name, _, value = pair.partition("=")
        if "expires=Thu, 01 Jan 1970 00:00:00 GMT" in attributes:
            self._cookies.pop(name, None)
        elif self.keeps_cookies:
            self._cookies[name] = value

    def clear_cookies(self) -> None:
        """What a browser does that drops script-written cookies."""
        self._cookies.clear()

    def take_lock(self, name: str, holder: object) -> None:
        """Let a lock that is free be held."""
        self.locks[name] = holder

    def free_locks(self, held: Callable[[Any], bool]) -> None:
        """Free the locks whose holder is one of these."""
        self.locks = {name: holder for name, holder in self.locks.items() if not held(holder)}

    def open_tab(self, *, https: bool = True, **options: Any) -> Tab:
        """Open a page that calls ``init()`` with these options.

        Of the hooks and handlers ``pre_api_hook``, ``post_api_hook`` (functions that are not
        async), ``date_provider`` and ``override`` work here.
        """
        config = read_config(options, Page(self.hostname, https))
        make_provider = options.get("date_provider")
        session = Session(
            config, self.storage, date_provider=make_provider() if make_provider else None
        )
        client = Client(config, session, options)
        return Tab(self, client, json.loads(write_plan(config)), options)

    def transmit(self, request: Request) -> Reply:
        """Send a request to the backend."""
        self.requests.append(request)
        return self.backend(request)


class Call:
    """A flow on its way, with what its driver keeps for it."""

    def __init__(self, request: Request | None = None) -> None:
        self.request = request
        self.reply: Reply | None = None
        self.refresh_reply: Reply | None = None
        self.failure: Exception | None = None
        self.verdict: dict[str, Any] | None = None
        self.hooked: dict[str, Any] = {}

    @property
    def ended(self) -> bool:
        """Whether it has come to its verdict, or failed."""
        return self.verdict is not None or self.failure is not None

    def result(self) -> Any:
        """The Reply of a request, or the value of a call; raises what the caller would get."""
        if self.verdict is None:
            raise self.failure or AssertionError("The flow has not ended: what should wake it?")
        match self.verdict["verdict"]:
            case "fail":
                raise read_error(self.verdict["error"])
            case "deliver":
                return self.refresh_reply if self.verdict.get("refresh") else self.reply
            case _:
                return self.verdict["value"]


class Tab:
    """One page with the SDK on it. ``events`` are those that its handlers got, in order."""

    def __init__(
        self,
        browser: ScriptedBrowser,
        client: Client,
        plan: dict[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        self.browser = browser
        self.client = client
        self.plan = plan
        self.events: list[Event] = []
        self.warnings: list[str] = []
        #: What a call's caller in JavaScript would give to be called, by name; not async.
        self.functions: dict[str, Callable[..., Any]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._options = options
        self._last_headers: dict[str, str] = {}
        self._pending: deque[tuple[Call, dict[str, Any]]] = deque()
        self._waiting: dict[int, Call] = {}
        client.host = self
        client.on("*", self.events.append)
        browser.tabs.append(self)
        self.look()

    # ---- what a page does ----------------------------------------------------------------------

    def fetch(self, url: str, headers: dict[str, str] | None = None, **more: Any) -> Reply:
        """Make one request and run until it has its reply."""
        reply: Reply = self.run(self.begin_fetch(url, headers, **more))
        return reply

    def call(self, name: str, **arguments: Any) -> Any:
        """Make one of the session's calls and run until it has its value."""
        return self.run(self.begin_call(name, **arguments))

    def begin_fetch(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        *,
        method: str = "GET",
        one_shot: bool = False,
    ) -> Call:
        """Start a request, without running it."""
        headers = {name.lower(): text for name, text in (headers or {}).items()}
        shown = {n: text for n, text in headers.items() if n in self.plan["requestHeaders"]}
        if url.startswith("/"):
            url = self.client.config.api_domain + url
        call = Call(Request(method, url, headers))
        port = self.client.port
        step = port.exchange(
            json.dumps(shown) if shown else "", one_shot, self.cookies(), self.now()
        )
        self._apply(call, step)
        return call

    def begin_call(self, name: str, **arguments: Any) -> Call:
        """Start one of the session's calls, without running it."""
        call = Call()
        given = json.dumps(arguments) if arguments else ""
        self._apply(call, self.client.port.call(name, given, self.cookies(), self.now()))
        return call

    def look(self) -> None:
        """Look what other tabs have done, as a page does when it is told of it or shown again."""
        step = self.client.port.observe(self.cookies(), self.now())
        if step:
            self._apply(Call(), step)

    def run(self, call: Call) -> Any:
        """Run everything until this call has ended; returns or raises what its caller gets."""
        while not call.ended and self.turn():
            pass
        return call.result()

    def run_all(self) -> None:
        """Run until nothing is left to do."""
        while self.turn():
            pass

    def turn(self) -> bool:
        """Perform the oldest effect; False when there is none that can be performed."""
        for _ in range(len(self._pending)):
            call, step = self._pending.popleft()
            if step["do"] == "lock" and step["name"] in self.browser.locks:
                self._pending.append((call, step))
                continue
            self._perform(call, step)
            return True
        return False

    # ---- the host, for supertokens_pyodide's own functions -------------------------------------

    def cookies(self) -> str:
        """The page's cookies."""
        return self.browser.cookie_string()

    lags = False

    async def opened(self) -> None:
        """Wait for nothing: a page's client is open."""

    async def fresh(self) -> None:
        """Nothing to do: ``cookies`` is up to date."""

    def reply_headers(self) -> dict[str, str]:
        """The headers of the reply that came last."""
        return self._last_headers

    def now(self) -> float:
        """The browser's clock."""
        return self.browser.now

    async def facts(self) -> Facts:
        """What a page would report where nothing is wrong, but for its cookies."""
        return {
            "secureContext": self.client.config.page.secure,
            "isolated": False,
            "worker": False,
            "frame": "none",
            "kept": "cookies" if self.browser.keeps_cookies else None,
            "storage": True,
            "locks": True,
            "patched": {"fetch": True, "XMLHttpRequest": True},
            "otherSdk": False,
            "shim": "scripted",
            "package": "scripted",
            "pyodide": None,
            "python": platform.python_version(),
            "clients": {},
        }

    async def drive(self, step: str) -> None:
        """Carry out a step and run its flow to the end."""
        call = Call()
        self._apply(call, step)
        while not call.ended:
            if self.turn():
                continue
            if not self._running:
                break
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        if call.verdict is None:
            call.result()  # raises what kept it from one

    def close(self) -> None:
        """Close the page; its locks are freed."""
        self._pending.clear()
        self._waiting.clear()
        self.browser.tabs.remove(self)
        self.browser.free_locks(lambda holder: isinstance(holder, tuple) and holder[0] is self)

    def __enter__(self) -> Tab:
        """Make this the page that the module's functions work on, until the block ends."""
        _api.bind(self.client)
        return self

    def __exit__(self, *exc: object) -> None:
        _api.close()

    # ---- the driver ----------------------------------------------------------------------------

    def _apply(self, call: Call, text: str) -> None:
        step = json.loads(text)
        for write in step.get("cookies", ()):
            self.browser.set_cookie(write)
        if "cookies" in step:
            for tab in list(self.browser.tabs):
                if tab is not self:
                    tab.look()
        self.browser.storage.update(step.get("storage", {}))
        self.warnings += step.get("warnings", ())
        for flow in step.get("unlock", ()):
            self._unlock(flow)
        if "events" in step:
            self.client.notify(json.dumps(step["events"]))
        for child in step.get("spawned", ()):
            self._schedule(Call(), child)
        for flow in step.get("wake", ()):
            self._wake(flow, call)
        self._schedule(call, step)

    def _schedule(self, call: Call, step: dict[str, Any]) -> None:
        if "verdict" in step:
            call.verdict = step
        elif step.get("do") == "wait":
            self._waiting[step["flow"]] = call
        elif "do" in step:
            self._pending.append((call, step))

    def _wake(self, flow: int, finished: Call) -> None:
        call = self._waiting.pop(flow, None)
        if call is not None:
            call.refresh_reply = finished.reply
            self._pending.append((call, {"do": "wake", "flow": flow}))

    def _perform(self, call: Call, step: dict[str, Any]) -> None:
        if step["do"] == "call" and "function" not in step:
            task = asyncio.ensure_future(self._perform_function(call, step))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
            return
        try:
            result = self._result(call, step)
        except NetworkDown as failure:
            call.failure = failure
            self.client.port.cancel(step["flow"])
            self._unlock(step["flow"])
            return
        self._resume(call, step, result)

    def _resume(self, call: Call, step: dict[str, Any], result: Any) -> None:
        text = self.client.port.resume(step["flow"], result, self.cookies(), self.now())
        self._apply(call, text)
        if call.ended:
            self._unlock(step["flow"])

    async def _perform_function(self, call: Call, step: dict[str, Any]) -> None:
        """Call a function of Python, which runs beside everything else as it does in a browser."""
        result = None
        try:
            await self.client.port.perform(step["flow"])
        except Exception:
            result = _FAILED
        self._resume(call, step, result)

    def _result(self, call: Call, step: dict[str, Any]) -> Any:
        match step["do"]:
            case "send":
                assert call.request is not None
                return self._send(call, call.request, step)
            case "post":
                return self._post(call, step)
            case "post_hook":
                return self._after_post(call)
            case "get":
                return self._get(step)
            case "verify":
                return _fits(step)
            case "lock":
                self.browser.take_lock(step["name"], (self, step["flow"]))
                return True
            case "call":
                return self._call_javascript(step["function"], step["arguments"])
            case "read_text":
                return call.reply.text if call.reply else ""
            case _:
                return None

    def _send(self, call: Call, request: Request, step: dict[str, Any]) -> int | str:
        kept = {n: text for n, text in request.headers.items() if n not in step["drop"]}
        attempt = Request(
            request.method, request.url, {**kept, **step["headers"]}, step["credentials"]
        )
        call.reply = self.browser.transmit(attempt)
        return self._head(call.reply)

    def _post(self, call: Call, step: dict[str, Any]) -> int | str:
        call.hooked = {
            "action": step["action"],
            "url": step["url"],
            "request_init": {
                "method": "POST",
                "credentials": "include",
                "headers": step["headers"],
            },
            "user_context": step["userContext"],
        }
        hook = self._options.get("pre_api_hook")
        if hook is not None:
            call.hooked = {**call.hooked, **hook(call.hooked)}
        init = call.hooked["request_init"]
        try:
            call.reply = self.browser.transmit(
                Request(
                    init["method"], call.hooked["url"], init["headers"], init.get("credentials")
                )
            )
        except NetworkDown:
            return json.dumps({"failure": "network"})
        except TimedOut:
            return json.dumps({"failure": "timeout"})
        return self._head(call.reply)

    def _get(self, step: dict[str, Any]) -> str:
        try:
            reply = self.browser.transmit(Request("GET", step["url"], {}, "omit"))
        except (NetworkDown, TimedOut):
            return json.dumps({"status": 0})
        return json.dumps({"status": reply.status, "text": reply.text})

    def _after_post(self, call: Call) -> None:
        self._options["post_api_hook"]({**call.hooked, "response": call.reply})

    def _call_javascript(self, function: str, arguments: list[Any]) -> str:
        try:
            return json.dumps({"value": self.functions[function](*arguments)})
        except Exception:
            return _FAILED

    def _head(self, reply: Reply) -> int | str:
        self._last_headers = reply.headers
        shown = {n: text for n, text in reply.headers.items() if n in self.plan["replyHeaders"]}
        return json.dumps({"status": reply.status, "headers": shown}) if shown else reply.status

    def _unlock(self, flow: int) -> None:
        self.browser.free_locks(lambda holder: holder == (self, flow))


def _fits(step: dict[str, Any]) -> bool:
    """Verify a signature in WebCrypto's place; needs the package cryptography."""
    import jwt
    from jwt.utils import base64url_decode

    key = jwt.PyJWK(step["key"], "RS256")
    signature = base64url_decode(step["signature"])
    return bool(key.Algorithm.verify(step["data"].encode(), key.key, signature))
