"""The lifecycle of an intercepted request: decorate, send, absorb, refresh, retry, deliver."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

from ...errors import CookieWriteBlocked, RefreshLimitReached
from ..config.options import Config
from ..flow.effects import Head, Send, Transmit, read_text, send
from ..flow.flows import WouldBlock
from ..refresh.outcome import Available, Ended, Outcome, Unavailable
from ..refresh.refresher import Refresher
from ..state.local_state import LocalState
from ..state.relevance import Sent, sets_cookies
from ..state.snapshot import ABSENT, Present, Snapshot, Unknown

# The caller's request headers that the core needs.
REQUEST_HEADERS = ("authorization", "rid")

# The number of refreshes for one request whose tokens expire on their way to the backend.
_MOST_REFRESHES = 3


class RequestHead(NamedTuple):
    """A caller's request for the core, with the headers that the plan asks for.

    ``one_shot``: the body can be sent only once (a stream). ``drop``: headers to remove.
    """

    headers: dict[str, str]
    one_shot: bool = False
    drop: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "RequestHead(...)"


class Delivery(NamedTuple):
    """What the caller gets: the last response of the exchange, or of the refresh (``refresh``)."""

    head: Head
    refresh: bool = False


class Exchanger:
    """Adds the session to requests."""

    def __init__(self, config: Config, state: LocalState, refresher: Refresher) -> None:
        self._config = config
        self._state = state
        self._refresher = refresher

    async def exchange(
        self, request: RequestHead, transmit: Transmit = send, *, is_sent: bool = False
    ) -> Delivery:
        """Run one request to its verdict.

        If the token is known to have expired, it is refreshed before the request is sent. If a
        token was issued after the request began, is still valid and is refused, the caller gets the
        response: another refresh would not help. With ``max_retry_attempts_for_session_refresh``
        set, that many rounds are made instead, and then RefreshLimitReached is raised (as
        upstream). ``is_sent``: the response has arrived already, so nothing can be done before
        sending.
        """
        began = self._state.snapshot()
        request = self._without_our_stale_token(request)
        limit = self._config.max_retry_attempts_for_session_refresh
        rounds = 0
        outcome = None if is_sent else await self._freshened()
        while True:
            before = await self.settled()
            sent = Sent.now(self._state)
            head = await transmit(self._decorate(request, before))
            await self._take_over(head, sent)
            if isinstance(self._state.snapshot(), Present):
                self._refresher.forget_probe()
            if head.status != self._config.session_expired_status_code:
                return await self._deliver(head)
            if self._refresher.found_no_session and isinstance(self._state.snapshot(), Unknown):
                # Cookies are blocked: otherwise they would contain the result.
                self._state.emit_unauthorised(ended=False)
                return Delivery(head)
            if self._state.is_incomplete():
                return Delivery(head)
            if limit is None or request.one_shot:
                is_fresh = isinstance(before, Present) and before != began
                is_over = sent.token is not None and self._state.is_over(sent.token)
                if is_fresh and (rounds >= _MOST_REFRESHES or not is_over):
                    return Delivery(head)
            elif rounds >= limit:
                raise RefreshLimitReached(f"A request was refused after {rounds} refreshes.")
            rounds += 1
            has_changed = self._state.snapshot() != before  # since the refresh before sending
            if outcome is None or isinstance(outcome, Available) or has_changed:
                try:
                    outcome = await self._refresher.refresh(before)
                except WouldBlock:
                    return Delivery(head)
            if request.one_shot:
                return Delivery(head)  # the caller may try again, with the new tokens
            match outcome:
                case Available():
                    continue
                case Ended(response):
                    return Delivery(head) if response is None else Delivery(response, refresh=True)
                case Unavailable(error, response):  # pragma: no branch
                    if response is None:
                        raise error
                    return Delivery(response, refresh=True)

    async def settled(self) -> Snapshot:
        """The local state; if it is unknown, the backend is asked.

        If that would block, the state counts as absent this time.
        """
        snapshot = self._state.snapshot()
        if not isinstance(snapshot, Unknown):
            self._refresher.forget_probe()
            return snapshot
        try:
            found = isinstance(await self._refresher.probe(), Available)
        except WouldBlock:
            found = False
        if not found:
            return ABSENT
        snapshot = self._state.snapshot()
        if isinstance(snapshot, Unknown):
            raise CookieWriteBlocked("The session was refreshed, but its cookies were not kept.")
        self._refresher.forget_probe()
        return snapshot

    async def _freshened(self) -> Outcome | None:
        """The outcome of a refresh before the request; None if the token has not expired.

        If the session has ended or that is unknown, the request is still sent: the resource may be
        public.
        """
        before = self._state.snapshot()
        if not isinstance(before, Present) or not self._state.has_expired():
            return None
        try:
            return await self._refresher.refresh(before)
        except (WouldBlock, CookieWriteBlocked):
            return None

    async def _take_over(self, head: Head, sent: Sent) -> None:
        """Take over a response's changes of the session, if they are about the current one."""
        match sent.relevance_of(head, self._state):
            case "current":
                self._state.absorb(head, sent.snapshot)
            case "superseded" if sets_cookies(head, self._state):
                with suppress(WouldBlock):  # it continues by itself
                    await self._refresher.reconcile(head)
            case "outdated":
                self._state.warn_of_outdated_tokens()

    def _without_our_stale_token(self, request: RequestHead) -> RequestHead:
        """Drop an Authorization header that is our own: a retry must carry the next token."""
        ours = self._our_authorization()
        if ours is None or request.headers.get("authorization") != ours:
            return request
        headers = {name: text for name, text in request.headers.items() if name != "authorization"}
        return request._replace(headers=headers, drop=("authorization",))

    def _our_authorization(self) -> str | None:
        access_token = self._state.access_token()
        if access_token is None or self._state.refresh_token() is None:
            return None  # only an access token: a cookie session exposes it
        return f"Bearer {access_token}"

    def _decorate(self, request: RequestHead, snapshot: Snapshot) -> Send:
        headers: dict[str, str] = {"st-auth-mode": self._config.token_transfer_method}
        if "rid" not in request.headers:
            headers["rid"] = "anti-csrf"
        anti_csrf = self._state.anti_csrf()
        if anti_csrf is not None and isinstance(snapshot, Present):
            headers["anti-csrf"] = anti_csrf
        ours = self._our_authorization()
        if ours is not None and "authorization" not in request.headers:
            headers["authorization"] = ours
        credentials = "include" if self._config.auto_add_credentials else None
        return Send(headers, request.drop, credentials)

    async def _deliver(self, head: Head) -> Delivery:
        if head.status == self._config.invalid_claim_status_code:
            from ..claims.refusals import read_invalid_claims

            errors = read_invalid_claims(await read_text())
            if errors is not None:
                self._state.emit(
                    {
                        "action": "API_INVALID_CLAIM",
                        "claim_validation_errors": errors,
                        "user_context": {},
                    }
                )
        return Delivery(head)
