"""One call of a page, from its beginning to what its caller gets."""

from __future__ import annotations

from typing import Any

from .._core.wire.errors import read_error
from .network import Reply, Request


class Call:
    """A flow on its way, with what its driver keeps for it."""

    def __init__(self, request: Request | None = None) -> None:
        self.request = request
        self.reply: Reply | None = None
        self.refresh_reply: Reply | None = None
        self.failure: Exception | None = None
        self.verdict: dict[str, Any] | None = None
        self.hooked: dict[str, Any] = {}

    @property
    def ended(self) -> bool:
        """Whether it has come to its verdict, or failed."""
        return self.verdict is not None or self.failure is not None

    def result(self) -> Any:
        """The Reply of a request, or the value of a call; raises what the caller would get."""
        if self.verdict is None:
            raise self.failure or AssertionError("The flow has not ended: what should wake it?")
        match self.verdict["verdict"]:
            case "fail":
                raise read_error(self.verdict["error"])
            case "deliver":
                return self.refresh_reply if self.verdict.get("refresh") else self.reply
            case _:
                return self.verdict["value"]
