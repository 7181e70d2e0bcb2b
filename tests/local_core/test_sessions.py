"""Sessions in the core's interface: rotation, theft, expiry, payloads."""

import pytest

from tests.local_core.running import HOUR, MINUTE, REFRESH, SECOND

NONCE = "0" * 64
REFRESH_TOKEN_VALIDITY = 100 * 24 * HOUR


def test_a_new_session_has_the_shape_of_the_interface(core, clock):
    response = core.new_session("user", payload={"a": [1, None]})
    assert set(response) == {"status", "session", "accessToken", "refreshToken"}
    assert response["session"] == {
        "handle": response["session"]["handle"],
        "userId": "user",
        "recipeUserId": "user",
        "tenantId": "public",
        "userDataInJWT": {"a": [1, None]},
    }
    assert response["accessToken"]["createdTime"] == clock.now
    assert response["accessToken"]["expiry"] == clock.now + HOUR
    assert response["refreshToken"]["expiry"] == clock.now + REFRESH_TOKEN_VALIDITY


def test_access_tokens_count_in_whole_seconds(core, clock):
    clock.advance(999)
    token = core.new_session()["accessToken"]
    assert token["createdTime"] == clock.now - 999
    assert token["expiry"] == clock.now - 999 + HOUR


def test_a_theft_is_reported_with_the_session_and_its_user(core):
    first = core.new_session()
    core.refresh(core.refresh(first))
    assert core.refresh(first) == {
        "status": "TOKEN_THEFT_DETECTED",
        "session": {
            "handle": first["session"]["handle"],
            "userId": "user",
            "recipeUserId": "user",
        },
    }


def test_a_parents_access_token_lives_on_beside_the_childs(core):
    parent = core.new_session()
    child = core.refresh(parent)
    assert core.verify(child)["status"] == "OK"
    seen = core.verify(parent)
    assert seen["status"] == "OK"
    assert "accessToken" not in seen


def test_the_child_seen_again_gets_a_token_that_no_longer_asks_the_core(core):
    child = core.refresh(core.new_session())
    first, second = core.verify(child), core.verify(child)
    assert "accessToken" in first
    assert "accessToken" in second
    assert "accessToken" not in core.verify(first)


def test_an_access_token_expires(core, clock):
    session = core.new_session()
    clock.advance(HOUR)
    assert core.verify(session)["status"] == "OK"
    clock.advance(1)
    assert core.verify(session) == {
        "status": "TRY_REFRESH_TOKEN",
        "message": "Access token expired",
    }


def test_a_session_expires_unless_it_is_refreshed(core, clock):
    session = core.new_session()
    clock.advance(REFRESH_TOKEN_VALIDITY - 1)
    child = core.refresh(session)
    assert child["status"] == "OK"
    # The use of the child begins another period.
    child = core.refresh(child)
    clock.advance(REFRESH_TOKEN_VALIDITY)
    grandchild = core.refresh(child)
    assert grandchild["status"] == "OK"
    clock.advance(REFRESH_TOKEN_VALIDITY + 1)
    assert core.refresh(grandchild) == {
        "status": "UNAUTHORISED",
        "message": "Session missing in db or has expired",
    }


def test_an_unused_child_does_not_prolong_the_session(core, clock):
    session = core.new_session()
    clock.advance(REFRESH_TOKEN_VALIDITY - 1)
    child = core.refresh(session)
    clock.advance(2)
    assert core.refresh(child)["status"] == "UNAUTHORISED"


def test_an_expired_session_is_gone_for_everybody(core, clock):
    handle = core.new_session()["session"]["handle"]
    clock.advance(REFRESH_TOKEN_VALIDITY)
    for method, path, fields in [
        ("GET", "/recipe/session", {}),
        ("PUT", "/recipe/session/data", {"userDataInDatabase": {}}),
        ("PUT", "/recipe/jwt/data", {"userDataInJWT": {}}),
    ]:
        response = core.response(method, path, sessionHandle=handle, **fields)
        assert response == {"status": "UNAUTHORISED", "message": "Session does not exist."}
    clock.advance(1)
    assert core.ok("GET", "/recipe/session/user", userId="user")["sessionHandles"] == []


def test_session_information(core, clock):
    session = core.new_session(payload={"a": 1})["session"]
    core.ok(
        "PUT",
        "/recipe/session/data",
        sessionHandle=session["handle"],
        userDataInDatabase={"deep": [1]},
    )
    assert core.ok("GET", "/recipe/session", sessionHandle=session["handle"]) == {
        "status": "OK",
        "sessionHandle": session["handle"],
        "userId": "user",
        "recipeUserId": "user",
        "tenantId": "public",
        "userDataInJWT": {"a": 1},
        "userDataInDatabase": {"deep": [1]},
        "timeCreated": clock.now,
        "expiry": clock.now + REFRESH_TOKEN_VALIDITY,
    }


