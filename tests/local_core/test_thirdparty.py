"""Logging in with an account at a provider, and the providers."""

import pytest

from tests.local_core.running import CoreClient

SIGN_IN = "/recipe/signinup"
CONFIG = "/recipe/multitenancy/config/thirdparty"
TENANT = "/recipe/multitenancy/tenant/v2"
PRIMARY = "/recipe/accountlinking/user/primary"
CLIENT = {"clientId": "id", "clientSecret": "secret", "scope": ["openid"]}


def sign_in(core: CoreClient, user="u1", email="A@example.com", verified=False, tenant="public"):
    return core.response(
        "POST",
        f"/{tenant}{SIGN_IN}",
        thirdPartyId="google",
        thirdPartyUserId=user,
        email={"id": email, "isVerified": verified},
    )


def test_an_account_elsewhere_logs_in(core, clock):
    response = sign_in(core)
    assert (response["status"], response["createdNewUser"]) == ("OK", True)
    account = {"id": "google", "userId": "u1"}
    assert response["user"]["thirdParty"] == [account]
    assert response["user"]["loginMethods"] == [
        {
            "recipeId": "thirdparty",
            "recipeUserId": response["recipeUserId"],
            "tenantIds": ["public"],
            "email": "a@example.com",
            "thirdParty": account,
            "verified": False,
            "timeJoined": clock.now,
        }
    ]
    fields = {"thirdPartyId": "google", "thirdPartyUserId": "u1", "doUnionOfAccountInfo": "false"}
    assert core.ok("GET", "/users/by-accountinfo", **fields)["users"] == [response["user"]]

    again = sign_in(core, email="b@example.com", verified=True)
    assert (again["createdNewUser"], again["recipeUserId"]) == (False, response["recipeUserId"])
    assert again["user"]["emails"] == ["b@example.com"]
    assert again["user"]["loginMethods"][0]["verified"] is True


def test_two_accounts_may_have_one_address(core):
    one, two = sign_in(core), sign_in(core, user="u2")
    password = core.sign_up("a@example.com")
    assert len({one["recipeUserId"], two["recipeUserId"], password}) == 3
    fields = {"email": "a@example.com", "doUnionOfAccountInfo": "true"}
    assert len(core.ok("GET", "/users/by-accountinfo", **fields)["users"]) == 3
    fields = {**fields, "thirdPartyId": "google", "thirdPartyUserId": "u2"}
    fields["doUnionOfAccountInfo"] = "false"
    assert core.ok("GET", "/users/by-accountinfo", **fields)["users"] == [two["user"]]
    assert core.ok("GET", "/users/count")["count"] == 3
    assert core.ok("GET", "/users/count", includeRecipeIds="thirdparty")["count"] == 2
    found = core.ok("GET", "/users", includeRecipeIds="emailpassword")["users"]
    assert [user["id"] for user in found] == [password]
    assert len(core.ok("GET", "/users", provider="goo")["users"]) == 2


def test_a_primary_user_does_not_get_the_address_of_another(core):
    for user_id in (sign_in(core)["recipeUserId"], core.sign_up("b@example.com")):
        core.ok("POST", PRIMARY, recipeUserId=user_id)
    assert sign_in(core, email="b@example.com") == {
        "status": "EMAIL_CHANGE_NOT_ALLOWED_ERROR",
        "reason": "Email already associated with another primary user.",
    }
    assert sign_in(core)["user"]["emails"] == ["a@example.com"]


def test_an_account_is_one_user_in_each_tenant(core):
    core.put_tenant("t1")
    here, there = sign_in(core)["recipeUserId"], sign_in(core, tenant="t1")["recipeUserId"]
    assert here != there
    response = core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=here)
    assert response == {"status": "THIRD_PARTY_USER_ALREADY_EXISTS_ERROR"}


def test_a_tenant_has_providers(core):
    core.put_tenant("t1")
    google = {"thirdPartyId": "google", "name": "Google", "clients": [CLIENT]}
    own = {
        "thirdPartyId": "own",
        "clients": [CLIENT, {**CLIENT, "clientType": "mobile"}],
        "oidcDiscoveryEndpoint": "https://example.com",
        "userInfoMap": {"fromIdTokenPayload": {"userId": "sub"}},
    }
    for config in google, own:
        assert core.ok("PUT", f"/t1{CONFIG}", config=config)["createdNew"] is True
    google["name"] = "G"
    assert core.ok("PUT", f"/t1{CONFIG}", config=google)["createdNew"] is False
    assert core.ok("GET", f"/t1{TENANT}")["thirdParty"]["providers"] == [google, own]
    listed = core.ok("GET", "/recipe/multitenancy/tenant/list/v2")["tenants"]
    assert [len(tenant["thirdParty"]["providers"]) for tenant in listed] == [0, 2]
    remove = f"/t1{CONFIG}/remove"
    assert core.ok("POST", remove, thirdPartyId="google")["didConfigExist"] is True
    assert core.ok("POST", remove, thirdPartyId="google")["didConfigExist"] is False
    assert core.ok("GET", f"/t1{TENANT}")["thirdParty"]["providers"] == [own]


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"thirdPartyId": ""}, "thirdPartyId cannot be null or empty"),
        ({"clients": [{"clientSecret": "x"}]}, "clientId cannot be null or empty"),
        ({"clients": [{**CLIENT, "scope": [None]}]}, "scope array cannot contain a null"),
        (
            {"clients": [CLIENT, CLIENT]},
            "Duplicate clientType was specified in the clients list.",
        ),
        (
            {"thirdPartyId": "apple"},
            "a non empty string value must be specified for keyId, privateKey, teamId in the "
            "additionalConfig for apple provider",
        ),
    ],
)
def test_a_provider_with_unusable_settings_is_refused(core, config, text):
    config = {"thirdPartyId": "x", "clients": [CLIENT], **config}
    response = core.request("PUT", CONFIG, json={"config": config})
    assert (response.status_code, response.text) == (
        400,
        f"Invalid third party config: {text}\n",
    )
