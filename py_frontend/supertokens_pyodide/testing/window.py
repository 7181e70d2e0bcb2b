"""The address and the storage of a page without a browser."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._host import Store


class PageWindow:
    """A page's address, which a test may change, and its storage.

    ``visited`` are the addresses to which the page has navigated.
    """

    def __init__(self, href: str) -> None:
        self.href = href
        self.visited: list[str] = []
        self.storage: dict[Store, dict[str, str]] = {"local": {}, "session": {}}
        #: Whether the browser lets pages store anything.
        self.keeps = True
        self._focused: list[asyncio.Event] = []

    def replace_href(self, href: str) -> None:
        """Change the page's address without loading it."""
        self.href = href

    def assign(self, href: str) -> None:
        """Go to another page."""
        self.visited.append(href)
        self.href = href

    def focus(self) -> None:
        """Let the user come back to the page."""
        for waiting in self._focused:
            waiting.set()

    async def focused(self) -> None:
        """Wait until the user comes back to the page."""
        waiting = asyncio.Event()
        self._focused.append(waiting)
        try:
            await waiting.wait()
        finally:
            self._focused.remove(waiting)

    def read(self, store: Store, key: str) -> str | None:
        """The text that the page has stored under a key; None also if storage is blocked."""
        return self.storage[store].get(key) if self.keeps else None

    def write(self, store: Store, key: str, text: str | None) -> bool:
        """Store a text under a key, or remove the entry; False if storage is blocked."""
        if not self.keeps:
            return False
        if text is None:
            self.storage[store].pop(key, None)
        else:
            self.storage[store][key] = text
        return True
