"""Users in the order in which they came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.local_core.scope import TenantRef
from demo.local_core.storage import Transaction
from demo.local_core.users import User, find_user

#: What a list can be searched by, with the column that has it.
SEARCH_TAGS: Mapping[str, str] = {
    "email": "email",
    "phone": "phone_number",
    "provider": "third_party_id",
}


@dataclass(frozen=True)
class Position:
    """A place in the list of users."""

    joined_at: int
    user_id: str


def list_users(
    tx: Transaction,
    ref: TenantRef,
    *,
    limit: int,
    newest_first: bool,
    start: Position | None,
    recipes: Sequence[str] = (),
    search: Mapping[str, Sequence[str]] | None = None,
) -> tuple[list[User], Position | None]:
    """Some users of a tenant and where the next ones begin."""
    order, beyond = ("DESC", "<=") if newest_first else ("ASC", ">=")
    conditions, values = ["1 = 1"], list[object]()
    if start:
        conditions.append(f"(joined_at, user_id) {beyond} (?, ?)")
        values += [start.joined_at, start.user_id]
    for tag, parts in (search or {}).items():
        if parts:
            column = SEARCH_TAGS[tag]
            conditions.append("(" + " OR ".join([f"instr({column}, ?)"] * len(parts)) + ")")
            values += parts
    columns = ", ".join(f"group_concat(u.{name}, ' ') AS {name}" for name in SEARCH_TAGS.values())
    rows = tx.rows(
        "SELECT user_id, joined_at FROM ("
        " SELECT coalesce(u.primary_user_id, u.recipe_user_id) AS user_id,"
        f" min(u.joined_at) AS joined_at, {columns}"
        " FROM users AS u JOIN user_tenants AS t USING (app_id, recipe_user_id)"
        f" WHERE app_id = ? AND t.tenant_id = ?{_of_recipes(recipes)} GROUP BY 1)"
        f" WHERE {' AND '.join(conditions)}"
        f" ORDER BY joined_at {order}, user_id {order} LIMIT ?",
        ref.app,
        ref.tenant,
        *recipes,
        *values,
        limit + 1,
    )
    rest = Position(rows[limit]["joined_at"], rows[limit]["user_id"]) if len(rows) > limit else None
    found = (find_user(tx, ref.app, row["user_id"]) for row in rows[:limit])
    return [user for user in found if user], rest


def count_users(tx: Transaction, app: str, tenant: str | None, recipes: Sequence[str] = ()) -> int:
    """How many users a tenant has, or the whole app."""
    tenants = "" if tenant is None else " JOIN user_tenants AS t USING (app_id, recipe_user_id)"
    row = tx.row(
        "SELECT count(DISTINCT coalesce(u.primary_user_id, u.recipe_user_id)) AS n"
        f" FROM users AS u{tenants} WHERE app_id = ?"
        + ("" if tenant is None else " AND t.tenant_id = ?")
        + _of_recipes(recipes),
        app,
        *([] if tenant is None else [tenant]),
        *recipes,
    )
    return 0 if row is None else int(row["n"])


def _of_recipes(recipes: Sequence[str]) -> str:
    return f" AND u.recipe IN ({', '.join('?' * len(recipes))})" if recipes else ""
