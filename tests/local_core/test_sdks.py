"""What a backend does with its SDK works on this core, with either SDK, unchanged."""

import base64
import json

import httpx
import jwt
import pytest

from tests.conftest import TIMEOUT

PASSWORD = "correct-horse-7"


@pytest.fixture
def user(sdk, email):
    """The id of a user who has signed up."""
    return sdk.sign_up("public", email, PASSWORD)["user"]["id"]


def header(token):
    return jwt.get_unverified_header(token)


def test_a_user_signs_up_and_in(sdk, email):
    signed_up = sdk.sign_up("public", email, PASSWORD)
    assert signed_up["status"] == "OK"
    user = signed_up["user"]
    assert user["emails"] == [email]
    assert user["tenantIds"] == ["public"]
    assert not user["isPrimaryUser"]
    (method,) = user["loginMethods"]
    assert method["recipeId"] == "emailpassword"
    assert method["recipeUserId"] == user["id"]

    assert sdk.sign_up("public", email.upper(), "another-pass-1") == {
        "status": "EMAIL_ALREADY_EXISTS_ERROR",
        "user": None,
    }
    assert sdk.sign_in("public", f" {email.upper()} ", PASSWORD) == signed_up
    assert sdk.sign_in("public", email, "wrong-pass-1")["status"] == "WRONG_CREDENTIALS_ERROR"
    assert sdk.sign_in("public", "nobody@example.com", PASSWORD)["status"] == (
        "WRONG_CREDENTIALS_ERROR"
    )
    assert sdk.get_user(user["id"]) == user
    assert sdk.get_user("nobody") is None
    assert sdk.users_by_email("public", email) == [user]
    assert not sdk.has_user_id_mapping(user["id"])


def test_tenants_have_users_of_their_own(sdk, email, tenant):
    public = sdk.sign_up("public", email, PASSWORD)["user"]
    assert sdk.sign_in(tenant, email, PASSWORD)["status"] == "WRONG_CREDENTIALS_ERROR"
    theirs = sdk.sign_up(tenant, email, "another-pass-1")["user"]
    assert theirs["id"] != public["id"]
    assert theirs["tenantIds"] == [tenant]
    assert sdk.users_by_email(tenant, email) == [theirs]
    assert sdk.associate_user(tenant, public["id"]) == "EMAIL_ALREADY_EXISTS_ERROR"


def test_a_user_of_one_tenant_is_let_into_another(sdk, email, tenant):
    user = sdk.sign_up("public", email, PASSWORD)["user"]
    assert sdk.associate_user(tenant, user["id"]) == "OK"
    assert sdk.sign_in(tenant, email, PASSWORD)["user"]["tenantIds"] == ["public", tenant]
    assert sdk.associate_user(tenant, "nobody") == "UNKNOWN_USER_ID_ERROR"
    assert sdk.disassociate_user(tenant, user["id"]) is True
    assert sdk.disassociate_user(tenant, user["id"]) is False
    assert sdk.sign_in(tenant, email, PASSWORD)["status"] == "WRONG_CREDENTIALS_ERROR"


def test_tenants_come_change_and_go(sdk):
    assert sdk.get_tenant("fleeting") is None
    assert (
        sdk.put_tenant("fleeting", ["emailpassword"], {"password_reset_token_lifetime": 7}) is True
    )
    assert sdk.put_tenant("fleeting", ["thirdparty"], {"totp_max_attempts": 9}) is False
    config = {"password_reset_token_lifetime": 7, "totp_max_attempts": 9}
    assert sdk.get_tenant("fleeting") == ["fleeting", ["thirdparty"], config]
    assert {"public", "fleeting"} <= set(sdk.list_tenants())
    assert sdk.delete_tenant("fleeting") is True
    assert sdk.delete_tenant("fleeting") is False
    assert sdk.get_tenant("fleeting") is None
    assert "fleeting" not in sdk.list_tenants()


