"""Session claims: facts about the user in the session's payload, which a page can require.

    import supertokens_pyodide as supertokens
    from pyodide.http import pyfetch
    from supertokens_pyodide.claims import BooleanClaim

    async def fetch_terms(user_context):
        await pyfetch("/api/fetch-terms", method="POST")    # the backend puts them into the token

    TERMS = BooleanClaim("terms", fetch_terms, default_max_age_in_seconds=300)

    invalid = await supertokens.validate_claims(
        lambda validators, user_context: [*validators, TERMS.validators.is_true()]
    )

A claim is the payload's entry ``{"v": value, "t": when it was fetched, in milliseconds}`` under the
claim's id. The classes, and their reasons, are those of supertokens-website. For another kind of
claim or validator, write a class with the methods of SessionClaim or SessionClaimValidator; it need
not inherit from anything.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

from ._core.claims.rules import MISSING, Rule
from ._core.claims.validators import ClaimValidationResult, Clock, SessionClaimValidator
from ._core.flow.effects import UserContext
from ._core.state.tokens import Payload
from .events import ClaimValidationError

__all__ = [
    "BooleanClaim",
    "ClaimValidationError",
    "ClaimValidationResult",
    "ClaimValidator",
    "Clock",
    "PrimitiveArrayClaim",
    "PrimitiveClaim",
    "SessionClaim",
    "SessionClaimValidator",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Refresh = Callable[[UserContext], Awaitable[object] | object]


class SessionClaim(Protocol[T_co]):
    """A claim: reads its value from a payload, and has the backend fetch it again."""

    def refresh(self, user_context: UserContext) -> Awaitable[object] | object:
        """Make the backend fetch the claim and update the token; may be async."""

    def get_value_from_payload(self, payload: Payload, user_context: UserContext) -> T_co | None:
        """The claim's value, or None if the payload has none."""

    def get_last_fetched_time(self, payload: Payload, user_context: UserContext) -> float | None:
        """When the backend fetched the value, in milliseconds since the epoch."""


# ---- the claims ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClaimValidator:
    """A validator made by a claim's ``validators``."""

    id: str
    claim: _Claim[Any]
    rule: Rule

    def refresh(self, user_context: UserContext) -> Awaitable[object] | object:
        """Refresh the claim."""
        return self.claim.refresh(user_context)

    def should_refresh(self, payload: Payload, user_context: UserContext, clock: Clock) -> bool:
        """Whether the claim is missing or too old; raises InvalidMaxAge."""
        return self.rule.should_refresh(*self.claim._read(payload, user_context), clock)

    def validate(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> ClaimValidationResult:
        """Judge the claim by its rule."""
        return self.rule.validate(*self.claim._read(payload, user_context), clock)


class _Claim(Generic[T]):
    """The common part of the claims.

    ``refresh`` gets the user context, may be async, and makes the backend update the token.
    ``default_max_age_in_seconds`` applies to validators without a max age of their own; it must
    not be below the clock's threshold, 7 seconds.
    """

    def __init__(
        self, id: str, refresh: Refresh, default_max_age_in_seconds: float | None = None
    ) -> None:
        self.id = id
        self.default_max_age_in_seconds = default_max_age_in_seconds
        self._refresh = refresh

    def refresh(self, user_context: UserContext) -> Awaitable[object] | object:
        """Make the backend fetch the claim and update the token."""
        return self._refresh(user_context)

    def get_value_from_payload(
        self, payload: Payload, user_context: UserContext | None = None
    ) -> T | None:
        """The claim's value, or None if the payload has none."""
        return self._entry(payload).get("v")

    def get_last_fetched_time(
        self, payload: Payload, user_context: UserContext | None = None
    ) -> float | None:
        """When the backend fetched the value, in milliseconds since the epoch."""
        return self._entry(payload).get("t")

    def _entry(self, payload: Payload) -> dict[str, Any]:
        entry = payload.get(self.id)
        return entry if isinstance(entry, dict) else {}

    def _read(self, payload: Payload, user_context: UserContext) -> tuple[Any, float | None]:
        value: Any = self.get_value_from_payload(payload, user_context)
        if value is None and "v" not in self._entry(payload):
            value = MISSING
        return value, self.get_last_fetched_time(payload, user_context)

    def _validator(
        self, rule: str, expected: object, max_age_in_seconds: float | None, id: str | None
    ) -> ClaimValidator:
        if max_age_in_seconds is None:
            max_age_in_seconds = self.default_max_age_in_seconds
        rule_of_age = Rule(rule, expected, max_age_in_seconds)
        return ClaimValidator(self.id if id is None else id, self, rule_of_age)


class PrimitiveClaimValidators(Generic[T]):
    """The validators of a claim with one value."""

    def __init__(self, claim: _Claim[T]) -> None:
        self._claim = claim

    def has_value(
        self, value: T, max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """The claim has this value."""
        return self._claim._validator("hasValue", value, max_age_in_seconds, id)


class BooleanClaimValidators(PrimitiveClaimValidators[bool]):
    """The validators of a claim that is true or false."""

    def is_true(
        self, max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """The claim is true."""
        return self.has_value(True, max_age_in_seconds, id)

    def is_false(
        self, max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """The claim is false."""
        return self.has_value(False, max_age_in_seconds, id)


def _listed(values: Collection[T]) -> list[T]:
    # A string is a collection of strings, but the caller means the whole string.
    return [cast(T, values)] if isinstance(values, str) else list(values)


class PrimitiveArrayClaimValidators(Generic[T]):
    """The validators of a claim that is a list."""

    def __init__(self, claim: _Claim[list[T]]) -> None:
        self._claim = claim

    def includes(
        self, value: T, max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """The value is in the list."""
        return self._claim._validator("includes", value, max_age_in_seconds, id)

    def excludes(
        self, value: T, max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """The value is not in the list."""
        return self._claim._validator("excludes", value, max_age_in_seconds, id)

    def includes_all(
        self, values: Collection[T], max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """All of the values are in the list."""
        return self._claim._validator("includesAll", _listed(values), max_age_in_seconds, id)

    def includes_any(
        self, values: Collection[T], max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """At least one of the values is in the list."""
        return self._claim._validator("includesAny", _listed(values), max_age_in_seconds, id)

    def excludes_all(
        self, values: Collection[T], max_age_in_seconds: float | None = None, id: str | None = None
    ) -> ClaimValidator:
        """None of the values is in the list."""
        return self._claim._validator("excludesAll", _listed(values), max_age_in_seconds, id)


class PrimitiveClaim(_Claim[T]):
    """A claim with one value: a string, a number or a boolean."""

    @property
    def validators(self) -> PrimitiveClaimValidators[T]:
        """The validators of this claim."""
        return PrimitiveClaimValidators(self)


class BooleanClaim(PrimitiveClaim[bool]):
    """A claim that is true or false."""

    @property
    def validators(self) -> BooleanClaimValidators:
        """The validators of this claim."""
        return BooleanClaimValidators(self)


class PrimitiveArrayClaim(_Claim[list[T]]):
    """A claim that is a list of strings or numbers."""

    @property
    def validators(self) -> PrimitiveArrayClaimValidators[T]:
        """The validators of this claim."""
        return PrimitiveArrayClaimValidators(self)


# ---- responses that refuse a session for its claims ----------------------------------------------
