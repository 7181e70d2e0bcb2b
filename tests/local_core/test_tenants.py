"""Apps, tenants and their settings."""

import pytest

from tests.local_core.running import SECOND, CoreClient

TENANT = "/recipe/multitenancy/tenant"
APP = "/recipe/multitenancy/app"


def life(session):
    return session["accessToken"]["expiry"] - session["accessToken"]["createdTime"]


def refusal(core, method, path, **fields):
    """The status and text of a request that has to fail."""
    where = {"params": fields} if method == "GET" else {"json": fields}
    response = core.request(method, path, **where)
    return response.status_code, response.text.strip()


def unknown(app, tenant):
    return (
        400,
        "AppId or tenantId not found => Tenant with the following connectionURIDomain, appId and "
        f"tenantId combination not found: (, {app}, {tenant})",
    )


def test_the_public_tenant_is_there_from_the_start(core):
    public = {"tenantId": "public", "thirdParty": {"providers": []}, "coreConfig": {}}
    assert core.ok("GET", f"{TENANT}/v2") == {"status": "OK", **public}
    assert core.ok("GET", f"/public{TENANT}/v2") == {"status": "OK", **public}
    assert core.ok("GET", f"{TENANT}/list/v2")["tenants"] == [public]


def test_a_tenant_begins_without_first_factors(core):
    assert core.put_tenant("t1") is True
    tenant = core.ok("GET", f"/t1{TENANT}/v2")
    assert tenant["firstFactors"] == []
    assert "requiredSecondaryFactors" not in tenant


def test_factors_change_only_when_they_are_given(core):
    core.put_tenant("t1", firstFactors=["emailpassword"], requiredSecondaryFactors=["totp"])
    core.put_tenant("t1", coreConfig={})
    tenant = core.ok("GET", f"/t1{TENANT}/v2")
    assert tenant["firstFactors"] == ["emailpassword"]
    assert tenant["requiredSecondaryFactors"] == ["totp"]
    core.put_tenant("t1", firstFactors=None, requiredSecondaryFactors=None)
    assert set(core.ok("GET", f"/t1{TENANT}/v2")) == {
        "status",
        "tenantId",
        "thirdParty",
        "coreConfig",
    }


def test_a_tenant_that_is_not_there(core):
    assert core.reply("GET", f"/t9{TENANT}/v2") == {"status": "TENANT_NOT_FOUND_ERROR"}
    assert core.reply("GET", f"/appid-a9{TENANT}/v2") == {"status": "TENANT_NOT_FOUND_ERROR"}
    assert refusal(core, "GET", "/t9/users") == unknown("public", "t9")
    assert refusal(core, "GET", "/appid-a9/users") == unknown("a9", "public")
    assert refusal(core, "GET", "/appid-a9/t9/users") == unknown("a9", "t9")
    assert refusal(core, "GET", "/appid-a9/hello") == unknown("a9", "public")
    fields = {"userId": "u", "enableAntiCsrf": False, "userDataInJWT": {}, "userDataInDatabase": {}}
    assert refusal(core, "POST", "/t9/recipe/session", **fields) == unknown("public", "t9")
    assert refusal(core, "GET", "/recipe/session", sessionHandle="x_t9") == unknown("public", "t9")


def test_paths_do_not_care_for_case_nor_for_a_slash_in_the_end(core):
    core.put_tenant("T1")
    assert core.ok("GET", f"/T1{TENANT}/V2/")["tenantId"] == "t1"
    core.ok("PUT", f"{APP}/v2", appId="a1")
    assert core.ok("GET", f"/appid-A1/public{TENANT}/v2")["tenantId"] == "public"
    assert core.request("GET", "/appid-a1").text == "Hello\n"


def test_a_new_validity_holds_from_the_next_token_on(core):
    core.put_tenant("t1", coreConfig={"access_token_validity": 5})
    session = core.new_session(tenant="t1")
    assert life(session) == 5 * SECOND
    assert life(core.new_session()) == 3600 * SECOND
    core.put_tenant("t1", coreConfig={"access_token_validity": 7})
    child = core.refresh(session)
    assert life(child) == 7 * SECOND
    assert life(core.verify(child)) == 7 * SECOND
    core.put_tenant("t1", coreConfig={"access_token_validity": None})
    assert life(core.refresh(child)) == 3600 * SECOND