def test_a_session_lives_through_refreshes(sdk, user):
    first = sdk.create_session("public", user, {"claim": 1}, {"note": "a"})
    assert header(first["accessToken"])["version"] == "5"
    assert header(first["accessToken"])["kid"].startswith("d-")
    assert first["payload"]["claim"] == 1
    assert first["userId"] == first["recipeUserId"] == first["payload"]["rsub"] == user
    assert first["tenantId"] == first["payload"]["tId"] == "public"
    seen = sdk.get_session(first["accessToken"], first["antiCsrfToken"], False)
    assert seen["handle"] == first["handle"]
    assert not seen["isNew"]

    second = sdk.refresh_session(first["refreshToken"], first["antiCsrfToken"])
    assert second["handle"] == first["handle"]
    assert second["refreshToken"] != first["refreshToken"]
    # The first use of the new access token shows that it has arrived.
    seen = sdk.get_session(second["accessToken"], second["antiCsrfToken"], False)
    assert seen["isNew"]
    assert seen["payload"]["parentRefreshTokenHash1"] is None
    again = sdk.get_session(seen["accessToken"], second["antiCsrfToken"], True)
    assert not again["isNew"]
    third = sdk.refresh_session(second["refreshToken"], second["antiCsrfToken"])
    assert third["payload"]["claim"] == 1


def test_a_lost_response_to_a_refresh_is_forgiven(sdk, user):
    first = sdk.create_session("public", user, {}, {})
    lost = sdk.refresh_session(first["refreshToken"], first["antiCsrfToken"])
    again = sdk.refresh_session(first["refreshToken"], first["antiCsrfToken"])
    assert lost["refreshToken"] != again["refreshToken"]
    assert sdk.refresh_session(again["refreshToken"], again["antiCsrfToken"])


def test_an_old_refresh_token_is_a_stolen_one(sdk, user):
    first = sdk.create_session("public", user, {}, {})
    second = sdk.refresh_session(first["refreshToken"], first["antiCsrfToken"])
    sdk.refresh_session(second["refreshToken"], second["antiCsrfToken"])
    answer = sdk.try_to("refresh_session", first["refreshToken"], first["antiCsrfToken"])
    assert answer == {"error": "TOKEN_THEFT_DETECTED"}


def test_a_token_is_worth_nothing_without_its_anti_csrf_token(sdk, user):
    session = sdk.create_session("public", user, {}, {})
    answer = sdk.try_to("get_session", session["accessToken"], "other", False)
    assert answer == {"error": "TRY_REFRESH_TOKEN"}
    answer = sdk.try_to("refresh_session", session["refreshToken"], "other")
    assert answer == {"error": "UNAUTHORISED"}


def test_a_forged_token_is_refused(sdk, user):
    session = sdk.create_session("public", user, {}, {})
    head, payload, signature = session["accessToken"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**claims, "sub": "admin"}).encode())
    token = f"{head}.{forged.decode().rstrip('=')}.{signature}"
    answer = sdk.try_to("get_session", token, session["antiCsrfToken"], True)
    assert answer == {"error": "TRY_REFRESH_TOKEN"}
    answer = sdk.try_to("refresh_session", session["refreshToken"][:-9] + ".nonce.V2", None)
    assert answer == {"error": "UNAUTHORISED"}


def test_a_revoked_session_is_over_at_once_only_for_those_who_ask(sdk, user):
    session = sdk.create_session("public", user, {}, {})
    assert sdk.revoke_session(session["handle"]) is True
    assert sdk.revoke_session(session["handle"]) is False
    access, anti_csrf = session["accessToken"], session["antiCsrfToken"]
    assert sdk.get_session(access, anti_csrf, False)["handle"] == session["handle"]
    assert sdk.try_to("get_session", access, anti_csrf, True) == {"error": "UNAUTHORISED"}
    answer = sdk.try_to("refresh_session", session["refreshToken"], anti_csrf)
    assert answer == {"error": "UNAUTHORISED"}
    assert sdk.session_information(session["handle"]) is None


def test_a_users_sessions_are_listed_and_revoked_by_tenant(sdk, user, tenant):
    here = [sdk.create_session("public", user, {}, {})["handle"] for _ in range(2)]
    there = sdk.create_session(tenant, user, {}, {})["handle"]
    assert there.endswith(f"_{tenant}")
    assert sdk.session_handles(user, None) == [*here, there]
    assert sdk.session_handles(user, tenant) == [there]
    assert sdk.session_information(there)["tenantId"] == tenant
    assert sdk.revoke_all_sessions(user, tenant) == [there]
    assert sdk.revoke_all_sessions(user, None) == here
    assert sdk.session_handles(user, None) == []


