"""The kinds of key that sign, tokens that are no good, and the application's own JWTs."""

import jwt
import pytest

from tests.local_core.running import HOUR, MINUTE, SECOND

INTERVAL = 168 * HOUR


def key_of(session):
    return jwt.get_unverified_header(session["accessToken"]["token"])["kid"]


def key_ids(core):
    return [key["kid"] for key in core.request("GET", "/.well-known/jwks.json").json()["keys"]]


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})


@pytest.mark.parametrize("dynamic", [True, False])
def test_a_refresh_can_change_the_kind_of_key_for_good(core, dynamic):
    prefix = "d-" if dynamic else "s-"
    session = core.new_session(useDynamicSigningKey=not dynamic)
    assert not key_of(session).startswith(prefix)
    child = core.ok(
        "POST",
        "/recipe/session/refresh",
        refreshToken=session["refreshToken"]["token"],
        enableAntiCsrf=False,
        useDynamicSigningKey=dynamic,
    )
    assert key_of(child).startswith(prefix)
    again = core.refresh(child, dynamic=dynamic)
    assert key_of(again).startswith(prefix)
    assert key_of(core.verify(again)).startswith(prefix)


def test_a_key_stays_as_long_as_its_tokens_may_live(core, clock):
    core.new_session()
    clock.advance(INTERVAL - 1)
    # The last token that the key signs.
    session = core.new_session()
    clock.advance(HOUR - SECOND)
    assert core.verify(session)["status"] == "OK"
    clock.advance(HOUR + 2 * SECOND)
    assert key_of(session) not in key_ids(core)
    assert core.verify(session) == {"status": "TRY_REFRESH_TOKEN", "message": "Key not found"}
    assert core.refresh(session)["status"] == "OK"


def test_after_a_long_silence_the_newest_key_signs_at_once(core, clock):
    core.new_session()
    clock.advance(2 * INTERVAL)
    assert key_of(core.new_session()) == f"d-{clock.now}"


def test_an_app_can_choose_how_long_its_keys_last(core, clock):
    core = core.in_app("a1", access_token_dynamic_signing_key_update_interval=1.5)
    first = key_of(core.new_session())
    clock.advance(HOUR + 29 * MINUTE)
    assert key_of(core.new_session()) == first
    clock.advance(2 * MINUTE)
    assert key_of(core.new_session()) != first


def test_a_token_with_another_algorithm_is_refused(core):
    session = core.new_session()
    claims = claims_of(session["accessToken"]["token"])
    headers = {"kid": key_of(session), "version": "5"}
    for token in (
        jwt.encode(claims, None, algorithm="none", headers=headers),
        jwt.encode(claims, "secret" * 10, algorithm="HS256", headers=headers),
    ):
        response = core.verify({"accessToken": {"token": token}})
        assert response == {"status": "TRY_REFRESH_TOKEN", "message": "JWT verification failed"}


def own_jwt(core, **fields):
    defaults = {"algorithm": "RS256", "jwksDomain": "http://me", "payload": {}, "validity": 60}
    return core.response("POST", "/recipe/jwt", **{**defaults, **fields})


def test_a_jwt_that_is_no_access_token_is_refused(core):
    response = core.verify({"accessToken": {"token": own_jwt(core)["jwt"]}})
    assert response["status"] == "TRY_REFRESH_TOKEN"
    assert response["message"].startswith("Access token does not contain all the information")


def test_an_own_jwt_has_an_issuer_and_ends(core, clock):
    token = own_jwt(core, algorithm="rs256", payload={"a": 1})["jwt"]
    assert claims_of(token) == {
        "iss": "http://me",
        "iat": clock.now // 1000,
        "exp": clock.now // 1000 + 60,
        "a": 1,
    }
    header = jwt.get_unverified_header(token)
    assert set(header) == {"alg", "typ", "kid"}
    (key,) = (
        jwt.PyJWK(key)
        for key in core.ok("GET", "/recipe/jwt/jwks")["keys"]
        if key["kid"] == header["kid"]
    )
    options = {"verify_exp": False, "verify_iat": False}
    assert jwt.decode(token, key, algorithms=["RS256"], options=options)["a"] == 1


def test_an_own_jwt_says_what_the_application_wants(core):
    payload = {"iss": "another", "exp": 1, "sub": 5}
    token = own_jwt(core, payload=payload)["jwt"]
    assert claims_of(token).items() >= payload.items()


@pytest.mark.parametrize(("static", "prefix"), [({}, "s-"), (True, "s-"), (False, "d-")])
def test_an_own_jwt_is_signed_by_the_static_key_by_default(core, static, prefix):
    fields = {} if static == {} else {"useStaticSigningKey": static}
    header = jwt.get_unverified_header(own_jwt(core, **fields)["jwt"])
    assert header["kid"].startswith(prefix)


def test_an_algorithm_that_is_not_there(core):
    assert own_jwt(core, algorithm="HS256") == {"status": "UNSUPPORTED_ALGORITHM_ERROR"}
