"""Logging in with codes and links."""

import pytest

from tests.local_core.running import MINUTE, CoreClient

CODE = "/recipe/signinup/code"
EMAIL = "a@example.com"
PHONE = "+441632960960"
RESTART = {"status": "RESTART_FLOW_ERROR"}


def create(core: CoreClient, **fields: str) -> dict[str, str]:
    return core.ok("POST", CODE, **(fields or {"email": EMAIL}))


def typed(attempt, code=None):
    names = ("preAuthSessionId", "deviceId")
    right = attempt["userInputCode"]
    return {**{name: attempt[name] for name in names}, "userInputCode": code or right}


def linked(attempt):
    return {name: attempt[name] for name in ("preAuthSessionId", "linkCode")}


def consume(core, fields):
    return core.response("POST", f"{CODE}/consume", **fields)


def wrong(attempt):
    return typed(attempt, "000000" if attempt["userInputCode"] != "000000" else "111111")


@pytest.mark.parametrize("use", [typed, linked])
@pytest.mark.parametrize("contact", [{"email": EMAIL}, {"phoneNumber": PHONE}])
def test_a_code_logs_in_and_shows_that_the_contact_is_ones_own(core, clock, contact, use):
    attempt = create(core, **contact)
    assert attempt["codeLifetime"] == 15 * MINUTE
    response = consume(core, use(attempt))
    assert response["status"] == "OK"
    assert response["createdNewUser"] is True
    user_id = response["recipeUserId"]
    assert response["consumedDevice"] == {
        "preAuthSessionId": attempt["preAuthSessionId"],
        "failedCodeInputAttemptCount": 0,
        **contact,
    }
    assert response["user"] == {
        "id": user_id,
        "isPrimaryUser": False,
        "tenantIds": ["public"],
        "emails": [contact["email"]] if "email" in contact else [],
        "phoneNumbers": [contact["phoneNumber"]] if "phoneNumber" in contact else [],
        "thirdParty": [],
        "webauthn": {"credentialIds": []},
        "timeJoined": clock.now,
        "loginMethods": [
            {
                "recipeId": "passwordless",
                "recipeUserId": user_id,
                "tenantIds": ["public"],
                "verified": True,
                "timeJoined": clock.now,
                **contact,
            }
        ],
    }
    fields = {"doUnionOfAccountInfo": "false", **contact}
    assert core.ok("GET", "/users/by-accountinfo", **fields)["users"] == [response["user"]]
    again = consume(core, use(create(core, **contact)))
    assert (again["createdNewUser"], again["recipeUserId"]) == (False, user_id)


def test_a_code_is_checked_without_being_used(core):
    attempt = create(core)
    for _ in range(2):
        response = core.ok("POST", f"{CODE}/check", **typed(attempt))
        assert response["consumedDevice"]["email"] == EMAIL
    assert (
        core.response("POST", f"{CODE}/check", **wrong(attempt))["failedCodeInputAttemptCount"] == 1
    )
    assert consume(core, typed(attempt))["status"] == "OK"


def test_the_fifth_wrong_code_ends_the_attempt(core):
    attempt = create(core)
    for count in range(1, 5):
        assert consume(core, wrong(attempt)) == {
            "status": "INCORRECT_USER_INPUT_CODE_ERROR",
            "failedCodeInputAttemptCount": count,
            "maximumCodeInputAttempts": 5,
        }
    assert consume(core, wrong(attempt)) == RESTART
    assert consume(core, typed(attempt)) == RESTART
    assert core.ok("GET", f"{CODE}s", deviceId=attempt["deviceId"])["devices"] == []


def test_an_expired_code_counts_as_an_attempt_and_an_expired_link_does_not(core, clock):
    attempt = create(core)
    clock.advance(15 * MINUTE + 1)
    assert consume(core, linked(attempt)) == RESTART
    response = consume(core, typed(attempt))
    assert response["status"] == "EXPIRED_USER_INPUT_CODE_ERROR"
    assert response["failedCodeInputAttemptCount"] == 1
    # A new code of the same attempt is as good as the first.
    fresh = create(core, deviceId=attempt["deviceId"])
    assert consume(core, typed(fresh))["status"] == "OK"


def test_a_resent_code_leaves_the_others_valid_and_a_success_ends_all_attempts(core):
    attempt, other = create(core), create(core)
    create(core, deviceId=attempt["deviceId"])
    (device,) = core.ok("GET", f"{CODE}s", preAuthSessionId=attempt["preAuthSessionId"])["devices"]
    assert len(device["codes"]) == 2
    assert consume(core, linked(attempt))["status"] == "OK"
    for ended in attempt, other:
        assert consume(core, linked(ended)) == RESTART
        assert core.response("POST", CODE, deviceId=ended["deviceId"]) == RESTART
    assert core.ok("GET", f"{CODE}s", email=EMAIL)["devices"] == []


