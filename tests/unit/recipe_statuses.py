"""The statuses of all routes: what is called, what the backend answers, and the result."""

from __future__ import annotations

import pytest
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    thirdparty,
    totp,
    webauthn,
)
from supertokens_pyodide.recipe._body import Body
from supertokens_pyodide.recipe._user import User

from tests.unit.recipe_api import PAGE, USER

FIELDS = {"formFields": [{"id": "email", "error": "taken"}]}
REASON = {"reason": "No. (ERR_CODE_008)"}
COUNTS = {"failedCodeInputAttemptCount": 2, "maximumCodeInputAttempts": 5}
TOTP_COUNTS = {"currentNumberOfFailedAttempts": 1, "maxNumberOfFailedAttempts": 5}
LOGIN = {"email": "ann@example.com", "password": "p"}
LINK = passwordless.LinkCode("code", "pre", None, True)
CODE_SENT = {"deviceId": "d", "preAuthSessionId": "pre", "flowType": "USER_INPUT_CODE"}
ATTEMPT = passwordless.LoginAttempt("d", "pre", "USER_INPUT_CODE", "a@x", None, "public", 0)
PROVIDERS = [{"id": "google", "name": "Google"}, {"id": "own"}]
CALLBACK = "https://app.example.com/callback?code=c&state="


def not_allowed(status):
    return emailpassword.NotAllowed("No. (ERR_CODE_008)", "ERR_CODE_008", status)


def signed_in(created):
    return emailpassword.SignedIn(User.read(Body(USER)), created)


async def at_the_provider():
    """Come back from a provider."""
    await thirdparty.authorisation_url(third_party_id="google", redirect_uri=PAGE)
    kept = thirdparty.state_from_storage()
    return await thirdparty.sign_in_and_up(url=CALLBACK + kept.state)


def case(call, route, status, result, **body):
    return pytest.param(call, route, {"status": status, **body}, result, id=f"{route} {status}")


FIELD_ERRORS = emailpassword.FieldErrors({"email": "taken"})
SIGN_UP = lambda: emailpassword.sign_up(**LOGIN, fields={"name": "Ann"})  # noqa: E731
SIGN_IN = lambda: emailpassword.sign_in(**LOGIN)  # noqa: E731
SEND_RESET = lambda: emailpassword.send_password_reset_email(email="a@x")  # noqa: E731
RESET = lambda: emailpassword.submit_new_password(token="t", password="p")  # noqa: E731
SEND_VERIFY = emailverification.send_verification_email
VERIFY = lambda: emailverification.verify_email(token="t")  # noqa: E731
CREATE = lambda: passwordless.create_code(email="a@x")  # noqa: E731
RESEND = lambda: passwordless.resend_code(attempt=ATTEMPT)  # noqa: E731
CONSUME = lambda: passwordless.consume_code(code=" 12 34 56\n", attempt=ATTEMPT)  # noqa: E731
VERIFY_DEVICE = lambda: totp.verify_device(device_name="d", code="123 456")  # noqa: E731
VERIFY_CODE = lambda: totp.verify_code(code="123 456")  # noqa: E731

CONSUME_ROUTE = "POST /signinup/code/consume"

PASSKEY = {
    "webauthnCredentialId": "c1",
    "relyingPartyId": "example.com",
    "recipeUserId": "u0",
    "createdAt": 5,
}
OPTIONS = {
    "webauthnGeneratedOptionsId": "o1",
    "createdAt": 1000,
    "expiresAt": 61_000,
    "challenge": "Y2g",
}
OPTION_FIELDS = ("o1", "example.com", 60.0, {"user": {"id": "aGFuZGxl"}})
REGISTER_OPTIONS = webauthn.RegisterOptions(*OPTION_FIELDS)
SIGN_IN_OPTIONS = webauthn.SignInOptions(*OPTION_FIELDS)
CREDENTIAL = webauthn.Credential("c1", {"id": "c1", "response": {}})
PASSKEY_SIGN_UP = lambda: webauthn.sign_up(  # noqa: E731
    options=REGISTER_OPTIONS, credential=CREDENTIAL
)
PASSKEY_SIGN_IN = lambda: webauthn.sign_in_with(  # noqa: E731
    options=SIGN_IN_OPTIONS, credential=CREDENTIAL
)
ADD = lambda: webauthn.add_credential(email="a@x")  # noqa: E731
RECOVER = lambda: webauthn.recover_account(token="t")  # noqa: E731


