"""Sign-in with passkeys.

    from supertokens_pyodide.recipe import webauthn

    match await webauthn.sign_in():
        case webauthn.SignedIn(user=user):
            ...
        case webauthn.Dismissed():
            ...

``register`` and ``sign_in`` each do everything in one call. ``prepare`` fetches the options before
the click. The separate steps are public, too. Only a page can show prompts: in a worker the result
is NotSupported, and the page must show them.
"""

from .._links import TokenLink
from .._results import NotAllowed, SignedIn
from .._user import User
from ._autofill import autofill_sign_in
from ._flows import (
    add_credential,
    prepare,
    recover_account,
    recovery_token_from_url,
    register,
    remove_credential,
    sign_in,
)
from ._options import RegisterOptions, SignInOptions
from ._results import (
    Aborted,
    AccountRecovered,
    AddResult,
    AlreadyRegistered,
    Credential,
    CredentialAdded,
    CredentialNotFound,
    CredentialRemoved,
    Dismissed,
    EmailExists,
    InvalidAuthenticator,
    InvalidCredentials,
    InvalidEmail,
    InvalidOptions,
    InvalidToken,
    NeedsLinking,
    NotSupported,
    OptionsNotFound,
    Passkey,
    PromptFailure,
    PromptResult,
    RecoverResult,
    RecoveryEmailSent,
    RecoveryOptionsResult,
    RegisterOptionsResult,
    RegisterResult,
    RemoveResult,
    SendRecoveryResult,
    SignInOptionsResult,
    SignInResult,
    SignInWithResult,
    SignUpResult,
    Supported,
    WrongRelyingParty,
)
from ._steps import (
    create_credential,
    does_email_exist,
    get_credential,
    is_supported,
    list_credentials,
    recovery_options,
    register_options,
    send_recovery_email,
    sign_in_options,
    sign_in_with,
    sign_up,
)

__all__ = [
    "Aborted",
    "AccountRecovered",
    "AddResult",
    "AlreadyRegistered",
    "Credential",
    "CredentialAdded",
    "CredentialNotFound",
    "CredentialRemoved",
    "Dismissed",
    "EmailExists",
    "InvalidAuthenticator",
    "InvalidCredentials",
    "InvalidEmail",
    "InvalidOptions",
    "InvalidToken",
    "NeedsLinking",
    "NotAllowed",
    "NotSupported",
    "OptionsNotFound",
    "Passkey",
    "PromptFailure",
    "PromptResult",
    "RecoverResult",
    "RecoveryEmailSent",
    "RecoveryOptionsResult",
    "RegisterOptions",
    "RegisterOptionsResult",
    "RegisterResult",
    "RemoveResult",
    "SendRecoveryResult",
    "SignInOptions",
    "SignInOptionsResult",
    "SignInResult",
    "SignInWithResult",
    "SignUpResult",
    "SignedIn",
    "Supported",
    "TokenLink",
    "User",
    "WrongRelyingParty",
    "add_credential",
    "autofill_sign_in",
    "create_credential",
    "does_email_exist",
    "get_credential",
    "is_supported",
    "list_credentials",
    "prepare",
    "recover_account",
    "recovery_options",
    "recovery_token_from_url",
    "register",
    "register_options",
    "remove_credential",
    "send_recovery_email",
    "sign_in",
    "sign_in_options",
    "sign_in_with",
    "sign_up",
]
