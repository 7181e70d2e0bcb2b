"""The response that a page under test gets from ``fetch()``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from .network import Reply


class PageResponse:
    """The counterpart of Pyodide's FetchResponse; ``reply`` is the backend's response."""

    def __init__(self, asked: str, reply: Reply, url: str) -> None:
        self.reply = reply
        self.url = url
        self.redirected = asked.partition("#")[0] != url
        self.body_used = False

    @property
    def status(self) -> int:
        """The status code."""
        return self.reply.status

    @property
    def status_text(self) -> str:
        """The text of the status code."""
        known = {status.value: status.phrase for status in HTTPStatus}
        return known.get(self.status, "")

    @property
    def ok(self) -> bool:
        """Whether the status code says success (200 to 299)."""
        return 200 <= self.status <= 299

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers; names in lower case."""
        return self.reply.headers

    async def text(self) -> str:
        """Read the body as text."""
        return (await self.bytes()).decode("utf-8", "replace")

    async def json(self) -> Any:
        """Read the body as JSON."""
        return json.loads(await self.bytes())

    async def bytes(self) -> bytes:
        """Read the body as it is."""
        if self.body_used:
            raise OSError("The body of this response has been read already.")
        self.body_used = True
        return self.reply.body

    def clone(self) -> PageResponse:
        """A copy of the response, whose body can be read again."""
        if self.body_used:
            raise OSError("The body of this response has been read already.")
        clone = PageResponse(self.url, self.reply, self.url)
        clone.redirected = self.redirected
        return clone

    def raise_for_status(self) -> None:
        """Raise an OSError for a status code from 400 up."""
        if self.status >= 400:
            raise OSError(f"{self.status} {self.status_text} for url: {self.url}")
