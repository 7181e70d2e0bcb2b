"""Sign-up and sign-in with an e-mail address and a password.

Every function takes ``tenant_id`` (default: the page's tenant) and ``user_context`` for hooks and
overrides. They raise RequestFailed, GeneralError, and the errors of requests.
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
    """The tenant has no user with this address and this password."""

    status: ClassVar[Literal["WRONG_CREDENTIALS_ERROR"]] = "WRONG_CREDENTIALS_ERROR"


@dataclass(frozen=True, slots=True)
class EmailSent(Plain):
    """If a user has this address and a password, an e-mail was sent: the API does not say which."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class PasswordChanged(Plain):
    """The new password is set. This does not sign the user in, and sessions continue."""

    status: ClassVar[Literal["OK"]] = "OK"


@dataclass(frozen=True, slots=True)
class InvalidToken(Plain):
    """The link is unknown, used or too old: send another e-mail."""

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
    """Create a user and sign it in. ``fields`` are the backend's other form fields, by their ids.

    An address that is taken is one of the FieldErrors, with the id ``email``. With
    ``second_factor=True`` the password is added to the session's user; without a session that
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

    With ``second_factor=True`` the call completes a factor of the current session, and raises
    NoSession without one. Otherwise it creates a new session.
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
    """Send a link with which a new password can be set, if the address is known."""
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

    Anybody may call this API, so it reveals who has an account; a backend can disable it.
    """
    return await _EXISTS.send(
        query={"email": email}, tenant_id=tenant_id, user_context=user_context
    )


def reset_token_from_url(url: str | None = None, *, clear: bool = True) -> TokenLink | None:
    """The token of the link in the page's address, or in ``url``; None if there is none.

    The token is removed from the page's address unless ``clear`` is False; nothing is sent. In a
    worker without ``window_handler`` give the URL, or UnsupportedPlatform is raised.
    """
    return take_token(url, clear=clear)


def _form(**fields: str) -> dict[str, Any]:
    return {"formFields": [{"id": id, "value": value} for id, value in fields.items()]}
