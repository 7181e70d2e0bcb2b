"""Sign-up and sign-in with an e-mail address and a password.

Every function takes ``tenant_id``, else the tenant of the page counts, and ``user_context`` for
hooks and overrides. They raise RequestFailed, GeneralError, and what requests raise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from .._core.flow.effects import UserContext
from ._calls import Api
from ._functions import RecipeFunctions
from ._links import TokenLink, take_token
from ._results import FieldErrors, NotAllowed, Plain, SignedIn
from ._user import User

__all__ = [
    "EmailSent",
    "FieldErrors",
    "InvalidToken",
    "NotAllowed",
    "PasswordChanged",
    "SendResult",
    "SignInResult",
    "SignUpResult",
    "SignedIn",
    "SubmitResult",
    "TokenLink",
    "User",
    "WrongCredentials",
    "does_email_exist",
    "reset_token_from_url",
    "send_password_reset_email",
    "sign_in",
    "sign_up",
    "submit_new_password",
]

RECIPE = "emailpassword"


@dataclass(frozen=True, slots=True)
class WrongCredentials(Plain):
    """No user of the tenant has this address and this password."""

    status: ClassVar[Literal["WRONG_CREDENTIALS_ERROR"]] = "WRONG_CREDENTIALS_ERROR"


@dataclass(frozen=True, slots=True)
class EmailSent(Plain):
    """If somebody has this address and a password, a mail is on its way: nothing says which."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class PasswordChanged(Plain):
    """The new password counts. Nobody is signed in by it, and sessions go on."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class InvalidToken(Plain):
    """The link is unknown, used or too old: have another mail sent."""

    status: ClassVar[Literal["RESET_PASSWORD_INVALID_TOKEN_ERROR"]] = (
        "RESET_PASSWORD_INVALID_TOKEN_ERROR"
    )


SignUpResult = SignedIn | FieldErrors | NotAllowed
SignInResult = SignedIn | WrongCredentials | FieldErrors | NotAllowed
SendResult = EmailSent | FieldErrors | NotAllowed
SubmitResult = PasswordChanged | FieldErrors | InvalidToken

_SIGN_UP: Api[SignUpResult] = Api(
    RECIPE,
    "EMAIL_PASSWORD_SIGN_UP",
    "POST",
    "/signup",
    {
        "OK": SignedIn.read_new,
        "FIELD_ERROR": FieldErrors.read,
        "SIGN_UP_NOT_ALLOWED": NotAllowed.read,
    },
    of_tenant=True,
    changes_session=True,
)
_SIGN_IN: Api[SignInResult] = Api(
    RECIPE,
    "EMAIL_PASSWORD_SIGN_IN",
    "POST",
    "/signin",
    {
        "OK": SignedIn.read,
        "WRONG_CREDENTIALS_ERROR": WrongCredentials.read,
        "FIELD_ERROR": FieldErrors.read,
        "SIGN_IN_NOT_ALLOWED": NotAllowed.read,
    },
    of_tenant=True,
    changes_session=True,
)
_SEND: Api[SendResult] = Api(
    RECIPE,
    "SEND_RESET_PASSWORD_EMAIL",
    "POST",
    "/user/password/reset/token",
    {
        "OK": EmailSent.read,
        "FIELD_ERROR": FieldErrors.read,
        "PASSWORD_RESET_NOT_ALLOWED": NotAllowed.read,
    },
    of_tenant=True,
)
_SUBMIT: Api[SubmitResult] = Api(
    RECIPE,
    "SUBMIT_NEW_PASSWORD",
    "POST",
    "/user/password/reset",
    {
        "OK": PasswordChanged.read,
        "FIELD_ERROR": FieldErrors.read,
        "RESET_PASSWORD_INVALID_TOKEN_ERROR": InvalidToken.read,
    },
    of_tenant=True,
)
_EXISTS: Api[bool] = Api(
    RECIPE,
    "EMAIL_EXISTS",
    "GET",
    "/emailpassword/email/exists",
    {"OK": lambda body: body.flag("exists")},
    of_tenant=True,
)

_function = RecipeFunctions(RECIPE)


@_function
async def sign_up(
    *,
    email: str,
    password: str,
    fields: Mapping[str, str] | None = None,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignUpResult:
    """Make a user and sign it in. ``fields`` are the backend's other form fields, by their ids.

    An address that is taken is one of the FieldErrors, with the id ``email``. With
    ``second_factor=True`` the password becomes one of the session's user; without a session that
    raises NoSession.
    """
    return await _SIGN_UP.send(
        _form(email=email, password=password, **(fields or {})),
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )


@_function
async def sign_in(
    *,
    email: str,
    password: str,
    second_factor: bool = False,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SignInResult:
    """Sign a user in.

    With ``second_factor=True`` it completes a factor of the session that is there, and raises
    NoSession without one; otherwise it makes a new session.
    """
    return await _SIGN_IN.send(
        _form(email=email, password=password),
        second_factor=second_factor,
        tenant_id=tenant_id,
        user_context=user_context,
    )


@_function
async def send_password_reset_email(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> SendResult:
    """Have a link sent with which a new password can be set, if the address is known."""
    return await _SEND.send(_form(email=email), tenant_id=tenant_id, user_context=user_context)


@_function
async def submit_new_password(
    *,
    token: TokenLink | str,
    password: str,
    tenant_id: str | None = None,
    user_context: UserContext | None = None,
) -> SubmitResult:
    """Set a new password with the token of a link: see ``reset_token_from_url``.

    The tenant is ``tenant_id``, else the link's, else the page's.
    """
    link = TokenLink.of(token)
    return await _SUBMIT.send(
        {**_form(password=password), "token": link.token, "method": "token"},
        tenant_id=tenant_id or link.tenant_id,
        user_context=user_context,
    )


@_function
async def does_email_exist(
    *, email: str, tenant_id: str | None = None, user_context: UserContext | None = None
) -> bool:
    """Whether a user of the tenant signs in with this address and a password.

    Anybody may ask, so that it tells strangers who has an account; a backend can disable it.
    """
    return await _EXISTS.send(
        query={"email": email}, tenant_id=tenant_id, user_context=user_context
    )


def reset_token_from_url(url: str | None = None, *, clear: bool = True) -> TokenLink | None:
    """The token of the link in the page's address, or in ``url``; None if there is none.

    It is taken out of the page's address unless ``clear`` is False, and nothing is sent. In a
    worker without ``window_handler`` the URL must be given, or UnsupportedPlatform is raised.
    """
    return take_token(url, clear=clear)


def _form(**fields: str) -> dict[str, Any]:
    return {"formFields": [{"id": id, "value": value} for id, value in fields.items()]}
