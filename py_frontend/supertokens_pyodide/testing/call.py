"""One call of a page, from its start to its result."""

from __future__ import annotations

from typing import Any

from .._core.wire.errors import read_error
from .network import Reply, Request


class Call:
    """A running flow, with its driver's data for it."""

    def __init__(self, request: Request | None = None) -> None:
        self.request = request
        self.reply: Reply | None = None
        self.refresh_reply: Reply | None = None
        self.failure: Exception | None = None
        self.verdict: dict[str, Any] | None = None
        self.hooked: dict[str, Any] = {}

    @property
    def ended(self) -> bool:
        """Whether it has reached its verdict, or failed."""
        return self.verdict is not None or self.failure is not None

    def result(self) -> Any:
        """The Reply of a request, or the value of a call; raises the caller's error."""
        if self.verdict is None:
            raise self.failure or AssertionError("The flow has not ended, and nothing resumes it.")
        match self.verdict["verdict"]:
            case "fail":
                raise read_error(self.verdict["error"])
            case "deliver":
                return self.refresh_reply if self.verdict.get("refresh") else self.reply
            case _:
                return self.verdict["value"]
