"""Showing that an e-mail address is one's own."""

import secrets

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.hashing import sha256
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import is_verified, mark_verified


def create_token(core: Core, tx: Transaction, ref: TenantRef, user_id: str, email: str) -> str:
    """Make a token that is to be mailed to the address."""
    if is_verified(tx, ref.app, user_id, email):
        raise Refusal("EMAIL_ALREADY_VERIFIED_ERROR")
    token = secrets.token_hex(48)
    tx.run(
        "INSERT INTO email_verification_tokens VALUES (?, ?, ?, ?, ?, ?)",
        ref.app,
        ref.tenant,
        sha256(token),
        user_id,
        email,
        core.now() + core.config(tx, ref).email_verification_token_lifetime,
    )
    return token


def verify(core: Core, tx: Transaction, ref: TenantRef, token: str) -> tuple[str, str]:
    """Use up all tokens for an address; returns the user's id and the address."""
    row = tx.row(
        "SELECT user_id, email, expires_at FROM email_verification_tokens"
        " WHERE app_id = ? AND tenant_id = ? AND token_hash = ?",
        ref.app,
        ref.tenant,
        sha256(token),
    )
    if row is None or row["expires_at"] < core.now():
        raise Refusal("EMAIL_VERIFICATION_INVALID_TOKEN_ERROR")
    user_id, email = row["user_id"], row["email"]
    remove_tokens(tx, ref, user_id, email)
    mark_verified(tx, ref.app, user_id, email)
    return user_id, email


def remove_tokens(tx: Transaction, ref: TenantRef, user_id: str, email: str) -> None:
    """Make the tokens for an address worthless."""
    tx.run(
        "DELETE FROM email_verification_tokens"
        " WHERE app_id = ? AND tenant_id = ? AND user_id = ? AND email = ?",
        ref.app,
        ref.tenant,
        user_id,
        email,
    )


def unverify(tx: Transaction, app: str, user_id: str, email: str) -> None:
    """Forget that the address is the user's own."""
    tx.run(
        "DELETE FROM verified_emails WHERE app_id = ? AND user_id = ? AND email = ?",
        app,
        user_id,
        email,
    )
