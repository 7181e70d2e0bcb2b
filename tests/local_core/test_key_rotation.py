"""The keys: dynamic ones follow each other, and tokens of the older ones still verify."""

from typing import Any

import jwt
import pytest

from tests.local_core.running import HOUR, MINUTE, Clock, CoreClient


def key_set(core: CoreClient, prefix: str = "") -> dict[str, Any]:
    response = core.request("GET", f"{prefix or core.base}/.well-known/jwks.json")
    assert response.status_code == 200
    return {key["kid"]: key for key in response.json()["keys"]}


def key_id(tokens: dict[str, Any]) -> str:
    kid: str = jwt.get_unverified_header(tokens["accessToken"]["token"])["kid"]
    return kid


def verified(core: CoreClient, tokens: dict[str, Any]) -> dict[str, Any]:
    """The claims of an access token, verified with the public keys alone."""
    key = jwt.PyJWK(key_set(core)[key_id(tokens)])
    # The tests' clock is not that of PyJWT.
    claims: dict[str, Any] = jwt.decode(
        tokens["accessToken"]["token"],
        key,
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False},
    )
    return claims


def test_an_access_token_says_what_the_sdks_read(core: CoreClient, clock: Clock):
    tokens = core.new_session("alice", payload={"plan": "free"}, anti_csrf=True)
    header = jwt.get_unverified_header(tokens["accessToken"]["token"])
    assert header == {"alg": "RS256", "typ": "JWT", "kid": key_id(tokens), "version": "5"}
    claims = verified(core, tokens)
    assert len(claims.pop("refreshTokenHash1")) == 64
    assert claims == {
        "plan": "free",
        "sub": "alice",
        "rsub": "alice",
        "tId": "public",
        "iat": clock.now // 1000,
        "exp": clock.now // 1000 + 3600,
        "sessionHandle": tokens["session"]["handle"],
        "parentRefreshTokenHash1": None,
        "antiCsrfToken": tokens["antiCsrfToken"],
    }


@pytest.mark.parametrize(("dynamic", "prefix"), [(None, "d-"), (True, "d-"), (False, "s-")])
def test_the_session_chooses_the_kind_of_key(core: CoreClient, dynamic: bool | None, prefix: str):
    fields = {} if dynamic is None else {"useDynamicSigningKey": dynamic}
    tokens = core.new_session(**fields)
    assert key_id(tokens).startswith(prefix)
    # Each refresh chooses again.
    for choice, kind in ((False, "s-"), (True, "d-")):
        tokens = core.refresh(tokens, dynamic=choice)
        assert key_id(tokens).startswith(kind)
    assert verified(core, tokens)["sub"] == "user"


def test_the_keys_are_public_ones(core: CoreClient):
    for key in key_set(core).values():
        assert set(key) == {"kty", "kid", "n", "e", "alg", "use"}


def test_old_tokens_verify_after_a_rotation(core: CoreClient, clock: Clock):
    core = core.in_app("a1", access_token_validity=7200)
    core.new_session()
    clock.advance(167 * HOUR)
    before = core.new_session()
    clock.advance(HOUR + MINUTE)
    after = core.new_session()
    assert key_id(after) != key_id(before)
    assert verified(core, before)["sub"] == verified(core, after)["sub"] == "user"
    assert core.verify(before)["status"] == core.verify(after)["status"] == "OK"


def test_static_keys_stay_and_old_dynamic_ones_go(core: CoreClient, clock: Clock):
    first = set(key_set(core))
    clock.advance(400 * HOUR)
    later = set(key_set(core))
    assert {kid for kid in first if kid.startswith("s-")} <= later
    assert not {kid for kid in first if kid.startswith("d-")} & later


def test_a_key_is_published_before_it_signs(core: CoreClient, clock: Clock):
    first = key_id(core.new_session())
    clock.advance(168 * HOUR - MINUTE // 2)
    assert key_id(core.new_session()) == first
    published = set(key_set(core))
    clock.advance(MINUTE)
    assert key_id(core.new_session()) in published - {first}


def test_caches_keep_the_keys_as_long_as_they_are_good(core: CoreClient, clock: Clock):
    def max_age() -> int:
        control = core.request("GET", "/.well-known/jwks.json").headers["cache-control"]
        return int(control.split(",")[0].removeprefix("max-age="))

    first = max_age()
    assert 0 < first <= 168 * 3600
    clock.advance(HOUR)
    assert max_age() == first - 3600


def test_apps_have_keys_of_their_own(core: CoreClient):
    core.ok("PUT", "/recipe/multitenancy/app/v2", appId="other")
    here, there = key_set(core).values(), key_set(core, "/appid-other").values()
    assert not {key["n"] for key in here} & {key["n"] for key in there}


def test_a_token_of_another_app_is_refused(core: CoreClient):
    core.ok("PUT", "/recipe/multitenancy/app/v2", appId="other")
    token = core.new_session()["accessToken"]["token"]
    response = core.response(
        "POST",
        "/appid-other/recipe/session/verify",
        accessToken=token,
        enableAntiCsrf=False,
        doAntiCsrfCheck=False,
        checkDatabase=False,
    )
    assert response["status"] == "TRY_REFRESH_TOKEN"
