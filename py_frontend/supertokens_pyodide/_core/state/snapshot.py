"""The session's local state at one instant, and what follows from it.

Both front token and update mark: a session is there. Only the mark: it was signed out here. No
mark: nobody knows, because browsers drop script-written cookies (Safari after 7 days) while the
httpOnly refresh cookie lives on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..environment.cookies import FRONT_TOKEN, LAST_UPDATE, Cookies


@dataclass(frozen=True, slots=True)
class Present:
    """A session is there; ``update`` changes whenever its tokens do."""

    update: str


@dataclass(frozen=True, slots=True)
class Absent:
    """There is no session."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Only the backend can tell."""


Snapshot = Present | Absent | Unknown

ABSENT = Absent()
UNKNOWN = Unknown()


def take_snapshot(cookies: Cookies) -> Snapshot:
    """Read the local state."""
    update = cookies.get(LAST_UPDATE)
    if update is not None and cookies.get(FRONT_TOKEN) is not None:
        return Present(update)
    return ABSENT if update else UNKNOWN


class Decision(Enum):
    """What to do about a refused request."""

    GIVE_UP = "give up"
    RETRY = "retry"
    REFRESH = "refresh"


def decide(before: Snapshot, now: Snapshot) -> Decision:
    """What a request that was sent in state ``before`` and refused should do in state ``now``.

    A session that changed meanwhile was refreshed or created by somebody else: using it costs
    nothing, while a second refresh with one refresh token would look like token theft.
    """
    match before, now:
        case _, Absent():
            return Decision.GIVE_UP
        case Present(old), Present(new):
            return Decision.REFRESH if old == new else Decision.RETRY
        case _, Present():
            return Decision.RETRY
        case _:
            return Decision.REFRESH
