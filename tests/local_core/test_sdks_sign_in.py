"""Signing in without a password works on this core with either SDK, unchanged."""

import itertools
import time

import pyotp
import pytest

from tests.authenticator import Passkey
from tests.local_core.running import node_sdk, python_sdk

INVALID_TOKEN = "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR"


# Each SDK has users of its own on the same core.
_numbers = itertools.count(100_000)


@pytest.fixture(scope="module", params=[python_sdk, node_sdk])
def sdk(request, shared_core):
    sdk = request.param(shared_core, "--sign-in")
    yield sdk
    sdk.close()


@pytest.fixture
def phone():
    return f"+4915123{next(_numbers)}"


def test_a_code_or_a_link_signs_in(sdk, email):
    attempt = sdk.create_code("public", email, None)
    wrong = "000000" if attempt["code"] != "000000" else "111111"
    response = sdk.consume_code("public", attempt, wrong)
    assert (response["status"], response["failed"]) == ("INCORRECT_USER_INPUT_CODE_ERROR", 1)
    assert sdk.check_code("public", attempt, attempt["code"]) == "OK"
    status, second = sdk.new_code("public", attempt["deviceId"])
    assert status == "OK"
    assert sdk.count_attempts("public", email) == 1
    response = sdk.consume_code("public", attempt, second)
    assert response["status"] == "OK"
    assert response["user"]["emails"] == [email]
    assert response["user"]["loginMethods"][0]["verified"] is True
    restart = "RESTART_FLOW_ERROR"
    assert sdk.consume_code("public", attempt, attempt["code"])["status"] == restart
    assert sdk.new_code("public", attempt["deviceId"]) == [restart, None]

    again = sdk.consume_link("public", sdk.create_code("public", email, None))
    assert again["user"]["id"] == response["user"]["id"]
    revoked = sdk.create_code("public", email, None)
    sdk.revoke_codes("public", email)
    assert sdk.consume_link("public", revoked)["status"] == restart


def test_an_address_and_a_number_of_one_user(sdk, new_email, phone):
    email, taken = new_email(), new_email()
    user_id = sdk.consume_link("public", sdk.create_code("public", email, None))["user"]["id"]
    sdk.consume_link("public", sdk.create_code("public", taken, None))
    assert sdk.update_contact(user_id, taken, None) == "EMAIL_ALREADY_EXISTS_ERROR"
    assert sdk.update_contact("nobody", email, None) == "UNKNOWN_USER_ID_ERROR"
    assert sdk.update_contact(user_id, None, phone) == "OK"
    assert sdk.users_by("public", None, phone) == [user_id]
    assert sdk.users_by("public", email, phone) == [user_id]


def test_an_account_elsewhere_signs_in(sdk, email, tenant):
    first = sdk.third_party_user(tenant, email, email, False)
    assert (first["status"], first["created"]) == ("OK", True)
    assert first["user"]["thirdParty"] == [{"id": "google", "userId": email}]
    again = sdk.third_party_user(tenant, email, f"new-{email}", True)
    assert (again["status"], again["created"]) == ("OK", False)
    assert again["user"]["emails"] == [f"new-{email}"]
    assert again["user"]["loginMethods"][0]["verified"] is True


def test_a_tenant_has_providers_of_its_own(sdk, tenant):
    assert sdk.client_ids(tenant) == []
    assert sdk.put_provider(tenant, "one") is True
    assert sdk.put_provider(tenant, "two") is False
    assert sdk.client_ids(tenant) == ["two"]
    assert sdk.client_ids("public") == []
    assert sdk.delete_provider(tenant) is True
    assert sdk.delete_provider(tenant) is False


def test_one_time_passwords(sdk, email):
    user_id = sdk.sign_up("public", email, "correct-horse-7")["user"]["id"]
    device = sdk.create_totp_device(user_id, None)
    assert device["name"] == "TOTP Device 0"
    codes = pyotp.TOTP(device["secret"])

    def code(ahead=0):
        return codes.at(int(time.time()) + ahead)

    assert sdk.verify_totp("public", user_id, code()) == "INVALID_TOTP_ERROR"
    assert sdk.verify_totp_device("public", user_id, "x", code()) == "UNKNOWN_DEVICE_ERROR"
    assert sdk.verify_totp_device("public", user_id, device["name"], code()) == "OK"
    used = code(ahead=30)
    assert sdk.verify_totp("public", user_id, used) == "OK"
    assert sdk.verify_totp("public", user_id, used) == "INVALID_TOTP_ERROR"
    assert sdk.rename_totp_device(user_id, device["name"], "phone") == "OK"
    assert sdk.rename_totp_device(user_id, "x", "phone") == "UNKNOWN_DEVICE_ERROR"
    assert sdk.totp_devices(user_id) == [["phone", True]]
    for _ in range(4):
        sdk.verify_totp("public", user_id, "no code")
    assert sdk.verify_totp("public", user_id, code()) == "LIMIT_REACHED_ERROR"
    assert sdk.remove_totp_device(user_id, "phone") is True
    assert sdk.remove_totp_device(user_id, "phone") is False
    assert sdk.verify_totp("public", user_id, "123456") == "UNKNOWN_USER_ID_ERROR"


def test_a_passkey_signs_up_and_in(sdk, email):
    passkey = Passkey("localhost")

    def sign_in():
        options_id, challenge = sdk.passkey_sign_in_options("public")
        credential = passkey.get(challenge)
        del credential["response"]["userHandle"]
        return sdk.passkey_sign_in("public", options_id, credential)

    options_id, challenge = sdk.passkey_register_options("public", email)
    response = sdk.passkey_sign_up("public", options_id, passkey.create(challenge))
    assert response["status"] == "OK"
    user_id = response["user"]["id"]
    assert response["user"]["webauthn"]["credentialIds"] == [passkey.credential_id]
    assert sign_in()["user"]["id"] == user_id
    assert sdk.passkeys(user_id) == [passkey.credential_id]

    token = sdk.recovery_token("public", user_id, email)
    assert sdk.user_of_recovery_token("public", token)["user"]["id"] == user_id
    assert sdk.use_recovery_token("public", token) == "OK"
    assert sdk.use_recovery_token("public", token) == INVALID_TOKEN
    assert sdk.user_of_recovery_token("public", token)["status"] == INVALID_TOKEN
    assert sdk.recovery_token("public", "nobody", email) is None

    assert sdk.remove_passkey(user_id, passkey.credential_id) == "OK"
    assert sdk.remove_passkey(user_id, passkey.credential_id) == "CREDENTIAL_NOT_FOUND_ERROR"
    assert sign_in()["status"] == "CREDENTIAL_NOT_FOUND_ERROR"
