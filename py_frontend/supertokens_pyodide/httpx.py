"""httpx in a browser: transports that use the page's fetch, because a browser has no sockets.

    import httpx
    from supertokens_pyodide.httpx import AsyncFetchTransport

    async with httpx.AsyncClient(transport=AsyncFetchTransport()) as client:
        response = await client.get("https://api.example.com/orders")  # carries the session

Some settings of httpx have no effect, because the browser decides:

- Redirects are followed, whatever ``follow_redirects`` is; ``response.url`` is the final address,
  and ``response.history`` stays empty.
- Cookies are the browser's: the client's own are not sent, and a response's are not shown.
- ``timeout.read`` limits the wait for the response's head and for each piece of its body. The other
  limits, proxies, certificates and HTTP/2 settings have no effect.
- A request's body is sent in one piece; a response's body can be streamed.

If the session cannot be refreshed, ``httpx.ConnectError`` is raised; other errors of the session
raise ``httpx.TransportError``. The SuperTokensError is the cause.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from ._browser.streaming import StreamedResponse, send, wait_for
from .errors import RefreshUnavailable, SuperTokensError

__all__ = ["AsyncFetchTransport", "FetchTransport"]

# Headers that the browser controls: it ignores them, or asks the server for permission first.
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
            response = await _send(request)
        return _Response(response, _AsyncBody(response, request))


class FetchTransport(httpx.BaseTransport):
    """The transport of an ``httpx.Client`` in a browser whose Python can wait synchronously (JSPI).

    If it cannot (``pyodide.ffi.can_run_sync()`` is False), requests raise
    ``httpx.TransportError``.
    """

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request through the page's fetch."""
        request.read()
        with _httpx_errors(request, httpx.ConnectError):
            response = wait_for(_send(request))
        return _Response(response, _Body(response, request))


class _Response(httpx.Response):
    """A response with its final URL."""

    def __init__(
        self, response: StreamedResponse, stream: httpx.SyncByteStream | httpx.AsyncByteStream
    ) -> None:
        # The browser has decoded the body, so headers about its encoding would mislead.
        encoded = any(name == "content-encoding" for name, _ in response.headers)
        untrue = {"content-encoding", "content-length"} if encoded else set()
        super().__init__(
            response.status,
            headers=[
                (name.encode("ascii"), text.encode("latin-1"))
                for name, text in response.headers
                if name not in untrue
            ],
            stream=stream,
            extensions={"reason_phrase": response.reason.encode("latin-1")}
            if response.reason
            else {},
        )
        self._url = httpx.URL(response.url)

    @property
    def url(self) -> httpx.URL:
        return self._url


class _AsyncBody(httpx.AsyncByteStream):
    def __init__(self, response: StreamedResponse, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _httpx_errors(self._request, httpx.ReadError):
            while (piece := await self._response.read()) is not None:
                yield piece

    async def aclose(self) -> None:
        self._response.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: StreamedResponse, request: httpx.Request) -> None:
        self._response = response
        self._request = request

    def __iter__(self) -> Iterator[bytes]:
        with _httpx_errors(self._request, httpx.ReadError):
            while (piece := wait_for(self._response.read())) is not None:
                yield piece

    def close(self) -> None:
        self._response.close()


def _send(request: httpx.Request) -> Coroutine[Any, Any, StreamedResponse]:
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
    """Raise errors as httpx's classes."""
    try:
        yield
    except TimeoutError as error:
        raise httpx.ReadTimeout("The response took too long.", request=request) from error
    except ConnectionError as error:
        raise unreachable(str(error), request=request) from error
    except RefreshUnavailable as error:
        raise httpx.ConnectError(str(error), request=request) from error
    except SuperTokensError as error:
        raise httpx.TransportError(str(error), request=request) from error
