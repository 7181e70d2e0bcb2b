"""What the sign-in APIs refuse with another HTTP status than 200, and where the SDK fails.

The last are defects of supertokens-python 0.31.4 that a frontend must expect. When one of them is
repaired, its test fails, and the frontend has a status more.
"""

import pytest

from tests.demo.running import PASSWORD
from tests.demo.signing_in.account import CALLBACK, Account
from tests.demo.signing_in.scene import MINUTE, typed, wrong

FLAG = {"shouldTryLinkingWithSessionUser": True}
FIELDS = [{"id": "email", "value": "a@example.com"}, {"id": "password", "value": PASSWORD}]


@pytest.fixture
def scene(new_scene):
    return new_scene()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/signup", {"formFields": "x"}),
        ("/signup", {"formFields": [*FIELDS, {"id": "colour", "value": "red"}]}),
        ("/signinup/code", {}),
        ("/signinup/code", {"email": "a@example.com", "phoneNumber": "+14155550101"}),
        ("/signinup/code/resend", {"deviceId": "x"}),
        ("/signinup/code/consume", {"preAuthSessionId": "x"}),
        ("/signinup", {"thirdPartyId": "nobody", "redirectURIInfo": {}}),
        ("/user/password/reset", {"formFields": FIELDS[1:]}),
    ],
)
def test_malformed_input_is_400(scene, path, body):
    response = scene.browser.auth(path, **body)
    assert response.status_code == 400, response.text
    assert response.json()["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/user/email/verify/token"),
        ("GET", "/auth/user/email/verify"),
        ("POST", "/auth/totp/device"),
        ("GET", "/auth/totp/device/list"),
        ("POST", "/auth/totp/verify"),
        ("PUT", "/auth/mfa/info"),
        ("GET", "/auth/webauthn/credential/list"),
        ("GET", "/api/needs-verified-email"),
    ],
)
def test_without_a_session_it_is_401(scene, method, path):
    response = scene.browser.request(method, path, json={} if method != "GET" else None)
    assert response.status_code == 401
    assert response.json()["message"] == "unauthorised"


def test_linking_without_a_session_is_401(scene):
    response = scene.browser.auth("/signup", formFields=FIELDS, **FLAG)
    assert response.status_code == 401


def test_a_factor_that_begins_no_session_of_the_tenant_is_401(scene):
    response = scene.browser.auth("/signinup/code", "acme", email=scene.email())
    assert response.status_code == 401


def test_factors_are_changed_only_after_all_factors(scene):
    email = scene.signed_up("secure")
    name, codes = scene.totp_device()
    scene.browser.post("/auth/totp/device/verify", json={"deviceName": name, "totp": codes.now()})
    browser = scene.new_browser()
    browser.form("/signin", "secure", email=email, password=PASSWORD)
    for path, body in (
        ("totp/device", {}),
        ("totp/device/remove", {"deviceName": name}),
        ("webauthn/credential/remove", {"webauthnCredentialId": "x"}),
    ):
        response = browser.post(f"/auth/{path}", json=body)
        assert response.status_code == 403, path
        (error,) = response.json()["claimValidationErrors"]
        assert error["id"] == "st-mfa"


def test_linking_takes_a_verified_address(scene):
    scene.signed_up()
    phone = scene.phone()
    begun = scene.browser.auth("/signinup/code", phoneNumber=phone, **FLAG).json()
    body = typed({**begun, **scene.message(phone)})
    for response in (
        scene.browser.auth("/signinup/code/consume", **body, **FLAG),
        scene.browser.form("/signup", more=FLAG, email=scene.email(), password=PASSWORD),
    ):
        assert response.status_code == 403
        (error,) = response.json()["claimValidationErrors"]
        assert error["id"] == "st-ev"


def test_a_wrong_code_for_ones_own_unverified_address_is_reported_as_an_unverified_address(scene):
    email = scene.signed_up()
    scene.browser.post("/api/require-factor", json={"factor": "otp-email"})
    scene.browser.put("/auth/mfa/info")
    begun = scene.browser.auth("/signinup/code", email=email, **FLAG).json()
    attempt = {**begun, **scene.message(email)}
    # As a second factor there is a code only, and no link.
    assert attempt["link"] is None
    body = typed(attempt, wrong(attempt["code"]))
    response = scene.browser.auth("/signinup/code/consume", **body, **FLAG)
    assert response.status_code == 403
    assert response.json()["claimValidationErrors"][0]["id"] == "st-ev"
    answer = scene.browser.auth("/signinup/code/consume", **typed(attempt), **FLAG).json()
    assert answer["status"] == "OK"


def test_a_tenant_with_a_dot_is_404(scene):
    assert scene.browser.auth("/signup", "a.b", formFields=FIELDS).status_code == 404


# ---- where the SDK fails


def test_an_unknown_tenant_is_500(scene):
    assert scene.browser.auth("/signup", "nowhere", formFields=FIELDS).status_code == 500
    assert scene.browser.get("/auth/nowhere/loginmethods").status_code == 500


