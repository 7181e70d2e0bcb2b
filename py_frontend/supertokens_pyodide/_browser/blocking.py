"""Blocking requests: no refresh can run meanwhile, so the token is refreshed before they start."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from .._client import Client
from ..errors import SuperTokensError


class FreshXMLHttpRequest:
    """XMLHttpRequest for modules that block with it: the session is fresh before each ``open``."""

    def __init__(self, client: Client, shim: Any) -> None:
        self._client = client
        self._shim = shim

    def new(self) -> Any:
        """A new request of the page's current class."""
        import js

        return _Request(js.XMLHttpRequest.new(), self._freshen)

    def _freshen(self, url: str) -> None:
        """Refresh the session for a request that may need it, if Python can wait (JSPI).

        If that fails, the request itself gets the error.
        """
        from pyodide.ffi import can_run_sync, run_sync

        client = self._client
        if not can_run_sync():
            return
        if client.is_open and not client.session.needs_refresh(time.time() * 1000):
            return
        if self._shim.covers(url):
            with suppress(SuperTokensError):
                run_sync(client.call("ensure_fresh"))


class _Request:
    """A JavaScript object, unchanged except until it is opened."""

    def __init__(self, xhr: Any, freshen: Callable[[str], None]) -> None:
        vars(self).update(_xhr=xhr, _freshen=freshen)

    def open(self, method: str, url: str, *more: Any) -> None:
        """Open it when the session is fresh."""
        self._freshen(url)
        self._xhr.open(method, url, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(vars(self)["_xhr"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._xhr, name, value)
