"""The scripted network: a function from Request to Reply."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit


class NetworkDown(Exception):
    """Raise it in a scripted backend: the request gets no response."""


class TimedOut(Exception):
    """Raise it in a scripted backend: the request gets no response in time."""


@dataclass(frozen=True, slots=True)
class BackendSession:
    """The session of a request, as a backend SDK passes it to its application."""

    user_id: str
    tenant_id: str
    claims: Mapping[str, Any]
    handle: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it goes to the network.

    ``session`` is set within ``signed_in()`` and ``signed_out()`` if the request carries a valid
    access token of their session.
    """

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    credentials: str | None = None
    body: bytes = field(default=b"", repr=False)
    session: BackendSession | None = None

    @property
    def path(self) -> str:
        """The URL's path."""
        return urlsplit(self.url).path

    @property
    def query(self) -> str:
        """The URL's query, without its question mark."""
        return urlsplit(self.url).query

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body parsed as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """A response of the scripted backend; header names in lower case.

    ``content`` is the body if it is not text. ``set_cookies`` are the values of the ``Set-Cookie``
    headers, which pages cannot see.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    text: str = ""
    content: bytes | None = field(default=None, repr=False)
    set_cookies: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of_json(cls, data: object, status: int = 200) -> Reply:
        """A response whose body is this value as JSON."""
        return cls(status, {"content-type": "application/json"}, json.dumps(data))

    @property
    def body(self) -> bytes:
        """The body as it is sent."""
        return self.text.encode() if self.content is None else self.content


Backend = Callable[[Request], Reply]

#: Answers the requests of a page within ``signed_in()``; may be async.
ApplicationBackend = Callable[[Request], Reply | Awaitable[Reply]]


def as_body(body: object) -> bytes:
    """A request's body as it is sent."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    raise TypeError(f"A body must be text or bytes here, not {type(body).__name__}.")
