"""Access tokens, verified: claims by the core, signatures by a replacement for WebCrypto."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from supertokens_pyodide._core.flow.effects import Get
from supertokens_pyodide.errors import (
    AccessTokenHidden,
    NoSession,
    RefreshUnavailable,
    TokenInvalid,
    UnsupportedPlatform,
)
from supertokens_pyodide.testing import NetworkDown, Reply, TimedOut

from tests.unit.backend import API, REFRESH

JWKS = "/auth/jwt/jwks.json"


class Keys:
    """A backend's signing keys: the newest signs, all are published."""

    def __init__(self):
        self.private = {}
        self.rotate("first")

    def rotate(self, key_id):
        self.private[key_id] = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.newest = key_id

    def published(self, *key_ids, **headers):
        keys = []
        for key_id in key_ids or self.private:
            public = self.private[key_id].public_key()
            jwk = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)
            keys.append({**jwk, "kid": key_id, "alg": "RS256", "use": "sig"})
        return Reply(200, headers, text=json.dumps({"keys": keys}))

    def sign(self, claims, algorithm="RS256", **headers):
        headers = {"kid": self.newest, **headers}
        return jwt.encode(claims, self.private[self.newest], algorithm, headers)


@pytest.fixture(scope="module")
def first_keys():
    return Keys()


@pytest.fixture
def keys(first_keys):
    first_keys.private = {"first": first_keys.private["first"]}
    first_keys.newest = "first"
    return first_keys


@pytest.fixture
def published(new_world, keys):
    """A world whose backend publishes its keys."""
    world = new_world("header")
    world.sign_in()
    world.backend.always[JWKS] = lambda request: keys.published()
    return world


def claims_of(world, **more):
    now = world.backend.now // 1000
    claims = {"sub": "alice", "sessionHandle": "h", "tId": "public", "iat": now, "exp": now + 60}
    merged = {**claims, **more}
    return {name: value for name, value in merged.items() if value is not None}


def verify(world, token, **more):
    return world.tab.call("verify_access_token", token=token, **more)


def reason_of(world, token, **more):
    with pytest.raises(TokenInvalid) as raised:
        verify(world, token, **more)
    return raised.value.reason


def test_the_claims_of_a_good_token_are_returned(published, keys):
    claims = claims_of(published, roles=["admin"])
    assert verify(published, keys.sign(claims)) == claims
    [request] = published.browser.requests
    assert (request.method, request.url) == ("GET", API + JWKS)
    assert (request.headers, request.credentials) == ({}, "omit")


def test_without_a_token_it_is_the_sessions_own(published, keys):
    published.browser.set_cookie(f"st-access-token={keys.sign(claims_of(published))}")
    assert published.tab.call("verify_access_token")["sub"] == "alice"


def test_an_own_token_that_has_expired_is_refreshed_first(published):
    published.expire()
    assert reason_of(published, None) == "algorithm_not_allowed"  # the tests' backend signs HS256
    assert published.refreshes == 1


def test_without_a_session_there_is_no_token(published):
    published.tab.call("sign_out")
    with pytest.raises(NoSession):
        verify(published, None)


def test_an_own_token_that_cannot_be_refreshed_is_not_called_invalid(published):
    published.expire()
    published.backend.always[REFRESH] = NetworkDown()
    with pytest.raises(RefreshUnavailable):
        verify(published, None)


def test_a_token_that_the_page_cannot_see_is_reported_as_such(new_world):
    world = new_world()
    world.backend.exposes_access_token = False
    world.sign_in()
    with pytest.raises(AccessTokenHidden) as raised:
        verify(world, None)
    assert "exposeAccessTokenToFrontendInCookieBasedAuth" in raised.value.hint


# ---- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "token",
    ["", "no token", "a.b.c", "e30.e30.", "[" * 100_000, f"{'e30.' * 2}x", 7, ["a.b.c"]],
    ids=range(8),
)
def test_what_is_no_token_is_malformed(published, token):
    assert reason_of(published, token) in ("malformed", "algorithm_not_allowed")
    assert published.browser.requests == []


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512", "RS512", "PS256", "rs256"])
def test_no_algorithm_but_one_is_allowed(published, keys, algorithm):
    claims = claims_of(published)
    if algorithm.startswith("HS"):
        token = jwt.encode(claims, "a shared secret" * 5, algorithm, {"kid": keys.newest})
    elif algorithm == "none":
        token = jwt.encode(claims, None, algorithm, {"kid": keys.newest})
    elif algorithm == "rs256":
        head = jwt.utils.base64url_encode(b'{"alg":"rs256","kid":"first"}').decode()
        token = f"{head}.{keys.sign(claims).partition('.')[2]}"
    else:
        token = keys.sign(claims, algorithm)
    assert reason_of(published, token) == "algorithm_not_allowed"
    assert published.browser.requests == []


