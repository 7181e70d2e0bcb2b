"""Users: people with one or more ways to log in, of which this core knows e-mail and password."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction

RECIPE = "emailpassword"


@dataclass(frozen=True)
class LoginMethod:
    """One way to log in, which the interface calls a recipe user."""

    recipe_user_id: str
    email: str
    tenant_ids: Sequence[str]
    verified: bool
    joined_at: int

    def reply(self) -> dict[str, Any]:
        """The form in which the interface shows a login method."""
        return {
            "recipeId": RECIPE,
            "recipeUserId": self.recipe_user_id,
            "tenantIds": self.tenant_ids,
            "email": self.email,
            "verified": self.verified,
            "timeJoined": self.joined_at,
        }


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
    def emails(self) -> list[str]:
        """The addresses of all login methods."""
        return _distinct(method.email for method in self.methods)

    @property
    def joined_at(self) -> int:
        """When the first login method came."""
        return min(method.joined_at for method in self.methods)

    def reply(self) -> dict[str, Any]:
        """The form in which the interface shows a user."""
        return {
            "id": self.user_id,
            "isPrimaryUser": self.is_primary,
            "tenantIds": self.tenant_ids,
            "emails": self.emails,
            "phoneNumbers": [],
            "thirdParty": [],
            "webauthn": {"credentialIds": []},
            "loginMethods": [method.reply() for method in self.methods],
            "timeJoined": self.joined_at,
        }


@dataclass(frozen=True)
class Position:
    """A place in the list of users."""

    joined_at: int
    user_id: str


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
        "SELECT recipe_user_id, primary_user_id, email, joined_at FROM users"
        " WHERE app_id = ? AND (recipe_user_id = ? OR primary_user_id = ?)"
        " ORDER BY joined_at, rowid",
        app,
        user_id,
        user_id,
    )
    if not rows:
        return None
    methods = [
        LoginMethod(
            recipe_user_id=row["recipe_user_id"],
            email=row["email"],
            tenant_ids=_tenants(tx, app, row["recipe_user_id"]),
            verified=is_verified(tx, app, row["recipe_user_id"], row["email"]),
            joined_at=row["joined_at"],
        )
        for row in rows
    ]
    return User(user_id, rows[0]["primary_user_id"] is not None, methods)


def recipe_user_ids(tx: Transaction, app: str, user_id: str) -> list[str]:
    """The id itself and, if it is a primary user's, those of the login methods."""
    user = find_user(tx, app, user_id)
    linked = [method.recipe_user_id for method in user.methods] if user else []
    return _distinct([user_id, *linked])


def users_by_email(tx: Transaction, ref: TenantRef, email: str) -> list[User]:
    """The users who can log in to the tenant with that address."""
    rows = tx.rows(
        "SELECT recipe_user_id FROM user_tenants WHERE app_id = ? AND tenant_id = ? AND email = ?",
        ref.app,
        ref.tenant,
        email,
    )
    found = (find_user(tx, ref.app, row["recipe_user_id"]) for row in rows)
    return [user for user in found if user]


def other_primary_user(
    tx: Transaction, app: str, emails: Iterable[str], tenants: Iterable[str], user_id: str
) -> User | None:
    """A primary user other than this one with such an address who is in one of the tenants.

    In no tenant two of them may have the same address. Every login method counts: a user is in a
    tenant with all addresses, whichever of them logs in there.
    """
    rows = [
        row
        for email in emails
        for row in tx.rows(
            "SELECT primary_user_id FROM users WHERE app_id = ? AND email = ?"
            " AND primary_user_id NOT NULL AND primary_user_id != ? ORDER BY rowid",
            app,
            email,
            user_id,
        )
    ]
    others = [find_user(tx, app, row["primary_user_id"]) for row in rows]
    found = (one for tenant in tenants for one in others if one and tenant in one.tenant_ids)
    return next(found, None)


