"""The types of what a client needs of its page; for type checkers, never imported at run time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from ._core.diagnose.report import Facts
from ._recipe import Recipe

#: Which of the page's storages.
Store = Literal["local", "session"]


class Window(Protocol):
    """A page's address and storage."""

    @property
    def href(self) -> str:
        """The page's address."""

    def replace_href(self, href: str) -> None:
        """Change the page's address without loading it."""

    def assign(self, href: str) -> None:
        """Go to another page."""

    async def focused(self) -> None:
        """Wait until the user comes back to the page."""

    def read(self, store: Store, key: str) -> str | None:
        """The text that the page has stored under a key; None also if storage is blocked."""

    def write(self, store: Store, key: str, text: str | None) -> bool:
        """Store a text under a key, or remove the entry; False if storage is blocked."""


class Host(Protocol):
    """The services of the shim that a client needs."""

    def cookies(self) -> str | None:
        """The page's cookies; None if the core has them already."""

    async def opened(self) -> None:
        """Wait until the client is open; raises the error that prevents it."""

    #: Whether ``cookies`` answers from a mirror that ``fresh`` brings up to date.
    is_mirrored: bool

    async def sync(self) -> None:
        """Bring the mirror of the cookies up to date."""

    def response_headers(self) -> dict[str, str]:
        """The headers of the last response."""

    def response_of(self, call: str, status: int) -> Any:
        """The last response to one of the SDK's own calls, if it had this status."""

    async def facts(self) -> Facts:
        """The facts about the page, for ``diagnose``."""

    def now(self) -> float:
        """The client's clock: milliseconds since the epoch."""

    async def drive(self, step: str) -> None:
        """Carry out a step and run its flow to the end."""

    async def before(self, call: dict[str, Any]) -> dict[str, Any]:
        """A recipe's call to the backend, after the page's preAPIHook."""

    async def after(self, call: dict[str, Any], response: Any) -> None:
        """Call the page's postAPIHook with the response to a recipe's call."""

    def window(self) -> Window | None:
        """The page's address and storage; None in a worker that has no ``window_handler``."""

    def passkeys(self) -> Any:
        """The browser's passkeys; None in a worker, which cannot prompt."""

    def renew(self, functions: Mapping[str, Any], recipe: Recipe) -> None:
        """Replace the earlier functions and the earlier recipe by these."""

    def close(self) -> None:
        """Undo all changes to the page."""
