"""Each status of each route is a result of its own; each route is asked as the API wants."""

import dataclasses
import pkgutil
from importlib import import_module

import pytest
from supertokens_pyodide import errors, recipe, testing
from supertokens_pyodide.recipe import (
    emailpassword,
    multifactorauth,
    multitenancy,
    passwordless,
    thirdparty,
    totp,
)
from supertokens_pyodide.recipe._calls import Api

from tests.unit.recipe_api import ScriptedApi, run
from tests.unit.recipe_statuses import (
    CASES,
    CONSUME,
    CREATE,
    OPTIONS,
    PASSKEY,
    RESEND,
    RESET,
    SIGN_UP,
    VERIFY,
    VERIFY_CODE,
    VERIFY_DEVICE,
)
from tests.unit.test_recipe_webauthn import ScriptedPasskeys

LINK = passwordless.LinkCode("code", "pre", None, True)


@pytest.fixture
def api():
    api = ScriptedApi()
    api.answers["/authorisationurl"] = {"status": "OK", "urlWithQueryParams": "https://p.example/"}
    options = {"rp": {"id": "example.com"}, "user": {"id": "aGFuZGxl"}}
    api.answers["/webauthn/options/register"] = {"status": "OK", **OPTIONS, **options}
    api.answers["/webauthn/credential/list"] = {"status": "OK", "credentials": [PASSKEY]}
    with testing.signed_in("u0", backend=api) as page:
        page._browser.passkeys = ScriptedPasskeys()
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
        (lambda: totp.create_device(device_name="d"), {"deviceName": "d"}),
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
