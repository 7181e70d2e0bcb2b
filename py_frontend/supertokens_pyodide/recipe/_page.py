"""The page's address, and storage for attempts that outlive the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .. import _current
from .._client import Client
from .._core.foreign import read_json
from ..errors import NotInitialised, UnsupportedPlatform
from ._functions import kept_of

if TYPE_CHECKING:
    from .._host import Store, Window

# The most entries of one kind. Each is an attempt that a user began and did not finish.
_MOST = 20


def page_window(what: str, instead: str) -> Window:
    """The page; raises UnsupportedPlatform if it cannot be reached."""
    host = _current.current().host
    if host is None:
        raise NotInitialised
    window = host.window()
    if window is None:
        raise UnsupportedPlatform(
            f"This needs {what}, which a worker does not have.",
            hint=f"{instead} Or call it on the page, or give init() a window_handler.",
        )
    return window


class Attempts:
    """Attempts that outlive a page, each with its own id, until it ends or expires.

    They are in one of the page's storages. Without storage they are in memory, and live as long as
    the page or worker.
    """

    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._key = key

    def now(self) -> int:
        """The clock for expiry: milliseconds since the epoch."""
        return _now(_current.current())

    def keep(self, id: str, data: dict[str, Any], seconds: float) -> int:
        """Store data with the current time and return them; removes expired attempts."""
        client = _current.current()
        now = _now(client)
        entries = {
            each: entry if entry["expiresAt"] > now else {"expiresAt": entry["expiresAt"]}
            for each, entry in self._entries(client).items()
            if each != id
        }
        entries[id] = {**data, "keptAt": now, "expiresAt": now + seconds * 1000}
        self._write(client, dict(list(entries.items())[-_MOST:]))
        return now

    def forget(self, id: str) -> None:
        """Remove an attempt."""
        client = _current.current()
        entries = self._entries(client)
        if entries.pop(id, None) is not None:
            self._write(client, entries)

    def get(self, id: str) -> dict[str, Any] | None:
        """The data of an attempt; None if there is none, or if it has expired."""
        return self.all().get(id)

    def newest(self) -> dict[str, Any] | None:
        """The data of the newest attempt."""
        return next(reversed(self.all().values()), None)

    def all(self) -> dict[str, dict[str, Any]]:
        """All attempts that have not expired, the newest last."""
        client = _current.current()
        now = _now(client)
        return {k: e for k, e in self._entries(client).items() if e["expiresAt"] > now}

    def has_expired(self, id: str) -> bool:
        """Whether there was an attempt with this id, which has expired."""
        client = _current.current()
        entry = self._entries(client).get(id)
        return entry is not None and entry["expiresAt"] <= _now(client)

    def is_in_memory(self) -> bool:
        """Whether the attempts end with the page, because its storage is blocked."""
        return self._key in kept_of(_current.current()).memory

    def _entries(self, client: Client) -> dict[str, dict[str, Any]]:
        window = client.host.window() if client.host else None
        text = window.read(self._store, self._key) if window else None
        text = text or kept_of(client).memory.get(self._key, "{}")
        try:
            found = read_json(text)
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            id: entry
            for id, entry in found.items()
            if isinstance(entry, dict) and isinstance(entry.get("expiresAt"), (int, float))
        }

    def _write(self, client: Client, entries: dict[str, dict[str, Any]]) -> None:
        window = client.host.window() if client.host else None
        text = json.dumps(entries) if entries else None
        is_kept = window is not None and window.write(self._store, self._key, text)
        memory = kept_of(client).memory
        memory.pop(self._key, None)
        if text is not None and not is_kept:
            memory[self._key] = text


def _now(client: Client) -> int:
    """The client's clock, in milliseconds."""
    if client.host is None:
        raise NotInitialised
    return int(client.host.now())
