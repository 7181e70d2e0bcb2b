"""What the APIs of passkeys answer, to an authenticator in software."""

from typing import Any

import httpx

from tests.demo.signing_in.passwords import linked_but_unverified
from tests.demo.signing_in.scene import HOUR, MINUTE, Scene
from tests.demo.signing_in.table import produces

OPTIONS, SIGN_UP = "POST /webauthn/options/register", "POST /webauthn/signup"
SIGN_IN, CREDENTIAL = "POST /webauthn/signin", "POST /webauthn/credential"
RECOVERY_TOKEN, RECOVER = "POST /user/webauthn/reset/token", "POST /user/webauthn/reset"
Body = dict[str, Any]


def unknown_options(body: Body) -> Body:
    return {**body, "webauthnGeneratedOptionsId": "x"}


def garbled(body: Body) -> Body:
    response = {**body["credential"]["response"], "attestationObject": "AAAA"}
    return {**body, "credential": {**body["credential"], "response": response}}


@produces(OPTIONS, "OK")
def ask_for_options(scene: Scene) -> httpx.Response:
    response = scene.browser.auth("/webauthn/options/register", email=scene.email())
    assert response.json()["rp"]["id"] == "localhost"
    return response


@produces(OPTIONS, "INVALID_EMAIL_ERROR")
def ask_for_options_without_an_address(scene: Scene) -> httpx.Response:
    return scene.browser.auth("/webauthn/options/register", email="nobody")


@produces(OPTIONS, "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR")
def ask_for_options_with_a_wrong_token(scene: Scene) -> httpx.Response:
    return scene.browser.auth("/webauthn/options/register", recoverAccountToken="x")


@produces("POST /webauthn/options/signin", "OK")
def ask_for_options_to_sign_in(scene: Scene) -> httpx.Response:
    response = scene.browser.auth("/webauthn/options/signin")
    assert response.json()["rpId"] == "localhost"
    return response


@produces(SIGN_UP, "OK", session=True)
def sign_up(scene: Scene) -> httpx.Response:
    return _sign_up(scene, scene.registration(scene.passkey(), email=scene.email()))


@produces(SIGN_UP, "SIGN_UP_NOT_ALLOWED", code="025")
def sign_up_with_the_verified_address_of_another_login(scene: Scene) -> httpx.Response:
    email = scene.email()
    scene.make_primary(scene.code_user(email=email))
    return _sign_up(scene, scene.registration(scene.passkey(), email=email))