def test_a_tenants_refresh_token_validity(core, clock):
    core.put_tenant("t1", coreConfig={"access_token_validity": 1, "refresh_token_validity": 1})
    session = core.new_session(tenant="t1")
    assert session["refreshToken"]["expiry"] == clock.now + 60 * SECOND
    clock.advance(60 * SECOND + 1)
    assert core.refresh(session)["status"] == "UNAUTHORISED"


def test_settings_are_inherited_from_app_to_tenant(core):
    core.put_tenant("public", coreConfig={"access_token_validity": 11})
    core.put_tenant("t1")
    core.ok("PUT", f"{APP}/v2", appId="a1", coreConfig={"refresh_token_validity": 5})
    core.ok("PUT", f"/appid-a1{TENANT}/v2", tenantId="t1")
    for path in ("public", "t1", "appid-a1", "appid-a1/t1"):
        assert life(core.new_session(tenant=path)) == 11 * SECOND
    session = core.new_session(tenant="appid-a1/t1")["refreshToken"]
    assert session["expiry"] - session["createdTime"] == 5 * 60 * SECOND
    core.put_tenant("t1", coreConfig={"access_token_validity": 12})
    assert life(core.new_session(tenant="t1")) == 12 * SECOND
    assert life(core.new_session()) == 11 * SECOND


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"access_token_validity": 0}, "'access_token_validity' must be between 1 and 86400000"),
        ({"access_token_validity": 86400001}, "'access_token_validity' must be between 1 and"),
        ({"access_token_validity": "5"}, "'access_token_validity' must be of type long"),
        ({"access_token_validity": 5.5}, "'access_token_validity' must be of type long"),
        ({"access_token_validity": True}, "'access_token_validity' must be of type long"),
        ({"refresh_token_validity": 2**70}, "'refresh_token_validity' must be of type long"),
        (
            {"access_token_validity": 60, "refresh_token_validity": 1},
            "'refresh_token_validity' must be strictly greater than 'access_token_validity'.",
        ),
        (
            {"access_token_dynamic_signing_key_update_interval": 0.5},
            "'access_token_dynamic_signing_key_update_interval' must be greater than, equal to 1",
        ),
        ({"password_reset_token_lifetime": -1}, "'password_reset_token_lifetime' must be greater"),
    ],
)
def test_settings_that_make_no_sense_are_refused(core, config, reason):
    status, text = refusal(core, "PUT", f"{TENANT}/v2", tenantId="t1", coreConfig=config)
    assert status == 400
    assert text.startswith(f"Invalid core config: {reason}")
    assert core.reply("GET", f"/t1{TENANT}/v2")["status"] == "TENANT_NOT_FOUND_ERROR"


def test_settings_that_mean_nothing_here_are_kept(core):
    core.put_tenant("t1", coreConfig={"postgresql_host": "db"})
    assert core.ok("GET", f"/t1{TENANT}/v2")["coreConfig"] == {"postgresql_host": "db"}


@pytest.mark.parametrize(
    ("tenant_id", "text"),
    [
        (" ", "tenantId should not be an empty String"),
        ("users", "Cannot use 'users' as a tenantId"),
        ("Recipe", "Cannot use 'recipe' as a tenantId"),
        ("appid-x", "tenantId must not start with 'appid-'"),
        ("t_1", "tenantId can only contain letters, numbers and hyphens"),
        (5, "Field name 'tenantId' is invalid in JSON input"),
    ],
)
def test_names_that_a_tenant_cannot_have(core, tenant_id, text):
    assert refusal(core, "PUT", f"{TENANT}/v2", tenantId=tenant_id) == (400, text)


def test_factors_that_cannot_be(core):
    twice = ["totp", "totp"]
    assert refusal(core, "PUT", f"{TENANT}/v2", tenantId="t1", firstFactors=twice) == (
        400,
        "firstFactors input should not contain duplicate values",
    )
    assert refusal(core, "PUT", f"{TENANT}/v2", tenantId="t1", firstFactors=[5]) == (
        400,
        "Field name 'firstFactors' is invalid in JSON input",
    )
    assert refusal(core, "PUT", f"{TENANT}/v2", tenantId="t1", emailPasswordEnabled=True) == (
        400,
        "emailPasswordEnabled is not a valid input for this API",
    )


