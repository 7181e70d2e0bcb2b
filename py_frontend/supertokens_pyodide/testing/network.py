"""The scripted network: a function from Request to Reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit


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
