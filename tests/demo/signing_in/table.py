"""The statuses of each API of the backend SDK, and the tests that produce them."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tests.demo.signing_in.scene import Scene

#: All statuses of all APIs, as FDI declares them.
STATUSES = {
    "emailpassword": {
        "POST /signup": ["OK", "FIELD_ERROR", "SIGN_UP_NOT_ALLOWED"],
        "POST /signin": ["OK", "WRONG_CREDENTIALS_ERROR", "FIELD_ERROR", "SIGN_IN_NOT_ALLOWED"],
        "POST /user/password/reset/token": ["OK", "FIELD_ERROR", "PASSWORD_RESET_NOT_ALLOWED"],
        "POST /user/password/reset": ["OK", "FIELD_ERROR", "RESET_PASSWORD_INVALID_TOKEN_ERROR"],
        "GET /emailpassword/email/exists": ["OK"],
    },
    "emailverification": {
        "POST /user/email/verify/token": ["OK", "EMAIL_ALREADY_VERIFIED_ERROR"],
        "POST /user/email/verify": ["OK", "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"],
        "GET /user/email/verify": ["OK"],
    },
    "passwordless": {
        "POST /signinup/code": ["OK", "GENERAL_ERROR", "SIGN_IN_UP_NOT_ALLOWED"],
        "POST /signinup/code/resend": ["OK", "RESTART_FLOW_ERROR", "GENERAL_ERROR"],
        "POST /signinup/code/consume": [
            "OK",
            "RESTART_FLOW_ERROR",
            "INCORRECT_USER_INPUT_CODE_ERROR",
            "EXPIRED_USER_INPUT_CODE_ERROR",
            "SIGN_IN_UP_NOT_ALLOWED",
        ],
        "GET /passwordless/email/exists": ["OK"],
        "GET /passwordless/phonenumber/exists": ["OK"],
    },
    "thirdparty": {
        "GET /authorisationurl": ["OK"],
        "POST /signinup": ["OK", "NO_EMAIL_GIVEN_BY_PROVIDER", "SIGN_IN_UP_NOT_ALLOWED"],
    },
    "webauthn": {
        "POST /webauthn/options/register": [
            "OK",
            "INVALID_EMAIL_ERROR",
            "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR",
            "INVALID_OPTIONS_ERROR",
        ],
        "POST /webauthn/options/signin": ["OK", "INVALID_OPTIONS_ERROR"],
        "POST /webauthn/signup": [
            "OK",
            "SIGN_UP_NOT_ALLOWED",
            "EMAIL_ALREADY_EXISTS_ERROR",
            "INVALID_CREDENTIALS_ERROR",
            "OPTIONS_NOT_FOUND_ERROR",
            "INVALID_OPTIONS_ERROR",
            "INVALID_AUTHENTICATOR_ERROR",
        ],
        "POST /webauthn/signin": ["OK", "INVALID_CREDENTIALS_ERROR", "SIGN_IN_NOT_ALLOWED"],
        "GET /webauthn/email/exists": ["OK"],
        "POST /user/webauthn/reset/token": ["OK", "RECOVER_ACCOUNT_NOT_ALLOWED"],
        "POST /user/webauthn/reset": [
            "OK",
            "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR",
            "OPTIONS_NOT_FOUND_ERROR",
            "INVALID_OPTIONS_ERROR",
            "INVALID_CREDENTIALS_ERROR",
            "INVALID_AUTHENTICATOR_ERROR",
        ],
        "GET /webauthn/credential/list": ["OK"],
        "POST /webauthn/credential": [
            "OK",
            "OPTIONS_NOT_FOUND_ERROR",
            "REGISTER_CREDENTIAL_NOT_ALLOWED",
        ],
        "POST /webauthn/credential/remove": ["OK", "CREDENTIAL_NOT_FOUND_ERROR"],
    },
    "totp": {
        "POST /totp/device": ["OK", "DEVICE_ALREADY_EXISTS_ERROR"],
        "GET /totp/device/list": ["OK"],
        "POST /totp/device/remove": ["OK"],
        "POST /totp/device/verify": [
            "OK",
            "UNKNOWN_DEVICE_ERROR",
            "INVALID_TOTP_ERROR",
            "LIMIT_REACHED_ERROR",
        ],
        "POST /totp/verify": [
            "OK",
            "UNKNOWN_USER_ID_ERROR",
            "INVALID_TOTP_ERROR",
            "LIMIT_REACHED_ERROR",
        ],
    },
    "multifactorauth": {"PUT /mfa/info": ["OK"]},
    "multitenancy": {"GET /loginmethods": ["OK"]},
}

#: Statuses that this backend cannot give, and why.
UNREACHABLE = {
    (
        "POST /signinup/code/resend",
        "GENERAL_ERROR",
    ): "only if the backend makes the codes itself",
    ("POST /webauthn/signin", "SIGN_IN_NOT_ALLOWED"): "the SDK fails with 500 (KeyError)",
    ("POST /webauthn/credential/remove", "CREDENTIAL_NOT_FOUND_ERROR"): "only if two requests "
    "remove it at once; else 500",
    ("POST /totp/device", "DEVICE_ALREADY_EXISTS_ERROR"): "the SDK fails with 500 (KeyError)",
}

#: Codes in `reason` that this backend cannot give, and why.
UNREACHABLE_CODES = {
    "003": "a code has shown that the address is one's own, so its sign-in is always allowed",
    "014": "a new login has no user yet",
    "015": "code 007 comes first",
    **dict.fromkeys(
        ("027", "028", "029", "031", "032", "033", "034"),
        "linking a passkey fails with 500 in the SDK (KeyError)",
    ),
    "030": "the SDK fails with 500 (KeyError)",
}


@dataclass(frozen=True)
class Row:
    """One status of one API, and how to get it."""

    api: str
    status: str
    produce: Callable[[Scene], httpx.Response]
    # Whether the answer begins a session or changes it.
    session: bool
    # The code in `reason`, if there is one.
    code: str | None

    @property
    def name(self) -> str:
        return " ".join(filter(None, [self.api, self.status, self.code]))


ROWS: list[Row] = []

Produce = Callable[[Scene], httpx.Response]


def produces(
    api: str, status: str, *, session: bool = False, code: str | None = None
) -> Callable[[Produce], Produce]:
    """Mark a function whose response has the status."""

    def mark(produce: Produce) -> Produce:
        ROWS.append(Row(api, status, produce, session, code))
        return produce

    return mark