@produces(SIGN_UP, "EMAIL_ALREADY_EXISTS_ERROR")
def sign_up_twice(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    return _sign_up(scene, scene.registration(scene.passkey(), email=email))


@produces(SIGN_UP, "INVALID_CREDENTIALS_ERROR")
def sign_up_with_garbage(scene: Scene) -> httpx.Response:
    return _sign_up(scene, garbled(scene.registration(scene.passkey(), email=scene.email())))


@produces(SIGN_UP, "OPTIONS_NOT_FOUND_ERROR")
def sign_up_with_unknown_options(scene: Scene) -> httpx.Response:
    body = scene.registration(scene.passkey(), email=scene.email())
    return _sign_up(scene, unknown_options(body))


@produces(SIGN_UP, "INVALID_OPTIONS_ERROR")
def sign_up_too_late(scene: Scene) -> httpx.Response:
    body = scene.registration(scene.passkey(), email=scene.email())
    with scene.clock.ahead(2 * MINUTE):
        return _sign_up(scene, body)


@produces(SIGN_UP, "INVALID_AUTHENTICATOR_ERROR")
def sign_up_on_another_site(scene: Scene) -> httpx.Response:
    passkey = scene.passkey(origin="http://evil.example")
    response = _sign_up(scene, scene.registration(passkey, email=scene.email()))
    assert response.json()["reason"]
    return response


@produces(SIGN_IN, "OK", session=True)
def sign_in(scene: Scene) -> httpx.Response:
    _, passkey = scene.signed_up_with_passkey()
    passkey.counter += 1
    assert _sign_in(scene, scene.assertion(passkey)).json()["status"] == "OK"
    passkey.counter += 1
    return _sign_in(scene, scene.assertion(passkey))


@produces(SIGN_IN, "INVALID_CREDENTIALS_ERROR")
def sign_in_with_an_unknown_passkey(scene: Scene) -> httpx.Response:
    return _sign_in(scene, scene.assertion(scene.passkey()))


@produces(SIGN_IN, "INVALID_CREDENTIALS_ERROR")
def sign_in_with_a_copied_passkey(scene: Scene) -> httpx.Response:
    _, passkey = scene.signed_up_with_passkey()
    passkey.counter = 5
    assert _sign_in(scene, scene.assertion(passkey)).json()["status"] == "OK"
    return _sign_in(scene, scene.assertion(passkey))


@produces(SIGN_IN, "INVALID_CREDENTIALS_ERROR")
def sign_in_too_late(scene: Scene) -> httpx.Response:
    _, passkey = scene.signed_up_with_passkey()
    body = scene.assertion(passkey)
    with scene.clock.ahead(2 * MINUTE):
        return _sign_in(scene, body)


@produces("GET /webauthn/email/exists", "OK")
def address_exists(scene: Scene) -> httpx.Response:
    path, query = "/auth/public/webauthn/email/exists", {"email": scene.email()}
    assert scene.browser.get(path, params=query).json()["exists"] is False
    query["email"], _ = scene.signed_up_with_passkey()
    response = scene.browser.get(path, params=query)
    assert response.json()["exists"] is True
    return response


@produces(RECOVERY_TOKEN, "OK")
def ask_to_recover(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    response = scene.browser.auth("/user/webauthn/reset/token", email=email)
    assert scene.message(email)["about"] == "account-recovery"
    return response


@produces(RECOVERY_TOKEN, "RECOVER_ACCOUNT_NOT_ALLOWED", code="001")
def ask_to_recover_what_would_take_a_user_over(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    linked_but_unverified(scene, scene.browser.get("/api/protected").json()["userId"])
    return scene.browser.auth("/user/webauthn/reset/token", email=email)


@produces(RECOVER, "OK")
def recover(scene: Scene) -> httpx.Response:
    token, passkey = _recovery_token(scene), scene.passkey()
    body = scene.registration(passkey, recoverAccountToken=token)
    response = _recover(scene, token, body)
    assert _sign_in(scene, scene.assertion(passkey)).json()["status"] == "OK"
    return response


@produces(RECOVER, "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR")
def recover_too_late(scene: Scene) -> httpx.Response:
    token = _recovery_token(scene)
    body = scene.registration(scene.passkey(), recoverAccountToken=token)
    with scene.clock.ahead(2 * HOUR):
        return _recover(scene, token, body)


@produces(RECOVER, "OPTIONS_NOT_FOUND_ERROR")
def recover_with_unknown_options(scene: Scene) -> httpx.Response:
    token = _recovery_token(scene)
    body = scene.registration(scene.passkey(), recoverAccountToken=token)
    return _recover(scene, token, unknown_options(body))


@produces(RECOVER, "INVALID_OPTIONS_ERROR")
def recover_with_options_for_another_address(scene: Scene) -> httpx.Response:
    token = _recovery_token(scene)
    return _recover(scene, token, scene.registration(scene.passkey(), email=scene.email()))


@produces(RECOVER, "INVALID_CREDENTIALS_ERROR")
def recover_with_garbage(scene: Scene) -> httpx.Response:
    token = _recovery_token(scene)
    body = scene.registration(scene.passkey(), recoverAccountToken=token)
    return _recover(scene, token, garbled(body))


@produces(RECOVER, "INVALID_AUTHENTICATOR_ERROR")
def recover_on_another_site(scene: Scene) -> httpx.Response:
    token, passkey = _recovery_token(scene), scene.passkey(origin="http://evil.example")
    return _recover(scene, token, scene.registration(passkey, recoverAccountToken=token))


@produces("GET /webauthn/credential/list", "OK")
def list_passkeys(scene: Scene) -> httpx.Response:
    _, passkey = scene.signed_up_with_passkey()
    response = scene.browser.get("/auth/webauthn/credential/list")
    (found,) = response.json()["credentials"]
    assert found["webauthnCredentialId"] == passkey.credential_id
    return response


@produces(CREDENTIAL, "OK")
def add_a_passkey(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    second = scene.passkey()
    response = _add(scene, scene.registration(second, email=email))
    assert _sign_in(scene, scene.assertion(second)).json()["status"] == "OK"
    return response


@produces(CREDENTIAL, "OPTIONS_NOT_FOUND_ERROR")
def add_a_passkey_with_unknown_options(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    return _add(scene, unknown_options(scene.registration(scene.passkey(), email=email)))


@produces(CREDENTIAL, "REGISTER_CREDENTIAL_NOT_ALLOWED", code="025")
def add_garbage(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    return _add(scene, garbled(scene.registration(scene.passkey(), email=email)))


@produces(CREDENTIAL, "REGISTER_CREDENTIAL_NOT_ALLOWED", code="026")
def add_a_passkey_of_another_site(scene: Scene) -> httpx.Response:
    email, _ = scene.signed_up_with_passkey()
    passkey = scene.passkey(origin="http://evil.example")
    return _add(scene, scene.registration(passkey, email=email))


@produces("POST /webauthn/credential/remove", "OK")
def remove_a_passkey(scene: Scene) -> httpx.Response:
    _, passkey = scene.signed_up_with_passkey()
    given = {"webauthnCredentialId": passkey.credential_id}
    response = scene.browser.post("/auth/webauthn/credential/remove", json=given)
    answer = _sign_in(scene, scene.assertion(passkey)).json()
    assert answer["status"] == "INVALID_CREDENTIALS_ERROR"
    return response


def _sign_up(scene: Scene, body: Body) -> httpx.Response:
    return scene.browser.auth("/webauthn/signup", **body)


def _sign_in(scene: Scene, body: Body) -> httpx.Response:
    return scene.new_browser().auth("/webauthn/signin", **body)


def _add(scene: Scene, body: Body) -> httpx.Response:
    return scene.browser.post("/auth/webauthn/credential", json=body)


def _recovery_token(scene: Scene) -> str:
    email, _ = scene.signed_up_with_passkey()
    scene.browser.auth("/user/webauthn/reset/token", email=email)
    return scene.token(email)


def _recover(scene: Scene, token: str, body: Body) -> httpx.Response:
    return scene.browser.auth("/user/webauthn/reset", token=token, **body)
