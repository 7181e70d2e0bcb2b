"""Refreshing: one call for all requests that need it, under the lock that all tabs share.

If one refresh token is used twice, the backend takes it for token theft and ends the session. So a
refresh is a flow of its own. All who need it wait for the one that runs; if one of them is
cancelled, the refresh continues for the others.
"""

from __future__ import annotations

from ...errors import CookieWriteBlocked, FrontTokenMissing, RefreshUnavailable
from ..config.options import Config
from ..flow.effects import Head, Lock, lock, post, post_hook
from ..flow.flows import Flow, Flows
from ..state.local_state import ANTI_CSRF_HEADER, FRONT_TOKEN_HEADER, REMOVE, LocalState
from ..state.relevance import Sent, sets_cookies
from ..state.snapshot import Absent, Present, Snapshot, Unknown, decide
from .backend_calls import refresh_call, sign_cookies_out_call
from .cooldown import FIRST, LONGEST, RETRY_AFTER_HEADER, Cooldown
from .outcome import Available, Ended, Outcome, Unavailable

# supertokens-website's name, so that its pages and ours exclude each other.
LOCK_NAME = "REFRESH_TOKEN_USE"
# Longer than the slowest holder should take, whose own call has a timeout.
_LOCK_TIMEOUT = 10_000

_LOCK_HELD = "Another tab has been refreshing the session for too long."
_NOT_SHOWN = "The refresh call was answered, but the response has no usable front-token header."


