"""Apps, tenants and their settings."""

import pytest

from tests.local_core.running import REFRESH, SECOND, CoreClient

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
    assert core.response("GET", f"/t9{TENANT}/v2") == {"status": "TENANT_NOT_FOUND_ERROR"}
    assert core.response("GET", f"/appid-a9{TENANT}/v2") == {"status": "TENANT_NOT_FOUND_ERROR"}
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
    app = core.in_app("a1", access_token_validity=5)
    app.put_tenant("t1")
    session = app.new_session(tenant="t1")
    assert life(session) == 5 * SECOND
    assert life(core.new_session()) == 3600 * SECOND
    # The app may also change itself, by way of its public tenant.
    app.put_tenant("public", coreConfig={"access_token_validity": 7})
    child = app.refresh(session)
    assert life(child) == 7 * SECOND
    assert life(app.verify(child)) == 7 * SECOND
    core.in_app("a1", access_token_validity=None)
    assert life(app.refresh(child)) == 3600 * SECOND


# Minutes; a fraction of one is fine.
@pytest.mark.parametrize("minutes", [1, 0.5])
def test_an_apps_refresh_token_validity(core, clock, minutes):
    app = core.in_app("a1", access_token_validity=1, refresh_token_validity=minutes)
    session = app.new_session()
    life = int(minutes * 60 * SECOND)
    assert session["refreshToken"]["expiry"] == clock.now + life
    clock.advance(life + 1)
    assert app.refresh(session)["status"] == "UNAUTHORISED"


def test_settings_are_inherited_from_app_to_tenant(clock):
    with CoreClient(clock, access_token_validity=11) as core:
        core.put_tenant("t1")
        app = core.in_app("a1", refresh_token_validity=5)
        app.put_tenant("t1")
        for tenant in ("public", "t1"):
            assert life(core.new_session(tenant=tenant)) == 11 * SECOND
            assert life(app.new_session(tenant=tenant)) == 11 * SECOND
        session = app.new_session(tenant="t1")["refreshToken"]
        assert session["expiry"] - session["createdTime"] == 5 * 60 * SECOND


def test_a_tenant_has_some_settings_of_its_own(core):
    core.put_tenant("t1", coreConfig={"password_reset_token_lifetime": 70})
    core.put_tenant("t1", coreConfig={"email_verification_token_lifetime": 80})
    config = {"password_reset_token_lifetime": 70, "email_verification_token_lifetime": 80}
    assert core.ok("GET", f"/t1{TENANT}/v2")["coreConfig"] == config
    core.put_tenant("t1", coreConfig={"password_reset_token_lifetime": None})
    config.pop("password_reset_token_lifetime")
    assert core.ok("GET", f"/t1{TENANT}/v2")["coreConfig"] == config


OF_THE_APP = {
    "access_token_validity": 5,
    "access_token_dynamic_signing_key_update_interval": 2,
    "refresh_token_validity": 70,
    "access_token_signing_key_dynamic": False,
}


@pytest.mark.parametrize("name", OF_THE_APP)
@pytest.mark.parametrize("app", ["", "/appid-a1"])
def test_all_tenants_of_an_app_live_by_the_same_clock(core, name, app):
    core.in_app("a1")
    mine, path = {name: OF_THE_APP[name]}, f"{app}{TENANT}/v2"
    refused = (
        400,
        f"Invalid core config: You cannot set different values for {name} for the same appId",
    )
    assert refusal(core, "PUT", path, tenantId="t1", coreConfig=mine) == refused
    assert core.response("GET", f"{app}/t1{TENANT}/v2")["status"] == "TENANT_NOT_FOUND_ERROR"


def test_a_tenant_may_repeat_what_its_app_says(core):
    app = core.in_app("a1", access_token_validity=5)
    assert app.put_tenant("t1", coreConfig={"access_token_validity": 5}) is True
    # From now on the app is bound to it.
    fields = {"appId": "a1", "coreConfig": {"access_token_validity": 6}}
    status, text = refusal(core, "PUT", f"{APP}/v2", **fields)
    assert (status, text.split(":")[0]) == (400, "Invalid core config")
    assert life(app.new_session()) == 5 * SECOND


@pytest.mark.parametrize("path", [f"{TENANT}/v2", f"{APP}/v2", f"/appid-public{TENANT}/v2"])
@pytest.mark.parametrize(
    "config", [{"access_token_validity": 5}, {"password_reset_token_lifetime": None}]
)
def test_the_settings_of_the_base_app_are_the_operators(core, path, config):
    refused = (400, "Cannot modify base config")
    assert refusal(core, "PUT", path, coreConfig=config) == refused
    assert core.ok("PUT", path, coreConfig={})["createdNew"] is False


