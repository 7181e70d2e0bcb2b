"""What a claim's value must be and how old it may be, for the claims of both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from ...errors import InvalidMaxAge
from .validators import ClaimValidationResult, Clock

# In place of a value that the payload does not have. (None is a value: JavaScript's null.)
MISSING: Any = object()


def _none(found: Iterable[bool]) -> bool:
    return not any(found)


# For arrays: the reason's key for the expected value, first if there is no value and then if it is
# wrong; and how many of the expected elements must be there.
_ARRAY_RULES: Mapping[str, tuple[str, str, Callable[[Iterable[bool]], bool]]] = {
    "includes": ("expectedToInclude", "expectedToInclude", all),
    "excludes": ("expectedToNotInclude", "expectedToNotInclude", _none),
    "includesAll": ("expectedToInclude", "expectedToInclude", all),
    "includesAny": ("expectedToInclude", "expectedToIncludeAtLeastOneOf", any),
    "excludesAll": ("expectedToNotInclude", "expectedToNotInclude", _none),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a claim's value must be (by supertokens-website's name), and how old it may be."""

    name: str
    expected: Any
    max_age_in_seconds: float | None = None

    def should_refresh(self, value: Any, fetched_at: object, clock: Clock) -> bool:
        """Whether the value is missing or too old; raises InvalidMaxAge."""
        limit = self.max_age_in_seconds
        if limit is not None and not (_is_number(limit) and limit * 1000 >= clock.threshold):
            raise InvalidMaxAge(
                f"A claim's max age is {limit!r}, but it must be a number of at least "
                f"{clock.threshold / 1000:g} seconds."
            )
        return value is MISSING or self._expired(fetched_at, clock)

    def validate(self, value: Any, fetched_at: object, clock: Clock) -> ClaimValidationResult:
        """Judge the value; the reasons are those of supertokens-website."""
        if_missing, if_wrong, holds = self._terms(value)
        if value is MISSING:
            return self._invalid("value does not exist", {if_missing: self.expected})
        if self._expired(fetched_at, clock):
            reason = {
                "ageInSeconds": self._age(fetched_at, clock),
                "maxAgeInSeconds": self.max_age_in_seconds,
            }
            return self._invalid("expired", reason)
        if not holds:
            return self._invalid("wrong value", {if_wrong: self.expected, "actualValue": value})
        return ClaimValidationResult(True)

    def _terms(self, value: Any) -> tuple[str, str, bool]:
        if self.name == "hasValue":
            return "expectedValue", "expectedValue", _same(value, self.expected)
        if_missing, if_wrong, enough = _ARRAY_RULES[self.name]
        wanted = self.expected if self._is_for_several() else [self.expected]
        if not isinstance(value, list):
            return if_missing, if_wrong, False  # the value has an unknown form, so it is not valid
        found = (any(_same(element, each) for element in value) for each in wanted)
        return if_missing, if_wrong, enough(found)

    def _is_for_several(self) -> bool:
        return self.name.endswith(("All", "Any")) and isinstance(self.expected, list)

    def _invalid(self, message: str, reason: dict[str, Any]) -> ClaimValidationResult:
        return ClaimValidationResult(False, {"message": message, **reason})

    def _expired(self, fetched_at: object, clock: Clock) -> bool:
        limit = self.max_age_in_seconds
        # A value without a time never expires (as upstream).
        return limit is not None and self._age(fetched_at, clock) > limit

    def _age(self, fetched_at: object, clock: Clock) -> float:
        return (clock.now() - fetched_at) / 1000 if _is_number(fetched_at) else 0


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _same(one: object, other: object) -> bool:
    # As in JSON: true is not 1.
    return one == other and isinstance(one, bool) == isinstance(other, bool)
