"""Passkeys, made and used by an authenticator in software."""

import base64

import pytest

from tests.authenticator import ORIGIN, Passkey
from tests.local_core.running import HOUR, MINUTE, CoreClient

WEBAUTHN = "/recipe/webauthn"
RECOVER = f"{WEBAUTHN}/user/recover"
EMAIL = "a@example.com"
PARTY = {"relyingPartyId": "localhost", "relyingPartyName": "Shop", "origin": ORIGIN}


def options(core: CoreClient, kind="register", email=EMAIL, **fields):
    if kind == "register":
        fields["email"] = email
    return core.ok("POST", f"{WEBAUTHN}/options/{kind}", **{**PARTY, **fields})


def sign_up(core, passkey, given=None, **fields):
    given = given or options(core, **fields)
    return core.response("POST", f"{WEBAUTHN}/signup", **_answer(given, passkey.create))


def sign_in(core, passkey, given=None):
    given = given or options(core, "signin")
    return core.response("POST", f"{WEBAUTHN}/signin", **_answer(given, passkey.get))


def register(core, passkey, user_id, given=None):
    fields = _answer(given or options(core), passkey.create)
    path = f"{WEBAUTHN}/user/credential/register"
    return core.response("POST", path, recipeUserId=user_id, **fields)


def _answer(given, act):
    credential = act(given["challenge"])
    return {
        "webauthnGeneratedOptionsId": given["webauthnGeneratedOptionsId"],
        "credential": credential,
    }


@pytest.fixture
def passkey():
    return Passkey("localhost")


def test_a_passkey_signs_up_and_in(core, clock, passkey):
    given = options(core, email=" A@example.com")
    response = sign_up(core, passkey, given)
    user_id = response["recipeUserId"]
    assert response == {
        "status": "OK",
        "user": response["user"],
        "recipeUserId": user_id,
        "webauthnCredentialId": passkey.credential_id,
        "relyingPartyId": "localhost",
        "relyingPartyName": "Shop",
    }
    ids = {"credentialIds": [passkey.credential_id]}
    assert response["user"]["webauthn"] == ids
    assert response["user"]["loginMethods"] == [
        {
            "recipeId": "webauthn",
            "recipeUserId": user_id,
            "tenantIds": ["public"],
            "email": EMAIL,
            "verified": False,
            "timeJoined": clock.now,
            "webauthn": ids,
        }
    ]
    # One that keeps no count may sign as often as it likes.
    for _ in range(2):
        signed_in = sign_in(core, passkey)
        assert (signed_in["status"], signed_in["recipeUserId"]) == ("OK", user_id)
    fields = {"webauthnCredentialId": passkey.credential_id, "doUnionOfAccountInfo": "false"}
    assert core.ok("GET", "/users/by-accountinfo", **fields)["users"] == [response["user"]]


def test_options_say_what_a_browser_needs(core, clock):
    given = options(core)
    options_id = given["webauthnGeneratedOptionsId"]
    assert given == {
        "status": "OK",
        "webauthnGeneratedOptionsId": options_id,
        "rp": {"id": "localhost", "name": "Shop"},
        "user": {**given["user"], "name": EMAIL, "displayName": EMAIL},
        "email": EMAIL,
        "timeout": MINUTE,
        "challenge": given["challenge"],
        "attestation": "none",
        "createdAt": clock.now,
        "expiresAt": clock.now + MINUTE,
        "pubKeyCredParams": [{"alg": alg, "type": "public-key"} for alg in (-8, -7, -257)],
        "excludeCredentials": [],
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": "preferred",
        },
    }
    assert base64.urlsafe_b64decode(given["user"]["id"] + "==").decode() == options_id
    kept = core.ok("GET", f"{WEBAUTHN}/options", webauthnGeneratedOptionsId=options_id)
    assert (kept["origin"], kept["email"]) == (ORIGIN, EMAIL)
    signin = options(core, "signin")
    assert signin["relyingPartyId"] == "localhost"
    assert not {"email", "origin"} & signin.keys()

    path = f"{WEBAUTHN}/options/remove"
    core.ok("DELETE", path, webauthnGeneratedOptionsId=options_id)
    for method, where in (("DELETE", path), ("GET", f"{WEBAUTHN}/options")):
        response = core.response(method, where, webauthnGeneratedOptionsId=options_id)
        assert response == {"status": "OPTIONS_NOT_FOUND_ERROR"}