@pytest.mark.parametrize("value", [5, None])
def test_settings_that_the_core_does_not_have_are_refused(core, value):
    config = {"access_token_lifetime": value}
    refused = (400, "Invalid core config: Invalid config key: access_token_lifetime")
    assert refusal(core, "PUT", f"{TENANT}/v2", tenantId="t1", coreConfig=config) == refused
    assert refusal(core, "PUT", f"{APP}/v2", appId="a1", coreConfig=config) == refused


def test_some_settings_are_for_all_apps_of_a_core(core):
    refused = (400, "Invalid core config: port can only be set via the core's base config setting")
    fields = {"appId": "a1", "coreConfig": {"port": 3567}}
    assert refusal(core, "PUT", f"{APP}/v2", **fields) == refused


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"access_token_validity": 0}, "'access_token_validity' must be between 1 and 86400000"),
        ({"access_token_validity": 86400001}, "'access_token_validity' must be between 1 and"),
        ({"access_token_validity": "5"}, "'access_token_validity' must be of type long"),
        ({"access_token_validity": 5.5}, "'access_token_validity' must be of type long"),
        ({"access_token_validity": True}, "'access_token_validity' must be of type long"),
        ({"refresh_token_validity": "1"}, "'refresh_token_validity' must be of type double"),
        (
            {"access_token_validity": 60, "refresh_token_validity": 1},
            "'refresh_token_validity' must be strictly greater than 'access_token_validity'.",
        ),
        (
            {"access_token_dynamic_signing_key_update_interval": 0.5},
            "'access_token_dynamic_signing_key_update_interval' must be greater than, equal to 1",
        ),
        ({"password_reset_token_lifetime": -1}, "'password_reset_token_lifetime' must be >= 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(core, config, reason):
    # A tenant's and an app's alike.
    for path, fields in ((TENANT, {"tenantId": "t1"}), (APP, {"appId": "a1"})):
        status, text = refusal(core, "PUT", f"{path}/v2", **fields, coreConfig=config)
        assert status == 400
        assert text.startswith(f"Invalid core config: {reason}")
    for prefix in ("/t1", "/appid-a1"):
        response = core.response("GET", f"{prefix}{TENANT}/v2")
        assert response["status"] == "TENANT_NOT_FOUND_ERROR"


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
        ("PUT", f"{TENANT}/v2", "You must use the public or same tenant to add/update a tenant"),
        ("GET", f"{TENANT}/list/v2", "Only the public tenantId is allowed to list all tenants"),
        ("POST", f"{TENANT}/remove", "Only the public tenantId is allowed to delete a tenant"),
        ("GET", "/user/id", app_api),
        ("GET", "/apiversion", app_api),
        ("POST", "/user/remove", app_api),
        ("GET", "/recipe/session/user", app_api),
    ]:
        fields = {"tenantId": "t2", "userId": "u"}
        status, reported = refusal(core, method, f"/t1{path}", **fields)
        assert status == 403, reported
        assert reported.startswith(text)


def test_a_removed_tenant_takes_its_sessions_along(core):
    core.put_tenant("t1")
    session = core.new_session(tenant="t1")
    user_id = core.sign_up("u@example.com", tenant="t1")
    assert core.ok("POST", f"{TENANT}/remove", tenantId="T1")["didExist"] is True
    assert core.ok("POST", f"{TENANT}/remove", tenantId="t1")["didExist"] is False
    refresh = {**REFRESH, "refreshToken": session["refreshToken"]["token"]}
    assert refusal(core, "POST", "/recipe/session/refresh", **refresh) == unknown("public", "t1")
    core.put_tenant("t1")
    assert core.refresh(session)["status"] == "UNAUTHORISED"
    # The user is still one of the app, but no longer of the tenant.
    assert core.ok("GET", "/user/id", userId=user_id)["user"]["tenantIds"] == []
    response = core.response("POST", "/t1/recipe/signin", email="u@example.com", password="secret")
    assert response["status"] == "WRONG_CREDENTIALS_ERROR"


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


def test_the_operators_validity_is_the_default(clock):
    with CoreClient(clock, access_token_validity=2) as core:
        assert life(core.new_session()) == 2 * SECOND
        app = core.in_app("a1", access_token_validity=3)
        assert life(app.new_session()) == 3 * SECOND
        assert life(core.new_session()) == 2 * SECOND


@pytest.mark.parametrize("validity", [0, -1, 86400001, 101 * 24 * 3600])
def test_a_core_with_a_validity_that_makes_no_sense_does_not_start(clock, validity):
    with pytest.raises(ValueError, match="access_token_validity"):
        CoreClient(clock, access_token_validity=validity)
