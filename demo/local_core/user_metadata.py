"""Any data that an application stores about a user."""

import json
from collections.abc import Mapping
from typing import Any

from demo.local_core.storage import Transaction


def get_metadata(tx: Transaction, app: str, user_id: str) -> dict[str, Any]:
    """What is known; nothing about a user who is not known."""
    row = tx.row(
        "SELECT metadata FROM user_metadata WHERE app_id = ? AND user_id = ?", app, user_id
    )
    return {} if row is None else json.loads(row["metadata"])


def update_metadata(
    tx: Transaction, app: str, user_id: str, update: Mapping[str, Any]
) -> dict[str, Any]:
    """Replace the fields that the update has; a null removes one. Returns all fields."""
    merged = {**get_metadata(tx, app, user_id), **update}
    metadata = {name: value for name, value in merged.items() if value is not None}
    tx.run(
        "INSERT INTO user_metadata VALUES (?, ?, ?)"
        " ON CONFLICT (app_id, user_id) DO UPDATE SET metadata = excluded.metadata",
        app,
        user_id,
        json.dumps(metadata),
    )
    return metadata


def remove_metadata(tx: Transaction, app: str, user_id: str) -> None:
    """Forget everything about a user."""
    tx.run("DELETE FROM user_metadata WHERE app_id = ? AND user_id = ?", app, user_id)
