"""The type of a stand-in for a browser; for type checkers, never imported at run time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ._client import Client
from ._core.config.options import Config
from ._response import Response


class StandIn(Protocol):
    """What the module's functions need from a browser."""

    def client(self) -> Client:
        """The client of a page that has not called ``init()``."""

    def start(self, options: Mapping[str, Any]) -> Client:
        """Start the client of a page that calls ``init()``."""

    def read_options(self, options: Mapping[str, Any]) -> Config:
        """Check options against their page; raises ConfigError."""

    async def fetch(self, url: str, options: Mapping[str, Any]) -> Response:
        """Make a page's request; the options are those of JavaScript's ``fetch``."""
