"""Each status of each route is a result of its own; each route is asked as the API wants."""

import dataclasses
import pkgutil
from importlib import import_module

import pytest
from supertokens_pyodide import errors, recipe, testing
from supertokens_pyodide.recipe import (
    emailpassword,
    emailverification,
    multifactorauth,
    multitenancy,
    passwordless,
    thirdparty,
    totp,
)
from supertokens_pyodide.recipe._calls import Api
from supertokens_pyodide.recipe._user import User

from tests.unit.recipe_api import PAGE, USER, ScriptedApi, run

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
    user = User.read(import_module("supertokens_pyodide.recipe._body").Body(USER))
    return emailpassword.SignedIn(user, created)


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
]


@pytest.fixture
def api():
    api = ScriptedApi()
    api.answers["/authorisationurl"] = {"status": "OK", "urlWithQueryParams": "https://p.example/"}
    with testing.signed_in("u0", backend=api) as page:
        api.page = page
        yield api


@pytest.mark.parametrize(("call", "route", "answer", "result"), CASES)
def test_a_status_is_a_result(api, call, route, answer, result):
    method, path = route.split(" ")
    api.answers[path] = answer
    found = run(call())
    assert api.sent[-1].method == method
    if isinstance(result, type):
        assert isinstance(found, result)
    else:
        assert found == result
        assert type(found) is type(result)
    if hasattr(found, "status"):
        assert found.status == answer["status"]


def apis():
    """All routes that the recipes know."""
    names = [
        module.name for module in pkgutil.walk_packages(recipe.__path__, recipe.__name__ + ".")
    ]
    for name in names:
        yield from (one for one in vars(import_module(name)).values() if isinstance(one, Api))


def test_no_status_is_left_out():
    known = {f"{api.method} {api.path} {status}" for api in apis() for status in api.results}
    assert known == {param.id for param in CASES}


def test_every_result_is_frozen_and_says_its_status():
    for param in CASES:
        *_, result = param.values
        if dataclasses.is_dataclass(result) and not isinstance(result, type):
            with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
                result.own = 1


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (
            SIGN_UP,
            {
                "formFields": [
                    {"id": "email", "value": "ann@example.com"},
                    {"id": "password", "value": "p"},
                    {"id": "name", "value": "Ann"},
                ],
                "shouldTryLinkingWithSessionUser": False,
            },
        ),
        (
            RESET,
            {
                "formFields": [{"id": "password", "value": "p"}],
                "token": "t",
                "method": "token",
            },
        ),
        (VERIFY, {"token": "t", "method": "token"}),
        (CREATE, {"email": "a@x", "shouldTryLinkingWithSessionUser": False}),
        (
            lambda: passwordless.create_code(phone_number="+44", second_factor=True),
            {"phoneNumber": "+44", "shouldTryLinkingWithSessionUser": True},
        ),
        (
            RESEND,
            {
                "deviceId": "d",
                "preAuthSessionId": "pre",
                "shouldTryLinkingWithSessionUser": False,
            },
        ),
        (
            CONSUME,
            {
                "deviceId": "d",
                "preAuthSessionId": "pre",
                "userInputCode": "123456",
                "shouldTryLinkingWithSessionUser": False,
            },
        ),
        (
            lambda: passwordless.consume_code(link=LINK),
            {
                "preAuthSessionId": "pre",
                "linkCode": "code",
                "shouldTryLinkingWithSessionUser": False,
            },
        ),
        (totp.create_device, {}),
        (VERIFY_DEVICE, {"deviceName": "d", "totp": "123456"}),
        (VERIFY_CODE, {"totp": "123456"}),
        (lambda: totp.remove_device(device_name="d"), {"deviceName": "d"}),
        (multifactorauth.info, {}),
    ],
)
def test_a_body_is_as_the_api_wants_it(api, call, body):
    api.answers = {one.path: {"status": "GENERAL_ERROR"} for one in apis()}
    with pytest.raises(errors.GeneralError):
        run(call())
    assert api.last == body


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (lambda: emailpassword.does_email_exist(email="a+b@x"), "email=a%2Bb%40x"),
        (lambda: passwordless.does_phone_number_exist(phone_number="+44"), "phoneNumber=%2B44"),
        (lambda: multitenancy.login_methods(client_type="web"), "clientType=web"),
        (
            lambda: thirdparty.authorisation_url(
                third_party_id="google", redirect_uri="https://a.b/c", client_type="web"
            ),
            "thirdPartyId=google&redirectURIOnProviderDashboard=https%3A%2F%2Fa.b%2Fc&clientType=web",
        ),
    ],
)
def test_a_query_is_as_the_api_wants_it(api, call, query):
    api.answers = {one.path: {"status": "GENERAL_ERROR"} for one in apis()}
    with pytest.raises(errors.GeneralError):
        run(call())
    assert api.sent[-1].query == query
    assert api.sent[-1].body == b""
