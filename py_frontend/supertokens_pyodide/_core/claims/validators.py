"""The types of an application's claim validator and of its result."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

from ..flow.effects import UserContext
from ..state.tokens import Payload


@dataclass(frozen=True, slots=True)
class ClaimValidationResult:
    """A validator's result: whether the claim is valid, and if not, the reason."""

    is_valid: bool
    reason: Any = None


class Clock(Protocol):
    """The session's clock, corrected to the backend's time; times are in milliseconds."""

    def now(self) -> float:
        """The time since the epoch."""

    @property
    def threshold(self) -> float:
        """The clock's possible error: a max age below it cannot be measured."""


class SessionClaimValidator(Protocol):
    """A validator for ``validate_claims``; each of the three functions may be async.

    ``refresh`` and ``should_refresh`` are called under a lock that all tabs share.
    """

    @property
    def id(self) -> str:
        """The id in the results of ``validate_claims``; usually the claim's id."""

    def refresh(self, user_context: UserContext) -> Awaitable[object] | object:
        """Make the backend update the token; an error here is logged and changes nothing."""

    def should_refresh(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> Awaitable[bool] | bool:
        """Whether ``refresh`` is needed before ``validate`` can judge."""

    def validate(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> Awaitable[ClaimValidationResult] | ClaimValidationResult:
        """Judge the payload, without side effects."""
