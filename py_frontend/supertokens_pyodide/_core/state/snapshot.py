"""The session's local state at one instant, and the decisions that follow from it.

Both front token and update mark: there is a session. Only the mark: the user signed out here. No
mark: unknown, because browsers drop script-written cookies (Safari after 7 days) while the httpOnly
refresh cookie lives longer.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..environment.cookies import FRONT_TOKEN, LAST_UPDATE, Cookies


class Present(NamedTuple):
    """There is a session; ``update`` changes whenever its tokens do."""

    update: str


class Absent:
    """There is no session."""


class Unknown:
    """Only the backend knows."""


Snapshot = Present | Absent | Unknown

ABSENT = Absent()
UNKNOWN = Unknown()


def take_snapshot(cookies: Cookies) -> Snapshot:
    """Read the local state."""
    update = cookies.get(LAST_UPDATE)
    if update is not None and cookies.get(FRONT_TOKEN) is not None:
        return Present(update)
    return ABSENT if update else UNKNOWN


# How to treat a refused request.
Decision = Literal["give up", "retry", "refresh"]


def decide(before: Snapshot, now: Snapshot) -> Decision:
    """What a request that was sent in state ``before`` and refused must do in state ``now``.

    If the session has changed meanwhile, another tab or flow has refreshed or created it: use it. A
    second refresh with one refresh token would look like token theft.
    """
    match before, now:
        case _, Absent():
            return "give up"
        case Present(old), Present(new):
            return "refresh" if old == new else "retry"
        case _, Present():
            return "retry"
        case _:
            return "refresh"
