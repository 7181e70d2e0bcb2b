"""The type of what ``fetch`` returns: Pyodide has the class itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Response(Protocol):
    """What ``fetch`` returns: the part of Pyodide's ``FetchResponse`` that all versions have."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def status_text(self) -> str:
        """The text that came with the status code, if any."""

    @property
    def ok(self) -> bool:
        """Whether the status code says success (200 to 299)."""

    @property
    def url(self) -> str:
        """Where the response came from, after redirects."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that the page may see; names in lower case."""

    @property
    def redirected(self) -> bool:
        """Whether the response came from another address than the request's."""

    @property
    def body_used(self) -> bool:
        """Whether the body has been read, which is possible only once."""

    async def text(self) -> str:
        """Read the body as text."""

    async def json(self) -> Any:
        """Read the body as JSON."""

    async def bytes(self) -> bytes:
        """Read the body as it is."""

    def clone(self) -> Response:
        """A copy of the response, whose body can be read again."""

    def raise_for_status(self) -> None:
        """Raise an OSError for a status code from 400 up."""
