"""Passkeys in a tenant of their own: the demo's backend names it where the SDK does not."""

import pytest

TENANT = "secure"


@pytest.fixture
def scene(new_scene):
    return new_scene()


def signed_up(scene):
    email = scene.email()
    body = scene.registration(scene.passkey(), TENANT, email=email)
    assert scene.browser.auth("/webauthn/signup", TENANT, **body).json()["status"] == "OK"
    return email


def test_an_account_is_recovered_in_its_tenant(scene):
    email = signed_up(scene)
    scene.browser.auth("/user/webauthn/reset/token", TENANT, email=email)
    token, passkey = scene.token(email), scene.passkey()
    body = scene.registration(passkey, TENANT, recoverAccountToken=token)
    answer = scene.browser.auth("/user/webauthn/reset", TENANT, token=token, **body)
    assert answer.json() == {"status": "OK"}
    body = scene.assertion(passkey, TENANT)
    assert scene.browser.auth("/webauthn/signin", TENANT, **body).json()["status"] == "OK"


def test_a_further_passkey_is_added_in_its_tenant(scene):
    email = signed_up(scene)
    name, codes = scene.totp_device()
    scene.browser.post("/auth/totp/device/verify", json={"deviceName": name, "totp": codes.now()})
    body = scene.registration(scene.passkey(), TENANT, email=email)
    assert scene.browser.auth("/webauthn/credential", TENANT, **body).json() == {"status": "OK"}
    assert len(scene.browser.get("/auth/webauthn/credential/list").json()["credentials"]) == 2