def test_a_signature_of_another_key_does_not_fit(published, keys):
    stranger = Keys()
    assert reason_of(published, stranger.sign(claims_of(published))) == "bad_signature"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_tampered_with_is_refused(published, keys, part):
    parts = keys.sign(claims_of(published)).split(".")
    if part == 0:
        parts[0] = jwt.utils.base64url_encode(b'{"kid":"first","alg":"RS256"}').decode()
    elif part == 1:
        parts[1] = keys.sign(claims_of(published, sub="mallory")).split(".")[1]
    else:
        parts[2] = parts[2][:-4] + ("AAAA" if parts[2][-4:] != "AAAA" else "BBBB")
    assert reason_of(published, ".".join(parts)) == "bad_signature"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"exp": None}, "malformed"),
        ({"exp": "soon"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": float("nan")}, "expired"),
        ({"exp": float("inf")}, "malformed"),
        ({"exp": 10**400}, "malformed"),
        ({"exp": 1}, "expired"),
        ({"nbf": 5_000_000_000}, "not_yet_valid"),
        ({"nbf": "1"}, "malformed"),
        ({"nbf": True}, "malformed"),
        ({"nbf": [1]}, "malformed"),
        ({"nbf": float("nan")}, "not_yet_valid"),
        ({"sub": None}, "not_an_access_token"),
        ({"sessionHandle": None}, "not_an_access_token"),
        ({"stt": 1}, "not_an_access_token"),
        ({"stt": False}, "not_an_access_token"),
        ({"stt": "0"}, "not_an_access_token"),
    ],
)
def test_claims_that_are_not_acceptable_are_refused(published, keys, more, reason):
    assert reason_of(published, keys.sign(claims_of(published, **more))) == reason


@pytest.mark.parametrize("more", [{"nbf": 1}, {"stt": 0}, {"iat": None}])
def test_claims_that_are_acceptable_are_not(published, keys, more):
    assert verify(published, keys.sign(claims_of(published, **more)))


def test_a_forged_token_is_a_forgery_first_and_expired_second(published):
    assert reason_of(published, Keys().sign(claims_of(published, exp=1))) == "bad_signature"


def test_a_token_expires_by_the_backends_clock_give_or_take_a_leeway(new_world, keys):
    world = new_world("header", clock_error=-3_600_000)
    world.sign_in()
    world.backend.always[JWKS] = keys.published()
    token = keys.sign(claims_of(world))
    assert verify(world, token)
    world.pass_time(61_000)
    assert reason_of(world, token) == "expired"
    assert verify(world, token, leeway=5)
    assert reason_of(world, token, leeway=0.5) == "expired"