def test_the_user_handle_is_the_primary_users_of_that_address(core):
    user_id = core.sign_up(EMAIL)
    core.ok("POST", "/recipe/accountlinking/user/primary", recipeUserId=user_id)
    handle = options(core)["user"]["id"]
    assert base64.urlsafe_b64decode(handle + "==").decode() == user_id


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"origin": "http://example.com"}, "Origin does not match RelyingParty Id"),
        ({"origin": "http://notlocalhost"}, "Origin does not match RelyingParty Id"),
        ({"origin": "nowhere"}, "Origin and rpId have to be valid urls!"),
        ({"timeout": -1}, "Timeout must be a positive long value"),
        ({"userVerification": "x"}, "Invalid value x for userVerification"),
    ],
)
def test_options_that_cannot_work(core, fields, reason):
    body = {"email": EMAIL, **PARTY, **fields}
    for kind in ("register", "signin"):
        response = core.response("POST", f"{WEBAUTHN}/options/{kind}", **body)
        assert response == {"status": "INVALID_OPTIONS_ERROR", "reason": reason}


def test_an_address_signs_up_once(core, passkey):
    assert sign_up(core, passkey)["status"] == "OK"
    response = sign_up(core, Passkey("localhost"))
    assert response == {"status": "EMAIL_ALREADY_EXISTS_ERROR"}


def test_expired_and_unknown_options(core, clock, passkey):
    user_id = sign_up(core, passkey)["recipeUserId"]
    expired = options(core)
    clock.advance(MINUTE + 1)
    new = Passkey("localhost")
    invalid = {"status": "INVALID_OPTIONS_ERROR", "reason": "Options expired"}
    unknown = {**expired, "webauthnGeneratedOptionsId": "x"}
    for given, response in (expired, invalid), (unknown, {"status": "OPTIONS_NOT_FOUND_ERROR"}):
        assert sign_up(core, new, given) == response
        assert register(core, new, user_id, given) == response
        assert sign_in(core, passkey, given) == response


@pytest.mark.parametrize(
    "change",
    [
        {"origin": "http://evil.example"},
        {"relying_party_id": "evil.example"},
        {"user_verified": False},
    ],
)
def test_an_answer_to_another_user(core, change):
    passkey = Passkey(**{"relying_party_id": "localhost", **change})
    fields = {"userVerification": "required"}
    status = "INVALID_AUTHENTICATOR_ERROR"
    assert sign_up(core, passkey, options(core, **fields))["status"] == status
    good = Passkey("localhost")
    user_id = sign_up(core, good)["recipeUserId"]
    assert register(core, passkey, user_id, options(core, **fields))["status"] == status
    for name, value in change.items():
        setattr(good, name, value)
    response = sign_in(core, good, options(core, "signin", **fields))
    assert response["status"] == status
    assert response["reason"]


def test_an_answer_to_another_challenge_or_by_another_key(core, passkey):
    sign_up(core, passkey)
    given = {**options(core, "signin"), "challenge": options(core, "signin")["challenge"]}
    assert sign_in(core, passkey, given)["status"] == "INVALID_AUTHENTICATOR_ERROR"
    forged = Passkey("localhost", id=passkey.id)
    assert sign_in(core, forged)["status"] == "INVALID_AUTHENTICATOR_ERROR"


def test_a_counter_only_goes_up(core, passkey):
    passkey.counter = 1
    sign_up(core, passkey)
    for counter, status in ((2, "OK"), (2, "INVALID_AUTHENTICATOR_ERROR"), (3, "OK")):
        passkey.counter = counter
        assert sign_in(core, passkey)["status"] == status


@pytest.mark.parametrize(
    "change",
    [
        {"id": ""},
        {"response": {}},
        {"response": {"clientDataJSON": "e30", "attestationObject": "AAAA"}},
        {"rawId": 5},
        {"type": "password"},
    ],
)
def test_an_answer_that_is_none(core, passkey, change):
    given = options(core)
    credential = {**passkey.create(given["challenge"]), **change}
    fields = {"webauthnGeneratedOptionsId": given["webauthnGeneratedOptionsId"]}
    response = core.response("POST", f"{WEBAUTHN}/signup", credential=credential, **fields)
    assert response["status"] == "INVALID_CREDENTIALS_ERROR"


