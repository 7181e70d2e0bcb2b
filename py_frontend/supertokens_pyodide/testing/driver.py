"""The driver: carries out the effects of the core's flows, one at a time."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from .._client import Client
from .call import Call
from .network import NetworkDown, Reply, Request, TimedOut, as_body
from .profile import Profile

# The result of a call that has failed.
_FAILED = '{"failed":true}'


class Driver:
    """Runs the flows of one page."""

    def __init__(
        self,
        browser: Profile,
        client: Client,
        plan: dict[str, Any],
        options: Mapping[str, Any],
    ) -> None:
        self.browser = browser
        self.client = client
        self.plan = plan
        self.warnings: list[str] = []
        #: The functions that a call's caller in JavaScript would give, by name; not async.
        self.functions: dict[str, Callable[..., Any]] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._options = options
        self._last_headers: dict[str, str] = {}
        self._responses: dict[str, Reply] = {}
        self._pending: deque[tuple[Call, dict[str, Any]]] = deque()
        self._waiting: dict[int, Call] = {}

    def cookies(self) -> str:
        """The page's cookies."""
        return self.browser.cookie_string()

    def now(self) -> float:
        """The browser's clock."""
        return self.browser.now

    def look(self) -> None:
        """Check what other tabs have done, as a page does when it is notified or shown again."""
        step = self.client.port.observe(self.cookies(), self.now())
        if step:
            self._apply(Call(), step)

    async def drive(self, step: str) -> None:
        """Carry out a step and run its flow to the end."""
        call = Call()
        self._apply(call, step)
        await self._finish(call)

    async def finish(self, call: Call) -> Any:
        """Run this call to its end, in parallel with others; returns its value or raises."""
        await self._finish(call)
        return call.result()

    async def _finish(self, call: Call) -> None:
        while not call.ended:
            if self.turn():
                continue
            if not self._running:
                break
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        if call.verdict is None:
            call.result()  # raises the error that kept the flow from its verdict

    def run(self, call: Call) -> Any:
        """Run everything until this call has ended; returns its value or raises its error."""
        while not call.ended and self.turn():
            pass
        return call.result()

    def run_all(self) -> None:
        """Run until nothing is left to do."""
        while self.turn():
            pass

    def turn(self) -> bool:
        """Perform the oldest effect; False if none can be performed."""
        for _ in range(len(self._pending)):
            call, step = self._pending.popleft()
            if step["do"] == "lock" and step["name"] in self.browser.locks:
                self._pending.append((call, step))
                continue
            self._perform(call, step)
            return True
        return False

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
        is_python = step["do"] == "call" and "function" not in step
        if is_python:
            self._start(self._perform_function(call, step))
        elif step["do"] not in _TRIPS:
            self._resume(call, step, self._result(call, step))
        elif self.browser.waits:
            self._start(self._travel(call, step))
        else:
            _at_once(self._travel(call, step))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _travel(self, call: Call, step: dict[str, Any]) -> None:
        """Perform an effect that goes to the network, or calls a hook around that."""
        try:
            result = await _TRIPS[step["do"]](self, call, step)
        except Exception as failure:
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
        """Call a Python function; other effects continue meanwhile, as in a browser."""
        result = None
        try:
            await self.client.port.perform(step["flow"])
        except Exception:
            result = _FAILED
        self._resume(call, step, result)

    def _result(self, call: Call, step: dict[str, Any]) -> Any:
        match step["do"]:
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

    async def _send(self, call: Call, step: dict[str, Any]) -> int | str:
        request = call.request
        assert request is not None
        kept = {n: text for n, text in request.headers.items() if n not in step["drop"]}
        headers = {**kept, **step["headers"]}
        credentials = request.credentials or step["credentials"]
        attempt = replace(request, headers=headers, credentials=credentials)
        call.reply = await self.browser.transmit(attempt)
        return self._head(call.reply)

    async def _post(self, call: Call, step: dict[str, Any]) -> int | str:
        call.hooked = {
            "action": step["action"],
            "url": step["url"],
            "request_init": {
                "method": "POST",
                "credentials": step["credentials"],
                "headers": step["headers"],
            },
            "user_context": step["userContext"],
        }
        hook = self._options.get("pre_api_hook")
        if hook is not None:
            call.hooked = {**call.hooked, **await awaited(hook(call.hooked))}
        init = call.hooked["request_init"]
        request = Request(
            init["method"],
            call.hooked["url"],
            init["headers"],
            init.get("credentials"),
            as_body(init.get("body")),
        )
        try:
            call.reply = await self.browser.transmit(request)
        except NetworkDown:
            return json.dumps({"failure": "network"})
        except TimedOut:
            return json.dumps({"failure": "timeout"})
        self._responses[step["action"]] = call.reply
        return self._head(call.reply)

    async def _get(self, call: Call, step: dict[str, Any]) -> str:
        try:
            response = await self.browser.transmit(Request("GET", step["url"], {}, "omit"))
        except (NetworkDown, TimedOut):
            return json.dumps({"status": 0})
        told = {"status": response.status, "text": response.text}
        return json.dumps({**told, "cache_control": response.headers.get("cache-control", "")})

    async def _after_post(self, call: Call, step: dict[str, Any]) -> None:
        hook = self._options["post_api_hook"]
        await awaited(hook({**call.hooked, "response": call.reply}))

    def _call_javascript(self, function: str, arguments: list[Any]) -> str:
        try:
            return json.dumps({"value": self.functions[function](*arguments)})
        except Exception:
            return _FAILED

    def _head(self, response: Reply) -> int | str:
        self._last_headers = response.headers
        shown = {
            n: text for n, text in response.headers.items() if n in self.plan["responseHeaders"]
        }
        return (
            json.dumps({"status": response.status, "headers": shown}) if shown else response.status
        )

    def _unlock(self, flow: int) -> None:
        self.browser.free_locks(lambda holder: holder == (self, flow))


_TRIPS: dict[str, Callable[[Driver, Call, dict[str, Any]], Awaitable[Any]]] = {
    "send": Driver._send,
    "post": Driver._post,
    "post_hook": Driver._after_post,
    "get": Driver._get,
}


async def awaited(value: Any) -> Any:
    """The result of a function that may be async."""
    return await value if isinstance(value, Awaitable) else value


def _at_once(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine that never waits to its end."""
    try:
        work.send(None)
    except StopIteration:
        return
    work.close()
    raise TypeError("A scripted browser takes no async functions: use signed_in() for those.")


def _fits(step: dict[str, Any]) -> bool:
    """Verify a signature in place of WebCrypto; needs the package cryptography."""
    import jwt
    from jwt.utils import base64url_decode

    key = jwt.PyJWK(step["key"], "RS256")
    signature = base64url_decode(step["signature"])
    return bool(key.Algorithm.verify(step["data"].encode(), key.key, signature))