def list_users(
    tx: Transaction,
    ref: TenantRef,
    *,
    limit: int,
    newest_first: bool,
    start: Position | None,
    email_parts: Sequence[str] = (),
) -> tuple[list[User], Position | None]:
    """Some users of a tenant and where the next ones begin."""
    order, beyond = ("DESC", "<=") if newest_first else ("ASC", ">=")
    conditions, values = ["1 = 1"], list[object]()
    if start:
        conditions.append(f"(joined_at, user_id) {beyond} (?, ?)")
        values += [start.joined_at, start.user_id]
    if email_parts:
        conditions.append("(" + " OR ".join(["instr(emails, ?)"] * len(email_parts)) + ")")
        values += email_parts
    rows = tx.rows(
        "SELECT user_id, joined_at FROM ("
        " SELECT coalesce(u.primary_user_id, u.recipe_user_id) AS user_id,"
        " min(u.joined_at) AS joined_at, group_concat(u.email, ' ') AS emails"
        " FROM users AS u JOIN user_tenants AS t USING (app_id, recipe_user_id)"
        " WHERE app_id = ? AND t.tenant_id = ? GROUP BY 1)"
        f" WHERE {' AND '.join(conditions)}"
        f" ORDER BY joined_at {order}, user_id {order} LIMIT ?",
        ref.app,
        ref.tenant,
        *values,
        limit + 1,
    )
    rest = Position(rows[limit]["joined_at"], rows[limit]["user_id"]) if len(rows) > limit else None
    found = (find_user(tx, ref.app, row["user_id"]) for row in rows[:limit])
    return [user for user in found if user], rest


def count_users(tx: Transaction, app: str, tenant: str | None) -> int:
    """How many users a tenant has, or the whole app."""
    if tenant is None:
        row = tx.row(
            "SELECT count(DISTINCT coalesce(primary_user_id, recipe_user_id)) AS n"
            " FROM users WHERE app_id = ?",
            app,
        )
    else:
        row = tx.row(
            "SELECT count(DISTINCT coalesce(u.primary_user_id, u.recipe_user_id)) AS n"
            " FROM users AS u JOIN user_tenants AS t USING (app_id, recipe_user_id)"
            " WHERE app_id = ? AND t.tenant_id = ?",
            app,
            tenant,
        )
    return 0 if row is None else int(row["n"])


def is_verified(tx: Transaction, app: str, user_id: str, email: str) -> bool:
    """Whether the user has shown to own the address."""
    row = tx.row(
        "SELECT 1 FROM verified_emails WHERE app_id = ? AND user_id = ? AND email = ?",
        app,
        user_id,
        email,
    )
    return row is not None


def remove_user(tx: Transaction, app: str, user_id: str, *, with_linked: bool) -> None:
    """Remove a user with all login methods, or one login method alone."""
    user = find_user(tx, app, user_id)
    if user is None:
        return
    gone = [user_id]
    if with_linked:
        gone = _distinct([user.user_id, *(method.recipe_user_id for method in user.methods)])
    # A primary user's data stays for as long as a login method is left.
    stays = not with_linked and user.user_id == user_id and len(user.methods) > 1
    for one in gone:
        tx.run("DELETE FROM users WHERE app_id = ? AND recipe_user_id = ?", app, one)
        tx.run("DELETE FROM sessions WHERE app_id = ? AND recipe_user_id = ?", app, one)
        tx.run("DELETE FROM verified_emails WHERE app_id = ? AND user_id = ?", app, one)
        tx.run("DELETE FROM email_verification_tokens WHERE app_id = ? AND user_id = ?", app, one)
        if not stays:
            tx.run("DELETE FROM user_metadata WHERE app_id = ? AND user_id = ?", app, one)
            tx.run("DELETE FROM user_roles WHERE app_id = ? AND user_id = ?", app, one)


def _tenants(tx: Transaction, app: str, recipe_user_id: str) -> list[str]:
    rows = tx.rows(
        "SELECT tenant_id FROM user_tenants WHERE app_id = ? AND recipe_user_id = ? ORDER BY rowid",
        app,
        recipe_user_id,
    )
    return [row["tenant_id"] for row in rows]


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