def test_a_user_has_several_passkeys_and_removes_one(core, clock, passkey):
    user_id = sign_up(core, passkey)["recipeUserId"]
    second = Passkey("localhost")
    response = register(core, second, user_id)
    assert (response["status"], response["email"]) == ("OK", EMAIL)
    listed = core.ok("GET", f"{WEBAUTHN}/user/credential/list", recipeUserId=user_id)
    assert listed["credentials"] == [
        {
            "webauthnCredentialId": one.credential_id,
            "recipeUserId": user_id,
            "relyingPartyId": "localhost",
            "createdAt": clock.now,
        }
        for one in (passkey, second)
    ]
    again = register(core, second, user_id)
    assert again == {"status": "CREDENTIAL_ALREADY_EXISTS_ERROR"}
    ids = {"recipeUserId": user_id, "webauthnCredentialId": passkey.credential_id}
    path = f"{WEBAUTHN}/user/credential"
    assert core.ok("GET", path, **ids)["relyingPartyId"] == "localhost"
    core.ok("DELETE", f"{path}/remove", **ids)
    missing = {"status": "CREDENTIAL_NOT_FOUND_ERROR"}
    assert core.response("GET", path, **ids) == missing
    assert core.response("DELETE", f"{path}/remove", **ids) == missing
    assert sign_in(core, passkey) == missing
    assert sign_in(core, second)["status"] == "OK"


def test_a_user_without_passkeys_gets_none_beside_the_password(core, passkey):
    user_id = core.sign_up(EMAIL)
    assert register(core, passkey, user_id) == {"status": "UNKNOWN_USER_ID_ERROR"}


def test_a_passkey_belongs_to_the_tenants_of_its_user(core, passkey):
    core.put_tenant("t1")
    sign_up(core, passkey)
    given = core.ok("POST", f"/t1{WEBAUTHN}/options/signin", **PARTY)
    response = core.response("POST", f"/t1{WEBAUTHN}/signin", **_answer(given, passkey.get))
    assert response == {"status": "UNKNOWN_USER_ID_ERROR"}


def test_lost_passkeys_are_replaced_by_mail(core, clock, passkey):
    user_id = sign_up(core, passkey)["recipeUserId"]
    password = core.sign_up("b@example.com")

    def token(of=user_id, email=EMAIL):
        return core.ok("POST", f"{RECOVER}/token", userId=of, email=email)["token"]

    first, second = token(), token()
    response = core.ok("GET", RECOVER, token=first)
    assert (response["user"]["id"], response["recipeUserId"]) == (user_id, user_id)
    assert core.ok("GET", RECOVER, token=token(password, "b@example.com"))["recipeUserId"] is None
    used = core.ok("POST", f"{RECOVER}/token/consume", token=first)
    assert used == {"status": "OK", "userId": user_id, "email": EMAIL}
    expired = token()
    clock.advance(HOUR + 1)
    invalid = {"status": "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR"}
    for worthless in (first, second, expired, "x"):
        assert core.response("GET", RECOVER, token=worthless) == invalid
        assert core.response("POST", f"{RECOVER}/token/consume", token=worthless) == invalid
    response = core.response("POST", f"{RECOVER}/token", userId="nobody", email=EMAIL)
    assert response == {"status": "UNKNOWN_USER_ID_ERROR"}


def test_the_address_of_a_passkey_user_changes(core, passkey):
    user_id = sign_up(core, passkey)["recipeUserId"]
    sign_up(core, Passkey("localhost"), email="b@example.com")

    def change(user_id, email):
        return core.response("PUT", f"{WEBAUTHN}/user/email", recipeUserId=user_id, email=email)

    assert change(user_id, "B@example.com") == {"status": "EMAIL_ALREADY_EXISTS_ERROR"}
    assert change("nobody", "c@example.com") == {"status": "UNKNOWN_USER_ID_ERROR"}
    assert change(user_id, "c@example.com") == {"status": "OK"}
    assert core.ok("GET", "/user/id", userId=user_id)["user"]["emails"] == ["c@example.com"]


def test_a_removed_user_leaves_no_passkey(core, passkey):
    user_id = sign_up(core, passkey)["recipeUserId"]
    core.ok("POST", "/user/remove", userId=user_id)
    assert sign_in(core, passkey) == {"status": "CREDENTIAL_NOT_FOUND_ERROR"}
