"""Calling an ASGI application: one request, one response."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote, urlsplit

from .network import ApplicationBackend, Reply, Request

Message = MutableMapping[str, Any]
AsgiApplication = Callable[
    [Any, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]
]

#: The session of a request is in its scope, with this key.
SCOPE_KEY = "supertokens_pyodide.session"


def is_asgi(backend: ApplicationBackend | AsgiApplication) -> bool:
    """Whether a backend is an ASGI application: it takes scope, receive and send."""
    try:
        parameters = inspect.signature(backend).parameters.values()
    except (TypeError, ValueError):
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    needed = [p for p in parameters if p.kind in positional and p.default is p.empty]
    return len(needed) == 3


async def call_asgi(application: AsgiApplication, request: Request) -> Reply:
    """Let an application answer a request; raises its errors."""
    parts = urlsplit(request.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    headers = {"host": parts.netloc, "user-agent": "supertokens_pyodide.testing", **request.headers}
    if request.body:
        headers["content-length"] = str(len(request.body))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path or "/"),
        "raw_path": (parts.path or "/").encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(n.lower().encode("latin-1"), t.encode()) for n, t in headers.items()],
        "client": ("127.0.0.1", 50_000),
        "server": (parts.hostname or "", port),
        "state": {},
        SCOPE_KEY: request.session,
    }
    exchange = _Exchange(request.body)
    await application(scope, exchange.receive, exchange.send)
    return exchange.response()


class _Exchange:
    def __init__(self, body: bytes) -> None:
        self._unread: bytes | None = body
        self._start: Message = {}
        self._body = b""

    async def receive(self) -> Message:
        if self._unread is None:
            return {"type": "http.disconnect"}
        body, self._unread = self._unread, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def response(self) -> Reply:
        if not self._start:
            raise RuntimeError("The ASGI application has sent no response.")
        headers: dict[str, str] = {}
        set_cookies = []
        for raw_name, raw_text in self._start.get("headers", ()):
            name, text = raw_name.decode("latin-1").lower(), raw_text.decode("latin-1")
            if name == "set-cookie":
                set_cookies.append(text)
            else:
                headers[name] = f"{headers[name]}, {text}" if name in headers else text
        text = self._body.decode("utf-8", "replace")
        return Reply(self._start["status"], headers, text, self._body, tuple(set_cookies))
