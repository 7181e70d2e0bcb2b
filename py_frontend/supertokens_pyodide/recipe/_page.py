"""What recipes need of the page: its address, and storage for what outlives it."""

from __future__ import annotations

import json
from typing import Any

from .. import _current
from .._client import Client, Store, Window
from .._core.foreign import read_json
from ..errors import NotInitialised, UnsupportedPlatform
from ._functions import kept_of

# Entries of one kind. Each is an attempt that somebody began and did not end.
_MOST = 20


def page_window(what: str, instead: str) -> Window:
    """The page; raises UnsupportedPlatform where it cannot be reached."""
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
    """What is kept of attempts from one page to the next: each by an id of its own, until it ends.

    They are in one of the page's storages, or in memory where there is none: then they live as long
    as the page or worker.
    """

    def __init__(self, store: Store, key: str) -> None:
        self._store = store
        self._key = key

    def now(self) -> int:
        """The clock that attempts expire by: milliseconds since the epoch."""
        return _now(_current.current())

    def keep(self, id: str, data: dict[str, Any], seconds: float) -> int:
        """Keep data, from now on, which it gives; of what has expired nothing else is kept."""
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
        """Forget an attempt."""
        client = _current.current()
        entries = self._entries(client)
        if entries.pop(id, None) is not None:
            self._write(client, entries)

    def get(self, id: str) -> dict[str, Any] | None:
        """What is kept under an id."""
        return self.all().get(id)

    def newest(self) -> dict[str, Any] | None:
        """What was kept last."""
        return next(reversed(self.all().values()), None)

    def all(self) -> dict[str, dict[str, Any]]:
        """All that has not expired, the newest last."""
        client = _current.current()
        now = _now(client)
        return {k: e for k, e in self._entries(client).items() if e["expiresAt"] > now}

    def has_expired(self, id: str) -> bool:
        """Whether something was kept under an id, and has expired."""
        client = _current.current()
        entry = self._entries(client).get(id)
        return entry is not None and entry["expiresAt"] <= _now(client)

    def is_in_memory(self) -> bool:
        """Whether what is kept ends with the page, because its storage is blocked."""
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