@pytest.mark.parametrize(("leeway", "is_valid"), [(0, False), (29, False), (30, True), (60, True)])
def test_a_token_begins_by_the_backends_clock_give_or_take_a_leeway(
    published, keys, leeway, is_valid
):
    token = keys.sign(claims_of(published, nbf=published.backend.now // 1000 + 30))
    if is_valid:
        assert verify(published, token, leeway=leeway)
    else:
        assert reason_of(published, token, leeway=leeway) == "not_yet_valid"


@pytest.mark.parametrize("headers", [{}, {"kid": None}, {"kid": 7}])
def test_a_header_that_does_not_name_its_key_is_malformed(published, keys, headers):
    header = {"alg": "RS256", **headers}
    head = jwt.utils.base64url_encode(json.dumps(header).encode()).decode()
    token = f"{head}.{keys.sign(claims_of(published)).partition('.')[2]}"
    assert reason_of(published, token) == "malformed"


def test_without_web_crypto_no_token_is_called_invalid(published, keys):
    call = published.tab.begin_call("verify_access_token", token=keys.sign(claims_of(published)))
    for _ in range(2):  # it gets the keys, and continues
        published.tab.turn()
    [(_, step)] = published.tab._pending
    assert step["do"] == "verify"
    step["do"] = "nothing"
    with pytest.raises(UnsupportedPlatform):
        published.tab.run(call)


# ---- who has issued it, and for whom -------------------------------------------------------------

ISSUER = "https://api.example.com/auth"
OTHER_ISSUER = "https://other.example/auth"


@pytest.mark.parametrize(
    ("own", "asked", "named", "is_good"),
    [
        (ISSUER, None, ISSUER, True),
        (ISSUER, None, OTHER_ISSUER, False),
        (ISSUER, None, None, False),
        (ISSUER, OTHER_ISSUER, OTHER_ISSUER, True),
        (ISSUER, OTHER_ISSUER, ISSUER, False),
        (None, None, OTHER_ISSUER, True),  # it is unknown who it should be
        (None, ISSUER, OTHER_ISSUER, False),
        (None, ISSUER, None, False),
    ],
)
def test_the_issuer_must_be_the_sessions_own_or_the_one_that_was_asked_for(
    new_world, keys, own, asked, named, is_good
):
    world = new_world("header")
    if own is not None:
        world.backend.claims["iss"] = own
    world.sign_in()
    world.backend.always[JWKS] = keys.published()
    token = keys.sign({**claims_of(world), "iss": named}) if named else keys.sign(claims_of(world))
    more = {} if asked is None else {"issuer": asked}
    if is_good:
        assert verify(world, token, **more)
    else:
        assert reason_of(world, token, **more) == "wrong_issuer"


@pytest.mark.parametrize(
    ("asked", "named", "is_good"),
    [
        (None, "shop", True),
        ("shop", "shop", True),
        ("shop", ["bank", "shop"], True),
        (["bank", "shop"], "shop", True),
        ("shop", "bank", False),
        ("shop", ["bank"], False),
        ("shop", None, False),
        ("shop", {"shop": 1}, False),
        ([], "shop", False),
        (7, "shop", False),
    ],
)
def test_an_audience_is_looked_at_if_it_is_asked_for(published, keys, asked, named, is_good):
    token = keys.sign(claims_of(published, aud=named))
    if is_good:
        assert verify(published, token, audience=asked)
    else:
        assert reason_of(published, token, audience=asked) == "wrong_audience"


# ---- the key set ---------------------------------------------------------------------------------


def test_keys_are_fetched_once(published, keys):
    token = keys.sign(claims_of(published))
    calls = [published.tab.begin_call("verify_access_token", token=token) for _ in range(5)]
    published.run_all()
    assert all(call.result()["sub"] == "alice" for call in calls)
    assert verify(published, token)
    assert len(published.sent(JWKS)) == 1


def test_each_key_set_has_its_own_keys(published, keys):
    other = Keys()
    published.backend.always["/other.json"] = other.published()
    url = API + "/other.json"
    assert verify(published, other.sign(claims_of(published)), jwks_url=url)
    assert reason_of(published, other.sign(claims_of(published))) == "bad_signature"
    assert verify(published, keys.sign(claims_of(published)))


def test_after_a_rotation_the_keys_are_fetched_again(published, keys):
    old = keys.sign(claims_of(published))
    assert verify(published, old)
    keys.rotate("second")
    new = keys.sign(claims_of(published))
    calls = [published.tab.begin_call("verify_access_token", token=new) for _ in range(5)]
    published.run_all()
    assert all(call.result() for call in calls)
    assert verify(published, old)
    assert len(published.sent(JWKS)) == 2


def test_made_up_keys_do_not_have_them_fetched_all_the_time(published, keys):
    for number in range(20):
        token = keys.sign(claims_of(published), kid=f"made-up-{number}")
        assert reason_of(published, token) == "unknown_key"
    assert len(published.sent(JWKS)) == 2
    published.pass_time(10_000)
    keys.rotate("second")
    assert verify(published, keys.sign(claims_of(published)))
    assert len(published.sent(JWKS)) == 3


def test_a_key_set_is_asked_for_past_the_cache_when_it_lacks_the_key(published, keys):
    fresh = []
    resume = published.tab.client.session.flows.resume

    def watched(flow_id, result):
        effect = published.tab.client.session.flows.effect_of(flow_id)
        if isinstance(effect, Get):
            fresh.append(effect.fresh)
        return resume(flow_id, result)

    published.tab.client.session.flows.resume = watched
    reason_of(published, keys.sign(claims_of(published), kid="unknown"))
    assert fresh == [False, True]


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("", 300),
        ("max-age=60, must-revalidate", 60),
        ("public, Max-Age = 60", 60),
        ('max-age="60"', 60),
        ("s-maxage=60", 300),
        ("max-age=soon", 300),
        ("max-age=31536000, immutable", 3600),
        ("max-age=" + "9" * 5000, 3600),
    ],
)
def test_a_key_that_was_removed_counts_as_long_as_its_response_may_be_kept(
    published, keys, cache_control, seconds
):
    headers = {"cache-control": cache_control}
    published.backend.always[JWKS] = keys.published(**headers)
    old = keys.sign(claims_of(published, exp=5_000_000_000))
    assert verify(published, old)
    keys.rotate("second")
    published.backend.always[JWKS] = keys.published("second", **headers)
    published.pass_time(seconds * 1000 - 1)
    assert verify(published, old)
    assert len(published.sent(JWKS)) == 1
    published.pass_time(1)
    assert reason_of(published, old) == "unknown_key"
    assert verify(published, keys.sign(claims_of(published)))


