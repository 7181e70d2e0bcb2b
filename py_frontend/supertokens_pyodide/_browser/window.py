"""The page's address and storage, from its ``window_handler``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .._host import Store


class BrowserWindow:
    """A page, through its window handler."""

    def __init__(self, handler: Any) -> None:
        self._handler = handler

    @property
    def href(self) -> str:
        """The page's address."""
        return str(self._handler.location.getHref())

    def replace_href(self, href: str) -> None:
        """Change the page's address without loading it."""
        history = self._handler.history
        history.replaceState(history.getState(), "", href)

    def assign(self, href: str) -> None:
        """Go to another page."""
        self._handler.location.assign(href)

    async def focused(self) -> None:
        """Wait until the user comes back to the page."""
        import asyncio

        import js
        from pyodide.ffi import create_proxy

        came = asyncio.Event()
        listener = create_proxy(lambda event: came.set())
        js.addEventListener("focus", listener)
        try:
            await came.wait()
        finally:
            js.removeEventListener("focus", listener)
            listener.destroy()

    def read(self, store: Store, key: str) -> str | None:
        """The text that the page has stored under a key; None also if storage is blocked."""
        from pyodide.ffi import JsException

        try:
            return cast("str | None", self._storage(store).getItemSync(key) or None)
        except JsException:
            return None

    def write(self, store: Store, key: str, text: str | None) -> bool:
        """Store a text under a key, or remove the entry; False if storage is blocked."""
        from pyodide.ffi import JsException

        storage = self._storage(store)
        try:
            if text is None:
                storage.removeItemSync(key)
            else:
                storage.setItemSync(key, text)
        except JsException:
            return False
        return True

    def _storage(self, store: Store) -> Any:
        return self._handler.localStorage if store == "local" else self._handler.sessionStorage


def page_window(shim: Any) -> BrowserWindow | None:
    """The page of a shim; None in a worker without a ``window_handler``."""
    handler = shim.page
    return BrowserWindow(handler) if handler else None
