"""The SQLite database, and transactions that run one at a time."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from demo.local_core.schema import SCHEMA, SCHEMA_VERSION


class Transaction:
    """The database's queries in a transaction with the write lock."""

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