def test_what_a_session_holds_can_be_changed_from_outside(sdk, user):
    session = sdk.create_session("public", user, {"a": 1, "b": 1}, {"note": "old"})
    handle, access, anti_csrf = session["handle"], session["accessToken"], session["antiCsrfToken"]
    assert sdk.merge_into_payload(handle, {"a": 2, "b": None}) is True
    assert sdk.update_session_data(handle, {"note": "new"}) is True
    found = sdk.session_information(handle)
    assert found["payload"]["a"] == 2
    assert "b" not in found["payload"]
    assert found["data"] == {"note": "new"}
    # The token still says what it said, until the database is asked.
    assert sdk.get_session(access, anti_csrf, False)["payload"]["a"] == 1
    fresh = sdk.get_session(access, anti_csrf, True)
    assert fresh["isNew"]
    assert fresh["payload"]["a"] == 2

    assert sdk.merge_into_payload("no-such-handle", {}) is False
    assert sdk.update_session_data("no-such-handle", {}) is False


def test_what_a_session_holds_can_be_changed_from_within(sdk, user):
    session = sdk.create_session("public", user, {"a": 1}, {})
    anti_csrf = session["antiCsrfToken"]
    changed = sdk.merge_into_session(session["accessToken"], anti_csrf, {"a": 2})
    assert changed["isNew"]
    assert changed["payload"]["a"] == 2
    assert changed["payload"]["exp"] == session["payload"]["exp"]
    assert sdk.refresh_session(session["refreshToken"], anti_csrf)["payload"]["a"] == 2


def test_an_apps_token_validity_holds_from_the_next_token_on(shared_core, sdk, user, tenant):
    def life(session):
        return session["payload"]["exp"] - session["payload"]["iat"]

    session = sdk.create_session(tenant, user, {}, {})
    assert life(session) == 3600
    refused = sdk.try_to("put_tenant", tenant, ["emailpassword"], {"access_token_validity": 5})
    assert "different values for access_token_validity" in refused["error"]
    for chosen, holds in ((5, 5), (None, 3600)):
        # Only the app itself can choose it, and both SDKs have no function for apps.
        body = {"tenantId": "public", "coreConfig": {"access_token_validity": chosen}}
        url = f"{shared_core}/recipe/multitenancy/tenant/v2"
        httpx.put(url, json=body, timeout=TIMEOUT).raise_for_status()
        session = sdk.refresh_session(session["refreshToken"], session["antiCsrfToken"])
        assert life(session) == holds


def test_a_lost_password_is_replaced(sdk, email):
    user_id = sdk.sign_up("public", email, PASSWORD)["user"]["id"]
    token = sdk.create_reset_token("public", user_id, email)
    other = sdk.create_reset_token("public", user_id, email)
    assert sdk.reset_password("public", token, "another-pass-1") == "OK"
    # One success makes all tokens worthless.
    invalid = "RESET_PASSWORD_INVALID_TOKEN_ERROR"
    assert sdk.reset_password("public", token, "another-pass-2") == invalid
    assert sdk.reset_password("public", other, "another-pass-2") == invalid
    assert sdk.sign_in("public", email, "another-pass-1")["status"] == "OK"
    assert sdk.sign_in("public", email, PASSWORD)["status"] == "WRONG_CREDENTIALS_ERROR"
    assert sdk.create_reset_token("public", "nobody", email) is None


def test_address_and_password_can_be_changed(sdk, new_email):
    old, new, taken = new_email(), new_email(), new_email()
    user_id = sdk.sign_up("public", old, PASSWORD)["user"]["id"]
    sdk.sign_up("public", taken, PASSWORD)
    assert sdk.update_user(user_id, new, "another-pass-1") == "OK"
    assert sdk.sign_in("public", new, "another-pass-1")["user"]["id"] == user_id
    assert sdk.sign_in("public", old, PASSWORD)["status"] == "WRONG_CREDENTIALS_ERROR"
    assert sdk.update_user(user_id, taken, None) == "EMAIL_ALREADY_EXISTS_ERROR"
    assert sdk.update_user("nobody", None, "another-pass-1") == "UNKNOWN_USER_ID_ERROR"


