"""A service that verifies access tokens by itself, without a SuperTokens SDK."""

import os
from typing import Annotated, Any

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

# The API that signs users in: its apiDomain and its apiBasePath.
ISSUER = os.environ.get("API_DOMAIN", "http://localhost:8000") + "/auth"
# Fetches the public keys once, and again if a token names an unknown key.
KEYS = jwt.PyJWKClient(f"{ISSUER}/jwt/jwks.json")


def claims(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> dict[str, Any]:
    """The claims of a valid access token."""
    try:
        key = KEYS.get_signing_key_from_jwt(credentials.credentials)
        verified: dict[str, Any] = jwt.decode(
            credentials.credentials,
            key,
            algorithms=["RS256"],
            issuer=ISSUER,
            options={"require": ["exp", "iat", "iss", "sub", "tId", "sessionHandle"]},
        )
    except jwt.PyJWKClientConnectionError:
        raise HTTPException(503, "The signing keys cannot be fetched.") from None
    except (jwt.InvalidTokenError, jwt.PyJWKClientError):
        raise HTTPException(401, "The access token is missing, invalid or expired.") from None
    # The same keys can sign other tokens, such as those of OAuth2 clients.
    if verified.get("stt", 0) != 0:
        raise HTTPException(401, "This is not the access token of a session.")
    return verified


app = FastAPI()


@app.get("/report")
def report(verified: Annotated[dict[str, Any], Depends(claims)]) -> dict[str, str]:
    return {"user": verified["sub"], "tenant": verified["tId"]}
