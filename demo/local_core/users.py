"""Users: people with one or more ways to log in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction

EMAILPASSWORD = "emailpassword"
THIRDPARTY = "thirdparty"
PASSWORDLESS = "passwordless"
WEBAUTHN = "webauthn"
RECIPES = (EMAILPASSWORD, THIRDPARTY, PASSWORDLESS, WEBAUTHN)


@dataclass(frozen=True)
class ThirdParty:
    """A user's account at a provider."""

    provider_id: str
    user_id: str

    def as_json(self) -> dict[str, str]:
        """The form in which the interface shows such an account."""
        return {"id": self.provider_id, "userId": self.user_id}


@dataclass(frozen=True)
class LoginMethod:
    """One way to log in, which the interface calls a recipe user."""

    recipe_user_id: str
    recipe: str
    joined_at: int
    email: str | None = None
    phone_number: str | None = None
    third_party: ThirdParty | None = None
    credential_ids: Sequence[str] = ()
    tenant_ids: Sequence[str] = ()
    verified: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a login method."""
        response: dict[str, Any] = {
            "recipeId": self.recipe,
            "recipeUserId": self.recipe_user_id,
            "tenantIds": self.tenant_ids,
            "verified": self.verified,
            "timeJoined": self.joined_at,
        }
        if self.email is not None:
            response["email"] = self.email
        if self.phone_number is not None:
            response["phoneNumber"] = self.phone_number
        if self.third_party is not None:
            response["thirdParty"] = self.third_party.as_json()
        if self.recipe == WEBAUTHN:
            response["webauthn"] = {"credentialIds": self.credential_ids}
        return response


@dataclass(frozen=True)
class User:
    """A user with all login methods, the oldest first."""

    user_id: str
    # Only other users can be linked to a primary one.
    is_primary: bool
    methods: Sequence[LoginMethod]

    @property
    def tenant_ids(self) -> list[str]:
        """Where the user can log in."""
        return _distinct(tenant for method in self.methods for tenant in method.tenant_ids)

    @property
    def joined_at(self) -> int:
        """When the first login method came."""
        return min(method.joined_at for method in self.methods)

    def method(self, recipe_user_id: str, recipe: str | None = None) -> LoginMethod | None:
        """The login method of that id, which may have to be of a recipe."""
        found = (one for one in self.methods if one.recipe_user_id == recipe_user_id)
        return next((one for one in found if recipe in (None, one.recipe)), None)

    def as_json(self) -> dict[str, Any]:
        """The form in which the interface shows a user."""
        accounts = dict.fromkeys(one.third_party for one in self.methods if one.third_party)
        credentials = [one for method in self.methods for one in method.credential_ids]
        return {
            "id": self.user_id,
            "isPrimaryUser": self.is_primary,
            "tenantIds": self.tenant_ids,
            "emails": _distinct(one.email for one in self.methods if one.email is not None),
            "phoneNumbers": _distinct(
                one.phone_number for one in self.methods if one.phone_number is not None
            ),
            "thirdParty": [account.as_json() for account in accounts],
            "webauthn": {"credentialIds": credentials},
            "loginMethods": [method.as_json() for method in self.methods],
            "timeJoined": self.joined_at,
        }


def normalise_email(email: str) -> str:
    """The form in which addresses are kept and compared."""
    return email.strip().lower()


def primary_user_id(tx: Transaction, app: str, recipe_user_id: str) -> str:
    """The user to whom a login method belongs; an unknown one belongs to itself."""
    row = tx.row(
        "SELECT primary_user_id FROM users WHERE app_id = ? AND recipe_user_id = ?",
        app,
        recipe_user_id,
    )
    return (row and row["primary_user_id"]) or recipe_user_id


def find_user(tx: Transaction, app: str, user_id: str) -> User | None:
    """The user of that id, which may also be the id of one of the login methods."""
    user_id = primary_user_id(tx, app, user_id)
    rows = tx.rows(
        "SELECT * FROM users WHERE app_id = ? AND (recipe_user_id = ? OR primary_user_id = ?)"
        " ORDER BY joined_at, rowid",
        app,
        user_id,
        user_id,
    )
    if not rows:
        return None
    methods = [_method(tx, app, row) for row in rows]
    return User(user_id, rows[0]["primary_user_id"] is not None, methods)


def known_user(tx: Transaction, app: str, user_id: str) -> User:
    """The user of an id that exists for certain."""
    user = find_user(tx, app, user_id)
    assert user is not None
    return user


def recipe_user_ids(tx: Transaction, app: str, user_id: str) -> list[str]:
    """The id itself and, if it is a primary user's, those of the login methods."""
    user = find_user(tx, app, user_id)
    linked = [method.recipe_user_id for method in user.methods] if user else []
    return _distinct([user_id, *linked])


def add_login_method(
    tx: Transaction, ref: TenantRef, method: LoginMethod, *, password_hash: str | None = None
) -> None:
    """Remember a new user, who logs in to the tenant with this method."""
    account = method.third_party
    tx.run(
        "INSERT INTO users VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?)",
        ref.app,
        method.recipe_user_id,
        method.recipe,
        method.email,
        method.phone_number,
        account and account.provider_id,
        account and account.user_id,
        password_hash,
        method.joined_at,
    )
    add_to_tenant(tx, ref, method.recipe_user_id)


def add_to_tenant(tx: Transaction, ref: TenantRef, recipe_user_id: str) -> None:
    """Let a user log in to a tenant."""
    tx.run("INSERT INTO user_tenants VALUES (?, ?, ?)", ref.app, ref.tenant, recipe_user_id)


def set_email(tx: Transaction, app: str, recipe_user_id: str, email: str | None) -> None:
    """Change the address of a login method."""
    tx.run(
        "UPDATE users SET email = ? WHERE app_id = ? AND recipe_user_id = ?",
        email,
        app,
        recipe_user_id,
    )


def is_verified(tx: Transaction, app: str, user_id: str, email: str) -> bool:
    """Whether the user has shown to own the address."""
    row = tx.row(
        "SELECT 1 FROM verified_emails WHERE app_id = ? AND user_id = ? AND email = ?",
        app,
        user_id,
        email,
    )
    return row is not None


def mark_verified(tx: Transaction, app: str, user_id: str, email: str) -> None:
    """Remember that the user has shown to own the address."""
    tx.run("INSERT OR IGNORE INTO verified_emails VALUES (?, ?, ?)", app, user_id, email)


def _method(tx: Transaction, app: str, row: Any) -> LoginMethod:
    recipe_user_id, email = row["recipe_user_id"], row["email"]
    account = None
    if row["third_party_id"] is not None:
        account = ThirdParty(row["third_party_id"], row["third_party_user_id"])
    return LoginMethod(
        recipe_user_id=recipe_user_id,
        recipe=row["recipe"],
        joined_at=row["joined_at"],
        email=email,
        phone_number=row["phone_number"],
        third_party=account,
        credential_ids=_texts(
            tx,
            "SELECT credential_id FROM webauthn_credentials"
            " WHERE app_id = ? AND recipe_user_id = ? ORDER BY rowid",
            app,
            recipe_user_id,
        ),
        tenant_ids=_texts(
            tx,
            "SELECT tenant_id FROM user_tenants"
            " WHERE app_id = ? AND recipe_user_id = ? ORDER BY rowid",
            app,
            recipe_user_id,
        ),
        # A phone number is a user's own from the start: a code has been sent there.
        verified=email is None or is_verified(tx, app, recipe_user_id, email),
    )


def _texts(tx: Transaction, sql: str, *values: object) -> list[str]:
    return [row[0] for row in tx.rows(sql, *values)]


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
