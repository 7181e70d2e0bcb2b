"""Roles with their permissions, and the users who have them."""

from collections.abc import Iterable

from demo.local_core.errors import Refusal
from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction


def put_role(tx: Transaction, app: str, role: str, permissions: Iterable[str]) -> bool:
    """Create a role or add permissions to it; returns whether it is a new one."""
    created = tx.run("INSERT OR IGNORE INTO roles VALUES (?, ?)", app, role)
    for permission in permissions:
        tx.run("INSERT OR IGNORE INTO role_permissions VALUES (?, ?, ?)", app, role, permission)
    return created > 0


def remove_role(tx: Transaction, app: str, role: str) -> bool:
    """Remove a role, also from its users; returns whether there was one."""
    return tx.run("DELETE FROM roles WHERE app_id = ? AND role = ?", app, role) > 0


def list_roles(tx: Transaction, app: str) -> list[str]:
    """All roles of an app."""
    rows = tx.rows("SELECT role FROM roles WHERE app_id = ? ORDER BY rowid", app)
    return [row["role"] for row in rows]


def permissions_of_role(tx: Transaction, app: str, role: str) -> list[str]:
    """What a role permits."""
    _require_role(tx, app, role)
    rows = tx.rows(
        "SELECT permission FROM role_permissions WHERE app_id = ? AND role = ? ORDER BY rowid",
        app,
        role,
    )
    return [row["permission"] for row in rows]


def remove_permissions(
    tx: Transaction, app: str, role: str, permissions: Iterable[str] | None
) -> None:
    """Take permissions from a role; None takes all."""
    present = permissions_of_role(tx, app, role)
    for permission in present if permissions is None else permissions:
        tx.run(
            "DELETE FROM role_permissions WHERE app_id = ? AND role = ? AND permission = ?",
            app,
            role,
            permission,
        )


def roles_with_permission(tx: Transaction, app: str, permission: str) -> list[str]:
    """The roles that permit something."""
    rows = tx.rows(
        "SELECT role FROM role_permissions WHERE app_id = ? AND permission = ? ORDER BY rowid",
        app,
        permission,
    )
    return [row["role"] for row in rows]


def give_role(tx: Transaction, ref: TenantRef, user_id: str, role: str) -> bool:
    """Give a user a role in a tenant; returns whether the user did not have it yet."""
    _require_role(tx, ref.app, role)
    added = tx.run(
        "INSERT OR IGNORE INTO user_roles VALUES (?, ?, ?, ?)", ref.app, ref.tenant, user_id, role
    )
    return added > 0


def take_role(tx: Transaction, ref: TenantRef, user_id: str, role: str) -> bool:
    """Take a role from a user; returns whether the user had it."""
    _require_role(tx, ref.app, role)
    removed = tx.run(
        "DELETE FROM user_roles WHERE app_id = ? AND tenant_id = ? AND user_id = ? AND role = ?",
        ref.app,
        ref.tenant,
        user_id,
        role,
    )
    return removed > 0


def roles_of_user(tx: Transaction, ref: TenantRef, user_id: str) -> list[str]:
    """The roles that a user has in a tenant."""
    rows = tx.rows(
        "SELECT role FROM user_roles WHERE app_id = ? AND tenant_id = ? AND user_id = ?"
        " ORDER BY rowid",
        ref.app,
        ref.tenant,
        user_id,
    )
    return [row["role"] for row in rows]


def users_with_role(tx: Transaction, ref: TenantRef, role: str) -> list[str]:
    """The users who have a role in a tenant."""
    _require_role(tx, ref.app, role)
    rows = tx.rows(
        "SELECT user_id FROM user_roles WHERE app_id = ? AND tenant_id = ? AND role = ?"
        " ORDER BY rowid",
        ref.app,
        ref.tenant,
        role,
    )
    return [row["user_id"] for row in rows]


def _require_role(tx: Transaction, app: str, role: str) -> None:
    if tx.row("SELECT 1 FROM roles WHERE app_id = ? AND role = ?", app, role) is None:
        raise Refusal("UNKNOWN_ROLE_ERROR")