@pytest.mark.parametrize(("old", "new"), [(1, True), (0, False), (1, 1.5), (None, 0)])
def test_a_changed_payload_reaches_the_token_when_the_database_is_checked(core, old, new):
    session = core.new_session(payload={"a": old})
    handle = session["session"]["handle"]
    core.ok("PUT", "/recipe/jwt/data", sessionHandle=handle, userDataInJWT={"a": new})
    assert "accessToken" not in core.verify(session)
    fresh = core.verify(session, check_database=True)
    assert repr(fresh["session"]["userDataInJWT"]) == repr({"a": new})
    assert "accessToken" not in core.verify(fresh, check_database=True)


def test_the_order_of_claims_is_no_change(core):
    session = core.new_session(payload={"a": 1, "b": 2})
    handle = session["session"]["handle"]
    core.ok("PUT", "/recipe/jwt/data", sessionHandle=handle, userDataInJWT={"b": 2, "a": 1})
    assert "accessToken" not in core.verify(session, check_database=True)


def regenerate(core, session, **fields):
    token = session["accessToken"]["token"]
    return core.response("POST", "/recipe/session/regenerate", accessToken=token, **fields)


def test_a_regenerated_token_expires_with_the_old_one(core, clock):
    session = core.new_session(payload={"a": 1})
    clock.advance(MINUTE)
    fresh = regenerate(core, session, userDataInJWT={"b": 2})
    assert fresh["session"]["userDataInJWT"] == {"b": 2}
    assert fresh["accessToken"]["expiry"] == session["accessToken"]["expiry"]
    assert fresh["accessToken"]["createdTime"] == clock.now
    assert regenerate(core, session)["session"]["userDataInJWT"] == {"b": 2}
    assert core.refresh(session)["session"]["userDataInJWT"] == {"b": 2}


def test_the_payload_of_an_expired_token_can_still_be_changed(core, clock):
    session = core.new_session()
    clock.advance(HOUR + SECOND)
    response = regenerate(core, session, userDataInJWT={"b": 2})
    assert response["status"] == "OK"
    assert "accessToken" not in response
    assert core.refresh(session)["session"]["userDataInJWT"] == {"b": 2}


def test_a_token_of_a_session_that_is_over_cannot_be_regenerated(core):
    session = core.new_session()
    core.ok("POST", "/recipe/session/remove", userId="user")
    assert regenerate(core, session)["status"] == "UNAUTHORISED"
    garbage = {"accessToken": {"token": "a.b.c"}}
    assert regenerate(core, garbage) == {"status": "UNAUTHORISED", "message": "Invalid JWT"}


@pytest.mark.parametrize("claim", ["sub", "exp", "tId", "rsub", "antiCsrfToken", "sessionHandle"])
def test_the_application_cannot_take_the_names_of_our_claims(core, claim):
    session = core.new_session()
    handle, token = session["session"]["handle"], session["accessToken"]["token"]
    create = {"userId": "u", "enableAntiCsrf": False, "userDataInDatabase": {}}
    for method, path, fields in [
        ("POST", "/recipe/session", create),
        ("PUT", "/recipe/jwt/data", {"sessionHandle": handle}),
        ("POST", "/recipe/session/regenerate", {"accessToken": token}),
    ]:
        response = core.request(method, path, json={**fields, "userDataInJWT": {claim: "x"}})
        assert response.status_code == 400
        assert response.text.strip() == "The user payload contains protected field"


def test_the_anti_csrf_token_changes_with_every_refresh(core):
    session = core.new_session(anti_csrf=True)
    child = core.refresh(session, anti_csrf=True)
    assert child["antiCsrfToken"] != session["antiCsrfToken"]
    check = {"enableAntiCsrf": True, "doAntiCsrfCheck": True}
    good = core.verify(child, **check, antiCsrfToken=child["antiCsrfToken"])
    assert good["status"] == "OK"
    for wrong in ({}, {"antiCsrfToken": session["antiCsrfToken"]}):
        assert core.verify(child, **check, **wrong) == {
            "status": "TRY_REFRESH_TOKEN",
            "message": "anti-csrf check failed",
        }
    relaxed = {"enableAntiCsrf": True, "doAntiCsrfCheck": False}
    assert core.verify(child, **relaxed)["status"] == "OK"


def test_a_refresh_needs_the_anti_csrf_token_only_if_there_is_one(core):
    with_token, without = core.new_session(anti_csrf=True), core.new_session()
    refresh, wanted = "/recipe/session/refresh", {**REFRESH, "enableAntiCsrf": True}
    response = core.response(
        "POST", refresh, refreshToken=with_token["refreshToken"]["token"], **wanted
    )
    assert response == {
        "status": "UNAUTHORISED",
        "message": "Anti CSRF token missing, or not matching",
    }
    response = core.ok("POST", refresh, refreshToken=without["refreshToken"]["token"], **wanted)
    assert "antiCsrfToken" in response
    assert "antiCsrfToken" not in core.refresh(with_token)


