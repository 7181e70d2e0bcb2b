"""The results of passwordless."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from .._body import Body
from .._results import NotAllowed, SignedIn
from ._attempts import LoginAttempt


@dataclass(frozen=True, slots=True)
class CodeSent:
    """A code, a link or both were sent: ``attempt.flow_type`` says which."""

    status: ClassVar[Literal["OK"]] = "OK"
    attempt: LoginAttempt


@dataclass(frozen=True, slots=True)
class CodeResent:
    """Another message was sent; earlier codes are still valid."""

    status: ClassVar[Literal["OK"]] = "OK"
    attempt: LoginAttempt


@dataclass(frozen=True, slots=True)
class TooSoon:
    """Nothing was sent: the last message is too recent. ``retry_after`` is in seconds."""

    status: ClassVar[Literal["TOO_SOON"]] = "TOO_SOON"
    retry_after: float


@dataclass(frozen=True, slots=True)
class RestartFlow:
    """The attempt is over: begin again with ``create_code``.

    The backend does not say whether a code or link has expired, was used, or was wrong too often.
    With ``session_exists`` a user is signed in: the link may have been used before.
    """

    status: ClassVar[Literal["RESTART_FLOW_ERROR"]] = "RESTART_FLOW_ERROR"
    session_exists: bool = False

    @classmethod
    def read(cls, body: Body) -> RestartFlow:
        """Read it from a response."""
        return cls()


@dataclass(frozen=True, slots=True)
class _Counted:
    failed_attempts: int
    most_attempts: int

    @classmethod
    def read(cls, body: Body) -> Self:
        """Read it from a response."""
        return cls(
            body.number("failedCodeInputAttemptCount"), body.number("maximumCodeInputAttempts")
        )

    @property
    def attempts_left(self) -> int:
        """How often the user may try again."""
        return max(0, self.most_attempts - self.failed_attempts)


@dataclass(frozen=True, slots=True)
class WrongCode(_Counted):
    """The code is wrong. The last attempt that the backend allows answers with RestartFlow."""

    status: ClassVar[Literal["INCORRECT_USER_INPUT_CODE_ERROR"]] = "INCORRECT_USER_INPUT_CODE_ERROR"


@dataclass(frozen=True, slots=True)
class ExpiredCode(_Counted):
    """The code was right but is too old: send another. It counts as an attempt."""

    status: ClassVar[Literal["EXPIRED_USER_INPUT_CODE_ERROR"]] = "EXPIRED_USER_INPUT_CODE_ERROR"


CreateResult = CodeSent | NotAllowed
ResendResult = CodeResent | RestartFlow | TooSoon
ConsumeResult = SignedIn | WrongCode | ExpiredCode | RestartFlow | NotAllowed