def refusals(call, route):
    """What the backend answers to a passkey that it does not take."""
    yield case(call, route, "INVALID_CREDENTIALS_ERROR", webauthn.InvalidCredentials())
    yield case(call, route, "OPTIONS_NOT_FOUND_ERROR", webauthn.OptionsNotFound())
    yield case(call, route, "INVALID_OPTIONS_ERROR", webauthn.InvalidOptions())
    refusal = webauthn.InvalidAuthenticator("old")
    yield case(call, route, "INVALID_AUTHENTICATOR_ERROR", refusal, reason="old")


CASES = [
    # ---- emailpassword
    case(SIGN_UP, "POST /signup", "OK", signed_in(True), user=USER),
    case(SIGN_UP, "POST /signup", "FIELD_ERROR", FIELD_ERRORS, **FIELDS),
    case(
        SIGN_UP,
        "POST /signup",
        "SIGN_UP_NOT_ALLOWED",
        not_allowed("SIGN_UP_NOT_ALLOWED"),
        **REASON,
    ),
    case(SIGN_IN, "POST /signin", "OK", signed_in(False), user=USER),
    case(SIGN_IN, "POST /signin", "WRONG_CREDENTIALS_ERROR", emailpassword.WrongCredentials()),
    case(SIGN_IN, "POST /signin", "FIELD_ERROR", FIELD_ERRORS, **FIELDS),
    case(
        SIGN_IN,
        "POST /signin",
        "SIGN_IN_NOT_ALLOWED",
        not_allowed("SIGN_IN_NOT_ALLOWED"),
        **REASON,
    ),
    case(SEND_RESET, "POST /user/password/reset/token", "OK", emailpassword.EmailSent()),
    case(SEND_RESET, "POST /user/password/reset/token", "FIELD_ERROR", FIELD_ERRORS, **FIELDS),
    case(
        SEND_RESET,
        "POST /user/password/reset/token",
        "PASSWORD_RESET_NOT_ALLOWED",
        not_allowed("PASSWORD_RESET_NOT_ALLOWED"),
        **REASON,
    ),
    case(RESET, "POST /user/password/reset", "OK", emailpassword.PasswordChanged()),
    case(RESET, "POST /user/password/reset", "FIELD_ERROR", FIELD_ERRORS, **FIELDS),
    case(
        RESET,
        "POST /user/password/reset",
        "RESET_PASSWORD_INVALID_TOKEN_ERROR",
        emailpassword.InvalidToken(),
    ),
    case(
        lambda: emailpassword.does_email_exist(email="a+b@x"),
        "GET /emailpassword/email/exists",
        "OK",
        True,
        exists=True,
    ),
    # ---- emailverification
    case(SEND_VERIFY, "POST /user/email/verify/token", "OK", emailverification.EmailSent()),
    case(
        SEND_VERIFY,
        "POST /user/email/verify/token",
        "EMAIL_ALREADY_VERIFIED_ERROR",
        emailverification.AlreadyVerified(),
    ),
    case(VERIFY, "POST /user/email/verify", "OK", emailverification.Verified()),
    case(
        VERIFY,
        "POST /user/email/verify",
        "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR",
        emailverification.InvalidToken(),
    ),
    case(
        emailverification.is_email_verified,
        "GET /user/email/verify",
        "OK",
        False,
        isVerified=False,
    ),
    # ---- passwordless
    case(CREATE, "POST /signinup/code", "OK", passwordless.CodeSent, **CODE_SENT),
    case(
        CREATE,
        "POST /signinup/code",
        "SIGN_IN_UP_NOT_ALLOWED",
        not_allowed("SIGN_IN_UP_NOT_ALLOWED"),
        **REASON,
    ),
    case(RESEND, "POST /signinup/code/resend", "OK", passwordless.CodeResent),
    case(
        RESEND,
        "POST /signinup/code/resend",
        "RESTART_FLOW_ERROR",
        passwordless.RestartFlow(True),
    ),
    case(CONSUME, CONSUME_ROUTE, "OK", signed_in(True), user=USER, createdNewRecipeUser=True),
    case(
        CONSUME,
        CONSUME_ROUTE,
        "INCORRECT_USER_INPUT_CODE_ERROR",
        passwordless.WrongCode(2, 5),
        **COUNTS,
    ),
    case(
        CONSUME,
        CONSUME_ROUTE,
        "EXPIRED_USER_INPUT_CODE_ERROR",
        passwordless.ExpiredCode(2, 5),
        **COUNTS,
    ),
    case(CONSUME, CONSUME_ROUTE, "RESTART_FLOW_ERROR", passwordless.RestartFlow(True)),
    case(
        CONSUME,
        CONSUME_ROUTE,
        "SIGN_IN_UP_NOT_ALLOWED",
        not_allowed("SIGN_IN_UP_NOT_ALLOWED"),
        **REASON,
    ),
    case(
        lambda: passwordless.does_email_exist(email="a@x"),
        "GET /passwordless/email/exists",
        "OK",
        False,
        exists=False,
    ),
    case(
        lambda: passwordless.does_phone_number_exist(phone_number="+44"),
        "GET /passwordless/phonenumber/exists",
        "OK",
        True,
        exists=True,
    ),
    # ---- thirdparty
    case(
        at_the_provider,
        "POST /signinup",
        "OK",
        signed_in(False),
        user=USER,
        createdNewRecipeUser=False,
    ),
    case(
        at_the_provider,
        "POST /signinup",
        "NO_EMAIL_GIVEN_BY_PROVIDER",
        thirdparty.NoEmailGiven(),
    ),
    case(
        at_the_provider,
        "POST /signinup",
        "SIGN_IN_UP_NOT_ALLOWED",
        not_allowed("SIGN_IN_UP_NOT_ALLOWED"),
        **REASON,
    ),
    case(
        lambda: thirdparty.authorisation_url(third_party_id="google", redirect_uri=PAGE),
        "GET /authorisationurl",
        "OK",
        str,
        urlWithQueryParams="https://provider.example/?a=1",
        pkceCodeVerifier=None,
    ),
    # ---- totp
    case(
        totp.create_device,
        "POST /totp/device",
        "OK",
        totp.NewDevice("d", "SECRET", "otpauth://totp/x"),
        deviceName="d",
        secret="SECRET",
        qrCodeString="otpauth://totp/x",
    ),
    case(
        lambda: totp.create_device(device_name="d"),
        "POST /totp/device",
        "DEVICE_ALREADY_EXISTS_ERROR",
        totp.DeviceExists(),
    ),
    case(
        totp.list_devices,
        "GET /totp/device/list",
        "OK",
        (totp.Device("d", 30, 1, True),),
        devices=[{"name": "d", "period": 30, "skew": 1, "verified": True}],
    ),
    case(
        lambda: totp.remove_device(device_name="d"),
        "POST /totp/device/remove",
        "OK",
        True,
        didDeviceExist=True,
    ),
    case(
        VERIFY_DEVICE,
        "POST /totp/device/verify",
        "OK",
        totp.DeviceVerified(False),
        wasAlreadyVerified=False,
    ),
    case(
        VERIFY_DEVICE,
        "POST /totp/device/verify",
        "UNKNOWN_DEVICE_ERROR",
        totp.UnknownDevice(),
    ),
    case(
        VERIFY_DEVICE,
        "POST /totp/device/verify",
        "INVALID_TOTP_ERROR",
        totp.WrongCode(1, 5),
        **TOTP_COUNTS,
    ),
    case(
        VERIFY_DEVICE,
        "POST /totp/device/verify",
        "LIMIT_REACHED_ERROR",
        totp.LimitReached(1.5),
        retryAfterMs=1500,
    ),
    case(VERIFY_CODE, "POST /totp/verify", "OK", totp.CodeVerified()),
    case(VERIFY_CODE, "POST /totp/verify", "UNKNOWN_USER_ID_ERROR", totp.NoDevice()),
    case(
        VERIFY_CODE,
        "POST /totp/verify",
        "INVALID_TOTP_ERROR",
        totp.WrongCode(1, 5),
        **TOTP_COUNTS,
    ),
    case(
        VERIFY_CODE,
        "POST /totp/verify",
        "LIMIT_REACHED_ERROR",
        totp.LimitReached(900),
        retryAfterMs=900_000,
    ),
    # ---- multifactorauth and multitenancy
    case(
        multifactorauth.info,
        "PUT /mfa/info",
        "OK",
        multifactorauth.MfaInfo(
            ("totp", "otp-email"), ("otp-email",), ("totp",), {"otp-email": ("a@x",)}, {}
        ),
        factors={
            "next": ["totp", "otp-email"],
            "alreadySetup": ["otp-email"],
            "allowedToSetup": ["totp"],
        },
        emails={"otp-email": ["a@x"]},
        phoneNumbers={},
    ),
    case(
        multitenancy.login_methods,
        "GET /loginmethods",
        "OK",
        multitenancy.LoginMethods(
            True,
            False,
            True,
            False,
            (multitenancy.Provider("google", "Google"), multitenancy.Provider("own", "own")),
            frozenset({"emailpassword", "thirdparty"}),
        ),
        emailPassword={"enabled": True},
        passwordless={"enabled": False},
        thirdParty={
            "enabled": True,
            "providers": PROVIDERS,
        },
        firstFactors=["thirdparty", "emailpassword"],
    ),
    # ---- webauthn
    case(
        lambda: webauthn.register_options(email="a@x"),
        "POST /webauthn/options/register",
        "OK",
        webauthn.RegisterOptions,
        **OPTIONS,
        rp={"id": "example.com", "name": "Example"},
        user={"id": "aGFuZGxl", "name": "a@x", "displayName": "a@x"},
    ),
    case(
        lambda: webauthn.register_options(email="a@x"),
        "POST /webauthn/options/register",
        "INVALID_EMAIL_ERROR",
        webauthn.InvalidEmail("bad"),
        err="bad",
    ),
    case(
        lambda: webauthn.recovery_options(token="t"),
        "POST /webauthn/options/register",
        "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR",
        webauthn.InvalidToken(),
    ),
    case(
        lambda: webauthn.recovery_options(token="t"),
        "POST /webauthn/options/register",
        "INVALID_OPTIONS_ERROR",
        webauthn.InvalidOptions(),
    ),
    case(
        webauthn.sign_in_options,
        "POST /webauthn/options/signin",
        "OK",
        webauthn.SignInOptions,
        **OPTIONS,
        rpId="example.com",
    ),
    case(
        webauthn.sign_in_options,
        "POST /webauthn/options/signin",
        "INVALID_OPTIONS_ERROR",
        webauthn.InvalidOptions(),
    ),
    *refusals(PASSKEY_SIGN_UP, "POST /webauthn/signup"),
    case(PASSKEY_SIGN_UP, "POST /webauthn/signup", "OK", signed_in(True), user=USER),
    case(
        PASSKEY_SIGN_UP,
        "POST /webauthn/signup",
        "EMAIL_ALREADY_EXISTS_ERROR",
        webauthn.EmailExists(),
    ),
    case(
        PASSKEY_SIGN_UP,
        "POST /webauthn/signup",
        "SIGN_UP_NOT_ALLOWED",
        not_allowed("SIGN_UP_NOT_ALLOWED"),
        **REASON,
    ),
    case(PASSKEY_SIGN_IN, "POST /webauthn/signin", "OK", signed_in(False), user=USER),
    case(
        PASSKEY_SIGN_IN,
        "POST /webauthn/signin",
        "INVALID_CREDENTIALS_ERROR",
        webauthn.InvalidCredentials(),
    ),
    case(
        PASSKEY_SIGN_IN,
        "POST /webauthn/signin",
        "SIGN_IN_NOT_ALLOWED",
        not_allowed("SIGN_IN_NOT_ALLOWED"),
        **REASON,
    ),
    case(
        lambda: webauthn.does_email_exist(email="a@x"),
        "GET /webauthn/email/exists",
        "OK",
        True,
        exists=True,
    ),
    case(
        lambda: webauthn.send_recovery_email(email="a@x"),
        "POST /user/webauthn/reset/token",
        "OK",
        webauthn.RecoveryEmailSent(),
    ),
    case(
        lambda: webauthn.send_recovery_email(email="a@x"),
        "POST /user/webauthn/reset/token",
        "RECOVER_ACCOUNT_NOT_ALLOWED",
        not_allowed("RECOVER_ACCOUNT_NOT_ALLOWED"),
        **REASON,
    ),
    *refusals(RECOVER, "POST /user/webauthn/reset"),
    case(RECOVER, "POST /user/webauthn/reset", "OK", webauthn.AccountRecovered()),
    case(
        RECOVER,
        "POST /user/webauthn/reset",
        "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR",
        webauthn.InvalidToken(),
    ),
    case(
        webauthn.list_credentials,
        "GET /webauthn/credential/list",
        "OK",
        (webauthn.Passkey("c1", "example.com", "u0", 5),),
        credentials=[PASSKEY],
    ),
    *refusals(ADD, "POST /webauthn/credential"),
    case(ADD, "POST /webauthn/credential", "OK", webauthn.CredentialAdded()),
    case(
        ADD,
        "POST /webauthn/credential",
        "REGISTER_CREDENTIAL_NOT_ALLOWED",
        not_allowed("REGISTER_CREDENTIAL_NOT_ALLOWED"),
        **REASON,
    ),
    case(
        lambda: webauthn.remove_credential(credential_id="c1"),
        "POST /webauthn/credential/remove",
        "OK",
        webauthn.CredentialRemoved(),
    ),
    case(
        lambda: webauthn.remove_credential(credential_id="c1"),
        "POST /webauthn/credential/remove",
        "CREDENTIAL_NOT_FOUND_ERROR",
        webauthn.CredentialNotFound(),
    ),
]