def test_sessions_without_an_anti_csrf_token_do_not_pass_the_check(core):
    response = core.verify(core.new_session(), enableAntiCsrf=True, doAntiCsrfCheck=True)
    assert response["status"] == "TRY_REFRESH_TOKEN"


def test_sessions_are_removed_by_handle(core):
    one, two = core.new_session()["session"]["handle"], core.new_session()["session"]["handle"]
    response = core.ok("POST", "/recipe/session/remove", sessionHandles=[two, "nothing", two, one])
    assert response["sessionHandlesRevoked"] == [two, one]
    response = core.ok("POST", "/recipe/session/remove", sessionHandles=[one])
    assert response["sessionHandlesRevoked"] == []


def test_a_handle_of_an_unknown_tenant_is_no_handle(core):
    one = core.new_session()
    handles = [one["session"]["handle"], "x_t9"]
    response = core.request("POST", "/recipe/session/remove", json={"sessionHandles": handles})
    assert response.status_code == 400
    assert response.text.startswith("AppId or tenantId not found")
    assert core.verify(one, check_database=True)["status"] == "OK"


def test_the_refresh_tokens_of_a_real_core_are_standard_base64(core):
    tokens = [core.new_session()]
    for user_id in ("u", "us"):
        tokens += [core.refresh(tokens[-1]), core.new_session(user_id)]
    contents, nonces, versions = zip(
        *(one["refreshToken"]["token"].split(".") for one in tokens), strict=True
    )
    # One token in a hundred thousand has neither, and one length in three needs no padding.
    assert {"+", "/", "="} <= set("".join(contents))
    assert not {"-", "_"} & set("".join(contents))
    assert all(len(content) % 4 == 0 for content in contents)
    assert {len(nonce) for nonce in nonces} == {64}
    assert set(versions) == {"V2"}
    assert core.refresh(tokens[-1])["status"] == "OK"


def test_the_data_of_a_session_can_be_read_alone(core):
    session = core.new_session(payload={"a": 1})["session"]
    fields = {"sessionHandle": session["handle"]}
    core.ok("PUT", "/recipe/session/data", **fields, userDataInDatabase={"b": 2})
    data = core.ok("GET", "/recipe/session/data", **fields)
    assert data == {"status": "OK", "userDataInDatabase": {"b": 2}}
    assert core.ok("GET", "/recipe/jwt/data", **fields) == {
        "status": "OK",
        "userDataInJWT": {"a": 1},
    }
    for path in ("/recipe/session/data", "/recipe/jwt/data"):
        gone = {"status": "UNAUTHORISED", "message": "Session does not exist."}
        assert core.response("GET", path, sessionHandle="x") == gone
        assert core.request("GET", path, params={"sessionHandle": "x_t9"}).status_code == 400


def test_a_tenants_sessions_are_removed_apart_from_the_others(core):
    core.put_tenant("t1")
    here, there = core.new_session(), core.new_session(tenant="t1")
    response = core.ok(
        "POST", "/t1/recipe/session/remove", userId="user", revokeAcrossAllTenants=False
    )
    assert response["sessionHandlesRevoked"] == [there["session"]["handle"]]
    assert core.verify(here, check_database=True)["status"] == "OK"
    gone = core.verify(there, check_database=True)
    assert gone["message"] == "Either the session has ended or has been blacklisted"
    core.new_session(tenant="t1")
    response = core.ok("POST", "/recipe/session/remove", userId="user")
    assert len(response["sessionHandlesRevoked"]) == 2


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a.b",
        "a.b.V2",
        "..",
        "....",
        "ä.b.V2",
        "AAA",
        f"-_8=.{NONCE}.V2",
        f"AAAA.{NONCE}.V2",
    ],
)
def test_a_refresh_token_of_another_user_is_refused(core, token):
    response = core.response("POST", "/recipe/session/refresh", refreshToken=token, **REFRESH)
    assert response == {"status": "UNAUTHORISED", "message": "Invalid refresh token"}


def test_an_app_does_not_know_the_sessions_of_another(core, clock):
    core.ok("PUT", "/recipe/multitenancy/app/v2", appId="a1")
    session = core.new_session()
    clock.advance(SECOND)
    token, access = session["refreshToken"]["token"], session["accessToken"]["token"]
    response = core.response(
        "POST", "/appid-a1/recipe/session/refresh", refreshToken=token, **REFRESH
    )
    assert response["message"] == "Invalid refresh token"
    checks = {"enableAntiCsrf": False, "doAntiCsrfCheck": False, "checkDatabase": False}
    response = core.response(
        "POST", "/appid-a1/recipe/session/verify", accessToken=access, **checks
    )
    assert response == {"status": "TRY_REFRESH_TOKEN", "message": "Key not found"}
    handle = session["session"]["handle"]
    response = core.response("GET", "/appid-a1/recipe/session", sessionHandle=handle)
    assert response["status"] == "UNAUTHORISED"
