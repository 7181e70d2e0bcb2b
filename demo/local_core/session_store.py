"""Sessions as rows: finding, changing and removing them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from demo.local_core.core import Core
from demo.local_core.errors import Unauthorised
from demo.local_core.scope import PUBLIC, TenantRef
from demo.local_core.storage import Transaction


@dataclass(frozen=True)
class Session:
    """One session."""

    ref: TenantRef
    handle: str
    recipe_user_id: str
    # The digest of the digest that access tokens carry, so that neither helps to guess the other.
    refresh_token_hash_2: str
    data: Mapping[str, Any]
    payload: Mapping[str, Any]
    use_static_key: bool
    created_at: int
    expires_at: int


def tenant_of_handle(app: str, handle: str) -> TenantRef:
    """The tenant that a session handle names."""
    _, _, tenant = handle.partition("_")
    return TenantRef(app, tenant.split("_")[0] or PUBLIC)


def insert_session(tx: Transaction, session: Session) -> None:
    """Remember a new session."""
    tx.run(
        "INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        session.ref.app,
        session.ref.tenant,
        session.handle,
        session.recipe_user_id,
        session.refresh_token_hash_2,
        json.dumps(session.data),
        json.dumps(session.payload),
        session.use_static_key,
        session.created_at,
        session.expires_at,
    )


def find_session(tx: Transaction, ref: TenantRef, handle: str) -> Session | None:
    """The session, even if it has expired."""
    row = tx.row(
        "SELECT * FROM sessions WHERE app_id = ? AND tenant_id = ? AND handle = ?",
        ref.app,
        ref.tenant,
        handle,
    )
    if row is None:
        return None
    return Session(
        ref=ref,
        handle=row["handle"],
        recipe_user_id=row["recipe_user_id"],
        refresh_token_hash_2=row["refresh_token_hash_2"],
        data=json.loads(row["data"]),
        payload=json.loads(row["payload"]),
        use_static_key=bool(row["use_static_key"]),
        created_at=row["created_at"],
        expires_at=row["expires_at"],
    )


def live_session(core: Core, tx: Transaction, ref: TenantRef, handle: str) -> Session:
    """The session, which has to exist and not to have expired."""
    session = find_session(tx, ref, handle)
    if session is None or session.expires_at <= core.now():
        raise Unauthorised("Session does not exist.")
    return session


def set_payload(tx: Transaction, session: Session, payload: Mapping[str, Any]) -> None:
    """Change what goes into the access tokens to come."""
    _set(tx, session, "payload", json.dumps(payload))


def set_data(tx: Transaction, session: Session, data: Mapping[str, Any]) -> None:
    """Change what is kept about the session here."""
    _set(tx, session, "data", json.dumps(data))


def set_refresh_token(tx: Transaction, session: Session) -> None:
    """Save which refresh token is the session's, until when, and which kind of key it uses."""
    tx.run(
        "UPDATE sessions SET refresh_token_hash_2 = ?, expires_at = ?, use_static_key = ?"
        " WHERE app_id = ? AND handle = ?",
        session.refresh_token_hash_2,
        session.expires_at,
        session.use_static_key,
        session.ref.app,
        session.handle,
    )


def handles_of_users(
    core: Core, tx: Transaction, app: str, recipe_user_ids: Iterable[str], tenant: str | None
) -> list[str]:
    """The sessions of these users that have not expired; a tenant of None means all tenants."""
    return [
        row["handle"]
        for recipe_user_id in recipe_user_ids
        for row in tx.rows(
            "SELECT handle, tenant_id FROM sessions"
            " WHERE app_id = ? AND recipe_user_id = ? AND expires_at >= ?"
            " ORDER BY created_at, rowid",
            app,
            recipe_user_id,
            core.now(),
        )
        if tenant in (None, row["tenant_id"])
    ]


def remove_sessions(tx: Transaction, app: str, handles: Iterable[str]) -> list[str]:
    """End sessions; returns the handles of those that there were."""
    return [
        handle
        for handle in dict.fromkeys(handles)
        if tx.run("DELETE FROM sessions WHERE app_id = ? AND handle = ?", app, handle)
    ]


def remove_expired_sessions(core: Core, tx: Transaction) -> None:
    """Forget sessions that can no longer be refreshed."""
    tx.run("DELETE FROM sessions WHERE expires_at < ?", core.now())


def _set(tx: Transaction, session: Session, column: str, value: str) -> None:
    tx.run(
        f"UPDATE sessions SET {column} = ? WHERE app_id = ? AND handle = ?",
        value,
        session.ref.app,
        session.handle,
    )
