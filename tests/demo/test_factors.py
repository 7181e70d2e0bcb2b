"""Verified addresses, second factors, roles and linked accounts, from one end to the other."""

import pytest

from tests.demo.running import PASSWORD
from tests.demo.signing_in.account import Account
from tests.demo.signing_in.scene import typed

FLAG = {"shouldTryLinkingWithSessionUser": True}
ALL = "/api/needs-all"


@pytest.fixture(params=["cookie", "header"])
def scene(request, new_scene):
    return new_scene(request.param)


def wanted(browser, path):
    """The claims that a request lacks."""
    response = browser.get(path)
    if response.status_code == 200:
        return set()
    assert response.status_code == 403, response.text
    return {error["id"] for error in response.json()["claimValidationErrors"]}


def verify_address(scene, email):
    scene.browser.post("/auth/user/email/verify/token")
    body = {"token": scene.token(email), "method": "token"}
    # The tenant is the link's.
    tenant = scene.message(email)["tenant"]
    assert scene.browser.auth("/user/email/verify", tenant, **body).json()["status"] == "OK"


def verify_device(scene):
    name, codes = scene.totp_device()
    body = {"deviceName": name, "totp": codes.now()}
    answer = scene.browser.post("/auth/totp/device/verify", json=body).json()
    assert answer["status"] == "OK"


def test_a_password_a_verified_address_a_code_and_a_role(scene):
    browser, email = scene.browser, scene.signed_up("secure")
    assert wanted(browser, ALL) == {"st-mfa", "st-ev", "st-role", "st-perm"}
    verify_address(scene, email)
    assert wanted(browser, "/api/protected") == {"st-mfa"}
    assert browser.put("/auth/mfa/info").json()["factors"]["next"] == ["totp"]
    verify_device(scene)
    assert wanted(browser, ALL) == {"st-role", "st-perm"}
    assert wanted(browser, "/api/needs-verified-email") == set()
    browser.post("/api/take-role")
    assert wanted(browser, ALL) == wanted(browser, "/api/needs-role") == set()
    browser.post("/api/drop-role")
    assert wanted(browser, "/api/needs-role") == {"st-role", "st-perm"}


def test_a_passkey_as_first_factor(scene):
    email, passkey = scene.email(), scene.passkey()
    body = scene.registration(passkey, "secure", email=email)
    assert scene.browser.auth("/webauthn/signup", "secure", **body).json()["status"] == "OK"
    assert wanted(scene.browser, "/api/protected") == {"st-mfa"}
    verify_device(scene)
    assert wanted(scene.browser, "/api/protected") == set()


def test_a_verified_address_has_one_user(scene):
    """A password, then an account elsewhere, then a code: one user with three ways to sign in."""
    email = scene.signed_up()
    # An account is not linked to an unverified address.
    account = Account(email, email)
    refused = scene.new_browser().auth("/signinup", **account.visit(scene.browser)).json()
    assert refused["status"] == "SIGN_IN_UP_NOT_ALLOWED"
    verify_address(scene, email)
    user_id = scene.browser.get("/api/protected").json()["userId"]

    answer = scene.new_browser().auth("/signinup", **account.visit(scene.browser)).json()
    assert answer["user"]["id"] == user_id
    assert answer["user"]["isPrimaryUser"] is True
    attempt = scene.code(email=email)
    answer = scene.new_browser().auth("/signinup/code/consume", **typed(attempt)).json()
    assert answer["user"]["id"] == user_id
    recipes = {method["recipeId"] for method in answer["user"]["loginMethods"]}
    assert recipes == {"emailpassword", "thirdparty", "passwordless"}
    assert answer["user"]["emails"] == [email]


def test_without_the_flag_a_second_sign_in_is_another_session(scene):
    scene.signed_up()
    first = scene.browser.payload["sessionHandle"]
    attempt = scene.code(phoneNumber=scene.phone())
    scene.browser.auth("/signinup/code/consume", **typed(attempt))
    assert scene.browser.payload["sessionHandle"] != first


def test_a_code_by_text_message_as_second_factor(scene):
    email = scene.signed_up()
    verify_address(scene, email)
    scene.browser.post("/api/require-factor", json={"factor": "otp-phone"})
    scene.browser.put("/auth/mfa/info")
    assert wanted(scene.browser, "/api/protected") == {"st-mfa"}
    before = scene.browser.get("/auth/user/email/verify").status_code
    assert before == 200
    phone = scene.phone()
    begun = scene.browser.auth("/signinup/code", phoneNumber=phone, **FLAG).json()
    assert begun["flowType"] == "USER_INPUT_CODE"
    attempt = {**begun, **scene.message(phone)}
    assert attempt["link"] is None
    answer = scene.browser.auth("/signinup/code/consume", **typed(attempt), **FLAG).json()
    assert answer["status"] == "OK"
    assert answer["user"]["phoneNumbers"] == [phone]
    assert wanted(scene.browser, "/api/protected") == set()


def test_a_passkey_is_added_to_a_password_by_linking(scene):
    email = scene.signed_up()
    verify_address(scene, email)
    passkey = scene.passkey()
    body = scene.registration(passkey, email=email)
    answer = scene.browser.auth("/webauthn/signup", **body, **FLAG).json()
    assert answer["status"] == "OK", answer
    assert answer["user"]["webauthn"]["credentialIds"] == [passkey.credential_id]
    assert scene.browser.form("/signin", email=email, password=PASSWORD).json()["status"] == "OK"