def test_users_are_counted_listed_and_removed(sdk, new_email, tenant):
    before = sdk.count_users()
    ids = [sdk.sign_up(tenant, new_email(), PASSWORD)["user"]["id"] for _ in range(3)]
    assert sdk.count_users() == before + 3
    page, token = sdk.list_users(tenant, 2, None)
    rest, end = sdk.list_users(tenant, 2, token)
    assert [*page, *rest] == ids[::-1]
    assert end is None

    session = sdk.create_session(tenant, ids[0], {}, {})
    sdk.update_metadata(ids[0], {"colour": "red"})
    sdk.delete_user(ids[0])
    sdk.delete_user(ids[0])
    assert sdk.get_user(ids[0]) is None
    assert sdk.session_information(session["handle"]) is None
    assert sdk.get_metadata(ids[0]) == {}
    assert sdk.count_users() == before + 2


def test_roles_give_permissions_in_a_tenant(sdk, user, tenant):
    admin = f"admin-{tenant}"
    assert sdk.create_role(admin, ["read", f"write-{tenant}"]) is True
    assert sdk.create_role(admin, ["read", "delete"]) is False
    assert sdk.permissions_of_role(admin) == ["read", f"write-{tenant}", "delete"]
    assert sdk.roles_with_permission(f"write-{tenant}") == [admin]
    assert admin in sdk.all_roles()

    assert sdk.add_role(tenant, user, admin) == "OK"
    assert sdk.add_role(tenant, user, admin) == "OK"
    assert sdk.add_role(tenant, user, "nothing") == "UNKNOWN_ROLE_ERROR"
    assert sdk.roles_of_user(tenant, user) == [admin]
    assert sdk.roles_of_user("public", user) == []
    assert sdk.users_with_role(tenant, admin) == [user]
    # The SDK puts them into new sessions by itself.
    payload = sdk.create_session(tenant, user, {}, {})["payload"]
    assert payload["st-role"]["v"] == [admin]
    assert set(payload["st-perm"]["v"]) == {"read", f"write-{tenant}", "delete"}

    assert sdk.remove_permissions(admin, ["read"]) == "OK"
    assert sdk.permissions_of_role(admin) == [f"write-{tenant}", "delete"]
    assert sdk.remove_permissions("nothing", ["read"]) == "UNKNOWN_ROLE_ERROR"
    assert sdk.remove_role(tenant, user, admin) == "OK"
    assert sdk.roles_of_user(tenant, user) == []
    assert sdk.delete_role(admin) is True
    assert sdk.delete_role(admin) is False
    assert sdk.permissions_of_role(admin) is None
    assert sdk.users_with_role(tenant, admin) is None


def test_metadata_is_merged_field_by_field(sdk, email):
    assert sdk.get_metadata(email) == {}
    assert sdk.update_metadata(email, {"a": {"deep": 1}, "b": 2}) == {"a": {"deep": 1}, "b": 2}
    assert sdk.update_metadata(email, {"a": {"other": 1}, "b": None}) == {"a": {"other": 1}}
    assert sdk.get_metadata(email) == {"a": {"other": 1}}
    sdk.clear_metadata(email)
    assert sdk.get_metadata(email) == {}


def test_an_address_is_verified(sdk, email):
    user_id = sdk.sign_up("public", email, PASSWORD)["user"]["id"]
    assert sdk.is_email_verified(user_id) is False
    revoked = sdk.create_verification_token("public", user_id)
    sdk.revoke_verification_tokens("public", user_id)
    invalid = "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"
    assert sdk.verify_email("public", revoked) == invalid

    token = sdk.create_verification_token("public", user_id)
    assert sdk.verify_email("public", token) == "OK"
    assert sdk.verify_email("public", token) == invalid
    assert sdk.is_email_verified(user_id) is True
    assert sdk.get_user(user_id)["loginMethods"][0]["verified"] is True
    assert sdk.create_verification_token("public", user_id) is None
    sdk.unverify_email(user_id)
    assert sdk.is_email_verified(user_id) is False


