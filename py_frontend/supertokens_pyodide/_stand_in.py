"""What stands in for a browser where there is none.

On CPython ``supertokens_pyodide.testing`` puts itself here for as long as a test wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ._client import Client
from ._core.config.options import Config
from ._response import Response


class StandIn(Protocol):
    """What the module's functions need of a browser."""

    def client(self) -> Client:
        """The client of a page that has not called ``init()``."""

    def start(self, options: Mapping[str, Any]) -> Client:
        """Start the client of a page that calls ``init()``."""

    def read_options(self, options: Mapping[str, Any]) -> Config:
        """Check options against the page that they are for; raises ConfigError."""

    async def fetch(self, url: str, options: Mapping[str, Any]) -> Response:
        """Make a page's request; the options are those of JavaScript's ``fetch``."""


current: StandIn | None = None
