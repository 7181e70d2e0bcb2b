"""Detects what other tabs have done, in the cookies, which all tabs share.

The cookies are compared whenever a step takes the current environment. A change that this tab did
not write comes from another tab, of ours or of supertokens-website, and becomes one event.
"""

from __future__ import annotations

from ...events import Action
from ..flow.flows import Flows
from .local_state import LocalState
from .snapshot import Unknown
from .tokens import FrontToken, read_front_token_or_none


class Observer:
    """Compares the current cookies before any other code uses them."""

    def __init__(self, flows: Flows, state: LocalState) -> None:
        self._flows = flows
        self._state = state
        self._has_looked = False
        # The latest front token, while the environment is that of an earlier moment.
        self._latest: tuple[str | None] | None = None

    def go_back(self, cookies: str, now: float) -> None:
        """Take the environment of an earlier moment: its differences are not new."""
        self._latest = self._latest or (self._state.front_token_text(),)
        self._flows.enter(cookies, now)

    def enter(self, cookies: str, now: float) -> None:
        """Take the current environment; changes by other tabs since the last one become events."""
        [before] = self._latest or (self._state.front_token_text(),)
        self._latest = None
        self._flows.enter(cookies, now)
        after = self._state.front_token_text()
        if before != after and self._has_looked and self._state.is_of_others():
            self._note_end(before, after)
            action = what_happened(before, after)
            if action is not None:
                self._state.emit({"action": action, "user_context": {}, "other_tab": True})
        self._has_looked = True

    def _note_end(self, before: str | None, after: str | None) -> None:
        """Record which session another tab has ended or replaced."""
        old, new = read_front_token_or_none(before), read_front_token_or_none(after)
        if old is None or isinstance(self._state.snapshot(), Unknown):
            return  # the browser has lost the cookies, which does not end a session
        if new is None or new.handle != old.handle:
            self._state.note_end(old)


def what_happened(before: str | None, after: str | None) -> Action | None:
    """What changed one front token into another; None stands for no session."""
    if after is None:
        return "SIGN_OUT"
    if before is None:
        return "SESSION_CREATED"
    old, new = read_front_token_or_none(before), read_front_token_or_none(after)
    if old is None or new is None:
        return None
    if old.user_id != new.user_id:
        return "USER_CHANGED"
    if old.handle != new.handle:
        return "SESSION_CREATED"
    return "REFRESH_SESSION" if _is_refreshed(old, new) else "ACCESS_TOKEN_PAYLOAD_UPDATED"


def _is_refreshed(old: FrontToken, new: FrontToken) -> bool:
    """Whether there was a refresh between two front tokens of one session.

    Backends change a token's payload without a refresh, and also its lifetime when it is first
    used. The refresh token stays the same then. Old access tokens do not name it.
    """
    pair = [token.payload.get("refreshTokenHash1") for token in (old, new)]
    if pair == [None, None]:
        return old.expires_at != new.expires_at
    return pair[0] != pair[1]