def test_accounts_are_linked_and_unlinked(sdk, new_email):
    one = sdk.sign_up("public", new_email(), PASSWORD)["user"]["id"]
    two = sdk.sign_up("public", new_email(), PASSWORD)["user"]["id"]
    assert sdk.may_be_primary(one) == "OK"
    assert sdk.get_user(one)["isPrimaryUser"] is False
    assert sdk.make_primary(one) == "OK"
    assert sdk.may_link_accounts(two, one) == "OK"
    session = sdk.create_session("public", two, {}, {})
    assert sdk.link_accounts(two, one) == "OK"
    # The user has another id now.
    assert sdk.session_information(session["handle"]) is None
    user = sdk.get_user(two)
    assert user["id"] == one
    assert [method["recipeUserId"] for method in user["loginMethods"]] == [one, two]

    session = sdk.create_session("public", two, {}, {})
    assert (session["userId"], session["recipeUserId"]) == (one, two)
    assert sdk.session_handles(one, None) == [session["handle"]]
    assert sdk.make_primary(two) == "RECIPE_USER_ID_ALREADY_LINKED_WITH_PRIMARY_USER_ID_ERROR"
    assert sdk.unlink_account(two) is True
    assert sdk.unlink_account(two) is False
    assert sdk.get_user(two)["id"] == two


def test_the_backend_signs_tokens_of_its_own(sdk):
    dynamic, static = sdk.create_jwt({"a": 1}, 60, False), sdk.create_jwt({"a": 1}, 60, True)
    assert header(dynamic)["kid"].startswith("d-")
    assert header(static)["kid"].startswith("s-")
    assert {header(dynamic)["kid"], header(static)["kid"]} <= set(sdk.key_ids())
    claims = jwt.decode(static, options={"verify_signature": False})
    assert claims["a"] == 1
    assert claims["exp"] - claims["iat"] == 60


def test_a_browser_is_served_through_the_sdks_own_endpoints(sdk, email):
    """In header mode; cookies make no difference to a core."""
    fields = [{"id": "email", "value": email}, {"id": "password", "value": PASSWORD}]
    address = f"http://127.0.0.1:{sdk.serve()}"
    mode = {"st-auth-mode": "header"}
    with httpx.Client(base_url=address, headers=mode, timeout=TIMEOUT) as browser:
        exists = browser.get("/auth/emailpassword/email/exists", params={"email": email})
        if exists.status_code == 200:
            assert exists.json() == {"status": "OK", "exists": False}
        signed_up = browser.post("/auth/signup", json={"formFields": fields})
        assert signed_up.json()["status"] == "OK"

        def who(response):
            headers = {"authorization": f"Bearer {response.headers['st-access-token']}"}
            if "anti-csrf" in response.headers:
                headers["anti-csrf"] = response.headers["anti-csrf"]
            return browser.get("/who", headers=headers)

        user_id = signed_up.json()["user"]["id"]
        assert who(signed_up).json() == user_id
        headers = {"authorization": f"Bearer {signed_up.headers['st-refresh-token']}"}
        if "anti-csrf" in signed_up.headers:
            headers["anti-csrf"] = signed_up.headers["anti-csrf"]
        refreshed = browser.post("/auth/session/refresh", headers=headers)
        assert refreshed.status_code == 200
        assert refreshed.headers["st-access-token"] != signed_up.headers["st-access-token"]
        seen = who(refreshed)
        assert seen.json() == user_id

        headers = {"authorization": f"Bearer {seen.headers['st-access-token']}"}
        headers["anti-csrf"] = refreshed.headers.get("anti-csrf", "")
        assert browser.post("/auth/signout", headers=headers).json() == {"status": "OK"}
        headers = {"authorization": f"Bearer {refreshed.headers['st-refresh-token']}"}
        headers["anti-csrf"] = refreshed.headers.get("anti-csrf", "")
        assert browser.post("/auth/session/refresh", headers=headers).status_code == 401
