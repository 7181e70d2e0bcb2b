"""The core answers every request with its own messages, and never breaks."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.local_core.app import ROUTES
from tests.each import each
from tests.local_core.running import Clock, CoreClient

EVERY_ROUTE = [
    (method, path) for path, methods in sorted(ROUTES.items()) for method in sorted(methods)
]
GREETINGS = ("/hello", "/")
WITH_BODY = [
    (method, path)
    for method, path in EVERY_ROUTE
    if method in ("POST", "PUT") and path not in GREETINGS
]


@pytest.fixture(scope="module")
def shared():
    """One core for the tests that change nothing."""
    with CoreClient(Clock()) as core:
        yield core


@pytest.fixture(scope="module")
def fuzzed():
    """A body that is changed in any way."""
    with CoreClient(Clock()) as core:
        yield core


def reported(response):
    return response.status_code, response.text.removesuffix("\n")


def test_it_says_hello(core):
    for path in ("/hello", "/", "/appid-public/hello", "/public/hello", "/appid-public"):
        for method in ("GET", "POST", "PUT", "DELETE"):
            response = core.request(method, path)
            assert reported(response) == (200, "Hello")
            assert response.headers["content-type"] == "text/html; charset=utf-8"


def test_it_names_the_versions_it_speaks(core):
    fields = {"apiDomain": "http://api", "websiteDomain": "http://website"}
    response = core.response("GET", "/apiversion", **fields)
    assert list(response) == ["versions"]
    versions = response["versions"]
    assert (versions[0], versions[-1]) == ("2.7", "5.4")
    # The responses to SDKs of older versions looked different.
    for version in versions[versions.index("5.1") :]:
        headers = {"cdi-version": version}
        assert core.request("GET", "/users/count", headers=headers).is_success


@pytest.mark.parametrize("version", ["2.7", "9.9", "", "x"])
def test_it_refuses_other_versions(core, version):
    headers = {"cdi-version": version}
    refusal = (400, f"cdi-version {version} not supported")
    assert reported(core.request("GET", "/users/count", headers=headers)) == refusal
    assert core.request("GET", "/hello", headers=headers).is_success
    assert core.request("GET", "/.well-known/jwks.json", headers=headers).is_success


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "OPTIONS", "DELETE"])
def test_a_method_that_is_not_there(core, method):
    response = core.request(method, "/recipe/session")
    assert response.status_code == 405
    if method != "HEAD":
        assert reported(response)[1] == "Method not supported"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/recipe",
        "/recipe/nothing",
        "/recipe/users",
        "/users/users",
        "/t1/nothing",
        "/t1/t2/users",
        "/t_1/users",
        "/appid-a_1/users",
        "/appid-a1/t1/t2/users",
    ],
)
def test_a_path_that_is_not_there(core, path):
    assert reported(core.request("GET", path)) == (404, "Not found")


def test_what_it_says_about_itself(core):
    assert core.ok("GET", "/telemetry")["exists"] is False
    assert core.ok("GET", "/ee/featureflag")["features"] == [
        "account_linking",
        "multi_tenancy",
        "mfa",
    ]
    assert core.response("GET", "/ee/license") == {"status": "NO_LICENSE_KEY_FOUND_ERROR"}
    assert core.ok("GET", "/user/search/tags")["tags"] == ["email", "phone", "provider"]


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("POST", "/recipe/totp/device", {"userId": "u", "skew": 1, "period": 30}),
        ("POST", "/recipe/totp/verify", {"userId": "u", "totp": "x"}),
        ("POST", "/recipe/accountlinking/user/primary", {"recipeUserId": "u"}),
        ("PUT", "/recipe/multitenancy/tenant/v2", {"tenantId": "t1"}),
        ("PUT", "/recipe/multitenancy/tenant/v2", {"requiredSecondaryFactors": ["totp"]}),
    ],
)
def test_without_a_licence_it_refuses(clock, method, path, fields):
    with CoreClient(clock, features=()) as core:
        response = core.request(method, path, json=fields)
        assert response.status_code == 402
        assert "license" in response.text
        assert core.ok("GET", "/ee/featureflag")["features"] == []


def test_with_an_api_key_only_those_who_have_it_are_answered(clock):
    with CoreClient(clock, api_key="key") as core:
        for headers in ({}, {"api-key": "other"}, {"authorization": "Bearer other"}):
            for path in ("/users", "/apiversion", "/users/count"):
                assert reported(core.request("GET", path, headers=headers)) == (
                    401,
                    "Invalid API key",
                )
        for headers in (
            {"api-key": "key"},
            {"api-key": " key "},
            {"authorization": "Bearer key"},
            {"authorization": "key"},
        ):
            assert core.request("GET", "/users", headers=headers).is_success
        for path in ("/hello", "/.well-known/jwks.json"):
            assert core.request("GET", path).is_success


@each("api", WITH_BODY)
def test_every_api_wants_a_json_object(shared, api):
    for body in (b"", b"[]"):
        assert reported(shared.request(*api, content=body)) == (400, "Invalid Json Input")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"null",
        b'"text"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        # Not JSON, although Python's parser takes it, or would fail later.
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\\ud800"}',
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_body_that_cannot_be_read(shared, body):
    response = shared.request("POST", "/recipe/session", content=body)
    assert reported(response) == (400, "Invalid Json Input")


SESSION = {"userId": "u", "enableAntiCsrf": False, "userDataInJWT": {}, "userDataInDatabase": {}}
VERIFY = {
    "accessToken": "x",
    "doAntiCsrfCheck": False,
    "enableAntiCsrf": False,
    "checkDatabase": False,
}
PARTY = {
    "relyingPartyId": "localhost",
    "relyingPartyName": "Shop",
    "origin": "http://localhost",
}
COMPLETE = [
    ("/recipe/session", SESSION),
    ("/recipe/session/verify", VERIFY),
    (
        "/recipe/session/refresh",
        {"refreshToken": "x", "enableAntiCsrf": False, "useDynamicSigningKey": True},
    ),
    ("/recipe/session/regenerate", {"accessToken": "x"}),
    ("/recipe/signup", {"email": "a@example.com", "password": "x"}),
    ("/recipe/signin", {"email": "a@example.com", "password": "x"}),
    ("/recipe/user/password/reset/token", {"userId": "u", "email": "a@example.com"}),
    ("/recipe/user/password/reset/token/consume", {"token": "x"}),
    ("/recipe/user/email/verify", {"method": "token", "token": "x"}),
    ("/recipe/jwt", {"algorithm": "RS256", "jwksDomain": "x", "payload": {}, "validity": 5}),
    ("/recipe/accountlinking/user/link", {"recipeUserId": "u", "primaryUserId": "p"}),
    ("/recipe/user/metadata/remove", {"userId": "u"}),
    ("/user/remove", {"userId": "u"}),
    ("/recipe/signinup", {"thirdPartyId": "x", "thirdPartyUserId": "u", "email": {}}),
    ("/recipe/totp/device", {"userId": "u", "skew": 1, "period": 30}),
    ("/recipe/totp/device/verify", {"userId": "u", "deviceName": "d", "totp": "x"}),
    ("/recipe/totp/verify", {"userId": "u", "totp": "x"}),
    ("/recipe/webauthn/options/register", {"email": "a@example.com", **PARTY}),
    ("/recipe/webauthn/options/signin", PARTY),
    ("/recipe/webauthn/signup", {"webauthnGeneratedOptionsId": "x", "credential": {}}),
    ("/recipe/webauthn/signin", {"webauthnGeneratedOptionsId": "x", "credential": {}}),
    ("/recipe/webauthn/user/recover/token", {"userId": "u", "email": "a@example.com"}),
    ("/recipe/webauthn/user/recover/token/consume", {"token": "x"}),
]


@each("case", [(path, body, field) for path, body in COMPLETE for field in body])
def test_each_field_is_wanted_and_of_its_type(shared, case):
    path, body, field = case
    refusal = (400, f"Field name '{field}' is invalid in JSON input")
    without = {name: value for name, value in body.items() if name != field}
    assert reported(shared.request("POST", path, json=without)) == refusal
    wrong = [value for value in ("x", 5, True, {}) if type(value) is not type(body[field])]
    for value in (None, [1], *wrong):
        assert reported(shared.request("POST", path, json={**body, field: value})) == refusal


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/user/id", "userId"),
        ("/recipe/session", "sessionHandle"),
        ("/recipe/session/user", "userId"),
        ("/recipe/user/roles", "userId"),
        ("/recipe/user/metadata", "userId"),
        ("/users/by-accountinfo", "doUnionOfAccountInfo"),
        ("/recipe/accountlinking/user/primary/check", "recipeUserId"),
    ],
)
def test_a_parameter_is_missing(shared, path, field):
    assert reported(shared.request("GET", path)) == (
        400,
        f"Field name '{field}' is missing in GET request",
    )


@pytest.mark.parametrize(
    ("method", "path", "fields", "text"),
    [
        (
            "POST",
            "/recipe/session/remove",
            {},
            "Invalid JSON input - use one of userId or sessionHandles array",
        ),
        (
            "POST",
            "/recipe/session/remove",
            {"userId": "u", "sessionHandles": []},
            "Invalid JSON input - use one of userId or sessionHandles array",
        ),
        (
            "POST",
            "/recipe/session/remove",
            {"sessionHandles": [], "revokeAcrossAllTenants": True},
            "Invalid JSON input - revokeAcrossAllTenants can only be set if userId is set",
        ),
        (
            "POST",
            "/recipe/session/remove",
            {"sessionHandles": [5]},
            "Field name 'sessionHandles' is invalid in JSON input",
        ),
        (
            "POST",
            "/recipe/signup",
            {"email": "a@example.com", "password": ""},
            "Password cannot be an empty string",
        ),
        (
            "PUT",
            "/recipe/user",
            {"recipeUserId": "u"},
            "You have to provide either email or password.",
        ),
        ("GET", "/recipe/user", {}, "Please provide one of userId or email"),
        (
            "GET",
            "/recipe/user",
            {"userId": "u", "email": "e"},
            "Please provide only one of userId or email",
        ),
        (
            "POST",
            "/recipe/user/email/verify",
            {"method": "x", "token": "x"},
            "Unsupported method for email verification",
        ),
        (
            "POST",
            "/recipe/user/password/reset",
            {"method": "x", "token": "x", "newPassword": "x"},
            "Unsupported method for password reset",
        ),
        ("PUT", "/recipe/role", {"role": " "}, "Field name 'role' cannot be an empty String"),
        (
            "PUT",
            "/recipe/role",
            {"role": "r", "permissions": [" "]},
            "Field name 'permissions' cannot contain an empty string",
        ),
        (
            "GET",
            "/recipe/userid/map",
            {"userId": "u", "userIdType": "x"},
            "Field name 'userIdType' should be one of 'SUPERTOKENS', 'EXTERNAL' or 'ANY'",
        ),
        (
            "POST",
            "/recipe/jwt",
            {"algorithm": "RS256", "jwksDomain": "x", "payload": {}, "validity": 0},
            "validity must be greater than or equal to 0",
        ),
        ("GET", "/users", {"limit": "x"}, "Field name 'limit' must be an int in the GET request"),
        ("GET", "/users", {"limit": "1_0"}, "Field name 'limit' must be an int in the GET request"),
        ("GET", "/users", {"limit": 0}, "limit must a positive integer with min value 1"),
        ("GET", "/users", {"limit": 501}, "max limit allowed is 500"),
        ("GET", "/users", {"timeJoinedOrder": "x"}, "timeJoinedOrder can be either ASC OR DESC"),
        ("GET", "/users", {"paginationToken": "%"}, "invalid pagination token"),
        ("GET", "/users", {"includeRecipeIds": "x"}, "Unknown recipe ID: x"),
        ("GET", "/users/count", {"includeRecipeIds": "x"}, "Unknown recipe ID: x"),
        (
            "GET",
            "/users/by-accountinfo",
            {"doUnionOfAccountInfo": "yes"},
            "'doUnionOfAccountInfo' should be either 'true' or 'false'",
        ),
        (
            "GET",
            "/users/by-accountinfo",
            {"doUnionOfAccountInfo": "true", "thirdPartyId": "x"},
            "If 'thirdPartyId' is provided, 'thirdPartyUserId' must also be provided, and vice"
            " versa",
        ),
    ],
)
def test_fields_that_do_not_fit(shared, method, path, fields, text):
    where = {"params": fields} if method in ("GET", "DELETE") else {"json": fields}
    assert reported(shared.request(method, path, **where)) == (400, text)


NAMES = sorted(
    {name for _, body in COMPLETE for name in body}
    | {"sessionHandle", "sessionHandles", "recipeUserId", "tenantId", "appId", "firstFactors"}
    | {"requiredSecondaryFactors", "coreConfig", "role", "permissions", "metadataUpdate"}
    | {"antiCsrfToken", "revokeAcrossAllTenants", "removeAllLinkedAccounts", "newPassword"}
    | {"useDynamicSigningKey", "useStaticSigningKey", "paginationToken", "limit", "permission"}
    | {"phoneNumber", "deviceId", "preAuthSessionId", "linkCode", "userInputCode", "codeId"}
    | {"config", "existingDeviceName", "newDeviceName", "timeout", "userVerification"}
    | {"webauthnCredentialId"}
    | {"doUnionOfAccountInfo", "includeRecipeIds", "phone", "fetchAcrossAllTenants"}
)
TEXTS = st.text(max_size=12) | st.sampled_from(
    ["token", "true", "public", "t1", "_t1", "_", "u_public", "RS256", "a.b.c", "a.b.V2", "\0"]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS | st.just("access_token_validity"), inner, max_size=3)
    ),
    max_leaves=5,
)
PREFIXES = st.sampled_from(["", "/public", "/t1", "/appid-public", "/appid-a1", "/appid-a1/t1"])


@settings(max_examples=200)
@given(
    route=st.sampled_from([route for route in EVERY_ROUTE if route[1] not in GREETINGS]),
    prefix=PREFIXES,
    body=st.dictionaries(st.sampled_from(NAMES), VALUES | TEXTS | st.booleans(), min_size=1),
    query=st.dictionaries(st.sampled_from(NAMES), TEXTS),
)
def test_no_input_breaks_it(fuzzed, route, prefix, body, query):
    method, path = route

    where = {"params": query} if method in ("GET", "DELETE") else {"json": body}
    response = fuzzed.request(method, prefix + path, **where)
    assert response.status_code in (200, 400, 403), response.text


def test_a_failure_of_ours_is_logged_without_what_was_sent(core, caplog, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("out of order")

    monkeypatch.setattr("demo.local_core.emailpassword.hash_password", fail)
    with caplog.at_level(logging.DEBUG):
        response = core.request(
            "POST", "/recipe/signup", json={"email": "a@example.com", "password": "hunter2"}
        )
    assert reported(response) == (500, "Internal error")
    assert "POST /recipe/signup failed" in caplog.text
    assert "hunter2" not in caplog.text


def test_nothing_is_logged_while_all_goes_well(core, caplog):
    with caplog.at_level(logging.DEBUG, logger="local_core"):
        core.sign_up("a@example.com", password="hunter2")
        core.refresh(core.new_session())
    assert not [record for record in caplog.records if record.name == "local_core"]
