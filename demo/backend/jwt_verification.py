"""Verification of an access token, as in a service without a SuperTokens SDK."""

from typing import Any

import jwt
from starlette.requests import Request

# The first is httpOnly and set by the backend, the second is written by the frontend SDK.
TOKEN_COOKIES = ("sAccessToken", "st-access-token")
ACCESS_TOKEN_TYPE = 0


class TokenRejectedError(Exception):
    """The token is missing or not valid; the text says why, without quoting the token."""


class KeysUnavailableError(Exception):
    """The keys could not be fetched, so it is unknown whether the token is valid."""


def find_token(request: Request) -> str:
    """The access token of a request: the Authorization header first, then the cookies."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    for name in TOKEN_COOKIES:
        if token := request.cookies.get(name, ""):
            return token
    raise TokenRejectedError("no access token in the Authorization header or the cookies")


class JwtVerifier:
    """Checks signature, issuer, lifetime and kind of access tokens; fetches and caches the keys."""

    def __init__(self, jwks_uri: str, issuer: str) -> None:
        self._keys = jwt.PyJWKClient(jwks_uri, timeout=30)
        self._issuer = issuer

    def claims(self, token: str) -> dict[str, Any]:
        """The claims of a valid token; blocks while keys are fetched."""
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self._issuer,
                options={"require": ["exp", "iat", "iss", "sub", "tId", "sessionHandle"]},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise KeysUnavailableError("the signing keys cannot be fetched") from error
        except jwt.InvalidTokenError as error:
            raise TokenRejectedError(_reason(error)) from error
        except jwt.PyJWKClientError as error:
            raise TokenRejectedError("signed by none of the published keys") from error
        # The same keys may sign other kinds of tokens.
        if claims.get("stt", ACCESS_TOKEN_TYPE) != ACCESS_TOKEN_TYPE:
            raise TokenRejectedError("not an access token of a session")
        return claims


def _reason(error: jwt.InvalidTokenError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "the token has expired"
        case jwt.InvalidSignatureError():
            return "the signature does not fit the token"
        case jwt.InvalidIssuerError():
            return "issued by another issuer"
        case jwt.InvalidAlgorithmError():
            return "signed with an algorithm that is not allowed"
        case jwt.MissingRequiredClaimError():
            return f"the claim {error.claim} is missing"
        case jwt.DecodeError():
            return "not a JWT"
        case _:
            return "the claims are not acceptable"
