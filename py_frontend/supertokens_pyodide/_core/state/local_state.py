"""The session's local state, and how responses change it."""

from __future__ import annotations

from ...events import Event
from ..config.options import Config
from ..environment.clock import STORAGE_KEY
from ..environment.cookies import (
    ACCESS_TOKEN,
    ANTI_CSRF,
    FRONT_TOKEN,
    LAST_UPDATE,
    LEGACY_ID_REFRESH_TOKEN,
    REFRESH_TOKEN,
)
from ..flow.effects import Head, UserContext
from ..flow.flows import Flows
from .endings import Ending, time_of, write_mark
from .snapshot import Present, Snapshot
from .stored import StoredSession
from .tokens import (
    FrontToken,
    MalformedToken,
    read_front_token,
    read_front_token_or_none,
    same_payload,
)

# Response headers (FDI). They are compared in lower case, as browsers hand them out.
FRONT_TOKEN_HEADER = "front-token"
ACCESS_TOKEN_HEADER = "st-access-token"
REFRESH_TOKEN_HEADER = "st-refresh-token"
ANTI_CSRF_HEADER = "anti-csrf"
RESPONSE_HEADERS = (FRONT_TOKEN_HEADER, ACCESS_TOKEN_HEADER, REFRESH_TOKEN_HEADER, ANTI_CSRF_HEADER)

# The front-token value with which a backend ends a session.
REMOVE = "remove"


class LocalState(StoredSession):
    """The session as this browser knows it."""

    def __init__(self, config: Config, flows: Flows) -> None:
        super().__init__(config, flows)
        self._has_warned = False
        #: The previous session, in this tab.
        self.ending: Ending | None = None

    def note_end(self, token: FrontToken) -> None:
        """Record that the session of this token, its last known one, is over."""
        self.ending = Ending.of(token)

    def forget(self) -> None:
        """Drop what cannot be read, so that the backend is asked."""
        self._cookies.clear(FRONT_TOKEN)
        self._cookies.clear(LAST_UPDATE)

    def end(self, user_context: UserContext) -> None:
        """End the session here, whatever its state on the backend."""
        self._save_front_token(REMOVE)
        self.emit({"action": "SIGN_OUT", "user_context": user_context})

    def warn_of_outdated_tokens(self) -> None:
        """Warn in the console, once per page, why a response's tokens were ignored."""
        if not self._has_warned:
            self._has_warned = True
            self._flows.output.warnings.append(
                "A response carried older tokens, which were ignored. Usually a cache has "
                "answered: let the backend send Cache-Control: no-store. If a sign-in is "
                "ignored, the clocks of the backend's servers differ."
            )

    def emit(self, event: Event) -> None:
        """Fire an event after this step's state is written."""
        self._flows.output.events.append(event)

    def emit_unauthorised(self, *, ended: bool) -> None:
        """Fire UNAUTHORISED; ``ended`` is False if there never was a session."""
        self.emit(
            {"action": "UNAUTHORISED", "session_expired_or_revoked": ended, "user_context": {}}
        )

    def absorb(self, head: Head, before: Snapshot) -> None:
        """Take over a response's changes; ``before`` is the state in which its request was sent."""
        headers = head.headers
        if not headers or self._is_of_cookies(headers):
            return
        for header, cookie in (
            (REFRESH_TOKEN_HEADER, REFRESH_TOKEN),
            (ACCESS_TOKEN_HEADER, ACCESS_TOKEN),
        ):
            if header in headers:
                self._store(cookie, headers[header])
        front_token = headers.get(FRONT_TOKEN_HEADER)
        if front_token is not None and self._replaces(front_token):
            self._clear_unless_in(headers)
        if front_token is not None and not self._save_front_token(front_token):
            front_token = None
        if ANTI_CSRF_HEADER in headers and isinstance(self.snapshot(), Present):
            self._store(ANTI_CSRF, headers[ANTI_CSRF_HEADER])
        if front_token is not None:
            self._emit_change(isinstance(before, Present), front_token != REMOVE, head.status)

    def _is_of_cookies(self, headers: dict[str, str]) -> bool:
        """Whether a response is about a cookie session that the caller's request carried.

        If ours is kept elsewhere, that is another session: ours has its refresh token here.
        """
        if not self._keeps_all or headers.get(FRONT_TOKEN_HEADER) == REMOVE:
            return False
        return not headers.get(REFRESH_TOKEN_HEADER) and self.refresh_token() is None

    def _store(self, cookie: str, value: str) -> None:
        if value:
            self._cookies.set(cookie, value)
        else:
            self._cookies.clear(cookie)

    def _replaces(self, front_token: str) -> bool:
        """Whether a front token belongs to another session than the current one."""
        there, new = self.readable_token(), read_front_token_or_none(front_token)
        if there is None or new is None or None in (there.handle, new.handle):
            return False
        if there.handle == new.handle:
            return False
        self.note_end(there)
        return True

    def _clear_unless_in(self, headers: dict[str, str]) -> None:
        """Clear the tokens that a new session's first response does not bring.

        Backends clear them with empty headers, which proxies drop. An old refresh token would be
        used before the cookies of the new session.
        """
        for header, cookie in (
            (REFRESH_TOKEN_HEADER, REFRESH_TOKEN),
            (ACCESS_TOKEN_HEADER, ACCESS_TOKEN),
            (ANTI_CSRF_HEADER, ANTI_CSRF),
        ):
            if header not in headers and self._cookies.get(cookie) is not None:
                self._cookies.clear(cookie)

    def _save_front_token(self, text: str) -> bool:
        if text == REMOVE:
            self._remove()
            return True
        try:
            new = read_front_token(text)
        except MalformedToken:
            self._flows.output.warnings.append(
                "A response carried a malformed front-token header, which was ignored. Usually "
                "something between the backend and this page rewrites headers."
            )
            return False
        old = self.readable_token()
        self._mark_update()
        self._cookies.set(FRONT_TOKEN, text)
        self._saved = text
        skew = self._flows.clock.learn(new.payload)
        if skew is not None:
            self._flows.output.storage[STORAGE_KEY] = skew
        self._timeless = new if new.expires_at < self._flows.clock.now() else None
        if old is not None and not same_payload(old.payload, new.payload):
            self.emit({"action": "ACCESS_TOKEN_PAYLOAD_UPDATED", "user_context": {}})
        return True

    def _remove(self) -> None:
        old = self.readable_token()
        if old is not None:
            self.note_end(old)
        self._mark_update(self.ending or self.marked_ending())
        self._saved = None
        # Proxies drop the empty headers that would clear the others one by one.
        for cookie in (FRONT_TOKEN, ACCESS_TOKEN, REFRESH_TOKEN, ANTI_CSRF):
            self._cookies.clear(cookie)

    def _mark_update(self, ending: Ending | None = None) -> None:
        last = time_of(self._cookies.get(LAST_UPDATE))
        now = int(self._flows.clock.client_now)
        # Two updates in one millisecond must still differ.
        self._written = write_mark(now if last is None else max(now, last + 1), ending)
        self._cookies.set(LAST_UPDATE, self._written)
        self._cookies.clear(LEGACY_ID_REFRESH_TOKEN)

    def _emit_change(self, was_there: bool, is_there: bool, status: int) -> None:
        if was_there and not is_there:
            if status == self._config.session_expired_status_code:
                self.emit_unauthorised(ended=True)
            else:
                self.emit({"action": "SIGN_OUT", "user_context": {}})
        elif is_there and not was_there:
            self.emit({"action": "SESSION_CREATED", "user_context": {}})
