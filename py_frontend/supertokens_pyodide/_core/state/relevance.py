"""Which responses may change the session: a response must never make it older."""

from __future__ import annotations

from typing import Literal, NamedTuple

from ..flow.effects import Head
from .local_state import FRONT_TOKEN_HEADER, REFRESH_TOKEN_HEADER, REMOVE, LocalState
from .snapshot import Present, Snapshot, Unknown
from .tokens import FrontToken, read_front_token_or_none

# How a response relates to the current session. Current: it is about that session, or starts
# another. Superseded: its session has ended or been replaced since its request. Outdated: its
# tokens were issued before the current ones, or before the last session ended (from a cache, for
# instance).
Relevance = Literal["current", "superseded", "outdated"]


class Sent(NamedTuple):
    """The session in which a request was sent."""

    snapshot: Snapshot
    token: FrontToken | None
    mark: str | None

    @classmethod
    def now(cls, state: LocalState) -> Sent:
        """The current session."""
        return cls(state.snapshot(), state.readable_token(), state.mark())

    def relevance_of(self, head: Head, state: LocalState) -> Relevance:
        """How the response to this request relates to the current session."""
        text = head.headers.get(FRONT_TOKEN_HEADER)
        token = read_front_token_or_none(text)
        if head.headers and self._is_gone(state) and not self._begins_another(token):
            return "superseded"
        if text == REMOVE and not isinstance(self.snapshot, Present):
            # The backend reports that a request without a session had none.
            signed_in = isinstance(state.snapshot(), Present)
            return "superseded" if signed_in else "current"
        if token is not None and _is_outdated(token, state):
            return "superseded" if self._is_overtaken(token, state) else "outdated"
        return "current"

    def _is_gone(self, state: LocalState) -> bool:
        """Whether this session, if it has a name, has ended or been replaced.

        Cookies that the browser has lost meanwhile do not end a session.
        """
        if isinstance(state.snapshot(), Unknown):
            return False
        handle = None if self.token is None else self.token.handle
        return handle is not None and handle != state.session_handle()

    def _is_overtaken(self, token: FrontToken, state: LocalState) -> bool:
        """Whether the session that a response started was replaced or ended before it arrived.

        A cache can return old tokens even if nothing has changed since the request.
        """
        return self.mark != state.mark() and token.handle != state.session_handle()

    def _begins_another(self, token: FrontToken | None) -> bool:
        return token is not None and self.token is not None and token.handle != self.token.handle


def sets_cookies(head: Head, state: LocalState) -> bool:
    """Whether an ignored response has still changed the httpOnly cookies."""
    text = head.headers.get(FRONT_TOKEN_HEADER)
    if text is None or not state.is_in_cookies() or head.headers.get(REFRESH_TOKEN_HEADER):
        return False
    # Removed cookies are right, unless a user is signed in.
    return text != REMOVE or isinstance(state.snapshot(), Present)


def _is_outdated(token: FrontToken, state: LocalState) -> bool:
    there = state.readable_token()
    if there is not None:
        if _is_older(token, there):
            return True
        if token.handle == there.handle:
            return False
    endings = (state.ending, state.marked_ending())
    return any(ending.covers(token) for ending in endings if ending is not None)


def _is_older(token: FrontToken, there: FrontToken) -> bool:
    """Whether a token was issued before the current one.

    Tokens have whole seconds: of two from one second, neither is older. If two tokens of one
    session do not have the time of issue, the one that expires first is older.
    """
    if token.issued_at is None or there.issued_at is None:
        return token.handle == there.handle and token.expires_at < there.expires_at
    return int(token.issued_at) < int(there.issued_at)
