"""The SQLite database: its tables, and transactions that run one at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SCHEMA_VERSION = 1

# Times are milliseconds since the epoch. Every table belongs to an app, mostly to a tenant of it,
# and whatever belongs to either goes with it.
SCHEMA = """
CREATE TABLE IF NOT EXISTS apps (
    app_id TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS tenants (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    tenant_id TEXT NOT NULL,
    first_factors TEXT,               -- JSON, NULL means all
    required_secondary_factors TEXT,  -- JSON
    core_config TEXT NOT NULL,        -- JSON
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id)
);
CREATE TABLE IF NOT EXISTS signing_keys (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    key_id TEXT NOT NULL,
    dynamic INTEGER NOT NULL,
    private_key TEXT NOT NULL,        -- PEM
    created_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, key_id)
);
CREATE TABLE IF NOT EXISTS refresh_token_keys (
    app_id TEXT PRIMARY KEY REFERENCES apps ON DELETE CASCADE,
    secret BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS sessions (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    handle TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    refresh_token_hash_2 TEXT NOT NULL,
    data TEXT NOT NULL,               -- JSON, stays here
    payload TEXT NOT NULL,            -- JSON, goes into the access token
    use_static_key INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, handle),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE INDEX IF NOT EXISTS sessions_by_user ON sessions (app_id, recipe_user_id);
CREATE TABLE IF NOT EXISTS users (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    recipe_user_id TEXT NOT NULL,
    primary_user_id TEXT,             -- NULL for a user that is neither primary nor linked to one
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, recipe_user_id)
);
CREATE INDEX IF NOT EXISTS users_by_primary ON users (app_id, primary_user_id);
CREATE TABLE IF NOT EXISTS user_tenants (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (app_id, recipe_user_id, tenant_id),
    UNIQUE (app_id, tenant_id, email),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE,
    FOREIGN KEY (app_id, recipe_user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS password_reset_tokens (
    app_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    recipe_user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, token_hash),
    FOREIGN KEY (app_id, recipe_user_id) REFERENCES users ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS email_verification_tokens (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, tenant_id, token_hash),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS verified_emails (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (app_id, user_id, email)
);
CREATE TABLE IF NOT EXISTS user_metadata (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    metadata TEXT NOT NULL,           -- JSON
    PRIMARY KEY (app_id, user_id)
);
CREATE TABLE IF NOT EXISTS roles (
    app_id TEXT NOT NULL REFERENCES apps ON DELETE CASCADE,
    role TEXT NOT NULL,
    PRIMARY KEY (app_id, role)
);
CREATE TABLE IF NOT EXISTS role_permissions (
    app_id TEXT NOT NULL,
    role TEXT NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (app_id, role, permission),
    FOREIGN KEY (app_id, role) REFERENCES roles ON DELETE CASCADE
);
CREATE TABLE IF NOT EXISTS user_roles (
    app_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (app_id, tenant_id, user_id, role),
    FOREIGN KEY (app_id, tenant_id) REFERENCES tenants ON DELETE CASCADE,
    FOREIGN KEY (app_id, role) REFERENCES roles ON DELETE CASCADE
);
"""


class Transaction:
    """What may be asked of the database while nobody else may write to it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """All rows of a query."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row | None:
        """The first row of a query."""
        row: sqlite3.Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def run(self, sql: str, *values: object) -> int:
        """Carry out a statement; returns how many rows it touched."""
        return self._connection.execute(sql, values).rowcount


class Database:
    """An open database file, or one in memory."""

    def __init__(self, file: str | None) -> None:
        self._lock = threading.Lock()
        # Requests run in several threads; the lock lets one of them in at a time. Transactions
        # are begun by hand, since the module's own way would begin them at the first write only.
        self._connection = sqlite3.connect(
            file or ":memory:", check_same_thread=False, isolation_level=None, timeout=30
        )
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version not in (0, SCHEMA_VERSION):
            raise sqlite3.DatabaseError(
                f"the file has schema {version}, and this core needs {SCHEMA_VERSION}"
            )
        self._connection.executescript(SCHEMA)
        self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Do all of what is inside, or nothing if it raises."""
        with self._lock:
            # Takes the write lock at once: what a request has read stays true until it writes,
            # also if another process has the same file open.
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; nothing can be asked afterwards."""
        with self._lock:
            self._connection.close()
