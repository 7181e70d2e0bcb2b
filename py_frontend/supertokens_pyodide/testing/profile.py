"""A browser's profile: its cookies, its clock, its locks and its network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from .._core.environment.cookies import read_cookies
from .network import Backend, Reply, Request
from .window import PageWindow


class Page(Protocol):
    """An open page."""

    def look(self) -> None:
        """Check what other pages have done."""


class Profile:
    """What all tabs of a browser share. ``now`` is its clock, in milliseconds."""

    #: Whether ``transmit`` must be awaited, so that requests take time.
    waits = False

    def __init__(self, backend: Backend, *, hostname: str = "app.example.com") -> None:
        self.backend = backend
        self.hostname = hostname
        self.now: float = 1_700_000_000_000
        self.requests: list[Request] = []
        self.storage: dict[str, str] = {}
        #: The holder of each lock.
        self.locks: dict[str, object] = {}
        self.keeps_cookies = True
        self.tabs: list[Page] = []
        #: The page for recipes; None in place of a worker's page.
        self.window: PageWindow | None = PageWindow(f"https://{hostname}/")
        #: The browser's passkeys; None if there are none, as in a worker.
        self.passkeys: Any = None
        self._cookies: dict[str, str] = {}

    @property
    def cookies(self) -> dict[str, str]:
        """The session's cookies that are kept."""
        return read_cookies(self.cookie_string())

    def cookie_string(self) -> str:
        """The value of ``document.cookie``."""
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def set_cookie(self, write: str) -> None:
        """Assign to ``document.cookie``."""
        pair, *attributes = write.split(";")
        name, _, value = pair.partition("=")
        if "expires=Thu, 01 Jan 1970 00:00:00 GMT" in attributes:
            self._cookies.pop(name, None)
        elif self.keeps_cookies:
            self._cookies[name] = value

    def clear_cookies(self) -> None:
        """Remove all cookies, as browsers do that drop script-written ones."""
        self._cookies.clear()

    def take_lock(self, name: str, holder: object) -> None:
        """Take a lock that is free."""
        self.locks[name] = holder

    def free_locks(self, held: Callable[[Any], bool]) -> None:
        """Release the locks whose holder matches."""
        self.locks = {name: holder for name, holder in self.locks.items() if not held(holder)}

    async def transmit(self, request: Request) -> Reply:
        """Send a request to the backend."""
        self.requests.append(request)
        return self.backend(request)
