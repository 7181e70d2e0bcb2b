"""Session events: what handlers registered with ``on()`` receive.

The actions and their meaning are those of supertokens-website; a handler gets a plain dict. An
event also reports what another tab of this site has done; it then has ``other_tab``. USER_CHANGED
means that another user's session has replaced the previous one.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, cast

Action = Literal[
    "SESSION_CREATED",
    "REFRESH_SESSION",
    "ACCESS_TOKEN_PAYLOAD_UPDATED",
    "API_INVALID_CLAIM",
    "UNAUTHORISED",
    "SIGN_OUT",
    "USER_CHANGED",
]

ACTIONS: tuple[Action, ...] = (
    "SESSION_CREATED",
    "REFRESH_SESSION",
    "ACCESS_TOKEN_PAYLOAD_UPDATED",
    "API_INVALID_CLAIM",
    "UNAUTHORISED",
    "SIGN_OUT",
    "USER_CHANGED",
)


class ClaimValidationError(TypedDict):
    """One claim that is not valid: the validator's id and its reason."""

    id: str
    reason: NotRequired[Any]


class Event(TypedDict):
    """One session event.

    ``session_expired_or_revoked`` comes with UNAUTHORISED: True if the backend ended the session,
    False if there was none to begin with. ``claim_validation_errors`` comes with
    API_INVALID_CLAIM. ``other_tab`` is True if another tab caused the event.
    """

    action: Action
    user_context: dict[str, Any]
    session_expired_or_revoked: NotRequired[bool]
    claim_validation_errors: NotRequired[list[ClaimValidationError]]
    other_tab: NotRequired[bool]


_WIRE_NAMES = {
    "action": "action",
    "user_context": "userContext",
    "session_expired_or_revoked": "sessionExpiredOrRevoked",
    "claim_validation_errors": "claimValidationErrors",
    "other_tab": "otherTab",
}
_PYTHON_NAMES = {wire: name for name, wire in _WIRE_NAMES.items()}


def to_wire(event: Event) -> dict[str, Any]:
    """The event under supertokens-website's key names, as JavaScript handlers know it."""
    return {_WIRE_NAMES[name]: value for name, value in event.items()}


def from_wire(event: dict[str, Any]) -> Event:
    """The event under Python key names."""
    return cast(Event, {_PYTHON_NAMES[name]: value for name, value in event.items()})
