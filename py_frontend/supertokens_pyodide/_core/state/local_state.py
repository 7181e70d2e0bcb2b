"""The session's local state: what is kept in cookies, and how a reply changes it."""

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
from .endings import Ending, ending_of, time_of, write_mark
from .snapshot import ABSENT, Present, Snapshot, Unknown, take_snapshot
from .tokens import (
    FrontToken,
    MalformedToken,
    read_front_token,
    read_front_token_or_none,
    same_payload,
)

# Reply headers (FDI). They are compared in lower case, as browsers hand them out.
FRONT_TOKEN_HEADER = "front-token"
ACCESS_TOKEN_HEADER = "st-access-token"
REFRESH_TOKEN_HEADER = "st-refresh-token"
ANTI_CSRF_HEADER = "anti-csrf"
REPLY_HEADERS = (FRONT_TOKEN_HEADER, ACCESS_TOKEN_HEADER, REFRESH_TOKEN_HEADER, ANTI_CSRF_HEADER)

# The front-token value by which a backend ends a session.
REMOVE = "remove"

# The latest time that a JavaScript Date can tell, in milliseconds.
_LATEST = 8.64e15


class LocalState:
    """The session as this browser knows it."""

    def __init__(self, config: Config, flows: Flows) -> None:
        self._config = config
        self._flows = flows
        self._cookies = flows.cookies
        self._keeps_all = config.token_store != "cookies"
        self._decoded: tuple[str, FrontToken] | None = None
        # The update mark that this tab wrote last, and the front token beside it.
        self._written: str | None = None
        self._saved: str | None = None
        # A token that looked expired when it arrived: the clock is no judge of it.
        self._timeless: FrontToken | None = None
        self._has_warned = False
        #: The session that was here before, in this tab.
        self.ending: Ending | None = None

    def snapshot(self) -> Snapshot:
        """The state at this instant.

        Browsers drop cookies while a session lives on in others; no other store loses a part.
        """
        if self.marked_ending() is not None:
            return ABSENT  # whatever another subdomain has put beside the mark
        state = take_snapshot(self._cookies)
        if isinstance(state, Unknown) and self._keeps_all and self.refresh_token() is None:
            return ABSENT
        return state

    def front_token(self) -> FrontToken | None:
        """The front token, or None when there is none; raises MalformedToken."""
        text = self.front_token_text()
        if text is None:
            return None
        if self._decoded is None or self._decoded[0] != text:
            self._decoded = (text, read_front_token(text))
        return self._decoded[1]

    def front_token_text(self) -> str | None:
        """The front token as the backend gave it.

        While the mark is the one that this tab wrote, so is the token beside it: what the browser
        shows instead is a cookie of the same name that another subdomain has set.
        """
        text = self._cookies.get(FRONT_TOKEN)
        is_ours = self._saved is not None and self._cookies.get(LAST_UPDATE) == self._written
        return self._saved if text is not None and is_ours else text

    def is_of_others(self) -> bool:
        """Whether the state was last written by another tab.

        What this tab wrote may look different afterwards, where the browser did not keep all of it;
        and cookies without their mark are ones that the browser has lost.
        """
        mark = self._cookies.get(LAST_UPDATE)
        return self._keeps_all if mark is None else mark != self._written

    def has_expired(self, within: float = 0) -> bool:
        """Whether the access token has expired, or will within so many seconds.

        By the backend's clock; an unreadable token has expired. Half of a token's whole life is
        always good enough: one that is made for less than ``within`` would never do.
        """
        token = self.readable_token()
        return token is None or self.is_over(token, within)

    def is_over(self, token: FrontToken, within: float = 0) -> bool:
        """Whether this token has expired, or will within so many seconds.

        One that looked expired when it arrived is valid: a wrong clock must not lead to a refresh
        for each request.
        """
        left = token.expires_at - self._flows.clock.now()
        if left >= min(within * 1000, token.lifetime / 2) or token == self._timeless:
            return False
        return not self._was_saved_over(token)

    def _was_saved_over(self, token: FrontToken) -> bool:
        """Whether the token that is there looked expired when it arrived, in whichever tab.

        All tabs share one clock, and the update mark tells when that was.
        """
        saved, over = time_of(self.mark()), self._flows.clock.to_client(token.expires_at)
        if saved is None or over is None or not over < saved <= self._flows.clock.client_now:
            return False
        return token == self.readable_token()

    def readable_token(self) -> FrontToken | None:
        """The front token; None also where it cannot be read."""
        try:
            return self.front_token()
        except MalformedToken:
            return None

    def reusable_until(self) -> float | None:
        """Until when, by the client's clock, the cookies alone tell all of the session.

        None where they do not: without a session, and where its token cannot be read.
        """
        token = self.readable_token() if isinstance(self.snapshot(), Present) else None
        if token is None or not 0 < token.expires_at < _LATEST:  # JSON knows no infinity
            return None
        if self.is_incomplete():
            return None
        return self._flows.clock.to_client(token.expires_at)

    def session_handle(self) -> str | None:
        """Which session this is; None without one, and where its token does not say."""
        token = self.readable_token()
        return None if token is None else token.handle

    def mark(self) -> str | None:
        """The update mark; another one whenever the session has changed."""
        return self._cookies.get(LAST_UPDATE)

    def marked_ending(self) -> Ending | None:
        """Which session was here before, as the update mark tells it to all tabs."""
        return ending_of(self.mark())

    def note_end(self, token: FrontToken) -> None:
        """Remember that the session of this token, its last known one, is over."""
        self.ending = Ending.of(token)

    def outlives_its_end(self) -> bool:
        """Whether the browser has a front token although the session has ended.

        Another subdomain has set it for a parent domain, and no page below can remove it there.
        """
        return self.marked_ending() is not None and self._cookies.get(FRONT_TOKEN) is not None

    def is_incomplete(self) -> bool:
        """Whether a session in headers is there whose tokens this page cannot see.

        On an http page of a host whose https pages keep the tokens in ``Secure`` cookies.
        """
        return (
            self._config.token_transfer_method == "header"
            and not self._config.page.secure
            and isinstance(self.snapshot(), Present)
            and self.access_token() is None
            and self.refresh_token() is None
        )

    def is_in_cookies(self) -> bool:
        """Whether responses set the session's tokens as httpOnly cookies."""
        return self._config.token_transfer_method == "cookie" and self.refresh_token() is None

    def access_token(self) -> str | None:
        """The access token, where the backend lets the page see it."""
        return self._cookies.get(ACCESS_TOKEN)

    def refresh_token(self) -> str | None:
        """The refresh token, in header mode."""
        return self._cookies.get(REFRESH_TOKEN)

    def anti_csrf(self) -> str | None:
        """The anti-csrf token, where the backend uses one."""
        return self._cookies.get(ANTI_CSRF)

    def forget(self) -> None:
        """Drop what cannot be read, so that the backend is asked what is true."""
        self._cookies.clear(FRONT_TOKEN)
        self._cookies.clear(LAST_UPDATE)

    def end(self, user_context: UserContext) -> None:
        """End the session here, whatever the backend knows of it."""
        self._save_front_token(REMOVE)
        self.emit({"action": "SIGN_OUT", "user_context": user_context})

    def warn_of_outdated_tokens(self) -> None:
        """Tell the console, once a page, why a response's tokens were not taken over."""
        if not self._has_warned:
            self._has_warned = True
            self._flows.output.warnings.append(
                "A response carried tokens of an earlier time, which were ignored. Usually a cache "
                "has answered: let the backend send Cache-Control: no-store. If a sign-in is "
                "ignored, the clocks of the backend's servers differ."
            )

    def emit(self, event: Event) -> None:
        """Fire an event once this step's state is written."""
        self._flows.output.events.append(event)

    def emit_unauthorised(self, *, ended: bool) -> None:
        """Fire UNAUTHORISED; ``ended`` tells a session that was ended from one that never was."""
        self.emit(
            {"action": "UNAUTHORISED", "session_expired_or_revoked": ended, "user_context": {}}
        )

    def absorb(self, head: Head, before: Snapshot) -> None:
        """Take over what a reply says of the session; ``before`` is the state it was sent in."""
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
        """Whether a response is about a session in cookies, which a caller's request carried.

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
        """Whether a front token is of another session than the one that is there."""
        there, new = self.readable_token(), read_front_token_or_none(front_token)
        if there is None or new is None or None in (there.handle, new.handle):
            return False
        if there.handle == new.handle:
            return False
        self.note_end(there)
        return True

    def _clear_unless_in(self, headers: dict[str, str]) -> None:
        """Clear the tokens that a session's first reply does not bring: they are another's.

        A backend clears them by empty headers, which proxies drop. Kept, a refresh token of the
        last user would win over the cookies of this one.
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
