"""Requests through the page's fetch whose responses are read in pieces."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from ..errors import UnsupportedPlatform
from .convert import cause_of

T = TypeVar("T")


class StreamedResponse:
    """A response whose head has arrived; ``read`` returns the body piece by piece."""

    def __init__(self, response: Any, control: Any, timeout_s: float | None) -> None:
        self.status: int = response.status
        self.reason: str = response.statusText
        #: Where it came from: after a redirect another address than that of the request.
        self.url: str = response.url
        self.headers: list[tuple[str, str]] = [
            (str(name), str(text)) for name, text in response.headers.entries()
        ]
        self._reader = response.body.getReader() if response.body else None
        self._control = control
        self._timeout = timeout_s

    async def read(self) -> bytes | None:
        """The next piece of the body, None at its end; raises TimeoutError or ConnectionError."""
        if self._reader is None:
            return None
        async with _waiting(self._control, self._timeout):
            piece = await self._reader.read()
        return None if piece.done else bytes(piece.value.to_bytes())

    def close(self) -> None:
        """Discard the rest of the body."""
        self._control.abort()


async def send(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes, timeout_s: float | None
) -> StreamedResponse:
    """Send a request and wait for the head of its response.

    ``timeout_s`` is in seconds, for the head and for each piece of the body. Raises TimeoutError,
    ConnectionError if the browser got no response, or a SuperTokensError.
    """
    import js
    from pyodide.ffi import to_js

    control = js.AbortController.new()
    options = {"method": method, "headers": list(headers), "signal": control.signal}
    if body:
        options["body"] = body
    init = to_js(options, dict_converter=js.Object.fromEntries)
    async with _waiting(control, timeout_s):
        return StreamedResponse(await js.fetch(url, init), control, timeout_s)


@asynccontextmanager
async def _waiting(control: Any, timeout_s: float | None) -> AsyncIterator[None]:
    """Wait for the browser; if the wait ends early, abort the request. Raises Python's errors."""
    from pyodide.ffi import JsException

    try:
        async with asyncio.timeout(timeout_s):
            yield
    except JsException as error:
        if ours := cause_of(error):
            raise ours from None
        raise ConnectionError(str(error.message)) from error
    except BaseException:  # also if the caller's task was cancelled
        control.abort()
        raise


def wait_for(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine while the caller's stack is suspended (JSPI), so that nothing is blocked."""
    from pyodide.ffi import can_run_sync, run_sync

    if not can_run_sync():
        coroutine.close()
        raise UnsupportedPlatform(
            "This browser, or this call, does not let Python wait synchronously.",
            hint="Await an asynchronous client; or make the call from async code, in a browser "
            "with JavaScript Promise Integration.",
        )
    return cast(T, run_sync(coroutine))
