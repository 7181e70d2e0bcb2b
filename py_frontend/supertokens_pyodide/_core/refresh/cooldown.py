"""The pause after a failed refresh: as long as the backend asks for, or a growing default."""

from __future__ import annotations

from ..environment.clock import Clock

RETRY_AFTER_HEADER = "retry-after"

# Milliseconds: the first pause, which doubles with each failure up to the longest.
FIRST = 1_000
LONGEST = 10_000
# The limit for a backend's own value, or a page that stays open would never recover.
LONGEST_ASKED = 600_000


class Cooldown:
    """The time after a failure in which no refresh is tried, unless the ``state`` has changed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._state: object = None
        self._failures = 0
        self._began = self._ends = 0.0

    def begin(self, state: object, *, first: int = FIRST, retry_after: str | None = None) -> None:
        """Record a failure in this state; ``retry_after`` is the response's header, if any."""
        self._failures = self._failures + 1 if state == self._state else 1
        self._state = state
        rest: float = min(first << min(self._failures - 1, 10), LONGEST)
        if retry_after is not None:
            asked = read_retry_after(retry_after, self._clock.now())
            rest = max(rest, min(asked, LONGEST_ASKED))
        self._began = self._clock.client_now
        self._ends = self._began + rest

    def end(self) -> None:
        """Record a success."""
        self._state, self._failures = None, 0

    def lasts(self, state: object) -> bool:
        """Whether it is too early to try again in this state."""
        # If the client's clock is set back, the pause does not get longer.
        return state == self._state and self._began <= self._clock.client_now < self._ends


def read_retry_after(text: str, now: float) -> float:
    """The milliseconds that a Retry-After header asks for, 0 if it is not valid.

    The header has seconds or a date (RFC 9110); ``now`` is the backend's time.
    """
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9]) * 1000
    from calendar import timegm
    from time import strptime

    try:
        return timegm(strptime(text, "%a, %d %b %Y %H:%M:%S GMT")) * 1000 - now
    except ValueError:
        return 0
