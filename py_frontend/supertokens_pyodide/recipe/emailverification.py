"""Verification of e-mail addresses by links.

    from supertokens_pyodide.recipe import emailverification

    link = emailverification.token_from_url()     # takes the token out of the page's address
    # … a button, because mail scanners open links, too …
    await emailverification.verify_email(token=link)

The functions raise RequestFailed, GeneralError, and the errors of requests.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from .. import _current
from .._core.claims.rules import MISSING, Rule
from .._core.flow.effects import UserContext
from .._core.state.tokens import Payload
from ..claims import BooleanClaim, BooleanClaimValidators, ClaimValidationResult, Clock
from ._calls import Api
from ._functions import RecipeFunctions
from ._links import TokenLink, take_token
from ._results import Plain, SessionOutcome

__all__ = [
    "AlreadyVerified",
    "EmailSent",
    "EmailVerificationClaim",
    "InvalidToken",
    "SendResult",
    "TokenLink",
    "Verified",
    "VerifyResult",
    "is_email_verified",
    "send_verification_email",
    "token_from_url",
    "verify_email",
    "wait_until_verified",
]

RECIPE = "emailverification"

# Seconds between two checks whether the address is verified.
_FIRST_PAUSE = 5.0
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True, slots=True)
class EmailSent(SessionOutcome, Plain):
    """An e-mail with a link was sent."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class AlreadyVerified(SessionOutcome, Plain):
    """The address is verified, and the session says so now; also if the user has no address."""

    status: ClassVar[Literal["EMAIL_ALREADY_VERIFIED_ERROR"]] = "EMAIL_ALREADY_VERIFIED_ERROR"


@dataclass(frozen=True, slots=True)
class Verified(SessionOutcome, Plain):
    """The address is verified.

    If the verification has linked the user to another one, there is a new session of that user.
    Other sessions are updated by ``is_email_verified``.
    """

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class InvalidToken(SessionOutcome, Plain):
    """The link is unknown, too old, or used: the address may already be verified.

    If there is a session, call ``is_email_verified`` before you offer another e-mail.
    """

    status: ClassVar[Literal["EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"]] = (
        "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"
    )


SendResult = EmailSent | AlreadyVerified
VerifyResult = Verified | InvalidToken

_SEND: Api[SendResult] = Api(
    RECIPE,
    "SEND_VERIFY_EMAIL",
    "POST",
    "/user/email/verify/token",
    {"OK": EmailSent.read, "EMAIL_ALREADY_VERIFIED_ERROR": AlreadyVerified.read},
    needs_session=True,
    changes_session=True,
)
_VERIFY: Api[VerifyResult] = Api(
    RECIPE,
    "VERIFY_EMAIL",
    "POST",
    "/user/email/verify",
    {"OK": Verified.read, "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR": InvalidToken.read},
    of_tenant=True,
    changes_session=True,
)
_IS_VERIFIED: Api[bool] = Api(
    RECIPE,
    "IS_EMAIL_VERIFIED",
    "GET",
    "/user/email/verify",
    {"OK": lambda body: body.flag("isVerified")},
    needs_session=True,
)

_function = RecipeFunctions(RECIPE)


@_function
async def send_verification_email(*, user_context: UserContext | None = None) -> SendResult:
    """Send an e-mail with a link to the session's user; raises NoSession."""
    return await _SEND.send(user_context=user_context)


@_function
async def verify_email(
    *,
    token: TokenLink | str,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> VerifyResult:
    """Verify an address with the token of a link: see ``token_from_url``.

    Call it when the user has clicked on a button: mail scanners open links and would use them up.
    The tenant is ``tenant_id``, else the link's, else the page's.
    """
    link = TokenLink.of(token)
    return await _VERIFY.send(
        {"method": "token", "token": link.token},
        tenant_id=tenant_id or link.tenant_id,
        user_context=user_context,
    )


@_function
async def is_email_verified(*, user_context: UserContext | None = None) -> bool:
    """Whether the session's user has verified the address, on any device; the claim is updated.

    Raises NoSession.
    """
    return await _IS_VERIFIED.send(user_context=user_context)


async def wait_until_verified(*, user_context: UserContext | None = None) -> None:
    """Wait until the session's user has verified the address, on any device.

    The backend is asked when the user comes back to the page, and at growing intervals: first
    after five seconds, later once a minute. Limit the wait with ``asyncio.timeout``. In a worker
    without ``window_handler`` there are only the intervals. Raises NoSession.
    """
    pause = _FIRST_PAUSE
    while not await is_email_verified(user_context=user_context):
        host = await _current.current().reached()
        window = host.window()
        try:
            async with asyncio.timeout(pause):
                await (asyncio.Event().wait() if window is None else window.focused())
        except TimeoutError:
            pause = min(2 * pause, _LONGEST_PAUSE)


def token_from_url(url: str | None = None, *, clear: bool = True) -> TokenLink | None:
    """The token of the link in the page's address, or in ``url``; None if there is none.

    The token is removed from the page's address unless ``clear`` is False; nothing is sent. In a
    worker without ``window_handler`` give the URL, or UnsupportedPlatform is raised.
    """
    return take_token(url, clear=clear)


@dataclass(frozen=True, slots=True)
class VerifiedValidator:
    """Requires a verified address; asks the backend again if the session has it as not verified."""

    id: str
    rule: Rule
    refetch_time_on_false_in_seconds: float

    async def refresh(self, user_context: UserContext) -> None:
        """Ask the backend, which updates the claim."""
        await is_email_verified(user_context=user_context)

    def should_refresh(self, payload: Payload, user_context: UserContext, clock: Clock) -> bool:
        """Whether the claim is missing, too old, or has been false for some time."""
        value, fetched_at = self._entry(payload)
        wait = self.refetch_time_on_false_in_seconds
        if self.rule.should_refresh(value, fetched_at, clock):
            return True
        return value is False and (
            fetched_at is None or fetched_at < clock.now() - max(wait * 1000, clock.threshold)
        )

    def validate(
        self, payload: Payload, user_context: UserContext, clock: Clock
    ) -> ClaimValidationResult:
        """Judge the claim."""
        return self.rule.validate(*self._entry(payload), clock)

    def _entry(self, payload: Payload) -> tuple[Any, float | None]:
        entry = payload.get(self.id)
        if not isinstance(entry, dict) or "v" not in entry:
            return MISSING, None
        return entry["v"], entry.get("t")


class EmailVerificationValidators(BooleanClaimValidators):
    """The validators of EmailVerificationClaim."""

    def is_verified(
        self,
        refetch_time_on_false_in_seconds: float = 10,
        max_age_in_seconds: float | None = None,
        id: str | None = None,
    ) -> VerifiedValidator:
        """The address is verified. If it is not, the backend is asked again after that time."""
        rule = Rule("hasValue", True, max_age_in_seconds)
        return VerifiedValidator(
            id or EmailVerificationClaim.id, rule, refetch_time_on_false_in_seconds
        )


class _EmailVerificationClaim(BooleanClaim):
    @property
    def validators(self) -> EmailVerificationValidators:
        """The validators of this claim."""
        return EmailVerificationValidators(self)


EmailVerificationClaim = _EmailVerificationClaim(
    "st-ev", lambda user_context: is_email_verified(user_context=user_context)
)
"""Whether the session's address is verified (``st-ev``). Its ``refresh`` asks the backend."""
