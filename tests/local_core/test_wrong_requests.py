"""What the core answers to requests that make no sense: its own words, and never a failure."""

import json

import pytest

from demo.local_core.app import ROUTES
from tests.local_core.running import CoreClient

CREATE = {
    "userId": "user",
    "userDataInJWT": {},
    "userDataInDatabase": {},
    "enableAntiCsrf": False,
}
EVERY_ROUTE = [(method, path) for path, methods in ROUTES.items() for method in methods]
ODD_VALUES = [None, True, -1, 2**70, 1.5, "", "\x00", "a.b.c", "a.b.V2", [], [1], {}, {"exp": "x"}]
FIELDS = {
    "userId",
    "recipeUserId",
    "primaryUserId",
    "sessionHandle",
    "sessionHandles",
    "userDataInJWT",
    "userDataInDatabase",
    "accessToken",
    "refreshToken",
    "enableAntiCsrf",
    "doAntiCsrfCheck",
    "checkDatabase",
    "email",
    "password",
    "newPassword",
    "method",
    "token",
    "tenantId",
    "appId",
    "coreConfig",
    "firstFactors",
    "role",
    "permission",
    "permissions",
    "metadataUpdate",
    "payload",
    "validity",
    "algorithm",
    "jwksDomain",
    "limit",
    "paginationToken",
    "doUnionOfAccountInfo",
}


@pytest.mark.parametrize("field", CREATE)
@pytest.mark.parametrize("value", [..., None, 1, []])
def test_a_missing_or_wrong_field_is_named(core: CoreClient, field: str, value: object):
    fields = {**CREATE, field: value}
    if value is ...:
        del fields[field]
    response = core.request("POST", "/recipe/session", json=fields)
    assert response.status_code == 400
    assert response.text.strip() == f"Field name '{field}' is invalid in JSON input"


def test_a_missing_parameter_is_named(core: CoreClient):
    response = core.request("GET", "/user/id")
    assert response.status_code == 400
    assert response.text.strip() == "Field name 'userId' is missing in GET request"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff",
        b'{"a": NaN}',
        b'{"a": "\\ud800"}',
        b"[" * 9999,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(core: CoreClient, body: bytes):
    response = core.request("POST", "/recipe/session", content=body)
    assert (response.status_code, response.text.strip()) == (400, "Invalid Json Input")


@pytest.mark.parametrize("path", ["/unknown", "/public/unknown", "/recipe", "/a/b/recipe/session"])
def test_an_unknown_path_is_not_found(core: CoreClient, path: str):
    response = core.request("GET", path)
    assert (response.status_code, response.text.strip()) == (404, "Not found")


def test_a_known_path_has_its_methods_only(core: CoreClient):
    response = core.request("DELETE", "/recipe/session/user")
    assert (response.status_code, response.text.strip()) == (405, "Method not supported")


@pytest.mark.parametrize(
    ("prefix", "app", "tenant"),
    [
        ("/nowhere", "public", "nowhere"),
        ("/appid-nowhere", "nowhere", "public"),
        ("/appid-nowhere/there", "nowhere", "there"),
    ],
)
def test_an_unknown_tenant_is_named(core: CoreClient, prefix: str, app: str, tenant: str):
    response = core.request("POST", f"{prefix}/recipe/session", json=CREATE)
    assert response.status_code == 400
    assert response.text.strip() == (
        "AppId or tenantId not found => Tenant with the following connectionURIDomain, appId and "
        f"tenantId combination not found: (, {app}, {tenant})"
    )


def test_another_version_of_the_interface_is_refused(core: CoreClient):
    response = core.request("GET", "/users/count", headers={"cdi-version": "1.0"})
    assert (response.status_code, response.text.strip()) == (400, "cdi-version 1.0 not supported")


@pytest.mark.parametrize("claim", ["sub", "exp", "iat", "sessionHandle", "tId", "rsub"])
def test_claims_of_the_core_are_not_the_applications_to_set(core: CoreClient, claim: str):
    session = core.new_session()
    handle, token = session["session"]["handle"], session["accessToken"]["token"]
    claims = {claim: "x"}
    for method, path, fields in (
        ("POST", "/recipe/session", {**CREATE, "userDataInJWT": claims}),
        ("PUT", "/recipe/jwt/data", {"sessionHandle": handle, "userDataInJWT": claims}),
        ("POST", "/recipe/session/regenerate", {"accessToken": token, "userDataInJWT": claims}),
    ):
        response = core.request(method, path, json=fields)
        assert response.status_code == 400, path
        assert "protected field" in response.text


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
def test_no_request_makes_the_core_fail(core: CoreClient, method: str, path: str):
    for value in ODD_VALUES:
        fields = dict.fromkeys(FIELDS, value)
        if method == "GET":
            response = core.request(
                "GET", path, params={name: json.dumps(value) for name in fields}
            )
        else:
            response = core.request(method, path, json=fields)
        assert response.status_code in (200, 400, 403), (value, response.text)
