"""The claim of completed factors, and its validators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict, cast

from ..._core.flow.effects import UserContext
from ..._core.state.tokens import Payload
from ...claims import ClaimValidationResult, Clock
from ._steps import info


class OneOf(TypedDict):
    """Requires one of several factors."""

    oneOf: Sequence[str]


class AllOfInAnyOrder(TypedDict):
    """Requires several factors."""

    allOfInAnyOrder: Sequence[str]


#: A factor, or several.
Requirement = str | OneOf | AllOfInAnyOrder


@dataclass(frozen=True, slots=True)
class CompletedFactors:
    """The claim's value: when each factor was completed, in seconds since the epoch.

    ``is_complete`` is whether all factors are completed that the backend requires to be signed in.
    """

    factors: Mapping[str, int]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class FactorValidator:
    """Requires factors, in their order; without any, those that the backend requires."""

    id: str
    requirements: tuple[Requirement, ...] = field(default=())

    async def refresh(self, user_context: UserContext) -> None:
        """Ask the backend, which updates the claim."""
        await info(user_context=user_context)

    def should_refresh(self, payload: Payload, user_context: UserContext, clock: Clock) -> bool:
        """Whether the session has no such claim."""
        return MultiFactorAuthClaim.get_value_from_payload(payload, user_context) is None

    def validate(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> ClaimValidationResult:
        """Judge the claim; the reasons are those of supertokens-web-js."""
        value = MultiFactorAuthClaim.get_value_from_payload(payload, user_context)
        if value is None:
            return _invalid("MFA info not available in payload")
        if not self.requirements and not value.is_complete:
            return _invalid("not all required factors have been completed")
        for requirement in self.requirements:
            result = _judge(requirement, value.factors)
            if not result.is_valid:
                return result
        return ClaimValidationResult(True)


_SEVERAL: Mapping[str, tuple[Callable[[Iterable[bool]], bool], str]] = {
    "oneOf": (any, "All factor checkers failed in the list"),
    "allOfInAnyOrder": (all, "Some factor checkers failed in the list"),
}


def _judge(requirement: Requirement, completed: Mapping[str, int]) -> ClaimValidationResult:
    if isinstance(requirement, str):
        if requirement in completed:
            return ClaimValidationResult(True)
        return _invalid("Factor validation failed: Not completed", factorId=requirement)
    [(key, wanted)] = cast("Mapping[str, Sequence[str]]", requirement).items()
    enough, message = _SEVERAL[key]
    if enough(one in completed for one in wanted):
        return ClaimValidationResult(True)
    failures = [
        {"id": one, "isValid": False, "message": "Not completed"}
        for one in wanted
        if one not in completed
    ]
    return _invalid(message, **{key: list(wanted), "failures": failures})


def _invalid(message: str, **reason: Any) -> ClaimValidationResult:
    return ClaimValidationResult(False, {"message": message, **reason})


class _Validators:
    """The validators of MultiFactorAuthClaim."""

    def has_completed_mfa_requirements_for_auth(self) -> FactorValidator:
        """All factors that the backend requires are completed."""
        return FactorValidator(MultiFactorAuthClaim.id)

    def has_completed_factors(self, requirements: Sequence[Requirement]) -> FactorValidator:
        """These factors are completed; otherwise the reason is the first that is not."""
        return FactorValidator(MultiFactorAuthClaim.id, tuple(requirements))


class _MultiFactorAuthClaim:
    """The factors that were completed in the session (``st-mfa``)."""

    id = "st-mfa"
    validators = _Validators()

    async def refresh(self, user_context: UserContext) -> None:
        """Ask the backend, which updates the claim."""
        await info(user_context=user_context)

    def get_value_from_payload(
        self, payload: Payload, user_context: UserContext | None = None
    ) -> CompletedFactors | None:
        """The completed factors, or None if the payload has none."""
        entry = payload.get(self.id)
        if not isinstance(entry, dict) or not isinstance(entry.get("c"), dict):
            return None
        return CompletedFactors(entry["c"], entry.get("v") is True)

    def get_last_fetched_time(
        self, payload: Payload, user_context: UserContext | None = None
    ) -> float | None:
        """None: the claim does not contain it."""
        return None


MultiFactorAuthClaim = _MultiFactorAuthClaim()
"""The factors that were completed in the session (``st-mfa``). Its ``refresh`` asks the backend."""
