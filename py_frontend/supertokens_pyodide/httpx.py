"""httpx in a browser: transports that use the page's fetch, since there are no sockets.

    import httpx
    from supertokens_pyodide.httpx import AsyncFetchTransport

    async with httpx.AsyncClient(transport=AsyncFetchTransport()) as client:
        reply = await client.get("https://api.example.com/orders")  # carries the session

What the browser decides is not httpx's to say:

- Redirects are followed, whatever ``follow_redirects`` says; ``response.url`` tells where they led,
  ``response.history`` stays empty.
- Cookies are the browser's: the client's own are not sent, and those of a reply are not shown.
- ``timeout.read`` limits the wait for the reply's head and for each piece of its body; the other
  limits, proxies, certificates and HTTP/2 settings mean nothing here.
- A request's body is sent in one piece; a reply's can be streamed.

An error of the session is raised as ``httpx.ConnectError`` when the session could not be refreshed,
else as ``httpx.TransportError``, with the SuperTokensError as its cause.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ._browser.streaming import Reply, send, wait_for
from .errors import RefreshUnavailable, SuperTokensError

__all__ = ["AsyncFetchTransport", "FetchTransport"]

# The browser's own business: it ignores them, or asks the server for leave to send them.
_BROWSERS_HEADERS = frozenset(
    {
        b"accept-encoding",
        b"connection",
        b"content-length",
        b"cookie",
        b"host",
        b"transfer-encoding",
        b"user-agent",
    }
)


class AsyncFetchTransport(httpx.AsyncBaseTransport):
    """The transport of an ``httpx.AsyncClient`` in a browser."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request through the page's fetch."""
        await request.aread()
        with _httpx_errors(request, httpx.ConnectError):
            reply = await _send(request)
        return _Response(reply, _AsyncBody(reply, request))


class FetchTransport(httpx.BaseTransport):
    """The transport of an ``httpx.Client`` in a browser whose Python can wait synchronously (JSPI).

    Where it cannot (``pyodide.ffi.can_run_sync()`` is False), requests raise
    ``httpx.TransportError``.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request through the page's fetch."""
        request.read()
        with _httpx_errors(request, httpx.ConnectError):
            reply = wait_for(_send(request))
        return _Response(reply, _Body(reply, request))


class _Response(httpx.Response):
    """A reply that knows where it came from."""

    def __init__(self, reply: Reply, stream: httpx.SyncByteStream | httpx.AsyncByteStream) -> None:
        # The browser has decoded the body, so that what tells of its encoding would mislead.
        encoded = any(name == "content-encoding" for name, _ in reply.headers)
        untrue = {"content-encoding", "content-length"} if encoded else set()
        super().__init__(
            reply.status,
            headers=[
                (name.encode("ascii"), text.encode("latin-1"))
                for name, text in reply.headers
                if name not in untrue
            ],
            stream=stream,
            extensions={"reason_phrase": reply.reason.encode("latin-1")} if reply.reason else {},
        )
        self._url = httpx.URL(reply.url)

    @property
    def url(self) -> httpx.URL:
        return self._url


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, reply: Reply, request: httpx.Request) -> None:
        self._reply = reply
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors(self._request, httpx.ReadError):
            while (piece := await self._reply.read()) is not None:
                yield piece

    async def aclose(self) -> None:
        self._reply.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, reply: Reply, request: httpx.Request) -> None:
        self._reply = reply
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors(self._request, httpx.ReadError):
            while (piece := wait_for(self._reply.read())) is not None:
                yield piece

    def close(self) -> None:
        self._reply.close()


def _send(request: httpx.Request) -> Coroutine[Any, Any, Reply]:
    if request.url.scheme not in ("http", "https"):
        raise httpx.UnsupportedProtocol(
            f"A browser cannot send requests to {str(request.url)!r}: "
            "the address must begin with 'http://' or 'https://'.",
            request=request,
        )
    headers = [
        (name.decode("ascii"), text.decode("latin-1"))
        for name, text in request.headers.raw
        if name.lower() not in _BROWSERS_HEADERS
    ]
    timeout = request.extensions.get("timeout", {}).get("read")
    return send(request.method, str(request.url), headers, request.content, timeout)


@contextmanager
def _httpx_errors(request: httpx.Request, unreachable: type[httpx.NetworkError]) -> Iterator[None]:
    """Raise what goes wrong as httpx names it."""
    try:
        yield
    except TimeoutError as error:
        raise httpx.ReadTimeout("The reply took too long.", request=request) from error
    except ConnectionError as error:
        raise unreachable(str(error), request=request) from error
    except RefreshUnavailable as error:
        raise httpx.ConnectError(str(error), request=request) from error
    except SuperTokensError as error:
        raise httpx.TransportError(str(error), request=request) from error
