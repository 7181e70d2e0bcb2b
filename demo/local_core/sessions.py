"""Sessions, and the rotation of their refresh tokens.

A session remembers one refresh token, the parent. Refreshing with it makes a child, and the parent
stays good until the child, or the access token that came with it, is seen in use: a client that
missed the response can try again. The first sight of a child makes it the parent. A client
with a token older than the parent holds a copy: the token was stolen.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from demo.local_core.access_token import (
    AccessToken,
    TokenInfo,
    check_payload,
    read_access_token,
    sign_access_token,
    verify_access_token,
)
from demo.local_core.core import Core
from demo.local_core.errors import Refusal, TryRefreshToken, Unauthorised
from demo.local_core.hashing import sha256
from demo.local_core.refresh_token import RefreshToken, seal, unseal
from demo.local_core.scope import TenantRef
from demo.local_core.session_store import (
    Session,
    find_session,
    insert_session,
    live_session,
    remove_expired_sessions,
    set_payload,
    set_refresh_token,
)
from demo.local_core.storage import Transaction
from demo.local_core.tenants import require_tenant
from demo.local_core.users import primary_user_id


@dataclass(frozen=True)
class Tokens:
    """What a client is given; what is None it keeps as it is."""

    handle: str
    user_id: str
    recipe_user_id: str
    tenant_id: str
    payload: Mapping[str, Any]
    access_token: TokenInfo | None = None
    refresh_token: TokenInfo | None = None
    anti_csrf_token: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a session with its tokens."""
        response: dict[str, Any] = {
            "session": {
                "handle": self.handle,
                "userId": self.user_id,
                "recipeUserId": self.recipe_user_id,
                "userDataInJWT": self.payload,
                "tenantId": self.tenant_id,
            }
        }
        if self.access_token:
            response["accessToken"] = self.access_token.as_json()
        if self.refresh_token:
            response["refreshToken"] = self.refresh_token.as_json()
        if self.anti_csrf_token:
            response["antiCsrfToken"] = self.anti_csrf_token
        return response


@dataclass(frozen=True)
class NewSession:
    """What a request wants a session to be like."""

    user_id: str
    payload: Mapping[str, Any]
    data: Mapping[str, Any]
    anti_csrf: bool
    use_static_key: bool


def create_session(core: Core, tx: Transaction, ref: TenantRef, wanted: NewSession) -> Tokens:
    """Begin a session."""
    check_payload(wanted.payload)
    remove_expired_sessions(core, tx)
    handle = str(uuid.uuid4())
    # By this the tenant of a session is known to requests that have only its handle.
    if not ref.is_public:
        handle += f"_{ref.tenant}"
    session = Session(
        ref=ref,
        handle=handle,
        recipe_user_id=wanted.user_id,
        refresh_token_hash_2="",
        data=wanted.data,
        payload=wanted.payload,
        use_static_key=wanted.use_static_key,
        created_at=core.now(),
        expires_at=core.now() + core.config(tx, ref).refresh_token_validity,
    )
    tokens = _mint(core, tx, session, parent=None, anti_csrf=wanted.anti_csrf)
    assert tokens.refresh_token is not None
    hash_2 = sha256(sha256(tokens.refresh_token.token))
    insert_session(tx, replace(session, refresh_token_hash_2=hash_2))
    return tokens


def refresh_session(
    core: Core,
    tx: Transaction,
    app: str,
    refresh_token: str,
    *,
    anti_csrf_token: str | None,
    anti_csrf: bool,
    use_static_key: bool,
) -> Tokens:
    """Give new tokens for a refresh token."""
    token = unseal(tx, app, refresh_token)
    if anti_csrf and token.anti_csrf_token not in (None, anti_csrf_token):
        raise Unauthorised("Anti CSRF token missing, or not matching")
    ref = TenantRef(app, token.tenant_id)
    require_tenant(tx, ref)
    session = find_session(tx, ref, token.session_handle)
    if session is None or session.expires_at < core.now():
        raise Unauthorised("Session missing in db or has expired")
    session = replace(session, use_static_key=use_static_key)

    hash_1 = sha256(refresh_token)
    if session.refresh_token_hash_2 != sha256(hash_1):
        if token.parent_hash_1 is None or session.refresh_token_hash_2 != sha256(
            token.parent_hash_1
        ):
            raise Refusal(
                "TOKEN_THEFT_DETECTED",
                session={
                    "handle": session.handle,
                    "userId": primary_user_id(tx, app, session.recipe_user_id),
                    "recipeUserId": session.recipe_user_id,
                },
            )
        session = _promote(core, tx, session, hash_1)
    else:
        set_refresh_token(tx, session)
    return _mint(core, tx, session, parent=hash_1, anti_csrf=anti_csrf)