def test_a_code_of_ones_own_works_once_in_an_attempt(core):
    attempt = create(core, email=EMAIL, userInputCode="open sesame")
    fields = {"deviceId": attempt["deviceId"], "userInputCode": "open sesame"}
    assert core.response("POST", CODE, **fields) == {"status": "USER_INPUT_CODE_ALREADY_USED_ERROR"}
    assert consume(core, typed(attempt))["status"] == "OK"


def test_codes_are_taken_back(core):
    first = create(core)
    second = create(core, deviceId=first["deviceId"])
    core.ok("POST", f"{CODE}/remove", codeId=first["codeId"])
    assert consume(core, linked(first)) == RESTART
    core.ok("POST", f"{CODE}/remove", codeId=second["codeId"])
    assert core.ok("GET", f"{CODE}s", email=EMAIL)["devices"] == []
    by_hash, by_email = create(core), create(core)
    core.ok("POST", f"{CODE}/remove", preAuthSessionId=by_hash["preAuthSessionId"])
    assert consume(core, linked(by_hash)) == RESTART
    core.ok("POST", f"{CODE}s/remove", email=EMAIL)
    assert consume(core, linked(by_email)) == RESTART


def test_attempts_belong_to_a_tenant_with_limits_of_its_own(core):
    core.put_tenant("t1", coreConfig={"passwordless_max_code_input_attempts": 2})
    attempt = core.ok("POST", f"/t1{CODE}", email=EMAIL)
    assert consume(core, linked(attempt)) == RESTART
    response = core.response("POST", f"/t1{CODE}/consume", **wrong(attempt))
    assert response["maximumCodeInputAttempts"] == 2
    assert core.response("POST", f"/t1{CODE}/consume", **wrong(attempt)) == RESTART


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"linkCode": "x"},
            "Please provide exactly one of linkCode or deviceId+userInputCode",
        ),
        ({"deviceId": "%"}, "Input encoding error in deviceId"),
        ({"preAuthSessionId": "x"}, "preAuthSessionId and deviceId doesn't match"),
    ],
)
def test_input_that_does_not_fit(core, change, text):
    fields = {**typed(create(core)), **change}
    response = core.request("POST", f"{CODE}/consume", json=fields)
    assert (response.status_code, response.text) == (400, f"{text}\n")


def test_contacts_are_changed_and_cleared(core):
    def change(user_id, **fields):
        headers, body = {"rid": "passwordless"}, {"recipeUserId": user_id, **fields}
        return core.request("PUT", "/recipe/user", headers=headers, json=body)

    user_id = consume(core, linked(create(core)))["recipeUserId"]
    taken = consume(core, linked(create(core, phoneNumber=PHONE)))["recipeUserId"]
    assert change("nobody", email="b@example.com").json()["status"] == "UNKNOWN_USER_ID_ERROR"
    response = change(user_id, phoneNumber=PHONE).json()
    assert response["status"] == "PHONE_NUMBER_ALREADY_EXISTS_ERROR"
    assert change(taken, email=EMAIL).json()["status"] == "EMAIL_ALREADY_EXISTS_ERROR"
    pending = create(core)
    assert change(user_id, email=None, phoneNumber="+441632960961").json()["status"] == "OK"
    assert consume(core, linked(pending)) == RESTART
    user = core.ok("GET", "/user/id", userId=user_id)["user"]
    assert (user["emails"], user["phoneNumbers"]) == ([], ["+441632960961"])
    assert change(user_id, phoneNumber=None).status_code == 400
    # Without that header the path is about passwords.
    response = core.response("PUT", "/recipe/user", recipeUserId=user_id, password="secret")
    assert response == {"status": "UNKNOWN_USER_ID_ERROR"}


def test_a_primary_user_does_not_get_the_contact_of_another(core):
    primary = "/recipe/accountlinking/user/primary"
    user_id = consume(core, linked(create(core)))["recipeUserId"]
    core.ok("POST", primary, recipeUserId=user_id)
    other = core.sign_up("b@example.com")
    core.ok("POST", primary, recipeUserId=other)
    fields = {"recipeUserId": user_id, "email": "b@example.com"}
    headers = {"rid": "passwordless"}
    response = core.request("PUT", "/recipe/user", headers=headers, json=fields).json()
    assert response["status"] == "EMAIL_CHANGE_NOT_ALLOWED_ERROR"


def test_a_removed_user_leaves_no_attempt(core):
    user_id = consume(core, linked(create(core)))["recipeUserId"]
    attempt = create(core)
    core.ok("POST", "/user/remove", userId=user_id)
    assert consume(core, linked(attempt)) == RESTART
