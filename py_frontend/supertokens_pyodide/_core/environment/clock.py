"""The backend's time: the client's clock, corrected by the skew in tokens."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol, TypeGuard

# supertokens-website's key and threshold, so that both correct the same page's clock alike.
STORAGE_KEY = "__st_clockSkewInMillis"
THRESHOLD = 7_000
# No clock is off by more (some thirty thousand years): a larger number is damaged.
LIMIT = 1e15


def is_time(value: object) -> TypeGuard[float]:
    """Whether a value in a token can be a time or a duration."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return False
    return abs(value) < LIMIT  # False for NaN


class DateProvider(Protocol):
    """A clock in place of ours: supertokens-website's dateProvider."""

    def now(self) -> float:
        """The backend's time in milliseconds since the epoch, as far as it is known."""

    def get_threshold_in_seconds(self) -> float:
        """A smaller difference of the two clocks is ignored."""

    def set_client_clock_skew_in_millis(self, skew: float) -> None:
        """Take over from a token how far the backend's clock is ahead."""

    def get_client_clock_skew_in_millis(self) -> float:
        """How far the backend's clock is ahead."""


# Takes the payload of an access token that has just arrived; returns the skew in milliseconds.
CalculateSkew = Callable[[dict[str, Any]], float]


class Clock:
    """The corrected clock; all times are milliseconds since the epoch.

    A ``provider`` replaces it; ``calculate_skew`` may be set to calculate the skew in another way.
    """

    def __init__(
        self,
        stored_skew: str | None = None,
        provider: DateProvider | None = None,
    ) -> None:
        self.client_now: float = 0
        self._skew: float = 0
        self._provider = provider
        self.calculate_skew: CalculateSkew = self.skew_of
        if stored_skew is not None:
            # As JavaScript's parseInt reads it.
            match = re.match(r"(?a)\s*([+-]?\d+)", stored_skew)
            with suppress(ValueError):  # too many digits; the next token corrects it
                self._apply(int(match[1]) if match else 0)

    def now(self) -> float:
        """The backend's time."""
        if self._provider is not None:
            return self._provider.now()
        return self.client_now + self._skew

    def to_client(self, time: float) -> float | None:
        """The client's clock at a time of the backend's; None if it is unknown."""
        return None if self._provider is not None else time - self._skew

    @property
    def threshold(self) -> float:
        """A smaller difference of the two clocks, in milliseconds, is ignored."""
        if self._provider is not None:
            return self._provider.get_threshold_in_seconds() * 1000
        return THRESHOLD

    def learn(self, payload: dict[str, Any]) -> str | None:
        """Take the skew from the payload of a token that has just arrived.

        Returns the text for localStorage, if it must be stored there.
        """
        skew = self.calculate_skew(payload)
        if not is_time(skew):  # NaN, for instance, from a page's own function
            skew = self.skew_of(payload)
        if self._provider is not None:
            self._provider.set_client_clock_skew_in_millis(skew)
            return None
        self._apply(skew)
        return str(round(skew))

    def skew_of(self, payload: dict[str, Any]) -> float:
        """How far the backend's clock is ahead, from a new token's ``iat`` (seconds).

        A token without ``iat`` means no skew (as upstream).
        """
        issued_at = payload.get("iat")
        return issued_at * 1000 - self.client_now if is_time(issued_at) else 0

    def _apply(self, skew: float) -> None:
        # A token's iat has whole seconds, and the token takes time to arrive: ignore a small skew.
        self._skew = skew if THRESHOLD <= abs(skew) < LIMIT else 0