def verify_session(
    core: Core,
    tx: Transaction,
    app: str,
    access_token: str,
    *,
    anti_csrf_token: str | None,
    check_anti_csrf: bool,
    check_database: bool,
) -> Tokens:
    """Accept an access token, and replace it if it is a child's or its payload is out of date."""
    token = verify_access_token(core, tx, app, access_token)
    if check_anti_csrf:
        if token.anti_csrf_token is None:
            raise TryRefreshToken(
                "Access token does not contain all the information. "
                "Maybe the structure has changed?"
            )
        if token.anti_csrf_token != anti_csrf_token:
            raise TryRefreshToken("anti-csrf check failed")
    require_tenant(tx, token.ref)
    session = find_session(tx, token.ref, token.session_handle)
    if check_database and session is None:
        raise Unauthorised("Either the session has ended or has been blacklisted")
    outdated = (
        check_database
        and session is not None
        and _canonical(session.payload) != _canonical(token.payload)
    )
    if token.parent_refresh_token_hash_1 is None and not outdated:
        return _as_it_is(token)
    if session is None:
        raise Unauthorised("Session missing in db")

    is_parent = session.refresh_token_hash_2 == sha256(token.refresh_token_hash_1)
    parent = token.parent_refresh_token_hash_1
    if parent is not None and session.refresh_token_hash_2 == sha256(parent):
        session = _promote(core, tx, session, token.refresh_token_hash_1)
    elif not is_parent and not outdated:
        return _as_it_is(token)
    fresh = replace(
        token,
        parent_refresh_token_hash_1=None,
        payload=session.payload,
        issued_at=core.now(),
        expires_at=core.now() + core.config(tx, token.ref).access_token_validity,
    )
    signed = sign_access_token(core, tx, fresh, static=session.use_static_key)
    return replace(_as_it_is(fresh), access_token=signed)


def regenerate_token(
    core: Core, tx: Transaction, app: str, access_token: str, payload: Mapping[str, Any] | None
) -> Tokens:
    """Give an access token with another payload, which expires when the old one does."""
    token = _read(app, access_token)
    require_tenant(tx, token.ref)
    session = live_session(core, tx, token.ref, token.session_handle)
    if payload is not None:
        check_payload(payload)
        set_payload(tx, session, payload)
    fresh = replace(
        token, payload=session.payload if payload is None else payload, issued_at=core.now()
    )
    if token.expires_at < core.now():
        # The client has to refresh anyhow, and gets the payload then.
        return _as_it_is(fresh)
    signed = sign_access_token(core, tx, fresh, static=session.use_static_key)
    return replace(_as_it_is(fresh), access_token=signed)


def _read(app: str, access_token: str) -> AccessToken:
    try:
        return read_access_token(app, access_token)
    except TryRefreshToken as error:
        raise Unauthorised(error.message) from None


def _promote(core: Core, tx: Transaction, session: Session, hash_1: str) -> Session:
    """Make a refresh token the one that the session remembers."""
    promoted = replace(
        session,
        refresh_token_hash_2=sha256(hash_1),
        expires_at=core.now() + core.config(tx, session.ref).refresh_token_validity,
    )
    set_refresh_token(tx, promoted)
    return promoted


def _mint(
    core: Core, tx: Transaction, session: Session, *, parent: str | None, anti_csrf: bool
) -> Tokens:
    """Make a pair of tokens; the session does not learn of it."""
    ref, now, config = session.ref, core.now(), core.config(tx, session.ref)
    anti_csrf_token = str(uuid.uuid4()) if anti_csrf else None
    user_id = primary_user_id(tx, ref.app, session.recipe_user_id)
    refresh = seal(
        tx,
        ref.app,
        RefreshToken(session.handle, ref.tenant, session.recipe_user_id, parent, anti_csrf_token),
    )
    access = AccessToken(
        ref=ref,
        session_handle=session.handle,
        user_id=user_id,
        recipe_user_id=session.recipe_user_id,
        refresh_token_hash_1=sha256(refresh),
        parent_refresh_token_hash_1=parent,
        anti_csrf_token=anti_csrf_token,
        payload=session.payload,
        issued_at=now,
        expires_at=now + config.access_token_validity,
    )
    return replace(
        _as_it_is(access),
        access_token=sign_access_token(core, tx, access, static=session.use_static_key),
        refresh_token=TokenInfo(refresh, now + config.refresh_token_validity, now),
        anti_csrf_token=anti_csrf_token,
    )


def _as_it_is(token: AccessToken) -> Tokens:
    return Tokens(
        handle=token.session_handle,
        user_id=token.user_id,
        recipe_user_id=token.recipe_user_id,
        tenant_id=token.ref.tenant,
        payload=token.payload,
    )


def _canonical(payload: Mapping[str, Any]) -> str:
    # Comparing the values would take true for 1.
    return json.dumps(payload, sort_keys=True)
