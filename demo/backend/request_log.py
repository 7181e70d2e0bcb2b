"""The latest API requests, for tests and for users: names, never values."""

from collections import deque
from http.cookies import SimpleCookie
from typing import Any, TypedDict

from fastapi import APIRouter
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOG_PATH = "/api/requests"
CAPACITY = 1000

SESSION_HEADERS = ("anti-csrf", "authorization", "fdi-version", "rid", "st-auth-mode")
SESSION_COOKIES = (
    "sAccessToken",
    "sRefreshToken",
    "sAntiCsrf",
    "sFrontToken",
    "st-access-token",
    "st-refresh-token",
    "st-last-access-token-update",
)


class Entry(TypedDict):
    """One answered request."""

    n: int
    method: str
    path: str
    headers: list[str]
    cookies: list[str]
    # None if the client closed the connection before the response.
    status: int | None


class RequestLog:
    """The latest requests, numbered from 1 in the order of their responses."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._last = 0

    def add(self, scope: Scope, status: int | None) -> None:
        """Record a request by its ASGI scope."""
        headers = Headers(scope=scope)
        cookies = SimpleCookie(headers.get("cookie", ""))
        self._last += 1
        self._entries.append(
            {
                "n": self._last,
                "method": scope["method"],
                "path": scope["path"],
                "headers": [name for name in SESSION_HEADERS if name in headers],
                "cookies": [name for name in SESSION_COOKIES if name in cookies],
                "status": status,
            }
        )

    def since(self, n: int) -> dict[str, Any]:
        """The recorded requests after number n, and the latest number."""
        return {"last": self._last, "requests": [e for e in self._entries if e["n"] > n]}

    def router(self) -> APIRouter:
        """The endpoint that returns the log; its own requests are not logged."""
        router = APIRouter()

        @router.get(LOG_PATH)
        async def requests(since: int = 0) -> dict[str, Any]:
            return self.since(since)

        return router


class RequestLogMiddleware:
    """Writes every request to the API, preflights included, into a log."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_api(scope["path"]):
            await self._app(scope, receive, send)
            return

        status: int | None = None

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                # Before the response is sent, so that a client that has it finds it in the log.
                self._log.add(scope, status)
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            if status is None:
                self._log.add(scope, None)


def _is_api(path: str) -> bool:
    return path.startswith(("/api/", "/auth/")) and path != LOG_PATH
