"""One session: its state, all of which hangs off one object, and what can be asked of it."""

from __future__ import annotations

import json
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from ...errors import (
    AccessTokenHidden,
    GeneralError,
    NoSession,
    SessionExpired,
    SignOutFailed,
    SuperTokensError,
)
from ...events import ClaimValidationError
from ..claims.refusals import read_invalid_claims
from ..config.options import Config
from ..diagnose.report import DiagnosticReport, Facts
from ..environment.clock import STORAGE_KEY, Clock, DateProvider
from ..environment.cookies import Cookies
from ..flow.effects import Effect, Head, Send, UserContext, post, post_hook, read_text
from ..flow.flows import Flows
from ..foreign import read_json
from ..refresh.backend_calls import sign_out_call
from ..refresh.refresher import Ended, Outcome, Refresher, Retry, Unavailable
from ..state.local_state import LocalState
from ..state.observer import Observer
from ..state.snapshot import Present, Unknown
from ..state.tokens import FrontToken, MalformedToken, Payload, read_access_token
from .exchange import Delivery, Exchanger, RequestHead

if TYPE_CHECKING:
    from ..claims.validation import Validation
    from ..claims.validators import SessionClaimValidator
    from .verifier import Verifier

DEFAULT_TENANT_ID = "public"


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """Whether a session is there: ACTIVE, NONE, or UNKNOWN with the reason why nobody can tell."""

    status: Literal["ACTIVE", "NONE", "UNKNOWN"]
    reason: str | None = None


