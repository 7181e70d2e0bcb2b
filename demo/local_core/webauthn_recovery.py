"""Tokens by which a user who lost all passkeys makes a new one."""

import secrets
from typing import Any

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.hashing import sha256
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import WEBAUTHN, User, find_user

_INVALID = "RECOVER_ACCOUNT_TOKEN_INVALID_ERROR"


def create_token(core: Core, tx: Transaction, ref: TenantRef, user_id: str, email: str) -> str:
    """Make a token that is to be mailed to the address."""
    if find_user(tx, ref.app, user_id) is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    token = secrets.token_urlsafe(32)
    tx.run(
        "INSERT INTO webauthn_recovery_tokens VALUES (?, ?, ?, ?, ?, ?)",
        ref.app,
        ref.tenant,
        sha256(token),
        user_id,
        email,
        core.now() + core.config(tx, ref).webauthn_recover_account_token_lifetime,
    )
    return token


def user_of_token(
    core: Core, tx: Transaction, ref: TenantRef, token: str
) -> tuple[User, str | None]:
    """The user of a token, and the login method in the tenant that has passkeys."""
    row = _find(core, tx, ref, token)
    user = find_user(tx, ref.app, row["user_id"])
    if user is None:
        raise Refusal(_INVALID)
    found = (
        method.recipe_user_id
        for method in user.methods
        if method.recipe == WEBAUTHN
        and method.email == row["email"]
        and ref.tenant in method.tenant_ids
    )
    return user, next(found, None)


def consume_token(core: Core, tx: Transaction, ref: TenantRef, token: str) -> tuple[str, str]:
    """Use up all tokens for an address; returns the user's id and the address."""
    row = _find(core, tx, ref, token)
    tx.run(
        "DELETE FROM webauthn_recovery_tokens WHERE app_id = ? AND tenant_id = ? AND email = ?",
        ref.app,
        ref.tenant,
        row["email"],
    )
    return row["user_id"], row["email"]


def _find(core: Core, tx: Transaction, ref: TenantRef, token: str) -> Any:
    row = tx.row(
        "SELECT user_id, email, expires_at FROM webauthn_recovery_tokens"
        " WHERE app_id = ? AND tenant_id = ? AND token_hash = ?",
        ref.app,
        ref.tenant,
        sha256(token),
    )
    if row is None or row["expires_at"] < core.now():
        raise Refusal(_INVALID)
    return row
