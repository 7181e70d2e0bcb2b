"""With a file, nothing is lost when the core stops or dies; without one, everything is."""

import signal
import sqlite3

import httpx
import pyotp
import pytest

from demo.local_core.app import create_app
from tests.authenticator import ORIGIN, Passkey
from tests.conftest import TIMEOUT
from tests.local_core.running import MINUTE, REFRESH, CoreClient, running_core, start

JWKS = "/.well-known/jwks.json"


@pytest.fixture
def db(tmp_path):
    return str(tmp_path / "core.sqlite")


def test_sessions_and_keys_survive_a_restart(clock, db):
    with CoreClient(clock, db) as core:
        core.put_tenant("t1", firstFactors=["emailpassword"])
        session = core.new_session(tenant="t1", payload={"a": 1})
        static = core.new_session(useDynamicSigningKey=False)
        keys = core.request("GET", JWKS).json()
    with CoreClient(clock, db) as core:
        assert core.request("GET", JWKS).json() == keys
        assert core.verify(session, check_database=True)["status"] == "OK"
        assert core.verify(static, check_database=True)["status"] == "OK"
        assert core.refresh(session)["session"]["userDataInJWT"] == {"a": 1}


def test_theft_is_detected_across_a_restart(clock, db):
    with CoreClient(clock, db) as core:
        first = core.new_session()
        core.refresh(core.refresh(first))
    with CoreClient(clock, db) as core:
        assert core.refresh(first)["status"] == "TOKEN_THEFT_DETECTED"


def test_users_and_tenants_survive_a_restart(clock, db):
    with CoreClient(clock, db) as core:
        user_id = core.sign_up("a@example.com")
        core.put_tenant("t1", coreConfig={"password_reset_token_lifetime": 70})
        core.ok("PUT", "/recipe/role", role="admin", permissions=["write"])
        core.ok("PUT", "/t1/recipe/user/role", userId=user_id, role="admin")
        core.ok("PUT", "/recipe/user/metadata", userId=user_id, metadataUpdate={"b": [2]})
        tenants = core.ok("GET", "/recipe/multitenancy/tenant/list/v2")
    with CoreClient(clock, db) as core:
        signed_in = core.ok("POST", "/recipe/signin", email="a@example.com", password="secret")
        assert signed_in["user"]["id"] == user_id
        assert core.ok("GET", "/t1/recipe/user/roles", userId=user_id)["roles"] == ["admin"]
        assert core.ok("GET", "/recipe/role/permissions", role="admin")["permissions"] == ["write"]
        metadata = core.ok("GET", "/recipe/user/metadata", userId=user_id)["metadata"]
        assert metadata == {"b": [2]}
        assert core.ok("GET", "/recipe/multitenancy/tenant/list/v2") == tenants


def test_what_signs_in_survives_a_restart(clock, db):
    party = {"relyingPartyId": "localhost", "relyingPartyName": "Shop", "origin": ORIGIN}
    provider = {"thirdPartyId": "google", "clients": [{"clientId": "id"}]}
    passkey = Passkey("localhost")
    with CoreClient(clock, db) as core:
        attempt = core.ok("POST", "/recipe/signinup/code", email="a@example.com")
        device = core.ok("POST", "/recipe/totp/device", userId="u", skew=1, period=30)
        config = "/recipe/multitenancy/config/thirdparty"
        core.ok("PUT", config, config=provider)
        path = "/recipe/webauthn/options/register"
        options = core.ok("POST", path, email="b@example.com", **party)
    with CoreClient(clock, db) as core:
        given = {name: attempt[name] for name in ("preAuthSessionId", "linkCode")}
        core.ok("POST", "/recipe/signinup/code/consume", **given)
        code = pyotp.TOTP(device["secret"]).at(clock.now // 1000)
        fields = {"userId": "u", "deviceName": device["deviceName"], "totp": code}
        core.ok("POST", "/recipe/totp/device/verify", **fields)
        tenant = core.ok("GET", "/recipe/multitenancy/tenant/v2")
        assert tenant["thirdParty"]["providers"] == [provider]
        credential = passkey.create(options["challenge"])
        options_id = options["webauthnGeneratedOptionsId"]
        fields = {"webauthnGeneratedOptionsId": options_id, "credential": credential}
        core.ok("POST", "/recipe/webauthn/signup", **fields)


def test_without_a_file_a_core_begins_empty(clock):
    with CoreClient(clock) as core:
        session = core.new_session()
    with CoreClient(clock) as core:
        assert core.refresh(session)["status"] == "UNAUTHORISED"


def test_a_killed_core_has_lost_nothing(db):
    process, address = start("--db", db)
    body = {"userId": "u", "enableAntiCsrf": False, "userDataInJWT": {}, "userDataInDatabase": {}}
    session = httpx.post(f"{address}/recipe/session", json=body, timeout=TIMEOUT).json()
    process.kill()
    process.communicate(timeout=TIMEOUT)
    assert process.returncode == -signal.SIGKILL
    with running_core("--db", db) as address:
        body = {**REFRESH, "refreshToken": session["refreshToken"]["token"]}
        response = httpx.post(
            f"{address}/recipe/session/refresh", json=body, timeout=TIMEOUT
        ).json()
    assert response["status"] == "OK"


def test_two_cores_can_share_a_file(clock, db):
    with CoreClient(clock, db) as one, CoreClient(clock, db) as two:
        session = one.new_session()
        child = two.refresh(session)
        assert one.verify(child)["status"] == "OK"
        assert two.refresh(session)["status"] == "TOKEN_THEFT_DETECTED"


def test_neither_password_nor_token_can_be_read_in_the_file(clock, db, tmp_path):
    with CoreClient(clock, db) as core:
        user_id = core.sign_up("a@example.com", password="correct-horse-7")
        session = core.new_session()
        fields = {"userId": user_id, "email": "a@example.com"}
        attempt = core.ok("POST", "/recipe/signinup/code", email="a@example.com")
        secrets = [
            "correct-horse-7",
            session["refreshToken"]["token"],
            session["accessToken"]["token"],
            core.ok("POST", "/recipe/user/password/reset/token", **fields)["token"],
            core.ok("POST", "/recipe/user/email/verify/token", **fields)["token"],
            core.ok("POST", "/recipe/webauthn/user/recover/token", **fields)["token"],
            attempt["deviceId"],
            attempt["linkCode"],
        ]
        stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"a@example.com" in stored
    for secret in secrets:
        assert secret.encode() not in stored


def test_expired_sessions_do_not_pile_up(clock, db):
    with CoreClient(clock, db) as core:
        core.in_app("a1", access_token_validity=1, refresh_token_validity=1).new_session()
        lasting = core.new_session()["session"]["handle"]
        clock.advance(MINUTE + 1)
        newest = core.new_session()["session"]["handle"]
    connection = sqlite3.connect(db)
    handles = {handle for (handle,) in connection.execute("SELECT handle FROM sessions")}
    connection.close()
    assert handles == {lasting, newest}


def test_a_file_of_a_later_version_is_left_alone(db):
    connection = sqlite3.connect(db)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(sqlite3.DatabaseError, match="schema 99"):
        create_app(db)