class Session:
    """The session core. Its ``async`` methods are flows: begin them through ``flows``."""

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
        self._observer = Observer(self.flows, self._state)

    # What few pages ask for is imported when one does: each module makes every start longer.

    @cached_property
    def _verifier(self) -> Verifier:
        from .verifier import Verifier

        return Verifier(self.flows, self.config.refresh_milliseconds)

    @cached_property
    def _validation(self) -> Validation:
        from ..claims.validation import Validation

        return Validation(self.flows, self.get_access_token_payload)

    def enter(self, cookies: str, now: float) -> None:
        """Take the environment of this moment: the cookie string and the clock in milliseconds."""
        self._observer.enter(cookies, now)

    def go_back(self, cookies: str, now: float) -> None:
        """Take the environment of a moment that is over, to begin what began then."""
        self._observer.go_back(cookies, now)

    async def exchange(self, request: RequestHead, *, is_sent: bool = False) -> Delivery:
        """Run an intercepted request to its verdict; ``is_sent`` if it was sent some time ago."""
        return await self._exchanger.exchange(request, is_sent=is_sent)

    def reusable_until(self) -> float | None:
        """Until when, by the client's clock, reads answer the same if the cookies stay the same.

        None where only a flow can tell. Whoever wants to see every flow in the log has to ask.
        """
        return None if self.flows.log is not None else self._state.reusable_until()

    def needs_refresh(self, now: float, min_validity: float = 30) -> bool:
        """Whether, as last seen, a session is there whose access token ends within seconds.

        For whoever asks often: ``ensure_fresh`` looks anew.
        """
        self.flows.clock.client_now = now
        return isinstance(self._state.snapshot(), Present) and self._state.has_expired(min_validity)

    async def does_session_exist(self) -> bool:
        """Whether a session is there and its access token is, or could be made, valid."""
        outcome = await self._checked()
        return isinstance(outcome, Retry)

    async def get_session_status(self) -> SessionStatus:
        """Like ``does_session_exist``, but tells an outage from a sign-out."""
        match await self._checked():
            case Retry():
                return SessionStatus("ACTIVE")
            case Ended():
                return SessionStatus("NONE")
            case Unavailable(error):  # pragma: no branch
                return SessionStatus("UNKNOWN", error.message)

    async def get_user_id(self) -> str:
        """The signed-in user's id; raises NoSession, or RefreshUnavailable if nobody can tell."""
        return (await self._required_front_token()).user_id

    async def get_access_token_payload(self) -> Payload:
        """The payload of a valid access token, refreshed first when it has expired.

        Raises NoSession, SessionExpired or RefreshUnavailable.
        """
        token = await self._required_front_token()
        if self._state.has_expired():
            match await self._refresher.refreshed(self._state.snapshot()):
                case Ended():
                    raise SessionExpired("The session has ended.")
                case Unavailable(error):
                    raise error
            # What was just minted is valid, even where a wrong clock makes it look expired.
            fresh = await self._front_token()
            if fresh is None:
                raise SessionExpired("The session has ended.")
            token = fresh
        return token.payload

    async def get_access_token(self, min_validity: float | None = None) -> str | None:
        """The access token, or None without a session or where the backend does not expose it.

        With ``min_validity`` (seconds) as fresh as ``ensure_fresh`` makes it, raising what it does.
        """
        if min_validity is None:
            there = await self.does_session_exist()
        else:
            there = await self.ensure_fresh(min_validity)
        return self._state.access_token() if there else None

    async def get_tenant_id(self) -> str:
        """The tenant of the session; raises NoSession, SessionExpired or RefreshUnavailable."""
        tenant = (await self.get_access_token_payload()).get("tId")
        if tenant is None:
            tenant = self._tenant_in_access_token()
        # Tokens older than multi-tenancy name none; backend SDKs take that for the default tenant.
        return tenant if isinstance(tenant, str) else DEFAULT_TENANT_ID

    async def diagnose(self, facts: Facts, probe: bool = False) -> DiagnosticReport:
        """What is right and wrong with a page that reports these facts.

        With ``probe`` a refresh call is made; without, nothing is asked of anybody.
        """
        from ..diagnose.diagnosis import diagnose

        refresh = await self._refresher.tried() if probe else None
        skew = self.flows.clock.now() - self.flows.clock.client_now
        return diagnose(
            self.config, facts, skew=skew, snapshot=self._state.snapshot(), refresh=refresh
        )

    async def verify_access_token(
        self,
        token: str | None = None,
        jwks_url: str | None = None,
        leeway: float = 0,
        issuer: str | None = None,
        audience: str | Sequence[str] | None = None,
    ) -> Payload:
        """The claims of an access token, the session's own unless given, once it is verified.

        The ``issuer`` is the session's own unless given. Raises TokenInvalid; for the session's own
        token also NoSession, RefreshUnavailable and AccessTokenHidden.
        """
        if token is None:
            token = await self._own_access_token()
        if issuer is None:
            issuer = self._own_issuer()
        url = jwks_url or self.config.jwks_url
        return await self._verifier.claims(token, url, leeway, issuer, audience)

    def _own_issuer(self) -> str | None:
        """Who has issued the session's tokens; None without a session, or where none says so."""
        try:
            token = self._state.front_token()
        except MalformedToken:
            return None
        issuer = None if token is None else token.payload.get("iss")
        return issuer if isinstance(issuer, str) else None

    async def _own_access_token(self) -> str:
        if not await self.ensure_fresh(0):
            raise NoSession("No session exists.")
        token = self._state.access_token()
        if token is None:
            raise AccessTokenHidden("The backend does not show this page the access token.")
        return token

    async def ensure_fresh(self, min_validity: float = 30) -> bool:
        """See that the access token lives for ``min_validity`` seconds; False without a session.

        Raises RefreshUnavailable when it does not and could not be refreshed.
        """
        match await self._checked(min_validity):
            case Retry():
                return True
            case Ended():
                return False
            case Unavailable(error):  # pragma: no branch
                raise error

    def validate_claims(
        self, validators: Iterable[SessionClaimValidator], user_context: UserContext
    ) -> Coroutine[Effect, Any, tuple[ClaimValidationError, ...]]:
        """What validators of Python find wrong.

        Raises ClaimValidatorFailed, InvalidMaxAge, NoSession, SessionExpired or RefreshUnavailable.
        """
        from ..claims.validation import OwnValidator

        clock = self.flows.clock
        asked = [OwnValidator(validator, user_context, clock) for validator in validators]
        return self._validation.validate(asked)

    async def validate_page_claims(self, ids: Sequence[str]) -> list[int]:
        """Which of the validators that JavaScript holds, by their index, find something wrong."""
        from ..claims.validation import PageValidator

        asked = [PageValidator(index, id) for index, id in enumerate(ids)]
        return list(await self._validation.validate(asked))

    async def check_claim(
        self,
        question: Literal["should_refresh", "validate"],
        rule: str,
        expected: Any = None,
        max_age: float | None = None,
        value: Any = ...,
        fetched_at: float | None = None,
    ) -> bool | dict[str, Any]:
        """Ask a rule about a claim's value, if there is one, for the validators of JavaScript."""
        from ..claims.rules import MISSING, Rule

        if value is ...:
            value = MISSING
        wanted = Rule(rule, expected, max_age)
        if question == "should_refresh":
            return wanted.should_refresh(value, fetched_at, self.flows.clock)
        result = wanted.validate(value, fetched_at, self.flows.clock)
        return {"isValid": True} if result.is_valid else {"isValid": False, "reason": result.reason}

    async def get_invalid_claims(self, text: str) -> list[ClaimValidationError]:
        """The reasons in the body of a reply that refused the session for its claims."""
        return read_invalid_claims(text) or []

    async def attempt_refresh(self, force: bool = True) -> bool:
        """Refresh now, or without ``force`` only when expired; False when there is no session.

        Raises RefreshUnavailable when nobody can tell.
        """
        if not force:
            return await self.ensure_fresh(0)
        match await self._refresher.refreshed(self._state.snapshot()):
            case Retry():
                return True
            case Ended():
                return False
            case Unavailable(error):  # pragma: no branch
                raise error

    async def sign_out(
        self, local_on_error: bool = False, user_context: UserContext | None = None
    ) -> bool:
        """End the session, here and on the backend; raises SignOutFailed, GeneralError.

        With ``local_on_error`` it ends here in any case but a GeneralError; False says that the
        backend has not confirmed it. The SIGN_OUT event also comes when there was no session (as
        upstream).
        """
        context = self._portable(user_context or {})
        try:
            await self._sign_out(context)
        except GeneralError:
            raise  # the backend is there and has a say
        except SuperTokensError:
            if not local_on_error:
                raise
            self._state.end(context)
            return False
        return True

    def _portable(self, context: UserContext) -> UserContext:
        """What of a user context JSON can write: hooks and events get it by way of JavaScript."""
        kept = {}
        for name, value in context.items():
            try:
                json.dumps({name: value}, allow_nan=False)
                kept[name] = value
            except (TypeError, ValueError, RecursionError):
                self.flows.output.warnings.append(
                    f"Hooks and events do not get {name!r} of a user_context: JSON has no form "
                    "for its value."
                )
        return kept

    async def _sign_out(self, context: UserContext) -> None:
        match await self._checked():
            case Ended():
                self._state.emit({"action": "SIGN_OUT", "user_context": context})
                return
            case Unavailable(error):
                raise SignOutFailed(error.message, status=error.status)

        async def transmit(send: Send) -> Head:
            return await self._post_sign_out(send, context)

        delivery = await self._exchanger.exchange(RequestHead({"rid": "session"}), transmit)
        status = delivery.head.status
        ended = not isinstance(self._state.snapshot(), Present)
        if ended and status == self.config.session_expired_status_code:
            return  # the refresh that failed has ended the session and told so
        if not 200 <= status < 300:
            raise SignOutFailed(f"The sign-out was answered with {status}.", status=status)
        if self.config.has_post_api_hook:
            await post_hook()
        message = _general_error(await read_text())
        if message is not None:
            raise GeneralError(message)
        if self._state.outlives_its_end():
            raise SignOutFailed(
                "The backend has ended the session, but the browser still has a front token.",
                hint="Another subdomain has set a cookie sFrontToken for a parent domain, which "
                "this page cannot remove. Remove it there, or set session_token_frontend_domain.",
            )

    async def _post_sign_out(self, send: Send, user_context: UserContext) -> Head:
        head = await post(sign_out_call(self.config, send.headers, user_context))
        if head.failure is not None:
            raise SignOutFailed("The sign-out got no reply from the backend.")
        return head

    async def _checked(self, min_validity: float = 0) -> Outcome:
        """Whether a session is there, valid for so many seconds, as an outcome: Retry says yes."""
        token = await self._front_token()
        if token is None:
            unknown = isinstance(self._state.snapshot(), Unknown)
            return await self._refresher.probed() if unknown else Ended()
        if not self._state.has_expired(min_validity) and not self._state.is_incomplete():
            return Retry()
        return await self._refresher.refreshed(self._state.snapshot())

    async def _required_front_token(self) -> FrontToken:
        """The session's front token; raises NoSession, or RefreshUnavailable if nobody can tell."""
        token = await self._front_token()
        if token is not None and not self._state.is_incomplete():
            return token
        outcome = await self._checked()
        if isinstance(outcome, Unavailable):
            raise outcome.error
        raise NoSession("No session exists.")

    async def _front_token(self) -> FrontToken | None:
        """The session's front token; one that cannot be read is replaced once, by a refresh."""
        for _ in range(2):
            if not isinstance(await self._exchanger.settled(), Present):
                return None
            try:
                return self._state.front_token()
            except MalformedToken:
                self._state.forget()
        return None

    def _tenant_in_access_token(self) -> object:
        text = self._state.access_token()
        if text is None:
            return None
        try:
            return read_access_token(text).get("tId")
        except MalformedToken:
            return None


def _general_error(text: str) -> str | None:
    try:
        body: Any = read_json(text)
    except ValueError:
        return None
    if not isinstance(body, dict) or body.get("status") != "GENERAL_ERROR":
        return None
    return str(body.get("message", "No error message was given."))
