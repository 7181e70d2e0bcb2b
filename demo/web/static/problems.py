"""Messages for a user whose sign-in has failed."""

from typing import Any

from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    passwordless,
    thirdparty,
    totp,
    webauthn,
)


def problem_of(result: Any) -> str:
    """The message for the user, or nothing if the result is good."""
    match result:
        case emailpassword.FieldErrors(errors):
            return " ".join(errors.values())
        case emailpassword.WrongCredentials():
            return "The address or the password is wrong."
        case emailpassword.NotAllowed(reason) | webauthn.NotSupported(reason):
            return reason
        case passwordless.WrongCode() | passwordless.ExpiredCode() | totp.WrongCode() as wrong:
            return f"The code is wrong or has expired. Attempts left: {wrong.attempts_left}"
        case passwordless.TooSoon(seconds) | totp.LimitReached(seconds):
            return f"Please wait for {seconds:.0f} seconds."
        case (
            emailpassword.InvalidToken()
            | emailverification.InvalidToken()
            | webauthn.InvalidToken()
            | passwordless.RestartFlow(session_exists=False)
        ):
            return "This code or link was used already, or has expired."
        case webauthn.Dismissed() | webauthn.Aborted():
            return "You have cancelled, or there is no passkey on this device."
        case webauthn.InvalidCredentials():
            return "This passkey is unknown."
        case webauthn.EmailExists():
            return "This address has a passkey: sign in with it."
        case webauthn.InvalidEmail(message):
            return message
        case webauthn.WrongRelyingParty(host):
            return f"Passkeys work on {host} only: open this page there."
        case thirdparty.ProviderRefused(error, description):
            return description or error or "The provider has refused."
        case thirdparty.NoEmailGiven():
            return "Please use an account with an e-mail address."
        case thirdparty.StateMissing() | thirdparty.StateMismatch() | thirdparty.StateExpired():
            return "This sign-in was not started here, or has expired. Please start again."
        case passwordless.RestartFlow() | thirdparty.CallbackAlreadyUsed():
            return ""
        case _:
            return "" if result.status == "OK" else f"That did not work: {result.status}"