def test_only_the_public_tenant_speaks_for_its_app(core):
    core.put_tenant("t1")
    app_api = "Only public tenantId can call this app specific API"
    for method, path, text in [
        ("PUT", f"{TENANT}/v2", "You must use the public tenantId to add/update/delete a new"),
        ("GET", f"{TENANT}/list/v2", "Only the public tenantId is allowed to list all tenants"),
        ("POST", f"{TENANT}/remove", "Only the public tenantId is allowed to delete a tenant"),
        ("GET", "/user/id", app_api),
        ("GET", "/apiversion", app_api),
        ("POST", "/user/remove", app_api),
        ("GET", "/recipe/session/user", app_api),
    ]:
        fields = {"tenantId": "t2", "userId": "u"}
        status, told = refusal(core, method, f"/t1{path}", **fields)
        assert status == 403, told
        assert told.startswith(text)


def test_a_removed_tenant_takes_its_sessions_along(core):
    core.put_tenant("t1")
    session = core.new_session(tenant="t1")
    user_id = core.sign_up("u@example.com", tenant="t1")
    assert core.ok("POST", f"{TENANT}/remove", tenantId="T1")["didExist"] is True
    assert core.ok("POST", f"{TENANT}/remove", tenantId="t1")["didExist"] is False
    refresh = {"refreshToken": session["refreshToken"]["token"], "enableAntiCsrf": False}
    assert refusal(core, "POST", "/recipe/session/refresh", **refresh) == unknown("public", "t1")
    core.put_tenant("t1")
    assert core.refresh(session)["status"] == "UNAUTHORISED"
    # The user is still one of the app, but no longer of the tenant.
    assert core.ok("GET", "/user/id", userId=user_id)["user"]["tenantIds"] == []
    reply = core.reply("POST", "/t1/recipe/signin", email="u@example.com", password="secret")
    assert reply["status"] == "WRONG_CREDENTIALS_ERROR"


def test_the_public_tenant_cannot_be_removed(core):
    assert refusal(core, "POST", f"{TENANT}/remove", tenantId="public") == (
        403,
        "Cannot delete public tenant, use remove app API instead",
    )


def test_apps_are_worlds_apart(core):
    assert core.ok("PUT", f"{APP}/v2", appId="a1")["createdNew"] is True
    assert core.ok("PUT", f"{APP}/v2", appId="a1")["createdNew"] is False
    core.ok("PUT", f"/appid-a1{TENANT}/v2", tenantId="t1")
    apps = core.ok("GET", f"{APP}/list/v2")["apps"]
    assert [(app["appId"], [tenant["tenantId"] for tenant in app["tenants"]]) for app in apps] == [
        ("public", ["public"]),
        ("a1", ["public", "t1"]),
    ]
    core.sign_up("u@example.com")
    assert core.ok("GET", "/appid-a1/users")["users"] == []
    core.sign_up("u@example.com", tenant="appid-a1")

    status, _ = refusal(core, "POST", f"{APP}/remove", appId="a1")
    assert status == 403
    core.ok("POST", f"/appid-a1{TENANT}/remove", tenantId="t1")
    status, _ = refusal(core, "PUT", f"/appid-a1{APP}/v2", appId="a2")
    assert status == 403
    assert core.ok("POST", f"{APP}/remove", appId="a1")["didExist"] is True
    assert core.ok("POST", f"{APP}/remove", appId="a1")["didExist"] is False
    assert refusal(core, "POST", f"{APP}/remove", appId="public")[0] == 403
    assert core.ok("GET", "/users/count")["count"] == 1


def test_the_operators_validity_holds_where_nobody_chose_one(clock):
    with CoreClient(clock, access_token_validity=2) as core:
        assert life(core.new_session()) == 2 * SECOND
        core.put_tenant("public", coreConfig={"access_token_validity": 3})
        assert life(core.new_session()) == 3 * SECOND


@pytest.mark.parametrize("validity", [0, -1, 86400001, 101 * 24 * 3600])
def test_a_core_with_a_validity_that_makes_no_sense_does_not_start(clock, validity):
    with pytest.raises(ValueError, match="access_token_validity"):
        CoreClient(clock, access_token_validity=validity)
