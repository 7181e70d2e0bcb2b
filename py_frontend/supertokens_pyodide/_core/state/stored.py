"""What this browser's cookies, or another store, contain of the session."""

from __future__ import annotations

from ..config.options import Config
from ..environment.cookies import (
    ACCESS_TOKEN,
    ANTI_CSRF,
    FRONT_TOKEN,
    LAST_UPDATE,
    REFRESH_TOKEN,
)
from ..flow.flows import Flows
from .endings import Ending, ending_of, time_of
from .snapshot import ABSENT, Present, Snapshot, Unknown, take_snapshot
from .tokens import FrontToken, MalformedToken, read_front_token

# The latest time that a JavaScript Date can express, in milliseconds.
_LATEST = 8.64e15


class StoredSession:
    """The session as this browser stores it."""

    def __init__(self, config: Config, flows: Flows) -> None:
        self._config = config
        self._flows = flows
        self._cookies = flows.cookies
        self._keeps_all = config.token_store != "cookies"
        self._decoded: tuple[str, FrontToken] | None = None
        # The update mark that this tab wrote last, and the front token next to it.
        self._written: str | None = None
        self._saved: str | None = None
        # A token that looked expired when it arrived: the clock must be wrong.
        self._timeless: FrontToken | None = None

    def snapshot(self) -> Snapshot:
        """The state at this instant.

        Browsers may drop some cookies of a session; another store keeps all its entries or none.
        """
        if self.marked_ending() is not None:
            return ABSENT  # also if another subdomain has put a front token next to the mark
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

        If the mark is the one that this tab wrote, the token is too. If the browser then shows
        another token, it is a cookie of the same name that another subdomain has set.
        """
        text = self._cookies.get(FRONT_TOKEN)
        is_ours = self._saved is not None and self._cookies.get(LAST_UPDATE) == self._written
        return self._saved if text is not None and is_ours else text

    def is_of_others(self) -> bool:
        """Whether the state was last written by another tab.

        What this tab wrote may look different afterwards if the browser did not keep all of it.
        Cookies without their mark have been lost by the browser.
        """
        mark = self._cookies.get(LAST_UPDATE)
        return self._keeps_all if mark is None else mark != self._written

    def has_expired(self, within: float = 0) -> bool:
        """Whether the access token has expired, or will within so many seconds.

        By the backend's clock; an unreadable token has expired. Half of a token's whole life is
        always enough: a token with a shorter life than ``within`` would never be.
        """
        token = self.readable_token()
        return token is None or self.is_over(token, within)

    def is_over(self, token: FrontToken, within: float = 0) -> bool:
        """Whether this token has expired, or will within so many seconds.

        A token that looked expired when it arrived is valid: a wrong clock must not lead to a
        refresh for each request.
        """
        left = token.expires_at - self._flows.clock.now()
        if left >= min(within * 1000, token.lifetime / 2) or token == self._timeless:
            return False
        return not self._was_saved_over(token)

    def _was_saved_over(self, token: FrontToken) -> bool:
        """Whether the current token looked expired when it arrived, in any tab.

        All tabs share one clock, and the update mark is the time of arrival.
        """
        saved, over = time_of(self.mark()), self._flows.clock.to_client(token.expires_at)
        if saved is None or over is None or not over < saved <= self._flows.clock.client_now:
            return False
        return token == self.readable_token()

    def readable_token(self) -> FrontToken | None:
        """The front token; None also if it cannot be read."""
        try:
            return self.front_token()
        except MalformedToken:
            return None

    def reusable_until(self) -> float | None:
        """Until when, by the client's clock, the cookies alone determine the session.

        None if they do not: without a session, and if its token cannot be read.
        """
        token = self.readable_token() if isinstance(self.snapshot(), Present) else None
        if token is None or not 0 < token.expires_at < _LATEST:  # JSON has no infinity
            return None
        if self.is_incomplete():
            return None
        return self._flows.clock.to_client(token.expires_at)

    def session_handle(self) -> str | None:
        """Which session this is; None without one, and if its token does not contain it."""
        token = self.readable_token()
        return None if token is None else token.handle

    def mark(self) -> str | None:
        """The update mark; it changes whenever the session changes."""
        return self._cookies.get(LAST_UPDATE)

    def marked_ending(self) -> Ending | None:
        """The previous session, which the update mark contains for all tabs."""
        return ending_of(self.mark())

    def outlives_its_end(self) -> bool:
        """Whether the browser has a front token although the session has ended.

        Another subdomain has set it for a parent domain, and pages below cannot remove it there.
        """
        return self.marked_ending() is not None and self._cookies.get(FRONT_TOKEN) is not None

    def is_incomplete(self) -> bool:
        """Whether there is a session in headers whose tokens this page cannot see.

        That is so on an http page if the host's https pages keep the tokens in ``Secure`` cookies.
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
        """The access token, if the backend exposes it to the page."""
        return self._cookies.get(ACCESS_TOKEN)

    def refresh_token(self) -> str | None:
        """The refresh token, in header mode."""
        return self._cookies.get(REFRESH_TOKEN)

    def anti_csrf(self) -> str | None:
        """The anti-csrf token, if the backend uses one."""
        return self._cookies.get(ANTI_CSRF)