def test_a_provider_code_that_was_used_is_500(scene):
    email = scene.email()
    body = Account(email, email).visit(scene.browser)
    assert scene.browser.auth("/signinup", **body).json()["status"] == "OK"
    assert scene.new_browser().auth("/signinup", **body).status_code == 500


def test_a_refusal_at_the_provider_is_500_if_it_is_sent_on(scene):
    email = scene.email()
    body = Account(email, email).visit(scene.browser, refuse="consent")
    assert body["redirectURIInfo"]["redirectURIQueryParams"]["error"] == "access_denied"
    assert scene.browser.auth("/signinup", **body).status_code == 500


def test_a_callback_with_another_verifier_is_500(scene):
    email = scene.email()
    body = Account(email, email).visit(scene.browser)
    body["redirectURIInfo"]["pkceCodeVerifier"] = "x" * 43
    assert scene.browser.auth("/signinup", **body).status_code == 500


def test_an_unknown_provider_is_400(scene):
    query = {"thirdPartyId": "nobody", "redirectURIOnProviderDashboard": scene.origin + CALLBACK}
    response = scene.browser.get("/auth/public/authorisationurl", params=query)
    assert response.status_code == 400


def test_the_name_of_a_verified_device_is_500(scene):
    scene.signed_up()
    name, codes = scene.totp_device(deviceName="phone")
    scene.browser.post("/auth/totp/device/verify", json={"deviceName": name, "totp": codes.now()})
    response = scene.browser.post("/auth/totp/device", json={"deviceName": "phone"})
    assert response.status_code == 500


def test_any_code_completes_the_factor_of_a_verified_device(scene):
    """Not an error, and the worse for it: a step-up on TOTP alone would be worth nothing."""
    scene.signed_up()
    name, codes = scene.totp_device()
    body = {"deviceName": name, "totp": codes.now()}
    scene.browser.post("/auth/totp/device/verify", json=body)
    body["totp"] = "wrong"
    answer = scene.browser.post("/auth/totp/device/verify", json=body).json()
    assert answer == {"status": "OK", "wasAlreadyVerified": True}
    assert "totp" in scene.browser.payload["st-mfa"]["c"]


def test_a_passkey_beside_a_password_is_500_without_linking(scene):
    email = scene.signed_up()
    body = scene.registration(scene.passkey(), email=email)
    assert scene.browser.post("/auth/webauthn/credential", json=body).status_code == 500


def test_a_passkey_that_is_there_already_is_500(scene):
    email, passkey = scene.signed_up_with_passkey()
    body = scene.registration(passkey, email=email)
    assert scene.browser.post("/auth/webauthn/credential", json=body).status_code == 500


def test_options_that_have_expired_are_500_for_one_more_passkey(scene):
    email, _ = scene.signed_up_with_passkey()
    body = scene.registration(scene.passkey(), email=email)
    with scene.clock.ahead(2 * MINUTE):
        assert scene.browser.post("/auth/webauthn/credential", json=body).status_code == 500


def test_removing_an_unknown_passkey_is_500(scene):
    scene.signed_up_with_passkey()
    body = {"webauthnCredentialId": "x"}
    assert scene.browser.post("/auth/webauthn/credential/remove", json=body).status_code == 500


def test_an_answer_that_is_no_credential_is_500(scene):
    body = scene.registration(scene.passkey(), email=scene.email())
    del body["credential"]["response"]
    assert scene.browser.auth("/webauthn/signup", **body).status_code == 500


def test_an_unknown_transport_is_500(scene):
    body = scene.registration(scene.passkey(), email=scene.email())
    body["credential"]["response"]["transports"] = ["pigeon"]
    assert scene.browser.auth("/webauthn/signup", **body).status_code == 500


def test_a_passkey_that_must_not_be_linked_is_500(scene):
    other = scene.new_browser()
    email = scene.signed_up()
    scene.verify(scene.browser.get("/api/protected").json()["userId"], email)
    scene.browser.get("/auth/user/email/verify")
    # A new one, whose address is not verified; then one that signs another user in.
    body = scene.registration(scene.passkey(), email=scene.email())
    assert scene.browser.auth("/webauthn/signup", **body, **FLAG).status_code == 500
    passkey, address = scene.passkey(), scene.email()
    body = scene.registration(passkey, email=address)
    assert other.auth("/webauthn/signup", **body).json()["status"] == "OK"
    body = scene.assertion(passkey)
    assert scene.browser.auth("/webauthn/signin", **body, **FLAG).status_code == 500


def test_a_passkey_whose_address_is_another_users_is_500(scene):
    email, passkey = scene.signed_up_with_passkey()
    scene.make_primary(scene.code_user(email=email))
    body = scene.assertion(passkey)
    assert scene.new_browser().auth("/webauthn/signin", **body).status_code == 500


def test_an_attempt_whose_parts_do_not_fit_is_500(scene):
    one, two = (typed(scene.code(email=scene.email())) for _ in range(2))
    body = {**one, "preAuthSessionId": two["preAuthSessionId"]}
    assert scene.browser.auth("/signinup/code/consume", **body).status_code == 500