class Refresher:
    """Refreshes the session for every flow that asks."""

    def __init__(self, config: Config, flows: Flows, state: LocalState) -> None:
        self._config = config
        self._flows = flows
        self._state = state
        self._running: Flow[Outcome | None] | None = None
        self._probed: Available | Ended | None = None
        self._cooldown = Cooldown(flows.clock)
        self._failure: Unavailable | None = None
        # The session at the last refresh: its refresh token has been used.
        self._spent: Snapshot | None = None
        self._reconciling: Flow[None] | None = None

    async def refresh(self, before: Snapshot) -> Outcome:
        """Get newer tokens than those of ``before``; refreshes only if no other flow or tab has.

        After a failure no new call is made until the cooldown is over; the failure is the outcome.
        Raises CookieWriteBlocked rather than use one refresh token twice.
        """
        while True:
            if self._state.is_incomplete():
                return Unavailable(_tokens_hidden())
            now = self._state.snapshot()
            match decide(before, now):
                case "give up":
                    self._state.emit_unauthorised(ended=False)
                    return Ended()
                case "retry":
                    return Available()
                case _:
                    if now == self._spent:
                        raise CookieWriteBlocked(
                            "The session was refreshed, but its cookies were not kept."
                        )
                    if self._failure is not None and self._cooldown.lasts(now):
                        return self._failure.again()
                    outcome = await self._single_flight(before)
                    if outcome is not None:
                        return outcome

    async def probe(self) -> Outcome:
        """Ask the backend whether an unknown session exists; asks once and keeps the answer."""
        if self._probed is None:
            outcome = await self.refresh(self._state.snapshot())
            if isinstance(outcome, Unavailable):
                return outcome  # the cooldown keeps it for a while
            self._probed = outcome
        return self._probed

    @property
    def found_no_session(self) -> bool:
        """Whether the backend has answered, for an unknown session, that there is none."""
        return isinstance(self._probed, Ended)

    def forget_probe(self) -> None:
        """Ask the backend again when it is next needed: there has been a session since."""
        self._probed = None

    async def try_refresh(self) -> Outcome:
        """Make a refresh call to report how it goes.

        An existing session is refreshed as usual. If the user is signed out here, that stays so,
        whatever the backend answers.
        """
        state = self._state.snapshot()
        if not isinstance(state, Absent):
            return await self.refresh(state)
        if not await self._locked():
            return Unavailable(RefreshUnavailable(_LOCK_HELD))
        head = await post(refresh_call(self._config, self._state))
        self._flows.unlock()
        return self._said(head)

    def _said(self, head: Head) -> Outcome:
        """The outcome of a response that must not change the state."""
        if head.failure is not None:
            return Unavailable(_no_response(head.failure, self._config))
        token = self._with_removal(head).headers.get(FRONT_TOKEN_HEADER)
        if token == REMOVE:
            return Ended(head)
        if head.status >= 300:
            return Unavailable(_refused(head.status))
        if token is None:
            return Unavailable(FrontTokenMissing(_NOT_SHOWN, status=head.status))
        return Unavailable(
            RefreshUnavailable(
                "The backend has a session for this browser that the page does not know.",
                status=head.status,
                hint="It was signed out here only, or signed in by a request that did not carry "
                "the session: to another host than api_domain's, or before init().",
            )
        )

    async def _single_flight(self, before: Snapshot) -> Outcome | None:
        if self._running is None or self._running.ended:
            self._running = self._flows.spawn(self._refresh(before))
        return await self._flows.join(self._running)

    async def _refresh(self, before: Snapshot) -> Outcome | None:
        """One refresh under the lock; None if the session has changed: the caller decides again."""
        taken = await self._locked()
        outcome: Outcome | None
        if decide(before, self._state.snapshot()) != "refresh":
            outcome = None
        elif not taken:
            outcome = Unavailable(RefreshUnavailable(_LOCK_HELD))
        else:
            outcome = await self._call(before)
        self._remember(outcome)
        self._flows.unlock()
        if isinstance(outcome, Available):  # the lock is free, so users' functions may take long
            if self._config.has_post_api_hook:
                await post_hook()
            self._state.emit({"action": "REFRESH_SESSION", "user_context": {}})
        return outcome

    def _remember(self, outcome: Outcome | None) -> None:
        """Report a failure to callers until the cooldown is over."""
        match outcome:
            case Available() | Ended():
                self._failure = None
                self._cooldown.end()
            case Unavailable(_, head):
                self._failure = outcome
                state = self._state.snapshot()
                # Without a known session, signed out is more likely than signed in.
                first = LONGEST if isinstance(state, Unknown) else FIRST
                retry_after = head.headers.get(RETRY_AFTER_HEADER) if head else None
                self._cooldown.begin(state, first=first, retry_after=retry_after)

    async def _call(self, before: Snapshot) -> Outcome | None:
        # A backend with an older cookie domain set (olderCookieDomain) answers one refresh
        # without a front-token on purpose, while it clears the old cookies: call a second time.
        for _ in range(2):
            sent = Sent.now(self._state)
            head = await post(refresh_call(self._config, self._state))
            if self._is_gone(sent, head):
                if not sets_cookies(head, self._state):
                    return None  # signed out or replaced meanwhile
                if not isinstance(self._state.snapshot(), Present):
                    await self._sign_cookies_out(head)
                    return None
                before = self._state.snapshot()
                continue  # the cookies belong to the previous session: refresh this one
            if head.failure is not None:
                return Unavailable(_no_response(head.failure, self._config))
            head = self._with_removal(head)
            self._state.absorb(head, before)
            after = self._state.snapshot()
            if isinstance(after, Absent):
                return Ended(head if head.status >= 300 else None)
            if head.status >= 300:
                return Unavailable(_refused(head.status), head)
            if after != sent.snapshot:
                self._spent = sent.snapshot if isinstance(sent.snapshot, Present) else None
                return Available()
        return Unavailable(FrontTokenMissing(_NOT_SHOWN, status=head.status))

    def _is_gone(self, sent: Sent, head: Head) -> bool:
        """Whether the session of a refresh call is no longer the current one.

        If the browser has lost the cookies meanwhile, the session goes on: the response has tokens.
        """
        if FRONT_TOKEN_HEADER in head.headers and isinstance(self._state.snapshot(), Unknown):
            return False
        handle = None if sent.token is None else sent.token.handle
        if handle is None:
            return self._state.snapshot() != sent.snapshot
        return handle != self._state.session_handle()

    async def reconcile(self, dropped: Head) -> None:
        """Make the backend's httpOnly cookies match the current session, or none.

        A response that changes nothing here has still set its cookies.
        """
        if self._reconciling is None or self._reconciling.ended:
            self._reconciling = self._flows.spawn(self._reconcile(dropped))
        await self._flows.join(self._reconciling)

    async def _reconcile(self, dropped: Head) -> None:
        if not isinstance(self._state.snapshot(), Present):
            await self._sign_cookies_out(dropped)
        now = self._state.snapshot()
        if isinstance(now, Present):
            await self.refresh(now)

    async def _sign_cookies_out(self, dropped: Head) -> None:
        anti_csrf = dropped.headers.get(ANTI_CSRF_HEADER) or None
        await post(sign_cookies_out_call(self._config, anti_csrf))

    async def _locked(self) -> bool:
        return await lock(Lock(LOCK_NAME, _LOCK_TIMEOUT + self._config.refresh_milliseconds))

    def _with_removal(self, head: Head) -> Head:
        """A refused refresh without a front-token also ends the session (FDI)."""
        refused = head.status == self._config.session_expired_status_code
        if refused and FRONT_TOKEN_HEADER not in head.headers:
            return head._replace(headers={**head.headers, FRONT_TOKEN_HEADER: REMOVE})
        return head


def _tokens_hidden() -> RefreshUnavailable:
    return RefreshUnavailable(
        "There is a session whose tokens this page cannot see.",
        hint="The session was made on https, where its cookies are Secure, and this page uses "
        "http. Redirect the site's http pages to https.",
    )


def _no_response(failure: str, config: Config) -> RefreshUnavailable:
    if failure == "timeout":
        return RefreshUnavailable(
            f"The session's refresh got no response within {config.refresh_timeout:g} seconds."
        )
    return RefreshUnavailable("The session's refresh got no response from the backend.")


def _refused(status: int) -> RefreshUnavailable:
    return RefreshUnavailable(f"The session's refresh was answered with {status}.", status=status)
