"""One session: its state, which hangs off one object, and the calls on it."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ...events import ClaimValidationError
from ..config.options import Config
from ..environment.clock import STORAGE_KEY, Clock, DateProvider
from ..environment.cookies import Cookies
from ..flow.effects import Effect, UserContext
from ..flow.flows import Flows
from ..refresh.outcome import Available, Ended, Unavailable, is_available
from ..refresh.refresher import Refresher
from ..state.local_state import LocalState
from ..state.observer import Observer
from ..state.snapshot import Present
from ..state.tokens import Payload
from .access import Access
from .calls import call, read
from .exchange import Delivery, Exchanger, RequestHead

if TYPE_CHECKING:
    from ..claims.validation import Validation
    from ..claims.validators import SessionClaimValidator
    from ..diagnose.report import DiagnosticReport, Facts
    from .sign_out import SignOut
    from .status import SessionStatus
    from .verifier import Verifier


class Session:
    """The session core. Its ``async`` methods are flows: begin them with ``flows``.

    Drivers may begin the methods marked ``call`` or ``read`` by name.
    """

    def __init__(
        self,
        config: Config,
        stored: Mapping[str, str | None] | None = None,
        *,
        date_provider: DateProvider | None = None,
    ) -> None:
        self.config = config
        clock = Clock((stored or {}).get(STORAGE_KEY), date_provider)
        self.flows = Flows(Cookies(config), clock)
        self._state = LocalState(config, self.flows)
        self._refresher = Refresher(config, self.flows, self._state)
        self._exchanger = Exchanger(config, self._state, self._refresher)
        self._access = Access(self._state, self._refresher, self._exchanger)
        self._observer = Observer(self.flows, self._state)

    # Rarely used parts are imported when they are needed: each module makes every start longer.

    @cached_property
    def _sign_out(self) -> SignOut:
        from .sign_out import SignOut

        return SignOut(self.config, self.flows, self._state, self._access, self._exchanger)

    @cached_property
    def _verifier(self) -> Verifier:
        from .verifier import Verifier

        return Verifier(self.flows, self.config.refresh_milliseconds)

    @cached_property
    def _validation(self) -> Validation:
        from ..claims.validation import Validation

        return Validation(self.flows, self.get_access_token_payload)

    def enter(self, cookies: str, now: float) -> None:
        """Take the current environment: the cookie string and the clock in milliseconds."""
        self._observer.enter(cookies, now)

    def go_back(self, cookies: str, now: float) -> None:
        """Take the environment of an earlier moment, to begin a flow that began then."""
        self._observer.go_back(cookies, now)

    async def exchange(self, request: RequestHead, *, is_sent: bool = False) -> Delivery:
        """Run an intercepted request to its verdict; ``is_sent`` if it was sent some time ago."""
        return await self._exchanger.exchange(request, is_sent=is_sent)

    def reusable_until(self) -> float | None:
        """Until when, by the client's clock, reads return the same if the cookies stay the same.

        None if only a flow can find out, or if debug logs are on, which must show every flow.
        """
        return None if self.flows.log is not None else self._state.reusable_until()

    def needs_refresh(self, now: float, min_validity: float = 30) -> bool:
        """Whether, as last seen, there is a session whose access token ends within seconds.

        For frequent checks: ``ensure_fresh`` reads the cookies again.
        """
        self.flows.clock.client_now = now
        return isinstance(self._state.snapshot(), Present) and self._state.has_expired(min_validity)

    @read
    async def does_session_exist(self) -> bool:
        """Whether there is a session whose access token is valid, or could be refreshed."""
        return isinstance(await self._access.check(), Available)

    @read
    async def get_session_status(self) -> SessionStatus:
        """Like ``does_session_exist``, but it distinguishes an outage from a sign-out."""
        from .status import SessionStatus

        match await self._access.check():
            case Available():
                return SessionStatus("ACTIVE")
            case Ended():
                return SessionStatus("NONE")
            case Unavailable(error):  # pragma: no branch
                return SessionStatus("UNKNOWN", error.message)

    @read
    async def get_user_id(self) -> str:
        """The signed-in user's id; raises NoSession, or RefreshUnavailable if it is unknown."""
        return (await self._access.front_token()).user_id

    @read
    async def get_access_token_payload(self) -> Payload:
        """The payload of a valid access token, refreshed first when it has expired.

        Raises NoSession, SessionExpired or RefreshUnavailable.
        """
        return await self._access.payload()

    @read
    async def get_access_token(self, min_validity: float | None = None) -> str | None:
        """The access token; None without a session or if the backend does not expose it.

        With ``min_validity`` (seconds) it is as fresh as ``ensure_fresh`` makes it; same errors.
        """
        if min_validity is None:
            there = await self.does_session_exist()
        else:
            there = await self.ensure_fresh(min_validity)
        return self._state.access_token() if there else None

    @read
    async def get_tenant_id(self) -> str:
        """The tenant of the session; raises NoSession, SessionExpired or RefreshUnavailable."""
        return await self._access.tenant_id()

    @call
    async def diagnose(self, facts: Facts, probe: bool = False) -> DiagnosticReport:
        """The findings about a page that reports these facts.

        With ``probe`` a refresh call is made; without it there is no request.
        """
        from ..diagnose.diagnosis import diagnose

        refresh = await self._refresher.try_refresh() if probe else None
        skew = self.flows.clock.now() - self.flows.clock.client_now
        return diagnose(
            self.config, facts, skew=skew, snapshot=self._state.snapshot(), refresh=refresh
        )

    @call
    async def verify_access_token(
        self,
        token: str | None = None,
        jwks_url: str | None = None,
        leeway: float = 0,
        issuer: str | None = None,
        audience: str | Sequence[str] | None = None,
    ) -> Payload:
        """Verify an access token and return its claims; the default is the session's own token.

        The default ``issuer`` is that of the session's own token. Raises TokenInvalid; for the
        session's own token also NoSession, RefreshUnavailable and AccessTokenHidden.
        """
        if token is None:
            token = await self._access.access_token()
        if issuer is None:
            issuer = self._access.issuer()
        url = jwks_url or self.config.jwks_url
        return await self._verifier.claims(token, url, leeway, issuer, audience)

    @call
    async def ensure_fresh(self, min_validity: float = 30) -> bool:
        """Ensure that the access token lives for ``min_validity`` seconds; False without a session.

        Raises RefreshUnavailable if it does not and cannot be refreshed.
        """
        return is_available(await self._access.check(min_validity))

    @call
    def validate_claims(
        self, validators: Iterable[SessionClaimValidator], user_context: UserContext
    ) -> Coroutine[Effect, Any, tuple[ClaimValidationError, ...]]:
        """The errors that validators of Python return.

        Raises ClaimValidatorFailed, InvalidMaxAge, NoSession, SessionExpired or RefreshUnavailable.
        """
        from ..claims.validation import OwnValidator

        clock = self.flows.clock
        asked = [OwnValidator(validator, user_context, clock) for validator in validators]
        return self._validation.validate(asked)

    @call
    async def validate_page_claims(self, ids: Sequence[str]) -> list[int]:
        """The indexes of the JavaScript validators whose claim is not valid."""
        from ..claims.validation import PageValidator

        asked = [PageValidator(index, id) for index, id in enumerate(ids)]
        return list(await self._validation.validate(asked))

    @call
    async def check_claim(
        self,
        question: Literal["should_refresh", "validate"],
        rule: str,
        expected: Any = None,
        max_age: float | None = None,
        value: Any = ...,
        fetched_at: float | None = None,
    ) -> bool | dict[str, Any]:
        """Judge a claim's value by a rule, if there is one, for the validators of JavaScript."""
        from ..claims.rules import MISSING, Rule

        if value is ...:
            value = MISSING
        wanted = Rule(rule, expected, max_age)
        if question == "should_refresh":
            return wanted.should_refresh(value, fetched_at, self.flows.clock)
        result = wanted.validate(value, fetched_at, self.flows.clock)
        return {"isValid": True} if result.is_valid else {"isValid": False, "reason": result.reason}

    @call
    async def get_invalid_claims(self, text: str) -> list[ClaimValidationError]:
        """The reasons in the body of a response that refused the session for its claims."""
        from ..claims.refusals import read_invalid_claims

        return read_invalid_claims(text) or []

    @call
    async def attempt_refresh(self, force: bool = True) -> bool:
        """Refresh now, or without ``force`` only if expired; False if there is no session.

        Raises RefreshUnavailable if the result is unknown.
        """
        if not force:
            return await self.ensure_fresh(0)
        return is_available(await self._refresher.refresh(self._state.snapshot()))

    @call
    async def sign_out(
        self, local_on_error: bool = False, user_context: UserContext | None = None
    ) -> bool:
        """End the session, here and on the backend; raises SignOutFailed, GeneralError.

        With ``local_on_error`` it also ends here if the backend has not confirmed it, except for a
        GeneralError; the result is then False. The SIGN_OUT event also comes if there was no
        session (as upstream).
        """
        return await self._sign_out.sign_out(local_on_error, user_context or {})
