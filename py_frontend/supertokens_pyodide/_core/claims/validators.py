"""What an application's claim validator is, and what it gives."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

from ..flow.effects import UserContext
from ..state.tokens import Payload


@dataclass(frozen=True, slots=True)
class ClaimValidationResult:
    """What a validator finds: whether the claim is valid, and otherwise the reason why not."""

    is_valid: bool
    reason: Any = None


class Clock(Protocol):
    """The session's clock, which agrees with the backend's; times are in milliseconds."""

    def now(self) -> float:
        """The time since the epoch."""

    @property
    def threshold(self) -> float:
        """By how much the clock may be off: no age below that can be told."""


class SessionClaimValidator(Protocol):
    """What ``validate_claims`` asks of a validator; each of the three functions may be async.

    ``refresh`` and ``should_refresh`` are called under a lock that all tabs share.
    """

    @property
    def id(self) -> str:
        """Names it in what ``validate_claims`` gives; usually the claim's id."""

    def refresh(self, user_context: UserContext) -> Awaitable[object] | object:
        """Make the backend update the token; one that fails is reported and changes nothing."""

    def should_refresh(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> Awaitable[bool] | bool:
        """Whether ``refresh`` is needed before ``validate`` can judge."""

    def validate(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> Awaitable[ClaimValidationResult] | ClaimValidationResult:
        """Judge the payload, and nothing else."""