@pytest.mark.parametrize("cache_control", ["no-store", "max-age=0", "no-cache, max-age=60"])
def test_a_key_set_that_must_not_be_kept_is_not(published, keys, cache_control):
    published.backend.always[JWKS] = keys.published(**{"cache-control": cache_control})
    token = keys.sign(claims_of(published))
    assert verify(published, token)
    assert verify(published, token)
    assert len(published.sent(JWKS)) == 2


def test_keys_that_have_gone_out_of_date_are_not_used_while_the_backend_is_away(published, keys):
    token = keys.sign(claims_of(published, exp=5_000_000_000))
    assert verify(published, token)
    published.pass_time(3_600_000)
    published.backend.answers[JWKS] = [NetworkDown()]
    assert reason_of(published, token) == "keys_unavailable"
    assert verify(published, token)


def test_a_clock_that_was_set_back_does_not_prolong_a_keys_life(published, keys):
    token = keys.sign(claims_of(published))
    assert verify(published, token)
    published.browser.now -= 3_600_000
    verify_again = published.tab.begin_call("verify_access_token", token=token)
    published.run_all()
    assert verify_again.ended
    assert len(published.sent(JWKS)) == 2


@pytest.mark.parametrize(
    "answer",
    [
        NetworkDown(),
        TimedOut(),
        Reply(404),
        Reply(500),
        Reply(200, text="<html>"),
        Reply(200, text="[]"),
        Reply(200, text="{}"),
        Reply(200, text='{"keys": 7}'),
        Reply(200, text="[" * 100_000),
    ],
    ids=range(9),
)
def test_without_keys_the_result_is_unknown_and_the_next_call_tries_again(published, keys, answer):
    token = keys.sign(claims_of(published))
    published.backend.answers[JWKS] = [answer]
    with pytest.raises(TokenInvalid) as raised:
        verify(published, token)
    assert raised.value.reason == "keys_unavailable"
    assert API + JWKS in raised.value.message
    assert "try again" in raised.value.hint
    assert verify(published, token)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        "key",
        {},
        {"kty": "EC", "kid": "first"},
        {"kty": "RSA", "kid": 7, "n": "x", "e": "AQAB"},
        {"kty": "RSA", "kid": "first", "n": 7, "e": "AQAB"},
        {"kty": "RSA", "kid": "first", "n": "x", "e": "AQAB", "use": "enc"},
        {"kty": "RSA", "kid": "first", "n": "x", "e": "AQAB", "alg": "RS512"},
    ],
)
def test_keys_that_are_of_no_use_are_passed_over(published, keys, odd):
    known = json.loads(keys.published().text)["keys"]
    published.backend.always[JWKS] = Reply(200, text=json.dumps({"keys": [odd, *known, odd]}))
    assert verify(published, keys.sign(claims_of(published)))


def test_no_token_shows_in_what_is_said_of_it(published, keys, received):
    token = keys.sign(claims_of(published))
    published.backend.secrets += [token, keys.sign(claims_of(published, sub="mallory"))]
    verify(published, token)
    reason_of(published, token[:-8])
    reason_of(published, Keys().sign(claims_of(published)))
