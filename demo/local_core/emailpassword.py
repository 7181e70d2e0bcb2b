"""Logging in with an e-mail address and a password."""

import secrets
import uuid
from dataclasses import replace

from demo.local_core.core import Core
from demo.local_core.errors import Refusal
from demo.local_core.hashing import hash_password, password_matches, sha256
from demo.local_core.identities import Identity, login_method_by, other_primary_user, require_free
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.tenants import require_tenant
from demo.local_core.users import (
    EMAILPASSWORD,
    LoginMethod,
    User,
    add_login_method,
    find_user,
    known_user,
    set_email,
)

_UNKNOWN_USER = "UNKNOWN_USER_ID_ERROR"
_WRONG_TOKEN = "RESET_PASSWORD_INVALID_TOKEN_ERROR"


def sign_up(core: Core, ref: TenantRef, email: str, password: str) -> tuple[User, str]:
    """Create a user; returns it with the id of its login method."""
    # Hashing takes long, and other requests must not wait for it.
    password_hash = hash_password(password)
    user_id = str(uuid.uuid4())
    with core.database.transaction() as tx:
        require_tenant(tx, ref)
        method = LoginMethod(user_id, EMAILPASSWORD, core.now(), email=email)
        require_free(tx, ref, method)
        add_login_method(tx, ref, method, password_hash=password_hash)
        return known_user(tx, ref.app, user_id), user_id


def sign_in(core: Core, ref: TenantRef, email: str, password: str) -> tuple[User, str]:
    """Check a password; returns the user and the id of the login method."""
    with core.database.transaction() as tx:
        require_tenant(tx, ref)
        found = login_method_by(tx, ref, EMAILPASSWORD, Identity.of_email(email))
        row = found and tx.row(
            "SELECT password_hash FROM users WHERE app_id = ? AND recipe_user_id = ?",
            ref.app,
            found[1].recipe_user_id,
        )
    if not found or row is None or not password_matches(row["password_hash"], password):
        raise Refusal("WRONG_CREDENTIALS_ERROR")
    user, method = found
    return user, method.recipe_user_id


def update_user(
    core: Core, ref: TenantRef, recipe_user_id: str, *, email: str | None, password: str | None
) -> None:
    """Change what a user of the app logs in with."""
    app = ref.app
    password_hash = None if password is None else hash_password(password)
    with core.database.transaction() as tx:
        require_tenant(tx, ref)
        user, method = _require_user(tx, app, recipe_user_id)
        if email is not None:
            _require_no_other_primary(tx, app, user, email)
            for tenant in method.tenant_ids:
                require_free(tx, ref.sibling(tenant), replace(method, email=email))
            set_email(tx, app, recipe_user_id, email)
        if password_hash is not None:
            _set_password(tx, app, recipe_user_id, password_hash)


def create_reset_token(
    core: Core, tx: Transaction, ref: TenantRef, user_id: str, email: str
) -> str:
    """Make a token by which a user who lost the password can set another one."""
    if find_user(tx, ref.app, user_id) is None:
        raise Refusal(_UNKNOWN_USER)
    row = tx.row("SELECT 1 FROM users WHERE app_id = ? AND recipe_user_id = ?", ref.app, user_id)
    if row is None:
        raise Refusal(_UNKNOWN_USER)
    token = secrets.token_hex(48)
    tx.run(
        "INSERT INTO password_reset_tokens VALUES (?, ?, ?, ?, ?)",
        ref.app,
        sha256(token),
        user_id,
        email,
        core.now() + core.config(tx, ref).password_reset_token_lifetime,
    )
    return token


def consume_reset_token(core: Core, tx: Transaction, app: str, token: str) -> tuple[str, str]:
    """Use up all of a user's tokens; returns the user's id and the address of the token."""
    row = tx.row(
        "SELECT recipe_user_id, email, expires_at FROM password_reset_tokens"
        " WHERE app_id = ? AND token_hash = ?",
        app,
        sha256(token),
    )
    if row is None or row["expires_at"] < core.now():
        raise Refusal(_WRONG_TOKEN)
    tx.run(
        "DELETE FROM password_reset_tokens WHERE app_id = ? AND recipe_user_id = ?",
        app,
        row["recipe_user_id"],
    )
    return row["recipe_user_id"], row["email"]


def reset_password(core: Core, ref: TenantRef, token: str, password: str) -> str:
    """Set another password by means of a token; returns the user's id."""
    password_hash = hash_password(password)
    with core.database.transaction() as tx:
        require_tenant(tx, ref)
        user_id, _ = consume_reset_token(core, tx, ref.app, token)
        _set_password(tx, ref.app, user_id, password_hash)
    return user_id


def _require_user(tx: Transaction, app: str, recipe_user_id: str) -> tuple[User, LoginMethod]:
    user = find_user(tx, app, recipe_user_id)
    method = user.method(recipe_user_id, EMAILPASSWORD) if user else None
    if user is None or method is None:
        raise Refusal(_UNKNOWN_USER)
    return user, method


def _require_no_other_primary(tx: Transaction, app: str, user: User, email: str) -> None:
    if not user.is_primary:
        return
    wanted = [Identity.of_email(email)]
    if other_primary_user(tx, app, wanted, user.tenant_ids, user.user_id):
        raise Refusal(
            "EMAIL_CHANGE_NOT_ALLOWED_ERROR",
            reason="New email is associated with another primary user ID",
        )


def _set_password(tx: Transaction, app: str, recipe_user_id: str, password_hash: str) -> None:
    tx.run(
        "UPDATE users SET password_hash = ? WHERE app_id = ? AND recipe_user_id = ?",
        password_hash,
        app,
        recipe_user_id,
    )
