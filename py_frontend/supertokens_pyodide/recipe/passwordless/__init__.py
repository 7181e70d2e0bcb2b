"""Sign-in with a code or a link, sent by e-mail or as a text message.

    from supertokens_pyodide.recipe import passwordless

    await passwordless.create_code(email="ann@example.com")
    result = await passwordless.consume_code(code="123456")

An attempt to sign in is stored in the browser until it ends or expires, so that the code may be
entered on another page. A link may be opened anywhere. If it was not ``began_here``, show a button
before you consume it, because mail scanners open links, too.

A message for the user, for instance about an invalid address, raises GeneralError.
"""

from __future__ import annotations

from dataclasses import replace

from ... import _current
from ..._core.flow.effects import UserContext
from .._calls import identity
from .._functions import RecipeFunctions
from .._results import NotAllowed, SignedIn
from .._tenant import page_tenant
from .._user import User
from . import _routes
from ._attempts import (
    FlowType,
    LinkCode,
    LoginAttempt,
    attempts,
    forget_all_like,
    link_code_from_url,
    login_attempt,
)
from ._results import (
    CodeResent,
    CodeSent,
    ConsumeResult,
    CreateResult,
    ExpiredCode,
    ResendResult,
    RestartFlow,
    TooSoon,
    WrongCode,
)

__all__ = [
    "CodeResent",
    "CodeSent",
    "ConsumeResult",
    "CreateResult",
    "ExpiredCode",
    "FlowType",
    "LinkCode",
    "LoginAttempt",
    "NotAllowed",
    "ResendResult",
    "RestartFlow",
    "SignedIn",
    "TooSoon",
    "User",
    "WrongCode",
    "consume_code",
    "create_code",
    "does_email_exist",
    "does_phone_number_exist",
    "link_code_from_url",
    "login_attempt",
    "resend_code",
]

_function = RecipeFunctions(_routes.RECIPE)


@_function
async def create_code(
    *,
    email: str | None = None,
    phone_number: str | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> CreateResult:
    """Begin an attempt: send a code, a link or both to an address or a number.

    Without a session ``second_factor=True`` raises NoSession. The attempt stays a second
    factor in ``resend_code`` and ``consume_code``.
    """
    if (email is None) == (phone_number is None):
        raise TypeError("create_code() takes either email= or phone_number=.")
    contact = {"email": email} if phone_number is None else {"phoneNumber": phone_number}
    tenant = tenant_id or await page_tenant(user_context)
    result = await _routes.CREATE.send(
        contact, second_factor=second_factor, tenant_id=tenant, user_context=user_context
    )
    if isinstance(result, NotAllowed):
        return result
    attempt = replace(
        result,
        email=email,
        phone_number=phone_number,
        tenant_id=tenant,
        second_factor=second_factor,
    )
    return CodeSent(attempt.keep())


@_function
async def resend_code(
    *,
    attempt: LoginAttempt | None = None,
    cooldown: float = 15,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> ResendResult:
    """Send another message for an attempt; the default is the newest of this browser.

    Refused within ``cooldown`` seconds of the last message; backends have no such limit. An attempt
    that began as a second factor stays one.
    """
    attempt = attempt or login_attempt()
    if attempt is None:
        return await _restart(None)
    elapsed = (attempts.now() - attempt.sent_at) / 1000
    if elapsed < cooldown:
        return TooSoon(cooldown - elapsed)
    result = await _routes.RESEND.send(
        {"deviceId": attempt.device_id, "preAuthSessionId": attempt.pre_auth_session_id},
        second_factor=second_factor or attempt.second_factor,
        tenant_id=tenant_id or attempt.tenant_id,
        user_context=user_context,
    )
    if isinstance(result, RestartFlow):
        return await _restart(attempt.pre_auth_session_id)
    return CodeResent(attempt.keep())


@_function
async def consume_code(
    *,
    code: str | None = None,
    link: LinkCode | None = None,
    attempt: LoginAttempt | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> ConsumeResult:
    """Sign in with the code that the user enters, or with a link: see ``link_code_from_url``.

    A code is for ``attempt``, by default the newest of this browser; white space in the code is
    removed. The tenant is ``tenant_id``, else that of the link or attempt. Links cannot be second
    factors. If the sign-in fails, an existing session stays as it is.
    """
    if (code is None) == (link is None):
        raise TypeError("consume_code() takes either code= or link=.")
    attempt = attempt or login_attempt()
    if link is not None:
        id, tenant = link.pre_auth_session_id, link.tenant_id
        body = {"preAuthSessionId": id, "linkCode": link.link_code}
    elif attempt is not None:
        id, tenant = attempt.pre_auth_session_id, attempt.tenant_id
        second_factor = second_factor or attempt.second_factor
        device = {"preAuthSessionId": id, "deviceId": attempt.device_id}
        body = {**device, "userInputCode": "".join((code or "").split())}
    else:
        return await _restart(None)
    result = await _routes.CONSUME.send(
        body,
        second_factor=second_factor,
        tenant_id=tenant_id or tenant,
        user_context=user_context,
    )
    match result:
        case RestartFlow():
            return await _restart(id)
        case SignedIn():
            forget_all_like(id)
    return result


@_function
async def does_email_exist(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> bool:
    """Whether a user of the tenant signs in with codes sent to this address.

    Anybody may call this API, so it reveals who has an account; a backend can disable it.
    """
    return await _routes.EMAIL_EXISTS.send(
        query={"email": email}, tenant_id=tenant_id, user_context=user_context
    )


@_function
async def does_phone_number_exist(
    *, phone_number: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> bool:
    """Whether a user of the tenant has this number. Anybody may call this API, as for addresses."""
    return await _routes.PHONE_NUMBER_EXISTS.send(
        query={"phoneNumber": phone_number}, tenant_id=tenant_id, user_context=user_context
    )


async def _restart(id: str | None) -> RestartFlow:
    if id is not None:
        attempts.forget(id)
    return RestartFlow(await identity(_current.current()) is not None)
