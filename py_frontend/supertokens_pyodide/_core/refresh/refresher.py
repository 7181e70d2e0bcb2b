"""Refreshing: one call for all who need it, under the lock that all tabs share.

Two refreshes with one refresh token look like token theft to the backend, which then ends the
session. So a refresh is a flow of its own: whoever needs it waits for the one that runs, and going
away leaves it running for the others.
"""

from __future__ import annotations

from dataclasses import replace

from ...errors import CookieWriteBlocked, FrontTokenMissing, RefreshUnavailable
from ..config.options import Config
from ..flow.effects import Head, Lock, lock, post, post_hook
from ..flow.flows import Flow, Flows
from ..state.local_state import ANTI_CSRF_HEADER, FRONT_TOKEN_HEADER, REMOVE, LocalState
from ..state.relevance import Sent, sets_cookies
from ..state.snapshot import Absent, Decision, Present, Snapshot, Unknown, decide
from .backend_calls import refresh_call, sign_cookies_out_call
from .cooldown import FIRST, LONGEST, RETRY_AFTER_HEADER, Cooldown
from .outcome import Available, Ended, Outcome, Unavailable

# supertokens-website's name: its pages and ours exclude each other.
LOCK_NAME = "REFRESH_TOKEN_USE"
# Longer than the slowest holder should take, whose call itself is limited.
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
        # The session as the last refresh found it: its refresh token has been used.
        self._spent: Snapshot | None = None
        self._reconciling: Flow[None] | None = None

    async def refresh(self, before: Snapshot) -> Outcome:
        """Get other tokens than those of ``before``; refreshes only if nobody else has.

        One that has just failed is not made again: its failure counts until the cooldown is over.
        Raises CookieWriteBlocked rather than use one refresh token twice.
        """
        while True:
            if self._state.is_incomplete():
                return Unavailable(_tokens_hidden())
            now = self._state.snapshot()
            match decide(before, now):
                case Decision.GIVE_UP:
                    self._state.emit_unauthorised(ended=False)
                    return Ended()
                case Decision.RETRY:
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
        """Learn from the backend whether an unknown session is there; asks once and remembers."""
        if self._probed is None:
            outcome = await self.refresh(self._state.snapshot())
            if isinstance(outcome, Unavailable):
                return outcome  # the cooldown remembers it for a while
            self._probed = outcome
        return self._probed

    @property
    def found_nobody(self) -> bool:
        """Whether the backend, asked about an unknown session, has said that there is none."""
        return isinstance(self._probed, Ended)

    def forget_probe(self) -> None:
        """Ask the backend again at the next need: the session has been there since."""
        self._probed = None

    async def try_refresh(self) -> Outcome:
        """Make a refresh call to learn how it goes.

        A session is refreshed by it, in the ordinary way. Who is signed out here stays so, whatever
        the backend says.
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
        """What a response says that nothing is made of."""
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
                "The backend has a session for this browser that the page does not know of.",
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
        """One refresh under the lock; None when the session has changed: decide anew."""
        taken = await self._locked()
        outcome: Outcome | None
        if decide(before, self._state.snapshot()) is not Decision.REFRESH:
            outcome = None
        elif not taken:
            outcome = Unavailable(RefreshUnavailable(_LOCK_HELD))
        else:
            outcome = await self._call(before)
        self._remember(outcome)
        self._flows.unlock()
        if isinstance(outcome, Available):  # the lock is free: users' functions may take their time
            if self._config.has_post_api_hook:
                await post_hook()
            self._state.emit({"action": "REFRESH_SESSION", "user_context": {}})
        return outcome

    def _remember(self, outcome: Outcome | None) -> None:
        """Let a failure count for a while."""
        match outcome:
            case Available() | Ended():
                self._failure = None
                self._cooldown.end()
            case Unavailable(_, head):
                self._failure = outcome
                state = self._state.snapshot()
                # Who is not known to be signed in is more often nobody than somebody.
                first = LONGEST if isinstance(state, Unknown) else FIRST
                retry_after = head.headers.get(RETRY_AFTER_HEADER) if head else None
                self._cooldown.begin(state, first=first, retry_after=retry_after)

    async def _call(self, before: Snapshot) -> Outcome | None:
        # A backend with an older cookie domain set answers one refresh without a front-token, on
        # purpose, while it clears the old cookies (olderCookieDomain): a second call settles it.
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
                continue  # the cookies are those of the session before: refresh this one
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
        """Whether the session of a refresh call is no longer the one that is there.

        Cookies that the browser has lost meanwhile end no session: the response has its tokens.
        """
        if FRONT_TOKEN_HEADER in head.headers and isinstance(self._state.snapshot(), Unknown):
            return False
        handle = None if sent.token is None else sent.token.handle
        if handle is None:
            return self._state.snapshot() != sent.snapshot
        return handle != self._state.session_handle()

    async def reconcile(self, dropped: Head) -> None:
        """Make the backend's httpOnly cookies those of the session that is there, or of none.

        A response that changes nothing here has set its cookies all the same.
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
        """A refresh that is refused without a front-token ends the session all the same (FDI)."""
        refused = head.status == self._config.session_expired_status_code
        if refused and FRONT_TOKEN_HEADER not in head.headers:
            return replace(head, headers={**head.headers, FRONT_TOKEN_HEADER: REMOVE})
        return head


def _tokens_hidden() -> RefreshUnavailable:
    return RefreshUnavailable(
        "A session is there whose tokens this page cannot see.",
        hint="The session was made on https, where its cookies are Secure, and this page came by "
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
