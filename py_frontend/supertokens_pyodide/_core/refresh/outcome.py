"""The outcome of a refresh, or of a check whether a session exists."""

from __future__ import annotations

from typing import NamedTuple

from ...errors import RefreshUnavailable
from ..flow.effects import Head


class Available:
    """There is a session with valid tokens; after a refresh the tokens are new."""


class Ended(NamedTuple):
    """There is no session any more. ``head`` is the refresh call's response if it ended it."""

    head: Head | None = None


class Unavailable(NamedTuple):
    """It is unknown, so the session is kept. ``head`` is the refresh call's response, if any."""

    error: RefreshUnavailable
    head: Head | None = None

    def again(self) -> Unavailable:
        """The same outcome for a caller that did not wait for the call, so without its response."""
        return Unavailable(type(self.error)(self.error.message, status=self.error.status))


Outcome = Available | Ended | Unavailable


def is_available(outcome: Outcome) -> bool:
    """Whether there is a session; raises RefreshUnavailable if that is unknown."""
    if isinstance(outcome, Unavailable):
        raise outcome.error
    return isinstance(outcome, Available)
