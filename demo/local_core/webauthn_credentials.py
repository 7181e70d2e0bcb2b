"""The passkeys of users, as they are kept."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demo.local_core.errors import Refusal
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import WEBAUTHN, LoginMethod, User, find_user


@dataclass(frozen=True)
class Credential:
    """A passkey's public half."""

    relying_party_id: str
    credential_id: str
    recipe_user_id: str
    public_key: bytes
    counter: int
    created_at: int

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a passkey."""
        return {
            "webauthnCredentialId": self.credential_id,
            "recipeUserId": self.recipe_user_id,
            "relyingPartyId": self.relying_party_id,
            "createdAt": self.created_at,
        }


def add_credential(tx: Transaction, app: str, credential: Credential) -> None:
    """Remember a passkey."""
    try:
        tx.run(
            "INSERT INTO webauthn_credentials VALUES (?, ?, ?, ?, ?, ?, ?)",
            app,
            credential.relying_party_id,
            credential.credential_id,
            credential.recipe_user_id,
            credential.public_key,
            credential.counter,
            credential.created_at,
        )
    except sqlite3.IntegrityError:
        raise Refusal("CREDENTIAL_ALREADY_EXISTS_ERROR") from None


def find_credential(
    tx: Transaction, app: str, relying_party_id: str, credential_id: str
) -> Credential:
    """The passkey of that id."""
    return _only(
        tx.rows(
            "SELECT * FROM webauthn_credentials"
            " WHERE app_id = ? AND relying_party_id = ? AND credential_id = ?",
            app,
            relying_party_id,
            credential_id,
        )
    )


def find_credential_of(
    tx: Transaction, app: str, recipe_user_id: str, credential_id: str
) -> Credential:
    """The passkey of that id if it is the user's."""
    return _only(
        tx.rows(
            "SELECT * FROM webauthn_credentials"
            " WHERE app_id = ? AND recipe_user_id = ? AND credential_id = ?",
            app,
            recipe_user_id,
            credential_id,
        )
    )


def credentials_of(tx: Transaction, app: str, recipe_user_id: str) -> list[Credential]:
    """A user's passkeys, the oldest first."""
    rows = tx.rows(
        "SELECT * FROM webauthn_credentials WHERE app_id = ? AND recipe_user_id = ? ORDER BY rowid",
        app,
        recipe_user_id,
    )
    return [_credential(row) for row in rows]


def users_with(tx: Transaction, ref: TenantRef, credential_id: str) -> list[User]:
    """The users who can log in to the tenant with that passkey."""
    rows = tx.rows(
        "SELECT recipe_user_id FROM webauthn_credentials"
        " JOIN user_tenants USING (app_id, recipe_user_id)"
        " WHERE app_id = ? AND tenant_id = ? AND credential_id = ?",
        ref.app,
        ref.tenant,
        credential_id,
    )
    found = (find_user(tx, ref.app, row["recipe_user_id"]) for row in rows)
    return [user for user in found if user]


def set_counter(tx: Transaction, app: str, credential: Credential, counter: int) -> None:
    """Remember how often a passkey has signed."""
    tx.run(
        "UPDATE webauthn_credentials SET counter = ?"
        " WHERE app_id = ? AND relying_party_id = ? AND credential_id = ?",
        counter,
        app,
        credential.relying_party_id,
        credential.credential_id,
    )


def remove_credential(tx: Transaction, app: str, recipe_user_id: str, credential_id: str) -> None:
    """Forget a user's passkey."""
    credential = find_credential_of(tx, app, recipe_user_id, credential_id)
    tx.run(
        "DELETE FROM webauthn_credentials WHERE app_id = ? AND recipe_user_id = ?"
        " AND credential_id = ?",
        app,
        credential.recipe_user_id,
        credential_id,
    )


def require_webauthn_user(
    tx: Transaction, app: str, recipe_user_id: str
) -> tuple[User, LoginMethod]:
    """The user who logs in with passkeys by the login method of that id."""
    user = find_user(tx, app, recipe_user_id)
    method = user.method(recipe_user_id, WEBAUTHN) if user else None
    if user is None or method is None:
        raise Refusal("UNKNOWN_USER_ID_ERROR")
    return user, method


def _only(rows: Sequence[Any]) -> Credential:
    if not rows:
        raise Refusal("CREDENTIAL_NOT_FOUND_ERROR")
    return _credential(rows[0])


def _credential(row: Any) -> Credential:
    return Credential(**{name: row[name] for name in Credential.__dataclass_fields__})
