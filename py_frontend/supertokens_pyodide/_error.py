"""What all errors have in common."""

from __future__ import annotations

from typing import Any, ClassVar

#: The documentation's address, written by `make settings`.
DOCUMENTATION = "https://example.com/supertokens-pyodide"


class SuperTokensError(Exception):
    """The base of every error of this package.

    ``code`` is stable and meant for programs; ``hint`` is what a developer can do.
    """

    __module__ = "supertokens_pyodide.errors"
    code: ClassVar[str] = "SUPERTOKENS_ERROR"
    hint: str = "Please report this bug."
    _usual: ClassVar[str] = ""
    #: The SDK's call to the backend (an event's action) whose response this error is about.
    call: ClassVar[str | None] = None
    #: The response behind the error, as ``pyfetch`` returns it: read it with ``await
    #: error.response.json()``. None if there is none, or if it is no longer available.
    response: Any = None

    def __init__(self, message: str | None = None, *, hint: str | None = None) -> None:
        super().__init__(self._usual if message is None else message)
        if hint is not None:
            self.hint = hint

    @property
    def message(self) -> str:
        """What happened, in one sentence."""
        return str(self.args[0]) if self.args else ""

    @property
    def documentation(self) -> str:
        """The address of this error's section in the documentation."""
        return f"{DOCUMENTATION}/errors.html#{self.code.lower()}"

    def __str__(self) -> str:
        advice = f" {self.hint} See {self.documentation}" if self.hint else ""
        return f"{self.message}{advice}".strip()


class CallFailed(SuperTokensError):
    """A call to the backend has failed; ``status`` is the HTTP status, None without a response."""

    status: int | None = None

    def __init__(self, message: str, *, status: int | None = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status
