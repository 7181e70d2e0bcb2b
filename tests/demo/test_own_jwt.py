"""The tenant read from a JWT by a service that has no SDK."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from demo.backend.jwt_verification import JwtVerifier, KeysUnavailableError, TokenRejectedError
from tests.demo.running import Visitor

PATH = "/api/tenant-from-jwt"
ISSUER = "http://localhost:8000/auth"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def changed(token: str, **claims: object) -> str:
    """The token with other claims under the old signature."""
    header, payload, signature = token.split(".")
    content = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = base64.urlsafe_b64encode(json.dumps(content | claims).encode()).decode().rstrip("=")
    return f"{header}.{forged}.{signature}"


# ---- against the running demo --------------------------------------------------------------------


@pytest.mark.parametrize("tenant", ["public", "acme"])
def test_token_in_the_header(visitor: Visitor, new_visitor, email, tenant):
    user = visitor.sign_up(email, tenant=tenant)
    response = new_visitor().get(PATH, headers=bearer(visitor.access_token))
    assert response.json() == {"tenantId": tenant, "userId": user["id"]}


def test_token_in_the_cookie_of_the_backend(visitor: Visitor, email):
    visitor.sign_up(email)
    assert visitor.get(PATH).json()["tenantId"] == "public"


def test_token_in_the_cookie_of_the_frontend(visitor: Visitor, new_visitor, email):
    visitor.sign_up(email)
    cookie = {"Cookie": f"st-access-token={visitor.access_token}"}
    assert new_visitor().get(PATH, headers=cookie).json()["tenantId"] == "public"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}]
)
def test_no_token(visitor: Visitor, headers):
    response = visitor.get(PATH, headers=headers)
    assert response.status_code == 401
    assert "no access token" in response.json()["detail"]["reason"]


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "e30.e30.e30"])
def test_not_a_jwt(visitor: Visitor, token):
    response = visitor.get(PATH, headers=bearer(token))
    assert response.status_code == 401
    assert response.json()["detail"]["reason"]


def test_a_forged_claim(visitor: Visitor, new_visitor, email):
    visitor.sign_up(email)
    forged = changed(visitor.access_token, tId="acme")
    response = new_visitor().get(PATH, headers=bearer(forged))
    assert response.status_code == 401
    assert "signature" in response.json()["detail"]["reason"]


# ---- against keys of our own ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def verifier(key, monkeypatch) -> JwtVerifier:
    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    keys = {"keys": [jwk | {"kid": "one", "use": "sig", "alg": "RS256"}]}
    monkeypatch.setattr(jwt.PyJWKClient, "fetch_data", lambda self: keys)
    return JwtVerifier("http://localhost:8000/auth/jwt/jwks.json", ISSUER)


def claims(**changes: object) -> dict[str, object]:
    now = int(time.time())
    good = {
        "iss": ISSUER,
        "sub": "user",
        "tId": "public",
        "sessionHandle": "handle",
        "iat": now,
        "exp": now + 30,
        "stt": 0,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(key, content, algorithm="RS256", kid: str | None = "one") -> str:
    return jwt.encode(content, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def test_a_good_token(verifier, key):
    assert verifier.claims(signed(key, claims()))["tId"] == "public"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": 1}, "the token has expired"),
        ({"iss": "http://localhost:9000/auth"}, "issued by another issuer"),
        ({"tId": None}, "the claim tId is missing"),
        ({"sub": None}, "the claim sub is missing"),
        ({"exp": None}, "the claim exp is missing"),
        ({"sessionHandle": None}, "the claim sessionHandle is missing"),
        ({"stt": 1}, "not an access token of a session"),
        ({"iat": int(time.time()) + 3600}, "the claims are not acceptable"),
    ],
)
def test_claims_that_will_not_do(verifier, key, changes, reason):
    with pytest.raises(TokenRejectedError, match=reason):
        verifier.claims(signed(key, claims(**changes)))


def test_an_unknown_key(verifier, key):
    with pytest.raises(TokenRejectedError, match="none of the published keys"):
        verifier.claims(signed(key, claims(), kid="two"))


def test_no_key_named(verifier, key):
    with pytest.raises(TokenRejectedError):
        verifier.claims(signed(key, claims(), kid=None))


def test_another_key_under_the_known_name(verifier):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(TokenRejectedError, match="signature"):
        verifier.claims(signed(other, claims()))


@pytest.mark.parametrize(("algorithm", "secret"), [("HS256", "x" * 32), ("none", None)])
def test_other_algorithms(verifier, algorithm, secret):
    with pytest.raises(TokenRejectedError, match="algorithm"):
        verifier.claims(signed(secret, claims(), algorithm=algorithm))


def test_the_keys_cannot_be_fetched(key):
    verifier = JwtVerifier("http://127.0.0.1:9/jwks.json", ISSUER)
    with pytest.raises(KeysUnavailableError):
        verifier.claims(signed(key, claims()))


def test_no_reason_quotes_the_token(verifier, key):
    token = signed(key, claims(exp=1))
    with pytest.raises(TokenRejectedError) as caught:
        verifier.claims(token)
    assert not any(part in str(caught.value) for part in token.split("."))
