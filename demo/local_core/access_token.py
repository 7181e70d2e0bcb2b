"""Access tokens: JWTs of version 5, whose payload mixes our claims with the application's."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jwt.api_jws import PyJWS
from jwt.exceptions import PyJWTError

from demo.local_core.core import Core
from demo.local_core.errors import BadRequest, TryRefreshToken
from demo.local_core.scope import TenantRef
from demo.local_core.signing_keys import current_key, find_key
from demo.local_core.storage import Transaction

VERSION = "5"
# The application's claims must not have these names.
PROTECTED_CLAIMS = (
    "sub",
    "exp",
    "iat",
    "sessionHandle",
    "refreshTokenHash1",
    "parentRefreshTokenHash1",
    "antiCsrfToken",
    "tId",
    "rsub",
)

_JWS = PyJWS()


@dataclass(frozen=True)
class AccessToken:
    """What an access token says."""

    ref: TenantRef
    session_handle: str
    user_id: str
    recipe_user_id: str
    refresh_token_hash_1: str
    # Set from a refresh until the new tokens are seen in use.
    parent_refresh_token_hash_1: str | None
    anti_csrf_token: str | None
    payload: Mapping[str, Any]
    issued_at: int
    expires_at: int


@dataclass(frozen=True)
class TokenInfo:
    """A token as the interface hands it out."""

    token: str
    expiry: int
    created: int

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a token."""
        return {"token": self.token, "expiry": self.expiry, "createdTime": self.created}


def check_payload(payload: Mapping[str, Any]) -> None:
    """Refuse claims of the application that bear the names of ours."""
    if any(name in payload for name in PROTECTED_CLAIMS):
        raise BadRequest("The user payload contains protected field")


def sign_access_token(
    core: Core, tx: Transaction, token: AccessToken, *, static: bool
) -> TokenInfo:
    """Turn the token into a JWT."""
    check_payload(token.payload)
    expiry, created = _whole_seconds(token.expires_at), _whole_seconds(token.issued_at)
    claims = {
        "sub": token.user_id,
        "exp": expiry // 1000,
        "iat": created // 1000,
        "tId": token.ref.tenant,
        "rsub": token.recipe_user_id,
        "sessionHandle": token.session_handle,
        "refreshTokenHash1": token.refresh_token_hash_1,
        "parentRefreshTokenHash1": token.parent_refresh_token_hash_1,
        "antiCsrfToken": token.anti_csrf_token,
        **token.payload,
    }
    jwt = sign_jwt(core, tx, token.ref.app, claims, {"version": VERSION}, static=static)
    return TokenInfo(jwt, expiry, created)


def sign_jwt(
    core: Core,
    tx: Transaction,
    app: str,
    claims: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    static: bool,
) -> str:
    """Sign any claims with one of the app's keys."""
    key = current_key(core, tx, app, static=static)
    # Not jwt.encode, which would judge claims that are the application's business.
    return _JWS.encode(
        json.dumps(claims, separators=(",", ":")).encode(),
        key.private,
        algorithm="RS256",
        headers={"kid": key.key_id, **headers},
    )


def verify_access_token(core: Core, tx: Transaction, app: str, jwt: str) -> AccessToken:
    """Read a token that has to be ours and still valid."""
    try:
        key_id = _JWS.get_unverified_header(jwt).get("kid")
    except PyJWTError:
        raise TryRefreshToken("Invalid JWT") from None
    key = find_key(core, tx, app, str(key_id))
    if key is None:
        raise TryRefreshToken("Key not found")
    try:
        claims = _JWS.decode_complete(jwt, key.public, algorithms=["RS256"])["payload"]
    except PyJWTError:
        raise TryRefreshToken("JWT verification failed") from None
    token = _read(app, claims)
    if token.expires_at < core.now():
        raise TryRefreshToken("Access token expired")
    return token


def read_access_token(app: str, jwt: str) -> AccessToken:
    """Read a token that has been verified elsewhere, and that may have expired since."""
    try:
        claims = _JWS.decode_complete(jwt, options={"verify_signature": False})["payload"]
    except PyJWTError:
        raise TryRefreshToken("Invalid JWT") from None
    return _read(app, claims)


def _read(app: str, raw: bytes) -> AccessToken:
    try:
        claims = json.loads(raw)
        return AccessToken(
            ref=TenantRef(app, _text(claims["tId"])),
            session_handle=_text(claims["sessionHandle"]),
            user_id=_text(claims["sub"]),
            recipe_user_id=_text(claims["rsub"]),
            refresh_token_hash_1=_text(claims["refreshTokenHash1"]),
            parent_refresh_token_hash_1=_text_or_none(claims["parentRefreshTokenHash1"]),
            anti_csrf_token=_text_or_none(claims["antiCsrfToken"]),
            payload={name: claims[name] for name in claims if name not in PROTECTED_CLAIMS},
            issued_at=int(claims["iat"]) * 1000,
            expires_at=int(claims["exp"]) * 1000,
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise TryRefreshToken(
            "Access token does not contain all the information. Maybe the structure has changed?"
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _text_or_none(value: object) -> str | None:
    return None if value is None else _text(value)


def _whole_seconds(milliseconds: int) -> int:
    return milliseconds - milliseconds % 1000
