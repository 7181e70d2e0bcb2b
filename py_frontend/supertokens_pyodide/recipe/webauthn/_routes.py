"""The routes of webauthn."""

from __future__ import annotations

from .._calls import Api
from .._results import NotAllowed, SignedIn
from ._options import RegisterOptions, SignInOptions
from ._results import (
    AccountRecovered,
    CredentialAdded,
    CredentialNotFound,
    CredentialRemoved,
    EmailExists,
    InvalidAuthenticator,
    InvalidCredentials,
    InvalidEmail,
    InvalidOptions,
    InvalidToken,
    OptionsNotFound,
    Passkey,
    RecoveryEmailSent,
    RecoveryOptionsResult,
    RegisterCredentialResult,
    RegisterOptionsResult,
    RemoveResult,
    SendRecoveryResult,
    SignInOptionsResult,
    SignInWithResult,
    SignUpResult,
    SubmitRecoveryResult,
)

RECIPE = "webauthn"

REGISTER_OPTIONS: Api[RegisterOptionsResult] = Api(
    RECIPE,
    "REGISTER_OPTIONS",
    "POST",
    "/webauthn/options/register",
    {
        "OK": RegisterOptions.read,
        "INVALID_EMAIL_ERROR": InvalidEmail.read,
        "INVALID_OPTIONS_ERROR": InvalidOptions.read,
    },
    of_tenant=True,
)
RECOVERY_OPTIONS: Api[RecoveryOptionsResult] = Api(
    RECIPE,
    "REGISTER_OPTIONS",
    "POST",
    "/webauthn/options/register",
    {
        "OK": RegisterOptions.read,
        "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR": InvalidToken.read,
        "INVALID_OPTIONS_ERROR": InvalidOptions.read,
    },
    of_tenant=True,
)
SIGN_IN_OPTIONS: Api[SignInOptionsResult] = Api(
    RECIPE,
    "SIGN_IN_OPTIONS",
    "POST",
    "/webauthn/options/signin",
    {"OK": SignInOptions.read, "INVALID_OPTIONS_ERROR": InvalidOptions.read},
    of_tenant=True,
)
SIGN_UP: Api[SignUpResult] = Api(
    RECIPE,
    "SIGN_UP",
    "POST",
    "/webauthn/signup",
    {
        "OK": SignedIn.read_new,
        "SIGN_UP_NOT_ALLOWED": NotAllowed.read,
        "EMAIL_ALREADY_EXISTS_ERROR": EmailExists.read,
        "INVALID_CREDENTIALS_ERROR": InvalidCredentials.read,
        "OPTIONS_NOT_FOUND_ERROR": OptionsNotFound.read,
        "INVALID_OPTIONS_ERROR": InvalidOptions.read,
        "INVALID_AUTHENTICATOR_ERROR": InvalidAuthenticator.read,
    },
    of_tenant=True,
    changes_session=True,
)
SIGN_IN: Api[SignInWithResult] = Api(
    RECIPE,
    "SIGN_IN",
    "POST",
    "/webauthn/signin",
    {
        "OK": SignedIn.read,
        "INVALID_CREDENTIALS_ERROR": InvalidCredentials.read,
        "SIGN_IN_NOT_ALLOWED": NotAllowed.read,
    },
    of_tenant=True,
    changes_session=True,
)
EMAIL_EXISTS: Api[bool] = Api(
    RECIPE,
    "EMAIL_EXISTS",
    "GET",
    "/webauthn/email/exists",
    {"OK": lambda body: body.flag("exists")},
    of_tenant=True,
)
SEND_RECOVERY: Api[SendRecoveryResult] = Api(
    RECIPE,
    "GENERATE_RECOVER_ACCOUNT_TOKEN",
    "POST",
    "/user/webauthn/reset/token",
    {"OK": RecoveryEmailSent.read, "RECOVER_ACCOUNT_NOT_ALLOWED": NotAllowed.read},
    of_tenant=True,
)
RECOVER: Api[SubmitRecoveryResult] = Api(
    RECIPE,
    "RECOVER_ACCOUNT",
    "POST",
    "/user/webauthn/reset",
    {
        "OK": AccountRecovered.read,
        "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR": InvalidToken.read,
        "INVALID_CREDENTIALS_ERROR": InvalidCredentials.read,
        "OPTIONS_NOT_FOUND_ERROR": OptionsNotFound.read,
        "INVALID_OPTIONS_ERROR": InvalidOptions.read,
        "INVALID_AUTHENTICATOR_ERROR": InvalidAuthenticator.read,
    },
    of_tenant=True,
)
LIST: Api[tuple[Passkey, ...]] = Api(
    RECIPE,
    "LIST_CREDENTIALS",
    "GET",
    "/webauthn/credential/list",
    {"OK": lambda body: tuple(map(Passkey.read, body.parts("credentials")))},
    needs_session=True,
)
ADD: Api[RegisterCredentialResult] = Api(
    RECIPE,
    "REGISTER_CREDENTIAL",
    "POST",
    "/webauthn/credential",
    {
        "OK": CredentialAdded.read,
        "REGISTER_CREDENTIAL_NOT_ALLOWED": NotAllowed.read,
        "INVALID_CREDENTIALS_ERROR": InvalidCredentials.read,
        "OPTIONS_NOT_FOUND_ERROR": OptionsNotFound.read,
        "INVALID_OPTIONS_ERROR": InvalidOptions.read,
        "INVALID_AUTHENTICATOR_ERROR": InvalidAuthenticator.read,
    },
    of_tenant=True,
    needs_session=True,
)
REMOVE: Api[RemoveResult] = Api(
    RECIPE,
    "REMOVE_CREDENTIAL",
    "POST",
    "/webauthn/credential/remove",
    {"OK": CredentialRemoved.read, "CREDENTIAL_NOT_FOUND_ERROR": CredentialNotFound.read},
    needs_session=True,
)
