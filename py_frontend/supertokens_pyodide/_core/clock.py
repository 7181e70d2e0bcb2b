"""Time as the backend sees it: the client's clock corrected by the skew learnt from tokens."""

from __future__ import annotations

from contextlib import suppress

# supertokens-website's key and threshold, so that both correct the same page's clock alike.
STORAGE_KEY = "__st_clockSkewInMillis"
THRESHOLD = 7_000
# No clock is off by more: beyond it (some thirty thousand years) a number is damaged, not a time.
_LIMIT = 1e15


class Clock:
    """The corrected clock; all times are milliseconds since the epoch."""

    def __init__(self, stored_skew: str | None = None) -> None:
        self.client_now: float = 0
        self._skew: float = 0
        if stored_skew is not None:
            with suppress(ValueError):  # whatever wrote that key, the next token corrects it
                self._apply(int(stored_skew))

    def now(self) -> float:
        """The backend's time."""
        return self.client_now + self._skew

    def learn(self, issued_at: object) -> str:
        """Take the skew from the ``iat`` (seconds) of a token that has just arrived.

        Returns the text for localStorage. A token without ``iat`` means no skew (as upstream).
        """
        skew = 0.0
        if (
            isinstance(issued_at, (int, float))
            and not isinstance(issued_at, bool)
            and abs(issued_at) < _LIMIT
        ):
            skew = issued_at * 1000 - self.client_now
        self._apply(skew)
        return str(round(skew))

    def _apply(self, skew: float) -> None:
        # A token's iat has a resolution of seconds and travels for a while: small is none.
        self._skew = skew if THRESHOLD <= abs(skew) < _LIMIT else 0
